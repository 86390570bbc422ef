#include "common/neighbours.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

#define MACHINE_BYTES   (256 * 1024)
#define ANCESTORS_MAX   64
#define WORTH_A_LOOK_NS (100 * NS_PER_US) /* where did it run? */

enum kind { OURS, KERNEL, OTHER };

struct known {
    pid_t pid;
    enum kind kind;
    clockid_t clock;
    uint64_t marked_ns; /* its clock at the mark */
    uint64_t now_ns;    /* and at the latest look */
};

struct neighbours {
    pid_t owner;
    cpu_set_t processors;    /* of this process */
    bool all;                /* these are all there are */
    struct known *processes; /* processes[count], by rising pid */
    size_t count, capacity;
    struct known *before; /* the other half of a pair of buffers */
    size_t before_count, before_capacity;
    uint64_t gone_ns; /* used since the mark by neighbours that have ended */
    uint64_t marked_ns, looked_ns;
};

/* ---- readers -------------------------------------------------------------------------------- */

static int read_text(const char *path, char *text, size_t bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    size_t have = 0;
    ssize_t got;
    while (have + 1 < bytes && (got = read(fd, text + have, bytes - 1 - have)) > 0)
        have += (size_t)got;
    text[have] = '\0';
    close(fd);
    return have > 0 ? 0 : -ESRCH;
}

int schedstat_read(const char *text, uint64_t *delay_ns)
{
    uint64_t ran_ns;
    return sscanf(text, "%" SCNu64 " %" SCNu64, &ran_ns, delay_ns) == 2 ? 0 : -EINVAL;
}

int pressure_read(const char *text, uint64_t *total_us)
{
    const char *some = strstr(text, "some "), *total = some != NULL ? strstr(some, "total=") : NULL;
    return total != NULL && sscanf(total, "total=%" SCNu64, total_us) == 1 ? 0 : -EINVAL;
}

/* user nice system idle iowait irq softirq steal ...; a guest's time is in user's already. */
int machine_time_read(const char *text, const cpu_set_t *processors, struct machine_time *time)
{
    const uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    size_t found = 0;
    *time = (struct machine_time){0, 0};
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        unsigned cpu;
        uint64_t user, nice, system, steal;
        line += *line == '\n';
        if (sscanf(line, "cpu%u %" SCNu64 " %" SCNu64 " %" SCNu64 " %*u %*u %*u %*u %" SCNu64, &cpu,
                   &user, &nice, &system, &steal) != 5 ||
            cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, processors))
            continue;
        time->busy_ns += (user + nice + system) * tick_ns;
        time->steal_ns += steal * tick_ns;
        found++;
    }
    return found > 0 ? 0 : -EINVAL;
}

int machine_time_now(struct machine_time *time)
{
    cpu_set_t processors;
    char *text = malloc(MACHINE_BYTES);
    int error = text == NULL ? -ENOMEM : read_text("/proc/stat", text, MACHINE_BYTES);
    if (error == 0 && sched_getaffinity(0, sizeof processors, &processors) != 0)
        error = -errno;
    if (error == 0)
        error = machine_time_read(text, &processors, time);
    free(text);
    return error;
}

int thread_delay(pid_t pid, pid_t tid, uint64_t *delay_ns)
{
    char path[64], text[128];
    snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", (int)pid, (int)tid);
    int error = read_text(path, text, sizeof text);
    return error != 0 ? error : schedstat_read(text, delay_ns);
}

/* ---- whose is it? --------------------------------------------------------------------------- */

static const struct known *find(const struct known *processes, size_t count, pid_t pid)
{
    size_t low = 0, high = count; /* invariant: it lies in [low, high), if anywhere */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (processes[middle].pid == pid)
            return &processes[middle];
        if (processes[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* By its ancestors, up to the first whose kind is known. One that is gone already is a neighbour:
 * ours stay with their parent until it has noticed. */
static enum kind find_kind(const struct neighbours *neighbours, pid_t pid)
{
    for (int i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
        struct process process;
        if (pid == neighbours->owner)
            return OURS;
        const struct known *known = find(neighbours->processes, neighbours->count, pid);
        if (known == NULL)
            known = find(neighbours->before, neighbours->before_count, pid);
        if (known != NULL)
            return known->kind;
        if (process_read(pid, &process) != 0)
            return OTHER;
        if (process.kernel)
            return KERNEL;
        pid = process.parent;
    }
    return OTHER;
}

/* ---- looking -------------------------------------------------------------------------------- */

static uint64_t read_clock(clockid_t clock)
{
    struct timespec used;
    return clock_gettime(clock, &used) == 0
               ? (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec
               : 0;
}

static struct known *add_process(struct neighbours *neighbours)
{
    if (neighbours->count == neighbours->capacity) {
        size_t wanted = neighbours->capacity == 0 ? 256 : 2 * neighbours->capacity;
        void *grown = reallocarray(neighbours->processes, wanted, sizeof(struct known));
        if (grown == NULL)
            return NULL;
        neighbours->processes = grown;
        neighbours->capacity = wanted;
    }
    return &neighbours->processes[neighbours->count];
}

static void see(struct neighbours *neighbours, pid_t pid, const struct known *known)
{
    struct known *process = add_process(neighbours), seen = {.pid = pid};
    if (process == NULL)
        return; /* one neighbour less */
    if (known != NULL)
        seen = *known;
    else if (clock_getcpuclockid(pid, &seen.clock) != 0)
        return; /* it has ended */
    else
        seen.kind = find_kind(neighbours, pid);
    if (seen.kind != KERNEL)
        seen.now_ns = read_clock(seen.clock);
    if (seen.now_ns < seen.marked_ns)
        seen.marked_ns = 0; /* another process with the number of one that has ended */
    *process = seen;
    neighbours->count++;
}

static void gone(struct neighbours *neighbours, const struct known *process)
{
    if (process->kind == OTHER && process->now_ns > process->marked_ns)
        neighbours->gone_ns += process->now_ns - process->marked_ns;
}

static void swap_buffers(struct neighbours *neighbours)
{
    struct known *processes = neighbours->processes;
    size_t capacity = neighbours->capacity;
    neighbours->processes = neighbours->before;
    neighbours->capacity = neighbours->before_capacity;
    neighbours->before = processes;
    neighbours->before_capacity = capacity;
    neighbours->before_count = neighbours->count;
    neighbours->count = 0;
}

/* /proc lists processes by rising number, so both lists are walked side by side. */
static void look(struct neighbours *neighbours)
{
    const struct dirent *entry;
    size_t next = 0;
    DIR *proc = opendir("/proc"); /* anew each time: no worker is to inherit a descriptor */
    neighbours->looked_ns = clock_ns();
    if (proc == NULL)
        return;
    swap_buffers(neighbours);
    while ((entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        const struct known *known = NULL;
        if (pid <= 0)
            continue;
        while (next < neighbours->before_count && neighbours->before[next].pid < pid)
            gone(neighbours, &neighbours->before[next++]);
        if (next < neighbours->before_count && neighbours->before[next].pid == pid)
            known = &neighbours->before[next++];
        see(neighbours, pid, known);
    }
    closedir(proc);
    while (next < neighbours->before_count)
        gone(neighbours, &neighbours->before[next++]);
}

/* Whether it may take one of our processors away: it may run there, and where we have only some of
 * the machine's, it did so last. */
static bool is_near(const struct neighbours *neighbours, const struct known *process)
{
    cpu_set_t allowed, both;
    struct process read;
    if (neighbours->all || sched_getaffinity(process->pid, sizeof allowed, &allowed) != 0)
        return true;
    CPU_AND(&both, &allowed, &neighbours->processors);
    if (CPU_COUNT(&both) == 0)
        return false;
    return process_read(process->pid, &read) != 0 || read.processor < 0 ||
           read.processor >= CPU_SETSIZE ||
           CPU_ISSET((size_t)read.processor, &neighbours->processors);
}

static uint64_t used_by(const struct neighbours *neighbours, const struct known *process)
{
    if (process->kind != OTHER || process->now_ns <= process->marked_ns)
        return 0;
    uint64_t used_ns = process->now_ns - process->marked_ns;
    return used_ns < WORTH_A_LOOK_NS || is_near(neighbours, process) ? used_ns : 0;
}

/* ---- entry points --------------------------------------------------------------------------- */

int neighbours_open(pid_t owner, struct neighbours **made)
{
    struct neighbours *neighbours = calloc(1, sizeof *neighbours);
    if (neighbours == NULL)
        return -ENOMEM;
    neighbours->owner = owner;
    if (access("/proc/self/stat", R_OK) != 0 ||
        sched_getaffinity(0, sizeof neighbours->processors, &neighbours->processors) != 0) {
        int error = -errno;
        neighbours_close(neighbours);
        return error;
    }
    neighbours->all = CPU_COUNT(&neighbours->processors) >= (int)sysconf(_SC_NPROCESSORS_ONLN);
    neighbours_mark(neighbours);
    *made = neighbours;
    return 0;
}

void neighbours_close(struct neighbours *neighbours)
{
    if (neighbours == NULL)
        return;
    free(neighbours->processes);
    free(neighbours->before);
    free(neighbours);
}

void neighbours_mark(struct neighbours *neighbours)
{
    look(neighbours);
    for (size_t i = 0; i < neighbours->count; i++)
        neighbours->processes[i].marked_ns = neighbours->processes[i].now_ns;
    neighbours->gone_ns = 0;
    neighbours->marked_ns = neighbours->looked_ns;
}

uint64_t neighbours_marked_ns(const struct neighbours *neighbours)
{
    return neighbours->marked_ns;
}

uint64_t neighbours_used(struct neighbours *neighbours, uint64_t *window_ns)
{
    look(neighbours);
    uint64_t used_ns = neighbours->gone_ns;
    for (size_t i = 0; i < neighbours->count; i++)
        used_ns += used_by(neighbours, &neighbours->processes[i]);
    if (window_ns != NULL)
        *window_ns = neighbours->looked_ns > neighbours->marked_ns
                         ? neighbours->looked_ns - neighbours->marked_ns
                         : 1;
    return used_ns;
}

size_t neighbours_top(const struct neighbours *neighbours, struct neighbour top[], size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < neighbours->count; i++) {
        const struct known *process = &neighbours->processes[i];
        uint64_t used_ns = used_by(neighbours, process);
        struct process read = {.name = "?"};
        size_t at = count;
        while (at > 0 && top[at - 1].used_ns < used_ns)
            at--;
        if (used_ns == 0 || at == most)
            continue;
        count += count < most;
        memmove(&top[at + 1], &top[at], (count - at - 1) * sizeof top[0]);
        process_read(process->pid, &read);
        top[at] = (struct neighbour){.pid = process->pid, .used_ns = used_ns};
        memcpy(top[at].name, read.name, sizeof top[at].name);
    }
    return count;
}
