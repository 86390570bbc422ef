/*
 * comparison.h - are two cells equally fast? One pair, its figures, and a verdict in words.
 *
 * Where both sides were measured in the same rounds of one run, what slowed the machine during a
 * round slowed both, so pairs of rounds are compared, twice: the medians of each round, by the
 * logarithm of their ratio and Wilcoxon's signed ranks, and the least times, by swap_test.h. On a
 * machine to itself the medians tell more: they see what happens in every sample. On one that
 * others disturb, the medians are mostly theirs. With a load of 12 on 2 cores, 5 % of work
 * more was found by the medians of 45 rounds in 1 of 100 resamplings of a run, by the least times
 * in 94, and no difference as one in 0 and 1. Each test has half of the level. They need at least
 * COMPARISON_ROUNDS rounds. Else the medians of the one side's rounds meet those of the other's, by
 * Mann and Whitney's test, which needs COMPARISON_STARTS of each; if these come from different
 * runs, a difference may be the machine's, which drifts in plateaus of seconds, and the verdict
 * says so. Samples never meet samples: those of a round are of one process, resemble each other,
 * and are no more evidence of a difference than one of them.
 *
 * A difference is called real if the test's p is below COMPARISON_LEVEL, the 95 % interval of the
 * ratio of medians leaves out 1, and the ratio differs from 1 by more than COMPARISON_LEAST: two
 * builds of one source may differ by that much through where the linker put things (Mytkowicz et
 * al., Producing Wrong Data Without Doing Anything Obviously Wrong, ASPLOS 2009). The level is
 * below the usual 5 % because whoever compares, compares many cells. A real difference is one of
 * the builds, not of the sources: a change beside a loop of few cycles may move that loop across a
 * cache line and double its time.
 *
 * Where other programs disturbed too many samples of a side (summary.h), there is no verdict,
 * whatever the tests say: a load that came or went during the run would be taken for a difference.
 */
#ifndef PARBENCH_BENCH_COMPARE_COMPARISON_H
#define PARBENCH_BENCH_COMPARE_COMPARISON_H

#include <stdbool.h>

#include "bench/data/sample.h"
#include "bench/data/statistics.h"

#define COMPARISON_LEVEL  0.01
#define COMPARISON_LEAST  0.01
#define COMPARISON_ROUNDS 9 /* fewer, and no p of pairs is below half the level */
#define COMPARISON_STARTS 5 /* rounds on each side; with 4, no p of theirs is below the level */

enum verdict_kind { VERDICT_NONE, VERDICT_SLOWER, VERDICT_FASTER, VERDICT_FEW, VERDICT_DISTURBED };

struct side {                     /* one cell */
    const char *label;            /* what the verdict calls it */
    const struct sample *samples; /* samples[count]: all its rows, borrowed */
    size_t count;
};

struct comparison { /* keys are those of the first side; texts are borrowed */
    const char *workload, *parameters, *backend, *schedule, *pin;
    uint64_t chunk, asked_chunk, workers;
    const char *a_settings, *b_settings; /* as in samples.csv, of the first row that has some */
    bool other_settings;                 /* they differ, and the backend does not */
    const char *a, *b;                   /* labels */
    uint64_t a_samples, b_samples, a_left_out, b_left_out; /* left out: failed, not verified,
                                                              measured again */
    uint64_t a_disturbed, b_disturbed;                     /* of the samples */
    uint64_t rounds; /* that both have; 0 if they were not the same rounds */
    uint64_t a_rounds, b_rounds;
    uint64_t interleaved;                 /* 1: measured in the same rounds of one run */
    double a_median_ns, b_median_ns;      /* over rounds of medians */
    double ratio, ratio_low, ratio_high;  /* b / a, with its 95 % interval */
    double mann_whitney_p, signed_rank_p; /* NaN: not made */
    double least_ratio, least_low, least_high, least_p; /* of the least times; NaN: not made */
    double p;     /* the one that decides; where two do, twice the lesser */
    bool at_best; /* the least times decided, not the medians */
    enum verdict_kind kind;
    char verdict[256];
};

/* Compares b with a. interleaved: their rounds are the same rounds. Returns 0 or -ENOMEM. */
int comparison_make(const struct side *a, const struct side *b, bool interleaved,
                    struct comparison *comparison);

#endif
