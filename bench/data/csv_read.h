/*
 * csv_read.h - the rows of a CSV, whoever wrote it: the one reader, of which sample_read,
 * csv_table and columns_read each make what they need.
 *
 * parbench writes UTF-8, commas, a newline behind each row, and a point in numbers. A spreadsheet
 * that has saved such a file leaves other things: a mark before UTF-8 (EF BB BF), semicolons or
 * tabs, CR or CRLF, decimal commas, quotes around everything, empty cells and empty lines at the
 * end. Those are understood. What cannot be understood for sure ends the reading with one line that
 * names the file, the line and what to do: UTF-16, the spreadsheet's own format, marks between
 * thousands, decimal commas where commas also part the fields.
 *
 *   mark, "sep=" line  ->  header: which separator  ->  libcsv: fields  ->  numbers get their point
 * ->  take
 *
 * A last row without a line end was cut off (a full disk, a run that was killed) and is dropped. In
 * a file that a spreadsheet saved it is taken if it has all its fields, for some leave the last
 * line end out; and there a row may lack fields at its end, for some leave out empty ones. Such a
 * file is known by its mark, its separator, its line ends, or its quoted header.
 */
#ifndef PARBENCH_BENCH_DATA_CSV_READ_H
#define PARBENCH_BENCH_DATA_CSV_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CSV_FIELDS_MAX 256u /* of a header */

struct csv_read {
    const char *name; /* of the file, for messages; borrowed, as all of these four lines */
    char *message;    /* message[bytes]: one line that begins with the name, after an error */
    size_t bytes;
    void *context; /* take's */
    /* Takes the header and each complete row behind it, which has as many fields. They end with the
     * call. Returns 0, or what csv_fault returned. */
    int (*take)(struct csv_read *read, char *const fields[], size_t count);

    bool header;    /* what take is given is the header */
    size_t line;    /* where it ends, from 1; 0: nowhere, the file as a whole is meant */
    size_t dropped; /* rows that were cut off: 0 or 1 */
    char separator;
    bool points, commas; /* seen in numbers so far, as marks of decimals */
};

/* Reads in to its end. It sets the fields from header on. Returns 0 (also of an empty file, without
 * a call of take) or a negative errno. No state; safe in any thread. */
int csv_read(struct csv_read *read, FILE *in);

/* For take: gives a number its decimal point, where it has a comma. What is no number stays as it
 * is. Returns 0, or says what is not sure. */
int csv_set_point(struct csv_read *read, char *field);

/* Says what is wrong at read's line. Returns error. */
int csv_fault(struct csv_read *read, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
