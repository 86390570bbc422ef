/*
 * epcc.c - a region of OpenMP as the EPCC benchmarks measure it, which ours is held against.
 *
 * Their way: a delay of a tenth of a microsecond, many times in a plain loop; the same number of
 * regions in which each thread has that delay; and the overhead of a region is what the second loop
 * took longer than the first, divided by their number. No look at the clock is in it, and no memory
 * that threads share. How long the delay's own loop must be is found out beforehand.
 *
 * Source: J. M. Bull, Measuring Synchronisation and Scheduling Overheads in OpenMP, EWOMP 1999,
 * section 2.
 */
#include "bench/spawn/tool/epcc.h"

#include <omp.h>

#define DELAY_S    0.1e-6
#define REGIONS    200
#define TRIAL      10000 /* steps of the delay, to learn how long they take */
#define TEAM_LEAST 2

/* So many additions, of which the compiler must leave all in place. */
static void delay(long steps)
{
    volatile double sum = 0;
    for (long i = 0; i < steps; i++)
        sum += (double)i;
}

static long delay_steps(void)
{
    double begin = omp_get_wtime();
    delay(TRIAL);
    double step = (omp_get_wtime() - begin) / TRIAL;
    return step > 0 ? (long)(DELAY_S / step) + 1 : 1;
}

int epcc_region(struct stage *stage, double *region_ns)
{
    const int team = omp_get_max_threads() < TEAM_LEAST ? TEAM_LEAST : omp_get_max_threads();
    const long steps = delay_steps();
    (void)stage;
    double begin = omp_get_wtime();
    for (int i = 0; i < REGIONS; i++)
        delay(steps);
    double plain = omp_get_wtime() - begin;
    begin = omp_get_wtime();
    for (int i = 0; i < REGIONS; i++) {
#pragma omp parallel num_threads(team)
        delay(steps);
    }
    double regions = omp_get_wtime() - begin;
    *region_ns = (regions - plain) * 1e9 / REGIONS;
    return 0;
}
