#include "bench/launch/janitor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench/launch/lack.h"
#include "common/check.h"
#include "common/clock.h"

#define CLEAN_LIMIT_NS (2 * NS_PER_S)
#define STOP_LIMIT_NS  (5 * NS_PER_S)
#define GROUP_LIMIT_NS (20 * NS_PER_MS)
#define RETRY_MS       5
#define LOOK_MS        1
#define SHARED_MEMORY  "/dev/shm"

#define PARENT_BYTES_MAX                                                                           \
    48 /* of 107, with /parbench-1234567-XXXXXX/pymp-XXXXXXXX/listener-XXXXXXXX */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

/* Named semaphores can't lie in our directory: glibc keeps those of sem_open(3) in /dev/shm, as
 * sem.NAME. Ours are named after the directory (bench/python/helpers.py). */
static void remove_semaphores(const char *directory)
{
    char path[PATH_MAX], prefix[NAME_MAX];
    const char *slash = strrchr(directory, '/');
    int length = snprintf(prefix, sizeof prefix, "sem.%s-", slash + 1);
    DIR *files = opendir(SHARED_MEMORY);
    if (files == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(files)) != NULL;) {
        if (strncmp(entry->d_name, prefix, (size_t)length) != 0)
            continue;
        snprintf(path, sizeof path, SHARED_MEMORY "/%s", entry->d_name);
        unlink(path);
    }
    closedir(files);
}

static void end_group(pid_t group)
{
    uint64_t deadline_ns = clock_deadline(GROUP_LIMIT_NS); /* zombies may have nobody to reap them */
    while (kill(-group, SIGKILL) == 0 && clock_ns() < deadline_ns)
        usleep(LOOK_MS * 1000);
}

/* Processes that are being killed may still make files, and ranks of MPI die a moment after their
 * mpirun: remove until the directory stays away, and if there was somebody to kill, for two looks. */
static void clean(const char *directory, pid_t group)
{
    uint64_t deadline_ns = clock_deadline(CLEAN_LIMIT_NS);
    unsigned away = 0, wanted = group > 0 ? 2 : 1;
    if (group > 0)
        end_group(group);
    do {
        remove_semaphores(directory);
        nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        away = access(directory, F_OK) != 0 ? away + 1 : 0;
        if (away == wanted)
            return;
        usleep(RETRY_MS * 1000);
    } while (clock_ns() < deadline_ns);
}

static void drop_all_but(int fd)
{
    CHECK(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    closefrom(STDIN_FILENO + 1); /* a reader of our output must not wait for the janitor */
}

static _Noreturn void serve(int calls, const char *directory)
{
    pid_t group = 0, told;
    setsid(); /* out of reach of the terminal and of whoever kills our group */
    prctl(PR_SET_NAME, "janitor");
    drop_all_but(calls);
    for (;;) {
        ssize_t got = read(STDIN_FILENO, &told, sizeof told);
        if (got == sizeof told)
            group = told;
        else if (got >= 0 || errno != EINTR)
            break;
    }
    clean(directory, group);
    _exit(0);
}

const char *janitor_parent(void)
{
    const char *named = getenv("TMPDIR");
    const char *const places[] = {SHARED_MEMORY, named != NULL && *named == '/' ? named : "/tmp",
                                  "/tmp", "/var/tmp"};
    const char *any = NULL;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        uint64_t room = lack_room(places[i]);
        if (room >= LACK_SHARED_ROOM && strlen(places[i]) <= PARENT_BYTES_MAX)
            return places[i];
        if (room > 0 && any == NULL)
            any = places[i];
    }
    return any;
}

static int make_directory(char *directory, size_t bytes, char *message, size_t message_bytes)
{
    const char *parent = janitor_parent();
    if (parent == NULL) {
        snprintf(message, message_bytes,
                 "no directory for temporary files can be written to, neither " SHARED_MEMORY
                 " nor TMPDIR, /tmp or /var/tmp: set TMPDIR to one that can");
        return -EACCES;
    }
    int length = snprintf(directory, bytes, "%s/parbench-%d-XXXXXX", parent, (int)getpid());
    int error = length < 0 || (size_t)length >= bytes ? -ENAMETOOLONG
                : mkdtemp(directory) == NULL          ? -errno
                                                      : 0;
    if (error != 0)
        snprintf(
            message, message_bytes,
            "no directory for temporary files can be made in %.200s: %s: set TMPDIR to another",
            parent, strerror(-error));
    return error;
}

static int start_process(struct janitor *janitor)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -errno;
    fflush(NULL);
    pid_t pid = fork(); /* not child_start: the janitor must outlive its parent */
    if (pid < 0) {
        int error = -errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    if (pid == 0) {
        close(ends[1]);
        serve(ends[0], janitor->directory);
    }
    close(ends[0]);
    janitor->pipe = ends[1];
    return child_adopt(&janitor->child, pid);
}

int janitor_start(struct janitor *janitor, char *message, size_t bytes)
{
    janitor->child = CHILD_NONE;
    int error = make_directory(janitor->directory, sizeof janitor->directory, message, bytes);
    if (error != 0)
        return error;
    error = start_process(janitor);
    if (error != 0) {
        lack_line(message, bytes, "cannot start a process", error);
        clean(janitor->directory, 0);
    }
    return error;
}

void janitor_watch(struct janitor *janitor, pid_t group)
{
    ssize_t written = write(janitor->pipe, &group, sizeof group);
    CHECK(written == sizeof group || errno == EPIPE); /* it may have been killed: never mind */
}

void janitor_stop(struct janitor *janitor)
{
    int status;
    janitor_watch(janitor, 0);
    close(janitor->pipe);
    if (child_wait(&janitor->child, clock_deadline(STOP_LIMIT_NS), &status) == 0 && status == 0)
        return;
    child_end(&janitor->child); /* it is stuck, or somebody has killed it */
    clean(janitor->directory, 0);
}
