#include "bench/plot/plots.h"

const struct plot *const plots[] = {
    &speedup_plot,     &scaling_plot,       &phases_plot, &spawn_plot,
    &ipc_latency_plot, &ipc_bandwidth_plot, &metg_plot,   NULL,
};
