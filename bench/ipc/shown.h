/*
 * shown.h - how rows of ipc.csv are kept and shown: a group for each transport and placement.
 */
#ifndef PARBENCH_BENCH_IPC_SHOWN_H
#define PARBENCH_BENCH_IPC_SHOWN_H

#include "bench/survey/survey.h"

extern const struct survey_table ipc_table; /* of struct ipc_row */

#endif
