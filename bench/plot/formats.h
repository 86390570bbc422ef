/*
 * formats.h - the forms in which a plot is drawn, and how large it is in them.
 */
#ifndef PARBENCH_BENCH_PLOT_FORMATS_H
#define PARBENCH_BENCH_PLOT_FORMATS_H

#include <stddef.h>

#include "bench/plot/draw.h"
#include "bench/plot/plots.h"

/* NULL behind the last one. */
const char *format_name(size_t index);

/* What is to be drawn in a format; rows is what plot->write returned. drawing borrows plot's name.
 */
void format_drawing(size_t index, const struct plot *plot, const struct picture *picture, int rows,
                    struct drawing *drawing);

#endif
