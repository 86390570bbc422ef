#include "bench/ipc/launch.h"

#include <inttypes.h>
#include <stdio.h>

#include "bench/ipc/options.h"

#define BUDGET_NS (60 * NS_PER_MS) /* so long each size is measured, about */
#define START_NS  (10 * NS_PER_S)  /* the program itself, mpirun included, may take so long */

int ipc_launch(struct session *session, const struct ipc_launch *launch, struct tool_end *end,
               char *message, size_t bytes)
{
    char budget[32], limit[32], list[IPC_SIZES_MOST * 16] = "";
    for (size_t i = 0, used = 0; i < launch->count; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%" PRIu64, i > 0 ? "," : "",
                                 launch->sizes[i]);
    snprintf(budget, sizeof budget, "%llu", BUDGET_NS);
    snprintf(limit, sizeof limit, "%" PRIu64, launch->timeout_ns);
    char *arguments[] = {(char *)"--transport",
                         (char *)launch->entry->name,
                         (char *)"--placement",
                         (char *)launch->placement,
                         (char *)"--bytes",
                         list,
                         (char *)"--budget-ns",
                         budget,
                         (char *)"--limit-ns",
                         limit,
                         NULL};
    const struct tool tool = {
        .program = "ipc",
        .arguments = arguments,
        .ranks = launch->entry->module != NULL ? 2 : 0,
        .limit_ns = launch->count * launch->timeout_ns + START_NS,
    };
    return tool_run(session, &tool, end, message, bytes);
}
