#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PF_EXITING 0x4      /* of the kernel's include/linux/sched.h, the same since Linux 1.0 */
#define PF_KTHREAD 0x200000 /* since 2.6.27 */
#define LINE_BYTES 1024     /* 52 numbers of at most 20 digits would be more, but most are small */

static void copy_name(const char *begin, const char *end, struct process *process)
{
    size_t length = (size_t)(end - begin);
    length = length < sizeof process->name ? length : sizeof process->name - 1;
    memcpy(process->name, begin, length);
    process->name[length] = '\0';
}

int process_parse(const char *line, struct process *process)
{
    *process = (struct process){.processor = -1};
    const char *name = strchr(line, '('), *rest = strrchr(line, ')');
    if (name == NULL || rest == NULL || rest < name || sscanf(line, "%d (", &process->pid) != 1)
        return -EINVAL;
    copy_name(name + 1, rest, process);
    unsigned flags = 0;
    /* Fields 3 to 5, 9, 10, 14, 15, 22; 39 may be cut off. */
    int found = sscanf(rest + 1,
                       " %c %d %d %*d %*d %*d %u %" SCNu64 " %*u %*u %*u %" SCNu64 " %" SCNu64
                       " %*d %*d %*d %*d %*d %*d %" SCNu64
                       " %*u %*d %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %d",
                       &process->state, &process->parent, &process->group, &flags,
                       &process->minor_faults, &process->user_ticks, &process->sys_ticks,
                       &process->start_ticks, &process->processor);
    process->kernel = (flags & PF_KTHREAD) != 0;
    process->ending = (flags & PF_EXITING) != 0;
    return found >= 8 ? 0 : -EINVAL;
}

int process_read(pid_t pid, struct process *process)
{
    char path[64], line[LINE_BYTES];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t got = read(fd, line, sizeof line - 1); /* one read is one look, of one moment */
    int error = got < 0 ? -errno : 0;
    close(fd);
    if (error != 0)
        return error;
    line[got] = '\0';
    return process_parse(line, process);
}
