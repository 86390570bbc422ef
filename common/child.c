#include "common/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"

#define END_LIMIT_NS (10 * NS_PER_S) /* SIGKILL waits for a system call in state D, and we do not */
#define LOOK_US      200
#define SMALL_STACK  (1u << 20)

int child_die_with(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return -errno;
    return getppid() == parent ? 0 : -ESRCH; /* the parent may have died before we asked */
}

static void forget(struct child *child)
{
    if (child->pidfd >= 0)
        close(child->pidfd);
    *child = CHILD_NONE;
}

/* Of a child that has ended. */
static void reap(struct child *child, int *status)
{
    int ended = 0;
    pid_t pid;
    do
        pid = waitpid(child->pid, &ended, 0);
    while (pid < 0 && errno == EINTR);
    CHECK(pid == child->pid);
    forget(child);
    if (status != NULL)
        *status = ended;
}

int child_reap(pid_t pid, uint64_t deadline_ns, int *status)
{
    pid_t got;
    while ((got = waitpid(pid, status, WNOHANG)) == 0 && clock_ns() < deadline_ns)
        usleep(LOOK_US);
    return got == pid ? 0 : got == 0 ? -ETIMEDOUT : -errno;
}

void child_end(struct child *child)
{
    if (child->pid == 0)
        return;
    kill(child->pid, SIGKILL); /* not yet reaped, so the number is still its own */
    uint64_t deadline_ns = clock_deadline(END_LIMIT_NS);
    if (child->pidfd < 0)
        child_reap(child->pid, deadline_ns, NULL);
    else if (child_wait(child, deadline_ns, NULL) == 0)
        return;
    forget(child);
}

int child_adopt(struct child *child, pid_t pid)
{
    child->pid = pid;
    child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by definition */
    if (child->pidfd < 0) {
        int error = -errno;
        child_end(child);
        return error;
    }
    return 0;
}

int child_start(struct child *child, int (*body)(void *argument), void *argument)
{
    pid_t parent = getpid();
    *child = CHILD_NONE;
    fflush(NULL); /* or both processes would write what is buffered now */
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        _exit(child_die_with(parent) != 0 ? 1 : body(argument));
    return child_adopt(child, pid);
}

int child_wait(struct child *child, uint64_t deadline_ns, int *status)
{
    struct pollfd end = {.fd = child->pidfd, .events = POLLIN};
    for (;;) {
        int ready = poll(&end, 1, clock_left_ms(deadline_ns));
        if (ready > 0)
            break;
        if (ready == 0)
            return -ETIMEDOUT;
        CHECK(errno == EINTR || errno == EAGAIN || errno == ENOMEM);
    }
    reap(child, status);
    return 0;
}

/* Limits that end a process by a signal that may as well come of something else: a hard one of
 * processor time, and a stack smaller than programs are used to. */
static void add_limit(int number, char *text, size_t bytes)
{
    struct rlimit cpu, stack;
    size_t length = strlen(text);
    if (number == SIGKILL && getrlimit(RLIMIT_CPU, &cpu) == 0 && cpu.rlim_max != RLIM_INFINITY)
        snprintf(text + length, bytes - length, "; ulimit -t is %llu",
                 (unsigned long long)cpu.rlim_max);
    if (number == SIGSEGV && getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < SMALL_STACK)
        snprintf(text + length, bytes - length, "; ulimit -s is %llu",
                 (unsigned long long)stack.rlim_cur / 1024);
}

char *child_describe(int status, char *text, size_t bytes)
{
    if (WIFSIGNALED(status)) {
        snprintf(text, bytes, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
        add_limit(WTERMSIG(status), text, bytes);
    } else {
        snprintf(text, bytes, "exited with status %d", WEXITSTATUS(status));
    }
    return text;
}
