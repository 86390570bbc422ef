/*
 * test_workloads.c - what each workload computes, checks and refuses.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/workload.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define MESSAGE_BYTES 512

struct one { /* one task of a work, run by its kernel */
    struct work *work;
    void *task, *result;
};

static struct work *open_work(const char *text)
{
    char message[MESSAGE_BYTES] = "";
    struct work *work;
    if (work_open(text, &work, message, sizeof message) != 0)
        fail_msg("%s: %s", text, message);
    return work;
}

/* At least 1 byte of memory in which nothing is right by chance. */
static void *make_record(size_t bytes, int filler)
{
    void *record = malloc(bytes > 0 ? bytes : 1);
    assert_non_null(record);
    memset(record, filler, bytes);
    return record;
}

static struct one run_with(const char *text, size_t index, int filler)
{
    struct one one = {.work = open_work(text)};
    const struct workload *workload = one.work->workload;
    assert_true(index < one.work->tasks);
    one.task = make_record(one.work->shape.task_bytes, filler);
    one.result = make_record(one.work->shape.result_bytes, filler);
    workload->make(one.work, index, one.task);
    assert_null(workload->kernel(one.task, one.result, &one.work->shape));
    return one;
}

static struct one run(const char *text, size_t index)
{
    return run_with(text, index, 0xaa);
}

static bool right(const struct one *one, size_t index)
{
    return one->work->workload->check(one->work, index, one->task, one->result);
}

static void end(struct one *one)
{
    free(one->task);
    free(one->result);
    work_close(one->work);
}

static void the_lecture_is_reproduced(void **state)
{
    static const struct {
        const char *work;
        size_t index;
        const char *line;
    } lines[] = {
        {"sum", 0, "Worker 0 done: 1999999000000"},
        {"sum", 1, "Worker 1 done: 3999998000000"},
        {"sum", 2, "Worker 2 done: 5999997000000"},
        {"sum", 3, "Worker 3 done: 7999996000000"},
        {"primes", 0, "(20000, 2262)"},
        {"primes", 1, "(30000, 3245)"},
        {"primes", 2, "(25000, 2762)"},
        {"primes", 3, "(35000, 3732)"},
        {"primes", 4, "(40000, 4203)"},
        {"primes", 5, "(15000, 1754)"},
        {"resize", 0, "(0, 960, 540, 1990727.79)"},
        {"resize", 7, "(7, 960, 540, 1990727.79)"},
        {"resize:width=33,height=31", 0, "(0, 16, 15, 22.47)"},
        {"resize:width=20,height=20", 0, "(0, 10, 10, 6.15)"},
        {"resize:width=10,height=10", 0, "(0, 5, 5, 1.0)"},
        {"resize:width=1,height=1", 0, "(0, 0, 0, 0.0)"},
        {"spin:us=0", 7, "Loop 7: 0 steps to 0000000000000007"},
        {"spin:us=0.001", 0, "Loop 0: 1 steps to 14057b7ef767814f"}, /* the increment alone */
        {"echo", 3, "Payload 3 came back: 64 bytes"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct one one = run(lines[i].work, lines[i].index);
        char line[128] = "";
        FILE *out = fmemopen(line, sizeof line, "w");
        assert_non_null(out);
        one.work->workload->print(one.work, lines[i].index, one.task, one.result, out);
        fclose(out);
        assert_string_equal(line, lines[i].line);
        assert_true(right(&one, lines[i].index));
        end(&one);
    }
}

static void defaults_are_the_lecture(void **state)
{
    static const struct {
        const char *work, *parameters;
        size_t tasks, task_bytes, result_bytes;
    } defaults[] = {
        {"sum", "tasks=4,n=2000000", 4, 24, 16},
        {"primes", "limits=20000/30000/25000/35000/40000/15000", 6, 8, 16},
        {"resize", "images=8,width=1920,height=1080", 8, 24, 32},
        {"spin", "tasks=1000,us=10", 1000, 24, 16},
        {"echo", "tasks=1000,bytes=64", 1000, 64, 64},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(defaults); i++) {
        struct work *work = open_work(defaults[i].work);
        assert_ptr_equal(work->workload, workload_registry[i]);
        assert_string_equal(work->workload->name, defaults[i].work);
        assert_true(strlen(work->workload->summary) < 60);
        assert_string_equal(work->parameters, defaults[i].parameters);
        assert_int_equal(work->tasks, defaults[i].tasks);
        assert_int_equal(work->shape.task_bytes, defaults[i].task_bytes);
        assert_int_equal(work->shape.result_bytes, defaults[i].result_bytes);
        work_close(work);
    }
    assert_null(workload_registry[COUNT(defaults)]);
}

static void parameters_become_canonical(void **state)
{
    static const char *const texts[][2] = {
        {"sum:n=5", "sum:tasks=4,n=5"},
        {"sum:n=2_000_000,tasks=1", "sum:tasks=1,n=2000000"},
        {"sum:n=007,tasks=-0", "sum:tasks=0,n=7"},
        {"sum:tasks=1,n=4294967296", "sum:tasks=1,n=4294967296"},
        {"sum:tasks=100_000_000,n=1", "sum:tasks=100000000,n=1"},
        {"primes:limits=2", "primes:limits=2"},
        {"primes:limits=7/5/7", "primes:limits=7/5/7"},
        {"primes:limit=1_000,tasks=3", "primes:tasks=3,limit=1000"},
        {"primes:tasks=0,limit=0", "primes:tasks=0,limit=0"},
        {"resize:height=3", "resize:images=8,width=1920,height=3"},
        {"resize:width=1000000,height=100000", "resize:images=8,width=1000000,height=100000"},
        {"spin:us=0.05", "spin:tasks=1000,us=0.05"},
        {"spin:us=1_000.500", "spin:tasks=1000,us=1000.5"},
        {"spin:us=3.0", "spin:tasks=1000,us=3"},
        {"spin:us=-0.000", "spin:tasks=1000,us=0"},
        {"spin:us=3600000000", "spin:tasks=1000,us=3600000000"},
        {"echo:bytes=64KiB", "echo:tasks=1000,bytes=65536"},
        {"echo:bytes=64kB", "echo:tasks=1000,bytes=64000"},
        {"echo:bytes=1MB,tasks=1", "echo:tasks=1,bytes=1000000"},
        {"echo:bytes=16MiB,tasks=256", "echo:tasks=256,bytes=16777216"},
        {"echo:bytes=0B", "echo:tasks=1000,bytes=0"},
        {"echo:bytes=0GiB", "echo:tasks=1000,bytes=0"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct work *work = open_work(texts[i][0]);
        char canonical[MESSAGE_BYTES];
        snprintf(canonical, sizeof canonical, "%s:%s", work->workload->name, work->parameters);
        assert_string_equal(canonical, texts[i][1]);
        struct work *again = open_work(canonical);
        assert_string_equal(again->parameters, work->parameters);
        assert_int_equal(again->tasks, work->tasks);
        assert_memory_equal(&again->shape, &work->shape, sizeof work->shape);
        work_close(again);
        work_close(work);
    }
}

static void refuse(const char *text, const char *expected)
{
    char message[MESSAGE_BYTES] = "";
    struct work *work = (struct work *)message; /* anything but NULL */
    assert_int_equal(work_open(text, &work, message, sizeof message), -EINVAL);
    assert_null(work);
    assert_string_equal(message, expected);
}

static void names_are_suggested(void **state)
{
    (void)state;
#define ALL "here are sum, primes, resize, spin and echo"
    refuse("summ", "'summ' is no workload: did you mean sum? T" ALL);
    refuse("Prime:limits=3", "'Prime' is no workload: did you mean primes? T" ALL);
    refuse("SUM", "'SUM' is no workload: did you mean sum? T" ALL);
    refuse("mandelbrot", "'mandelbrot' is no workload: t" ALL);
    refuse("", "'' is no workload: t" ALL);
    refuse(":n=3", "'' is no workload: t" ALL);
    refuse("su\nm", "'su?m' is no workload: did you mean sum? T" ALL);
    refuse("sum:task=3", "sum: 'task' is no parameter: did you mean tasks? There are tasks and n");
    refuse("sum:iterations=3", "sum: 'iterations' is no parameter: there are tasks and n");
    refuse("sum: n=3", "sum: ' n' is no parameter: did you mean n? There are tasks and n");
    refuse("sum:=3", "sum: '' is no parameter: there are tasks and n");
    refuse("primes:limts=3",
           "primes: 'limts' is no parameter: did you mean limits? There are limits, tasks and "
           "limit");
}

static void broken_grammar_is_refused(void **state)
{
    (void)state;
#define PAIRS "a parameter is empty: write name=value, and a comma between two"
    refuse("sum:", "sum: " PAIRS);
    refuse("sum:n=5,", "sum: " PAIRS);
    refuse("sum:,n=5", "sum: " PAIRS);
    refuse("sum:n=5,,tasks=1", "sum: " PAIRS);
    refuse("sum:n=5,n=5", "sum: n is given twice: write it once");
    refuse("sum:n", "sum: n lacks a value: write n=NUMBER, from 0 to 4294967296");
    refuse("sum:n=", "sum: n lacks a value: write n=NUMBER, from 0 to 4294967296");
#define LIST "primes: limits lacks a value: write limits=NUMBER/NUMBER..., from 0 to 1000000000"
    refuse("primes:limits=", LIST);
    refuse("primes:limits=3/", LIST);
    refuse("primes:limits=3//4", LIST);
}

static void bad_numbers_are_refused(void **state)
{
    static const char *const malformed[] = {
        "1e99",
        "five",
        "5x",
        "5 ",
        " 5",
        "+5",
        "-",
        "--5",
        "5_",
        "_5",
        "5__0",
        "0x10",
        "1.5",
        "5=5",
        "5/6",
        "5KiB",
        "99999999999999999999999x",
    };
    static const char *const beyond[] = {
        "-1",
        "4294967297",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "99999999999999999999999999",
    };
    char text[64], message[MESSAGE_BYTES];
    (void)state;
    for (size_t i = 0; i < COUNT(malformed); i++) {
        snprintf(text, sizeof text, "sum:n=%s", malformed[i]);
        snprintf(message, sizeof message,
                 "sum: n=%s is no whole number: write digits, such as 2000 or 2_000", malformed[i]);
        refuse(text, message);
    }
    for (size_t i = 0; i < COUNT(beyond); i++) {
        snprintf(text, sizeof text, "sum:n=%s", beyond[i]);
        snprintf(message, sizeof message, "sum: n=%s is out of range: write 0 to 4294967296",
                 beyond[i]);
        refuse(text, message);
    }
    refuse("echo:bytes=64kb", "echo: bytes=64kb is no whole number with a unit: write digits, then "
                              "nothing, B, kB, KiB, MB, MiB, GB or GiB");
    refuse("echo:bytes=17MiB", "echo: bytes=17MiB is out of range: write 0 to 16777216");
    refuse("echo:bytes=9999999999999GiB",
           "echo: bytes=9999999999999GiB is out of range: write 0 to 16777216");
    static const char *const fractions[] = {"1.", ".5", "0.0001", "1.5.5", "1e3", "0.05us"};
    for (size_t i = 0; i < COUNT(fractions); i++) {
        snprintf(text, sizeof text, "spin:us=%s", fractions[i]);
        snprintf(message, sizeof message,
                 "spin: us=%s is no number: write digits, and at most 3 behind a point",
                 fractions[i]);
        refuse(text, message);
    }
#define US_RANGE " is out of range: write 0 to 3600000000"
    refuse("spin:us=3600000000.001", "spin: us=3600000000.001" US_RANGE);
    refuse("spin:us=-0.001", "spin: us=-0.001" US_RANGE);
    refuse("spin:us=9223372036854775807", "spin: us=9223372036854775807" US_RANGE);
    refuse("resize:width=0", "resize: width=0 is out of range: write 1 to 1000000");
    refuse("sum:n=1111111111222222222233333333334444444444",
           "sum: n=111111111122222222223333333333444444... is out of range: write 0 to 4294967296");
}

static void bad_combinations_are_refused(void **state)
{
    (void)state;
    refuse("primes:limits=3,tasks=2,limit=3", "primes: limits excludes tasks and limit: write "
                                              "limits=20000/30000, or tasks=8,limit=20000");
    refuse("primes:limit=3", "primes: limit needs tasks: write tasks=8,limit=20000, for example");
    refuse("primes:tasks=3", "primes: tasks needs limit: write tasks=8,limit=20000, for example");
    refuse("sum:tasks=2,n=4294967296", "sum: the sum of task 1 exceeds 64 bits: with n=4294967296 "
                                       "write at most tasks=1");
    refuse("sum:tasks=4611688,n=2000001", "sum: the sum of task 4611687 exceeds 64 bits: with "
                                          "n=2000001 write at most tasks=4611683");
    refuse("resize:width=1000000,height=100001",
           "resize: 1000000 x 100001 is more than 100000000000 pixels: with width=1000000 write at "
           "most height=100000");
    refuse("echo:tasks=257,bytes=16MiB", "echo: 257 tasks of 16777216 bytes are more than "
                                         "4294967296 bytes: at most 256");
}

static void long_texts_are_refused_in_one_line(void **state)
{
    size_t length = 1u << 20;
    char *text = make_record(length + 1, '/');
    char message[MESSAGE_BYTES] = "";
    struct work *work;
    (void)state;
    text[length] = '\0';
    memcpy(text, "primes:limits=1", 15);
    refuse(text, "primes: limits has 1048562 values: write at most 4096");
    memset(text, '\n', length);
    refuse(text, "'????????????????????????????????????...' is no workload: "
                 "there are sum, primes, resize, spin and echo");
    assert_int_equal(work_open("nonsense", &work, message, 8), -EINVAL);
    assert_int_equal(strlen(message), 7); /* cut, and still a string */
    free(text);
}

static void records_are_written_whole(void **state)
{
    static const char *const works[] = {"sum:n=9", "primes:limits=9", "resize:width=40", "spin",
                                        "echo",    "echo:bytes=13"};
    (void)state;
    for (size_t i = 0; i < COUNT(works); i++) {
        struct one a = run_with(works[i], 0, 0x00);
        struct one b = run_with(works[i], 0, 0xff);
        assert_memory_equal(a.task, b.task, a.work->shape.task_bytes);
        assert_memory_equal(a.result, b.result, a.work->shape.result_bytes);
        end(&a);
        end(&b);
    }
}

static void every_wrong_bit_is_found(void **state)
{
    static const char *const works[] = {
        "sum",  "primes",       "resize",         "resize:width=10,height=10", "spin", "spin:us=0",
        "echo", "echo:bytes=1", "echo:bytes=4097"};
    (void)state;
    for (size_t i = 0; i < COUNT(works); i++) {
        struct one one = run(works[i], 0);
        unsigned char *bytes = one.result;
        assert_true(right(&one, 0));
        for (size_t bit = 0; bit < one.work->shape.result_bytes * 8; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            assert_false(right(&one, 0));
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        assert_true(right(&one, 0));
        assert_false(right(&one, 1)); /* the result of another task */
        end(&one);
    }
}

static void untouched_results_are_found(void **state)
{
    static const char *const works[] = {"sum", "primes", "resize", "spin", "echo:bytes=64KiB"};
    (void)state;
    for (size_t i = 0; i < COUNT(works); i++) {
        struct one one = run(works[i], 0);
        memset(one.result, 0, one.work->shape.result_bytes);
        assert_false(right(&one, 0));
        end(&one);
    }
    struct one one = run("echo", 0);
    memcpy(one.result, one.task, one.work->shape.result_bytes);
    assert_false(right(&one, 0));
    end(&one);
}

/* The kernel and the known answer, found in two ways, over the sizes where either might stumble. */
static void agree(const char *format, int64_t size)
{
    char text[64];
    snprintf(text, sizeof text, format, (long long)size);
    struct one one = run(text, 0);
    if (!right(&one, 0))
        fail_msg("%s: kernel and known answer differ", text);
    end(&one);
}

static void kernels_agree_with_known_answers(void **state)
{
    static const int64_t segments[] = {32767, 32768, 32769, 65535, 65536, 65537, 98305, 300000};
    static const int64_t payloads[] = {4095,  4096,  4097,        65535,
                                       65536, 65537, 1024 * 1024, 16 * 1024 * 1024};
    (void)state;
    for (int64_t size = 0; size < 300; size++) {
        agree("sum:n=%lld", size);
        agree("primes:limits=%lld", size);
        agree("primes:tasks=1,limit=%lld", size);
        agree("resize:width=%lld", size + 1);
        agree("resize:width=7,height=%lld", size + 1);
        agree("spin:us=0.%03lld", size);
        agree("spin:us=%lld", size);
        agree("echo:tasks=1,bytes=%lld", size);
    }
    for (size_t i = 0; i < COUNT(segments); i++)
        agree("primes:limits=%lld", segments[i]);
    for (size_t i = 0; i < COUNT(payloads); i++)
        agree("echo:tasks=1,bytes=%lld", payloads[i]);
    for (int64_t side = 500; side < 30000; side = side * 3 / 2 + 1)
        agree("resize:height=1000,width=%lld", side);
}

/* Sizes that no test can wait for: the answers are published ones, or found with more digits. */
static void known_answers_hold_for_big_parameters(void **state)
{
    (void)state;
    struct work *work = open_work("sum:tasks=1,n=4294967296");
    int64_t sum[2] = {0, 9223372034707292160};
    assert_true(work->workload->check(work, 0, NULL, sum));
    work_close(work);

    work = open_work("primes:limits=10_000_000"); /* OEIS A006880 */
    int64_t primes[2] = {10000000, 664579};
    assert_true(work->workload->check(work, 0, NULL, primes));
    primes[1]++;
    assert_false(work->workload->check(work, 0, NULL, primes));
    work_close(work);
}

static void resize_tells_neighbouring_totals_apart(void **state)
{
    static const double wrong[] = {1990727.78, 1990727.80, 1990727.0, 0, -1990727.79};
    struct one one = run("resize", 0);
    double *total = (double *)one.result + 3;
    (void)state;
    assert_true(*total == 1990727.79);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        *total = wrong[i];
        assert_false(right(&one, 0));
    }
    *total = nextafter(1990727.79, INFINITY);
    assert_false(right(&one, 0));
    *total = NAN;
    assert_false(right(&one, 0));
    *total = INFINITY;
    assert_false(right(&one, 0));
    end(&one);
}

static void no_tasks_is_allowed(void **state)
{
    static const char *const works[] = {"sum:tasks=0", "primes:tasks=0,limit=9", "resize:images=0",
                                        "spin:tasks=0", "echo:tasks=0,bytes=16MiB"};
    (void)state;
    for (size_t i = 0; i < COUNT(works); i++) {
        struct work *work = open_work(works[i]);
        assert_int_equal(work->tasks, 0);
        void *tasks = work_tasks(work);
        assert_non_null(tasks);
        free(tasks);
        work_close(work);
    }
    work_close(NULL);
}

static void all_tasks_are_made_in_order(void **state)
{
    struct work *work = open_work("echo:tasks=100,bytes=24");
    char *tasks = work_tasks(work);
    char task[24];
    (void)state;
    assert_non_null(tasks);
    for (size_t i = 0; i < work->tasks; i++) {
        work->workload->make(work, i, task);
        assert_memory_equal(tasks + i * sizeof task, task, sizeof task);
        assert_true(i == 0 || memcmp(tasks, task, sizeof task) != 0);
    }
    free(tasks);
    work_close(work);
}

static void a_kernel_names_what_it_cannot_do(void **state)
{
    struct one one = run("primes", 0);
    int64_t limit = 1ll << 40;
    (void)state;
    assert_string_equal(one.work->workload->kernel(&limit, one.result, &one.work->shape),
                        "the limit is above 1000000000");
    end(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lecture_is_reproduced),
        cmocka_unit_test(defaults_are_the_lecture),
        cmocka_unit_test(parameters_become_canonical),
        cmocka_unit_test(names_are_suggested),
        cmocka_unit_test(broken_grammar_is_refused),
        cmocka_unit_test(bad_numbers_are_refused),
        cmocka_unit_test(bad_combinations_are_refused),
        cmocka_unit_test(long_texts_are_refused_in_one_line),
        cmocka_unit_test(records_are_written_whole),
        cmocka_unit_test(every_wrong_bit_is_found),
        cmocka_unit_test(untouched_results_are_found),
        cmocka_unit_test(kernels_agree_with_known_answers),
        cmocka_unit_test(known_answers_hold_for_big_parameters),
        cmocka_unit_test(resize_tells_neighbouring_totals_apart),
        cmocka_unit_test(no_tasks_is_allowed),
        cmocka_unit_test(all_tasks_are_made_in_order),
        cmocka_unit_test(a_kernel_names_what_it_cannot_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
