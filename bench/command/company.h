/*
 * company.h - what other programs did on this machine while we measured.
 *
 * A run of bench looks twice, at its begin and at its end. By name are known neighbours that live
 * at the end (common/neighbours.h). What all of them used is the greater of what is seen so and
 * what is left of the machine's busy time, by its ticks, when ours is taken off; that counts those
 * that have ended, or live in other containers, as well. Beside it stand what the host took (steal)
 * and for how long some process waited for a core (pressure), ours included.
 */
#ifndef PARBENCH_BENCH_COMMAND_COMPANY_H
#define PARBENCH_BENCH_COMMAND_COMPANY_H

#include <stdbool.h>

#include "bench/present/table.h"
#include "common/neighbours.h"

#define COMPANY_NAMED 3
#define COMPANY_SHARE 0.05 /* of the cores: more is worth a line */

struct company {                   /* the first look */
    struct neighbours *neighbours; /* NULL: can't be seen */
    uint64_t begin_ns;
    uint64_t ours_ns; /* processor time of this process and of its ended children */
    struct machine_time machine;
    uint64_t pressure_us;
    bool machine_known, pressure_known;
};

struct company_report {
    uint64_t elapsed_ns;
    unsigned cores;      /* that this process may use */
    double others_cores; /* cores' worth of time that others used */
    double steal_cores;  /* NaN: not known, as below */
    double pressure;     /* share of the time */
    struct neighbour
        named[COMPANY_NAMED]; /* named[named_count], the greatest first, above 1 % of a core */
    size_t named_count;
};

/* Takes the first look; what cannot be seen is left out. company_close frees. */
void company_open(struct company *company);
void company_close(struct company *company);

/* Takes the second look. All children of this process should have ended. */
void company_look(struct company *company, struct company_report *report);

/* Whether others were more than the trickle that every machine has. */
bool company_is_busy(const struct company_report *report);

/* "other programs used 0.97 of 2 cores (yes 4711: 0.90)", without a newline, and
 * made harmless. Returns line. */
char *company_line(const struct company_report *report, char *line, size_t bytes);

/* Says so, if they were: below a table for people on standard output, or else, unless quiet, on
 * standard error. */
void company_say(const struct company_report *report, enum table_format format, bool quiet);

#endif
