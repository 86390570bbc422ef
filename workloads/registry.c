#include "workloads/workload.h"

extern const struct workload sum_workload;
extern const struct workload primes_workload;
extern const struct workload resize_workload;
extern const struct workload spin_workload;
extern const struct workload echo_workload;

const struct workload *const workload_registry[] = {
    &sum_workload, &primes_workload, &resize_workload, &spin_workload, &echo_workload, NULL,
};
