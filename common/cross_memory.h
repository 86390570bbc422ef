/*
 * cross_memory.h - reading and writing the memory of another process, where the system allows it.
 *
 * process_vm_readv(2) copies straight out of another process: one copy, nothing in between, and the
 * other does not take part in it. MPI libraries call that cross-memory attach (CMA). Who reads
 * memory reads secrets, so the kernel asks what a debugger would be asked (ptrace(2),
 * PTRACE_MODE_ATTACH): the same user; with Yama's ptrace_scope 1 only ancestors, or whom the other
 * has named; with 2 or 3 hardly anybody. And a container's seccomp filter may refuse the calls
 * whatever the kernel thinks. So it can't be told beforehand, only tried.
 *
 * See process_vm_readv(2), Documentation/admin-guide/LSM/Yama.rst in the Linux tree.
 */
#ifndef PARBENCH_COMMON_CROSS_MEMORY_H
#define PARBENCH_COMMON_CROSS_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* By a process that wants to be read: as far as Yama is concerned, by anybody of the same user. */
void cross_memory_allow(void);

/* Copies address[bytes] of that process. Returns 0; -EPIPE: it has ended; -EPERM, -ENOSYS or what
 * else the system refuses with. */
int cross_memory_read(pid_t pid, uint64_t address, void *into, size_t bytes);

/* Whether two processes with a common parent may read and write each other's memory, as ranks of
 * MPI would: forks two that try, which takes about a millisecond. Returns 0, or a negative errno:
 * why not. */
int cross_memory_try(void);

#endif
