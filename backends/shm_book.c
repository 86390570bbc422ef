#include "backends/shm_book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/trace.h"

#define DONE 0x80 /* in fate, beside the number of deaths */

int book_open(struct book *book, const struct shm *shm, uint16_t series, const void *tasks,
              size_t count, void *results, struct traffic *traffic)
{
    bool dynamic = shm->plan->schedule == SCHEDULE_DYNAMIC;
    size_t chunk = dynamic ? schedule_chunk(shm->plan, count) : shm->chunk_max;
    *book = (struct book){.shm = shm,
                          .series = series,
                          .tasks = tasks,
                          .count = count,
                          .results = results,
                          .traffic = traffic};
    book->chunk = chunk < shm->chunk_max ? chunk : shm->chunk_max;
    book->lanes = calloc(shm->lanes, sizeof *book->lanes);
    book->fate = calloc(count + 1, sizeof *book->fate);
    if (book->lanes == NULL || book->fate == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < shm->lanes; i++) {
        struct lane *lane = &book->lanes[i];
        size_t share = schedule_share(count, shm->lanes, i, &lane->next);
        lane->end = lane->next + share;
    }
    return 0;
}

void book_close(struct book *book)
{
    free(book->fate);
    free(book->lanes);
}

size_t book_left(const struct book *book, unsigned lane)
{
    size_t tasks = book->lanes[lane].end - book->lanes[lane].next;
    return tasks / book->chunk + (tasks % book->chunk != 0);
}

void book_write(struct book *book, unsigned lane, struct queue_slot *slot)
{
    size_t task_bytes = book->shm->plan->job->shape.task_bytes;
    size_t first = book->lanes[lane].next;
    size_t count = book->lanes[lane].end - first;
    count = count < book->chunk ? count : book->chunk;
    slot->tag = (struct queue_tag){
        .first = first, .count = (uint32_t)count, .kind = SHM_TASKS, .series = book->series};
    if (task_bytes > 0)
        memcpy(slot->payload, book->tasks + first * task_bytes, count * task_bytes);
    book->lanes[lane].next += count;
    book->outstanding++;
    traffic_together(book->traffic, count);
    book->traffic->bytes_sent += sizeof slot->tag + count * task_bytes;
    book->traffic->messages++;
    trace_message(book->shm->plan->job->trace, TRACE_SENT, TRACE_ANYBODY, first, count);
}

bool book_owed(const struct book *book, const struct queue_tag *tag)
{
    return tag->kind != SHM_SENTINEL && tag->series == book->series && tag->first < book->count &&
           (book->fate[tag->first] & DONE) == 0;
}

static bool plausible(const struct book *book, const struct queue_tag *tag)
{
    return (tag->kind == SHM_RESULTS || tag->kind == SHM_FAILED) && book_owed(book, tag) &&
           tag->count > 0 && tag->count <= book->chunk && tag->count <= book->count - tag->first;
}

int book_read(struct book *book, const struct queue_slot *slot)
{
    size_t result_bytes = book->shm->plan->job->shape.result_bytes;
    size_t first = slot->tag.first, count = slot->tag.count;
    if (slot->tag.kind == SHM_HELLO) {
        book->expected -= book->expected > 0;
        return 0;
    }
    if (!plausible(book, &slot->tag))
        return -EPROTO;
    if (result_bytes > 0)
        memcpy(book->results + first * result_bytes, slot->payload, count * result_bytes);
    if (slot->tag.kind == SHM_FAILED)
        failure_merge(&book->failed,
                      (const struct failure *)(slot->payload + book->shm->failure_at));
    memset(book->fate + first, DONE, count);
    book->received += count;
    book->outstanding--;
    book->traffic->bytes_received += sizeof slot->tag + count * result_bytes;
    book->traffic->messages++;
    trace_message(book->shm->plan->job->trace, TRACE_RECEIVED, TRACE_ANYBODY, first, count);
    return 0;
}

int book_death(struct book *book, int64_t task)
{
    return task < 0 ? 0 : ++book->fate[task] & ~DONE;
}

int64_t book_missing(const struct book *book)
{
    for (size_t task = 0; task < book->count; task++)
        if ((book->fate[task] & DONE) == 0)
            return (int64_t)task;
    return FAILURE_NONE;
}
