/*
 * What the price list says: ipc.csv, spawn.csv, metg.csv.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "bench/present/figures.h"
#include "bench/report/findings.h"

#define NOWHERE SIZE_MAX

static bool text_is(const struct csv_table *table, size_t row, const char *column, const char *text)
{
    return strcmp(csv_table_text(table, row, column), text) == 0;
}

static bool is_ok(const struct csv_table *table, size_t row)
{
    return text_is(table, row, "status", "ok");
}

/* ---- ipc.csv ----------------------------------------------------------------------------------
 */

/* Placement "different" is asked for, since it is what two busy workers have; "free" stands in. */
static const char *placement_of(const struct csv_table *ipc)
{
    for (size_t row = 0; row < ipc->rows; row++)
        if (is_ok(ipc, row) && text_is(ipc, row, "placement", "different"))
            return "different";
    return "free";
}

/* The row with the least (sign 1) or the greatest (-1) figure among processes, for messages of so
 * many bytes; transport NULL: any. */
static size_t find_extreme(const struct csv_table *ipc, const char *figure, int sign, double bytes,
                           const char *transport)
{
    size_t best = NOWHERE;
    const char *placement = placement_of(ipc);
    for (size_t row = 0; row < ipc->rows; row++) {
        double value = csv_table_number(ipc, row, figure);
        if (!is_ok(ipc, row) || isnan(value) || csv_table_number(ipc, row, "bytes") != bytes ||
            !text_is(ipc, row, "placement", placement) ||
            (transport == NULL && !text_is(ipc, row, "between", "processes")) ||
            (transport != NULL && !text_is(ipc, row, "transport", transport)))
            continue;
        if (best == NOWHERE || sign * value < sign * csv_table_number(ipc, best, figure))
            best = row;
    }
    return best;
}

/* The cheapest round trip of 8 B between processes, and a pipe's. */
static void say_latency(struct findings *findings, const struct csv_table *ipc)
{
    static const char figure[] = "round_trip_ns";
    size_t best = find_extreme(ipc, figure, 1, 8, NULL),
           pipe = find_extreme(ipc, figure, 1, 8, "pipe");
    char fast[FIGURE_BYTES], slow[FIGURE_BYTES];
    if (best == NOWHERE || pipe == NOWHERE || best == pipe)
        return;
    double least = csv_table_number(ipc, best, figure), piped = csv_table_number(ipc, pipe, figure);
    findings_add(
        findings,
        "Eight bytes and their answer take %s through a pipe and %s by %s, a ratio of %.0f.",
        figure_time(piped, slow, sizeof slow), figure_time(least, fast, sizeof fast),
        csv_table_text(ipc, best, "transport"), piped / least);
}

/* The highest bandwidth of a chain of sends at 1 MiB between processes, and a pipe's. */
static void say_bandwidth(struct findings *findings, const struct csv_table *ipc)
{
    static const char figure[] = "chain_bytes_per_s";
    const double mib = 1024 * 1024;
    size_t best = find_extreme(ipc, figure, -1, mib, NULL),
           pipe = find_extreme(ipc, figure, -1, mib, "pipe");
    if (best == NOWHERE || pipe == NOWHERE || best == pipe)
        return;
    findings_add(findings, "In messages of 1 MiB, one after the other, a pipe moves %.1f GB/s, %s %.1f GB/s.",
                 csv_table_number(ipc, pipe, figure) / 1e9, csv_table_text(ipc, best, "transport"),
                 csv_table_number(ipc, best, figure) / 1e9);
}

void findings_of_ipc(struct findings *findings, const struct csv_table *ipc)
{
    say_latency(findings, ipc);
    say_bandwidth(findings, ipc);
}

/* ---- spawn.csv --------------------------------------------------------------------------------
 */

static size_t find_mechanism(const struct csv_table *spawn, const char *name)
{
    for (size_t row = 0; row < spawn->rows; row++)
        if (is_ok(spawn, row) && text_is(spawn, row, "mechanism", name) &&
            !isnan(csv_table_number(spawn, row, "total_ns")))
            return row;
    return NOWHERE;
}

/* What starting and ending costs, each against a thread; the first row of each mechanism. */
void findings_of_spawn(struct findings *findings, const struct csv_table *spawn)
{
    static const char *const names[] = {"fork", "posix_spawn", "python-pool", "mpirun"};
    size_t thread = find_mechanism(spawn, "pthread_create");
    char time[FIGURE_BYTES];
    if (thread == NOWHERE)
        return;
    double base = csv_table_number(spawn, thread, "total_ns");
    char list[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t row = find_mechanism(spawn, names[i]);
        if (row == NOWHERE || used >= sizeof list)
            continue;
        double total = csv_table_number(spawn, row, "total_ns");
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s %s (%.0fx)",
                                 used == 0 ? "" : ", ", names[i],
                                 figure_time(total, time, sizeof time), total / base);
    }
    if (used > 0)
        findings_add(findings, "To start a worker and see it end takes a thread %s; %s.",
                     figure_time(base, time, sizeof time), list);
}

/* ---- metg.csv ---------------------------------------------------------------------------------
 */

/* "15 ns)" where even the shortest task that was measured, of 15 ns, is half efficient, or NULL. */
static const char *below(const struct csv_table *metg, size_t row)
{
    static const char words[] = "below the shortest task measured (";
    const char *status = csv_table_text(metg, row, "status");
    return strncmp(status, words, sizeof words - 1) == 0 ? status + sizeof words - 1 : NULL;
}

static double metg_of(const struct csv_table *metg, size_t row)
{
    if (below(metg, row) != NULL)
        return 0; /* less than whatever was measured */
    return is_ok(metg, row) ? csv_table_number(metg, row, "metg_ns") : NAN;
}

/* The row for 50 % of this backend with the least figure: one task at a time, or in any schedule.
 */
static size_t find_metg(const struct csv_table *metg, const char *backend, bool one_by_one)
{
    size_t best = NOWHERE;
    for (size_t row = 0; row < metg->rows; row++) {
        double value = metg_of(metg, row);
        bool single =
            text_is(metg, row, "schedule", "dynamic") && csv_table_number(metg, row, "chunk") == 1;
        if (csv_table_number(metg, row, "efficiency") == 0.5 && !isnan(value) &&
            text_is(metg, row, "backend", backend) && (single || !one_by_one) &&
            (best == NOWHERE || value < metg_of(metg, best)))
            best = row;
    }
    return best;
}

static void list_metg(const struct csv_table *metg, bool one_by_one, char *list, size_t bytes)
{
    static const char *const names[] = {"openmp", "pthreads", "shm", "pipes", "mpi", "manager"};
    char time[FIGURE_BYTES];
    size_t used = 0;
    *list = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t row = find_metg(metg, names[i], one_by_one);
        if (row == NOWHERE || used >= bytes)
            continue;
        const char *limit = below(metg, row);
        if (limit != NULL)
            snprintf(time, sizeof time, "below %.*s", (int)strcspn(limit, ")"), limit);
        else
            figure_time(metg_of(metg, row), time, sizeof time);
        used += (size_t)snprintf(list + used, bytes - used, "%s%s on %s", used == 0 ? "" : ", ",
                                 time, names[i]);
    }
}

/* How long a task must be for half efficiency: handed out one by one, and pipes against threads
 * where both are known; then each backend's best schedule. */
void findings_of_metg(struct findings *findings, const struct csv_table *metg)
{
    char list[512];
    size_t pipes = find_metg(metg, "pipes", true), threads = find_metg(metg, "pthreads", true);
    list_metg(metg, true, list, sizeof list);
    if (*list != '\0')
        findings_add(
            findings,
            "Handed out one by one, a task must last so long that half of the time is work: "
            "%s.",
            list);
    if (pipes != NOWHERE && threads != NOWHERE && metg_of(metg, threads) > 0)
        findings_add(findings, "Through pipes that is %.0f times as long as with threads.",
                     metg_of(metg, pipes) / metg_of(metg, threads));
    list_metg(metg, false, list, sizeof list);
    if (*list != '\0')
        findings_add(findings,
                     "By each one's best schedule (chunks, or shares split beforehand) it is: %s.",
                     list);
}
