/*
 * text.h - text from elsewhere made harmless.
 *
 * Names, parameters and messages come from plugins, kernels and files of strangers. An escape
 * character in them would move a terminal's cursor, a malformed byte would make JSON or CSV
 * unreadable. So whatever is shown or written passes here: what is not a printable character of
 * UTF-8 becomes '?', and white space of any kind a space. No state; safe in any thread.
 */
#ifndef PARBENCH_BENCH_DATA_TEXT_H
#define PARBENCH_BENCH_DATA_TEXT_H

#include <stddef.h>

/* The bytes (1 .. 4) of the character that text begins with; 0 where that is a control character,
 * malformed, or the end. Well-formed UTF-8 is as in RFC 3629, section 4. */
size_t text_character(const char *text);

/* Makes text harmless in place; it keeps its length in bytes. */
void text_clean(char *text);

/* Returns a harmless copy, owned by the caller (free); of NULL, an empty one. NULL: no memory. */
char *text_copy(const char *text);

/* Writes a harmless copy of from into to[bytes] (at least 4), "..." at its end if it had to be
 * cut. Returns to. */
char *text_brief(const char *from, char *to, size_t bytes);

#endif
