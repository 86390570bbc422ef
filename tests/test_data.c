/*
 * Samples: what is written can be read again, and what others wrote does no harm.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/data/sample.h"
#include "bench/data/text.h"

#define MESSAGE_BYTES 300

static const struct sample plain = {.suite = "run",
                                    .workload = "sum",
                                    .parameters = "tasks=4,n=10",
                                    .backend = "pipes",
                                    .pin = "none",
                                    .settings = "yield=1 copy=cma",
                                    .schedule = "dynamic",
                                    .chunk = 1,
                                    .workers = 2,
                                    .tasks = 4,
                                    .wall_ns = 1000,
                                    .capacity = 1.9375,
                                    .floor_ns = 2.5,
                                    .status = "ok",
                                    .verified = 1};

/* --- what tests share ------------------------------------------------------------------------ */

/* Makes a samples.csv with its header and these rows; *csv is owned by the caller. */
static void write_csv(const struct sample rows[], size_t count, char **csv, size_t *bytes)
{
    FILE *out = open_memstream(csv, bytes);
    assert_non_null(out);
    sample_write_header(out);
    for (size_t i = 0; i < count; i++)
        sample_write(out, &rows[i]);
    assert_int_equal(fclose(out), 0);
}

static int read_csv(const char *csv, size_t bytes, struct sample_table *table, size_t *dropped,
                    char message[MESSAGE_BYTES])
{
    FILE *in = bytes == 0 ? fopen("/dev/null", "r") : fmemopen((void *)(uintptr_t)csv, bytes, "r");
    assert_non_null(in);
    message[0] = '\0';
    int error = sample_read(in, "x.csv", table, dropped, message, MESSAGE_BYTES);
    fclose(in);
    return error;
}

static void assert_read_fails(const char *csv, size_t bytes, const char *expected)
{
    struct sample_table table;
    char message[MESSAGE_BYTES];
    int error = read_csv(csv, bytes, &table, NULL, message);
    if (error == 0 || strstr(message, expected) == NULL)
        fail_msg("got %d \"%s\", not \"%s\"", error, message, expected);
    assert_null(strchr(message, '\n'));
    assert_null(table.rows);
    assert_null(table.texts);
}

/* A samples.csv of one plain row in which the first `from` is replaced; owned by the caller. */
static char *plain_csv_with(const char *from, const char *to)
{
    size_t bytes, changed_bytes;
    char *csv, *changed;
    write_csv(&plain, 1, &csv, &bytes);
    const char *place = strstr(csv, from);
    assert_non_null(place);
    FILE *out = open_memstream(&changed, &changed_bytes);
    fwrite(csv, 1, (size_t)(place - csv), out);
    fprintf(out, "%s%s", to, place + strlen(from));
    fclose(out);
    free(csv);
    return changed;
}

static void assert_changed_fails(const char *from, const char *to, const char *expected)
{
    char *csv = plain_csv_with(from, to);
    assert_read_fails(csv, strlen(csv), expected);
    free(csv);
}

static void assert_equal_rows(const struct sample *left, const struct sample *right)
{
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++) {
        const char *a = (const char *)left + sample_columns[i].offset;
        const char *b = (const char *)right + sample_columns[i].offset;
        if (sample_columns[i].kind == COLUMN_TEXT)
            assert_string_equal(*(const char *const *)(const void *)a,
                                *(const char *const *)(const void *)b);
        else
            assert_memory_equal(a, b, sizeof(uint64_t));
    }
}

/* --- writing and reading back ------------------------------------------------------------------
 */

static void every_column_survives(void **state)
{
    (void)state;
    struct sample row = plain;
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++) { /* a value of its own for every number */
        uint64_t value = UINT64_MAX - i;
        if (sample_columns[i].kind == COLUMN_COUNT)
            memcpy((char *)&row + sample_columns[i].offset, &value, sizeof value);
    }
    struct sample rows[] = {row, plain};
    struct sample_table table;
    char message[MESSAGE_BYTES];
    size_t bytes, dropped;
    char *csv;
    write_csv(rows, 2, &csv, &bytes);
    assert_int_equal(read_csv(csv, bytes, &table, &dropped, message), 0);
    assert_int_equal(table.count, 2);
    assert_int_equal(dropped, 0);
    assert_equal_rows(&table.rows[0], &rows[0]);
    assert_equal_rows(&table.rows[1], &rows[1]);
    assert_ptr_equal(table.rows[0].backend, table.rows[1].backend); /* texts are shared */
    sample_table_free(&table);
    free(csv);
}

static void every_field_is_a_column(void **state)
{
    (void)state;
    size_t fields = sizeof(struct sample) / sizeof(uint64_t); /* all are 8 bytes on this machine */
    assert_int_equal(SAMPLE_COLUMNS, fields);
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
        assert_int_equal(sample_columns[i].offset, i * sizeof(uint64_t));
}

static void hostile_text_survives(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a \"quoted\" word",
        "a, b",
        "\"",
        "\"\"",
        ",",
        "two\nlines",
        "\n",
        " spaces ",
        "",
        "<script>alert('x')</script>",
        "\\textbf{50 %} & $x_1$",
        "=cmd|'/c calc'!A0",
        "gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x98\x80",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sample row = plain;
        row.status = row.suite = texts[i];
        struct sample_table table;
        char message[MESSAGE_BYTES];
        size_t bytes;
        char *csv;
        write_csv(&row, 1, &csv, &bytes);
        assert_int_equal(read_csv(csv, bytes, &table, NULL, message), 0);
        assert_int_equal(table.count, 1);
        assert_string_equal(table.rows[0].status, texts[i]);
        assert_string_equal(table.rows[0].suite, texts[i]);
        sample_table_free(&table);
        free(csv);
    }
}

static void control_characters_are_harmless(void **state)
{
    (void)state;
    struct sample row = plain;
    size_t bytes;
    row.status = "a\033[2Jb\tc\rd\x7f\xff\xc2\x9b"
                 "e\xed\xa0\x80";
    char *csv;
    write_csv(&row, 1, &csv, &bytes);
    assert_non_null(strstr(csv, ",a?[2Jb c d????e???,"));
    for (size_t i = 0; i < bytes; i++)
        assert_true((csv[i] >= ' ' && csv[i] < 0x7f) || csv[i] == '\n');
    free(csv);
}

static void needless_quotes_are_not_written(void **state)
{
    (void)state;
    size_t bytes;
    char *csv;
    write_csv(&plain, 1, &csv, &bytes);
    assert_non_null(strstr(csv, "\nrun,sum,\"tasks=4,n=10\",pipes,dynamic,1,2,4,"));
    free(csv);
}

static void well_formed_text(void **state)
{
    (void)state;
    char text[16];
    assert_int_equal(text_character(""), 0);
    assert_int_equal(text_character("a"), 1);
    assert_int_equal(text_character("\xc3\xa9"), 2);
    assert_int_equal(text_character("\xe2\x82\xac"), 3);
    assert_int_equal(text_character("\xf0\x9f\x98\x80"), 4);
    assert_int_equal(text_character("\xc0\xaf"), 0); /* too long for its value */
    assert_int_equal(text_character("\xe0\x80\xaf"), 0);
    assert_int_equal(text_character("\xed\xa0\x80"), 0);     /* a surrogate */
    assert_int_equal(text_character("\xf4\x90\x80\x80"), 0); /* beyond Unicode */
    assert_int_equal(text_character("\xe2\x82"), 0);         /* cut off */
    assert_int_equal(text_character("\xc2\x85"), 0);         /* a control character */
    assert_string_equal(text_brief("short", text, sizeof text), "short");
    assert_string_equal(text_brief("exactly 15 byte", text, sizeof text), "exactly 15 byte");
    assert_string_equal(text_brief("more than 15 bytes", text, sizeof text), "more than 15...");
    assert_string_equal(text_brief("more than 1\xc3\xa9 bytes", text, sizeof text),
                        "more than 1...");
}

/* --- reading what others wrote -----------------------------------------------------------------
 */

static void order_and_other_columns_do_not_matter(void **state)
{
    (void)state;
    struct sample_table table;
    char message[MESSAGE_BYTES];
    char *csv = NULL;
    size_t bytes;
    FILE *out = open_memstream(&csv, &bytes);
    fputs("\xef\xbb\xbf"
          "colour",
          out); /* a byte order mark, and a column of someone else */
    for (size_t i = SAMPLE_COLUMNS; i-- > 0;)
        if (!sample_columns[i].optional)
            fprintf(out, ",%s", sample_columns[i].name);
    fputs("\r\n\r\nred", out);
    for (size_t i = SAMPLE_COLUMNS; i-- > 0;)
        if (!sample_columns[i].optional)
            fputs(sample_columns[i].kind == COLUMN_TEXT ? ",\"t\"" : ", 0007 ", out);
    fputs("\r\n", out);
    fclose(out);
    assert_int_equal(read_csv(csv, bytes, &table, NULL, message), 0);
    assert_int_equal(table.count, 1);
    assert_string_equal(table.rows[0].suite, "t");
    assert_int_equal(table.rows[0].wall_ns, 7);
    assert_int_equal(table.rows[0].warmups, 0);
    assert_int_equal(table.rows[0].asked_chunk, 7); /* what an older file says of chunk */
    assert_false(table.asked);
    assert_string_equal(sample_pin(&table.rows[0]), "none");
    sample_table_free(&table);
    free(csv);
}

static void a_row_cut_off_is_dropped(void **state)
{
    (void)state;
    struct sample rows[] = {plain, plain};
    rows[1].status = "failed: \"two\nlines\", one word";
    size_t bytes, header_bytes, first_bytes;
    char *csv;
    write_csv(rows, 0, &csv, &header_bytes);
    free(csv);
    write_csv(rows, 1, &csv, &first_bytes);
    free(csv);
    write_csv(rows, 2, &csv, &bytes);
    for (size_t cut = header_bytes; cut <= bytes; cut++) {
        struct sample_table table;
        char message[MESSAGE_BYTES];
        size_t dropped, rows_left = cut == bytes ? 2 : cut >= first_bytes ? 1 : 0;
        bool whole = cut == bytes || cut == first_bytes || cut == header_bytes;
        assert_int_equal(read_csv(csv, cut, &table, &dropped, message), 0);
        assert_int_equal(table.count, rows_left);
        assert_int_equal(dropped, whole ? 0 : 1);
        sample_table_free(&table);
    }
    for (size_t cut = 0; cut < header_bytes; cut++)
        assert_read_fails(csv, cut, "x.csv: no header line");
    free(csv);
}

static void faults_are_named(void **state)
{
    (void)state;
    assert_read_fails("", 0, "x.csv: no header line; a samples.csv of parbench begins with");
    assert_read_fails("\n\n", 2, "no header line");
    assert_read_fails("name;age\nx;3\n", 13, "x.csv, line 1: no column suite; the first line");
    assert_read_fails("\x7f"
                      "ELF\n",
                      5, "no column suite");
    assert_changed_fails(",wall_ns", "", "line 1: no column wall_ns");
    assert_changed_fails(",wall_ns", ",wall_ns,wall_ns", "line 1: the column wall_ns stands twice");
    assert_changed_fails(",1000,", ",1e3,",
                         "line 2: wall_ns is \"1e3\", but must be a whole number");
    assert_changed_fails(",1000,", ",,", "line 2: wall_ns is \"\"");
    assert_changed_fails(",1000,", ",-1,", "line 2: wall_ns is \"-1\"");
    assert_changed_fails(",1000,", ",0x10,", "wall_ns is \"0x10\"");
    assert_changed_fails(",1000,", ",18446744073709551616,", "wall_ns is \"18446744073709551616\"");
    assert_changed_fails(",1000,", ",99999999999999999999999999999999999999999999999999,", "...\"");
    assert_changed_fails(",1.9375,", ",much,", "line 2: capacity is \"much\"");
    assert_changed_fails(",1.9375,", ",inf,", "line 2: capacity is \"inf\"");
    assert_changed_fails(",1.9375,", ",1e999,", "line 2: capacity is \"1e999\"");
    char expected[64], *csv = plain_csv_with("run,", "run,"), *longer;
    snprintf(expected, sizeof expected, "line 2: more than %d fields", SAMPLE_COLUMNS);
    assert_true(asprintf(&longer, "%.*s,0\n", (int)strlen(csv) - 1, csv) > 0);
    assert_read_fails(longer, strlen(longer), expected);
    free(longer);
    snprintf(expected, sizeof expected, "line 2: %d fields, but its header has %d",
             SAMPLE_COLUMNS - 1, SAMPLE_COLUMNS);
    memcpy(strrchr(csv, ','), "\n", 2);
    assert_read_fails(csv, strlen(csv), expected);
    free(csv);
    assert_changed_fails("pipes", "pi\"pes", "line 2: a quote in the middle of a field");
    assert_changed_fails("pipes", "\"pi\"pes", "line 2: a quote in the middle of a field");
    snprintf(expected, sizeof expected, "line 2: 13 fields, but its header has %d", SAMPLE_COLUMNS);
    assert_changed_fails(",1000,", ",7\n\n\n8,", expected);
}

static void wild_bytes_are_named(void **state)
{
    (void)state;
    char *csv = plain_csv_with("pipes", "pi!es");
    *strchr(csv, '!') = '\0';
    size_t bytes = strlen(csv) + 1 + strlen(csv + strlen(csv) + 1);
    assert_read_fails(csv, bytes, "line 2: a NUL byte");
    free(csv);
    assert_changed_fails(",1000,", ",\033]0;title\007,", "wall_ns is \"?]0;title?\"");
}

static void huge_input_is_refused(void **state)
{
    (void)state;
    size_t bytes = 1u << 20;
    char *text = malloc(bytes);
    memset(text, 'a', bytes);
    assert_read_fails(text, bytes, "a field of more than 65536 bytes");
    text[0] = '"';
    assert_read_fails(text, bytes, "a field of more than 65536 bytes");
    memset(text, ',', bytes);
    assert_read_fails(text, bytes, "more than 256 fields");
    memset(text, '\n', bytes);
    assert_read_fails(text, bytes, "no header line");
    free(text);
}

static void an_unreadable_file_is_an_error(void **state)
{
    (void)state;
    struct sample_table table;
    char message[MESSAGE_BYTES];
    FILE *in = fopen("/", "r"); /* opens, but a directory can't be read */
    assert_non_null(in);
    assert_int_equal(sample_read(in, "x.csv", &table, NULL, message, sizeof message), -EISDIR);
    assert_non_null(strstr(message, "Is a directory"));
    fclose(in);
}

/* Whatever is changed in a CSV, reading ends with rows or with a message. */
static void random_changes_do_no_harm(void **state)
{
    (void)state;
    struct sample rows[] = {plain, plain, plain};
    static const char bytes_to_try[] = "\",\n\r\0x9-\xff ";
    size_t bytes;
    rows[1].status = "failed: \"a\nb\", c";
    char *csv;
    write_csv(rows, 3, &csv, &bytes);
    char *changed = malloc(bytes);
    uint32_t random = 1;
    for (int i = 0; i < 20000; i++) {
        memcpy(changed, csv, bytes);
        for (int j = 0; j < 1 + i % 3; j++) {
            random = random * 1664525u + 1013904223u; /* Numerical Recipes 7.1 */
            changed[(random >> 8) % bytes] =
                bytes_to_try[(random >> 4) % (sizeof bytes_to_try - 1)];
        }
        struct sample_table table;
        char message[MESSAGE_BYTES];
        int error = read_csv(changed, bytes, &table, NULL, message);
        assert_true(error == 0 || strncmp(message, "x.csv", 5) == 0);
        sample_table_free(&table);
    }
    free(changed);
    free(csv);
}

static void tables_can_be_joined(void **state)
{
    (void)state;
    struct sample_table whole = {0}, part;
    char message[MESSAGE_BYTES];
    size_t bytes;
    char *csv;
    write_csv(&plain, 1, &csv, &bytes);
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(read_csv(csv, bytes, &part, NULL, message), 0);
        assert_int_equal(sample_table_append(&whole, &part), 0);
        assert_int_equal(whole.count, i);
        assert_null(part.rows);
        assert_int_equal(part.count + part.text_count, 0);
    }
    assert_int_equal(sample_table_append(&whole, &part), 0); /* nothing at all */
    assert_int_equal(whole.count, 3);
    assert_equal_rows(&whole.rows[0], &whole.rows[2]);
    sample_table_free(&whole);
    free(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_survives),
        cmocka_unit_test(every_field_is_a_column),
        cmocka_unit_test(hostile_text_survives),
        cmocka_unit_test(control_characters_are_harmless),
        cmocka_unit_test(needless_quotes_are_not_written),
        cmocka_unit_test(well_formed_text),
        cmocka_unit_test(order_and_other_columns_do_not_matter),
        cmocka_unit_test(a_row_cut_off_is_dropped),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(wild_bytes_are_named),
        cmocka_unit_test(huge_input_is_refused),
        cmocka_unit_test(an_unreadable_file_is_an_error),
        cmocka_unit_test(random_changes_do_no_harm),
        cmocka_unit_test(tables_can_be_joined),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
