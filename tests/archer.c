/*
 * archer.c - drives the openmp backend for archer.sh: its loops, several maps on one pool.
 *
 * per-task is left out: libomp keeps the memory of finished explicit tasks in a pool of its own and
 * uses it again, which ThreadSanitizer can't see; now and then it takes that for a race.
 */
#include <stdio.h>

#include "backends/backend.h"
#include "common/clock.h"
#include "mix.h"

extern const struct backend openmp_backend;

static int use(enum schedule schedule, size_t chunk)
{
    struct board *board;
    int fd;
    if (board_create(&board, &fd) != 0)
        return 1;
    struct job job = {.shape = {24, 32}, .kernel = mix, .board = board};
    struct records records = records_make(&job, 500);
    struct plan plan = {.job = &records.job,
                        .workers = 4,
                        .schedule = schedule,
                        .chunk = chunk,
                        .limit_ns = 60 * NS_PER_S};
    struct traffic traffic = {0};
    struct failure why;
    struct pool *pool;
    if (openmp_backend.start(&plan, &pool, &why) != 0)
        return 1;
    int wrong = 0;
    for (int map = 0; map < 20; map++) {
        records_spoil(&records);
        wrong += openmp_backend.map(pool, records.tasks, records.count, records.results, &traffic,
                                    &why) != 0 ||
                 !records_right(&records);
    }
    printf("%s:%zu: %s\n", schedule_name(schedule), chunk, wrong == 0 ? "right" : "wrong");
    records_free(&records);
    board_close(board);
    return wrong; /* the pool ends with the process: libomp keeps its threads */
}

int main(void)
{
    return use(SCHEDULE_DYNAMIC, 1) + use(SCHEDULE_DYNAMIC, 0) + use(SCHEDULE_STATIC, 0);
}
