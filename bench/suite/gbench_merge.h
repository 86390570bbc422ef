/*
 * gbench_merge.h - the results of many runs of Google Benchmark (GB), made into those of one.
 *
 * Each cell and round is a program of its own to GB, which names its results by how often they were
 * repeated, counts repetitions from 0, and reports mean, median, stddev and cv of that round alone;
 * what it calls CPU time is the coordinator's, for it knows of no workers. GB's compare tools take
 * what has one name to be repetitions of one benchmark. So here each map is one repetition, counted
 * through all rounds; its CPU time is that of coordinator and workers (the counter cpu_ns); and the
 * aggregates are made of all rounds, once, as GB makes them.
 */
#ifndef PARBENCH_BENCH_SUITE_GBENCH_MERGE_H
#define PARBENCH_BENCH_SUITE_GBENCH_MERGE_H

#include <stdint.h>

#include <jansson.h>

/* Takes in what GB wrote of one cell in one round; takes one over. *merged is NULL at first, then
 * owned by the caller. */
void gbench_merge_add(json_t **merged, json_t *one, uint64_t round);

/* Adds the aggregates of each benchmark that has two results or more. Returns 0 or -ENOMEM. */
int gbench_merge_finish(json_t *merged);

#endif
