/*
 * lack.h - what this machine lacks, where that is why something failed.
 *
 * Who is refused a system call, or comes to a limit, says so in the words of strerror(3):
 * "Operation not permitted", whichever program and language it is. What of the machine is behind
 * these words, and what would be right, nobody says there. So a line that tells of a failure is
 * handed in here and comes back with it: the sandbox's filter, the limit of a cgroup or of
 * setrlimit(2), a directory that is full. And who was killed cannot say anything; then the cgroup's
 * counts tell.
 */
#ifndef PARBENCH_BENCH_LAUNCH_LACK_H
#define PARBENCH_BENCH_LAUNCH_LACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LACK_BYTES       512
#define LACK_SHARED_ROOM (64u << 20) /* what /dev/shm had better have room for */

struct lack {             /* counts of the cgroups of this process, as they were before */
    uint64_t oom_kills;   /* processes that were killed as memory was short */
    uint64_t pids_denied; /* processes that could not be started as there were too many */
};

void lack_look(struct lack *before);

/* Appends to text[bytes], which tells how something failed, what of this machine explains that and
 * what would be right: " (a cgroup grants 10 processes: ...)". before: for what was counted
 * meanwhile, or NULL. Returns whether there was anything to say. */
bool lack_explain(const struct lack *before, char *text, size_t bytes);

/* "<what>: <the error's words>", with an explanation as above. Returns text. */
char *lack_line(char *text, size_t bytes, const char *what, int error);

/* The same for the status of a row, "failed: ...": where the machine explains it, and nothing was
 * lost that had begun, it becomes "skip: ...". */
void lack_judge(const struct lack *before, char *status, size_t bytes);

/* System calls that are refused here, and what needs them: "eventfd2 (backend shm)"; "": none.
 * Returns text. */
char *lack_calls(char *text, size_t bytes);

/* How a call that is refused is had, for those who name it. */
extern const char lack_calls_remedy[];

/* The least number of processes that a cgroup grants; UINT64_MAX: any. */
uint64_t lack_processes(void);

/* The same of memory, in bytes. */
uint64_t lack_memory(void);

/* Bytes that can still be written below this directory: 0 also where it cannot be written to;
 * UINT64_MAX: not known. */
uint64_t lack_room(const char *directory);

/* What is wrong with /dev/shm, where Python's semaphores and MPI's segments lie, and what would be
 * right;
 * "": nothing. Returns text. */
char *lack_shared_memory(char *text, size_t bytes);

/* What is wrong with /proc, without which nothing is started, and what would be right; "": nothing.
 * Returns text. */
char *lack_proc(char *text, size_t bytes);

/* Whether any network interface is up, if only the loopback. */
bool lack_network(void);

#endif
