#include "common/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/cgroup.h"
#include "common/check.h"

#define LOOK_BYTES                                                                                 \
    (1u << 20) /* less is made in less time than it takes to look whether there is any */

/* MemAvailable of proc(5). */
static size_t machine_available(void)
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

size_t memory_group_available(const char *directory, bool version_2)
{
    static const char *const names[2][4] = {
        {"memory.limit_in_bytes", "", "memory.usage_in_bytes", "total_inactive_file "},
        {"memory.max", "memory.high", "memory.current", "inactive_file "}};
    const char *const *name = names[version_2];
    uint64_t limit = cgroup_read(directory, name[0], "");
    uint64_t brake = *name[1] != '\0' ? cgroup_read(directory, name[1], "") : CGROUP_NONE;
    uint64_t used = cgroup_read(directory, name[2], "");
    uint64_t files = cgroup_read(directory, "memory.stat", name[3]);
    limit = brake < limit ? brake : limit;
    if (limit == CGROUP_NONE || used == CGROUP_NONE)
        return SIZE_MAX;
    if (files != CGROUP_NONE)
        used -= files < used ? files : used;
    return limit > used ? limit - used : 0;
}

static void lessen(void *available, const char *directory, bool version_2)
{
    size_t here = memory_group_available(directory, version_2);
    if (here < *(size_t *)available)
        *(size_t *)available = here;
}

size_t memory_available(void)
{
    size_t available = machine_available();
    cgroup_visit("memory", lessen, &available);
    return available;
}

int memory_create(const char *name, size_t bytes, void **memory, int *fd)
{
    CHECK(bytes > 0);
    if (bytes >= LOOK_BYTES && bytes > memory_available() / 10 * 9)
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
