/*
 * test_torn_poll.c - poll is no snapshot: the kernel asks one descriptor after the other, and
 * whoever calls it may be preempted in between. Here it always is, for long enough that a worker
 * writes and ends between the look at its pipe and the look at its pidfd. Nobody may be taken for
 * dead without the results that it had written. Wrappers of the linker (-Wl,--wrap) take poll and
 * ppoll apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "backends/registry.h"
#include "common/clock.h"
#include "isolate.h"
#include "mix.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WORKERS      2
#define TASKS        24
#define GAP_US       1500 /* between two looks: a worker can run a task of mix and end */
#define LIMIT_NS     (60 * NS_PER_S)

static pid_t torn_in; /* the process that coordinates, while it does; its workers sleep as ever */

int __real_poll(struct pollfd *events, nfds_t count, int limit_ms);
int __real_ppoll(struct pollfd *events, nfds_t count, const struct timespec *limit,
                 const sigset_t *mask);

/* One look at each, in order, with a gap before the next one that is polled at all. */
static int look_apart(struct pollfd *events, nfds_t count)
{
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
        events[i].revents = 0;
        if (events[i].fd < 0)
            continue;
        ready += __real_poll(&events[i], 1, 0) > 0;
        usleep(GAP_US);
    }
    return ready;
}

int __wrap_ppoll(struct pollfd *events, nfds_t count, const struct timespec *limit,
                 const sigset_t *mask)
{
    if (getpid() != torn_in)
        return __real_ppoll(events, count, limit, mask);
    int ready = look_apart(events, count);
    if (ready == 0 && (ready = __real_ppoll(events, count, limit, mask)) > 0)
        ready = look_apart(events, count); /* what woke us is seen again, or something else is */
    return ready > 0 || limit == NULL ? ready : __real_ppoll(events, count, limit, mask);
}

int __wrap_poll(struct pollfd *events, nfds_t count, int limit_ms)
{
    struct timespec limit = {limit_ms / 1000, limit_ms % 1000 * 1000000L};
    if (getpid() != torn_in)
        return __real_poll(events, count, limit_ms);
    return __wrap_ppoll(events, count, limit_ms < 0 ? NULL : &limit, NULL);
}

struct trial {
    const struct backend *backend;
    enum schedule schedule;
};

static const char *check_map(const struct trial *trial, const struct plan *plan,
                             struct records *records)
{
    struct traffic traffic = {0};
    struct failure why;
    struct pool *pool;
    char line[256];
    if (trial->backend->start(plan, &pool, &why) != 0)
        return isolate_text("start: %s", failure_line(&why, line, sizeof line));
    torn_in = getpid();
    failure_clear(&why);
    records_spoil(records);
    int error =
        trial->backend->map(pool, records->tasks, records->count, records->results, &traffic, &why);
    torn_in = 0;
    const char *wrong = error != 0 ? isolate_text("map: %s", failure_line(&why, line, sizeof line))
                        : why.error != 0         ? isolate_text("a worker is said to have died: %s",
                                                                failure_line(&why, line, sizeof line))
                        : records_right(records) ? NULL
                                                 : "a success with a hole";
    error = trial->backend->stop(pool, &why);
    return wrong == NULL && error != 0 ? "stop failed" : wrong;
}

static const char *body(void *argument)
{
    const struct trial *trial = argument;
    struct job job = {.shape = {24, 32}, .kernel = mix};
    if (board_create(&job.board, NULL) != 0)
        return "no board";
    struct records records = records_make(&job, TASKS);
    /* With retry a result that was lost would be made once more, and *why would tell. */
    struct plan plan = {.job = &records.job,
                        .workers = WORKERS,
                        .schedule = trial->schedule,
                        .on_death = ON_DEATH_RETRY,
                        .limit_ns = LIMIT_NS};
    board_clear(job.board, WORKERS, false);
    const char *wrong = check_map(trial, &plan, &records);
    records_free(&records);
    board_close(job.board);
    return wrong;
}

static void results_count_whoever_is_seen_dead_first(void **state)
{
    static const char *const backends[] = {"pipes", "shm", "manager"};
    static const enum schedule schedules[] = {SCHEDULE_PER_TASK, SCHEDULE_DYNAMIC};
    (void)state;
    for (size_t b = 0; b < COUNT(backends); b++) {
        for (size_t s = 0; s < COUNT(schedules); s++) {
            struct trial trial = {registry_find(backends[b])->backend, schedules[s]};
            isolate(backends[b], body, &trial);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_count_whoever_is_seen_dead_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
