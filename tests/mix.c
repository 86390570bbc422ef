#include "mix.h"

#include <stdlib.h>
#include <string.h>

#include "common/check.h"

#define WORD sizeof(uint64_t) /* so long a memcpy is a load or a store */

/* One step of a hash after Fowler, Noll and Vo (FNV-1a), of a word rather than a byte. A product
 * carries only upwards, so the upper half is brought down again. */
static uint64_t stir(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 1099511628211u;
    return hash ^ hash >> 32;
}

const char *mix(const void *task, void *result, const struct shape *shape)
{
    const char *in = task;
    char *out = result;
    uint64_t hash = 14695981039346656037u, word = 0;
    size_t i;
    for (i = 0; i + WORD <= shape->task_bytes; i += WORD) {
        memcpy(&word, in + i, WORD);
        hash = stir(hash, word);
    }
    word = 0;
    memcpy(&word, in + i, shape->task_bytes - i);
    hash = stir(hash, word);
    for (i = 0; i + WORD <= shape->result_bytes; i += WORD) {
        hash = stir(hash, i);
        memcpy(out + i, &hash, WORD);
    }
    hash = stir(hash, i);
    memcpy(out + i, &hash, shape->result_bytes - i);
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
