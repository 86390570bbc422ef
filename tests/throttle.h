/*
 * throttle.h - reads and writes that are interrupted and cut short, on purpose.
 *
 * A program that is linked with throttle.c calls these read, write, readv and writev instead of
 * the C library's. They pass everything on until throttle_set tells them to misbehave as the
 * kernel may: any call may move fewer bytes than asked, or none because of a signal. Processes
 * forked later misbehave alike.
 */
#ifndef PARBENCH_TESTS_THROTTLE_H
#define PARBENCH_TESTS_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on, calls on pipes and sockets move at most most_bytes at a time (0: no limit, and no
 * other fault), and each second one fails with EINTR if interrupted. */
void throttle_set(size_t most_bytes, bool interrupted);

/* From now on, only the k-th of these calls in each process misbehaves (k = 0: none): it moves at
 * most most_bytes, or fails with EINTR if that is 0. It sets *happened. */
void throttle_once(unsigned k, size_t most_bytes, bool *happened);

#endif
