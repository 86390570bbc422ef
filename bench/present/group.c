#include "bench/present/group.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool same_group(const struct summary *left, const struct summary *right)
{
    return strcmp(left->workload, right->workload) == 0 &&
           strcmp(left->parameters, right->parameters) == 0 &&
           strcmp(left->suite, right->suite) == 0;
}

static bool same_tasks(const struct group *group)
{
    const struct summary *first = group->cells[0];
    for (size_t i = 1; i < group->count; i++) {
        const struct summary *cell = group->cells[i];
        if (cell->tasks != first->tasks || cell->task_bytes != first->task_bytes ||
            cell->result_bytes != first->result_bytes)
            return false;
    }
    return true;
}

bool group_begins(const struct summary_table *summary, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (same_group(&summary->rows[i], &summary->rows[row]))
            return false;
    return true;
}

int group_gather(const struct summary_table *summary, size_t row, struct group *group)
{
    *group = (struct group){.cells = calloc(summary->count, sizeof *group->cells)};
    if (group->cells == NULL)
        return -ENOMEM;
    for (size_t i = row; i < summary->count; i++)
        if (same_group(&summary->rows[row], &summary->rows[i]))
            group->cells[group->count++] = &summary->rows[i];
    return 0;
}

char *group_details(const struct group *group, bool name_suite)
{
    const struct summary *first = group->cells[0];
    char *details = NULL, tasks[128] = "";
    if (same_tasks(group))
        snprintf(tasks, sizeof tasks,
                 "%s%" PRIu64 " tasks of %" PRIu64 " B, results of %" PRIu64 " B",
                 *first->parameters == '\0' ? "" : "; ", first->tasks, first->task_bytes,
                 first->result_bytes);
    if (asprintf(&details, "%s%s%s%s", first->parameters, tasks, name_suite ? "; suite " : "",
                 name_suite ? first->suite : "") < 0)
        details = NULL;
    return details;
}
