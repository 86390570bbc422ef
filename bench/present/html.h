/*
 * html.h - text and tables as HTML, escaped; the parts of a page that bench report writes.
 */
#ifndef PARBENCH_BENCH_PRESENT_HTML_H
#define PARBENCH_BENCH_PRESENT_HTML_H

#include <stdio.h>

#include "bench/present/grid.h"

/* Writes text so that it means itself, in an element and in a quoted attribute. */
void html_text(FILE *out, const char *text);

/* A table for each group, under its heading; notes below it. Its class "sortable" is for the
 * page's script, without which it is read as it stands. Returns 0, -ENOMEM or -EIO. */
int grid_print_html(FILE *out, const struct grid *grid);

#endif
