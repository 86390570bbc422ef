/*
 * Tables: every format escapes what strangers wrote, and says what is not known.
 */
#include <errno.h>
#include <math.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "bench/present/figures.h"
#include "bench/present/grid.h"
#include "bench/present/table.h"

#define SCREEN_BYTES 16384

static const char evil[] = "<script>|a,\"b\"_{\\}&%$#^~*[`\n\033[2J\xff--x";

static struct summary make_cell(const char *backend, const char *parameters)
{
    struct summary cell = {.suite = "run",
                           .workload = "spin",
                           .parameters = parameters,
                           .backend = backend,
                           .schedule = "dynamic",
                           .chunk = 16,
                           .asked_chunk = 16,
                           .pin = "none",
                           .workers = 2,
                           .tasks = 100,
                           .samples = 20,
                           .verified = 1,
                           .median_ns = 1234567,
                           .ci_low_ns = 1200000,
                           .ci_high_ns = 1260000,
                           .ci_coverage = 0.95,
                           .speedup = 1.876,
                           .speedup_low = 1.80,
                           .speedup_high = 1.95,
                           .capacity = 1.95,
                           .capacity_efficiency = 0.962,
                           .dispatch_ns_per_task = 155.4,
                           .least_tasks = 40,
                           .most_tasks = 60,
                           .status = "ok"};
    return cell;
}

static struct summary make_failed_cell(const char *backend, const char *status)
{
    struct summary cell = make_cell(backend, "tasks=100,us=1");
    cell.samples = 0;
    cell.failed = 3;
    cell.status = status;
    for (size_t i = 0; i < SUMMARY_COLUMNS; i++)
        if (summary_columns[i].kind == COLUMN_REAL)
            memcpy((char *)&cell + summary_columns[i].offset, &(double){NAN}, sizeof(double));
    return cell;
}

/* Prints cells[count] in a format; owned by the caller. */
static char *print(struct summary cells[], size_t count, enum table_format format)
{
    struct summary_table summary = {.rows = cells, .count = count};
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(table_print(out, &summary, format), 0);
    fclose(out);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (text == NULL || strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text == NULL ? "" : text);
}

static void assert_has_not(const char *text, const char *part)
{
    if (text != NULL && strstr(text, part) != NULL)
        fail_msg("\"%s\" is in:\n%s", part, text);
}

/* A failed cell whose backend, workload, parameters and status are hostile. */
static char *print_evil(enum table_format format)
{
    struct summary cells[] = {make_cell(evil, evil), make_failed_cell(evil, evil)};
    cells[0].workload = cells[1].workload = evil;
    char *text = print(cells, 2, format);
    assert_has_not(text, "\033");
    assert_has_not(text, "\xff");
    return text;
}

/* --- figures -----------------------------------------------------------------------------------
 */

static void figures_have_three_digits(void **state)
{
    (void)state;
    static const struct {
        double ns;
        const char *text;
    } times[] = {
        {0, "0 ns"},          {0.8, "0.80 ns"},       {7, "7 ns"},
        {155.4, "155 ns"},    {999, "999 ns"},        {999.6, "1.00 us"},
        {1234, "1.23 us"},    {9996, "10.0 us"},      {99960, "100 us"},
        {999499, "999 us"},   {999500, "1.00 ms"},    {1234567, "1.23 ms"},
        {1.5e9, "1.50 s"},    {1.2345e12, "1234 s"},  {NAN, "-"},
        {-20.26, "-20.3 ns"}, {-1885.91, "-1.89 us"}, {-3, "-3 ns"},
    };
    char text[FIGURE_BYTES];
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        assert_string_equal(figure_time(times[i].ns, text, sizeof text), times[i].text);
    assert_string_equal(figure_number(1.876, text, sizeof text), "1.88");
    assert_string_equal(figure_number(12.34, text, sizeof text), "12.3");
    assert_string_equal(figure_number(NAN, text, sizeof text), "-");
    assert_string_equal(figure_percent(0.962, text, sizeof text), "96 %");
    assert_string_equal(figure_percent(0.0154, text, sizeof text), "1.5 %");
    assert_string_equal(figure_percent(-0.234, text, sizeof text), "-23 %");
    assert_string_equal(figure_percent(NAN, text, sizeof text), "-");
}

/* --- formats -----------------------------------------------------------------------------------
 */

static void formats_are_known_by_name(void **state)
{
    (void)state;
    enum table_format format;
    char message[100];
    assert_int_equal(table_format_parse("latex", &format, message, sizeof message), 0);
    assert_int_equal(format, TABLE_LATEX);
    assert_int_equal(table_format_parse("table", &format, message, sizeof message), 0);
    assert_int_equal(format, TABLE_TERMINAL);
    assert_int_equal(table_format_parse("yaml\033", &format, message, sizeof message), -EINVAL);
    assert_string_equal(
        message, "no format \"yaml?\"; there are table, csv, json, markdown, latex and html");
}

static void a_table_tells_what_matters(void **state)
{
    (void)state;
    struct summary cells[] = {make_cell("serial", "tasks=100,us=1"),
                              make_cell("shm", "tasks=100,us=1"),
                              make_failed_cell("mpi", "failed: rank 1: killed")};
    cells[1].oversubscribed = cells[1].noisy = 1;
    cells[1].ci_coverage = 0.75;
    cells[1].settings = "yield=1 copy=none";
    char *text = print(cells, 3, TABLE_TERMINAL);
    assert_has(text, "spin  tasks=100,us=1; 100 tasks of 0 B, results of 0 B\n");
    assert_has_not(text, "parameters"); /* all have the same: they stand in the heading */
    assert_has(text, "1.23 ms  2.4 %     1.88  4.0 %      1.95  96 %    155 ns  40..60  "
                     "+- covers 75 %, oversubscribed, noisy, ranks yield, no single copy\n");
    assert_has(text, "3 failed\n");
    assert_has(text, "  mpi dynamic, 2 workers: failed: rank 1: killed\n");
    assert_has_not(text, "nan");
    assert_has_not(text, "\033");
    free(text);
}

static void cells_of_one_baseline_stand_together(void **state)
{
    (void)state;
    struct summary cells[] = {make_cell("pipes", "tasks=100,us=1"), make_cell("a", "x=1"),
                              make_cell("shm", "tasks=100,us=1"), make_cell("b", ""),
                              make_cell("shm", "tasks=100,us=10")};
    cells[1].workload = cells[3].workload = "other";
    cells[3].suite = "lecture";
    char *text = print(cells, 5, TABLE_MARKDOWN);
    const char *first = strstr(text, "**spin** tasks=100,us=1; 100 tasks of 0 B, results of 0 B;");
    const char *other = strstr(text, "**other** x=1; ");
    const char *last = strstr(text, "**spin** tasks=100,us=10; ");
    assert_true(first != NULL && other != NULL && last != NULL && first < other && other < last);
    assert_true(strstr(first, "| pipes | dynamic:16 | 2 |") < other);
    assert_true(strstr(first, "| shm | dynamic:16 | 2 |") < other); /* not where it came from */
    assert_has(text, "suite lecture");
    assert_has_not(text, "| pin");
    free(text);
}

static void bindings_are_named_where_they_differ(void **state)
{
    (void)state;
    struct summary cells[] = {make_cell("pipes", "x=1"), make_cell("pipes", "x=1")};
    cells[1].pin = "compact";
    char *text = print(cells, 2, TABLE_MARKDOWN);
    assert_has(text, "| pin none |\n");
    assert_has(text, "| pin compact |\n");
    free(text);
}

static void schedules_say_what_was_handed_out(void **state)
{
    (void)state;
    static const struct {
        const char *schedule;
        struct figure_chunks chunks; /* asked for, used, share */
        const char *text;
    } cases[] = {
        {"dynamic", {16, 16, 32}, "dynamic:16"},     {"dynamic", {0, 13, 32}, "dynamic:13"},
        {"dynamic", {16, 4, 32}, "dynamic:4 of 16"}, {"dynamic", {16, 0, 32}, "dynamic:16"},
        {"dynamic", {0, 0, 32}, "dynamic"},          {"static", {0, 32, 32}, "static"},
        {"static", {0, 4, 32}, "static, by 4"},      {"static", {0, 4, 0}, "static"},
        {"per-task", {0, 0, 32}, "per-task"},
    };
    char text[FIGURE_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(figure_schedule(cases[i].schedule, &cases[i].chunks, text, sizeof text),
                            cases[i].text);
}

static void markdown_is_escaped(void **state)
{
    (void)state;
    char *text = print_evil(TABLE_MARKDOWN);
    assert_has(text, "&lt;script&gt;\\|a,\"b\"\\_{\\\\}&amp;%&#36;#^\\~\\*\\[\\` ?\\[2J?--x");
    assert_has_not(text, "<script>");
    free(text);
}

static void latex_is_escaped(void **state)
{
    (void)state;
    char *text = print_evil(TABLE_LATEX);
    assert_has(text, "\\textless{}script\\textgreater{}\\textbar{}a,\\textquotedbl{}b"
                     "\\textquotedbl{}\\_\\{\\textbackslash{}\\}\\&\\%\\$\\#"
                     "\\textasciicircum{}\\textasciitilde{}{*}{[}` ?{[}2J?-{}-x");
    assert_has(text, "\\begin{tabular}{l");
    assert_has(text, "\\bottomrule\n\\end{tabular}\n");
    free(text);
}

static void terminals_get_no_control_characters(void **state)
{
    (void)state;
    char *text = print_evil(TABLE_TERMINAL);
    for (const char *at = text; *at != '\0'; at++)
        assert_true(*at == '\n' || (*at >= ' ' && *at < 0x7f));
    assert_has(text, "<script>|a,\"b\"_{\\}&%$#^~*[` ?[2J?--x");
    free(text);
}

static void json_is_json(void **state)
{
    (void)state;
    char *text = print_evil(TABLE_JSON);
    json_t *array = json_loads(text, 0, NULL), *first, *second;
    assert_int_equal(json_array_size(array), 2);
    first = json_array_get(array, 0);
    second = json_array_get(array, 1);
    assert_int_equal(json_object_size(first), SUMMARY_COLUMNS);
    assert_string_equal(json_string_value(json_object_get(first, "backend")),
                        "<script>|a,\"b\"_{\\}&%$#^~*[` ?[2J?--x");
    assert_true(json_real_value(json_object_get(first, "median_ns")) == 1234567);
    assert_int_equal(json_integer_value(json_object_get(first, "workers")), 2);
    assert_true(json_is_null(json_object_get(second, "median_ns")));
    json_decref(array);
    free(text);
}

static void csv_has_empty_fields_for_what_is_not_known(void **state)
{
    (void)state;
    struct summary cells[] = {make_cell("shm", "a=1,b=2"), make_failed_cell("mpi", "failed: x, y")};
    char *text = print(cells, 2, TABLE_CSV);
    assert_has(text, "suite,workload,parameters,backend,schedule,chunk,workers,tasks,");
    assert_has(text, "\nrun,spin,\"a=1,b=2\",shm,dynamic,16,2,100,0,0,16,none,20,");
    assert_has(text, ",1234567,");
    assert_has(text, ",,,,");
    assert_has(text, ",\"failed: x, y\"\n");
    assert_has_not(text, "nan");
    free(text);
}

static void nothing_is_a_table_too(void **state)
{
    (void)state;
    static const char *const expected[] = {[TABLE_TERMINAL] = "",
                                           [TABLE_CSV] = "suite,",
                                           [TABLE_JSON] = "[]\n",
                                           [TABLE_MARKDOWN] = "",
                                           [TABLE_LATEX] = "\\end{tabular}\n"};
    for (size_t i = 0; i < 5; i++) {
        char *text = print(NULL, 0, (enum table_format)i);
        assert_has(text, expected[i]);
        free(text);
    }
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct summary cell = make_cell("shm", "");
    struct summary_table summary = {.rows = &cell, .count = 1};
    for (size_t i = 0; i < 5; i++) {
        FILE *out = fopen("/dev/full", "w");
        assert_non_null(out);
        setvbuf(out, NULL, _IONBF, 0);
        assert_int_equal(table_print(out, &summary, (enum table_format)i), -EIO);
        fclose(out);
    }
}

/* --- terminals ---------------------------------------------------------------------------------
 */

/* What a terminal of so many columns gets to see. */
static void show(struct summary cells[], size_t count, unsigned short columns,
                 char screen[SCREEN_BYTES])
{
    struct summary_table summary = {.rows = cells, .count = count};
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    int controller, terminal;
    size_t length = 0;
    assert_int_equal(openpty(&controller, &terminal, NULL, NULL, &size), 0);
    FILE *out = fdopen(terminal, "w");
    assert_int_equal(table_print(out, &summary, TABLE_TERMINAL), 0);
    fputs("@", out); /* the end: a terminal has none of its own */
    fflush(out);
    while (memchr(screen, '@', length) == NULL) {
        ssize_t got = read(controller, screen + length, SCREEN_BYTES - 1 - length);
        assert_true(got > 0);
        length += (size_t)got;
    }
    screen[length] = '\0';
    fclose(out);
    close(controller);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");
        longest = length > longest ? length : longest;
        text += length + (text[length] != '\0');
    }
    return longest;
}

static void a_table_fits_the_terminal(void **state)
{
    (void)state;
    char screen[SCREEN_BYTES];
    struct summary cells[] = {make_cell("serial", "tasks=100,us=1"),
                              make_cell("python-manager", "tasks=100,us=1")};
    cells[1].oversubscribed = cells[1].noisy = 1;
    setenv("NO_COLOR", "1", 1);
    static const unsigned short widths[] = {200, 120, 100, 80};
    for (size_t i = 0; i < 4; i++) {
        show(cells, 2, widths[i], screen);
        assert_true(longest_line(screen) <= widths[i]);
        assert_has(screen, "speedup");
        assert_has(screen, "1.23 ms");
    }
    assert_has(screen, "(the terminal is too narrow for: ");
    unsetenv("NO_COLOR");
}

static void colours_only_where_wanted(void **state)
{
    (void)state;
    char screen[SCREEN_BYTES];
    struct summary cells[] = {make_cell("shm", "tasks=100,us=1"),
                              make_failed_cell("mpi", "failed: x")};
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    show(cells, 2, 120, screen);
    assert_has(screen, "\033[1mspin\033[0m");
    assert_has(screen, "\033[31m");
    setenv("NO_COLOR", "1", 1);
    show(cells, 2, 120, screen);
    assert_has_not(screen, "\033");
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    show(cells, 2, 120, screen);
    assert_has_not(screen, "\033");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_have_three_digits),
        cmocka_unit_test(formats_are_known_by_name),
        cmocka_unit_test(a_table_tells_what_matters),
        cmocka_unit_test(cells_of_one_baseline_stand_together),
        cmocka_unit_test(bindings_are_named_where_they_differ),
        cmocka_unit_test(schedules_say_what_was_handed_out),
        cmocka_unit_test(markdown_is_escaped),
        cmocka_unit_test(latex_is_escaped),
        cmocka_unit_test(terminals_get_no_control_characters),
        cmocka_unit_test(json_is_json),
        cmocka_unit_test(csv_has_empty_fields_for_what_is_not_known),
        cmocka_unit_test(nothing_is_a_table_too),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(a_table_fits_the_terminal),
        cmocka_unit_test(colours_only_where_wanted),
    };
    return cmocka_run_group_tests_name("present", tests, NULL, NULL);
}
