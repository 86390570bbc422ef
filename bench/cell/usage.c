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

/* Of a live worker, by the tick. */
static void add_ticks(pid_t pid, struct usage *usage)
{
    struct process process;
    if (process_read(pid, &process) != 0)
        return; /* it has ended: the reaped ones are in RUSAGE_CHILDREN */
    uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    usage->user_ns += process.user_ticks * tick_ns;
    usage->sys_ns += process.sys_ticks * tick_ns;
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
        add_ticks(pid, usage);
        add_status(pid, true, usage);
    }
}

static uint64_t clock_value(clockid_t clock)
{
    struct timespec used;
    if (clock_gettime(clock, &used) != 0)
        return 0; /* it has ended and was reaped: RUSAGE_CHILDREN has it */
    return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

uint64_t usage_cpu_ns(const struct board *board, unsigned workers)
{
    const pid_t self = getpid();
    struct rusage reaped;
    uint64_t sum = clock_value(CLOCK_PROCESS_CPUTIME_ID);
    for (unsigned worker = 0; worker <= workers; worker++) {
        pid_t pid = atomic_load_explicit(&board->lines[worker].pid, memory_order_relaxed);
        clockid_t clock;
        if (pid != 0 && pid != self && clock_getcpuclockid(pid, &clock) == 0)
            sum += clock_value(clock);
    }
    if (getrusage(RUSAGE_CHILDREN, &reaped) == 0)
        sum += timeval_ns(reaped.ru_utime) + timeval_ns(reaped.ru_stime);
    return sum;
}

static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

/* The part of whole that part has of part + rest; all of it where both are 0. */
static uint64_t portion(uint64_t whole, uint64_t part, uint64_t rest)
{
    double sum = (double)part + (double)rest;
    return sum > 0 ? (uint64_t)((double)whole * ((double)part / sum)) : whole;
}

struct usage usage_between(const struct usage *before, const struct usage *after, uint64_t cpu_ns)
{
    uint64_t user_ns = grown(before->user_ns, after->user_ns);
    uint64_t sys_ns = grown(before->sys_ns, after->sys_ns);
    if (user_ns + sys_ns == 0) {
        user_ns = after->user_ns;
        sys_ns = after->sys_ns;
    }
    user_ns = portion(cpu_ns, user_ns, sys_ns);
    return (struct usage){
        .user_ns = user_ns,
        .sys_ns = cpu_ns - user_ns,
        .voluntary_switches = grown(before->voluntary_switches, after->voluntary_switches),
        .involuntary_switches = grown(before->involuntary_switches, after->involuntary_switches),
        .minor_faults = grown(before->minor_faults, after->minor_faults),
        .peak_rss_kib = after->peak_rss_kib,
    };
}
