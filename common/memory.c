#include "common/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/check.h"

size_t memory_available(void)
{
    char line[128];
    size_t kib = SIZE_MAX / 1024;
    FILE *file = fopen("/proc/meminfo", "re");
    if (file == NULL)
        return SIZE_MAX;
    while (fgets(line, sizeof line, file) != NULL && sscanf(line, "MemAvailable: %zu", &kib) != 1)
        ;
    fclose(file);
    return kib * 1024;
}

int memory_create(const char *name, size_t bytes, void **memory, int *fd)
{
    CHECK(bytes > 0);
    if (bytes > memory_available() / 10 * 9)
        return -ENOMEM; /* a memfd has no limit of its own: the kernel would start to kill */
    int file = memfd_create(name, MFD_CLOEXEC);
    if (file < 0)
        return -errno;
    int error;
    do
        error = -posix_fallocate(file, 0, (off_t)bytes);
    while (error == -EINTR);
    if (error == 0)
        error = memory_map(file, bytes, memory);
    if (error != 0 || fd == NULL)
        close(file);
    else
        *fd = file;
    return error;
}

int memory_map(int fd, size_t bytes, void **memory)
{
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        return -errno;
    *memory = mapped;
    return 0;
}

void memory_unmap(void *memory, size_t bytes)
{
    if (memory != NULL)
        CHECK(munmap(memory, bytes) == 0);
}
