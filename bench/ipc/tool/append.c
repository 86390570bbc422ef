/*
 * append - what one append to a manager's list takes: to ours and to Python's, in turns.
 *
 *     append --python INTERPRETER --budget-ns N --output FILE
 *
 * Line 8 of the lecture's example 25.1: the list is in a process of its own, the item is a pair of
 * a worker and its total, and a proxy sends it over a Unix socket and waits until it is in. A batch
 * by our proxy, a batch by Python's (bench/python/manager_append.py), until the time is spent; two
 * rows of ipc_starts.csv's form, ours first. bench ipc --check starts it.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/data/statistics.h"
#include "bench/ipc/row.h"
#include "bench/launch/describe.h"
#include "common/child.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/starter.h"
#include "manager/proxy.h"
#include "manager/server.h"

#define BATCH          100u /* appends */
#define BATCHES_MOST   200u
#define BATCHES_LEAST  3u
#define LIST_BYTES     ((size_t)1 << 20)
#define ANSWER_NS      (5 * NS_PER_S) /* for one of our appends */
#define NOT_EXECUTABLE 127

enum { EXIT_WRITTEN = 0, EXIT_NOT_WRITTEN = 1, EXIT_USAGE = 2 };

struct pair { /* the lecture's item */
    uint64_t worker, total;
};

struct contest {
    const char *python;
    struct child server, helper; /* our manager; the program that has Python's */
    struct proxy proxy;
    uint32_t list;
    int orders[2], answers[2]; /* to the helper, from it */
    double own_ns[BATCHES_MOST], python_ns[BATCHES_MOST]; /* an append, by batch */
    size_t batches;
};

/* --- Python's ----------------------------------------------------------------------------------- */

static int execute(void *argument)
{
    const struct contest *contest = argument;
    char self[PATH_MAX], script[PATH_MAX + 32];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    snprintf(script, sizeof script, "%s/python/manager_append.py", dirname(self));
    if (dup2(contest->orders[0], STDIN_FILENO) < 0 || dup2(contest->answers[1], STDOUT_FILENO) < 0)
        return NOT_EXECUTABLE;
    execl(contest->python, contest->python, PYTHON_FLAGS, script, (char *)NULL);
    return NOT_EXECUTABLE;
}

static int start_python(struct contest *contest)
{
    int error = io_pipe(contest->orders);
    if (error == 0)
        error = io_pipe(contest->answers);
    if (error == 0)
        error = child_start(&contest->helper, execute, contest);
    io_close(&contest->orders[0]);
    io_close(&contest->answers[1]);
    return error;
}

static int append_python(struct contest *contest, double *each_ns)
{
    const uint32_t count = BATCH;
    uint64_t taken_ns = 0;
    int error = io_write(contest->orders[1], &count, sizeof count, IO_FOREVER);
    if (error == 0)
        error = io_read(contest->answers[0], &taken_ns, sizeof taken_ns, IO_FOREVER);
    *each_ns = (double)taken_ns / BATCH;
    return error;
}

/* --- ours --------------------------------------------------------------------------------------- */

static int start_own(struct contest *contest)
{
    const struct server_settings settings = {
        .most_clients = 1, .most_bytes = LIST_BYTES, .limits = SERVER_LIMITS};
    struct address address;
    address_unix(&address);
    int error = server_start(&contest->server, &address, &settings);
    if (error == 0)
        error = proxy_open(&contest->proxy, &address, NULL, ANSWER_NS);
    if (error == 0)
        error = proxy_object(&contest->proxy, MANAGER_LIST, "results", &contest->list);
    return error;
}

static int append_own(struct contest *contest, double *each_ns)
{
    struct pair pair = {0, 1999999000000};
    size_t length = 0;
    int error = 0;
    uint64_t begin_ns = clock_ns();
    for (pair.worker = 0; pair.worker < BATCH && error == 0; pair.worker++)
        error = proxy_append(&contest->proxy, contest->list, &pair, sizeof pair, &length);
    *each_ns = (double)(clock_ns() - begin_ns) / BATCH;
    if (error == 0 && length != BATCH)
        error = -EPROTO;
    return error != 0 ? error : proxy_clear(&contest->proxy, contest->list);
}

/* --- in turns ----------------------------------------------------------------------------------- */

static int take_turns(struct contest *contest, uint64_t budget_ns)
{
    double warm_ns;
    int error = append_own(contest, &warm_ns);
    if (error == 0)
        error = append_python(contest, &warm_ns);
    uint64_t end_ns = clock_deadline(budget_ns);
    size_t *done = &contest->batches;
    while (error == 0 && *done < BATCHES_MOST && (*done < BATCHES_LEAST || clock_ns() < end_ns)) {
        error = append_own(contest, &contest->own_ns[*done]);
        if (error == 0)
            error = append_python(contest, &contest->python_ns[*done]);
        *done += error == 0;
    }
    return error;
}

static void write_row(FILE *rows, const char *list, double each_ns[], size_t batches)
{
    statistics_sort(each_ns, batches);
    struct ipc_start row =
        ipc_start_without_figures(list, "processes", "free", sizeof(struct pair), "ok");
    row.round_trips = batches * BATCH;
    row.round_trip_ns = statistics_quantile(each_ns, batches, 0.5);
    row.verified = 1;
    columns_write_row(rows, ipc_start_columns, IPC_START_COLUMNS, &row);
}

static int finish(struct contest *contest)
{
    io_close(&contest->orders[1]); /* the end of the helper's orders */
    io_close(&contest->answers[0]);
    proxy_close(&contest->proxy);
    child_end(&contest->server);
    if (contest->helper.pid == 0)
        return 0;
    int error = child_wait(&contest->helper, clock_deadline(ANSWER_NS), NULL);
    child_end(&contest->helper);
    return error;
}

static int run(const char *python, uint64_t budget_ns, FILE *rows)
{
    struct contest contest = {.python = python,
                              .server = CHILD_NONE,
                              .helper = CHILD_NONE,
                              .proxy = {.fd = -1},
                              .orders = {-1, -1},
                              .answers = {-1, -1}};
    int error = start_own(&contest);
    if (error == 0)
        error = start_python(&contest);
    if (error == 0)
        error = take_turns(&contest, budget_ns);
    int late = finish(&contest);
    error = error != 0 ? error : late;
    if (error != 0) {
        fprintf(stderr, "append: %s\n", strerror(-error));
        return error;
    }
    columns_write_header(rows, ipc_start_columns, IPC_START_COLUMNS);
    write_row(rows, "manager", contest.own_ns, contest.batches);
    write_row(rows, "Manager().list()", contest.python_ns, contest.batches);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"python", required_argument, NULL, 'p'},
                                            {"budget-ns", required_argument, NULL, 'n'},
                                            {"output", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    const char *python = NULL, *output = NULL;
    uint64_t budget_ns = 0;
    if (starter_join() != 0)
        return EXIT_NOT_WRITTEN;
    signal(SIGPIPE, SIG_IGN); /* the helper's death is an error of a write */
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        if (option == 'p')
            python = optarg;
        else if (option == 'n')
            budget_ns = strtoull(optarg, NULL, 10);
        else if (option == 'o')
            output = optarg;
    }
    if (python == NULL || output == NULL || budget_ns == 0 || optind != argc) {
        fprintf(stderr, "append: bench ipc --check knows how to call it\n");
        return EXIT_USAGE;
    }
    FILE *rows = fopen(output, "we");
    if (rows == NULL)
        return EXIT_NOT_WRITTEN;
    int error = run(python, budget_ns, rows);
    return fclose(rows) == 0 && error == 0 ? EXIT_WRITTEN : EXIT_NOT_WRITTEN;
}
