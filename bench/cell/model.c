#include "bench/cell/model.h"

struct sample model_sample(const char *workload, const char *parameters, size_t tasks,
                           const char *backend, const struct plan *plan)
{
    return (struct sample){
        .suite = "run",
        .workload = workload,
        .parameters = parameters,
        .backend = backend,
        .schedule = schedule_name(plan->schedule),
        .chunk =
            plan->schedule == SCHEDULE_DYNAMIC ? schedule_chunk(plan, tasks) : 0,
        .workers = plan->workers,
        .tasks = tasks,
        .task_bytes = plan->job->shape.task_bytes,
        .result_bytes = plan->job->shape.result_bytes,
        .status = "ok",
        .pin = "none",
        .settings = "",
    };
}
