/*
 * test_metg.c - where a curve crosses, which lengths are measured next, and what METG is said.
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
#include "bench/metg/estimate.h"
#include "bench/metg/fit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct curve_shares usual = {.values = {0.5, 0.9}, .count = 2};

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.12g instead of %.12g", value, expected);
}

/* ---- crossing ------------------------------------------------------------------------------- */

static void what_falls_is_pooled(void **state)
{
    static const struct {
        size_t count;
        double before[6], after[6];
    } curves[] = {
        {0, {0}, {0}},
        {1, {0.7}, {0.7}},
        {4, {0.1, 0.2, 0.2, 0.9}, {0.1, 0.2, 0.2, 0.9}},
        {2, {0.8, 0.4}, {0.6, 0.6}},
        {5, {0.2, 0.6, 0.4, 0.8, 0.9}, {0.2, 0.5, 0.5, 0.8, 0.9}},
        {4, {0.9, 0.6, 0.3, 0.6}, {0.6, 0.6, 0.6, 0.6}},
        {6, {0.3, 0.5, 0.4, 0.1, 0.9, 0.7}, {0.3, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0.8, 0.8}},
        {4, {0.2, 0.5, 0.5, 0.1}, {0.2, 1.1 / 3, 1.1 / 3, 1.1 / 3}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(curves); i++) {
        double values[6];
        memcpy(values, curves[i].before, sizeof values);
        crossing_smooth(values, curves[i].count);
        for (size_t k = 0; k < curves[i].count; k++)
            assert_near(values[k], curves[i].after[k]);
    }
}

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

static void a_noisy_curve_has_one_crossing(void **state)
{
    double curve[] = {0.2, 0.7, 0.4, 0.95}, at_ns; /* through 0.5 three times */
    size_t above;
    (void)state;
    crossing_smooth(curve, 4); /* 0.2, 0.55, 0.55, 0.95 */
    assert_int_equal(crossing_find(lengths, curve, 4, 0.5, &at_ns, &above), CROSSING_WITHIN);
    assert_int_equal(above, 1);
    assert_near(at_ns, 10 * pow(10, 0.3 / 0.35));
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

/* A greater share can't be had with less: METG(50 %) is at most METG(90 %). */
static void the_granularity_is_the_least_above(void **state)
{
    static const double gentle[] = {0.2, 0.4, 0.6, 0.95}, cliff[] = {0.1, 0.1, 0.1, 1};
    static const double short_ns[] = {10, 11, 12, 13};
    double half_ns, most_ns;
    size_t half, most;
    (void)state;
    crossing_find(lengths, gentle, 4, 0.5, &half_ns, &half);
    assert_near(crossing_granularity(lengths, gentle, 4, 0.5, half_ns, half), half_ns / 0.5);
    crossing_find(short_ns, cliff, 4, 0.5, &half_ns, &half);
    crossing_find(short_ns, cliff, 4, 0.9, &most_ns, &most);
    assert_near(crossing_granularity(short_ns, cliff, 4, 0.5, half_ns, half), 13);
    assert_near(crossing_granularity(short_ns, cliff, 4, 0.9, most_ns, most), 13);
}

/* ---- the line around a crossing ---------------------------------------------------------------
 */

#define FIT_POINTS 7
#define FIT_COST                                                                                   \
    1000.0 /* of a task: half is efficient at this length, METG(50 %) is twice that                \
            */

static const double fit_ns[FIT_POINTS] = {62, 250, 707, 1000, 1414, 4000, 16000};

static void a_line_is_exact_where_a_task_has_a_price(void **state)
{
    double efficiency[FIT_POINTS], at_ns, found_ns;
    (void)state;
    for (size_t i = 0; i < FIT_POINTS; i++)
        efficiency[i] = fit_ns[i] / (fit_ns[i] + FIT_COST);
    for (double guess_ns = 707; guess_ns <= 1414; guess_ns += 101) {
        assert_true(
            fit_granularity(fit_ns, efficiency, FIT_POINTS, 0.5, guess_ns, &at_ns, &found_ns));
        assert_near(at_ns, FIT_COST);
        assert_near(found_ns, 2 * FIT_COST);
    }
    assert_true(fit_granularity(fit_ns, efficiency, FIT_POINTS, 0.9, 9000, &at_ns, &found_ns));
    assert_near(found_ns, 10 * FIT_COST);
}

/* Where even long tasks are only so efficient, its slope is less than 1. */
static void a_line_bends_where_not_all_can_be_had(void **state)
{
    double efficiency[FIT_POINTS], at_ns, found_ns;
    (void)state;
    for (size_t i = 0; i < FIT_POINTS; i++)
        efficiency[i] = 0.85 * fit_ns[i] / (fit_ns[i] + FIT_COST);
    const double true_ns = 0.5 / 0.35 * FIT_COST;
    assert_true(fit_granularity(fit_ns, efficiency, FIT_POINTS, 0.5, true_ns, &at_ns, &found_ns));
    print_message("%.0f instead of %.0f\n", at_ns, true_ns);
    assert_true(fabs(at_ns / true_ns - 1) < 0.1);
}

static void there_is_not_always_a_line(void **state)
{
    static const double falls[] = {0.97, 0.7, 0.3, 0.03}, rises[] = {0.2, 0.3, 0.35, 0.4};
    static const double near_ns[] = {250, 700, 1400, 4000};
    double at_ns = -1, found_ns = -1;
    (void)state;
    assert_false(fit_granularity(near_ns, falls, 4, 0.5, 1000, &at_ns, &found_ns));
    assert_false(fit_granularity(near_ns, rises, 2, 0.25, 500, &at_ns, &found_ns));
    assert_false(fit_granularity(lengths, rises, 4, 0.25, 30, &at_ns, &found_ns)); /* far apart */
    assert_true(at_ns == -1);
    assert_true(found_ns == -1);
}

static double noise(void) /* of standard deviation 1, about */
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += drand48() - 0.5;
    return sum;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* How wide the middle 95 of a hundred figures are, as a factor. */
static double factor_of(double values[], size_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return values[count - count / 40] / values[count / 40];
}

/* What it is for: of noisy curves, it finds figures that lie closer together than what two points
 * say, and around the true one. */
static void a_line_is_less_noisy_than_two_points(void **state)
{
    enum { CURVES = 400 };
    static double by_line[CURVES], by_points[CURVES];
    double efficiency[FIT_POINTS], smooth[FIT_POINTS], at_ns, most;
    const double *replicates[FIT_POINTS] = {NULL};
    const struct estimate_curve curve = {fit_ns, efficiency, replicates, FIT_POINTS};
    struct estimate metg;
    size_t above;
    (void)state;
    srand48(1);
    for (size_t k = 0; k < CURVES;) {
        for (size_t i = 0; i < FIT_POINTS; i++)
            efficiency[i] = smooth[i] = fit_ns[i] / (fit_ns[i] + FIT_COST) + 0.1 * noise();
        if (estimate_metg(&curve, 0.5, &metg, &most) != CROSSING_WITHIN)
            continue;
        crossing_smooth(smooth, FIT_POINTS);
        crossing_find(fit_ns, smooth, FIT_POINTS, 0.5, &at_ns, &above);
        by_points[k] = crossing_granularity(fit_ns, smooth, FIT_POINTS, 0.5, at_ns, above);
        by_line[k++] = metg.value;
    }
    double line = factor_of(by_line, CURVES), points = factor_of(by_points, CURVES);
    print_message("95 %% within a factor of %.2f by lines, %.2f by points; medians %.0f, %.0f\n",
                  line, points, by_line[CURVES / 2], by_points[CURVES / 2]);
    assert_true(log(line) < 0.85 * log(points));
    assert_true(fabs(by_line[CURVES / 2] / (2 * FIT_COST) - 1) < 0.05);
}

/* The interval must hold what it says, though all replicates are read around one place. */
static void an_interval_covers_the_truth(void **state)
{
    enum { CURVES = 200, COVERED_LEAST = 176 }; /* of 190 that 95 % would be */
    static double drawn[FIT_POINTS][STATISTICS_REPLICATES];
    double efficiency[FIT_POINTS], most;
    const double *replicates[FIT_POINTS];
    const struct estimate_curve curve = {fit_ns, efficiency, replicates, FIT_POINTS};
    struct estimate metg;
    int covered = 0, tried = 0;
    (void)state;
    srand48(2);
    while (tried < CURVES) {
        for (size_t i = 0; i < FIT_POINTS; i++) {
            efficiency[i] = fit_ns[i] / (fit_ns[i] + FIT_COST) + 0.08 * noise();
            for (size_t k = 0; k < STATISTICS_REPLICATES; k++)
                drawn[i][k] = efficiency[i] + 0.08 * noise();
            replicates[i] = drawn[i];
        }
        if (estimate_metg(&curve, 0.5, &metg, &most) != CROSSING_WITHIN)
            continue;
        covered += !(metg.low > 2 * FIT_COST) && !(metg.high < 2 * FIT_COST);
        tried++;
    }
    print_message("%d of %d\n", covered, CURVES);
    assert_true(covered >= COVERED_LEAST);
}

/* ---- a curve that is measured -----------------------------------------------------------------
 */

static char name[] = "made";
static const struct description made = {.name = name};

static struct curve make_curve(void)
{
    return (struct curve){
        .cell = {
            .backend = &made, .workers = 2, .schedule = {SCHEDULE_DYNAMIC, 7}}};
}

/* A point that was measured, with replicates that differ a little, by turns up and down. */
static void add(struct curve *curve, size_t grid, double efficiency, double noise)
{
    struct curve_point point = {.grid = grid,
                                .task_ns = (double)curve_steps(grid),
                                .efficiency = efficiency,
                                .status = "ok",
                                .replicates = calloc(STATISTICS_REPLICATES, sizeof(double))};
    assert_non_null(point.replicates);
    for (size_t k = 0; k < STATISTICS_REPLICATES; k++)
        point.replicates[k] = efficiency + (k % 2 == 0 ? noise : -noise);
    curve_add(curve, &point);
}

/* Measures a backend that takes so long to hand out a task, and at best is so efficient; returns
 * how many lengths that took. */
static size_t measure(struct curve *curve, double dispatch_ns, double best)
{
    size_t grid;
    while ((grid = curve_next(curve, &usual)) != CURVE_NONE) {
        double task_ns = (double)curve_steps(grid);
        assert_true(grid < CURVE_GRID && curve->count < CURVE_GRID);
        add(curve, grid, best * task_ns / (task_ns + dispatch_ns), 0.01);
    }
    for (size_t i = 1; i < curve->count; i++)
        assert_true(curve->points[i - 1].grid < curve->points[i].grid);
    return curve->count;
}

/* METG(50 %) of a task that takes so long to hand out is twice that, and METG(90 %) ten times. */
static void the_metg_of_a_fixed_cost_is_found(void **state)
{
    static const double costs_ns[] = {50, 777, 12345, 100000};
    (void)state;
    for (size_t i = 0; i < COUNT(costs_ns); i++) {
        struct curve curve = make_curve();
        struct curve_metg half, most;
        assert_true(measure(&curve, costs_ns[i], 1) <= 14);
        curve_read(&curve, 0.5, &half);
        curve_read(&curve, 0.9, &most);
        assert_string_equal(half.status, "ok");
        assert_true(fabs(half.metg_ns / (2 * costs_ns[i]) - 1) < 0.02);
        assert_true(fabs(most.metg_ns / (10 * costs_ns[i]) - 1) < 0.05);
        assert_true(half.metg_low_ns < half.metg_ns && half.metg_ns < half.metg_high_ns);
        assert_true(half.metg_low_ns > 0.8 * half.metg_ns);
        assert_true(half.metg_high_ns < 1.2 * half.metg_ns);
        assert_string_equal(half.backend, "made");
        assert_string_equal(half.schedule, "dynamic");
        assert_int_equal(half.chunk, 7);
        curve_free(&curve);
    }
}

static void what_was_not_measured_is_not_said(void **state)
{
    struct curve_metg metg;
    struct curve curve = make_curve();
    (void)state;
    measure(&curve, 1, 1);
    curve_read(&curve, 0.5, &metg);
    assert_string_equal(metg.status, "below the shortest task measured (16 ns)");
    assert_true(isnan(metg.metg_ns) && isnan(metg.metg_low_ns) && isnan(metg.metg_high_ns));
    curve_free(&curve);

    measure(&curve, 100, 0.84);
    curve_read(&curve, 0.9, &metg);
    assert_int_equal(strncmp(metg.status, "never reaches 90 %: at most 84 % at ", 36), 0);
    assert_true(isnan(metg.metg_ns) != 0);
    curve_read(&curve, 0.5, &metg);
    assert_string_equal(metg.status, "ok");
    curve_free(&curve);

    curve_read(&curve, 0.5, &metg); /* a signal came before the first point */
    assert_string_equal(metg.status, "stopped: nothing was measured");
}

/* An end of the interval that lies outside of the curve is left open. */
static void an_interval_may_be_open(void **state)
{
    struct curve curve = make_curve();
    struct curve_metg metg;
    (void)state;
    add(&curve, 0, 0.49, 0.05);
    add(&curve, 10, 0.8, 0.05);
    curve_read(&curve, 0.5, &metg);
    assert_true(!isnan(metg.metg_ns));
    assert_true(isnan(metg.metg_low_ns) != 0);
    assert_true(!isnan(metg.metg_high_ns));
    curve_read(&curve, 0.78, &metg);
    assert_true(!isnan(metg.metg_low_ns));
    assert_true(isnan(metg.metg_high_ns) != 0);
    curve_free(&curve);
}

static void a_curve_that_fails_ends(void **state)
{
    struct curve curve = make_curve();
    struct curve_metg metg;
    (void)state;
    add(&curve, 24, 0.95, 0);
    add(&curve, 16, 0.6, 0);
    add(&curve, 12, 0.3, 0);
    curve_add(&curve, &(struct curve_point){
                          .grid = 14, .efficiency = NAN, .status = "timeout: of worker 1"});
    assert_int_equal(curve_next(&curve, &usual), CURVE_NONE);
    curve_read(&curve, 0.5, &metg); /* what was measured encloses it all the same */
    assert_string_equal(metg.status, "ok");
    curve_read(&curve, 0.96, &metg);
    assert_string_equal(metg.status, "timeout: of worker 1");
    assert_true(isnan(metg.metg_ns) != 0);
    curve_free(&curve);
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
        cmocka_unit_test(what_falls_is_pooled),
        cmocka_unit_test(a_rising_curve_crosses_once),
        cmocka_unit_test(a_noisy_curve_has_one_crossing),
        cmocka_unit_test(nothing_is_extrapolated),
        cmocka_unit_test(the_granularity_is_the_least_above),
        cmocka_unit_test(a_line_is_exact_where_a_task_has_a_price),
        cmocka_unit_test(a_line_bends_where_not_all_can_be_had),
        cmocka_unit_test(there_is_not_always_a_line),
        cmocka_unit_test(a_line_is_less_noisy_than_two_points),
        cmocka_unit_test(an_interval_covers_the_truth),
        cmocka_unit_test(the_metg_of_a_fixed_cost_is_found),
        cmocka_unit_test(what_was_not_measured_is_not_said),
        cmocka_unit_test(an_interval_may_be_open),
        cmocka_unit_test(a_curve_that_fails_ends),
        cmocka_unit_test(shares_are_read_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
