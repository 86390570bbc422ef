/*
 * The one reader of CSVs: what spreadsheets leave is understood, what is not sure is refused in a
 * line with its place.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/data/columns_read.h"
#include "bench/data/csv_table.h"
#include "bench/data/out_file.h"

#define MESSAGE_BYTES 300
#define MARK          "\xef\xbb\xbf"
#define COUNT(array)  (sizeof(array) / sizeof(array)[0])

static int read_text(const char *text, size_t bytes, struct csv_table *table,
                     char message[MESSAGE_BYTES])
{
    FILE *in = bytes == 0 ? fopen("/dev/null", "r") : fmemopen((void *)(uintptr_t)text, bytes, "r");
    assert_non_null(in);
    message[0] = '\0';
    int error = csv_table_read(in, "x.csv", table, message, MESSAGE_BYTES);
    fclose(in);
    return error;
}

/* All of these are the same table of two rows. */
static const char *const same[] = {
    "name,a,b\nx,1.5,2\n\"y, z\",-0.25,\n",      /* as parbench writes it */
    MARK "name,a,b\nx,1.5,2\n\"y, z\",-0.25,\n", /* a mark before UTF-8 */
    MARK "\"name\",\"a\",\"b\"\n\"x\",\"1.5\",\"2\"\n\"y, z\",\"-0.25\",\"\"\n",
    "name;a;b\nx;1,5;2\ny, z;-0,25;\n",           /* semicolons, decimal commas */
    "name;a;b\nx;1.5;2\ny, z;-0.25;\n",           /* semicolons, decimal points */
    "name;a;b\nx;1,5E+00;2\ny, z;-2,5E-01;\n",    /* scientific */
    "name\ta\tb\nx\t1,5\t2\ny, z\t-0,25\t\n",     /* tabs */
    "name|a|b\nx|1.5|2\ny, z|-0.25|\n",           /* bars */
    "name,a,b\r\nx,1.5,2\r\n\"y, z\",-0.25,\r\n", /* CRLF */
    "name,a,b\rx,1.5,2\r\"y, z\",-0.25,\r",       /* CR */
    "\"name\",\"a\",\"b\"\n\"x\",\"1.5\",\"2\"\n\"y, z\",\"-0.25\",\"\"\n", /* quotes everywhere */
    "\"name\";\"a\";\"b\"\r\n\"x\";\"1,5\";\"2\"\r\n\"y, z\";\"-0,25\";\"\"\r\n",
    "sep=;\r\nname;a;b\r\nx;1,5;2\r\ny, z;-0,25;\r\n", /* says its separator */
    MARK "sep=,\nname,a,b\nx,1.5,2\n\"y, z\",-0.25,\n",
    "name,a,b,,,\nx,1.5,2,,,\n\"y, z\",-0.25,,,,\n",       /* empty columns at the end */
    "name,a,b\nx,1.5,2,,,\n\"y, z\",-0.25,,,,\n",          /* only in the rows */
    "name;a;b\r\nx;1,5;2\r\ny, z;-0,25\r\n",               /* an empty cell left out */
    "name,a,b\nx,1.5,2\n\"y, z\",-0.25,\n,,\n,,,,,\n\n\n", /* empty lines at the end */
    "\n\r\n,,\nname,a,b\n\nx,1.5,2\n\n\"y, z\",-0.25,\n",  /* and elsewhere */
    "name;a;b\r\nx;1,5;2\r\ny, z;-0,25;",                  /* no end of the last line */
    "name,a,b\r\nx,1.5,2\r\n\"y, z\",-0.25,\"\"",
    "b,name,a\n2,x,1.5\n,\"y, z\",-0.25\n",         /* columns in another order */
    "else;b;name;a\nq;2;x;1,5\nq;;y, z;-0,25\n",    /* and one more */
    "name , a ,b\nx , 1.5 ,2\n \"y, z\" ,-0.25,\n", /* blanks around fields */
};

static void spreadsheets_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(same); i++) {
        struct csv_table table;
        char message[MESSAGE_BYTES];
        if (read_text(same[i], strlen(same[i]), &table, message) != 0)
            fail_msg("%s\nsays %s", same[i], message);
        if (table.rows != 2 || table.dropped != 0 || csv_table_number(&table, 0, "a") != 1.5 ||
            csv_table_number(&table, 1, "a") != -0.25)
            fail_msg("misread: %s", same[i]);
        assert_string_equal(csv_table_text(&table, 0, "name"), "x");
        assert_string_equal(csv_table_text(&table, 1, "name"), "y, z");
        assert_true(csv_table_number(&table, 0, "b") == 2);
        assert_true(isnan(csv_table_number(&table, 1, "b")));
        assert_string_equal(csv_table_text(&table, 1, "b"), "");
        csv_table_free(&table);
    }
}

#define TEXT(text) text, sizeof(text) - 1

static const struct {
    const char *text;
    size_t bytes;
    const char *message;
} refused[] = {
    {TEXT(""), "x.csv: it is empty: no header line"},
    {TEXT("\n\n,,\n"), "x.csv: it is empty: no header line"},
    {TEXT("\xff\xfe"
          "a\0,\0b\0\n\0"),
     "x.csv: it is UTF-16: save it as CSV in UTF-8"},
    {TEXT("\xfe\xff"
          "\0a\0,\0b\0\n"),
     "x.csv: it is UTF-16: save it as CSV in UTF-8"},
    {TEXT("a\0,\0b\0\n\0"), "x.csv: it is UTF-16: save it as CSV in UTF-8"},
    {TEXT("\0a\0,\0b\0\n"), "x.csv: it is UTF-16: save it as CSV in UTF-8"},
    {TEXT("PK\x03\x04..."),
     "x.csv: it is a spreadsheet (xlsx, ods) or another archive: save it as"},
    {TEXT("\xd0\xcf\x11\xe0..."), "x.csv: it is a spreadsheet (xls): save it as CSV in UTF-8"},
    {TEXT("\x1f\x8b..."), "x.csv: it is compressed"},
    {TEXT("a,b\n1,2\n3\0,4\n"), "x.csv, line 3: a NUL byte"},
    {TEXT("a,b\n1,2\n3\n"), "x.csv, line 3: 1 fields, but its header has 2"},
    {TEXT("a,b\r\n1,2\r\n\r\n3,4,5\r\n"), "x.csv, line 4: more than 2 fields, but its header has"},
    {TEXT("a,b\r1,2\r3,4,5\r"), "x.csv, line 3: more than 2 fields"},
    {TEXT("a;b\n1;2\n1.234.567;2\n"),
     "x.csv, line 3: \"1.234.567\" has marks between its thousands"},
    {TEXT("a;b\n1;2\n1.234,5;2\n"), "x.csv, line 3: \"1.234,5\" has marks between its thousands"},
    {TEXT("a,b\n1,\"1,234.5\"\n"), "x.csv, line 2: \"1,234.5\" has marks between its thousands"},
    {TEXT("a;b\n1'234;2\n"), "line 2: \"1'234\" has marks between its thousands"},
    {TEXT("a;b\n1\xc2\xa0"
          "234,5;2\n"),
     "line 2: \"1\xc2\xa0"
     "234,5\" has marks between its"},
    {TEXT("a,b\n1,\"1,97\"\n"), "x.csv, line 2: \"1,97\" has a decimal comma, and commas part"},
    {TEXT("a;b\n1,5;2\n1.234;2\n"),
     "x.csv, line 3: \"1.234\" has a point, where other numbers have"},
    {TEXT("a;b\n1.5;2\n1,234;2\n"),
     "x.csv, line 3: \"1,234\" has a comma, where other numbers have"},
    {TEXT("a,b\nx\"y,2\n"), "x.csv, line 2: a quote in the middle of a field"},
};

static void what_is_not_sure_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct csv_table table;
        char message[MESSAGE_BYTES];
        int error = read_text(refused[i].text, refused[i].bytes, &table, message);
        if (error != -EINVAL || strstr(message, refused[i].message) == NULL)
            fail_msg("got %d \"%s\", not \"%s\"", error, message, refused[i].message);
        assert_null(strchr(message, '\n'));
        assert_null(table.fields);
    }
}

/* A list of cores is no number. */
static void pins_are_texts(void **state)
{
    (void)state;
    static const char *const pins[] = {"pin,a\n\"0,2\",1.5\n\"0,1,2\",2\n",
                                       "pin;a\r\n0,2;1,5\r\n0,1,2;2\r\n"};
    for (size_t i = 0; i < COUNT(pins); i++) {
        struct csv_table table;
        char message[MESSAGE_BYTES];
        assert_int_equal(read_text(pins[i], strlen(pins[i]), &table, message), 0);
        assert_string_equal(csv_table_text(&table, 0, "pin"), "0,2");
        assert_string_equal(csv_table_text(&table, 1, "pin"), "0,1,2");
        assert_true(csv_table_number(&table, 0, "a") == 1.5);
        csv_table_free(&table);
    }
}

static void texts_are_left_alone(void **state)
{
    (void)state;
    static const char text[] = "name;version;list\nfailed: 1,5;v1.2.3;1, 2 and 3\n1,5 ms;2.;a,b\n";
    struct csv_table table;
    char message[MESSAGE_BYTES];
    assert_int_equal(read_text(text, strlen(text), &table, message), 0);
    assert_string_equal(csv_table_text(&table, 0, "name"), "failed: 1,5");
    assert_string_equal(csv_table_text(&table, 0, "version"), "v1.2.3");
    assert_string_equal(csv_table_text(&table, 0, "list"), "1, 2 and 3");
    assert_string_equal(csv_table_text(&table, 1, "name"), "1,5 ms");
    csv_table_free(&table);
}

/* What parbench was killed over, not what a spreadsheet saved. */
static void a_row_cut_off_is_counted(void **state)
{
    (void)state;
    static const char *const cut[] = {"a,b\n1,2\n3,4", "a,b\n1,2\n3", "a,b\n1,2\n\"3",
                                      "a;b\r\n1;2\r\n3"};
    for (size_t i = 0; i < COUNT(cut); i++) {
        struct csv_table table;
        char message[MESSAGE_BYTES];
        assert_int_equal(read_text(cut[i], strlen(cut[i]), &table, message), 0);
        assert_int_equal(table.rows, 1);
        assert_int_equal(table.dropped, 1);
        csv_table_free(&table);
    }
}

/* --- records
 * -------------------------------------------------------------------------------------- */

struct pair {
    const char *name;
    double value;
};

static const struct column pair_columns[] = {COLUMN(pair, name, COLUMN_TEXT),
                                             COLUMN(pair, value, COLUMN_REAL)};

static int take_pair(const void *record, void *context)
{
    const struct pair *pair = record;
    double *sum = context;
    *sum += pair->value;
    return strcmp(pair->name, "stop") == 0 ? -ECANCELED : 0;
}

static int read_pairs(const char *text, double *sum, char message[MESSAGE_BYTES])
{
    struct pair pair = {0};
    const struct columns_reader reader = {pair_columns, COUNT(pair_columns), &pair, take_pair, sum};
    FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(in);
    *sum = 0;
    *message = '\0';
    int error = columns_read(in, &reader, message, MESSAGE_BYTES);
    fclose(in);
    return error;
}

static void records_are_read(void **state)
{
    (void)state;
    double sum;
    char message[MESSAGE_BYTES];
    assert_int_equal(read_pairs("name,value\na,1.5\n\"b, c\",2\nd,9", &sum, message), 0);
    assert_true(sum == 3.5); /* the last one was cut off */
    assert_int_equal(read_pairs("value,name\n1.5,a\n", &sum, message), -EINVAL);
    assert_non_null(strstr(message, "line 1"));
    assert_int_equal(read_pairs("name,value\na,1\nb,much\n", &sum, message), -EINVAL);
    assert_non_null(strstr(message, "line 3"));
    assert_int_equal(read_pairs("name,value\nstop,1\nb,2\n", &sum, message), -ECANCELED);
    assert_true(sum == 1);
    assert_true(*message != '\0');
}

/* --- files that are written
 * ----------------------------------------------------------------------- */

static int write_word(FILE *out, const void *word)
{
    return fputs(word, out) < 0 ? -EIO : 0;
}

static int fail_midway(FILE *out, const void *word)
{
    fputs(word, out);
    return -ENOMEM;
}

static void a_file_is_replaced_whole(void **state)
{
    (void)state;
    char directory[] = "/tmp/parbench-csv-XXXXXX", path[64], link[64], text[16] = "",
         message[MESSAGE_BYTES] = "";
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/file", directory);
    snprintf(link, sizeof link, "%s/link", directory);
    assert_int_equal(symlink("file", link), 0);
    assert_int_equal(out_file_replace(path, write_word, "one", message, sizeof message), 0);
    assert_int_equal(out_file_replace(path, fail_midway, "half", message, sizeof message), -ENOMEM);
    assert_non_null(strstr(message, path));
    assert_int_equal(out_file_replace(link, write_word, "two", message, sizeof message), 0);
    FILE *in = fopen(path, "r"); /* which the link led to */
    assert_non_null(in);
    assert_non_null(fgets(text, sizeof text, in));
    fclose(in);
    assert_string_equal(text, "two");
    *message = '\0';
    assert_int_equal(out_file_replace("/dev/full", write_word, "x", message, sizeof message),
                     -ENOSPC);
    assert_string_equal(message, "cannot write all of /dev/full: No space left on device");
    assert_int_equal(unlink(link), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0); /* no draft is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spreadsheets_are_understood),
        cmocka_unit_test(what_is_not_sure_is_refused),
        cmocka_unit_test(texts_are_left_alone),
        cmocka_unit_test(pins_are_texts),
        cmocka_unit_test(a_row_cut_off_is_counted),
        cmocka_unit_test(records_are_read),
        cmocka_unit_test(a_file_is_replaced_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
