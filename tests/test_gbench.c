/*
 * test_gbench - that what a C program tells Google Benchmark arrives, and what it reports comes
 * back.
 *
 * Registry and flags belong to the process, so every test begins with an empty registry and with
 * flags of its own. What leaves more behind (a file, a context, a closed library) happens in a
 * child. No assertion stands inside a callback: its longjmp would cross Google Benchmark's frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/cell/gbench.h"

#define RESULTS_MAX  64
#define COUNTERS_MAX 8
#define TEXT_BYTES   96
#define EPSILON      1e-9

/* ---- what came back ------------------------------------------------------------------------- */

/* A result's figures, kept beyond the callback. */
struct kept {
    char name[TEXT_BYTES], run_name[TEXT_BYTES], aggregate[TEXT_BYTES];
    char label[TEXT_BYTES], error[TEXT_BYTES];
    struct gbench_result result; /* figures only: its pointers are stale */
    char counter_names[COUNTERS_MAX][TEXT_BYTES];
    double counter_values[COUNTERS_MAX];
};

struct results {
    struct kept kept[RESULTS_MAX];
    size_t count;
};

static void keep_text(char *into, const char *text)
{
    snprintf(into, TEXT_BYTES, "%s", text == NULL ? "" : text);
}

static void keep(const struct gbench_result *result, void *context)
{
    struct results *results = context;
    if (results->count == RESULTS_MAX)
        return;
    struct kept *kept = &results->kept[results->count++];
    kept->result = *result;
    keep_text(kept->name, result->name);
    keep_text(kept->run_name, result->run_name);
    keep_text(kept->aggregate, result->aggregate);
    keep_text(kept->label, result->label);
    keep_text(kept->error, result->error);
    for (size_t i = 0; i < result->counter_count && i < COUNTERS_MAX; i++) {
        keep_text(kept->counter_names[i], result->counters[i].name);
        kept->counter_values[i] = result->counters[i].value;
    }
}

static struct kept *find(struct results *results, const char *name)
{
    for (size_t i = 0; i < results->count; i++)
        if (strcmp(results->kept[i].name, name) == 0)
            return &results->kept[i];
    fail_msg("no result is named %s", name);
    return NULL;
}

static double counter(const struct kept *kept, const char *name)
{
    for (size_t i = 0; i < kept->result.counter_count && i < COUNTERS_MAX; i++)
        if (strcmp(kept->counter_names[i], name) == 0)
            return kept->counter_values[i];
    fail_msg("%s has no counter %s", kept->name, name);
    return NAN;
}

static void assert_near(double is, double should)
{
    if (!(fabs(is - should) <= EPSILON * fabs(should)))
        fail_msg("%.17g is not %.17g", is, should);
}

/* Runs what is registered. */
static struct results *run(struct results *results)
{
    memset(results, 0, sizeof *results);
    gbench_run_reporting(keep, results);
    return results;
}

/* ---- benchmarks ----------------------------------------------------------------------------- */

/* Each iteration takes as many seconds as context points to, or so it says. */
static void manual(struct gbench_state *state, void *context)
{
    const double *seconds = context;
    while (gbench_keep_running(state))
        gbench_set_iteration_time(state, *seconds);
}

static void idle(struct gbench_state *state, void *context)
{
    (void)context;
    while (gbench_keep_running(state))
        gbench_clobber_memory();
}

/* idle, `iterations` times. */
static struct gbench *register_idle(const char *name, int64_t iterations)
{
    struct gbench *bench = gbench_register(name, idle, NULL);
    gbench_iterations_fixed(bench, iterations);
    return bench;
}

/* manual or another function that sets times, `iterations` times. */
static struct gbench *register_manual(const char *name, gbench_function *function, double *seconds,
                                      int64_t iterations)
{
    struct gbench *bench = gbench_register(name, function, seconds);
    gbench_use_manual_time(bench);
    gbench_iterations_fixed(bench, iterations);
    return bench;
}

static int begin(void **test_state)
{
    char *argv[] = {"test", "--benchmark_filter=all", "--benchmark_out=", NULL};
    int argc = 3;
    (void)test_state;
    gbench_clear();
    return gbench_initialize(&argc, argv);
}

/* ---- arguments ------------------------------------------------------------------------------ */

struct seen {
    int64_t values[RESULTS_MAX][2];
    size_t count;
};

static void see_arguments(struct gbench_state *state, void *context)
{
    struct seen *seen = context;
    seen->values[seen->count][0] = gbench_range(state, 0);
    seen->values[seen->count][1] = gbench_range(state, 1);
    seen->count++;
    while (gbench_keep_running(state))
        gbench_clobber_memory();
}

static void arguments_reach_the_state(void **test_state)
{
    static struct results results;
    struct seen seen = {.count = 0};
    const char *names[] = {"rows", "columns"};
    (void)test_state;
    struct gbench *bench = gbench_register("see", see_arguments, &seen);
    gbench_iterations_fixed(bench, 1);
    gbench_args(bench, (int64_t[]){3, -4}, 2);
    gbench_args_product(
        bench, (struct gbench_values[]){{(int64_t[]){5, 6}, 2}, {(int64_t[]){INT64_MAX}, 1}}, 2);
    gbench_arg_names(bench, names, 2);
    run(&results);
    assert_int_equal(results.count, 3);
    assert_int_equal(seen.count, 3);
    assert_string_equal(results.kept[0].name, "see/rows:3/columns:-4/iterations:1");
    assert_true(seen.values[0][0] == 3 && seen.values[0][1] == -4);
    assert_true(seen.values[1][0] == 5 && seen.values[1][1] == INT64_MAX);
    assert_true(seen.values[2][0] == 6 && seen.values[2][1] == INT64_MAX);
}

static void ranges_make_argument_sets(void **test_state)
{
    static struct results results;
    (void)test_state;
    gbench_arg_range(register_idle("range", 1), 8, 1000, 8);
    gbench_arg_dense_range(register_idle("dense", 1), 1, 7, 3);
    gbench_arg_ranges(register_idle("product", 1), (struct gbench_bounds[]){{1, 4}, {10, 10}}, 2,
                      2);
    gbench_arg(register_idle("one", 1), 9);
    run(&results);
    static const char *const names[] = {"range/8",      "range/64",     "range/512", "range/1000",
                                        "dense/1",      "dense/4",      "dense/7",   "product/1/10",
                                        "product/2/10", "product/4/10", "one/9"};
    assert_int_equal(results.count, sizeof names / sizeof *names);
    for (size_t i = 0; i < results.count; i++) {
        char name[TEXT_BYTES];
        snprintf(name, sizeof name, "%s/iterations:1", names[i]);
        assert_string_equal(results.kept[i].name, name);
    }
}

/* ---- how often ------------------------------------------------------------------------------ */

static void repetitions_are_counted(void **test_state)
{
    static struct results results;
    (void)test_state;
    gbench_repetitions(register_idle("idle", 5), 3);
    run(&results);
    for (int i = 0; i < 3; i++) {
        const struct gbench_result *result = &results.kept[i].result;
        assert_int_equal(result->type, GBENCH_REPETITION);
        assert_int_equal(result->repetition, i);
        assert_int_equal(result->repetitions, 3);
        assert_int_equal(result->iterations, 5);
        assert_string_equal(results.kept[i].aggregate, "");
        assert_null(result->error);
    }
    struct kept *mean = find(&results, "idle/iterations:5/repeats:3_mean");
    assert_int_equal(mean->result.type, GBENCH_AGGREGATE);
    assert_int_equal(mean->result.repetition, -1);
    assert_string_equal(mean->aggregate, "mean");
    assert_string_equal(mean->run_name, results.kept[0].name);
}

static void count_in_batches(struct gbench_state *state, void *context)
{
    int64_t *counts = context; /* batches, iterations, and those planned */
    while (gbench_keep_running_batch(state, 10))
        counts[0]++;
    counts[1] = gbench_iterations(state);
    counts[2] = gbench_max_iterations(state);
}

static void batches_are_counted(void **test_state)
{
    static struct results results;
    int64_t counts[3] = {0};
    (void)test_state;
    gbench_iterations_fixed(gbench_register("batch", count_in_batches, counts), 25);
    run(&results);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 30);
    assert_int_equal(counts[2], 25);
    assert_int_equal(results.kept[0].result.iterations, 30);
}

static void minimum_time_adds_iterations(void **test_state)
{
    static struct results results;
    double seconds = 0.25;
    (void)test_state;
    struct gbench *bench = gbench_register("manual", manual, &seconds);
    gbench_use_manual_time(bench);
    gbench_min_time(bench, 10.0);
    (void)gbench_min_warm_up_time(bench, 0.25); /* manual time, too: one iteration */
    run(&results);
    assert_int_equal(results.count, 1);
    assert_true(results.kept[0].result.iterations >= 40);
    assert_true(results.kept[0].result.real_s >= 10.0);
}

/* ---- clocks --------------------------------------------------------------------------------- */

static void manual_time_is_reported(void **test_state)
{
    static struct results results;
    double seconds = 0.25;
    (void)test_state;
    gbench_unit(register_manual("manual", manual, &seconds, 4), GBENCH_MILLISECOND);
    run(&results);
    struct kept *kept = find(&results, "manual/iterations:4/manual_time");
    assert_near(kept->result.real_s, 1.0);
    assert_near(kept->result.real_time, 250.0);
    assert_int_equal(kept->result.unit, GBENCH_MILLISECOND);
}

static void sleep_paused(struct gbench_state *state, void *context)
{
    (void)context;
    while (gbench_keep_running(state)) {
        gbench_pause_timing(state);
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
        gbench_resume_timing(state);
    }
}

static void pauses_are_not_timed(void **test_state)
{
    static struct results results;
    (void)test_state;
    struct gbench *bench = gbench_register("paused", sleep_paused, NULL);
    gbench_iterations_fixed(bench, 1);
    gbench_use_real_time(bench);
    gbench_measure_process_cpu_time(bench);
    run(&results);
    struct kept *kept = find(&results, "paused/iterations:1/process_time/real_time");
    assert_true(kept->result.real_s > 0.0);
    assert_true(kept->result.real_s < 0.3);
}

/* ---- counters and labels -------------------------------------------------------------------- */

static void set_results(struct gbench_state *state, void *context)
{
    manual(state, context);
    gbench_set_counter(state, "plain", 12, GBENCH_PLAIN | GBENCH_1024);
    gbench_set_counter(state, "rate", 12, GBENCH_RATE);
    gbench_set_counter(state, "inverse", 12, GBENCH_RATE | GBENCH_INVERT);
    gbench_set_counter(state, "each", 12, GBENCH_ITERATION_INVARIANT);
    gbench_set_counter(state, "average", 12, GBENCH_AVG_ITERATIONS);
    gbench_set_counter(state, "thread", 12, GBENCH_AVG_THREADS);
    gbench_set_items_processed(state, 600);
    gbench_set_bytes_processed(state, 9000);
    gbench_set_label(state, "with a label");
}

static void counters_follow_their_flags(void **test_state)
{
    static struct results results;
    double seconds = 0.5;
    (void)test_state;
    register_manual("set", set_results, &seconds, 6); /* 3 s in all */
    run(&results);
    const struct kept *kept = find(&results, "set/iterations:6/manual_time");
    assert_int_equal(kept->result.counter_count, 8);
    assert_near(counter(kept, "plain"), 12);
    assert_near(counter(kept, "rate"), 12 / 3.0);
    assert_near(counter(kept, "inverse"), 3.0 / 12);
    assert_near(counter(kept, "each"), 12 * 6);
    assert_near(counter(kept, "average"), 12 / 6.0);
    assert_near(counter(kept, "thread"), 12);
    assert_near(counter(kept, "items_per_second"), 600 / 3.0);
    assert_near(counter(kept, "bytes_per_second"), 9000 / 3.0);
    assert_string_equal(kept->label, "with a label");
}

/* ---- errors --------------------------------------------------------------------------------- */

static void skip_with_reason(struct gbench_state *state, void *context)
{
    int *calls = context;
    while (gbench_keep_running(state)) {
        ++*calls;
        gbench_skip_with_error(state, "no such device");
    }
    *calls += gbench_error_occurred(state) ? 100 : 1000;
}

static void leave_early(struct gbench_state *state, void *context)
{
    (void)context;
    gbench_keep_running(state);
}

static void errors_are_reported_and_not_fatal(void **test_state)
{
    static struct results results;
    int calls = 0;
    (void)test_state;
    gbench_iterations_fixed(gbench_register("skip", skip_with_reason, &calls), 10);
    gbench_iterations_fixed(gbench_register("early", leave_early, NULL), 10);
    register_idle("idle", 1);
    run(&results);
    assert_int_equal(results.count, 3);
    assert_int_equal(calls, 101);
    assert_non_null(results.kept[0].result.error);
    assert_string_equal(results.kept[0].error, "no such device");
    assert_non_null(strstr(results.kept[1].error, "gbench_keep_running"));
    assert_null(results.kept[2].result.error);
}

/* ---- callbacks and their contexts ----------------------------------------------------------- */

static void log_setup(struct gbench_state *state, void *context)
{
    strcat(context, gbench_range(state, 0) == 7 ? "setup " : "wrong ");
}

static void log_run(struct gbench_state *state, void *context)
{
    strcat(context, "run ");
    idle(state, NULL);
}

static void log_teardown(struct gbench_state *state, void *context)
{
    (void)state;
    strcat(context, "teardown ");
}

static void fail_setup(struct gbench_state *state, void *context)
{
    strcat(context, "setup ");
    gbench_skip_with_error(state, "not today");
}

static void every_callback_gets_its_context(void **test_state)
{
    static struct results results;
    char logs[2][TEXT_BYTES] = {"", ""};
    (void)test_state;
    for (int i = 0; i < 2; i++) {
        struct gbench *bench = gbench_register(i == 0 ? "first" : "second", log_run, logs[i]);
        gbench_iterations_fixed(bench, 1);
        gbench_arg(bench, 7);
        gbench_setup(bench, i == 0 ? log_setup : fail_setup);
        gbench_teardown(bench, log_teardown);
    }
    run(&results);
    assert_string_equal(logs[0], "setup run teardown ");
    assert_string_equal(logs[1], "setup teardown ");
    assert_string_equal(results.kept[1].error, "not today");
}

/* ---- aggregates ----------------------------------------------------------------------------- */

/* Repetition k takes k seconds. */
static void take_longer(struct gbench_state *state, void *context)
{
    ++*(double *)context;
    manual(state, context);
}

static double largest(const double *values, size_t count)
{
    double most = values[0];
    for (size_t i = 1; i < count; i++)
        most = fmax(most, values[i]);
    return most;
}

static double spread(const double *values, size_t count)
{
    return largest(values, count) / values[0];
}

static void statistics_are_called(void **test_state)
{
    static struct results results;
    double seconds = 0;
    (void)test_state;
    struct gbench *bench = register_manual("longer", take_longer, &seconds, 1);
    gbench_unit(bench, GBENCH_SECOND);
    gbench_repetitions(bench, 4);
    gbench_display_aggregates_only(bench, true);
    assert_int_equal(gbench_statistic(bench, "largest", largest, false), 0);
    assert_int_equal(gbench_statistic(bench, "spread", spread, true), 0);
    run(&results);
    struct kept *most = find(&results, "longer/iterations:1/repeats:4/manual_time_largest");
    assert_near(most->result.real_time, 4.0);
    assert_false(most->result.percentage);
    struct kept *ratio = find(&results, "longer/iterations:1/repeats:4/manual_time_spread");
    assert_near(ratio->result.real_time, 4.0);
    assert_true(ratio->result.percentage);
    for (size_t i = 0; i < results.count; i++)
        assert_int_equal(results.kept[i].result.type, GBENCH_AGGREGATE);
}

static void statistics_are_limited(void **test_state)
{
    (void)test_state;
    struct gbench *bench = register_idle("idle", 1);
    for (uintptr_t i = 1; i <= GBENCH_STATISTICS_MAX; i++) /* no functions, but never called */
        assert_int_equal(gbench_statistic(bench, "mine", (gbench_compute *)i, false), 0);
    assert_int_equal(gbench_statistic(bench, "mine", (gbench_compute *)1, false), 0);
    assert_int_equal(gbench_statistic(bench, "mine", largest, false), -ENOSPC);
    gbench_clear();
    assert_int_equal(gbench_statistic(register_idle("idle", 1), "mine", largest, false), 0);
}

static void cube(struct gbench_state *state, void *context)
{
    const double n = (double)gbench_range(state, 0);
    (void)context;
    while (gbench_keep_running(state))
        gbench_set_iteration_time(state, n * n * n);
    gbench_set_complexity_n(state, gbench_range(state, 0));
}

static double fourth_power(int64_t n)
{
    return pow((double)n, 4);
}

static void growth_is_fitted(void **test_state)
{
    static struct results results;
    (void)test_state;
    for (int i = 0; i < 2; i++) {
        struct gbench *bench = register_manual(i == 0 ? "cube" : "own", cube, NULL, 2);
        gbench_arg_dense_range(bench, 1, 4, 1);
        if (i == 0)
            gbench_complexity(bench, GBENCH_O_N_CUBED);
        else
            gbench_complexity_function(bench, fourth_power);
    }
    run(&results);
    assert_int_equal(find(&results, "cube/iterations:2/manual_time_BigO")->result.type,
                     GBENCH_BIG_O);
    struct kept *rms = find(&results, "own/iterations:2/manual_time_RMS");
    assert_int_equal(rms->result.type, GBENCH_RMS);
    assert_true(rms->result.percentage);
    assert_near(find(&results, "cube/iterations:2/manual_time_BigO")->result.real_time, 1e9);
}

/* ---- command line --------------------------------------------------------------------------- */

static void unknown_arguments_are_left_over(void **test_state)
{
    static struct results results;
    char *argv[] = {"test", "--mine", "--benchmark_filter=two", "--benchmark_colour=1", "x", NULL};
    int argc = 5;
    (void)test_state;
    assert_int_equal(gbench_initialize(&argc, argv), 3);
    assert_int_equal(argc, 4);
    assert_string_equal(argv[1], "--mine");
    assert_string_equal(argv[2], "--benchmark_colour=1");
    assert_string_equal(argv[3], "x");
    assert_true(gbench_report_unrecognized(argc, argv));
    assert_false(gbench_report_unrecognized(1, argv));
    register_idle("one", 1);
    register_idle("two", 1);
    run(&results);
    assert_int_equal(results.count, 1);
    assert_string_equal(results.kept[0].name, "two/iterations:1");
    gbench_clear();
    register_idle("three", 1);
    assert_int_equal(gbench_run_quiet(), 0);
}

/* ---- what leaves this process behind changed: in a child ------------------------------------ */

/* Calls body(path) in a child whose standard output is the file output; returns its wait status. */
static int in_child(void (*body)(const char *path), const char *path, FILE *output)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(60);
        dup2(fileno(output), STDOUT_FILENO);
        body(path);
        fflush(NULL);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void write_json(const char *path)
{
    static double seconds = 0.5;
    char out[TEXT_BYTES];
    char *argv[] = {"test", out, "--benchmark_out_format=json", NULL};
    int argc = 3;
    snprintf(out, sizeof out, "--benchmark_out=%s", path);
    gbench_initialize(&argc, argv);
    gbench_add_context("machine room", "the \"cold\" one");
    gbench_repetitions(register_manual("set", set_results, &seconds, 6), 2);
    gbench_run_quiet();
    gbench_clear();
    gbench_shutdown();
}

static void run_loudly(const char *path)
{
    (void)path;
    register_idle("loud", 1);
    gbench_run();
}

static void repeat_never(const char *path)
{
    (void)path;
    dup2(STDOUT_FILENO, STDERR_FILENO);
    gbench_repetitions(register_idle("idle", 1), 0);
}

static long length(FILE *file)
{
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    return ftell(file);
}

static void file_has_context_and_results(void **test_state)
{
    char path[] = "/tmp/test_gbench_XXXXXX";
    (void)test_state;
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    FILE *output = tmpfile();
    int status = in_child(write_json, path, output);
    long printed = length(output);
    fclose(output);
    json_t *root = json_load_file(path, 0, NULL);
    unlink(path);
    assert_int_equal(status, 0);
    assert_int_equal(printed, 0); /* quiet it was */
    assert_non_null(root);

    const json_t *context = json_object_get(root, "context");
    assert_string_equal(json_string_value(json_object_get(context, "machine room")),
                        "the \"cold\" one");
    const json_t *result = json_array_get(json_object_get(root, "benchmarks"), 1);
    assert_string_equal(json_string_value(json_object_get(result, "name")),
                        "set/iterations:6/repeats:2/manual_time");
    assert_int_equal(json_integer_value(json_object_get(result, "repetition_index")), 1);
    assert_string_equal(json_string_value(json_object_get(result, "label")), "with a label");
    assert_near(json_number_value(json_object_get(result, "real_time")), 5e8);
    assert_near(json_number_value(json_object_get(result, "rate")), 4.0);
    json_decref(root);
}

static void display_prints_unless_quiet(void **test_state)
{
    (void)test_state;
    FILE *output = tmpfile();
    int status = in_child(run_loudly, NULL, output);
    long printed = length(output);
    fclose(output);
    assert_int_equal(status, 0);
    assert_true(printed > 0);
}

static void wrong_arguments_end_the_program(void **test_state)
{
    char said[TEXT_BYTES] = "";
    (void)test_state;
    FILE *output = tmpfile();
    int status = in_child(repeat_never, NULL, output);
    rewind(output);
    char *line = fgets(said, sizeof said, output);
    fclose(output);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(line);
    assert_string_equal(said, "gbench: gbench_repetitions: needs a number above 0\n");
}

/* ---- barriers ------------------------------------------------------------------------------- */

static void barriers_keep_values(void **test_state)
{
    int64_t sum = 0;
    (void)test_state;
    for (int64_t i = 0; i < 10; i++) {
        sum += i;
        gbench_do_not_optimize(&sum);
        gbench_do_not_optimize_int(sum);
        gbench_do_not_optimize_double((double)sum);
        gbench_clobber_memory();
    }
    assert_int_equal(sum, 45);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(arguments_reach_the_state, begin),
        cmocka_unit_test_setup(ranges_make_argument_sets, begin),
        cmocka_unit_test_setup(repetitions_are_counted, begin),
        cmocka_unit_test_setup(batches_are_counted, begin),
        cmocka_unit_test_setup(minimum_time_adds_iterations, begin),
        cmocka_unit_test_setup(manual_time_is_reported, begin),
        cmocka_unit_test_setup(pauses_are_not_timed, begin),
        cmocka_unit_test_setup(counters_follow_their_flags, begin),
        cmocka_unit_test_setup(errors_are_reported_and_not_fatal, begin),
        cmocka_unit_test_setup(every_callback_gets_its_context, begin),
        cmocka_unit_test_setup(statistics_are_called, begin),
        cmocka_unit_test_setup(statistics_are_limited, begin),
        cmocka_unit_test_setup(growth_is_fitted, begin),
        cmocka_unit_test_setup(unknown_arguments_are_left_over, begin),
        cmocka_unit_test_setup(file_has_context_and_results, begin),
        cmocka_unit_test_setup(display_prints_unless_quiet, begin),
        cmocka_unit_test_setup(wrong_arguments_end_the_program, begin),
        cmocka_unit_test_setup(barriers_keep_values, begin),
    };
    return cmocka_run_group_tests_name("gbench", tests, NULL, NULL);
}
