#include "bench/plot/draw.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/launch/spawn.h"
#include "common/clock.h"

#define DRAW_LIMIT_NS (60 * NS_PER_S)
#define NOT_STARTED   127 /* spawn.h */

struct paths {
    char script[PATH_MAX], style[PATH_MAX];
    char data[PATH_MAX + 64], picture[PATH_MAX + 64], log[PATH_MAX + 64];
};

static int find_paths(const struct janitor *janitor, const char *name, struct paths *paths)
{
    char script[64];
    snprintf(script, sizeof script, "plot/%s.gp", name);
    snprintf(paths->data, sizeof paths->data, "%s/%s.dat", janitor->directory, name);
    snprintf(paths->picture, sizeof paths->picture, "%s/picture", janitor->directory);
    snprintf(paths->log, sizeof paths->log, "%s/log", janitor->directory);
    int error = spawn_find(script, paths->script, sizeof paths->script);
    return error != 0 ? error : spawn_find("plot/style.gp", paths->style, sizeof paths->style);
}

/* The first line of what gnuplot said, for the message. */
static void quote_log(const char *path, char *line, size_t bytes)
{
    FILE *log = fopen(path, "re");
    line[0] = '\0';
    while (log != NULL && fgets(line, (int)bytes, log) != NULL &&
           strspn(line, " \t\n^") == strlen(line))
        continue;
    line[strcspn(line, "\n")] = '\0';
    if (log != NULL)
        fclose(log);
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

static int copy_all(FILE *from, FILE *to)
{
    char piece[16384];
    size_t bytes;
    while ((bytes = fread(piece, 1, sizeof piece, from)) > 0)
        if (fwrite(piece, 1, bytes, to) != bytes)
            return -EIO;
    return ferror(from) || fflush(to) != 0 ? -EIO : 0;
}

static int put_in_place(const char *picture, const char *target)
{
    char temporary[PATH_MAX];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.part", target) >= sizeof temporary)
        return -ENAMETOOLONG;
    FILE *from = fopen(picture, "re");
    if (from == NULL)
        return -errno;
    FILE *to = fopen(temporary, "we");
    int error = to == NULL ? -errno : copy_all(from, to);
    fclose(from);
    if (to != NULL && fclose(to) != 0 && error == 0)
        error = -EIO;
    if (error == 0 && rename(temporary, target) != 0)
        error = -errno;
    if (error != 0 && to != NULL)
        unlink(temporary);
    return error;
}

int draw(struct janitor *janitor, const struct drawing *drawing, char *message, size_t bytes)
{
    struct paths paths = {.script = ""};
    char said[256];
    int status = 0;
    int error = find_paths(janitor, drawing->name, &paths);
    if (error != 0) {
        snprintf(message, bytes, "the script %s.gp is not installed", drawing->name);
        return error;
    }
    char height[16];
    snprintf(height, sizeof height, "%d", drawing->height);
    char *const argv[] = {"gnuplot",
                          "-d",
                          "-c",
                          paths.script,
                          (char *)drawing->terminal,
                          paths.picture,
                          paths.data,
                          (char *)drawing->title,
                          paths.style,
                          height,
                          NULL};
    unlink(paths.picture); /* of the drawing before */
    error = run_gnuplot(janitor, argv, paths.log, &status);
    if (error == 0 && status != 0)
        error = WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED ? -ENOENT : -EIO;
    if (error == -EIO) {
        quote_log(paths.log, said, sizeof said);
        snprintf(message, bytes, "gnuplot failed: %s", said);
    } else if (error != 0) {
        snprintf(message, bytes,
                 error == -ENOENT ? "gnuplot cannot be started: install gnuplot-nox"
                                  : "gnuplot: %s",
                 strerror(-error));
    } else if ((error = put_in_place(paths.picture, drawing->target)) != 0) {
        snprintf(message, bytes, "cannot write '%.300s': %s", drawing->target, strerror(-error));
    }
    return error;
}
