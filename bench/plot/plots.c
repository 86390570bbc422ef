#include "bench/plot/plots.h"

const struct plot *const plots[] = {
    &speedup_plot,       &scaling_plot, &python_plot, &phases_plot,
    &timeline_plot,      &spawn_plot,   &memory_plot, &ipc_latency_plot,
    &ipc_bandwidth_plot, &metg_plot,    NULL,
};
