#include "bench/plot/formats.h"

#include <stdio.h>
#include <string.h>

#include "bench/data/text.h"

#define TITLE_PIXELS 8 /* a character of a title, at the most: longer ones are cut */

/* Points for print, pixels on screens; no background, for light and dark pages. Letters are of one
 * height in all, compared to the picture, but for LaTeX's, whose letters are the document's. */
static const struct format {
    const char *name, *ending, *terminal; /* terminal's %d: width and height */
} formats[] = {
    {"svg", "svg", "svg size %d,%d dynamic font 'sans-serif,12' noenhanced name 'parbench'"},
    {"pdf", "pdf", "pdfcairo size %d.0/100,%d.0/100 fontscale 0.7 font 'sans-serif,9' noenhanced"},
    {"png", "png",
     "pngcairo size 2*%d,2*%d fontscale 2 linewidth 2 pointscale 2 font 'sans-serif,9' noenhanced"},
    {"latex", "tex", "cairolatex pdf size %d.0/100,%d.0/100 linewidth 2"},
};
#define FORMATS (sizeof formats / sizeof formats[0])

const char *format_name(size_t index)
{
    return index < FORMATS ? formats[index].name : NULL;
}

/* Cut to what fits; a double quote, which plain LaTeX lacks, becomes a single one, as in tables. */
static void brief_title(const char *whole, char *title, size_t bytes)
{
    text_brief(whole, title, bytes);
    for (char *quote; (quote = strchr(title, '"')) != NULL;)
        *quote = '\'';
}

void format_drawing(size_t index, const struct plot *plot, const struct picture *picture, int rows,
                    struct drawing *drawing)
{
    int down = (int)(picture->panels + 1) / 2;
    int width = picture->width > 0 ? picture->width : picture->panels > 1 ? 900 : 700;
    int height = picture->height > 0 ? picture->height : 60 + down * (90 + 18 * rows);
    *drawing = (struct drawing){.name = plot->name,
                                .height = height,
                                .ending = formats[index].ending,
                                .latex = strcmp(formats[index].ending, "tex") == 0};
    brief_title(picture->title, drawing->title, (size_t)width / TITLE_PIXELS);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(drawing->terminal, sizeof drawing->terminal, formats[index].terminal, width, height);
#pragma GCC diagnostic pop
}
