#include "bench/plot/latex.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/present/tex.h"

/* Such lines there are; only the first has text of ours, from the first \strut{} to the braces at
 * the end. gnuplot takes a text that begins with { or [ for LaTeX of its own: see plot_put_text.
 *   \put(671,536){\makebox(0,0)[r]{\strut{}TEXT}}%
 *   \put(152,82){\rotatebox{-270}{\makebox(0,0){\strut{}TEXT}}}%
 *   \put(0,0){\includegraphics[width={504.00bp},height={216.00bp}]{FILE}}% */
static const char text_begin[] = "\\strut{}";
static const char turned_begin[] = "\\rotatebox{";
static const char graphics_begin[] = "\\put(0,0){\\includegraphics[";

static bool ends_with(const char *line, const char *end)
{
    size_t length = strlen(line), bytes = strlen(end);
    return length >= bytes && strcmp(line + length - bytes, end) == 0;
}

/* Puts what is before text, the text escaped, and the end. */
static int put_text(FILE *to, char *line, char *text)
{
    const char *turned = strstr(line, turned_begin);
    const char *end = turned != NULL && turned < text ? "}}}%" : "}}%";
    if (!ends_with(text, end))
        return -EILSEQ;
    text[strlen(text) - strlen(end)] = '\0';
    fprintf(to, "%.*s", (int)(text - line), line);
    tex_text(to, text);
    fprintf(to, "%s\n", end);
    return 0;
}

static int put_graphics(FILE *to, char *line, const char *graphics)
{
    char *file = strrchr(line, '{');
    if (!ends_with(line, "}}%"))
        return -EILSEQ;
    fprintf(to, "%.*s{%s}}%%\n", (int)(file - line), line, graphics);
    return 0;
}

static int put_line(FILE *to, char *line, const char *graphics)
{
    char *text = strstr(line, text_begin);
    const char *begin = line + strspn(line, " ");
    if (text != NULL)
        return put_text(to, line, text + strlen(text_begin));
    if (strncmp(begin, graphics_begin, strlen(graphics_begin)) == 0)
        return put_graphics(to, line, graphics);
    if (strncmp(begin, "\\put(", 5) == 0)
        return -EILSEQ;
    fprintf(to, "%s\n", line);
    return 0;
}

int latex_copy(FILE *from, FILE *to, const char *graphics)
{
    char *line = NULL;
    size_t bytes = 0;
    int error = 0;
    while (error == 0 && getline(&line, &bytes, from) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        error = put_line(to, line, graphics);
    }
    free(line);
    return error == 0 && ferror(from) ? -EIO : error; /* of writing, the close tells */
}
