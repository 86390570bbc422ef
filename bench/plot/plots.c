#include "bench/plot/plots.h"

const struct plot *const plots[] = {
    &speedup_plot,
    &spawn_plot,
    NULL,
};
