/*
 * lifeline.c - pidfd_open for programs that run under a valgrind that does not know it
 * (before 3.21); for memcheck.sh to preload.
 *
 * A pidfd is polled, and tells of its process's end. So does a pipe whose only writer is that
 * process: each fork makes one, the child keeps the writing end at a number of its own, also across
 * exec, and has no part in its parent's. The reading end is what pidfd_open returns.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define LIFELINE     700 /* the writing end, in each child */
#define CHILDREN_MAX 4096

static struct {
    pid_t pid;
    int fd;
} ends[CHILDREN_MAX]; /* of children that nobody has asked for yet */

static void remember(pid_t pid, int fd)
{
    for (int i = 0; i < CHILDREN_MAX; i++)
        if (ends[i].pid == 0) {
            ends[i].pid = pid;
            ends[i].fd = fd;
            return;
        }
    close(fd);
}

static int open_end(pid_t pid)
{
    for (int i = 0; i < CHILDREN_MAX; i++)
        if (ends[i].pid == pid) {
            ends[i].pid = 0;
            return ends[i].fd;
        }
    errno = ESRCH;
    return -1;
}

pid_t fork(void)
{
    pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
    int line[2];
    if (pipe2(line, O_CLOEXEC) != 0)
        return -1;
    pid_t pid = real();
    if (pid == 0) {
        memset(ends, 0, sizeof ends);
        dup2(line[1], LIFELINE); /* without FD_CLOEXEC; and no more of the parent's */
        close(line[0]);
    }
    close(line[1]);
    if (pid > 0)
        remember(pid, line[0]);
    else if (pid < 0)
        close(line[0]);
    return pid;
}

long syscall(long number, ...)
{
    long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_pidfd_open)
        return open_end((pid_t)arguments[0]);
    return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                arguments[5]);
}
