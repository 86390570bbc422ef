/*
 * environment.h - the machine beside its numbers: environment.json.
 */
#ifndef PARBENCH_BENCH_COMMAND_ENVIRONMENT_H
#define PARBENCH_BENCH_COMMAND_ENVIRONMENT_H

#include <stdio.h>

#include "bench/command/company.h"

/* Writes one JSON object: an object for each group of facts (fact.h), and `warnings`, what of it
 * spoils measurements. What cannot be known is null. Takes some ten milliseconds, so call it before
 * anything is measured (and the load is the load at the start). argv: of bench itself, for the
 * command line. Returns 0 or a negative errno. */
int environment_write(FILE *out, int argc, char **argv);

/* Adds to directory/environment.json what others did during the run, and if it was much, a warning.
 * Returns 0 or a negative errno; what is said in message[bytes] already stands. */
int environment_add_company(const char *directory, const struct company_report *report,
                            char *message, size_t bytes);

/* Writes directory/environment.json unless there is one: for commands that add a CSV to those of
 * others. Returns 0, or a negative errno with one line in message[bytes], which must begin as "".
 */
int environment_keep(const char *directory, int argc, char **argv, char *message, size_t bytes);

#endif
