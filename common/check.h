/*
 * check.h - CHECK: a programmer's error ends the program.
 *
 * Unlike assert it is always on, so a call may stand inside it. It is for what can only be wrong
 * if the code is wrong; what the system or a user may get wrong is returned as an error instead.
 */
#ifndef PARBENCH_COMMON_CHECK_H
#define PARBENCH_COMMON_CHECK_H

#define CHECK(condition)                                                                           \
    ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, __func__, #condition))

/* Writes one line to standard error and aborts. Safe after fork and in any thread. */
_Noreturn void check_failed(const char *file, int line, const char *function,
                            const char *condition);

#endif
