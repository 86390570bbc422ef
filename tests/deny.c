/*
 * deny CALL ERROR PROGRAM ARGUMENTS... - runs a program to which, and to all that it starts, a
 * system call is denied, as sandboxes do. CALL: a name of the table below, or a number; ERROR:
 * EPERM, ENOSYS or a number. Exits with 77 where no filter can be had. One for each call: deny ...
 * deny ... PROGRAM.
 */
#include "tests/deny.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct word {
    const char *name;
    long number;
};

static const struct word calls[] = {
    {"clone3", SYS_clone3},
    {"close_range", SYS_close_range},
    {"eventfd2", SYS_eventfd2},
    {"fallocate", SYS_fallocate},
    {"memfd_create", SYS_memfd_create},
    {"mq_open", SYS_mq_open},
    {"perf_event_open", SYS_perf_event_open},
    {"pidfd_open", SYS_pidfd_open},
    {"pidfd_send_signal", SYS_pidfd_send_signal},
    {"process_vm_readv", SYS_process_vm_readv},
    {"process_vm_writev", SYS_process_vm_writev},
    {"sched_setaffinity", SYS_sched_setaffinity},
    {"set_robust_list", SYS_set_robust_list},
    {"signalfd4", SYS_signalfd4},
    {NULL, 0},
};

static const struct word errors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {NULL, 0}};

static long find(const struct word words[], const char *text)
{
    for (; words->name != NULL; words++)
        if (strcmp(words->name, text) == 0)
            return words->number;
    return atol(text);
}

int main(int argc, char **argv)
{
    if (argc < 4 || deny(find(calls, argv[1]), (int)find(errors, argv[2])) != 0)
        return 77;
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    return 127;
}
