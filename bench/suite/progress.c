#include "bench/suite/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"

void progress_start(struct progress *progress, size_t total, bool quiet)
{
    *progress = (struct progress){
        .shown = !quiet && isatty(STDERR_FILENO), .total = total, .begin_ns = clock_ns()};
}

void progress_step(struct progress *progress, const char *what)
{
    size_t done = progress->done++;
    if (!progress->shown)
        return;
    fprintf(stderr, "\r\033[K[%zu/%zu] %.60s", done + 1, progress->total, what);
    if (done > 0) {
        double spent_s = (double)(clock_ns() - progress->begin_ns) / (double)NS_PER_S;
        double left_s = spent_s / (double)done * (double)(progress->total - done);
        fprintf(stderr, " ... about %.0f s left", left_s);
    }
    fflush(stderr);
}

void progress_say(const struct progress *progress, const char *what)
{
    if (!progress->shown)
        return;
    fprintf(stderr, "\r\033[K[%zu/%zu] %.60s", progress->done, progress->total, what);
    fflush(stderr);
}

void progress_stop(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
