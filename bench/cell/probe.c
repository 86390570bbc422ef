#include "bench/cell/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/check.h"
#include "common/child.h"
#include "common/clock.h"

#define WINDOW_NS (20 * NS_PER_MS) /* several slices of the scheduler, short against its drift */
#define BATCH_NS  (50 * NS_PER_US) /* between two looks at the clock */

struct rate {
    uint64_t calls;
    uint64_t ns;
};

struct probe {
    const struct job *job;
    const void *task;
    unsigned workers;
    unsigned next;             /* the process being started */
    int ask[2];                /* one byte for each process and window */
    int answer[2];             /* one struct rate for each: atomic, as it is below PIPE_BUF */
    struct child children[];   /* children[workers] */
};

/* Binds this process to the n-th core, in turn, of those that it may use. */
static void pin(unsigned n)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    int skip = (int)(n % (unsigned)CPU_COUNT(&allowed));
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed) && skip-- == 0) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            sched_setaffinity(0, sizeof one, &one);
            return;
        }
    }
}

static struct rate run_window(const struct job *job, const void *task, void *result)
{
    struct rate rate = {0, 0};
    uint64_t begin = clock_ns(), batch_begin = begin, now;
    uint64_t batch = 1;
    do {
        for (uint64_t i = 0; i < batch; i++)
            job->kernel(task, result, &job->shape);
        rate.calls += batch;
        now = clock_ns();
        if (now - batch_begin < BATCH_NS / 2)
            batch *= 2;
        batch_begin = now;
    } while (now - begin < WINDOW_NS);
    rate.ns = now - begin;
    return rate;
}

static int probe_body(void *argument)
{
    struct probe *probe = argument;
    char byte;
    close(probe->ask[1]); /* so that the asker's end means end-of-file here */
    close(probe->answer[0]);
    pin(probe->next);
    void *result = malloc(probe->job->shape.result_bytes + 1);
    if (result == NULL)
        return 1;
    while (read(probe->ask[0], &byte, 1) == 1) {
        struct rate rate = run_window(probe->job, probe->task, result);
        if (write(probe->answer[1], &rate, sizeof rate) != sizeof rate)
            break;
    }
    free(result);
    return 0;
}

/* No more than one process a core: two on one core would only measure the scheduler. */
static unsigned at_most_cores(unsigned workers)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return workers;
    unsigned cores = (unsigned)CPU_COUNT(&allowed);
    return workers < cores ? workers : cores;
}

int probe_start(const struct job *job, const void *task, unsigned workers, struct probe **made)
{
    workers = at_most_cores(workers);
    struct probe *probe = calloc(1, sizeof *probe + workers * sizeof probe->children[0]);
    if (probe == NULL)
        return -ENOMEM;
    probe->job = job;
    probe->task = task;
    if (pipe2(probe->ask, O_CLOEXEC) != 0) {
        int error = -errno;
        free(probe);
        return error;
    }
    if (pipe2(probe->answer, O_CLOEXEC) != 0) {
        int error = -errno;
        close(probe->ask[0]);
        close(probe->ask[1]);
        free(probe);
        return error;
    }
    for (probe->next = 0; probe->next < workers; probe->next++) {
        int error = child_start(&probe->children[probe->next], probe_body, probe);
        if (error != 0) {
            probe_stop(probe);
            return error;
        }
        probe->workers++;
    }
    *made = probe;
    return 0;
}

/* Reads one process's answer; a rate of 0 calls if none comes until the deadline. */
static struct rate read_answer(struct probe *probe, uint64_t deadline_ns)
{
    struct rate rate = {0, 0};
    struct pollfd answer = {.fd = probe->answer[0], .events = POLLIN};
    while (poll(&answer, 1, clock_left_ms(deadline_ns)) < 0 && errno == EINTR)
        ;
    if ((answer.revents & POLLIN) == 0 ||
        read(probe->answer[0], &rate, sizeof rate) != sizeof rate)
        rate.calls = 0;
    return rate;
}

uint64_t probe_measure(struct probe *probe, uint64_t limit_ns)
{
    uint64_t deadline_ns = clock_deadline(limit_ns);
    double calls_per_s = 0;
    for (unsigned i = 0; i < probe->workers; i++)
        if (write(probe->ask[1], "", 1) != 1)
            return 0;
    for (unsigned i = 0; i < probe->workers; i++) {
        struct rate rate = read_answer(probe, deadline_ns);
        if (rate.calls == 0)
            return 0;
        calls_per_s += (double)rate.calls * (double)NS_PER_S / (double)rate.ns;
    }
    return (uint64_t)calls_per_s;
}

void probe_stop(struct probe *probe)
{
    if (probe == NULL)
        return;
    for (unsigned i = 0; i < probe->workers; i++)
        child_end(&probe->children[i]);
    close(probe->ask[0]);
    close(probe->ask[1]);
    close(probe->answer[0]);
    close(probe->answer[1]);
    free(probe);
}
