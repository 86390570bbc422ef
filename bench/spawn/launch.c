#include "bench/spawn/launch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void spawn_call_make(const struct spawn_launch *launch, struct spawn_call *call)
{
    const struct spawn_entry *entry = &spawn_catalogue[launch->way];
    char *const arguments[] = {(char *)"--mechanism",
                               (char *)entry->mechanism,
                               (char *)"--condition",
                               (char *)entry->condition,
                               (char *)"--samples",
                               call->samples,
                               (char *)"--budget-ns",
                               call->budget,
                               (char *)"--limit-ns",
                               call->share,
                               (char *)"--python",
                               (char *)launch->python,
                               launch->reference ? (char *)"--reference" : NULL,
                               NULL};
    _Static_assert(sizeof arguments == sizeof call->arguments, "all arguments have a place");
    memcpy(call->arguments, arguments, sizeof arguments);
    snprintf(call->samples, sizeof call->samples, "%" PRIu64, launch->samples);
    snprintf(call->budget, sizeof call->budget, "%" PRIu64, launch->budget_ns);
    snprintf(call->share, sizeof call->share, "%" PRIu64, launch->share_ns);
    call->tool = (struct tool){
        .program = "spawn", .arguments = call->arguments, .limit_ns = launch->timeout_ns};
}
