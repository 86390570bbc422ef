/*
 * draw.h - one picture by gnuplot: a child with an owner, started without a shell, under a time
 * limit.
 *
 * gnuplot sees only paths in the janitor's private directory, so no name of a user's reaches its
 * parser; texts are arguments of the script (ARG1..), which it does not evaluate. The finished
 * picture is copied to its place and renamed into it, so a picture there is always whole.
 */
#ifndef PARBENCH_BENCH_PLOT_DRAW_H
#define PARBENCH_BENCH_PLOT_DRAW_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/launch/janitor.h"

struct drawing {
    const char *name;   /* of the script; its table is NAME.dat in the private directory */
    const char *ending; /* of the picture's file */
    bool latex;         /* the terminal is cairolatex: NAME-latex.pdf comes beside NAME.tex */
    int height;         /* in the terminal's units or pixels: ARG6 */
    char title[256];
    char terminal[160]; /* gnuplot's, with its options */
};

/* Makes the picture at the path target. Returns 0, or a negative errno with one line in
 * message[bytes]. */
int draw(struct janitor *janitor, const struct drawing *drawing, const char *target, char *message,
         size_t bytes);

#endif
