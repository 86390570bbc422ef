/*
 * units.h - numbers with units, read strictly: the whole text must be one number within bounds.
 *
 *     times   250ns  20us  200ms  1.5s  2m  1h     always with a unit, but for 0
 *     sizes   8  8B  64KiB  1MiB  2GiB             powers of 1024; without a unit bytes
 *     counts  1  42                                decimal digits, nothing else
 *
 * No sign, no exponent, no space, nothing after the number: a typing error must not become a
 * measurement of something else. Each returns 0, -EINVAL (it is no such number) or -ERANGE (it is
 * one, but out of bounds), and leaves *value alone in both cases.
 */
#ifndef PARBENCH_BENCH_COMMAND_UNITS_H
#define PARBENCH_BENCH_COMMAND_UNITS_H

#include <stddef.h>
#include <stdint.h>

int units_read_count(const char *text, uint64_t least, uint64_t most, uint64_t *value);

/* In nanoseconds; a fraction of up to nine digits is allowed. */
int units_read_time(const char *text, uint64_t least_ns, uint64_t most_ns, uint64_t *value_ns);

/* In bytes; no fractions. */
int units_read_bytes(const char *text, uint64_t least, uint64_t most, uint64_t *value);

/* Writes a time in the largest unit that keeps it whole: "200ms", "90s", "2m", "0s";
 * units_read_time reads it back as it was. Returns text. */
char *units_write_time(uint64_t ns, char *text, size_t bytes);

#endif
