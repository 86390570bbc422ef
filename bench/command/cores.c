#include "bench/command/cores.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command/read_file.h"

#define SET_CPUS_MAX (1 << 16) /* more than any kernel's NR_CPUS */
#define TEXT_BYTES   (64 * 1024)

unsigned cores_online(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

unsigned cores_affinity(void)
{
    /* The kernel refuses a set that is smaller than its own, so the set grows until it fits. */
    for (int cpus = CPU_SETSIZE; cpus <= SET_CPUS_MAX; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)cpus);
        size_t bytes = CPU_ALLOC_SIZE((size_t)cpus);
        if (set == NULL)
            break;
        int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return (unsigned)count;
    }
    return cores_online();
}

/* Both formats end here: microseconds that may be used in each period. */
static double share(const char *quota_us, const char *period_us)
{
    char *quota_end, *period_end;
    double quota = strtod(quota_us, &quota_end);
    double period = strtod(period_us, &period_end);
    if (quota_end == quota_us || period_end == period_us || !(quota > 0) || !(period > 0) ||
        !isfinite(quota / period))
        return CORES_NO_QUOTA;
    return quota / period;
}

double cores_read_v1(const char *quota_us, const char *period_us)
{
    return share(quota_us, period_us);
}

double cores_read_v2(const char *text)
{
    const char *space = strchr(text, ' ');
    return space == NULL ? CORES_NO_QUOTA : share(text, space + 1);
}

/* Whether word is one of the words of list[length], separated by commas. */
static bool has_word(const char *list, size_t length, const char *word)
{
    size_t word_length = strlen(word);
    for (const char *end = list + length; list < end;) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        size_t here = (size_t)((comma != NULL ? comma : end) - list);
        if (here == word_length && memcmp(list, word, here) == 0)
            return true;
        list += here + 1;
    }
    return length == 0 && word_length == 0;
}

static bool copy(char *to, size_t bytes, const char *from, size_t length)
{
    if (length >= bytes)
        return false;
    memcpy(to, from, length);
    to[length] = '\0';
    return true;
}

/* Each line is id:controllers:path; version 2 has no controllers. */
bool cores_group(const char *text, const char *controller, char *path, size_t bytes)
{
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        const char *list = memchr(line, ':', length);
        const char *second =
            list == NULL ? NULL : memchr(list + 1, ':', (size_t)(line + length - list - 1));
        if (second != NULL && has_word(list + 1, (size_t)(second - list - 1), controller))
            return copy(path, bytes, second + 1, (size_t)(line + length - second - 1));
        line += length + (line[length] == '\n');
    }
    return false;
}

/* Reads the text of one line of mountinfo; true if it is the hierarchy. Paths with spaces, which
 * the kernel writes as \040, are not found. */
static bool match_mount(char *line, const char *controller, char *mount, char *root, size_t bytes)
{
    char *fields[5]; /* id, parent, device, root, mount point; see proc(5) */
    char *rest = line;
    for (size_t i = 0; i < 5; i++)
        if ((fields[i] = strsep(&rest, " ")) == NULL)
            return false;
    char *type = rest == NULL ? NULL : strstr(rest, " - ");
    if (type == NULL)
        return false;
    type += 3;
    char *options = strrchr(type, ' ');
    bool version_2 = strncmp(type, "cgroup2 ", 8) == 0;
    if (!version_2 && strncmp(type, "cgroup ", 7) != 0)
        return false;
    if (*controller == '\0' ? !version_2
                            : version_2 || !has_word(options + 1, strlen(options + 1), controller))
        return false;
    return copy(root, bytes, fields[3], strlen(fields[3])) &&
           copy(mount, bytes, fields[4], strlen(fields[4]));
}

bool cores_mount(const char *text, const char *controller, char *mount, char *root, size_t bytes)
{
    char line[4 * PATH_MAX];
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (copy(line, sizeof line, text, length) &&
            match_mount(line, controller, mount, root, bytes))
            return true;
        text += length + (text[length] == '\n');
    }
    return false;
}

struct quota {
    double cores; /* CORES_NO_QUOTA: none */
    double period_us;
};

static struct quota group_quota(const char *directory, bool version_2)
{
    char path[2 * PATH_MAX + 32], quota[64], period[64];
    if (version_2) {
        snprintf(path, sizeof path, "%s/cpu.max", directory);
        const char *text = read_file(path, quota, sizeof quota);
        const char *space = strchr(text, ' ');
        return (struct quota){cores_read_v2(text), space == NULL ? 0 : strtod(space, NULL)};
    }
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", directory);
    read_file(path, quota, sizeof quota);
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", directory);
    read_file(path, period, sizeof period);
    return (struct quota){cores_read_v1(quota, period), strtod(period, NULL)};
}

static struct quota lesser(struct quota a, struct quota b)
{
    if (a.cores == CORES_NO_QUOTA || b.cores == CORES_NO_QUOTA)
        return a.cores == CORES_NO_QUOTA ? b : a;
    return a.cores < b.cores ? a : b;
}

/* The least quota of a hierarchy: of the process's group and of each group above it. */
static struct quota hierarchy_quota(const char *groups, const char *mounts, const char *controller)
{
    char path[PATH_MAX], mount[PATH_MAX], root[PATH_MAX], directory[2 * PATH_MAX];
    struct quota least = {CORES_NO_QUOTA, 0};
    if (!cores_group(groups, controller, path, sizeof path) ||
        !cores_mount(mounts, controller, mount, root, PATH_MAX))
        return least;
    /* A container may see the path from the host's root, but the mount from its own group. */
    size_t hidden =
        strcmp(root, "/") != 0 && strncmp(path, root, strlen(root)) == 0 ? strlen(root) : 0;
    snprintf(directory, sizeof directory, "%s%s", mount, path + hidden);
    for (;;) {
        least = lesser(least, group_quota(directory, *controller == '\0'));
        char *slash = strrchr(directory, '/');
        if (slash == NULL || (size_t)(slash - directory) < strlen(mount))
            return least;
        *slash = '\0';
    }
}

static struct quota find_quota(void)
{
    struct quota quota = {CORES_NO_QUOTA, 0};
    char *groups = malloc(TEXT_BYTES), *mounts = malloc(TEXT_BYTES);
    if (groups != NULL && mounts != NULL) {
        read_file("/proc/self/cgroup", groups, TEXT_BYTES);
        read_file("/proc/self/mountinfo", mounts, TEXT_BYTES);
        quota = lesser(hierarchy_quota(groups, mounts, "cpu"), hierarchy_quota(groups, mounts, ""));
    }
    free(mounts);
    free(groups);
    return quota;
}

double cores_quota(void)
{
    return find_quota().cores;
}

uint64_t cores_quota_period_ns(void)
{
    const struct quota quota = find_quota();
    return quota.cores == CORES_NO_QUOTA ? 0 : (uint64_t)(quota.period_us * 1000);
}

double cores_granted(void)
{
    double quota = cores_quota(), affinity = (double)cores_affinity();
    return quota != CORES_NO_QUOTA && quota < affinity ? quota : affinity;
}

unsigned cores_combine(unsigned affinity, double quota)
{
    if (quota == CORES_NO_QUOTA || quota >= affinity)
        return affinity > 0 ? affinity : 1;
    unsigned whole = (unsigned)quota; /* and up: not by ceil, for bench/spawn/tool does without libm */
    whole += whole < quota;
    return whole > 0 ? whole : 1;
}

unsigned cores_usable(void)
{
    return cores_combine(cores_affinity(), cores_quota());
}

unsigned cores_combine_whole(unsigned affinity, double quota)
{
    if (quota == CORES_NO_QUOTA || quota >= affinity)
        return affinity > 0 ? affinity : 1;
    return quota >= 1 ? (unsigned)quota : 1;
}

unsigned cores_whole(void)
{
    return cores_combine_whole(cores_affinity(), cores_quota());
}
