/*
 * timeline - who ran which task when, in a traced run: a panel for each job, a row for each worker.
 * Its tasks are boxes in a frame that ends with its cell's last task: what is empty is waiting.
 */
#include <math.h>
#include <string.h>

#include "bench/plot/laps.h"
#include "bench/plot/table.h"

#define CELLS_APART  0.5   /* rows between two cells */
#define PLOT_PIXELS  620.0 /* the width of a panel, about, */
#define DIGIT_PIXELS 8.0   /* and of a digit in it */
#define PIXEL        0.001 /* of a panel's time: what is shorter is drawn with its neighbour */
#define ROW_PIXELS   18    /* these three as in timeline.gp */
#define PANEL_PIXELS 95
#define HEAD_PIXELS  40

struct panel {
    size_t job;
    double end_ns;
    const char *unit; /* of its axis, */
    double unit_ns;
    double places[LAPS_CELLS_MAX]; /* of each cell's first worker */
    double last;                   /* of the last worker of all */
};

static void choose_unit(struct panel *panel)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    size_t i = 0;
    while (i < 3 && panel->end_ns < 2 * units[i].ns)
        i++;
    panel->unit = units[i].name;
    panel->unit_ns = units[i].ns;
}

static struct panel make_panel(const struct laps *laps, size_t job)
{
    struct panel panel = {.job = job};
    double place = 1;
    for (size_t i = 0; i < laps->cell_count; i++) {
        const struct lap_cell *cell = &laps->cells[i];
        if (cell->job != job)
            continue;
        panel.end_ns = fmax(panel.end_ns, cell->end_ns);
        panel.places[i] = place;
        panel.last = place + cell->workers - 1;
        place = panel.last + 1 + CELLS_APART;
    }
    choose_unit(&panel);
    return panel;
}

/* Data: place, end of the cell, label, unit, heading. */
static void put_worker(FILE *out, const struct csv_table *csv, const struct lap_cell *cell,
                       int worker, const struct panel *panel, double place)
{
    fprintf(out, "%g\t%.9g\t", place + worker, cell->end_ns / panel->unit_ns);
    if (worker == 0) {
        plot_put_cell(out, csv, cell->row);
        fputs(", ", out);
    }
    fprintf(out, "worker %d\t%s\t", worker, panel->unit);
    plot_put_job(out, csv, cell->row);
    fputc('\n', out);
}

/* Data: place, begin, end, 0 and 1 by turns, the task's number where there is room for it. */
static void put_box(FILE *out, const struct lap *first, const struct lap *last, int turn,
                    const struct panel *panel, double place)
{
    char number[32] = "";
    int digits = snprintf(number, sizeof number, "%.0f", last->task);
    double pixels = (last->end_ns - first->begin_ns) / panel->end_ns * PLOT_PIXELS;
    if (first != last || pixels < DIGIT_PIXELS * (digits + 0.5))
        number[0] = '\0';
    fprintf(out, "%g\t%.9g\t%.9g\t%d\t%s\n", place + last->worker, first->begin_ns / panel->unit_ns,
            last->end_ns / panel->unit_ns, turn, number);
}

/* Tasks that fit into a pixel together become one box: nobody could tell them apart, and a picture
 * of a million boxes does not open. */
static void put_boxes(FILE *out, const struct lap_cell *cell, const struct panel *panel,
                      double place)
{
    const struct lap *first = cell->laps, *end = cell->laps + cell->count;
    int turn = 0;
    for (const struct lap *lap = first; lap < end; lap++) {
        const struct lap *next = lap + 1;
        if (next < end && next->worker == lap->worker &&
            next->end_ns - first->begin_ns < PIXEL * panel->end_ns)
            continue;
        put_box(out, first, lap, turn, panel, place);
        turn = !turn;
        first = next;
    }
}

/* Two blocks: the workers, and their tasks. */
static void put_panel(FILE *out, const struct csv_table *csv, const struct laps *laps,
                      const struct panel *panel)
{
    fputs(panel->job > 0 ? "\n\n" : "", out);
    for (size_t i = 0; i < laps->cell_count; i++)
        for (int worker = 0; laps->cells[i].job == panel->job && worker < laps->cells[i].workers;
             worker++)
            put_worker(out, csv, &laps->cells[i], worker, panel, panel->places[i]);
    fputs("\n\n", out);
    for (size_t i = 0; i < laps->cell_count; i++)
        if (laps->cells[i].job == panel->job)
            put_boxes(out, &laps->cells[i], panel, panel->places[i]);
}

/* How much of its workers' time a cell used until its last task ended. */
static double busy_share(const struct lap_cell *cell)
{
    return cell->busy_ns / (cell->end_ns * cell->workers);
}

/* "Workers compute 57 % (pthreads) to 90 % (shm) of the time": of cells with more than one. */
static void write_title(const struct csv_table *csv, const struct laps *laps, char *title)
{
    const struct lap_cell *least = NULL, *most = NULL;
    for (size_t i = 0; i < laps->cell_count; i++) {
        const struct lap_cell *cell = &laps->cells[i];
        if (cell->workers < 2)
            continue;
        least = least == NULL || busy_share(cell) < busy_share(least) ? cell : least;
        most = most == NULL || busy_share(cell) > busy_share(most) ? cell : most;
    }
    int length = 0;
    if (least == NULL)
        length = snprintf(title, PLOT_TITLE_BYTES, "Who ran which task, when");
    else if (least == most)
        length = snprintf(title, PLOT_TITLE_BYTES,
                          "Workers compute %.0f %% of the time until the last task ends",
                          100 * busy_share(least));
    else
        length = snprintf(title, PLOT_TITLE_BYTES,
                          "Workers compute %.0f %% (%.24s) to %.0f %% (%.24s) of the time until "
                          "the last task ends",
                          100 * busy_share(least), csv_table_text(csv, least->row, "backend"),
                          100 * busy_share(most), csv_table_text(csv, most->row, "backend"));
    if (laps->more)
        snprintf(title + length, PLOT_TITLE_BYTES - (size_t)length, " (the first %zu cell%s)",
                 laps->cell_count, laps->cell_count == 1 ? "" : "s");
}

static int write_timeline(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    struct laps laps;
    double rows = 0;
    int error = laps_read(csv, &laps);
    if (error != 0)
        return error;
    for (size_t job = 0; job < laps.jobs; job++) {
        const struct panel panel = make_panel(&laps, job);
        put_panel(out, csv, &laps, &panel);
        rows += panel.last;
    }
    write_title(csv, &laps, picture->title);
    picture->panels = laps.jobs;
    picture->width = 900;
    picture->height = HEAD_PIXELS + (int)laps.jobs * PANEL_PIXELS + (int)(rows * ROW_PIXELS);
    laps_close(&laps);
    return (int)rows;
}

const struct plot timeline_plot = {
    .name = "timeline",
    .about = "who ran which task when, in a traced run",
    .file = "trace.csv",
    .command = "bench --backend all --workload primes --trace DIR/trace.json",
    .write = write_timeline,
};
