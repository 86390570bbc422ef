/*
 * quote.h - of all that a program printed, the line that tells why it ended.
 *
 * The last line seldom is. Open MPI puts what it has to explain between rules of dashes and a
 * program's backtrace between asterisks, Python ends a traceback with the exception but then warns
 * of semaphores, and most programs go on to tell of the consequences. So lines are weighed: one
 * with the words of an error number (strerror(3)) tells most, then one that complains, then any
 * other.
 */
#ifndef PARBENCH_BENCH_LAUNCH_QUOTE_H
#define PARBENCH_BENCH_LAUNCH_QUOTE_H

#include <stddef.h>

#define QUOTE_BYTES 400 /* enough for a paragraph of Open MPI's */

/* Writes that line into text[bytes], made harmless (text.h) and cut where it is too long: the first
 * of those that tell most, or where none complains, the last; "" where there is none. Returns text.
 */
char *quote_line(const char *output, char *text, size_t bytes);

/* Appends "; it said: LINE" to status[bytes], unless the line is "" or stands there already. */
void quote_add(const char *line, char *status, size_t bytes);

#endif
