#include "common/cgroup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/read_file.h"

#define TEXT_BYTES (64 * 1024)

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
bool cgroup_path(const char *text, const char *controller, char *path, size_t bytes)
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

bool cgroup_mount(const char *text, const char *controller, char *mount, char *root, size_t bytes)
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

/* Of one hierarchy. A container may see the path from the host's root, but the mount from its own
 * group. */
static void visit_hierarchy(const char *groups, const char *mounts, const char *controller,
                            cgroup_visitor *visit, void *context)
{
    char path[PATH_MAX], mount[PATH_MAX], root[PATH_MAX], directory[CGROUP_PATH_BYTES];
    if (!cgroup_path(groups, controller, path, sizeof path) ||
        !cgroup_mount(mounts, controller, mount, root, PATH_MAX))
        return;
    size_t hidden =
        strcmp(root, "/") != 0 && strncmp(path, root, strlen(root)) == 0 ? strlen(root) : 0;
    snprintf(directory, sizeof directory, "%s%s", mount, path + hidden);
    for (;;) {
        visit(context, directory, *controller == '\0');
        char *slash = strrchr(directory, '/');
        if (slash == NULL || (size_t)(slash - directory) < strlen(mount))
            return;
        *slash = '\0';
    }
}

void cgroup_visit(const char *controller, cgroup_visitor *visit, void *context)
{
    char *groups = malloc(TEXT_BYTES), *mounts = malloc(TEXT_BYTES);
    if (groups != NULL && mounts != NULL) {
        read_file("/proc/self/cgroup", groups, TEXT_BYTES);
        read_file("/proc/self/mountinfo", mounts, TEXT_BYTES);
        visit_hierarchy(groups, mounts, controller, visit, context);
        visit_hierarchy(groups, mounts, "", visit, context);
    }
    free(mounts);
    free(groups);
}

uint64_t cgroup_read(const char *directory, const char *file, const char *key)
{
    char path[CGROUP_PATH_BYTES + 64], text[8192], value[32], *end;
    snprintf(path, sizeof path, "%s/%s", directory, file);
    read_file(path, text, sizeof text);
    const char *number = *key != '\0' ? read_value(text, key, value, sizeof value) : text;
    uint64_t read = strtoull(number, &end, 10);
    return end != number ? read : CGROUP_NONE; /* "max": there is no limit */
}
