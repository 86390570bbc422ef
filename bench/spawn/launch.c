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
                               (char *)"--python",
                               (char *)launch->python,
                               NULL,
                               NULL,
                               NULL};
    size_t count = sizeof arguments / sizeof arguments[0] - 3;
    _Static_assert(sizeof arguments == sizeof call->arguments, "all arguments have a place");
    memcpy(call->arguments, arguments, sizeof arguments);
    if (launch->weigh)
        call->arguments[count++] = "--weigh";
    if (launch->reference)
        call->arguments[count++] = "--reference";
    snprintf(call->samples, sizeof call->samples, "%" PRIu64, launch->samples);
    snprintf(call->budget, sizeof call->budget, "%" PRIu64, launch->budget_ns);
    call->tool = (struct tool){
        .program = "spawn", .arguments = call->arguments, .limit_ns = launch->timeout_ns};
}
