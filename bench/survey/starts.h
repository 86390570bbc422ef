/*
 * starts.h - from the figures of several starts of a program to one: what a reader takes an
 * interval for.
 *
 * Samples of one start are not independent: where its memory came to lie, on which cores, how its
 * two sides fell into step, is decided when it starts and lasts until it ends. So a start is one
 * observation, the figure is the median over starts, and the interval is between starts.
 *
 * It goes from the least to the greatest. Of n independent starts that holds the true median with
 * probability 1 - 2 / 2^n: 99.2 % of 8, and below 95 % of fewer than 6. Of 8 a narrower one would do,
 * if they were independent of each other. But all of them are of one run, and a shared machine has
 * moods that last for minutes: two runs differ by more than the starts of either. What is left over
 * is the little that one run can do about that; the rest is time between the starts (survey.h).
 * Source: David & Nagaraja, Order Statistics, section 7.1.
 *
 * Where what a start decides is one of two things (a page's colour, a cache line's neighbour), the
 * median of all is a figure that no start has. Then the two modes are told as well.
 */
#ifndef PARBENCH_BENCH_SURVEY_STARTS_H
#define PARBENCH_BENCH_SURVEY_STARTS_H

#include <stddef.h>
#include <stdint.h>

#include "bench/data/statistics.h"

#define STARTS_MOST 1000

struct starts_field { /* one field of an array of records; NaN: that start does not have it */
    const double *first;
    size_t stride; /* bytes */
};

#define STARTS_FIELD(records, field)                                                               \
    {                                                                                              \
        .first = &(records)->field, .stride = sizeof *(records)                                    \
    }

/* The median over those of count starts (at most STARTS_MOST) that have it, and its interval;
 * unknown, if none has. *coverage (may be NULL) is the interval's (one start: 0), NaN if there is
 * none. */
struct estimate starts_estimate(const struct starts_field *field, size_t count, double *coverage);

struct starts_modes { /* counts 0, medians NaN: there is one mode */
    uint64_t low_count, high_count;
    double low, high; /* the median of either */
};

/* Two modes are two groups of two starts at least, the greater ones at least a fifth above the
 * lesser ones, with a gap between them that is twice as wide as either group. Of 8 figures with
 * one mode, normally distributed, that finds two in less than 1 of 50 cases. */
struct starts_modes starts_find_modes(const struct starts_field *field, size_t count);

#endif
