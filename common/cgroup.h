/*
 * cgroup.h - the groups that this process is in, where the kernel keeps limits and counts.
 *
 * A limit of any group above holds as well, so whoever looks for one walks from a process's own
 * group up to the top. Version 1 has a hierarchy for each controller, version 2 one for all, and a
 * machine may have both. What finds them is pure, text in and paths out, so that it can be tested
 * on a machine that has neither.
 *
 * Sources: cgroups(7), proc(5), Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ in the Linux
 * tree.
 */
#ifndef PARBENCH_COMMON_CGROUP_H
#define PARBENCH_COMMON_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_PATH_BYTES (2 * PATH_MAX)
#define CGROUP_NONE       UINT64_MAX

/* directory: of a group, where its files are. */
typedef void cgroup_visitor(void *context, const char *directory, bool version_2);

/* Calls visit for each group that this process is in: of the hierarchy with that version 1
 * controller and of version 2, of each its own first, then those above it. None are seen where
 * /proc or /sys is not to be read. */
void cgroup_visit(const char *controller, cgroup_visitor *visit, void *context);

/* The number in a group's file; or, unless key is "", behind that word at the beginning of a line.
 * CGROUP_NONE: there is none, or no such file. */
uint64_t cgroup_read(const char *directory, const char *file, const char *key);

/* Finds this process's group in the text of /proc/self/cgroup: of the hierarchy with that version 1
 * controller, or of version 2 if controller is "". Writes the path, "/" or "/a/b", into
 * path[bytes]; returns whether it is there and fits. */
bool cgroup_path(const char *proc_self_cgroup, const char *controller, char *path, size_t bytes);

/* Finds where that hierarchy is mounted in the text of /proc/self/mountinfo, and which of its
 * groups the mount shows as its root ("/" but in containers); mount[bytes], root[bytes]. */
bool cgroup_mount(const char *proc_self_mountinfo, const char *controller, char *mount, char *root,
                  size_t bytes);

#endif
