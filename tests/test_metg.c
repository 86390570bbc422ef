/*
 * test_metg.c - where a curve crosses, what its model says, how sure that is, which lengths are
 * measured, and what METG is said.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/metg/arguments.h"
#include "bench/metg/crossing.h"
#include "bench/metg/curve.h"
#include "bench/metg/starts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct curve_shares usual = {.values = {0.5, 0.9}, .count = 2};

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.12g instead of %.12g", value, expected);
}

/* ---- crossing ------------------------------------------------------------------------------- */

static const double lengths[] = {10, 100, 1000, 10000};

static void a_rising_curve_crosses_once(void **state)
{
    static const double curve[] = {0.2, 0.4, 0.6, 0.95};
    double at_ns;
    size_t above;
    (void)state;
    assert_int_equal(crossing_find(lengths, curve, 4, 0.5, &at_ns, &above), CROSSING_WITHIN);
    assert_near(at_ns, 100 * sqrt(10)); /* half-way, on a logarithmic scale */
    assert_int_equal(above, 2);
    assert_int_equal(crossing_find(lengths, curve, 4, 0.6, &at_ns, &above), CROSSING_WITHIN);
    assert_near(at_ns, 1000); /* at a point */
    assert_int_equal(crossing_find(lengths, curve, 4, 0.95, &at_ns, &above), CROSSING_WITHIN);
    assert_near(at_ns, 10000);
}

static void nothing_is_extrapolated(void **state)
{
    static const double low[] = {0.1, 0.2, 0.3, 0.49}, high[] = {0.5, 0.6, 0.7, 0.8};
    double at_ns = -1;
    size_t above = 99;
    (void)state;
    assert_int_equal(crossing_find(lengths, low, 4, 0.5, &at_ns, &above), CROSSING_NEVER);
    assert_int_equal(crossing_find(lengths, high, 4, 0.5, &at_ns, &above), CROSSING_BELOW);
    assert_int_equal(crossing_find(lengths, low, 0, 0.5, &at_ns, &above), CROSSING_NEVER);
    assert_true(at_ns == -1 && above == 99);
}

/* ---- the model --------------------------------------------------------------------------------
 */

#define LENGTHS 4
#define POINTS  (LENGTHS + 1) /* the last one in short maps */
#define ROUNDS  8

static const double task_ns[POINTS] = {500, 2000, 8000, 32000, 2000};
static const double tasks[POINTS] = {32000, 8000, 2000, 500, 500};

static double inverse_of(const struct model *model, size_t i)
{
    return 1 + model->placement + model->task_ns / task_ns[i] +
           model->map_ns / (tasks[i] * task_ns[i]);
}

static void what_a_map_costs_is_told_apart(void **state)
{
    static const struct model models[] = {
        {100000, 1000, 0.1}, {0, 1000, 0}, {500000, 0, 0}, {0, 0, 0.5}, {-1000, -5, -0.02}};
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        double inverse[POINTS];
        const struct model_points points = {inverse, task_ns, tasks, POINTS};
        struct model found;
        for (size_t k = 0; k < POINTS; k++)
            inverse[k] = inverse_of(&models[i], k);
        assert_true(model_fit(&points, &found));
        assert_true(fabs(found.map_ns - models[i].map_ns) < 1e-3);
        assert_true(fabs(found.task_ns - models[i].task_ns) < 1e-6);
        assert_true(fabs(found.placement - models[i].placement) < 1e-9);
        assert_true(model_misfit(&points, &found) < 1e-9);
        inverse[1] = NAN; /* what was not measured is left out */
        assert_true(model_fit(&points, &found));
        assert_true(fabs(found.task_ns - models[i].task_ns) < 1e-6);
        inverse[1] = 2 * inverse_of(&models[i], 1);
        assert_true(model_fit(&points, &found));
        assert_true(model_misfit(&points, &found) > 0.1);
    }
}

static void two_figures_do_not_make_three(void **state)
{
    static const double inverse[POINTS] = {3, 2, 1.5, 1.2, NAN}, same[POINTS] = {7, 7, 7, 7, 7};
    static const double equal[POINTS] = {16e6 / 7, 16e6 / 7, 16e6 / 7, 16e6 / 7, 16e6 / 7};
    struct model model = {1, 2, 3};
    (void)state;
    assert_false(model_fit(&(struct model_points){inverse, task_ns, tasks, 2}, &model));
    assert_false(model_fit(&(struct model_points){inverse, same, equal, POINTS}, &model));
    assert_true(model.map_ns == 1 && model.task_ns == 2 && model.placement == 3);
}

static void metg_follows_from_the_cost_of_a_task(void **state)
{
    static const struct model plain = {1e9, 1000, 0}, placed = {0, 1000, 0.25}, free = {0, -1, 0};
    double metg_ns = -1;
    (void)state;
    assert_int_equal(model_metg(&plain, 0.5, 10, 1e5, &metg_ns), CROSSING_WITHIN);
    assert_near(metg_ns, 2000); /* whatever a map costs */
    assert_int_equal(model_metg(&plain, 0.9, 10, 1e5, &metg_ns), CROSSING_WITHIN);
    assert_near(metg_ns, 10000);
    assert_near(model_efficiency(&plain, 9000), 0.9);
    assert_int_equal(model_metg(&placed, 0.5, 10, 1e5, &metg_ns), CROSSING_WITHIN);
    assert_near(metg_ns, 1000 / (1 - 0.5 * 1.25));
    metg_ns = -1;
    assert_int_equal(model_metg(&placed, 0.9, 10, 1e9, &metg_ns), CROSSING_NEVER); /* 80 % */
    assert_int_equal(model_metg(&plain, 0.9, 10, 8999, &metg_ns),
                     CROSSING_NEVER); /* not measured */
    assert_int_equal(model_metg(&plain, 0.5, 1001, 1e5, &metg_ns), CROSSING_BELOW);
    assert_int_equal(model_metg(&free, 0.5, 10, 1e5, &metg_ns), CROSSING_BELOW);
    assert_true(metg_ns == -1);
}

/* ---- many starts ------------------------------------------------------------------------------
 */

static double noise(void) /* of standard deviation 1, about */
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += drand48() - 0.5;
    return sum;
}

/* Starts that differ by so much, rounds that make all starts of theirs slower alike, and a run that
 * does so with all of its rounds. */
struct differ {
    double start, round, run;
};

static void make_starts(const struct model *model, struct differ by, double inverse[])
{
    const double all = by.run * noise();
    for (size_t r = 0; r < ROUNDS; r++) {
        double slow = all + by.round * noise();
        for (size_t i = 0; i < POINTS; i++)
            inverse[i * ROUNDS + r] = inverse_of(model, i) * exp(slow + by.start * noise());
    }
}

static void add_covered(double replicates[], double truth, int *covered)
{
    struct estimate estimate;
    statistics_interval(replicates, &estimate);
    *covered += estimate.low <= truth && truth <= estimate.high;
}

/* The intervals hold what they say: of a curve whose costs are known, each of eight rounds of
 * starts that differ, all of its figures lie within theirs. */
static void intervals_cover_the_truth(void **state)
{
    enum {
        CURVES = 300,
        FIGURES = 4,
        COVERED_LEAST = CURVES * 93 / 100,
        OF_RUNS_LEAST = CURVES * 85 / 100
    };
    static const struct model truth = {200000, 1000, 0.1};
    static const struct differ spreads[] = {
        {0.02, 0, 0}, {0.05, 0.03, 0}, {0.15, 0.1, 0}, {0.05, 0.03, 0.03}};
    static struct model drawn[STATISTICS_REPLICATES];
    static double replicates[FIGURES][STATISTICS_REPLICATES];
    double inverse[POINTS * ROUNDS];
    const struct starts starts = {inverse, task_ns, tasks, POINTS, ROUNDS};
    const double metg_ns = 1000 / (1 - 0.5 * 1.1);
    (void)state;
    srand48(3);
    for (size_t s = 0; s < COUNT(spreads); s++) {
        int covered[FIGURES] = {0};
        for (int k = 0; k < CURVES; k++) {
            make_starts(&truth, spreads[s], inverse);
            assert_true(starts_redraw(&starts, drawn));
            for (size_t i = 0; i < STATISTICS_REPLICATES; i++) {
                replicates[0][i] = drawn[i].map_ns;
                replicates[1][i] = drawn[i].task_ns;
                replicates[2][i] = drawn[i].placement;
                replicates[3][i] = drawn[i].task_ns / (1 - 0.5 * (1 + drawn[i].placement));
            }
            add_covered(replicates[0], truth.map_ns, &covered[0]);
            add_covered(replicates[1], truth.task_ns, &covered[1]);
            add_covered(replicates[2], truth.placement, &covered[2]);
            add_covered(replicates[3], metg_ns, &covered[3]);
        }
        print_message(
            "starts +-%.0f %%, rounds +-%.0f %%, runs +-%.0f %%: a %d, c %d, b %d, METG %d "
            "of %d\n",
            100 * spreads[s].start, 100 * spreads[s].round, 100 * spreads[s].run, covered[0],
            covered[1], covered[2], covered[3], CURVES);
        for (size_t f = 0; f < FIGURES; f++)
            assert_true(covered[f] >= (spreads[s].run > 0 ? OF_RUNS_LEAST : COVERED_LEAST));
    }
}

static void how_starts_differ_is_said(void **state)
{
    static const struct model model = {0, 1000, 0};
    double inverse[POINTS * ROUNDS];
    const struct starts starts = {inverse, task_ns, tasks, POINTS, ROUNDS};
    (void)state;
    make_starts(&model, (struct differ){0}, inverse);
    assert_near(starts_spread(&starts), 1);
    for (size_t i = 0; i < POINTS * ROUNDS; i++) /* two modes: every third start takes twice */
        inverse[i] *= i % 3 == 0 ? 2 : 1;
    assert_near(starts_spread(&starts), 2);
    for (size_t i = 0; i < POINTS * ROUNDS; i++)
        inverse[i] = i % ROUNDS == 0 ? inverse[i] : NAN; /* one start each */
    assert_true(isnan(starts_spread(&starts)) != 0);
}

static void one_round_has_no_interval(void **state)
{
    static struct model replicates[STATISTICS_REPLICATES];
    double inverse[POINTS], misfit;
    struct model model;
    const struct starts starts = {inverse, task_ns, tasks, POINTS, 1};
    (void)state;
    for (size_t i = 0; i < POINTS; i++)
        inverse[i] = 1 + 1000 / task_ns[i];
    assert_true(starts_fit(&starts, &model, &misfit));
    assert_true(fabs(model.task_ns - 1000) < 1e-6);
    assert_false(starts_redraw(&starts, replicates));
}

/* ---- a curve that is measured -----------------------------------------------------------------
 */

static char name[] = "made";
static const struct description made = {.name = name};

static struct curve make_curve(void)
{
    return (struct curve){
        .cell = {.backend = &made, .workers = 2, .schedule = {SCHEDULE_DYNAMIC, 7}}};
}

/* A point that was measured, in core time; each start differs a little, by turns up and down. */
static void add(struct curve *curve, struct curve_place place, bool planned, double cost_ns,
                double best, double noise)
{
    const double length_ns = (double)curve_steps(place.grid);
    const double count = (place.map == CURVE_LONG ? 16e6 : 1e6) / length_ns;
    const double map_ns = 40000; /* a */
    struct curve_point point = {.place = place,
                                .planned = planned,
                                .task_ns = length_ns,
                                .tasks = (uint64_t)count,
                                .samples = 3 * ROUNDS,
                                .status = "ok",
                                .capacity = 2,
                                .floor_ns = NAN,
                                .starts = ROUNDS,
                                .rounds = calloc(ROUNDS, sizeof(struct baseline_round))};
    assert_non_null(point.rounds);
    point.efficiency = 1 / (1 / best + cost_ns / length_ns +
                            (planned ? map_ns / ((double)point.tasks * length_ns) : 0));
    for (size_t r = 0; r < ROUNDS; r++)
        point.rounds[r] = (struct baseline_round){
            .round = r + 1,
            .capacity_efficiency = point.efficiency + (r % 2 == 0 ? noise : -noise)};
    curve_add(curve, &point);
}

/* Measures a backend that takes so long to hand out a task, and at best is so efficient; returns
 * how many lengths were scanned. */
static size_t measure(struct curve *curve, double cost_ns, double best)
{
    struct curve_place places[CURVE_PLACES];
    size_t grid, scanned = 0;
    for (; (grid = curve_scan(curve, &usual)) != CURVE_NONE; scanned++) {
        assert_true(grid < CURVE_GRID && curve->count < CURVE_GRID);
        add(curve, (struct curve_place){grid, CURVE_LONG}, false, cost_ns, best, 0);
    }
    size_t count = curve_plan(curve, &usual, places);
    assert_int_equal(count, CURVE_PLACES);
    for (size_t p = 0; p < count; p++)
        add(curve, places[p], true, cost_ns, best, 0.005);
    for (size_t i = 1; i < curve->count; i++)
        assert_true(curve->points[i - 1].place.grid <= curve->points[i].place.grid);
    return scanned;
}

/* METG(50 %) of a task that takes so long of the cores to hand out is twice that, and METG(90 %)
 * ten times, whatever a map costs. */
static void the_metg_of_a_fixed_cost_is_found(void **state)
{
    static const double costs_ns[] = {50, 777, 12345, 100000};
    (void)state;
    for (size_t i = 0; i < COUNT(costs_ns); i++) {
        struct curve curve = make_curve();
        struct curve_metg rows[2];
        assert_true(measure(&curve, costs_ns[i], 1) <= 9);
        assert_int_equal(curve_read(&curve, &usual, rows), 0);
        const struct curve_metg *half = &rows[0], *most = &rows[1];
        assert_string_equal(half->status, "ok");
        assert_true(fabs(half->metg_ns / (2 * costs_ns[i]) - 1) < 0.02);
        assert_true(fabs(most->metg_ns / (10 * costs_ns[i]) - 1) < 0.05);
        assert_true(half->metg_low_ns < half->metg_ns && half->metg_ns < half->metg_high_ns);
        assert_true(half->metg_low_ns > 0.8 * half->metg_ns);
        assert_true(half->metg_high_ns < 1.2 * half->metg_ns);
        assert_true(fabs(half->task_ns / (costs_ns[i] / 2) - 1) < 0.02); /* by two cores */
        assert_true(fabs(half->map_ns - 20000) < 4000);
        assert_true(fabs(half->placement) < 0.01);
        assert_int_equal(half->starts, ROUNDS);
        assert_true(half->misfit < 0.01);
        assert_string_equal(half->backend, "made");
        assert_string_equal(half->schedule, "dynamic");
        assert_int_equal(half->chunk, 7);
        curve_free(&curve);
    }
}

/* A start that had bad luck is made up for: scanned again, wherever it is, it does not move the
 * plan. */
static void bad_luck_does_not_move_the_plan(void **state)
{
    struct curve_place good[CURVE_PLACES], places[CURVE_PLACES];
    struct curve curve = make_curve();
    size_t grid;
    (void)state;
    measure(&curve, 777, 1);
    curve_free(&curve);
    for (size_t unlucky = 0; unlucky < 8; unlucky++) { /* the first one: none is */
        size_t scanned = 0;
        for (; (grid = curve_scan(&curve, &usual)) != CURVE_NONE; scanned++)
            add(&curve, (struct curve_place){grid, CURVE_LONG}, false,
                scanned + 1 == unlucky ? 30 * 777 : 777, 1, 0);
        assert_true(scanned < 20);
        assert_int_equal(curve_plan(&curve, &usual, unlucky == 0 ? good : places), CURVE_PLACES);
        for (size_t p = 0; p < CURVE_PLACES && unlucky > 0; p++)
            assert_int_equal(places[p].grid, good[p].grid);
        curve_free(&curve);
    }
}

static void what_is_disturbed_is_scanned_again(void **state)
{
    struct curve curve = make_curve();
    (void)state;
    for (unsigned scans = 1; scans <= 3; scans++) {
        add(&curve, (struct curve_place){24, CURVE_LONG}, false, 100, 1 - 0.1 * scans, 0);
        curve.points[0].disturbed = curve.points[0].samples;
        assert_int_equal(curve.count, 1);
        assert_int_equal(curve.points[0].scans, scans);
        assert_true((curve_scan(&curve, &usual) == 24) == (scans < 3));
        assert_true(fabs(curve.points[0].efficiency / (1 - 0.1 * scans) - 1) < 0.01);
    }
    curve.points[0].disturbed = 0;
    add(&curve, (struct curve_place){24, CURVE_LONG}, false, 100, 0.5,
        0); /* the better one stays */
    assert_true(fabs(curve.points[0].efficiency / 0.7 - 1) < 0.01);
    curve_free(&curve);
}

static void what_was_not_measured_is_not_said(void **state)
{
    struct curve_metg rows[2];
    struct curve curve = make_curve();
    (void)state;
    measure(&curve, 1, 1);
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_string_equal(rows[0].status, "below the shortest task measured (16 ns)");
    assert_true(isnan(rows[0].metg_ns) && isnan(rows[0].metg_low_ns) &&
                isnan(rows[0].metg_high_ns));
    curve_free(&curve);

    measure(&curve, 100, 0.84);
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_int_equal(strncmp(rows[1].status, "never reaches 90 %: at most 84 % at ", 36), 0);
    assert_true(isnan(rows[1].metg_ns) != 0);
    assert_string_equal(rows[0].status, "ok");
    assert_true(fabs(rows[0].placement - (1 / 0.84 - 1)) < 0.01);
    curve_free(&curve);

    assert_int_equal(curve_read(&curve, &usual, rows),
                     0); /* a signal came before the first point */
    assert_string_equal(rows[0].status, "stopped: nothing was measured");
    add(&curve, (struct curve_place){24, CURVE_LONG}, true, 10, 1, 0);
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_string_equal(rows[1].status, "stopped: too little was measured");
    curve_free(&curve);
}

/* Two shares that differ are written so that they do. */
static void never_has_its_digit(void **state)
{
    struct curve_metg rows[2];
    struct curve curve = make_curve();
    (void)state;
    measure(&curve, 100, 0.8996);
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_int_equal(strncmp(rows[1].status, "never reaches 90.0 %: at most 89.", 33), 0);
    curve_free(&curve);
}

/* An end of the interval that lies outside of the curve is left open. */
static void an_interval_may_be_open(void **state)
{
    struct curve curve = make_curve();
    struct curve_metg rows[2];
    (void)state;
    measure(&curve, 777, 0.92);
    for (size_t i = 0; i < curve.count; i++) /* two rounds of eight are worse, in all points */
        for (size_t r = 0; r < ROUNDS; r++)
            curve.points[i].rounds[r].capacity_efficiency *= r < 3 ? 0.9 : 1;
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_true(!isnan(rows[0].metg_low_ns) && !isnan(rows[0].metg_high_ns));
    assert_true(isnan(rows[1].metg_high_ns) != 0);
    curve_free(&curve);
}

static void a_curve_that_fails_ends(void **state)
{
    struct curve_place places[CURVE_PLACES];
    struct curve curve = make_curve();
    struct curve_metg rows[2];
    (void)state;
    add(&curve, (struct curve_place){24, CURVE_LONG}, false, 100, 1, 0);
    curve_add(&curve, &(struct curve_point){.place = {20, CURVE_LONG},
                                            .efficiency = NAN,
                                            .status = "timeout: of worker 1"});
    assert_int_equal(curve_scan(&curve, &usual), CURVE_NONE);
    assert_int_equal(curve_plan(&curve, &usual, places), 0);
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_string_equal(rows[0].status, "timeout: of worker 1");
    assert_true(isnan(rows[0].metg_ns) != 0);
    curve_free(&curve);
}

/* Nothing is concluded, neither a figure nor "never", from what others disturbed. */
static void what_is_disturbed_says_nothing(void **state)
{
    struct curve curve = make_curve();
    struct curve_metg rows[2];
    (void)state;
    measure(&curve, 777, 0.6);
    curve.points[curve.count - 1].disturbed = 3 * ROUNDS; /* one point: scanned or too few */
    for (size_t i = 0; i < curve.count; i++)
        if (curve.points[i].planned) {
            curve.points[i].disturbed = ROUNDS;
            curve.points[i].others = 0.84;
        }
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    for (size_t s = 0; s < 2; s++) {
        assert_string_equal(rows[s].status,
                            "disturbed: others used 84 % of the time: measure again");
        assert_true(isnan(rows[s].metg_ns) && isnan(rows[s].task_ns) && isnan(rows[s].map_ns));
    }
    for (size_t i = 0; i < curve.count; i++)
        curve.points[i].disturbed = curve.points[i].planned ? 1 : 0; /* of 24: no matter */
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_string_equal(rows[0].status, "ok");
    for (size_t i = 0; i < curve.count; i++)
        curve.points[i].serial_disturbed = true;
    assert_int_equal(curve_read(&curve, &usual, rows), 0);
    assert_int_equal(strncmp(rows[0].status, "disturbed", 9), 0);
    curve_free(&curve);
}

/* ---- against serial, round by round -----------------------------------------------------------
 */

static void each_round_is_a_start(void **state)
{
    /* serial has longer maps */
    static const struct sample own[] = {{.round = 2, .wall_ns = 100, .capacity = 2.0, .tasks = 10},
                                        {.round = 1, .wall_ns = 60, .capacity = 1.5, .tasks = 10},
                                        {.round = 1, .wall_ns = 50, .capacity = 1.5, .tasks = 10},
                                        {.round = 1, .wall_ns = 900, .capacity = 1.5, .tasks = 10},
                                        {.round = 3, .wall_ns = 50, .capacity = 1.5, .tasks = 10}};
    static const struct sample serial[] = {
        {.round = 1, .wall_ns = 1800, .capacity = 1.0, .tasks = 200},
        {.round = 2, .wall_ns = 2000, .capacity = 1.0, .tasks = 200}};
    const struct sample *owns[COUNT(own)], *serials[COUNT(serial)];
    struct baseline_round rounds[COUNT(own)];
    (void)state;
    for (size_t i = 0; i < COUNT(own); i++)
        owns[i] = &own[i];
    for (size_t i = 0; i < COUNT(serial); i++)
        serials[i] = &serial[i];
    const struct sample_list list = {owns, COUNT(own)}, baseline = {serials, COUNT(serial)};
    assert_int_equal(baseline_rounds(&list, &baseline, rounds), 2);
    assert_int_equal(rounds[0].round, 1);
    assert_near(rounds[0].speedup, 1.5); /* 9 ns a task over 6 */
    assert_near(rounds[0].capacity, 1.5);
    assert_near(rounds[0].capacity_efficiency, 1);
    assert_int_equal(rounds[1].round, 2);
    assert_near(rounds[1].capacity_efficiency, 0.5);
}

/* ---- the command line -------------------------------------------------------------------------
 */

static int parse(char *words[], struct options *options, struct curve_shares *shares)
{
    char message[OPTIONS_LINE_BYTES];
    int count = 0;
    while (words[count] != NULL)
        count++;
    return metg_parse(options, shares, count, words, message, sizeof message);
}

static void shares_are_read_anywhere(void **state)
{
    char metg[] = "metg", first[] = "--efficiency", list[] = "0.9,0.25,0.9", quiet[] = "-q",
         second[] = "--efficiency=0.5", backend[] = "-bpipes";
    struct options options;
    struct curve_shares shares;
    (void)state;
    char *words[] = {metg, first, list, quiet, second, backend, NULL};
    assert_int_equal(parse(words, &options, &shares), OPTIONS_RUN);
    assert_int_equal(shares.count, 3);
    assert_true(shares.values[0] == 0.25 && shares.values[1] == 0.5 && shares.values[2] == 0.9);
    assert_true(options.quiet);
    assert_int_equal(options.backend_count, 1);
    assert_int_equal(options.workload_count, 0);
    assert_int_equal(options.schedule_count, 3);
    options_free(&options);
    words[1] = NULL;
    assert_int_equal(parse(words, &options, &shares), OPTIONS_RUN);
    assert_int_equal(shares.count, 2);
    options_free(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rising_curve_crosses_once),
        cmocka_unit_test(nothing_is_extrapolated),
        cmocka_unit_test(what_a_map_costs_is_told_apart),
        cmocka_unit_test(two_figures_do_not_make_three),
        cmocka_unit_test(metg_follows_from_the_cost_of_a_task),
        cmocka_unit_test(intervals_cover_the_truth),
        cmocka_unit_test(how_starts_differ_is_said),
        cmocka_unit_test(one_round_has_no_interval),
        cmocka_unit_test(the_metg_of_a_fixed_cost_is_found),
        cmocka_unit_test(bad_luck_does_not_move_the_plan),
        cmocka_unit_test(what_is_disturbed_is_scanned_again),
        cmocka_unit_test(what_was_not_measured_is_not_said),
        cmocka_unit_test(never_has_its_digit),
        cmocka_unit_test(an_interval_may_be_open),
        cmocka_unit_test(a_curve_that_fails_ends),
        cmocka_unit_test(what_is_disturbed_says_nothing),
        cmocka_unit_test(each_round_is_a_start),
        cmocka_unit_test(shares_are_read_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
