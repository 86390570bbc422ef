/*
 * summarize - the summary.csv of any samples.csv: summarize SAMPLES CORES, on standard output.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/data/summary.h"

int main(int argc, char **argv)
{
    struct sample_table samples = {0};
    struct summary_table summary;
    char message[512] = "usage: summarize SAMPLES CORES";
    FILE *in = argc == 3 ? fopen(argv[1], "re") : NULL;
    if (in == NULL || sample_read(in, argv[1], &samples, NULL, message, sizeof message) != 0) {
        fprintf(stderr, "%s\n", message);
        return 1;
    }
    fclose(in);
    if (summary_make(&samples, (unsigned)atoi(argv[2]), &summary) != 0)
        return 1;
    summary_write_csv(stdout, &summary);
    summary_free(&summary);
    sample_table_free(&samples);
    return fflush(stdout) == 0 ? 0 : 1;
}
