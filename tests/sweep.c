#include "sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backends/registry.h"
#include "common/clock.h"
#include "isolate.h"
#include "mix.h"

#define CALLS_MAX 1000 /* a sweep that goes on for longer is a mistake of its own */
#define TASKS     7
#define WORKERS   2
#define LIMIT_NS  (20 * NS_PER_S)
#if defined(__SANITIZE_ADDRESS__)
#define STRIDE 3 /* a fork of a sanitized process is dear; a build without tries every call */
#else
#define STRIDE 1
#endif

struct trial {
    const struct sweep *sweep;
    const struct backend *backend;
    enum schedule schedule;
    unsigned k;
    bool *happened; /* shared with the test */
};

static const char *use_pool(const struct trial *trial, const struct plan *plan,
                            struct records *records)
{
    const struct backend *backend = trial->backend;
    struct traffic traffic = {0};
    struct failure why, after;
    struct pool *pool;
    failure_clear(&why);
    int error = backend->start(plan, &pool, &why);
    if (error != 0)
        return trial->sweep->judge("start", error, &why);
    const char *wrong = NULL;
    for (int map = 0; map < 2 && error == 0 && wrong == NULL; map++) {
        records_spoil(records);
        error =
            backend->map(pool, records->tasks, records->count, records->results, &traffic, &why);
        if (error != 0)
            wrong = trial->sweep->judge("map", error, &why);
        else if (!records_right(records))
            wrong = "map said that all went well, but results are wrong";
    }
    backend->stop(pool, &after); /* whose error is the worker's, which map may have told already */
    return wrong;
}

static const char *run_trial(void *argument)
{
    const struct trial *trial = argument;
    struct board *board;
    int fd;
    if (board_create(&board, &fd) != 0)
        return "no board";
    struct job job = {.shape = {24, 32}, .kernel = mix, .board = board};
    struct records records = records_make(&job, TASKS);
    struct plan plan = {.job = &records.job,
                        .workers = WORKERS,
                        .schedule = trial->schedule,
                        .chunk = 1,
                        .limit_ns = LIMIT_NS};
    uint64_t begin_ns = clock_ns();
    trial->sweep->arm(trial->sweep->kind, trial->k, trial->happened);
    const char *wrong = use_pool(trial, &plan, &records);
    trial->sweep->arm(trial->sweep->kind, 0, NULL);
    if (wrong == NULL && clock_ns() - begin_ns > LIMIT_NS / 2)
        wrong = "it took far too long";
    records_free(&records);
    board_close(board);
    close(fd);
    return wrong;
}

/* Returns how many calls were thrown off: all that there are, or each of STRIDE. */
static unsigned sweep_one(struct trial *trial)
{
    char name[128];
    unsigned calls = 0;
    for (trial->k = 1;; trial->k += STRIDE) {
        *trial->happened = false;
        snprintf(name, sizeof name, "%s %s, %s, call number %u", trial->backend->name,
                 schedule_name(trial->schedule), trial->sweep->what, trial->k);
        isolate(name, run_trial, trial);
        assert_true(trial->k < CALLS_MAX);
        if (!*trial->happened)
            return calls;
        calls++;
    }
}

unsigned sweep_backends(const struct sweep *sweep)
{
    bool *happened =
        mmap(NULL, sizeof *happened, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(happened != MAP_FAILED);
    unsigned calls = 0;
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++)
        for (int s = 0; entry->backend != NULL && s < SCHEDULES; s++) {
            struct trial trial = {sweep, entry->backend, (enum schedule)s, 0, happened};
            calls += sweep_one(&trial);
        }
    munmap(happened, sizeof *happened);
    return calls;
}
