#include "common/tasks.h"

#include <errno.h>
#include <stdlib.h>

#include "common/check.h"

#define SHARE_OF_UNSENT 4 /* all queues beyond one chunk each: at most 1/4 of what is unsent */

int tasks_open(struct tasks *ledger, unsigned workers)
{
    CHECK(workers > 0);
    *ledger = (struct tasks){.workers = workers, .chunk = 1, .flight = 1};
    ledger->lines = calloc(workers, sizeof *ledger->lines);
    return ledger->lines != NULL ? 0 : -ENOMEM;
}

void tasks_close(struct tasks *ledger)
{
    free(ledger->lines);
    free(ledger->deaths);
    *ledger = (struct tasks){0};
}

void tasks_begin(struct tasks *ledger, size_t count, size_t chunk, unsigned flight)
{
    CHECK(chunk > 0 && flight > 0 && flight <= TASKS_FLIGHT_MAX);
    for (unsigned worker = 0; worker < ledger->workers; worker++) {
        struct tasks_line *line = &ledger->lines[worker];
        line->own = (struct span){0, 0};
        line->head = line->held = line->sent = 0;
    }
    free(ledger->deaths);
    ledger->deaths = NULL;
    ledger->open = (struct span){0, count};
    ledger->count = ledger->missing = count;
    ledger->chunk = chunk;
    ledger->flight = flight;
}

/* Cuts up to count tasks off the front. */
static struct span cut(struct span *from, size_t count)
{
    struct span span = {from->first, count < from->count ? count : from->count};
    from->first += span.count;
    from->count -= span.count;
    return span;
}

void tasks_reserve(struct tasks *ledger, unsigned worker, size_t first, size_t count)
{
    CHECK(worker < ledger->workers);
    CHECK(first == ledger->open.first && count <= ledger->open.count);
    ledger->lines[worker].own = cut(&ledger->open, count);
}

static bool may_have_more(const struct tasks *ledger, const struct tasks_line *line)
{
    if (line->own.count > 0)
        return line->held < ledger->flight;
    if (ledger->open.count == 0)
        return false;
    size_t chunks = ledger->open.count / ledger->chunk;
    size_t allowed = 1 + chunks / ((size_t)ledger->workers * SHARE_OF_UNSENT);
    return line->held < ledger->flight && line->held < allowed;
}

static struct span *entry(struct tasks_line *line, unsigned index)
{
    return &line->queue[(line->head + index) % TASKS_FLIGHT_MAX];
}

bool tasks_next(struct tasks *ledger, unsigned worker, struct span *span)
{
    struct tasks_line *line = &ledger->lines[worker];
    if (line->sent == line->held) {
        if (!may_have_more(ledger, line))
            return false;
        struct span *from = line->own.count > 0 ? &line->own : &ledger->open;
        *entry(line, line->held++) = cut(from, ledger->chunk);
    }
    *span = *entry(line, line->sent++);
    return true;
}

bool tasks_owes(const struct tasks *ledger, unsigned worker, struct span span)
{
    const struct tasks_line *line = &ledger->lines[worker];
    const struct span *oldest = &line->queue[line->head];
    return line->sent > 0 && oldest->first == span.first && oldest->count == span.count;
}

bool tasks_in(struct tasks *ledger, unsigned worker, struct span span)
{
    struct tasks_line *line = &ledger->lines[worker];
    if (!tasks_owes(ledger, worker, span))
        return false;
    line->head = (line->head + 1) % TASKS_FLIGHT_MAX;
    line->held--;
    line->sent--;
    ledger->missing -= span.count;
    return true;
}

int64_t tasks_oldest(const struct tasks *ledger, unsigned worker)
{
    const struct tasks_line *line = &ledger->lines[worker];
    return line->sent > 0 ? (int64_t)line->queue[line->head].first : -1;
}

bool tasks_holds(const struct tasks *ledger, unsigned worker, int64_t task)
{
    struct tasks_line *line = &ledger->lines[worker];
    for (unsigned i = 0; task >= 0 && i < line->sent; i++) {
        const struct span *span = entry(line, i);
        if ((size_t)task - span->first < span->count) /* wraps to a large number if before it */
            return true;
    }
    return false;
}

int tasks_lost(struct tasks *ledger, unsigned worker, int64_t task)
{
    ledger->lines[worker].sent = 0;
    if (task < 0)
        return 0;
    CHECK((uint64_t)task < ledger->count);
    if (ledger->deaths == NULL)
        ledger->deaths = calloc(ledger->count, 1);
    if (ledger->deaths == NULL)
        return -ENOMEM;
    if (ledger->deaths[task] < UINT8_MAX)
        ledger->deaths[task]++;
    return ledger->deaths[task];
}

bool tasks_done(const struct tasks *ledger)
{
    return ledger->missing == 0;
}
