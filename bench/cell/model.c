#include "bench/cell/model.h"

struct sample model_sample(const struct work *work, const char *backend, const struct plan *plan)
{
    return (struct sample){
        .suite = "run",
        .workload = work->workload->name,
        .parameters = work->parameters,
        .backend = backend,
        .schedule = schedule_name(plan->schedule),
        .chunk =
            plan->schedule == SCHEDULE_DYNAMIC ? schedule_chunk(plan, work->tasks) : 0,
        .workers = plan->workers,
        .tasks = work->tasks,
        .task_bytes = work->shape.task_bytes,
        .result_bytes = work->shape.result_bytes,
        .status = "ok",
    };
}
