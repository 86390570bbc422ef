#include "bench/compare/pairs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/cells.h"
#include "bench/data/text.h"

/* ---- two tables -------------------------------------------------------------------------------
 */

static int add(struct pairs *pairs, const struct side *a, const struct side *b, bool interleaved)
{
    void *grown = reallocarray(pairs->comparisons, pairs->count + 1, sizeof *pairs->comparisons);
    if (grown == NULL)
        return -ENOMEM;
    pairs->comparisons = grown;
    return comparison_make(a, b, interleaved, &pairs->comparisons[pairs->count++]);
}

/* Cells of a that b only has with its workers bound to other cores. */
static size_t count_bound_otherwise(const struct pairs *pairs, size_t a_count, size_t b_count)
{
    const struct sample *left = pairs->sorted[0], *right = pairs->sorted[1];
    size_t count = 0;
    for (size_t i = 0; i < a_count; i += cells_rows(left, a_count, i)) {
        bool alike = false, same = false;
        for (size_t j = 0; j < b_count; j += cells_rows(right, b_count, j)) {
            alike = alike || cells_alike(&left[i], &right[j]);
            same = same || cells_order(&left[i], &right[j]) == 0;
        }
        count += alike && !same;
    }
    return count;
}

int pairs_of_tables(const struct sample_table *a, const char *a_label, const struct sample_table *b,
                    const char *b_label, bool interleaved, struct pairs *pairs)
{
    *pairs = (struct pairs){.sorted = {cells_sort(a), cells_sort(b)}};
    struct sample *left = pairs->sorted[0], *right = pairs->sorted[1];
    int error = left == NULL || right == NULL ? -ENOMEM : 0;
    size_t i = 0, j = 0;
    while (error == 0 && i < a->count && j < b->count) {
        size_t i_rows = cells_rows(left, a->count, i), j_rows = cells_rows(right, b->count, j);
        int order = cells_order(&left[i], &right[j]);
        const struct side one = {a_label, &left[i], i_rows}, other = {b_label, &right[j], j_rows};
        if (order == 0)
            error = add(pairs, &one, &other, interleaved);
        pairs->only_a += order < 0;
        pairs->only_b += order > 0;
        i += order <= 0 ? i_rows : 0;
        j += order >= 0 ? j_rows : 0;
    }
    for (; error == 0 && i < a->count; i += cells_rows(left, a->count, i))
        pairs->only_a++;
    for (; error == 0 && j < b->count; j += cells_rows(right, b->count, j))
        pairs->only_b++;
    if (error == 0)
        pairs->bound_otherwise = count_bound_otherwise(pairs, a->count, b->count);
    return error;
}

/* ---- two cells of one table --------------------------------------------------------------------
 */

struct key {
    const char *name;
    size_t offset;
    bool text;
};

static const struct key keys[] = {
    {"workload", offsetof(struct sample, workload), true},
    {"parameters", offsetof(struct sample, parameters), true},
    {"backend", offsetof(struct sample, backend), true},
    {"schedule", offsetof(struct sample, schedule), true},
    {"pin", offsetof(struct sample, pin), true},
    {"chunk", offsetof(struct sample, asked_chunk), false}, /* if none was asked for, the one used */
    {"workers", offsetof(struct sample, workers), false},
};
#define KEYS (sizeof keys / sizeof keys[0])

static const struct key *find_key(const char *text, size_t length)
{
    for (size_t i = 0; i < KEYS; i++)
        if (strlen(keys[i].name) == length && strncmp(keys[i].name, text, length) == 0)
            return &keys[i];
    return NULL;
}

/* Whether text from here begins another key=value: parameters hold commas as well. */
static bool begins_key(const char *text)
{
    const char *equals = strchr(text, '=');
    return equals != NULL && find_key(text, (size_t)(equals - text)) != NULL;
}

static bool has_value(const struct sample *row, const struct key *key, const char *value,
                      size_t length)
{
    char number[24];
    const char *has = number;
    const char *field = (const char *)row + key->offset;
    if (key->offset == offsetof(struct sample, pin))
        has = sample_pin(row);
    else if (key->text)
        memcpy(&has, field, sizeof has);
    else if (key->offset == offsetof(struct sample, asked_chunk) && row->asked_chunk == 0)
        snprintf(number, sizeof number, "%" PRIu64, row->chunk);
    else
        snprintf(number, sizeof number, "%" PRIu64, *(const uint64_t *)(const void *)field);
    return has != NULL && strlen(has) == length && strncmp(has, value, length) == 0;
}

/* Whether a row fits a choice. Returns 1 or 0; -EINVAL: the choice makes no sense. */
static int fits(const struct sample *row, const char *choice)
{
    bool all = true;
    while (*choice != '\0') {
        const char *equals = strchr(choice, '=');
        const struct key *key = equals != NULL ? find_key(choice, (size_t)(equals - choice)) : NULL;
        if (key == NULL)
            return -EINVAL;
        const char *end = equals + 1;
        while (*end != '\0' && !(*end == ',' && begins_key(end + 1)))
            end++;
        all = all && has_value(row, key, equals + 1, (size_t)(end - equals) - 1);
        choice = *end == ',' ? end + 1 : end;
    }
    return all;
}

/* The only cell in rows[first .. end-1] that fits. Returns how many fit. */
static int find_side(const struct sample rows[], size_t first, size_t end, const char *choice,
                     struct side *side)
{
    int found = 0;
    for (size_t i = first, count; i < end; i += count) {
        count = cells_rows(rows, end, i);
        int fit = fits(&rows[i], choice);
        if (fit < 0)
            return fit;
        if (fit == 1 && ++found == 1)
            *side = (struct side){choice, &rows[i], count};
    }
    return found;
}

static bool same_work(const struct sample *one, const struct sample *other)
{
    return strcmp(one->workload, other->workload) == 0 &&
           strcmp(one->parameters, other->parameters) == 0;
}

static int refuse_choice(int found, const char *choice, const struct sample *work, char *message,
                         size_t bytes)
{
    char shown[80];
    text_brief(choice, shown, sizeof shown);
    if (found < 0)
        snprintf(message, bytes,
                 "--cell '%s' will not do: write what tells the cell from others, such as "
                 "backend=pipes,schedule=dynamic; there are workload, parameters, backend, "
                 "schedule, chunk, workers and pin",
                 shown);
    else if (work == NULL)
        snprintf(message, bytes, "--cell '%s' fits no cell beside which the other one was measured",
                 shown);
    else
        snprintf(message, bytes,
                 "--cell '%s' fits %d cells of %.60s: tell them apart, such as by "
                 "workers=2 or chunk=1",
                 shown, found, work->workload);
    return -EINVAL;
}

int pairs_of_choices(const struct sample_table *table, const char *a, const char *b,
                     struct pairs *pairs, char *message, size_t bytes)
{
    *pairs = (struct pairs){.sorted = {cells_sort(table), NULL}};
    struct sample *rows = pairs->sorted[0];
    int error = rows == NULL ? -ENOMEM : 0;
    struct side one, other;
    for (size_t first = 0, end; error == 0 && first < table->count; first = end) {
        for (end = first; end < table->count && same_work(&rows[first], &rows[end]); end++)
            ;
        int left = find_side(rows, first, end, a, &one);
        int right = find_side(rows, first, end, b, &other);
        if (left < 0 || left > 1)
            error = refuse_choice(left, a, &rows[first], message, bytes);
        else if (right < 0 || right > 1)
            error = refuse_choice(right, b, &rows[first], message, bytes);
        else if (left == 1 && right == 1)
            error = add(pairs, &one, &other, true);
    }
    if (error == 0 && pairs->count == 0)
        error = refuse_choice(0, a, NULL, message, bytes);
    return error;
}

/* ---- all ---------------------------------------------------------------------------------------
 */

void pairs_free(struct pairs *pairs)
{
    free(pairs->comparisons);
    free(pairs->sorted[0]);
    free(pairs->sorted[1]);
    *pairs = (struct pairs){0};
}

size_t pairs_different(const struct pairs *pairs)
{
    size_t count = 0;
    for (size_t i = 0; i < pairs->count; i++)
        count += pairs->comparisons[i].kind == VERDICT_SLOWER ||
                 pairs->comparisons[i].kind == VERDICT_FASTER;
    return count;
}
