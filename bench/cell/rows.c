#include "bench/cell/rows.h"

#include <errno.h>

int rows_open(const char *path, FILE **rows)
{
    *rows = fopen(path, "r+e");
    if (*rows == NULL)
        return -errno;
    sample_write_header(*rows);
    if (fflush(*rows) == 0)
        return 0;
    int error = -errno;
    fclose(*rows);
    return error;
}

int rows_add(FILE *rows, const struct sample *sample)
{
    sample_write(rows, sample);
    return fflush(rows) == 0 ? 0 : -errno;
}
