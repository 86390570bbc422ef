/*
 * test_rows.c - the rows' file only grows, so a cell that is killed at any moment, also while it
 * ends, leaves complete rows of which none contradicts another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cell/rows.h"

#define ROWS 20

static const struct sample model = {.suite = "test",
                                    .workload = "sum",
                                    .parameters = "tasks=4,n=1",
                                    .backend = "pipes",
                                    .schedule = "dynamic",
                                    .status = "ok",
                                    .pin = "none",
                                    .verified = 1};

/* All that is in the file; the caller frees it. */
static char *content(int fd, size_t *bytes)
{
    struct stat about;
    assert_int_equal(fstat(fd, &about), 0);
    *bytes = (size_t)about.st_size;
    char *text = malloc(*bytes + 1);
    assert_non_null(text);
    assert_int_equal(pread(fd, text, *bytes, 0), *bytes);
    return text;
}

/* Any prefix of the file is what a death would have left: it must read as its complete rows. */
static void reads_cut_off(const char *text, size_t bytes)
{
    size_t lines = 0;
    for (size_t cut = 1; cut <= bytes; cut++) {
        struct sample_table table;
        char message[256];
        lines += text[cut - 1] == '\n';
        if (lines == 0)
            continue; /* of the header: then nothing was measured */
        FILE *file = fmemopen((char *)text, cut, "r"); /* only read from */
        assert_int_equal(sample_read(file, "rows", &table, NULL, message, sizeof message), 0);
        assert_int_equal(table.count, lines - 1);
        for (size_t i = 0; i < table.count; i++)
            assert_int_equal(table.rows[i].repetition, i);
        sample_table_free(&table);
        fclose(file);
    }
}

static void the_file_only_grows(void **state)
{
    char path[64], *before, *after;
    size_t length, longer;
    FILE *rows;
    (void)state;
    int fd = memfd_create("rows", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert_int_equal(rows_open(path, &rows), 0);
    before = content(fd, &length);
    for (uint64_t i = 0; i <= ROWS; i++) {
        struct sample sample = model;
        sample.repetition = i;
        if (i < ROWS)
            assert_int_equal(rows_add(rows, &sample), 0);
        else
            fclose(rows);
        after = content(fd, &longer);
        assert_true(i < ROWS ? longer > length : longer == length);
        assert_memory_equal(before, after, length);
        free(before);
        before = after;
        length = longer;
    }
    reads_cut_off(before, length);
    free(before);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_file_only_grows)};
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
