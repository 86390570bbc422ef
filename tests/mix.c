#include "mix.h"

#include <stdlib.h>
#include <string.h>

#include "common/check.h"

#define FNV_BASIS 14695981039346656037u /* Fowler, Noll, Vo: FNV-1a, 64 bits */
#define FNV_PRIME 1099511628211u

const char *mix(const void *task, void *result, const struct shape *shape)
{
    const unsigned char *in = task;
    unsigned char *out = result;
    uint64_t hash = FNV_BASIS;
    for (size_t i = 0; i < shape->task_bytes; i++)
        hash = (hash ^ in[i]) * FNV_PRIME;
    for (size_t i = 0; i < shape->result_bytes; i++) {
        if (i % 8 == 0)
            hash = (hash ^ i) * FNV_PRIME;
        out[i] = (unsigned char)(hash >> (i % 8 * 8));
    }
    return NULL;
}

static void *must_have(size_t bytes)
{
    void *memory = malloc(bytes > 0 ? bytes : 1);
    CHECK(memory != NULL);
    return memory;
}

static void serial_loop(struct records *records)
{
    const struct shape *shape = &records->job.shape;
    for (size_t i = 0; i < records->count; i++) {
        char *result = records->expected + i * shape->result_bytes;
        if (records->job.kernel(records->tasks + i * shape->task_bytes, result, shape) != NULL)
            memset(result, 0, shape->result_bytes);
    }
}

struct records records_make(const struct job *job, size_t count)
{
    const struct shape *shape = &job->shape;
    struct records records = {.job = *job, .count = count};
    records.tasks = must_have(count * shape->task_bytes);
    records.results = must_have(count * shape->result_bytes);
    records.expected = must_have(count * shape->result_bytes);
    for (size_t i = 0; i < count; i++) {
        unsigned char *task = (unsigned char *)records.tasks + i * shape->task_bytes;
        uint64_t number = i;
        memset(task, (int)(i % 251), shape->task_bytes);
        memcpy(task, &number, shape->task_bytes < 8 ? shape->task_bytes : 8);
    }
    serial_loop(&records);
    records_spoil(&records);
    return records;
}

void records_free(struct records *records)
{
    free(records->tasks);
    free(records->results);
    free(records->expected);
}

void records_spoil(struct records *records)
{
    memset(records->results, 0xa5, records->count * records->job.shape.result_bytes);
}

bool records_right(const struct records *records)
{
    size_t bytes = records->count * records->job.shape.result_bytes;
    return memcmp(records->results, records->expected, bytes) == 0;
}
