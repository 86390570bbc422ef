#include "bench/cell/usage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process.h"

static uint64_t timeval_ns(struct timeval time)
{
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_usec * NS_PER_US;
}

static void add_rusage(int who, struct usage *usage)
{
    struct rusage used;
    if (getrusage(who, &used) != 0)
        return;
    usage->user_ns += timeval_ns(used.ru_utime);
    usage->sys_ns += timeval_ns(used.ru_stime);
    usage->voluntary_switches += (uint64_t)used.ru_nvcsw;
    usage->involuntary_switches += (uint64_t)used.ru_nivcsw;
    usage->minor_faults += (uint64_t)used.ru_minflt;
    if (who == RUSAGE_CHILDREN)
        usage->peak_rss_kib += (uint64_t)used.ru_maxrss; /* of the largest one */
}

/* Processor time of a live worker: the clock is exact, the ticks say how it splits. */
static void add_times(pid_t pid, struct usage *usage)
{
    struct process process;
    clockid_t clock;
    struct timespec used;
    if (process_read(pid, &process) != 0 || clock_getcpuclockid(pid, &clock) != 0 ||
        clock_gettime(clock, &used) != 0)
        return; /* it has ended: the reaped ones are in RUSAGE_CHILDREN */
    uint64_t total = (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
    uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    uint64_t sys = process.sys_ticks * tick_ns < total ? process.sys_ticks * tick_ns : total;
    usage->sys_ns += sys;
    usage->user_ns += total - sys;
    usage->minor_faults += process.minor_faults;
}

/* Switches and peak memory, from the lines of /proc/PID/status. */
static void add_status(pid_t pid, bool switches, struct usage *usage)
{
    char path[64], line[256];
    uint64_t value;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "VmHWM: %" SCNu64, &value) == 1)
            usage->peak_rss_kib += value;
        else if (switches && sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &value) == 1)
            usage->voluntary_switches += value;
        else if (switches && sscanf(line, "nonvoluntary_ctxt_switches: %" SCNu64, &value) == 1)
            usage->involuntary_switches += value;
    }
    fclose(file);
}

void usage_read(const struct board *board, unsigned workers, struct usage *usage)
{
    pid_t self = getpid();
    memset(usage, 0, sizeof *usage);
    add_rusage(RUSAGE_SELF, usage);
    add_rusage(RUSAGE_CHILDREN, usage);
    add_status(self, false, usage);
    for (unsigned worker = 0; worker <= workers; worker++) { /* and a helper, if there is one */
        pid_t pid = atomic_load_explicit(&board->lines[worker].pid, memory_order_relaxed);
        if (pid == 0 || pid == self)
            continue; /* a thread: already counted */
        add_times(pid, usage);
        add_status(pid, true, usage);
    }
}

static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

struct usage usage_between(const struct usage *before, const struct usage *after)
{
    return (struct usage){
        .user_ns = grown(before->user_ns, after->user_ns),
        .sys_ns = grown(before->sys_ns, after->sys_ns),
        .voluntary_switches = grown(before->voluntary_switches, after->voluntary_switches),
        .involuntary_switches = grown(before->involuntary_switches, after->involuntary_switches),
        .minor_faults = grown(before->minor_faults, after->minor_faults),
        .peak_rss_kib = after->peak_rss_kib,
    };
}
