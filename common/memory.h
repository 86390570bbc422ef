/*
 * memory.h - memory that several processes share, without a name in any file system.
 *
 * memfd_create gives pages that vanish with their last user, so nothing can stay in /dev/shm.
 * The pages are reserved when the memory is made (posix_fallocate): ftruncate alone would
 * succeed when memory is short, and the first touch would then be a SIGBUS.
 */
#ifndef PARBENCH_COMMON_MEMORY_H
#define PARBENCH_COMMON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes bytes (> 0) of zeroed shared memory and maps it; fd may be NULL, then it is closed again
 * (children of fork share the mapping all the same). Returns 0 or a negative errno (-ENOSPC,
 * -ENOMEM: there is not so much memory to share). The caller owns the mapping and the descriptor.
 */
int memory_create(const char *name, size_t bytes, void **memory, int *fd);

/* Bytes that the kernel believes it can give without swapping (MemAvailable of proc(5)), or fewer,
 * where a cgroup's limit leaves fewer; SIZE_MAX if it does not tell. */
size_t memory_available(void);

/* What the limit of one cgroup leaves, from the files in its directory; SIZE_MAX: it has none.
 * Files that were not used of late don't count as used: the kernel drops them before it kills. */
size_t memory_group_available(const char *directory, bool version_2);

/* Maps bytes of what fd holds, shared, readable and writable. Returns 0 or a negative errno. */
int memory_map(int fd, size_t bytes, void **memory);

void memory_unmap(void *memory, size_t bytes);

#endif
