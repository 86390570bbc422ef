/*
 * What cells say. "This work" is a group of the summary: a workload with one set of parameters. What
 * other programs disturbed, or has no undisturbed loop to be held against, says nothing but that.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/baseline.h"
#include "bench/present/figures.h"
#include "bench/present/group.h"
#include "bench/report/findings.h"

#define LIST_BYTES 512

struct work {
    struct group group;
    const struct summary *serial; /* NULL: nothing to compare to */
};

static bool has_figures(const struct summary *cell)
{
    return cell->samples > 0 && cell->verified && !isnan(cell->speedup) &&
           !summary_is_disturbed(cell);
}

static bool is_python(const struct summary *cell)
{
    return strncmp(cell->backend, "python-", 7) == 0;
}

static bool wins(const struct summary *cell)
{
    return has_figures(cell) && cell->speedup_low > 1;
}

static bool loses(const struct summary *cell)
{
    return has_figures(cell) && cell->speedup_high < 1;
}

/* Whether a cell stands before the best so far (NULL: none): one that wins before one that does
 * not, then the one with the higher speedup. */
static bool is_better(const struct summary *cell, const struct summary *best)
{
    if (!has_figures(cell))
        return false;
    if (best == NULL || wins(cell) != wins(best))
        return best == NULL || wins(cell);
    return cell->speedup > best->speedup;
}

/* The best cell of this backend, or NULL. */
static const struct summary *best_of(const struct group *group, const char *backend)
{
    const struct summary *best = NULL;
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->cells[i]->backend, backend) == 0 && is_better(group->cells[i], best))
            best = group->cells[i];
    return best;
}

/* Whether cells[i] is the first of its backend. */
static bool is_first(const struct group *group, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(group->cells[j]->backend, group->cells[i]->backend) == 0)
            return false;
    return true;
}

/* The backends of C in this group, each by its best cell, that pass a test: "pipes, shm and mpi".
 * Returns how many; *among (may be NULL) is out of how many. */
static size_t list_backends(const struct group *group, bool (*test)(const struct summary *cell),
                            char *list, size_t bytes, size_t *among)
{
    const char *names[64];
    size_t count = 0, all = 0, used = 0;
    for (size_t i = 0; i < group->count && count < 64; i++) {
        const struct summary *best = best_of(group, group->cells[i]->backend);
        if (best == NULL || is_baseline(best) || is_python(best) || !is_first(group, i))
            continue;
        all++;
        if (test(best))
            names[count++] = best->backend;
    }
    *list = '\0';
    for (size_t i = 0; i < count && used < bytes; i++)
        used += (size_t)snprintf(list + used, bytes - used, "%s%s",
                                 i == 0           ? ""
                                 : i + 1 == count ? " and "
                                                  : ", ",
                                 names[i]);
    if (among != NULL)
        *among = all;
    return count;
}

static const char *workers_word(const struct summary *cell)
{
    return cell->workers == 1 ? "worker" : "workers";
}

/* The best cell of all of C's backends, or NULL. */
static const struct summary *find_best(const struct group *group)
{
    const struct summary *best = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary *cell = group->cells[i];
        if (!is_baseline(cell) && !is_python(cell) && is_better(cell, best))
            best = cell;
    }
    return best;
}

/* Where nothing is left to conclude from because of others, that is what there is to say. */
static void say_disturbed(struct findings *findings, const struct work *work)
{
    size_t disturbed = 0;
    for (size_t i = 0; i < work->group.count; i++)
        disturbed += summary_is_disturbed(work->group.cells[i]);
    if (disturbed > 0)
        findings_add(findings, "%s (%s): other programs disturbed %s, so nothing is concluded.",
                     work->serial->workload, work->serial->parameters,
                     work->serial->serial_disturbed ? "the loop" : "its cells");
}

/* Who wins? A backend whose best cell wins, and the best of all. */
static void say_winner(struct findings *findings, const struct work *work)
{
    char time[FIGURE_BYTES], used[FIGURE_BYTES], winners[LIST_BYTES];
    const struct summary *best = find_best(&work->group), *serial = work->serial;
    size_t among, count = list_backends(&work->group, wins, winners, sizeof winners, &among);
    if (best == NULL) {
        say_disturbed(findings, work);
        return;
    }
    figure_time(serial->median_ns, time, sizeof time);
    figure_percent(best->capacity_efficiency, used, sizeof used);
    if (wins(best))
        findings_add(findings,
                     "%s, %s of work (%s): %zu of %zu backends surely beat%s the loop. Best is %s "
                     "with %" PRIu64 " %s: %.2f times as fast (%.2f to %.2f), %s of what the "
                     "machine gave.",
                     serial->workload, time, serial->parameters, count, among,
                     count == 1 ? "s" : "", best->backend, best->workers, workers_word(best),
                     best->speedup, best->speedup_low, best->speedup_high, used);
    else
        findings_add(findings,
                     "%s, %s of work (%s): no backend surely beats the loop. Best is %s with "
                     "%" PRIu64 " %s: %.2f times its speed (%.2f to %.2f).",
                     serial->workload, time, serial->parameters, best->backend, best->workers,
                     workers_word(best), best->speedup, best->speedup_low, best->speedup_high);
}

/* From which size on does it pay? For two sizes of one workload, next to each other by serial's
 * time: who loses at the smaller one, and who wins at the larger. Silent where nobody loses. */
static void say_size(struct findings *findings, const struct work *small, const struct work *large)
{
    char losers[LIST_BYTES], winners[LIST_BYTES], from[FIGURE_BYTES], to[FIGURE_BYTES];
    size_t among;
    if (list_backends(&small->group, loses, losers, sizeof losers, NULL) == 0)
        return;
    size_t won = list_backends(&large->group, wins, winners, sizeof winners, &among);
    if (among == 0)
        return;
    figure_time(small->serial->median_ns, from, sizeof from);
    figure_time(large->serial->median_ns, to, sizeof to);
    if (won == among)
        snprintf(winners, sizeof winners, "all %zu backends", among);
    findings_add(findings,
                 "%s: with %s of work in all, %s surely lose%s to the loop; with %s, %s win%s.",
                 small->serial->workload, from, losers, strstr(losers, " and ") != NULL ? "" : "s",
                 to, won == 0 ? "nobody" : winners, won == 1 || won == 0 ? "s" : "");
}

/* The price of the GIL: Python's threads with and without it, on one work with the same workers. */
static void say_gil(struct findings *findings, const struct work *work)
{
    const struct summary *kept = best_of(&work->group, "python-threads");
    const struct summary *released = best_of(&work->group, "python-threads-nogil");
    if (kept == NULL || released == NULL || !wins(released))
        return;
    findings_add(findings,
                 "Python's threads on %s (%s): with the GIL held %.2f times the loop's speed (%.2f "
                 "to %.2f), with it released %.2f times (%.2f to %.2f).",
                 kept->workload, kept->parameters, kept->speedup, kept->speedup_low,
                 kept->speedup_high, released->speedup, released->speedup_low,
                 released->speedup_high);
}

/* The price of the language: the kernel in plain Python against the same loop in C. */
static void say_language(struct findings *findings, const struct work *work)
{
    const struct summary *pure = best_of(&work->group, "python-pure");
    if (pure == NULL || !loses(pure))
        return;
    findings_add(
        findings,
        "The kernel of %s in plain Python takes %.0f times as long as in C (%.0f to %.0f).",
        pure->workload, 1 / pure->speedup, 1 / pure->speedup_high, 1 / pure->speedup_low);
}

/* The price of the same mechanism in Python: Pool against pipes, which is what Pool is made of.
 * Said where their intervals do not overlap. */
static void say_pool(struct findings *findings, const struct work *work)
{
    const struct summary *ours = best_of(&work->group, "pipes");
    const struct summary *pool = best_of(&work->group, "python-pool");
    char c[FIGURE_BYTES], python[FIGURE_BYTES];
    if (ours == NULL || pool == NULL || pool->ci_low_ns <= ours->ci_high_ns)
        return;
    findings_add(
        findings,
        "%s (%s): Python's Pool takes %s where fork and pipes in C take %s, with the same kernel.",
        pool->workload, pool->parameters, figure_time(pool->median_ns, python, sizeof python),
        figure_time(ours->median_ns, c, sizeof c));
}

static void say_doubts(struct findings *findings, const struct summary_table *summary)
{
    size_t failed = 0, noisy = 0, skipped = 0, disturbed = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary *cell = &summary->rows[i];
        failed += cell->failed > 0;
        noisy += cell->noisy != 0;
        disturbed += summary_is_disturbed(cell);
        skipped += cell->samples == 0 && cell->failed == 0 && cell->skipped > 0;
    }
    if (failed > 0)
        findings_add(findings,
                     "%zu of %zu cells had failures; what failed enters no figure, and is told "
                     "below the tables.",
                     failed, summary->count);
    if (skipped > 0)
        findings_add(findings, "%zu of %zu cells could not be measured here; the tables say why.",
                     skipped, summary->count);
    if (disturbed > 0)
        findings_add(findings,
                     "Other programs disturbed %zu of %zu cells, or the loop that they are held "
                     "against: no sentence here is about these.",
                     disturbed, summary->count);
    if (noisy > 0)
        findings_add(
            findings,
            "%zu of %zu cells are noisy: their interval is wider than a tenth of their median.",
            noisy, summary->count);
}

/* ---- all works --------------------------------------------------------------------------------
 */

static int by_workload_and_size(const void *a, const void *b)
{
    const struct work *one = a, *other = b;
    int order = strcmp(one->serial->workload, other->serial->workload);
    if (order != 0)
        return order;
    return (one->serial->median_ns > other->serial->median_ns) -
           (one->serial->median_ns < other->serial->median_ns);
}

static const struct summary *find_serial(const struct group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (is_baseline(group->cells[i]) && group->cells[i]->samples > 0)
            return group->cells[i];
    return NULL;
}

/* The works that have a baseline; the caller frees them and their groups. */
static struct work *find_works(const struct summary_table *summary, size_t *count)
{
    struct work *works = calloc(summary->count + 1, sizeof *works);
    *count = 0;
    for (size_t i = 0; works != NULL && i < summary->count; i++) {
        struct work work;
        if (!group_begins(summary, i) || group_gather(summary, i, &work.group) != 0)
            continue;
        work.serial = find_serial(&work.group);
        if (work.serial != NULL)
            works[(*count)++] = work;
        else
            free(work.group.cells);
    }
    return works;
}

void findings_of_cells(struct findings *findings, const struct summary_table *summary)
{
    size_t count;
    struct work *works = find_works(summary, &count);
    if (works == NULL)
        return;
    qsort(works, count, sizeof works[0], by_workload_and_size);
    for (size_t i = 0; i < count; i++)
        say_winner(findings, &works[i]);
    for (size_t i = 0; i < count; i++) {
        say_gil(findings, &works[i]);
        say_pool(findings, &works[i]);
        if (i == 0 || strcmp(works[i].serial->workload, works[i - 1].serial->workload) != 0)
            say_language(findings, &works[i]); /* the size hardly matters to it */
    }
    for (size_t i = 0; i + 1 < count; i++)
        if (strcmp(works[i].serial->workload, works[i + 1].serial->workload) == 0)
            say_size(findings, &works[i], &works[i + 1]);
    say_doubts(findings, summary);
    for (size_t i = 0; i < count; i++)
        free(works[i].group.cells);
    free(works);
}
