#include "common/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/check.h"

int memory_create(const char *name, size_t bytes, void **memory, int *fd)
{
    CHECK(bytes > 0);
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
