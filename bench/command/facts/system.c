/*
 * The operating system and the limits that it sets.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>

#include "bench/command/company.h"
#include "bench/command/cores.h"
#include "bench/command/facts/fact.h"
#include "bench/launch/lack.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/read_file.h"

#define MIB           (1024u * 1024u)
#define WATCH_NS      (300 * NS_PER_MS) /* how long the doctor watches others */
#define WAITING       10.0 /* percent of the time; more is worth a warning */
#define BUSY_PER_CORE 0.3 /* a load above this share of the cores is worth a warning */

static void find_kernel(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    struct utsname name;
    if (uname(&name) == 0)
        fact_text(fact, "%s %s %s", name.sysname, name.release, name.machine);
}

static void find_distribution(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char text[4096], name[128];
    read_file("/etc/os-release", text, sizeof text);
    fact_text(fact, "%s", read_value(text, "PRETTY_NAME", name, sizeof name));
}

static void find_load(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    double load;
    if (getloadavg(&load, 1) != 1)
        return;
    fact_real(fact, load);
    if (load > BUSY_PER_CORE * cores_online())
        fact_warn(fact, "others are at work: a load of %.2f on %u cores; wait, or end them", load,
                  cores_online());
}

/* Of the last ten seconds, as the kernel averages them ("pressure stall information"). */
static void find_pressure(const struct fact_query *query, struct fact *fact)
{
    char line[128];
    double percent;
    if (sscanf(read_line(query->rule->detail, line, sizeof line), "some avg10=%lf", &percent) != 1)
        return;
    fact_real(fact, percent);
    if (percent > WAITING)
        fact_warn(fact,
                  "processes wait for a core: some did in %.0f %% of the last 10 s; wait, or end "
                  "what is running",
                  percent);
}

static void find_steal(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    struct machine_time time;
    if (machine_time_now(&time) == 0 && time.busy_ns + time.steal_ns > 0)
        fact_real(fact, 100 * (double)time.steal_ns / (double)(time.busy_ns + time.steal_ns));
}

static void find_others(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    const struct timespec watch = {.tv_nsec = WATCH_NS};
    struct company company;
    struct company_report report;
    char line[FACT_TEXT_BYTES];
    company_open(&company);
    nanosleep(&watch, NULL);
    company_look(&company, &report);
    company_close(&company);
    fact_real(fact, report.others_cores);
    if (company_is_busy(&report))
        fact_warn(fact, "others are at work now: %s",
                  company_line(&report, line, sizeof line));
}

static void find_shared_memory(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char problem[LACK_BYTES];
    struct statvfs status;
    if (statvfs("/dev/shm", &status) != 0)
        fact_unknown(fact, "no /dev/shm");
    else
        fact_integer(fact, (int64_t)((uint64_t)status.f_bavail * status.f_frsize / MIB));
    if (*lack_shared_memory(problem, sizeof problem) != '\0')
        fact_warn(fact,
                  "%s; Python's semaphores can lie nowhere else, and MPI's segments take more",
                  problem);
}

static void find_memfd(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char line[FACT_TEXT_BYTES];
    void *memory;
    int error = memory_create("parbench-doctor", MIB, &memory, NULL);
    fact_text(fact, "%s", error == 0 ? "works" : strerror(-error));
    if (error == 0)
        memory_unmap(memory, MIB);
    else
        fact_warn(fact, "%s",
                  lack_line(line, sizeof line, "no shared memory, which nearly all backends need",
                            error));
}

struct limit {
    int resource;       /* of getrlimit(2) */
    uint64_t unit;      /* what the number is divided by */
    uint64_t enough;    /* in these units; 0: whatever there is */
    const char *needed; /* for what */
};

static void find_limit(const struct fact_query *query, struct fact *fact)
{
    const struct limit *limit = query->rule->detail;
    struct rlimit value;
    if (getrlimit((__rlimit_resource_t)limit->resource, &value) != 0)
        return;
    if (value.rlim_cur == RLIM_INFINITY) {
        fact_unknown(fact, "unlimited");
        return;
    }
    fact_integer(fact, (int64_t)(value.rlim_cur / limit->unit));
    if (value.rlim_cur / limit->unit < limit->enough)
        fact_warn(fact, "%s: a limit of %" PRIu64 " is too low for %s", query->rule->label,
                  (uint64_t)(value.rlim_cur / limit->unit), limit->needed);
}

static void find_pipe_size(const struct fact_query *query, struct fact *fact)
{
    char line[32];
    long bytes = atol(read_line(query->rule->detail, line, sizeof line));
    if (bytes > 0)
        fact_integer(fact, bytes / 1024);
}

static const struct limit processes = {RLIMIT_NPROC, 1, 256, "many workers"},
                          descriptors = {RLIMIT_NOFILE, 1, 256, "many workers"},
                          locked = {RLIMIT_MEMLOCK, 1024, 0, ""},
                          stack = {RLIMIT_STACK, 1024, 256, "libraries that bench and cells use"},
                          file_size = {RLIMIT_FSIZE, 1024, 65536, "shared memory and for results"},
                          cpu_time = {RLIMIT_CPU, 1, 3600,
                                      "long runs: a cell is killed in the midst"},
                          address_space = {RLIMIT_AS, MIB, 4096, "MPI, Python and large tasks"},
                          queues = {RLIMIT_MSGQUEUE, 1024, 256, "bench ipc --transport mq"};

const struct fact_rule system_rules[] = {
    {"kernel", "kernel", "", find_kernel, NULL, false},
    {"distribution", "distribution", "", find_distribution, NULL, false},
    {"load_1min", "load, last minute", "", find_load, NULL, false},
    {"cpu_pressure_10s", "waiting for a core, last 10 s", "%", find_pressure, "/proc/pressure/cpu",
     false},
    {"steal_since_boot", "taken by the host since boot", "%", find_steal, NULL, false},
    {"others_cores_now", "used by others just now", "cores", find_others, NULL, true},
    {"huge_pages", "transparent huge pages", "", fact_first_line,
     "/sys/kernel/mm/transparent_hugepage/enabled", false},
    {"shm_free_mib", "free in /dev/shm", "MiB", find_shared_memory, NULL, true},
    {"memfd", "anonymous shared memory", "", find_memfd, NULL, true},
    {"processes_max", "processes, at most", "", find_limit, &processes, true},
    {"descriptors_max", "descriptors, at most", "", find_limit, &descriptors, true},
    {"locked_max_kib", "locked memory, at most", "KiB", find_limit, &locked, true},
    {"stack_max_kib", "stack, at most", "KiB", find_limit, &stack, true},
    {"file_max_kib", "file, at most", "KiB", find_limit, &file_size, true},
    {"cpu_time_max_s", "processor time, at most", "s", find_limit, &cpu_time, true},
    {"address_space_max_mib", "address space, at most", "MiB", find_limit, &address_space, true},
    {"message_queues_max_kib", "message queues, at most", "KiB", find_limit, &queues, true},
    {"pipe_max_kib", "pipe, at most", "KiB", find_pipe_size, "/proc/sys/fs/pipe-max-size", true},
    {NULL, NULL, NULL, NULL, NULL, false},
};
