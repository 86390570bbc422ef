/*
 * process.h - what the kernel tells of a process, from /proc/PID/stat: the one parser of it.
 *
 * The second field is the process's name in parentheses, and a name may hold anything, spaces, line
 * feeds and parentheses included: systemd's helper is called "(sd-pam)". So the fields are
 * counted from the last ')', never from the first. Source: proc(5).
 */
#ifndef PARBENCH_COMMON_PROCESS_H
#define PARBENCH_COMMON_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_NAME_BYTES 64

struct process {
    pid_t pid;
    char name[PROCESS_NAME_BYTES]; /* the kernel keeps 15 bytes, of its own threads more; untrusted
                                    */
    char state;                    /* 'R', 'S', 'D', 'Z', 'T' ... */
    pid_t parent, group;           /* group: pgrp */
    bool kernel;                   /* a thread of the kernel's */
    bool ending;                   /* it is in exit, from which nobody returns, or has ended */
    uint64_t minor_faults;         /* its own, without its children's; so is what follows */
    uint64_t user_ticks;           /* of 1 / sysconf(_SC_CLK_TCK) s */
    uint64_t sys_ticks;
    uint64_t
        start_ticks; /* since boot: with pid it is one process's for ever, as pid alone is not */
    int processor;   /* where it last ran; -1: the kernel does not tell */
};

/* Reads a line as the kernel writes it. Returns 0, or -EINVAL. */
int process_parse(const char *line, struct process *process);

/* Reads /proc/PID/stat. Returns 0, or a negative errno (-ENOENT, -ESRCH: there is no such process).
 */
int process_read(pid_t pid, struct process *process);

#endif
