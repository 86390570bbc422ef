/*
 * From starts to a row: which of them count, where there are two modes, and that one mode is hardly
 * ever taken for two; and the messages that ipc checks.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "bench/ipc/row.h"
#include "bench/ipc/tool/payload.h"
#include "bench/survey/starts.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static struct starts_field field_of(const double values[])
{
    return (struct starts_field){values, sizeof values[0]};
}

static void unknown_figures_are_left_out(void **state)
{
    (void)state;
    const double values[] = {NAN, 30, NAN, 10, 20};
    const struct starts_field field = field_of(values);
    double coverage;
    struct estimate estimate = starts_estimate(&field, LENGTH(values), &coverage);
    assert_true(estimate.value == 20 && estimate.low <= 10 && estimate.high >= 30);
    assert_true(fabs(coverage - 0.75) < 1e-9);
    estimate = starts_estimate(&field, 1, &coverage); /* the first has none */
    assert_true(isnan(estimate.value) && isnan(coverage));
}

static void two_modes_are_found(void **state)
{
    (void)state;
    const double values[] = {0.95, 0.43, 0.44, 0.97, 0.43, 0.45, 0.94, 0.43};
    const struct starts_field field = field_of(values);
    struct starts_modes modes = starts_find_modes(&field, LENGTH(values));
    assert_int_equal(modes.low_count, 5);
    assert_int_equal(modes.high_count, 3);
    assert_true(modes.low == 0.43 && modes.high == 0.95);
}

static void one_slow_start_is_no_mode(void **state)
{
    (void)state;
    const double values[] = {0.43, 0.44, 0.43, 0.97, 0.45, 0.44, 0.43, 0.43};
    const struct starts_field field = field_of(values);
    assert_int_equal(starts_find_modes(&field, LENGTH(values)).low_count, 0);
    assert_int_equal(starts_find_modes(&field, 3).low_count, 0);
    assert_int_equal(starts_find_modes(&field, 0).low_count, 0);
}

static void one_mode_is_one(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    unsigned found = 0;
    for (unsigned trial = 0; trial < 10000; trial++) {
        double values[8];
        for (size_t i = 0; i < LENGTH(values); i++)
            values[i] = exp(gsl_ran_gaussian(rng, 0.3)); /* as widely as starts ever spread */
        const struct starts_field field = field_of(values);
        found += starts_find_modes(&field, LENGTH(values)).low_count > 0;
    }
    gsl_rng_free(rng);
    assert_in_range(found, 0, 200);
}

/* Two modes, each wider than the other tests': half of the starts in either. */
static void two_modes_are_mostly_found(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    unsigned found = 0;
    for (unsigned trial = 0; trial < 1000; trial++) {
        double values[8];
        for (size_t i = 0; i < LENGTH(values); i++)
            values[i] = (i % 2 == 0 ? 0.45 : 0.95) * exp(gsl_ran_gaussian(rng, 0.05));
        const struct starts_field field = field_of(values);
        found += starts_find_modes(&field, LENGTH(values)).low_count == 4;
    }
    gsl_rng_free(rng);
    assert_in_range(found, 900, 1000);
}

static void a_failed_start_fails_its_row(void **state)
{
    (void)state;
    struct ipc_start starts[3];
    for (size_t i = 0; i < LENGTH(starts); i++) {
        starts[i] = ipc_start_without_figures("pipe", "processes", "same", 8, "ok");
        starts[i].round_trip_ns = 100 + (double)i;
        starts[i].verified = 1;
    }
    struct ipc_row row = ipc_row_of(starts, LENGTH(starts));
    assert_true(row.round_trip_ns == 101 && row.starts == 3 && row.verified == 1);
    assert_true(isnan(row.window_bytes_per_s));
    starts[1].status = "failed: side 1 was killed";
    starts[1].verified = 0;
    row = ipc_row_of(starts, LENGTH(starts));
    assert_string_equal(row.status, "failed: side 1 was killed");
    assert_true(isnan(row.round_trip_ns) && row.starts == 0 && row.verified == 0);
}

/* Every length of tail, and every byte of it that is wrong. */
static void payload_sees_each_byte(void **state)
{
    (void)state;
    char message[40];
    for (size_t bytes = 1; bytes < sizeof message; bytes++) {
        message[bytes] = 'x';
        payload_fill(message, bytes, 7);
        assert_true(message[bytes] == 'x');
        assert_true(payload_is(message, bytes, 7));
        assert_false(payload_is(message, bytes, 8));
        for (size_t i = 0; i < bytes; i++) {
            message[i] ^= 1;
            assert_false(payload_is(message, bytes, 7));
            message[i] ^= 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_figures_are_left_out),
        cmocka_unit_test(two_modes_are_found),
        cmocka_unit_test(one_slow_start_is_no_mode),
        cmocka_unit_test(one_mode_is_one),
        cmocka_unit_test(two_modes_are_mostly_found),
        cmocka_unit_test(a_failed_start_fails_its_row),
        cmocka_unit_test(payload_sees_each_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
