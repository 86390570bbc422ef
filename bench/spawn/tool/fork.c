/*
 * fork.c - a copy of this process: fork, and the system call below it.
 *
 * What the kernel does until the child runs: it copies the task, its descriptors and signal
 * handlers, its list of mappings and its page tables, but no page. Instead it takes the right to
 * write from both, so that whoever writes first gets a copy (copy on write).
 *
 * So a fork costs by the page tables. 1 GiB in pages of 4 KiB is 262144 entries, each to be copied
 * and its page's count raised; in huge pages of 2 MiB it is 512. Shared memory needs no entry at
 * all: what the child touches can be found again in the file, so the kernel leaves them to page
 * faults (see dup_mmap and vma_needs_copy in the kernel's mm/memory.c).
 *
 * Afterwards each first write of either process is a page fault: the price that is paid later, not
 * to be seen here but in the parent's next map.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/spawn/tool/way.h"
#include "common/clock.h"
#include "common/memory.h"

#define GIB          (1024ull * 1024 * 1024)
#define GIB_KIB      (1024.0 * 1024)
#define HUGE_BYTES   (2ull * 1024 * 1024)
#define PAGE_BYTES   4096
#define RESERVE_PART 4 /* of the machine's memory at least a GiB and a fourth must be free */

/* ---- parents of different weight ------------------------------------------------------------ */

/* Writes to each page; at once, where the kernel can (Linux 5.14), which takes half of the time. */
static void touch(char *memory, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    if (madvise(memory, bytes, MADV_POPULATE_WRITE) == 0)
        return;
#endif
    for (size_t i = 0; i < bytes; i += PAGE_BYTES)
        memory[i] = 1;
}

/* A GiB, each page of it written. advice: for madvise, or 0. */
static int load(struct stage *stage, int sharing, int advice)
{
    if (memory_available() < GIB + GIB / RESERVE_PART) {
        snprintf(stage->why, sizeof stage->why, "needs 1.25 GiB of free memory, there are %zu MiB",
                 memory_available() >> 20);
        return WAY_SKIP;
    }
    char *memory =
        mmap(NULL, GIB + HUGE_BYTES, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    memory += HUGE_BYTES - (uintptr_t)memory % HUGE_BYTES; /* huge pages are aligned */
    if (advice != 0 && madvise(memory, GIB, advice) != 0) {
        snprintf(stage->why, sizeof stage->why, "this kernel has no huge pages: madvise: %s",
                 strerror(errno));
        return advice == MADV_HUGEPAGE ? WAY_SKIP : 0;
    }
    touch(memory, GIB);
    stage->ballast = memory; /* until the end of this program */
    return 0;
}

int fork_pages(struct stage *stage)
{
    return load(stage, MAP_PRIVATE, MADV_NOHUGEPAGE);
}

int fork_shared(struct stage *stage)
{
    return load(stage, MAP_SHARED, 0);
}

int fork_huge(struct stage *stage)
{
    struct footprint own;
    int error = load(stage, MAP_PRIVATE, MADV_HUGEPAGE);
    if (error == 0)
        error = footprint_read(0, &own);
    if (error != 0 || own.huge_kib >= 0.9 * GIB_KIB)
        return error;
    snprintf(stage->why, sizeof stage->why,
             "the kernel gave %.0f MiB of a GiB in huge pages: memory is too fragmented, or "
             "/sys/kernel/mm/transparent_hugepage/enabled is never",
             own.huge_kib / 1024);
    return WAY_SKIP;
}

/* ---- samples -------------------------------------------------------------------------------- */

/* The whole life of a worker that has nothing to do: no owner is needed for that. */
static _Noreturn void live(struct stage *stage)
{
    stage->moments->first_ns = clock_ns();
    _exit(0);
}

int fork_sample(struct stage *stage)
{
    stage->moments->begin_ns = clock_ns();
    pid_t pid = fork();
    if (pid == 0)
        live(stage);
    if (pid < 0 || waitpid(pid, NULL, 0) != pid)
        return -errno;
    stage->moments->end_ns = clock_ns();
    return 0;
}

/* clone3(2) as fork, and a pidfd for the parent: with it, the end of a worker can be waited for
 * beside other events. What fork of the C library does on top falls away: its locks (stdio, malloc)
 * and the handlers of pthread_atfork. The child may call nothing that needs them. */
int clone3_sample(struct stage *stage)
{
    int pidfd = -1;
    siginfo_t info;
    struct clone_args arguments = {
        .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
    stage->moments->begin_ns = clock_ns();
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0)
        live(stage);
    if (pid < 0 && (errno == ENOSYS || errno == EPERM)) {
        snprintf(stage->why, sizeof stage->why, "clone3 is not to be had here: %s",
                 strerror(errno));
        return WAY_SKIP;
    }
    if (pid < 0 || waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) != 0)
        return -errno;
    close(pidfd);
    stage->moments->end_ns = clock_ns();
    return 0;
}

/* ---- idle ----------------------------------------------------------------------------------- */

static int idle(void *argument)
{
    (void)argument;
    while (pause() < 0)
        ; /* until our owner ends us */
    return 0;
}

int fork_weigh(struct stage *stage, struct footprint *worker)
{
    struct child child;
    (void)stage;
    int error = child_start(&child, idle, NULL);
    if (error != 0)
        return error;
    footprint_settle();
    error = footprint_read(child.pid, worker);
    child_end(&child);
    return error;
}
