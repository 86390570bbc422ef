/*
 * figures.h - figures for people: three significant digits, a unit that fits.
 *
 * Each writes text[bytes] (FIGURE_BYTES is enough) and returns it; what is not known (NaN) is "-".
 * No state; safe in any thread.
 */
#ifndef PARBENCH_BENCH_PRESENT_FIGURES_H
#define PARBENCH_BENCH_PRESENT_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#define FIGURE_BYTES 32

/* "850 ns", "1.25 us", "12.5 ms", "1.00 s"; at least 0. */
char *figure_time(double ns, char *text, size_t bytes);

/* "0.98", "12.5", "1250"; at least 0. */
char *figure_number(double value, char *text, size_t bytes);

/* A share as "97 %", below 10 % as "1.5 %"; at least 0. */
char *figure_percent(double share, char *text, size_t bytes);

/* The chunks of a cell: asked for (0: none), used (0: none, or nothing was run), and the tasks of the
 * longest share (0: not known). */
struct figure_chunks {
    uint64_t asked, used, share;
};

/* A schedule and how it was handed out: "dynamic:16"; "dynamic:4 of 16" where 16 were asked for and 4
 * used; "static, by 4" where shares went in pieces. */
char *figure_schedule(const char *schedule, const struct figure_chunks *chunks, char *text,
                      size_t bytes);

#endif
