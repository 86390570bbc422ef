/*
 * pairs.h - which cells are held against which, and all the comparisons that follow.
 */
#ifndef PARBENCH_BENCH_COMPARE_PAIRS_H
#define PARBENCH_BENCH_COMPARE_PAIRS_H

#include <stdio.h>

#include "bench/compare/comparison.h"
#include "bench/present/table.h"

struct pairs {
    struct comparison *comparisons; /* comparisons[count] */
    size_t count;
    size_t only_a, only_b;    /* cells without their like on the other side */
    size_t bound_otherwise;   /* cells of a that b has, but with workers bound otherwise (--pin) */
    struct sample *sorted[2]; /* all rows, cell by cell; owned */
};

/* Compares each cell of a with the cell of b that has the same keys. The tables are borrowed and
 * must outlive the pairs. Returns 0 or -ENOMEM; the caller owns *pairs. */
int pairs_of_tables(const struct sample_table *a, const char *a_label, const struct sample_table *b,
                    const char *b_label, bool interleaved, struct pairs *pairs);

/* Compares two cells of one table: those that fit the choices, texts like
 * "backend=pipes,workers=2", within each workload and its parameters. Returns 0, -ENOMEM, or
 * -EINVAL with one line in message[bytes]: a choice makes no sense, or does not fit just one cell.
 */
int pairs_of_choices(const struct sample_table *table, const char *a, const char *b,
                     struct pairs *pairs, char *message, size_t bytes);

void pairs_free(struct pairs *pairs);

/* Prints all comparisons. Returns 0, -ENOMEM or -EIO. */
int pairs_print(FILE *out, const struct pairs *pairs, enum table_format format);

/* What they amount to: how many differ. */
size_t pairs_different(const struct pairs *pairs);

#endif
