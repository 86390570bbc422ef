/* test_summary.c - summaries against samples whose truth is known because they were made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/data/summary.h"
#include "near.h"

#define ROWS_MAX 400

/* Samples being made up. */
struct maker {
    struct sample rows[ROWS_MAX];
    size_t count;
};

static struct sample *add(struct maker *maker, const char *backend, uint64_t workers,
                          uint64_t round, uint64_t wall_ns)
{
    assert_true(maker->count < ROWS_MAX);
    struct sample *row = &maker->rows[maker->count++];
    *row = (struct sample){.suite = "run",
                           .workload = "spin",
                           .parameters = "tasks=100,us=1",
                           .backend = backend,
                           .schedule = "dynamic",
                           .workers = workers,
                           .tasks = 100,
                           .round = round,
                           .wall_ns = wall_ns,
                           .status = "ok",
                           .verified = 1};
    return row;
}

static struct summary_table summarize(struct maker *maker, unsigned cores)
{
    struct sample_table samples = {.rows = maker->rows, .count = maker->count};
    struct summary_table summary;
    assert_int_equal(summary_make(&samples, cores, &summary), 0);
    return summary;
}

/* Serial takes 100 us, a pool of 2 takes 62.5 us on 1.8 cores' worth, while the machine drifts. */
static void a_drifting_machine(struct maker *maker)
{
    static const double drifts[] = {1.0, 1.9, 0.7, 1.2, 3.0};
    maker->count = 0;
    for (uint64_t round = 0; round < 5; round++)
        for (int repetition = 0; repetition < 4; repetition++) {
            double drift = drifts[round];
            struct sample *row = add(maker, "shm", 2, round, (uint64_t)(62500 * drift));
            row->capacity = 1.8;
            row->capacity_cpu = 1.9;
            row->floor_ns = 3;
            row->least_tasks = 40 + round;
            row->most_tasks = 60 - round;
            row->cpu_user_ns = 100 * round;
            row->cpu_sys_ns = 7;
            row->warmups = round;
            row = add(maker, "serial", 1, round, (uint64_t)(100000 * drift));
            row->capacity = 1.0;
        }
}

static void speedup_and_capacity_ignore_drift(void **state)
{
    (void)state;
    static struct maker maker;
    a_drifting_machine(&maker);
    struct summary_table summary = summarize(&maker, 2);
    assert_int_equal(summary.count, 2);
    const struct summary *shm = &summary.rows[0], *serial = &summary.rows[1];
    assert_string_equal(shm->backend, "shm"); /* the order of first appearance */
    assert_string_equal(serial->backend, "serial");
    assert_int_equal(shm->samples, 20);
    assert_int_equal(shm->rounds, 5);
    assert_near(shm->median_ns, 75000, 1e-9);
    assert_near(shm->min_ns, 43750, 1e-9);
    assert_near(shm->max_ns, 187500, 1e-9);
    assert_int_equal(shm->noisy, 1);
    assert_near(shm->speedup, 1.6, 1e-4);
    assert_near(shm->speedup_low, 1.6, 1e-4);
    assert_near(shm->speedup_high, 1.6, 1e-4);
    assert_near(shm->efficiency, 0.8, 1e-4);
    assert_near(shm->capacity, 1.8, 1e-4);
    assert_near(shm->capacity_efficiency, 1.6 / 1.8, 1e-4);
    assert_near(shm->capacity_efficiency_high, 1.6 / 1.8, 1e-4);
    assert_near(shm->dispatch_ns_per_task, 75000 * (1 - 1.6 / 1.8) / 100, 0.01);
    assert_near(shm->dispatch_low, shm->dispatch_ns_per_task, 0.01);
    assert_near(shm->capacity_cpu, 1.9, 1e-9);
    assert_near(shm->floor_ns_per_task, 3, 1e-9);
    assert_int_equal(shm->impossible, 0);
    assert_near(shm->least_tasks, 40, 0);
    assert_near(shm->most_tasks, 60, 0);
    assert_near(shm->cpu_ns, 207, 1e-9);
    assert_int_equal(shm->warmups, 4);
    assert_int_equal(shm->verified, 1);
    assert_string_equal(shm->status, "ok");
    assert_near(serial->speedup, 1, 0);
    assert_near(serial->capacity, 1, 0);
    assert_near(serial->dispatch_ns_per_task, 0, 0);
    summary_free(&summary);
}

/* Serial had half of its core, so a pool that got all of two is not twice as good as it seems. A
 * price below 0 is noise, and is told as it is. */
static void capacity_of_serial_counts(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    for (uint64_t round = 0; round < 6; round++) {
        add(&maker, "serial", 1, round, 2000)->capacity = 0.5;
        struct sample *row = add(&maker, "shm", 2, round, 490);
        row->capacity = 2.0;
        row->cores = 2;
        row = add(&maker, "pipes", 2, round, 490);
        row->capacity = 2.5; /* of two cores */
        row->cores = 2;
    }
    struct summary_table summary = summarize(&maker, 2);
    const struct summary *shm = &summary.rows[1], *pipes = &summary.rows[2];
    assert_near(summary.rows[0].capacity, 0.5, 1e-12);
    assert_near(shm->speedup, 2000.0 / 490, 1e-9);
    assert_near(shm->capacity_efficiency, shm->speedup * 0.5 / 2.0, 1e-9);
    assert_near(shm->dispatch_ns_per_task, 4.9 * (1 - shm->capacity_efficiency), 1e-9);
    assert_true(shm->dispatch_ns_per_task < 0);
    assert_int_equal(shm->impossible, 0);
    assert_int_equal(pipes->impossible, 1);
    summary_free(&summary);
}

static void without_a_probe_cores_stand_in(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    add(&maker, "serial", 1, 0, 1000);
    add(&maker, "shm", 2, 0, 800);
    add(&maker, "shm", 8, 0, 800);
    add(&maker, "shm", 2, 0, 800)->asked_chunk = 16; /* a cell of its own */
    add(&maker, "shm", 2, 0, 800)->pin = "compact";  /* another one */
    struct summary_table summary = summarize(&maker, 2);
    assert_int_equal(summary.count, 5);
    assert_string_equal(summary.rows[1].pin, "none"); /* what a row without a word of it had */
    assert_string_equal(summary.rows[4].pin, "compact");
    for (size_t i = 1; i < 5; i++) {
        assert_near(summary.rows[i].speedup, 1.25, 1e-12);
        assert_true(isnan(summary.rows[i].capacity));
        assert_true(isnan(summary.rows[i].capacity_efficiency));
        assert_near(summary.rows[i].dispatch_ns_per_task, (800 - 1000 / 2.0) / 100, 1e-9);
        assert_int_equal(summary.rows[i].oversubscribed, i == 2);
    }
    summary_free(&summary);
}

static void one_sample_claims_nothing(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    add(&maker, "shm", 2, 0, 800);
    struct summary_table summary = summarize(&maker, 2);
    const struct summary *cell = &summary.rows[0];
    assert_int_equal(cell->samples, 1);
    assert_near(cell->median_ns, 800, 0);
    assert_near(cell->ci_low_ns, 800, 0);
    assert_near(cell->ci_coverage, 0, 0);
    assert_int_equal(cell->noisy, 0);
    assert_true(isnan(cell->speedup)); /* there is no serial */
    assert_true(isnan(cell->efficiency) && isnan(cell->dispatch_ns_per_task));
    assert_int_equal(cell->rounds, 0);
    summary_free(&summary);
}

static void only_verified_rows_count(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    add(&maker, "serial", 1, 0, 1000);
    add(&maker, "pipes", 2, 0, 500);
    add(&maker, "pipes", 2, 0, 600)->status = "retried: worker 1 died";
    add(&maker, "pipes", 2, 0, 1)->status = "failed: worker 0 died";
    add(&maker, "pipes", 2, 1, 1)->status = "timeout: no result";
    add(&maker, "mpi", 2, 0, 0)->status = "skip: no mpirun";
    struct sample *row = add(&maker, "shm", 2, 0, 1);
    row->verified = 0; /* although it says ok */
    row = add(&maker, "shm", 2, 0, 700);
    struct summary_table summary = summarize(&maker, 2);
    assert_int_equal(summary.count, 4);
    const struct summary *pipes = &summary.rows[1], *mpi = &summary.rows[2],
                         *shm = &summary.rows[3];
    assert_int_equal(pipes->samples, 2);
    assert_int_equal(pipes->retried, 1);
    assert_int_equal(pipes->failed, 2);
    assert_int_equal(pipes->skipped, 0);
    assert_int_equal(pipes->verified, 1);
    assert_near(pipes->median_ns, 550, 1e-9);
    assert_string_equal(pipes->status, "failed: worker 0 died"); /* outranks the retry */
    assert_int_equal(mpi->samples + mpi->failed + mpi->verified, 0);
    assert_int_equal(mpi->skipped, 1);
    assert_string_equal(mpi->status, "skip: no mpirun");
    for (size_t i = 0; i < SUMMARY_COLUMNS; i++) /* nothing is known of it */
        if (summary_columns[i].kind == COLUMN_REAL)
            assert_true(isnan(
                *(const double *)(const void *)((const char *)mpi + summary_columns[i].offset)));
    assert_int_equal(shm->samples, 1);
    assert_int_equal(shm->failed, 1);
    assert_int_equal(shm->verified, 0);
    assert_string_equal(shm->status, "wrong: a result was not verified");
    summary_free(&summary);
}

/* What was measured again enters nothing; what stays disturbed does, and is counted; and where too
 * much of the loop was, that is said beside all that is held against it. */
static void disturbed_samples_are_told(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    for (uint64_t i = 0; i < 10; i++) {
        add(&maker, "serial", 1, 0, 1000);
        add(&maker, "pipes", 2, 0, 500)->disturbed = i < 2;
        add(&maker, "shm", 2, 0, 800)->disturbed = i < 3;
        struct sample *row = add(&maker, "pipes", 2, 0, 99999);
        row->disturbed = 1;
        row->status = SAMPLE_REPLACED;
    }
    struct summary_table summary = summarize(&maker, 2);
    assert_int_equal(summary.count, 3);
    const struct summary *serial = &summary.rows[0], *pipes = &summary.rows[1];
    const struct summary *shm = &summary.rows[2];
    assert_int_equal(pipes->samples, 10);
    assert_int_equal(pipes->disturbed, 2);
    assert_int_equal(pipes->remeasured, 10);
    assert_int_equal(pipes->failed, 0);
    assert_int_equal(pipes->verified, 1);
    assert_string_equal(pipes->status, "ok");
    assert_near(pipes->max_ns, 500, 0);
    assert_near(pipes->speedup, 2, 1e-9);
    assert_false(summary_is_disturbed(serial));
    assert_false(summary_is_disturbed(pipes)); /* a fifth */
    assert_true(summary_is_disturbed(shm));    /* more than a quarter */
    summary_free(&summary);
    for (size_t i = 0; i < 3; i++)
        maker.rows[4 * i].disturbed = 1; /* of serial */
    summary = summarize(&maker, 2);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(summary.rows[i].serial_disturbed, 1);
        assert_true(summary_is_disturbed(&summary.rows[i]));
    }
    summary_free(&summary);
    maker.rows[3].verified = 0; /* of pipes, to be replaced, but wrong */
    summary = summarize(&maker, 2);
    assert_int_equal(summary.rows[1].failed, 1);
    summary_free(&summary);
}

static void a_baseline_is_of_the_same_work(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    add(&maker, "serial", 1, 0, 1000);
    add(&maker, "serial", 1, 0, 4000)->parameters = "tasks=100,us=4";
    add(&maker, "serial", 1, 0, 9000)->suite = "lecture";
    add(&maker, "serial", 1, 0, 7)->status = "failed: no";
    add(&maker, "shm", 2, 0, 500);
    add(&maker, "shm", 2, 0, 500)->parameters = "tasks=100,us=4";
    add(&maker, "shm", 2, 0, 500)->suite = "lecture";
    add(&maker, "shm", 2, 0, 500)->workload = "echo";
    struct summary_table summary = summarize(&maker, 2);
    assert_int_equal(summary.count, 7);
    assert_near(summary.rows[3].speedup, 2, 1e-12);
    assert_near(summary.rows[4].speedup, 8, 1e-12);
    assert_near(summary.rows[5].speedup, 18, 1e-12);
    assert_true(isnan(summary.rows[6].speedup));
    summary_free(&summary);
}

static void nothing_gives_an_empty_summary(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    struct summary_table summary = summarize(&maker, 2);
    assert_int_equal(summary.count, 0);
    summary_free(&summary);
}

static void absurd_numbers_do_no_harm(void **state)
{
    (void)state;
    static struct maker maker;
    maker.count = 0;
    struct sample *row = add(&maker, "serial", 0, UINT64_MAX, UINT64_MAX);
    row->tasks = 0;
    row->capacity = row->cores = 1e300;
    row = add(&maker, "shm", 0, UINT64_MAX, 0); /* another cell: 100 tasks */
    row->cpu_sys_ns = row->cpu_user_ns = UINT64_MAX;
    add(&maker, "shm", 0, UINT64_MAX, 1);
    struct summary_table summary = summarize(&maker, 0);
    assert_int_equal(summary.count, 2);
    summary_free(&summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speedup_and_capacity_ignore_drift),
        cmocka_unit_test(capacity_of_serial_counts),
        cmocka_unit_test(without_a_probe_cores_stand_in),
        cmocka_unit_test(one_sample_claims_nothing),
        cmocka_unit_test(only_verified_rows_count),
        cmocka_unit_test(disturbed_samples_are_told),
        cmocka_unit_test(a_baseline_is_of_the_same_work),
        cmocka_unit_test(nothing_gives_an_empty_summary),
        cmocka_unit_test(absurd_numbers_do_no_harm),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
