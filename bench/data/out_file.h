/*
 * out_file.h - a file that a command was told to write, from its opening until it is certain that
 * all of it is there.
 *
 * Any name will do: an ordinary file, a device, a pipe that somebody reads, our own standard output
 * (/dev/stdout, which is not opened a second time: it would be written over). Opening never waits.
 * A disk that is full shows at a flush, or no sooner than at the close, so both are looked at; what
 * went wrong becomes one line that names the file.
 */
#ifndef PARBENCH_BENCH_DATA_OUT_FILE_H
#define PARBENCH_BENCH_DATA_OUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Opens for writing from the file's beginning (anew), or leaves what is there until out_file_empty.
 * Returns 0 with *file owned by the caller, or a negative errno. */
int out_file_open(const char *path, bool anew, FILE **file);

/* Why it could not be opened, in words. */
const char *out_file_problem(int error);

/* Takes out what was there before, of an ordinary file. Returns 0 or a negative errno. */
int out_file_empty(FILE *file);

/* Whether something other than an ordinary file lies there: a pipe, a device. */
bool out_file_is_special(const char *path);

/* Hands on what is buffered. Returns 0, or a negative errno with one line in message[bytes]; what
 * is said there already stands. */
int out_file_flush(FILE *file, const char *path, char *message, size_t bytes);

/* The same, and closes. error is one of the caller's own, which counts as not having been written.
 */
int out_file_close(FILE *file, const char *path, int error, char *message, size_t bytes);

/* Puts all that write writes in the place of the file at once: on failure the one that was there
 * stays. write returns 0 or a negative errno. Returns as out_file_close. */
int out_file_replace(const char *path, int (*write)(FILE *out, const void *context),
                     const void *context, char *message, size_t bytes);

#endif
