/*
 * starter.h - who started the run that a program of ours belongs to, and to end with it.
 *
 * A child that asks for SIGKILL at its parent's death (child_die_with) has to know who its parent
 * was: if that has died before the child asked, getppid tells somebody else. After fork the pid is
 * in memory; after exec it must be handed on, and here it is, in the environment. In between may
 * stand an mpirun, an interpreter or strace, so the question is not whether the starter is the
 * parent, but whether it is still among the ancestors: whoever is orphaned is brought up by the
 * starter itself, which ends it (bench/launch/descendants.h), or by init, and then nobody would.
 */
#ifndef PARBENCH_COMMON_STARTER_H
#define PARBENCH_COMMON_STARTER_H

/* In a program that starts others: from now on they, and what they start, know it as the starter.
 */
void starter_sign(void);

/* At the start of a program that was started so: it takes what it may have inherited for its
 * signals back (SIGCHLD ignored: then nobody could wait for a child's status), and dies with its
 * parent. Returns 0; -ESRCH: the starter is gone already; or another negative errno. A program that
 * was started by hand has no starter and dies with its parent. */
int starter_join(void);

#endif
