/*
 * shown.h - how rows of spawn.csv are kept and shown: a group for each mechanism.
 */
#ifndef PARBENCH_BENCH_SPAWN_SHOWN_H
#define PARBENCH_BENCH_SPAWN_SHOWN_H

#include "bench/survey/survey.h"

extern const struct survey_table spawn_table; /* of struct spawn_row */

#endif
