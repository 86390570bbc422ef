/*
 * parameters.h - a workload's parameters as text: "tasks=4,n=2_000_000".
 *
 * The grammar is small and strict:
 *
 *     parameters = name=value { ,name=value }        in any order, each name once
 *     value      = number { /number }                more than one only for a list
 *     number     = [-] digits [.digits] [unit]       digits may be grouped: 2_000_000; a point only
 *                                                 where the table allows decimals
 *
 * What is refused is refused in one line: what was wrong, and what would be right.
 */
#ifndef PARBENCH_WORKLOADS_PARAMETERS_H
#define PARBENCH_WORKLOADS_PARAMETERS_H

#include "workloads/workload.h"

/* B, kB and KiB, MB and MiB, GB and GiB: decimal and binary prefixes of IEC 80000-13. */
extern const struct parameter_unit parameter_bytes[];

/* Reads text (NULL: nothing is given) by the table into settings[] of the same order; those left
 * out get their initial values. owner, the workload's name, begins each message. Returns 0; or
 * -EINVAL with one line in message[bytes], or -ENOMEM. In each case settings are the caller's to
 * free; they must be zeroed before. */
int parameters_read(const char *owner, const struct parameter *table, const char *text,
                    struct setting *settings, char *message, size_t bytes);

/* Writes the settings whose count is not 0 in the table's order, in the same grammar. Returns text
 * owned by the caller (free), or NULL: no memory. */
char *parameters_write(const struct parameter *table, const struct setting *settings);

/* Frees the values of all WORKLOAD_PARAMETERS_MAX settings. */
void parameters_free(struct setting *settings);

#endif
