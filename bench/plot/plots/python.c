/*
 * python - the mechanisms of C beside CPython's counterparts, which call the same kernel: a panel
 * for each job, a group of rows for each mechanism.
 *
 * A group shows one number of workers: the most that the cores allow and both sides have. Each
 * backend counts with its best cell there. "Surely slower" is an interval of the speedup that ends
 * below the one of its counterpart in C.
 */
#include <stdbool.h>
#include <string.h>

#include "bench/plot/table.h"

#define PYTHONS     2
#define NOWHERE     ((size_t)-1)
#define PAIRS_APART 0.6 /* rows between two groups */

static const struct group {
    const char *c, *python[PYTHONS]; /* NULL: no second one */
} groups[] = {
    {"pipes", {"python-pool", NULL}},
    {"shm", {"python-queue", NULL}},
    {"manager", {"python-manager", NULL}},
    {"pthreads", {"python-threads", "python-threads-nogil"}},
};
#define GROUPS (sizeof groups / sizeof groups[0])

struct counts {
    size_t pairs, slower;
    size_t disturbed; /* pairs that are in neither */
};

static bool has_speedup(const struct csv_table *csv, size_t row)
{
    return csv_table_number(csv, row, "speedup") > 0 && csv_table_number(csv, row, "workers") > 0 &&
           csv_table_number(csv, row, "verified") == 1;
}

/* The row of this job with the highest speedup of a backend with so many workers, or NOWHERE. */
static size_t find_best(const struct csv_table *csv, size_t job, const char *backend,
                        double workers)
{
    size_t best = NOWHERE;
    for (size_t row = 0; row < csv->rows; row++)
        if (has_speedup(csv, row) && plot_same_job(csv, job, row) &&
            strcmp(csv_table_text(csv, row, "backend"), backend) == 0 &&
            csv_table_number(csv, row, "workers") == workers &&
            (best == NOWHERE ||
             csv_table_number(csv, row, "speedup") > csv_table_number(csv, best, "speedup")))
            best = row;
    return best;
}

static bool has_counterpart(const struct csv_table *csv, size_t job, const struct group *group,
                            double workers)
{
    for (size_t i = 0; i < PYTHONS && group->python[i] != NULL; i++)
        if (find_best(csv, job, group->python[i], workers) != NOWHERE)
            return true;
    return false;
}

/* The number of workers that a group shows; 0: there is no pair. More than there are cores is taken
 * where nothing else is there. */
static double find_workers(const struct csv_table *csv, size_t job, const struct group *group)
{
    double most = 0;
    bool most_fits = false;
    for (size_t row = 0; row < csv->rows; row++) {
        if (!has_speedup(csv, row) || !plot_same_job(csv, job, row) ||
            strcmp(csv_table_text(csv, row, "backend"), group->c) != 0)
            continue;
        double workers = csv_table_number(csv, row, "workers");
        bool fits = csv_table_number(csv, row, "oversubscribed") != 1;
        bool better = fits != most_fits ? fits : fits ? workers > most : workers < most;
        if ((most == 0 || better) && has_counterpart(csv, job, group, workers)) {
            most = workers;
            most_fits = fits;
        }
    }
    return most;
}

static bool has_pair(const struct csv_table *csv, size_t row)
{
    for (size_t i = 0; i < GROUPS; i++)
        if (has_speedup(csv, row) && strcmp(csv_table_text(csv, row, "backend"), groups[i].c) == 0)
            return find_workers(csv, row, &groups[i]) > 0;
    return false;
}

/* Data: place, label, speedup, low, high, capacity, 1 for Python, heading. */
static void put_cell(FILE *out, const struct csv_table *csv, size_t row, double place, bool python)
{
    double speedup = csv_table_number(csv, row, "speedup");
    fprintf(out, "%g\t", place);
    plot_put_cell(out, csv, row);
    fprintf(out, "\t%g\t%g\t%g\t%g\t%d\t", speedup, plot_bound(csv, row, "speedup_low", speedup),
            plot_bound(csv, row, "speedup_high", speedup), csv_table_number(csv, row, "capacity"),
            python);
    plot_put_job(out, csv, row);
    fputc('\n', out);
}

/* Returns the place of the group's last row. */
static double put_group(FILE *out, const struct csv_table *csv, size_t job,
                        const struct group *group, double place, struct counts *counts)
{
    double workers = find_workers(csv, job, group);
    if (workers == 0)
        return place;
    size_t c = find_best(csv, job, group->c, workers);
    place += place > 0 ? 1 + PAIRS_APART : 1;
    put_cell(out, csv, c, place, false);
    for (size_t i = 0; i < PYTHONS && group->python[i] != NULL; i++) {
        size_t python = find_best(csv, job, group->python[i], workers);
        if (python == NOWHERE)
            continue;
        put_cell(out, csv, python, ++place, true);
        if (plot_is_disturbed(csv, python) || plot_is_disturbed(csv, c)) {
            counts->disturbed++;
            continue;
        }
        counts->pairs++;
        counts->slower +=
            csv_table_number(csv, python, "speedup_high") < csv_table_number(csv, c, "speedup_low");
    }
    return place;
}

static int put_job(FILE *out, const struct csv_table *csv, size_t first, void *state)
{
    double place = 0;
    for (size_t i = 0; i < GROUPS; i++)
        place = put_group(out, csv, first, &groups[i], place, state);
    return (int)(place + 0.999);
}

static int write_python(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    struct counts counts = {0, 0, 0};
    int rows = plot_each_job(out, csv, picture, has_pair, put_job, &counts);
    snprintf(picture->title, PLOT_TITLE_BYTES,
             "Same kernel: Python's mechanism surely slower than C's in %zu of %zu pairs",
             counts.slower, counts.pairs);
    plot_title_disturbed(picture->title, counts.disturbed, counts.disturbed + counts.pairs);
    return rows;
}

const struct plot python_plot = {
    .name = "python",
    .about = "mechanisms of C beside those of CPython, with the same kernel",
    .file = "summary.csv",
    .command = "bench --backend all,python --workload all -o DIR",
    .write = write_python,
};
