/*
 * test_backends.c - one table of edge cases, for every backend that is compiled in and every
 * schedule: whatever the mechanism, map is the serial loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backends/registry.h"
#include "common/clock.h"
#include "isolate.h"
#include "mix.h"
#include "throttle.h"

#define COUNT(array)       (sizeof(array) / sizeof((array)[0]))
#define KIB                1024u
#define MIB                (1024u * KIB)
#define LIMIT_NS           (30 * NS_PER_S)
#define PER_TASK_TASKS_MAX 120 /* a fork each: enough to see it, few enough to wait for it */

struct edge {
    const char *name;
    size_t tasks, task_bytes, result_bytes;
    unsigned workers;
    unsigned maps;     /* one after the other, each of one task less; 0: 1 */
    size_t most_bytes; /* throttled: bytes that a read or write moves, and EINTR; 0: not */
};

static const struct edge edges[] = {
    {"no task", 0, 24, 32, 3, 0, 0},
    {"one task", 1, 24, 32, 3, 0, 0},
    {"fewer tasks than workers", 3, 24, 32, 8, 0, 0},
    {"as many tasks as workers", 4, 24, 32, 4, 0, 0},
    {"an indivisible number", 101, 24, 32, 4, 0, 0},
    {"one worker", 100, 24, 32, 1, 0, 0},
    {"ten thousand small tasks", 10000, 24, 32, 2, 0, 0},
    {"more workers than cores", 500, 24, 32, 33, 0, 0},
    {"several maps on one pool", 20, 24, 32, 3, 20, 0},
    {"nothing in, nothing out", 1000, 0, 0, 2, 0, 0},
    {"nothing in", 1000, 0, 8, 2, 0, 0},
    {"nothing out", 1000, 8, 0, 2, 0, 0},
    {"one byte each way", 1000, 1, 1, 2, 0, 0},
    {"odd sizes", 999, 13, 7, 3, 0, 0},
    {"one byte less than a page", 50, 4095, 4095, 3, 0, 0},
    {"a page", 50, 4096, 4096, 3, 0, 0},
    {"one byte more than a page", 50, 4097, 4097, 3, 0, 0},
    {"one byte less than a pipe", 40, 65535, 65535, 3, 0, 0},
    {"a pipe", 40, 65536, 65536, 3, 0, 0},
    {"one byte more than a pipe", 40, 65537, 65537, 3, 0, 0},
    {"large in, small out", 16, MIB, 8, 2, 0, 0},
    {"small in, large out", 16, 8, MIB, 2, 0, 0},
    {"pipes full both ways", 24, MIB, MIB, 2, 0, 0},
    {"the largest records", 2, 16 * MIB, 16 * MIB, 2, 0, 0},
    {"one byte at a time, interrupted", 40, 24, 32, 2, 0, 1},
    {"interrupted and split in headers", 40, 5000, 3000, 3, 0, 23},
};

static const struct {
    enum schedule schedule;
    size_t chunk;
} schedules[] = {{SCHEDULE_PER_TASK, 0},
                 {SCHEDULE_DYNAMIC, 0},
                 {SCHEDULE_DYNAMIC, 1},
                 {SCHEDULE_DYNAMIC, 7},
                 {SCHEDULE_STATIC, 0}};

struct trial { /* one backend, one schedule, one edge */
    const struct backend *backend;
    struct plan plan;
    const struct edge *edge;
    struct records *records; /* each process has a copy of its own */
};

typedef const char *trial_maps(const struct trial *trial, struct pool *pool);

/* --- in a process of its own ------------------------------------------------------------------ */

static const char *failed(const char *verb, int error, const struct failure *why)
{
    char line[256];
    return isolate_text("%s: %d, %s", verb, error, failure_line(why, line, sizeof line));
}

static const char *map_once(const struct trial *trial, struct pool *pool, size_t count)
{
    struct records *records = trial->records;
    struct traffic traffic = {0};
    struct failure why;
    failure_clear(&why);
    size_t whole = records->count;
    records_spoil(records);
    records->count = count;
    int error = trial->backend->map(pool, records->tasks, count, records->results, &traffic, &why);
    bool right = records_right(records);
    records->count = whole;
    if (error != 0)
        return failed("map", error, &why);
    return right ? NULL : "results differ from the serial loop's";
}

static const char *run_maps(const struct trial *trial, struct pool *pool)
{
    const char *wrong = NULL;
    size_t count = trial->records->count;
    if (trial->plan.schedule == SCHEDULE_PER_TASK && count > PER_TASK_TASKS_MAX)
        count = PER_TASK_TASKS_MAX;
    for (size_t map = 0; wrong == NULL && map <= trial->edge->maps; map++)
        wrong = map_once(trial, pool, map < count ? count - map : 0);
    return wrong;
}

/* Starts, runs maps and stops. */
static const char *run_pool(struct trial *trial, trial_maps *maps)
{
    struct pool *pool;
    struct failure why;
    failure_clear(&why);
    int error = trial->backend->start(&trial->plan, &pool, &why);
    if (error != 0)
        return failed("start", error, &why);
    const char *wrong = maps(trial, pool);
    error = trial->backend->stop(pool, &why);
    return wrong == NULL && error != 0 ? failed("stop", error, &why) : wrong;
}

/* A pool with a board of its own, and what both leave behind. */
static const char *try(struct trial *trial, trial_maps *maps)
{
    struct isolate_look before = isolate_look();
    struct board *board;
    if (board_create(&board, NULL) != 0)
        return "no board";
    trial->records->job.board = board;
    trial->plan.job = &trial->records->job;
    board_clear(board, trial->plan.workers, false);
    const char *wrong = run_pool(trial, maps);
    board_close(board);
    return wrong != NULL ? wrong : isolate_left(&before);
}

/* --- errors of kernels ------------------------------------------------------------------------ */

static const char *refuse_some(const void *task, void *result, const struct shape *shape)
{
    uint64_t number;
    memcpy(&number, task, sizeof number);
    mix(task, result, shape);
    return number % 40 == 17 ? "seventeen is refused" : NULL;
}

static const char *maps_with_errors(const struct trial *trial, struct pool *pool)
{
    struct records *records = trial->records;
    struct traffic traffic = {0};
    struct failure why;
    for (int map = 0; map < 2; map++) {
        failure_clear(&why);
        records_spoil(records);
        int error = trial->backend->map(pool, records->tasks, records->count, records->results,
                                        &traffic, &why);
        if (error != -ECANCELED || why.error != -ECANCELED)
            return isolate_text("map: %d where -ECANCELED is due", error);
        if (why.task != 17 || strcmp(why.text, "seventeen is refused") != 0)
            return isolate_text("named task %lld: %s", (long long)why.task, why.text);
        if (why.worker < 0 || why.worker >= (int)trial->plan.workers || why.pid <= 0)
            return isolate_text("named worker %d (pid %d)", why.worker, why.pid);
        if (!records_right(records))
            return "the other results are not right";
    }
    return map_once(trial, pool, 17); /* the pool is usable: none of these is refused */
}

/* --- for every backend and schedule ----------------------------------------------------------- */

static const char *only; /* the command line's backend; NULL: all of them */

struct sweep { /* one backend, one edge: in a process of its own */
    struct trial trial;
    trial_maps *maps;
};

static const char *try_schedules(void *argument)
{
    struct sweep *sweep = argument;
    struct trial *trial = &sweep->trial;
    const struct backend *backend = trial->backend;
    const char *wrong = NULL;
    throttle_set(trial->edge->most_bytes, trial->edge->most_bytes > 0);
    for (size_t s = 0; wrong == NULL && s < COUNT(schedules); s++) {
        char name[64];
        snprintf(name, sizeof name, "%s:%zu", schedule_name(schedules[s].schedule),
                 schedules[s].chunk);
        isolate_step(name);
        trial->plan = (struct plan){.job = &trial->records->job,
                                    .workers = trial->edge->workers,
                                    .schedule = schedules[s].schedule,
                                    .chunk = schedules[s].chunk,
                                    .limit_ns = LIMIT_NS};
        /* in brackets: cmocka has a macro of that name */
        const char *why_not = backend->skip ? (backend->skip)(&trial->plan) : NULL;
        if (why_not != NULL)
            printf("SKIP %s, %s, %s: %s\n", backend->name, name, trial->edge->name, why_not);
        else
            wrong = try(trial, sweep->maps);
    }
    fflush(stdout);
    return wrong;
}

static void for_all(const struct edge *edge, kernel_function *kernel, trial_maps *maps)
{
    struct job job = {.shape = {edge->task_bytes, edge->result_bytes}, .kernel = kernel};
    struct records records = records_make(&job, edge->tasks);
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++) {
        if (entry->backend == NULL || (only != NULL && strcmp(only, entry->name) != 0))
            continue;
        char name[128];
        struct sweep sweep = {{.backend = entry->backend, .edge = edge, .records = &records}, maps};
        snprintf(name, sizeof name, "%s, %s", entry->name, edge->name);
        isolate(name, try_schedules, &sweep);
    }
    records_free(&records);
}

static void edge_case(void **state)
{
    for_all(*state, mix, run_maps);
}

static void kernels_errors_arrive_and_the_pool_goes_on(void **state)
{
    (void)state;
    static const struct edge edge = {"errors", 200, 24, 32, 3, 0, 0};
    for_all(&edge, refuse_some, maps_with_errors);
}

/* --- schedules ---------------------------------------------------------------------------------
 */

static void schedules_are_read_as_they_are_named(void **state)
{
    (void)state;
    static const char *const nonsense[] = {
        "",         "dynamic:", "dynamic:0",  "dynamic:-1", "dynamic:x",
        "static:2", "Static",   "dynamic:1x", "per",        "dynamic:2147483649"};
    char message[256];
    enum schedule schedule;
    size_t chunk;
    for (int s = SCHEDULE_PER_TASK; s <= SCHEDULE_STATIC; s++) {
        const char *name = schedule_name((enum schedule)s);
        assert_int_equal(schedule_parse(name, &schedule, &chunk, message, sizeof message), 0);
        assert_true((int)schedule == s && chunk == 0);
    }
    assert_int_equal(schedule_parse("dynamic:7", &schedule, &chunk, message, sizeof message), 0);
    assert_true(schedule == SCHEDULE_DYNAMIC && chunk == 7);
    for (size_t i = 0; i < COUNT(nonsense); i++) {
        *message = '\0';
        assert_int_equal(schedule_parse(nonsense[i], &schedule, &chunk, message, sizeof message),
                         -EINVAL);
        assert_non_null(strstr(message, "dynamic:CHUNK"));
    }
}

static void shares_are_contiguous_and_even(void **state)
{
    (void)state;
    for (size_t count = 0; count < 50; count++) {
        for (unsigned workers = 1; workers < 20; workers++) {
            size_t next = 0;
            for (unsigned w = 0; w < workers; w++) {
                size_t first;
                size_t share = schedule_share(count, workers, w, &first);
                assert_int_equal(first, next);
                assert_in_range(share, count / workers, (count + workers - 1) / workers);
                next += share;
            }
            assert_int_equal(next, count);
        }
    }
}

static void a_chunk_is_never_nothing_and_never_too_much(void **state)
{
    (void)state;
    struct job job = {.shape = {MIB, 1}};
    struct plan plan = {.job = &job, .workers = 2};
    assert_int_equal(schedule_chunk(&plan, 0), 1);
    assert_int_equal(schedule_chunk(&plan, 1000000), 1);
    job.shape = (struct shape){0, 32};
    assert_int_equal(schedule_chunk(&plan, 3200), 100);
    assert_int_equal(schedule_chunk(&plan, 100000000), 64 * KIB / 32);
    plan.chunk = 5;
    assert_int_equal(schedule_chunk(&plan, 3), 5);
}

static void backends_have_what_the_runner_needs(void **state)
{
    (void)state;
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++) {
        assert_ptr_equal(registry_find(entry->name), entry);
        const struct backend *backend = entry->backend;
        assert_true((backend == NULL) == (entry->module != NULL));
        if (backend == NULL)
            continue;
        assert_int_equal(backend->abi, BACKEND_ABI);
        assert_string_equal(backend->name, entry->name);
        assert_in_range(strlen(backend->summary), 1, 59);
        assert_true(backend->start != NULL && backend->map != NULL && backend->stop != NULL);
    }
    assert_null(registry_find("no such"));
    assert_null(registry_find("manager:spawn"));
    assert_null(registry_find("manager:"));
    assert_null(registry_find("pipes:tcp"));
    assert_string_equal(registry_find("python-pool:spawn")->name, "python-pool");
    assert_string_equal(registry_find("python-threads-nogil")->name, "python-threads-nogil");
}

/* test_backends [BACKEND [CASES]]: all cases, or those of one backend, whose names match CASES, in
 * which
 * * stands for any text. */
int main(int argc, char **argv)
{
    only = argc > 1 ? argv[1] : NULL;
    if (argc > 2)
        cmocka_set_test_filter(argv[2]);
    const struct CMUnitTest others[] = {
        cmocka_unit_test(backends_have_what_the_runner_needs),
        cmocka_unit_test(schedules_are_read_as_they_are_named),
        cmocka_unit_test(shares_are_contiguous_and_even),
        cmocka_unit_test(a_chunk_is_never_nothing_and_never_too_much),
        cmocka_unit_test(kernels_errors_arrive_and_the_pool_goes_on),
    };
    struct CMUnitTest cases[COUNT(edges)];
    for (size_t i = 0; i < COUNT(edges); i++)
        cases[i] = (struct CMUnitTest){
            .name = edges[i].name, .test_func = edge_case, .initial_state = (void *)&edges[i]};
    int bad = cmocka_run_group_tests_name("others", others, NULL, NULL);
    return bad + cmocka_run_group_tests_name("edges", cases, NULL, NULL) > 0;
}
