/*
 * words.h - how a refusal speaks of a word that the user wrote.
 *
 * A good message shows the wrong word and names the right ones. The wrong word comes from outside:
 * it is cut to a readable length and freed of control characters, so that a message stays one line.
 * All functions write at most bytes (>= 1) and end the text with 0. Safe in any thread.
 */
#ifndef PARBENCH_WORKLOADS_WORDS_H
#define PARBENCH_WORKLOADS_WORDS_H

#include <stddef.h>

#define WORD_SHOWN_BYTES 40  /* of a user's word in a message */
#define WORDS_BYTES      256 /* enough for a list of names */

/* Copies word as printable ASCII, with "..." where it was cut. Returns shown; bytes >= 4. */
char *word_show(const char *word, char *shown, size_t bytes);

/* The one of names[] (ends with NULL) that word was probably meant to be, by edit distance without
 * regard to case; NULL: none is near. */
const char *word_nearest(const char *word, const char *const names[]);

/* Joins names[]: "sum, primes and echo" with "and" as last. Returns text. */
char *words_join(const char *const names[], const char *last, char *text, size_t bytes);

/* "did you mean sum? There are sum, primes and echo", without the question where none is near.
 * Returns text. */
char *words_suggest(const char *word, const char *const names[], char *text, size_t bytes);

#endif
