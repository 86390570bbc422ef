#include "bench/cell/run.h"

#include <stdio.h>
#include <string.h>

#include "common/crash.h"
#include "common/io.h"

#define MESSAGE_BYTES 512

enum measure_outcome run_cell(const struct arguments *arguments, const struct backend *backend)
{
    char message[MESSAGE_BYTES];
    struct work *work;
    struct board *board;

    if (work_open(arguments->workload, &work, message, sizeof message) != 0) {
        fprintf(stderr, "%s\n", message);
        return MEASURE_USAGE;
    }
    enum measure_outcome outcome = MEASURE_USAGE;
    int error = board_open(arguments->board, &board);
    if (error != 0) {
        fprintf(stderr, "cannot open the board: %s\n", strerror(-error));
        goto out;
    }
    crash_watch(board);
    io_raise_limit();
    outcome = measure_cell(arguments, backend, work, board);
    board_close(board);
out:
    work_close(work);
    return outcome;
}
