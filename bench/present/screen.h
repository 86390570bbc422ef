/*
 * screen.h - standard output and error as they are: a terminal of some width, or somebody's pipe.
 *
 * Both are replaced once, at the start, and then written to as ever. A pipe may have been made
 * non-blocking by whoever reads it, or by another program that shares it; then a write that finds
 * no room is waited for (poll) instead of lost, and a signal can end that. And what is meant for
 * people is cut to a terminal's width: lines that are longer go on in the next one, indented.
 * Formats for programs are not touched.
 */
#ifndef PARBENCH_BENCH_PRESENT_SCREEN_H
#define PARBENCH_BENCH_PRESENT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SCREEN_COLUMNS 80 /* of a terminal that does not tell, COLUMNS neither */

/* Takes over stdout and stderr. Without memory they stay what they are. */
void screen_open(void);

/* From now on standard output is for programs: no line is touched. */
void screen_verbatim(void);

/* Columns of the terminal that out is; 0: it is none. What COLUMNS says counts before the terminal,
 * if it is a number of columns. */
size_t screen_width(FILE *out);

/* Whether what goes there may be coloured: a terminal that can, or CLICOLOR_FORCE; never with
 * NO_COLOR (no-color.org, bixense.com/clicolors). */
bool screen_has_colours(FILE *out);

#endif
