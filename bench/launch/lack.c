#include "bench/launch/lack.h"

#include <errno.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cgroup.h"

#define MIB           (1024u * 1024u)
#define FEW_PROCESSES 4096 /* a limit above this is not what a bench comes to */
#define FEW_FILES     256
#define LITTLE_ROOM   (16 * MIB)
#define LITTLE_STACK  MIB
#define SHARED_MEMORY "/dev/shm"

/* ---- system calls --------------------------------------------------------------------------- */

enum { TELLS = 1, ELSEWHERE = 2 };

static const char nothing[128] = ""; /* an empty name, or an empty structure */
#define NOTHING ((long)nothing)

/* Each is called with arguments of which it can make nothing, and says so if the kernel has it and
 * no filter holds it back. */
static const struct call {
    const char *name;
    long number;
    long arguments[3];
    int kind; /* TELLS: it explains failures; ELSEWHERE: the C library has another way where it is
                 unknown (ENOSYS), but not where it is refused */
    const char *needed_by;
} calls[] = {
    {"pidfd_open", SYS_pidfd_open, {-1}, TELLS, "whatever starts a process"},
    {"memfd_create", SYS_memfd_create, {NOTHING, -1}, TELLS, "whatever shares memory"},
    {"fallocate", SYS_fallocate, {-1}, TELLS, "whatever shares memory"},
    {"signalfd4", SYS_signalfd4, {-1, NOTHING}, TELLS, "every run"},
    {"clone3", SYS_clone3, {NOTHING}, TELLS | ELSEWHERE, "whatever starts a thread"},
    {"set_robust_list", SYS_set_robust_list, {NOTHING}, TELLS, "backend shm, transport queue"},
    {"eventfd2", SYS_eventfd2, {0, -1}, TELLS, "backend shm, transport eventfd"},
    {"sched_setaffinity", SYS_sched_setaffinity, {-1}, TELLS, "--pin, placements"},
    {"mq_open", SYS_mq_open, {NOTHING}, 0, "transport mq"},
    {"perf_event_open", SYS_perf_event_open, {NOTHING, -1, -1}, 0, "counters of perf"},
};

const char lack_calls_remedy[] = "they take Linux 5.3, and in a container a seccomp filter that "
                                 "lets them through: Docker 20.10 or "
                                 "later, or docker run --security-opt seccomp=unconfined";

static bool is_refused(const struct call *call)
{
    long got =
        syscall(call->number, call->arguments[0], call->arguments[1], call->arguments[2], 0, 0, 0);
    return got < 0 && errno != EINVAL && errno != EBADF && errno != ESRCH && errno != ENOENT &&
           !(errno == ENOSYS && (call->kind & ELSEWHERE) != 0);
}

static void append(char *text, size_t bytes, const char *separator, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, bytes - used, "%s%s", used > 0 ? separator : "", more);
}

/* Those that are of this kind, or all of them (0). */
static void list_calls(int kind, char *text, size_t bytes)
{
    *text = '\0';
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if ((calls[i].kind & kind) != kind || !is_refused(&calls[i]))
            continue;
        append(text, bytes, ", ", calls[i].name);
        append(text, bytes, " (", calls[i].needed_by);
        append(text, bytes, "", ")");
    }
}

char *lack_calls(char *text, size_t bytes)
{
    list_calls(0, text, bytes);
    return text;
}

static void explain_calls(char *text, size_t bytes)
{
    char refused[LACK_BYTES / 2];
    list_calls(TELLS, refused, sizeof refused);
    if (*refused != '\0')
        snprintf(text, bytes, "system calls that are refused here: %s; %s", refused,
                 lack_calls_remedy);
}

/* ---- limits --------------------------------------------------------------------------------- */

/* The least number in this file of each group. */
struct least {
    const char *names[2]; /* by version */
    uint64_t value;
};

static void visit_least(void *context, const char *directory, bool version_2)
{
    struct least *least = context;
    uint64_t value = cgroup_read(directory, least->names[version_2 ? 1 : 0], "");
    if (value < least->value)
        least->value = value;
}

static uint64_t find_least(const char *controller, const char *version_1, const char *version_2)
{
    struct least least = {{version_1, version_2}, UINT64_MAX};
    cgroup_visit(controller, visit_least, &least);
    return least.value;
}

uint64_t lack_processes(void)
{
    return find_least("pids", "pids.max", "pids.max");
}

uint64_t lack_memory(void)
{
    uint64_t least = find_least("memory", "memory.limit_in_bytes", "memory.max");
    return least < INT64_MAX / 2 ? least : UINT64_MAX; /* version 1 has a number for "none" */
}

/* UINT64_MAX: there is none. */
static uint64_t limit_of(int resource)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    return limit.rlim_cur;
}

static void say_processes(char *text, size_t bytes)
{
    snprintf(text, bytes,
             "a cgroup grants %" PRIu64 " processes and threads: fewer workers, or a larger "
             "pids.max (docker run --pids-limit)",
             lack_processes());
}

static void explain_processes(char *text, size_t bytes)
{
    uint64_t user = limit_of(RLIMIT_NPROC);
    if (lack_processes() < FEW_PROCESSES)
        say_processes(text, bytes);
    else if (geteuid() != 0 && user < FEW_PROCESSES)
        snprintf(text, bytes,
                 "this user may have %" PRIu64
                 " processes and threads: fewer workers, or ulimit -u %d",
                 user, FEW_PROCESSES);
}

static void explain_descriptors(char *text, size_t bytes)
{
    snprintf(text, bytes,
             "a process may have %" PRIu64 " descriptors: fewer workers, or ulimit -n 4096",
             limit_of(RLIMIT_NOFILE));
}

static void say_memory(const char *what, char *text, size_t bytes)
{
    snprintf(text, bytes,
             "%sa cgroup grants %" PRIu64
             " MiB of memory: fewer or smaller tasks, or a larger limit "
             "(docker run --memory)",
             what, lack_memory() / MIB);
}

static void explain_memory(char *text, size_t bytes)
{
    uint64_t addresses = limit_of(RLIMIT_AS), data = limit_of(RLIMIT_DATA);
    if (addresses != UINT64_MAX)
        snprintf(text, bytes,
                 "a process may have %" PRIu64 " MiB of addresses: ulimit -v unlimited",
                 addresses / MIB);
    else if (data != UINT64_MAX)
        snprintf(text, bytes, "a process may have %" PRIu64 " MiB of data: ulimit -d unlimited",
                 data / MIB);
    else if (lack_memory() != UINT64_MAX)
        say_memory("", text, bytes);
}

static void explain_file_size(char *text, size_t bytes)
{
    uint64_t size = limit_of(RLIMIT_FSIZE);
    if (size != UINT64_MAX)
        snprintf(text, bytes,
                 "a file, in memory or on disk, may have %" PRIu64 " KiB: ulimit -f unlimited",
                 size / 1024);
}

static void explain_stack(char *text, size_t bytes)
{
    uint64_t stack = limit_of(RLIMIT_STACK);
    if (stack < LITTLE_STACK)
        snprintf(text, bytes, "a stack may have %" PRIu64 " KiB: ulimit -s 8192", stack / 1024);
}

/* ---- places --------------------------------------------------------------------------------- */

uint64_t lack_room(const char *directory)
{
    struct statvfs status;
    if (access(directory, W_OK | X_OK) != 0)
        return 0;
    if (statvfs(directory, &status) != 0 || status.f_blocks == 0) /* 0: there is no such limit */
        return UINT64_MAX;
    return (uint64_t)status.f_bavail * status.f_frsize;
}

char *lack_shared_memory(char *text, size_t bytes)
{
    const bool there = access(SHARED_MEMORY, F_OK) == 0;
    const uint64_t room = lack_room(SHARED_MEMORY);
    *text = '\0';
    if (room == 0 && (!there || access(SHARED_MEMORY, W_OK | X_OK) != 0))
        snprintf(text, bytes,
                 SHARED_MEMORY " %s: mount -t tmpfs tmpfs " SHARED_MEMORY
                               " (docker run --ipc=private)",
                 there ? "cannot be written to" : "is not there");
    else if (room < LACK_SHARED_ROOM)
        snprintf(text, bytes,
                 SHARED_MEMORY " has room for %" PRIu64
                               " KiB: mount -o remount,size=1g " SHARED_MEMORY
                               " (docker run --shm-size=1g)",
                 room / 1024);
    return text;
}

static void explain_room(char *text, size_t bytes)
{
    const char *directory = getenv("TMPDIR"); /* of what we start: the private one */
    if (lack_room(SHARED_MEMORY) < LITTLE_ROOM)
        lack_shared_memory(text, bytes);
    else if (directory != NULL && lack_room(directory) < LITTLE_ROOM)
        snprintf(text, bytes,
                 "%s has room for %" PRIu64 " KiB: set TMPDIR to a directory that has more",
                 directory, lack_room(directory) / 1024);
}

char *lack_proc(char *text, size_t bytes)
{
    char self[32] = "";
    *text = '\0';
    if (readlink("/proc/self", self, sizeof self - 1) < 0)
        snprintf(text, bytes,
                 "/proc is not mounted here, and nothing runs without: mount -t proc proc /proc");
    else if (strtol(self, NULL, 10) != getpid())
        snprintf(
            text, bytes,
            "/proc shows other processes than those of this namespace: mount -t proc proc /proc "
            "(unshare --mount-proc)");
    return text;
}

static void explain_path(char *text, size_t bytes)
{
    snprintf(text, bytes,
             "sockets have addresses of 107 characters at most: set TMPDIR to a directory "
             "with a shorter name, or mount /dev/shm writable");
}

bool lack_network(void)
{
    struct ifaddrs *list;
    bool found = false;
    if (getifaddrs(&list) != 0)
        return true; /* nobody can tell */
    for (const struct ifaddrs *one = list; one != NULL && !found; one = one->ifa_next)
        found = (one->ifa_flags & IFF_UP) != 0 && one->ifa_addr != NULL &&
                (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6);
    freeifaddrs(list);
    return found;
}

static void explain_network(char *text, size_t bytes)
{
    if (!lack_network())
        snprintf(text, bytes, "no network interface is up here: ip link set lo up");
}

/* ---- explaining ----------------------------------------------------------------------------- */

/* Python and Open MPI do not always say which error it was, so whatever is short is it. */
static void explain_start(char *text, size_t bytes)
{
    explain_processes(text, bytes);
    if (*text == '\0')
        explain_calls(text, bytes);
    if (*text == '\0' && limit_of(RLIMIT_NOFILE) < FEW_FILES)
        explain_descriptors(text, bytes);
}

static const struct rule {
    int error; /* by whose words it is known; 0: by these */
    const char *words;
    void (*explain)(char *text, size_t bytes); /* leaves text as it is where it knows nothing */
} rules[] = {
    {EPERM, NULL, explain_calls},
    {ENOSYS, NULL, explain_calls},
    {EACCES, NULL, explain_calls},
    {EAGAIN, NULL, explain_processes},
    {EMFILE, NULL, explain_descriptors},
    {ENOMEM, NULL, explain_memory},
    {EFBIG, NULL, explain_file_size},
    {ENOSPC, NULL, explain_room},
    {EROFS, NULL, explain_room},
    {ENETUNREACH, NULL, explain_network},
    {EADDRNOTAVAIL, NULL, explain_network},
    {0, "AF_UNIX path too long", explain_path},
    {0, "start new thread", explain_start},
    {0, "progress_thread", explain_start},
    {0, "number of children", explain_processes},
    {0, "number of pipes", explain_descriptors},
    {0, "_ERROR_LOG: ", explain_start},
    {0, "Segmentation fault", explain_stack},
};

static bool has_words(const char *text, const struct rule *rule)
{
    return strstr(text, rule->words != NULL ? rule->words : strerror(rule->error)) != NULL;
}

struct counts {
    struct lack *lack;
    bool killed_known; /* kills are counted where they happen, so the first group tells */
};

static void visit_memory(void *context, const char *directory, bool version_2)
{
    struct counts *counts = context;
    uint64_t kills =
        cgroup_read(directory, version_2 ? "memory.events" : "memory.oom_control", "oom_kill ");
    if (kills == CGROUP_NONE || counts->killed_known)
        return;
    counts->lack->oom_kills = kills;
    counts->killed_known = true;
}

static void visit_pids(void *context, const char *directory, bool version_2)
{
    struct lack *lack = context;
    uint64_t denied = cgroup_read(directory, "pids.events", "max ");
    (void)version_2;
    if (denied != CGROUP_NONE)
        lack->pids_denied +=
            denied; /* in the group, or in that whose limit it was: kernels differ */
}

void lack_look(struct lack *before)
{
    struct counts counts = {.lack = before};
    *before = (struct lack){0};
    cgroup_visit("memory", visit_memory, &counts);
    cgroup_visit("pids", visit_pids, before);
}

static void explain_counts(const struct lack *before, char *text, size_t bytes)
{
    struct lack now;
    lack_look(&now);
    if (now.oom_kills > before->oom_kills)
        say_memory("killed by the kernel, as ", text, bytes);
    else if (now.pids_denied > before->pids_denied)
        say_processes(text, bytes);
}

bool lack_explain(const struct lack *before, char *text, size_t bytes)
{
    char why[LACK_BYTES] = "";
    if (before != NULL)
        explain_counts(before, why, sizeof why);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0] && *why == '\0'; i++)
        if (has_words(text, &rules[i]))
            rules[i].explain(why, sizeof why);
    if (*why == '\0')
        return false;
    append(text, bytes, " (", why);
    append(text, bytes, "", ")");
    return true;
}

char *lack_line(char *text, size_t bytes, const char *what, int error)
{
    snprintf(text, bytes, "%s: %s", what, strerror(-error));
    lack_explain(NULL, text, bytes);
    return text;
}

void lack_judge(const struct lack *before, char *status, size_t bytes)
{
    static const char failed[] = "failed: ", skip[] = "skip: ";
    const bool known = lack_explain(before, status, bytes);
    const bool begun = strstr(status, "task ") != NULL || strstr(status, "killed by") != NULL;
    if (!known || begun || strncmp(status, failed, strlen(failed)) != 0)
        return;
    memmove(status + strlen(skip), status + strlen(failed), strlen(status + strlen(failed)) + 1);
    memcpy(status, skip, strlen(skip));
}
