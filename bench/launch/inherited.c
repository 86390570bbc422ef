#include "bench/launch/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS_WANTED 4096       /* a rank each, and the soft limit is often 1024 */
#define STACK_WANTED       (8u << 20) /* what systems come with */
#define STACK_LEAST        (96u << 10)
#define GROUP_AND_OTHERS   (S_IRWXG | S_IRWXO)

static const int kept[] = {SIGHUP, SIGINT, SIGQUIT};

/* ---- of this process ------------------------------------------------------------------------ */

/* Else the next file that is opened would be standard output. What is open as a path only refuses
 * reads and writes, so output is lost as loudly as on a full disk. */
static int fill_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) < 0)
            return -errno;
    return 0;
}

/* Returns what it is then. */
static rlim_t raise_limit(__rlimit_resource_t resource, rlim_t wanted)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur >= wanted)
        return wanted;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(resource, &limit);
    return limit.rlim_cur;
}

static void noted(int number)
{
    (void)number;
}

/* SIGPIPE has a handler, and is not ignored: so what we start finds its default. SIGXFSZ is
 * ignored: the write fails, and who makes it says which file it was. SIGCHLD ignored would leave no
 * child a status. */
static void settle_signals(void)
{
    const struct sigaction note = {.sa_handler = noted, .sa_flags = SA_RESTART};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!inherited_ignored(SIGPIPE))
        sigaction(SIGPIPE, &note, NULL);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
}

int inherited_put_right(const char **message)
{
    int error = fill_descriptors();
    settle_signals();
    *message = "standard input, output and error are closed, and cannot be opened";
    if (error != 0)
        return error;
    umask(umask(0) & GROUP_AND_OTHERS); /* whoever makes a file may use it */
    raise_limit(RLIMIT_NOFILE, DESCRIPTORS_WANTED);
    *message = "a stack of less than 96 KiB is too small to run in: ulimit -s 8192";
    return raise_limit(RLIMIT_STACK, STACK_WANTED) < STACK_LEAST ? -ENOMEM : 0;
}

bool inherited_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* ---- of what it starts ---------------------------------------------------------------------- */

static bool is_kept(int number)
{
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (kept[i] == number)
            return inherited_ignored(number);
    return number == SIGXFSZ;
}

/* mpirun and Python ask for the directory's name and go there again, which can't be done in one
 * that was removed or may not be entered. Paths that users give were made absolute before. */
static void leave_lost_directory(void)
{
    char here[PATH_MAX];
    if ((getcwd(here, sizeof here) == NULL || chdir(here) != 0) && chdir("/") != 0)
        return; /* then it may find out for itself */
}

void inherited_hand_on(void)
{
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        if (!is_kept(number))
            signal(number, SIG_DFL); /* fails for a few, which have no other */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    leave_lost_directory();
}
