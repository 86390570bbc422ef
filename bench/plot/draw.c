#include "bench/plot/draw.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/data/out_file.h"
#include "bench/launch/lack.h"
#include "bench/launch/quote.h"
#include "bench/launch/spawn.h"
#include "bench/plot/latex.h"
#include "common/clock.h"
#include "common/read_file.h"

#define DRAW_LIMIT_NS (60 * NS_PER_S)
#define NOT_STARTED   127 /* spawn.h */
#define OUTPUT_BYTES  16384

struct paths {
    char script[PATH_MAX], style[PATH_MAX];
    char data[PATH_MAX + 64], log[PATH_MAX + 64];
    char picture[PATH_MAX + 64], graphics[PATH_MAX + 64]; /* the second by cairolatex, beside it */
};

static int find_paths(const struct janitor *janitor, const char *name, struct paths *paths)
{
    char script[64];
    snprintf(script, sizeof script, "plot/%s.gp", name);
    snprintf(paths->data, sizeof paths->data, "%s/%s.dat", janitor->directory, name);
    snprintf(paths->picture, sizeof paths->picture, "%s/picture.tex", janitor->directory);
    snprintf(paths->graphics, sizeof paths->graphics, "%s/picture.pdf", janitor->directory);
    snprintf(paths->log, sizeof paths->log, "%s/log", janitor->directory);
    int error = spawn_find(script, paths->script, sizeof paths->script);
    return error != 0 ? error : spawn_find("plot/style.gp", paths->style, sizeof paths->style);
}

static int run_gnuplot(struct janitor *janitor, char *const argv[], const char *log, int *status)
{
    struct child child;
    int output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (output < 0)
        return -errno;
    int error = spawn_program(&(struct spawn){.argv = argv, .output = output}, &child);
    close(output);
    if (error != 0)
        return error;
    janitor_watch(janitor, child.pid);
    error = child_wait(&child, clock_deadline(DRAW_LIMIT_NS), status);
    child_end(&child);
    janitor_watch(janitor, 0);
    return error;
}

struct copy {
    const char *from;     /* what gnuplot drew */
    const char *graphics; /* of LaTeX: the file that it includes; NULL: it is copied as it is */
};

static int copy_all(FILE *from, FILE *to)
{
    char piece[16384];
    size_t bytes;
    while ((bytes = fread(piece, 1, sizeof piece, from)) > 0)
        if (fwrite(piece, 1, bytes, to) != bytes)
            return -errno;
    return ferror(from) ? -EIO : 0;
}

static int write_copy(FILE *to, const void *context)
{
    const struct copy *copy = context;
    FILE *from = fopen(copy->from, "re");
    if (from == NULL)
        return -errno;
    int error = copy->graphics != NULL ? latex_copy(from, to, copy->graphics) : copy_all(from, to);
    fclose(from);
    return error;
}

static int put_in_place(const struct copy *copy, const char *target, char *message, size_t bytes)
{
    *message = '\0';
    return out_file_replace(target, write_copy, copy, message, bytes);
}

/* The graphics first, so that what includes them never stands there alone. */
static int put_latex(const char *name, const char *target, const struct paths *paths, char *message,
                     size_t bytes)
{
    char graphics[PATH_MAX + 64], included[64];
    int stem = (int)strlen(target) - (int)strlen(".tex");
    snprintf(included, sizeof included, "%s-latex", name);
    snprintf(graphics, sizeof graphics, "%.*s-latex.pdf", stem, target);
    int error = put_in_place(&(struct copy){.from = paths->graphics}, graphics, message, bytes);
    return error != 0
               ? error
               : put_in_place(&(struct copy){paths->picture, included}, target, message, bytes);
}

/* Returns 0, -ENOENT where there is no gnuplot, -EIO where it failed, or another negative errno. */
static int make_picture(struct janitor *janitor, const struct drawing *drawing,
                        const struct paths *paths)
{
    char height[16];
    int status = 0;
    snprintf(height, sizeof height, "%d", drawing->height);
    char *const argv[] = {"gnuplot",
                          "-d",
                          "-c",
                          (char *)paths->script,
                          (char *)drawing->terminal,
                          (char *)paths->picture,
                          (char *)paths->data,
                          (char *)drawing->title,
                          (char *)paths->style,
                          height,
                          NULL};
    unlink(paths->picture); /* of the drawing before */
    unlink(paths->graphics);
    int error = run_gnuplot(janitor, argv, paths->log, &status);
    if (error != 0 || status == 0)
        return error;
    return WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED ? -ENOENT : -EIO;
}

static void explain(int error, const struct paths *paths, char *message, size_t bytes)
{
    char output[OUTPUT_BYTES], said[QUOTE_BYTES];
    if (error == -ENOENT) {
        snprintf(message, bytes, "gnuplot cannot be started: install gnuplot-nox");
    } else if (error == -EIO || error == -ETIMEDOUT) {
        snprintf(message, bytes, "gnuplot %s",
                 error == -EIO ? "failed" : "was not done within 60 s");
        read_file(paths->log, output, sizeof output);
        quote_add(quote_line(output, said, sizeof said), message, bytes);
    } else {
        lack_line(message, bytes, "cannot start gnuplot", error);
    }
}

int draw(struct janitor *janitor, const struct drawing *drawing, const char *target, char *message,
         size_t bytes)
{
    struct paths paths = {.script = ""};
    int error = find_paths(janitor, drawing->name, &paths);
    if (error != 0) {
        snprintf(message, bytes, "the script %s.gp is not installed", drawing->name);
        return error;
    }
    error = make_picture(janitor, drawing, &paths);
    if (error != 0) {
        explain(error, &paths, message, bytes);
        return error;
    }
    return drawing->latex
               ? put_latex(drawing->name, target, &paths, message, bytes)
               : put_in_place(&(struct copy){.from = paths.picture}, target, message, bytes);
}
