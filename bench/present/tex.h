/*
 * tex.h - text as LaTeX shows it: every character that it would take as something else is escaped.
 * A double quote needs \usepackage[T1]{fontenc}.
 */
#ifndef PARBENCH_BENCH_PRESENT_TEX_H
#define PARBENCH_BENCH_PRESENT_TEX_H

#include <stdio.h>

void tex_text(FILE *out, const char *text);

#endif
