/*
 * inherited.h - what this process was born with, made what a program may count on.
 *
 * exec keeps more than arguments and variables: open and closed descriptors, ignored and blocked
 * signals, the umask, limits. Some of it was meant: who ignores SIGHUP and SIGINT (nohup, & in a
 * script) wants a run that goes on, and a hard limit is a limit. The rest is whatever the one who
 * started us happened to have: a thread that blocks signals, a daemon without standard output. That
 * is put right here, once and before anything else; programs that we start are given theirs in one
 * place likewise (spawn.h).
 */
#ifndef PARBENCH_BENCH_LAUNCH_INHERITED_H
#define PARBENCH_BENCH_LAUNCH_INHERITED_H

#include <stdbool.h>

/* At the very start of a program that starts others. Descriptors 0 to 2 are taken, where they were
 * closed by one that refuses to be read or written; no signal is blocked; soft limits are raised as
 * far as is of use. Returns 0; or a negative errno, with one line in message[] of what to do: then
 * the program can't go on. */
int inherited_put_right(const char **message);

/* Whether a signal was ignored when this process was born, which must stay so. */
bool inherited_ignored(int number);

/* In a child that is to become another program: its signals are those that programs expect, but for
 * SIGHUP, SIGINT and SIGQUIT that were ignored; nothing is blocked. Its directory is one that it
 * can be started in. */
void inherited_hand_on(void);

#endif
