/*
 * pool.c - multiprocessing.Pool of Python, from the call to its first result, and to its end.
 *
 * An interpreter of our own takes the samples (bench/python/pool_start.py) and lasts as long as
 * they do, as the program of a user would: its start is a row of its own. With fork the workers are
 * copies of it; with spawn each is a new interpreter that imports the program again.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/launch/describe.h"
#include "bench/spawn/tool/way.h"
#include "common/clock.h"
#include "common/io.h"

#define END_LIMIT_NS   (5 * NS_PER_S)
#define NOT_EXECUTABLE 127

struct helper {
    const struct stage *stage;
    int input, output; /* to become its standard ones */
};

static int execute(void *argument)
{
    const struct helper *helper = argument;
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/python/pool_start.py", helper->stage->library);
    if (dup2(helper->input, STDIN_FILENO) < 0 || dup2(helper->output, STDOUT_FILENO) < 0)
        return NOT_EXECUTABLE;
    execl(helper->stage->python, helper->stage->python, PYTHON_FLAGS, path,
          helper->stage->condition, (char *)NULL);
    return NOT_EXECUTABLE;
}

int pool_prepare(struct stage *stage)
{
    int orders[2] = {-1, -1}, answers[2] = {-1, -1};
    int error = python_prepare(stage);
    if (error == 0)
        error = io_pipe(orders);
    if (error == 0)
        error = io_pipe(answers);
    struct helper helper = {.stage = stage, .input = orders[0], .output = answers[1]};
    if (error == 0)
        error = child_start(&stage->helper, execute, &helper);
    io_close(&orders[0]);
    io_close(&answers[1]);
    stage->ask = orders[1];
    stage->answer = answers[0];
    return error;
}

/* One letter, and an answer of so many bytes. */
static int ask(struct stage *stage, char order, void *answer, size_t bytes)
{
    int error = io_write(stage->ask, &order, 1, IO_FOREVER);
    if (error == 0)
        error = io_read(stage->answer, answer, bytes, IO_FOREVER);
    if (error == 0)
        return 0;
    snprintf(stage->why, sizeof stage->why, "the interpreter ended within a sample");
    return -EPROTO;
}

int pool_sample(struct stage *stage)
{
    return ask(stage, 's', stage->moments, sizeof *stage->moments);
}

int pool_weigh(struct stage *stage, struct footprint *worker)
{
    double kib[2] = {0};
    int error = ask(stage, 'w', kib, sizeof kib);
    *worker = (struct footprint){.pss_kib = kib[0], .uss_kib = kib[1]};
    return error;
}

int pool_finish(struct stage *stage)
{
    io_close(&stage->ask); /* the end of its orders */
    io_close(&stage->answer);
    if (stage->helper.pid == 0)
        return 0;
    int error = child_wait(&stage->helper, clock_deadline(END_LIMIT_NS), NULL);
    child_end(&stage->helper);
    return error;
}
