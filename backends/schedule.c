#include "backends/backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNKS_PER_WORKER 16
#define CHUNK_BYTES_MAX   (64u * 1024u)
#define CHUNK_MAX         (1ull << 31)

static const char *const names[] = {[SCHEDULE_PER_TASK] = "per-task",
                                    [SCHEDULE_DYNAMIC] = "dynamic",
                                    [SCHEDULE_STATIC] = "static"};

const char *schedule_name(enum schedule schedule)
{
    return names[schedule];
}

static int parse_chunk(const char *text, size_t *chunk)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value < 1 || value > CHUNK_MAX)
        return -EINVAL;
    *chunk = (size_t)value;
    return 0;
}

int schedule_parse(const char *text, enum schedule *schedule, size_t *chunk, char *message,
                   size_t bytes)
{
    *chunk = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *schedule = (enum schedule)i;
            return 0;
        }
    }
    if (strncmp(text, "dynamic:", 8) == 0 && parse_chunk(text + 8, chunk) == 0) {
        *schedule = SCHEDULE_DYNAMIC;
        return 0;
    }
    snprintf(message, bytes,
             "'%s' is no schedule: write per-task, dynamic, dynamic:CHUNK (1 to 2147483648) or "
             "static",
             text);
    return -EINVAL;
}

size_t schedule_chunk(const struct plan *plan, size_t count)
{
    if (plan->chunk != 0)
        return plan->chunk;
    const struct shape *shape = &plan->job->shape;
    size_t record = shape->task_bytes > shape->result_bytes ? shape->task_bytes
                                                            : shape->result_bytes;
    size_t chunk = count / ((size_t)plan->workers * CHUNKS_PER_WORKER);
    if (record > 0 && chunk > CHUNK_BYTES_MAX / record)
        chunk = CHUNK_BYTES_MAX / record;
    return chunk > 0 ? chunk : 1;
}

size_t schedule_together(const struct plan *plan, size_t count)
{
    size_t first;
    size_t together = plan->schedule == SCHEDULE_PER_TASK  ? 1
                      : plan->schedule == SCHEDULE_DYNAMIC ? schedule_chunk(plan, count)
                                                           : schedule_share(count, plan->workers, 0, &first);
    return together < count ? together : count;
}

size_t schedule_share(size_t count, unsigned workers, unsigned worker, size_t *first)
{
    size_t share = count / workers;
    size_t longer = count % workers; /* the first so many workers get one more */
    *first = worker * share + (worker < longer ? worker : longer);
    return share + (worker < longer);
}
