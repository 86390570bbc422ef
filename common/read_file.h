/*
 * read_file.h - the small files in which Linux tells about itself (/proc, /sys, /etc).
 */
#ifndef PARBENCH_COMMON_READ_FILE_H
#define PARBENCH_COMMON_READ_FILE_H

#include <stddef.h>

/* Reads a file, up to bytes-1 of it, into text, which ends with 0; "" where it cannot be read.
 * Returns text. */
char *read_file(const char *path, char *text, size_t bytes);

/* The same, but its first line only, without its end. */
char *read_line(const char *path, char *text, size_t bytes);

/* Finds the line in text that begins with key, and copies what follows key and any " :=\t\"" up to
 * the end of line or a closing '"'; "" where there is none. Returns value. */
char *read_value(const char *text, const char *key, char *value, size_t bytes);

#endif
