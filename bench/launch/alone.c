#include "bench/launch/alone.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/child.h"

#define SIGNALLED 128 /* what a shell adds to a signal's number */

static const int handed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/* No WNOHANG'd wait finds an end, but ECHILD tells that there is nobody to end. */
static bool has_children(void)
{
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

/* Ends as the child did, also by its signal; process 1 can't be killed by itself, and exits. */
static _Noreturn void end_as(int status)
{
    sigset_t own;
    if (!WIFSIGNALED(status))
        _exit(WEXITSTATUS(status));
    int number = WTERMSIG(status);
    signal(number, SIG_DFL);
    sigemptyset(&own);
    sigaddset(&own, number);
    kill(getpid(), number);
    sigprocmask(SIG_UNBLOCK, &own, NULL);
    _exit(SIGNALLED + number);
}

/* Signals of the terminal reach the child by themselves, as it is in the same group. Children of
 * others are reaped where they end, which nobody else would do. */
static _Noreturn void stand_in(pid_t child, const sigset_t *wanted)
{
    for (;;) {
        siginfo_t info;
        int status, number = sigwaitinfo(wanted, &info);
        if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL)
            kill(child, number);
        for (pid_t pid = 1; number == SIGCHLD && pid > 0;)
            if ((pid = waitpid(-1, &status, WNOHANG)) == child)
                end_as(status);
    }
}

int alone_begin(void)
{
    sigset_t wanted, before;
    pid_t self = getpid();
    if (self != 1 && !has_children())
        return 0;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    for (size_t i = 0; i < sizeof handed_on / sizeof handed_on[0]; i++)
        sigaddset(&wanted, handed_on[i]);
    sigprocmask(SIG_BLOCK, &wanted, &before);
    pid_t child = fork();
    if (child > 0)
        stand_in(child, &wanted);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return child < 0 ? -errno : child_die_with(self);
}
