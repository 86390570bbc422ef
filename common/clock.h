/*
 * clock.h - the one clock: CLOCK_MONOTONIC, in integer nanoseconds.
 *
 * Every time in parbench is a uint64_t of nanoseconds read here; it is comparable between the
 * processes of one machine. A *deadline* is such a time: the latest moment at which a wait ends.
 * Safe in any thread and after fork.
 */
#ifndef PARBENCH_COMMON_CLOCK_H
#define PARBENCH_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* Nanoseconds since an unnamed moment, never running backwards. */
uint64_t clock_ns(void);

/* The deadline that lies limit_ns from now; saturates instead of wrapping. */
uint64_t clock_deadline(uint64_t limit_ns);

/* Milliseconds until the deadline, rounded up, for poll(): 0 when it has passed. */
int clock_left_ms(uint64_t deadline_ns);

/* The time until the deadline as a timespec, for ppoll() and futex waits: 0 when it has passed. */
struct timespec clock_left(uint64_t deadline_ns);

/* The deadline as an absolute timespec of CLOCK_MONOTONIC. */
struct timespec clock_timespec(uint64_t deadline_ns);

#endif
