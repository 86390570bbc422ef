/*
 * pace.h - how much slower than on a quiet machine a test has to expect things to be.
 *
 * A test that waits for a limit to strike wants it short, and one whose fault must come before the
 * limit wants it long: so limits are written as on a quiet machine and multiplied by this.
 */
#ifndef PARBENCH_TESTS_PACE_H
#define PARBENCH_TESTS_PACE_H

#include <stdint.h>

/* 1 on a quiet machine, 2 where others keep every core half busy, ..., at most 20; twice as much in a
 * sanitized build. Measured by the first call, in some 20 ms. */
unsigned pace_factor(void);

/* limit_ns times that. */
uint64_t pace_scaled(uint64_t limit_ns);

#endif
