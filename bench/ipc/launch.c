#include "bench/ipc/launch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/ipc/tool/place.h"

#define START_NS (10 * NS_PER_S)  /* the program itself, mpirun included, may take so long */

void ipc_call_make(const struct ipc_launch *launch, struct ipc_call *call)
{
    char *const arguments[] = {(char *)"--transport",
                               (char *)launch->entry->name,
                               (char *)"--placement",
                               (char *)launch->placement,
                               (char *)"--bytes",
                               call->sizes,
                               (char *)"--budget-ns",
                               call->budget,
                               (char *)"--limit-ns",
                               call->limit,
                               launch->reference != NULL ? (char *)"--reference" : NULL,
                               (char *)launch->reference,
                               NULL};
    _Static_assert(sizeof arguments == sizeof call->arguments, "all arguments have a place");
    memcpy(call->arguments, arguments, sizeof arguments);
    *call->sizes = '\0';
    for (size_t i = 0, used = 0; i < launch->count; i++)
        used += (size_t)snprintf(call->sizes + used, sizeof call->sizes - used, "%s%" PRIu64,
                                 i > 0 ? "," : "", launch->sizes[i]);
    snprintf(call->budget, sizeof call->budget, "%" PRIu64, launch->budget_ns);
    snprintf(call->limit, sizeof call->limit, "%" PRIu64, launch->timeout_ns);
    call->tool = (struct tool){
        .program = "ipc",
        .arguments = call->arguments,
        .ranks = launch->entry->module != NULL ? 2 : 0,
        .one_core = strcmp(launch->placement, place_names[PLACE_SAME]) == 0,
        .limit_ns = launch->count * launch->timeout_ns + START_NS,
    };
}
