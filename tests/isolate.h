/*
 * isolate.h - a test in a process of its own, which must end, and leave nothing behind.
 *
 * What crashes, hangs, changes limits or kills its children can be tested like anything else, when
 * it happens elsewhere. In that process cmocka's assertions must not be used: they would jump into
 * the copy of a test run. The body says what is wrong by returning it.
 */
#ifndef PARBENCH_TESTS_ISOLATE_H
#define PARBENCH_TESTS_ISOLATE_H

#include <stddef.h>

/* Returns NULL, or what is wrong: a text that isolate copies. */
typedef const char *isolate_body(void *argument);

/* Runs body in a fresh process with default signal actions. Fails the running cmocka test, calling
 * it `name`, if body returns a text, crashes, takes more than two minutes, or leaves descriptors,
 * children, shared memory or (under AddressSanitizer) heap memory behind. */
void isolate(const char *name, isolate_body *body, void *argument);

/* For a body of several steps: what is done from here on, as the failure of a crash or a hang will
 * name it; and a look at what is held now, so that isolate_left can tell what a step has left
 * behind. */
void isolate_step(const char *name);
struct isolate_look {
    int descriptors, mappings;
    size_t heap_bytes;
};
struct isolate_look isolate_look(void);
const char *isolate_left(const struct isolate_look *before); /* NULL: nothing */

/* A text by printf's rules, for a body to return; overwritten by the next call. */
const char *isolate_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Descriptors that this process has open. */
int isolate_descriptors(void);

#endif
