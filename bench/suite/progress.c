#include "bench/suite/progress.h"

#include <stdio.h>

#include "bench/present/screen.h"
#include "common/clock.h"

#define LINE_BYTES 160

/* Over the line that stands there: with spaces, as not every terminal knows how to erase. */
static void show(const struct progress *progress, const char *line)
{
    const int columns = (int)progress->columns;
    fprintf(stderr, "\r%-*.*s\r%.*s", columns, columns, line, columns, line);
    fflush(stderr);
}

void progress_start(struct progress *progress, size_t total, bool quiet)
{
    size_t width = screen_width(stderr);
    *progress = (struct progress){.shown = !quiet && width > 0,
                                  .total = total,
                                  .begin_ns = clock_ns(),
                                  .columns = width <= LINE_BYTES ? width - 1 : LINE_BYTES - 1};
}

void progress_step(struct progress *progress, const char *what)
{
    char line[LINE_BYTES], left[48] = "";
    size_t done = progress->done++;
    if (!progress->shown)
        return;
    if (done > 0) {
        double spent_s = (double)(clock_ns() - progress->begin_ns) / (double)NS_PER_S;
        double left_s = spent_s / (double)done * (double)(progress->total - done);
        snprintf(left, sizeof left, " ... about %.0f s left", left_s);
    }
    snprintf(line, sizeof line, "[%zu/%zu] %.60s%s", done + 1, progress->total, what, left);
    show(progress, line);
}

void progress_say(const struct progress *progress, const char *what)
{
    char line[LINE_BYTES];
    if (!progress->shown)
        return;
    snprintf(line, sizeof line, "[%zu/%zu] %.60s", progress->done, progress->total, what);
    show(progress, line);
}

void progress_stop(struct progress *progress)
{
    if (progress->shown)
        show(progress, "");
}
