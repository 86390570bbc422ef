/*
 * What users may write, and what they are told when it is wrong. A command line that is wrong must
 * give one line that says so, and leave nothing behind; one that is right must mean what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/registry.h"
#include "bench/command/cores.h"
#include "bench/command/option_table.h"
#include "bench/command/options.h"
#include "bench/command/units.h"
#include "bench/launch/verdict.h"
#include "common/clock.h"

#define WORDS_MAX    8
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int parse(struct options *options, const char *const words[], char *message, size_t bytes)
{
    char *argv[WORDS_MAX + 2] = {(char *)"bench"};
    int argc = 1;
    for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)words[argc - 1];
    int parsed = options_parse(options, argc, argv, message, bytes);
    for (int i = 1; i < argc; i++)
        assert_ptr_equal(argv[i], words[i - 1]); /* not sorted, as getopt likes to */
    return parsed;
}

/* Parses what must be right. */
static void parse_right(struct options *options, const char *const words[])
{
    char message[OPTIONS_LINE_BYTES];
    int parsed = parse(options, words, message, sizeof message);
    if (parsed != OPTIONS_RUN)
        print_error("%s\n", message);
    assert_int_equal(parsed, OPTIONS_RUN);
}

#define PARSE(options, ...) parse_right(options, (const char *const[]){__VA_ARGS__, NULL})

static const struct {
    const char *words[WORDS_MAX];
    const char *wrong, *right; /* fragments of the message */
} bad[] = {
    {{"--bogus"}, "unknown option '--bogus'", "--help"},
    {{"--backnd", "serial"}, "--backnd", "did you mean --backend?"},
    {{"--backnd=serial"}, "--backnd", "did you mean --backend?"},
    {{"--re", "5"}, "ambiguous option '--re'", "--help"},
    {{"--rounds"}, "--rounds needs a value", "--rounds N"},
    {{"--quiet", "--rounds"}, "--rounds needs a value", "--rounds N"},
    {{"--rounds", "--"}, "--rounds needs a value", "--rounds N"},
    {{"-b"}, "--backend needs a value", "NAME"},
    {{"-qn"}, "--workers needs a value", "--workers N"},
    {{"--quiet=1"}, "--quiet takes no value", "just --quiet"},
    {{"-Z"}, "unknown option '-Z'", "--help"},
    {{"-qZ"}, "unknown option '-Z'", "--help"},
    {{"-q", "-Zq"}, "unknown option '-Z'", "--help"},
    {{"stray"}, "'stray'", "--help"},
    {{"stray", "-q"}, "'stray'", "--help"},
    {{"-q", "list"}, "'list'", "a command comes first"},
    {{"two\nlines\033[31m"}, "two lines?[31m", "--help"},

    {{"-b", "pip"}, "'pip' is no backend", "did you mean pipes?"},
    {{"-b", "serial,SHM2"}, "'SHM2' is no backend", "openmp"},
    {{"-b", "mine.so"}, "'mine.so' is no backend", "./mine.so"},
    {{"-b", "./not-there.so"}, "cannot load './not-there.so'", "shared object"},
    {{"-b", "/"}, "not a file", "shared object"},
    {{"-b", ""}, "an element is empty", "a,b,c"},
    {{"-b", "serial,,pipes"}, "an element is empty", "a,b,c"},
    {{"-b", "serial,"}, "an element is empty", "a,b,c"},

    {{"-w", "resise"}, "resise", "resize"},
    {{"-w", "resize:imges=3"}, "imges", "images"},
    {{"-w", "resize:images=x"}, "images=x", "whole number"},
    {{"-w", "resize:images=-1"}, "images=-1", ""},
    {{"-w", "sum,n=5"}, "lacks a colon", "NAME:KEY=VALUE"},
    {{"-w", "n=5"}, "n=5", "sum"},
    {{"-w", "sum:n=1e99"}, "1e99", ""},
    {{"-w", "resize:images=3,"}, "an element is empty", "a,b,c"},

    {{"-n", "0"}, "'0'", "from 1 to 1024"},
    {{"-n", "-1"}, "'-1'", "from 1 to 1024"},
    {{"-n", "1e99"}, "'1e99'", "from 1 to 1024"},
    {{"-n", "two"}, "'two'", "from 1 to 1024"},
    {{"-n", "1025"}, "'1025'", "from 1 to 1024"},
    {{"-n", "18446744073709551617"}, "18446744073709551617", "from 1 to 1024"},
    {{"-n", "1,2,"}, "an element is empty", "a,b,c"},
    {{"-n", " 1"}, "' 1'", "from 1 to 1024"},

    {{"-s", "dyn"}, "'dyn'", "dynamic:CHUNK"},
    {{"-s", "dynamic:0"}, "'dynamic:0'", "dynamic:CHUNK"},
    {{"-s", "static:4"}, "'static:4'", "static"},

    {{"--rounds", "0"}, "--rounds: '0'", "from 1 to 10000"},
    {{"--rounds", "1e3"}, "'1e3'", "from 1 to 10000"},
    {{"--rounds="}, "--rounds: ''", "from 1 to 10000"},
    {{"--repetitions", "1000001"}, "'1000001'", "from 1 to 1000000"},
    {{"--min-time", "5"}, "'5'", "with its unit, such as 200ms"},
    {{"--min-time", "-1s"}, "'-1s'", "200ms"},
    {{"--timeout", "0"}, "'0'", "from 1ms to 24h"},
    {{"--timeout", "25h"}, "'25h'", "from 1ms to 24h"},
    {{"--seed", "-1"}, "'-1'", "2^64"},
    {{"--seed", "18446744073709551616"}, "18446744073709551616", "2^64"},
    {{"--on-death", "explode"}, "'explode'", "fail or retry"},
    {{"--inject", "kill"}, "'kill' is no fault", "kill:task=3"},
    {{"--format", "xml"}, "xml", "latex"},
    {{"-o", ""}, "--output: ''", "directory"},

    {{"--", "--foo"}, "'--foo'", "--benchmark_"},
    {{"--", "--benchmark_out=x", "file"}, "'file'", "--v="},
    {{"--", "-v"}, "'-v'", "--v="},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct options options;
        char message[OPTIONS_LINE_BYTES];
        int parsed = parse(&options, bad[i].words, message, sizeof message);
        if (parsed != -EINVAL || strstr(message, bad[i].wrong) == NULL ||
            strstr(message, bad[i].right) == NULL)
            fail_msg("%s: %d, '%s'; wanted '%s' and '%s'", bad[i].words[0], parsed, message,
                     bad[i].wrong, bad[i].right);
        assert_null(strchr(message, '\n'));
        assert_in_range(strlen(message), 10, OPTIONS_LINE_BYTES - 2); /* complete */
    }
}

/* A message that had to be cut would hide what is right. */
static void test_long_words(void **state)
{
    (void)state;
    static const char *const before[] = {"-b",       "-w", "-n", "-s",    "-o",
                                         "--inject", "--", "-q", "--seed"};
    char word[5001];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    for (size_t i = 0; i < COUNT(before); i++) {
        struct options options;
        char message[64] = "";
        int parsed =
            parse(&options, (const char *[]){before[i], word, NULL}, message, sizeof message);
        if (parsed == OPTIONS_RUN) {
            assert_string_equal(before[i], "-o"); /* made later, if it can be */
            options_free(&options);
        } else {
            assert_int_equal(parsed, -EINVAL);
            assert_in_range(strlen(message), 10, sizeof message - 1);
        }
    }
}

static void test_help(void **state)
{
    (void)state;
    struct options options;
    char message[OPTIONS_LINE_BYTES];
    const char *const help[] = {"-n", "2", "--help", "--bogus", NULL}, *const version[] = {"-V",
                                                                                           NULL};
    assert_int_equal(parse(&options, help, message, sizeof message), OPTIONS_HELP);
    assert_int_equal(parse(&options, version, message, sizeof message), OPTIONS_VERSION);
}

/* All options are explained, in lines that a terminal can hold. */
static void test_help_text(void **state)
{
    (void)state;
    char *text = NULL, word[64];
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    unsetenv("ARGP_HELP_FMT");
    options_help(out);
    fclose(out);
    for (const struct argp_option *option = option_table; option->group != 0; option++) {
        snprintf(word, sizeof word, "--%s", option->name != NULL ? option->name : "");
        assert_non_null(strstr(text, word));
    }
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 79);
    free(text);
}

/* Those that are no variants: in C, or with Python's. */
static size_t count_backends(bool python)
{
    size_t count = 0;
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++)
        count += !registry_is_variant(entry) && (python || !registry_is_python(entry));
    return count;
}

static void test_defaults(void **state)
{
    (void)state;
    struct options options;
    PARSE(&options, "--quiet");
    assert_int_equal(options.backend_count, count_backends(false));
    assert_int_equal(options.workload_count, 3);
    assert_string_equal(options.workloads[0], "sum:tasks=4,n=2000000");
    assert_int_equal(options.worker_count, 1);
    assert_int_equal(options.workers[0], cores_usable());
    assert_int_equal(options.schedule_count, 1);
    assert_int_equal(options.schedules[0].schedule, SCHEDULE_DYNAMIC);
    assert_int_equal(options.rounds, OPTIONS_ROUNDS);
    assert_int_equal(options.timeout_ns, OPTIONS_TIMEOUT_NS);
    assert_null(options.inject);
    assert_null(options.output);
    assert_int_equal(options.flag_count, 0);
    assert_true(options.quiet);
    assert_false(options.results);
    options_free(&options);
}

/* Repetition adds, what is there is not added again, and the order is the user's. */
static void test_lists(void **state)
{
    (void)state;
    struct options options;
    PARSE(&options, "-b", "shm,serial", "--backend=pipes,shm", "-n4,1", "--workers", "1,2,4");
    assert_int_equal(options.backend_count, 3);
    assert_string_equal(options.backends[0], "shm");
    assert_string_equal(options.backends[1], "serial");
    assert_string_equal(options.backends[2], "pipes");
    assert_int_equal(options.worker_count, 3);
    assert_int_equal(options.workers[0], 4);
    assert_int_equal(options.workers[1], 1);
    assert_int_equal(options.workers[2], 2);
    options_free(&options);

    PARSE(&options, "-b", "all,python");
    assert_int_equal(options.backend_count, count_backends(true));
    options_free(&options);

    PARSE(&options, "-b", "manager:tcp,manager,python-pool:spawn");
    assert_int_equal(options.backend_count, 3);
    assert_string_equal(options.backends[0], "manager:tcp");
    options_free(&options);

    PARSE(&options, "-s", "dynamic:16,static", "-s", "all", "-w", "all,echo", "-n", "1024");
    assert_int_equal(options.schedule_count, 4);
    assert_int_equal(options.schedules[0].chunk, 16);
    assert_int_equal(options.schedules[1].schedule, SCHEDULE_STATIC);
    assert_int_equal(options.schedules[2].schedule, SCHEDULE_PER_TASK);
    assert_int_equal(options.schedules[3].chunk, 0);
    assert_int_equal(options.workload_count, 4);
    options_free(&options);
}

/* The commas between workloads, and those between their parameters. */
static void test_workload_commas(void **state)
{
    (void)state;
    struct options options;
    PARSE(&options, "-w",
          "sum,primes:tasks=3,limit=100,resize:images=64,width=3840,height=2160,echo", "-w",
          "resize:height=2160,width=3840,images=64");
    assert_int_equal(options.workload_count, 4);
    assert_string_equal(options.workloads[0], "sum:tasks=4,n=2000000");
    assert_string_equal(options.workloads[1], "primes:tasks=3,limit=100");
    assert_string_equal(options.workloads[2], "resize:images=64,width=3840,height=2160");
    assert_int_equal(strncmp(options.workloads[3], "echo:", 5), 0);
    options_free(&options);
}

static void test_values(void **state)
{
    (void)state;
    struct options options;
    PARSE(&options, "--rounds=5", "--min-time=1.5s", "--timeout=2m", "--seed=18446744073709551615",
          "--on-death=retry", "--inject=kill:task=3", "--format=json", "--results");
    assert_int_equal(options.rounds, 5);
    assert_int_equal(options.min_time_ns, 1500 * NS_PER_MS);
    assert_int_equal(options.timeout_ns, 120 * NS_PER_S);
    assert_true(options.seed == UINT64_MAX);
    assert_int_equal(options.on_death, ON_DEATH_RETRY);
    assert_string_equal(options.inject, "kill:task=3");
    assert_int_equal(options.format, TABLE_JSON);
    assert_true(options.results);
    options_free(&options);

    PARSE(&options, "-o", "a/b", "-o", "c", "--", "--benchmark_out=x.json", "--v=1");
    assert_string_equal(options.output, "c"); /* the last one holds */
    assert_int_equal(options.flag_count, 2);
    assert_string_equal(options.flags[1], "--v=1");
    assert_int_not_equal(access("c", F_OK), 0); /* reading makes nothing */
    options_free(&options);
}

static void test_plugin(void **state)
{
    (void)state;
    char directory[] = "/tmp/parbench-test-XXXXXX", path[64], longer[80], *real;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/x.so", directory);
    snprintf(longer, sizeof longer, "%s/../%s/x.so", directory, strrchr(directory, '/') + 1);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    struct options options;
    PARSE(&options, "-b", path, "-b", longer);
    real = realpath(path, NULL);
    assert_int_equal(options.backend_count, 1); /* one file, written in two ways */
    assert_string_equal(options.backends[0], real);
    options_free(&options);
    free(real);
    unlink(path);
    rmdir(directory);
}

static void test_output(void **state)
{
    (void)state;
    char directory[] = "/tmp/parbench-test-XXXXXX", path[64], message[OPTIONS_LINE_BYTES];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a/b", directory);
    struct options options;
    struct stat status;
    PARSE(&options, "-o", path);
    for (int i = 0; i < 2; i++) { /* new, then there already */
        assert_int_equal(options_make_output(&options, message, sizeof message), 0);
        assert_int_equal(stat(path, &status), 0);
        assert_true(S_ISDIR(status.st_mode));
    }
    options_free(&options);
    assert_int_equal(rmdir(path), 0); /* so nothing is left in it */
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(directory);

    static const char *const impossible[] = {"/proc/parbench", "/dev/null", "/dev/null/x"};
    for (size_t i = 0; i < COUNT(impossible); i++) {
        PARSE(&options, "-o", impossible[i]);
        assert_true(options_make_output(&options, message, sizeof message) < 0);
        assert_non_null(strstr(message, impossible[i]));
        assert_non_null(strstr(message, "write a directory"));
        options_free(&options);
    }
}

static void test_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
        uint64_t value;
    } times[] = {
        {"250ns", 0, 250},
        {"20us", 0, 20000},
        {"200ms", 0, 200000000},
        {"1.5s", 0, 1500000000},
        {"2m", 0, 120000000000},
        {"1h", 0, 3600000000000},
        {"0", 0, 0},
        {"0s", 0, 0},
        {"0.000000001s", 0, 1},
        {"0.5ns", -EINVAL, 0},
        {"5", -EINVAL, 0},
        {"", -EINVAL, 0},
        {"s", -EINVAL, 0},
        {"-1s", -EINVAL, 0},
        {"+1s", -EINVAL, 0},
        {" 1s", -EINVAL, 0},
        {"1 s", -EINVAL, 0},
        {"1s ", -EINVAL, 0},
        {"1e3s", -EINVAL, 0},
        {"1.s", -EINVAL, 0},
        {".5s", -EINVAL, 0},
        {"1.0000000000s", -EINVAL, 0},
        {"0x1s", -EINVAL, 0},
        {"1S", -EINVAL, 0},
        {"1ms1", -EINVAL, 0},
        {"nan", -EINVAL, 0},
        {"99999999999999999999s", -ERANGE, 0},
        {"18446744073709551615h", -ERANGE, 0},
    };
    static const struct {
        const char *text;
        int error;
        uint64_t value;
    } sizes[] = {
        {"8", 0, 8},          {"8B", 0, 8},           {"64KiB", 0, 65536},
        {"1MiB", 0, 1048576}, {"1GiB", 0, 1 << 30},   {"0", 0, 0},
        {"1KB", -EINVAL, 0},  {"1.5KiB", -EINVAL, 0}, {"1kib", -EINVAL, 0},
        {"KiB", -EINVAL, 0},  {"2GiB", -ERANGE, 0},   {"18014398509481984KiB", -ERANGE, 0},
    };
    for (size_t i = 0; i < COUNT(times); i++) {
        uint64_t value = 7;
        int error = units_read_time(times[i].text, 0, UINT64_MAX, &value);
        if (error != times[i].error || value != (error == 0 ? times[i].value : 7))
            fail_msg("time '%s': %d, %lu", times[i].text, error, (unsigned long)value);
    }
    for (size_t i = 0; i < COUNT(sizes); i++) {
        uint64_t value = 7;
        int error = units_read_bytes(sizes[i].text, 0, 1 << 30, &value);
        if (error != sizes[i].error || value != (error == 0 ? sizes[i].value : 7))
            fail_msg("size '%s': %d, %lu", sizes[i].text, error, (unsigned long)value);
    }
}

static void test_units_written(void **state)
{
    (void)state;
    static const uint64_t times[] = {0, 1, 1500, 200000000, 90000000000, 120000000000, UINT64_MAX};
    char text[32];
    for (size_t i = 0; i < COUNT(times); i++) {
        uint64_t value = 7;
        units_write_time(times[i], text, sizeof text);
        assert_int_equal(units_read_time(text, 0, UINT64_MAX, &value), 0);
        assert_true(value == times[i]);
    }
    assert_string_equal(units_write_time(90 * NS_PER_S, text, sizeof text), "90s");
    assert_string_equal(units_write_time(0, text, sizeof text), "0s");
}

/* --- verdicts --------------------------------------------------------------------------------- */

static void say_verdict(struct board *board, pid_t pid, int32_t line_pid, char *text, size_t bytes)
{
    const struct failure nobody = {.error = 0};
    const struct verdict verdict = {
        .board = board, .workers = 2, .pid = pid, .status = SIGKILL, .rank = &nobody};
    atomic_store(&board->crashed, 1);
    atomic_store(&board->lines[1].pid, line_pid);
    assert_true(verdict_write(&verdict, text, bytes));
}

static void a_crash_is_blamed_only_on_a_thread_of_the_cell(void **state)
{
    (void)state;
    char text[VERDICT_BYTES];
    struct board *board;
    assert_int_equal(board_create(&board, NULL), 0);
    atomic_store(&board->lines[1].task, 4);
    say_verdict(board, 4711, 4711, text, sizeof text);
    assert_string_equal(text, "failed: worker 1 (pid 4711), task 4: killed by signal 9 (Killed)");
    say_verdict(board, 4711, 4712, text, sizeof text); /* a process, whose crash was survived */
    assert_non_null(strstr(text, "the cell was killed by signal 9"));
    atomic_store(&board->lines[1].task, BOARD_NO_TASK);
    atomic_store(&board->lines[BOARD_PLAIN].task, 3);
    say_verdict(board, 4711, 0, text, sizeof text);
    assert_non_null(strstr(text, "running then: task 3 in the plain loop"));
    board_close(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_help_text),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_workload_commas),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_plugin),
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_units_written),
        cmocka_unit_test(a_crash_is_blamed_only_on_a_thread_of_the_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
