#include "bench/ipc/check.h"

#include "bench/command/commands.h"

int ipc_check(const struct ipc_options *options)
{
    (void)options;
    return command_refuse("ipc: --check is not in this build");
}
