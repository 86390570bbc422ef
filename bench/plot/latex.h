/*
 * latex.h - the last step to a plot's LaTeX form.
 *
 * gnuplot's terminal cairolatex writes two files: the graphics as a PDF, and a picture environment
 * that includes it and sets each text, which it hands to LaTeX as it is. Here the text becomes what
 * it was, a name that may hold any character, and the included file gets its lasting name.
 */
#ifndef PARBENCH_BENCH_PLOT_LATEX_H
#define PARBENCH_BENCH_PLOT_LATEX_H

#include <stdio.h>

/* Copies the picture; graphics is the name of the PDF without ".pdf". Returns 0, -EIO, -ENOMEM, or
 * -EILSEQ for a line that cairolatex of gnuplot 5 does not write. */
int latex_copy(FILE *from, FILE *to, const char *graphics);

#endif
