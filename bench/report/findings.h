/*
 * findings.h - what the figures say, in sentences, by rules that are written down.
 *
 * A rule looks at summary figures and their intervals, and either has something to say or is
 * silent; it never rounds a doubt away. "Wins" means that the whole interval of the speedup lies
 * above 1, "loses" that it lies below; what is in between is neither. Each rule's comment in
 * findings_cells.c and findings_prices.c is its definition, and the page shows them in short.
 */
#ifndef PARBENCH_BENCH_REPORT_FINDINGS_H
#define PARBENCH_BENCH_REPORT_FINDINGS_H

#include <stddef.h>

#include "bench/data/csv_table.h"
#include "bench/data/summary.h"

struct findings {
    char **texts; /* texts[count]: sentences of plain text, owned */
    size_t count;
    int error; /* 0, or -ENOMEM: some are missing */
};

/* Adds a sentence, by printf's rules. */
void findings_add(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void findings_free(struct findings *findings);

/* What cells say: who wins, from which size on, what Python costs, what failed. */
void findings_of_cells(struct findings *findings, const struct summary_table *summary);

/* What the price list says. A table of 0 rows has nothing to say. */
void findings_of_ipc(struct findings *findings, const struct csv_table *ipc);
void findings_of_spawn(struct findings *findings, const struct csv_table *spawn);
void findings_of_metg(struct findings *findings, const struct csv_table *metg);

#endif
