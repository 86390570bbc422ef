#include "bench/compare/cells.h"

#include <stdlib.h>
#include <string.h>

#define COMPARE_TEXT(field)                                                                        \
    if ((order = strcmp(one->field, other->field)) != 0)                                           \
        return order;
#define COMPARE_COUNT(field)                                                                       \
    if (one->field != other->field)                                                                \
        return one->field < other->field ? -1 : 1;

static int order_but_for_pin(const struct sample *one, const struct sample *other)
{
    int order;
    COMPARE_TEXT(workload)
    COMPARE_TEXT(parameters)
    COMPARE_TEXT(backend)
    COMPARE_TEXT(schedule)
    COMPARE_COUNT(asked_chunk)
    COMPARE_COUNT(workers)
    COMPARE_COUNT(tasks)
    return 0;
}

int cells_order(const struct sample *one, const struct sample *other)
{
    int order = order_but_for_pin(one, other);
    return order != 0 ? order : strcmp(sample_pin(one), sample_pin(other));
}

bool cells_alike(const struct sample *one, const struct sample *other)
{
    return order_but_for_pin(one, other) == 0;
}

static int by_cell(const void *one, const void *other)
{
    return cells_order(one, other);
}

struct sample *cells_sort(const struct sample_table *table)
{
    struct sample *rows = calloc(table->count + 1, sizeof *rows);
    if (rows == NULL)
        return NULL;
    if (table->count > 0)
        memcpy(rows, table->rows, table->count * sizeof *rows);
    qsort(rows, table->count, sizeof *rows, by_cell);
    return rows;
}

size_t cells_rows(const struct sample rows[], size_t count, size_t first)
{
    size_t end = first;
    while (end < count && cells_order(&rows[first], &rows[end]) == 0)
        end++;
    return end - first;
}
