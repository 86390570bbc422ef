/*
 * check.h - bench ipc --check: do independent tools find the same figures?
 */
#ifndef PARBENCH_BENCH_IPC_CHECK_H
#define PARBENCH_BENCH_IPC_CHECK_H

#include "bench/ipc/options.h"

/* Measures, compares, prints. Returns bench's exit status. */
int ipc_check(const struct ipc_options *options);

#endif
