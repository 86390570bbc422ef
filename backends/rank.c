#include "backends/rank.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>

#include "common/check.h"
#include "common/clock.h"

#define SLOTS       2 /* one is computed on while the other travels */
#define NO_LIMIT    UINT64_MAX
#define PROGRESS_NS (50 * NS_PER_US) /* of kernels between two looks at messages, about */

struct worker {
    const struct job *job;
    unsigned number;
    const struct records *records;
    struct failure report;               /* what kernels reported in this map */
    void *tasks[SLOTS], *results[SLOTS]; /* buffers, kept from map to map */
    size_t task_room, result_room;       /* bytes in each */
    size_t stretch;                      /* tasks that take about PROGRESS_NS */
    MPI_Request incoming;                /* the next tasks */
    MPI_Request outgoing[SLOTS];         /* results, by the slot that they are in */
};

static int complete(MPI_Request *request, int code, uint64_t deadline_ns)
{
    int error = rank_error(code);
    return error != 0 ? error : rank_wait(request, 1, MPI_STATUSES_IGNORE, deadline_ns);
}

/* --- joining and leaving ------------------------------------------------------------------------
 */

/* MPI_Init and MPI_Finalize wait inside MPI, out of our reach: past the limit SIGALRM ends this
 * process, and then mpirun ends the job. limit_ns 0: no limit any more. */
static void limit_blocking(uint64_t limit_ns)
{
    const uint64_t longest_ns = 1000000 * NS_PER_S;
    const uint64_t ns = limit_ns < longest_ns ? limit_ns : longest_ns;
    struct itimerval timer = {.it_value = {.tv_sec = (time_t)(ns / NS_PER_S),
                                           .tv_usec = (suseconds_t)(ns % NS_PER_S / NS_PER_US)}};
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static int refuse(struct failure *why, int error, const char *text)
{
    return failure_set(why, error, FAILURE_NONE, 0, FAILURE_NONE, "%s", text);
}

static int initialize(const struct plan *plan, struct failure *why)
{
    int started;
    MPI_Initialized(&started);
    if (started)
        return refuse(why, -EALREADY, "MPI starts once in a process: use a new one for each pool");
    if (getenv("PMIX_RANK") == NULL) /* without a job MPI_Init would try to make one */
        return refuse(why, -EINVAL, "not started by Open MPI's mpirun: write mpirun -n before it");
    limit_blocking(plan->limit_ns);
    int error = rank_error(MPI_Init(NULL, NULL)); /* one thread, so there is no level to ask for */
    limit_blocking(0);
    if (error == 0)
        error = rank_error(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
    return error != 0 ? failure_system(why, error, "start MPI") : 0;
}

static int make_record(size_t bytes, MPI_Datatype *type)
{
    int error = rank_error(MPI_Type_contiguous((int)bytes, MPI_BYTE, type));
    return error != 0 ? error : rank_error(MPI_Type_commit(type));
}

int rank_join(const struct plan *plan, struct records *records, struct failure *why)
{
    int ranks;
    const unsigned needed = plan->workers + 1;
    const struct shape *shape = &plan->job->shape;
    if (shape->task_bytes > INT_MAX || shape->result_bytes > INT_MAX)
        return refuse(why, -EMSGSIZE, "a record is too large: MPI counts its bytes in an int");
    prctl(PR_SET_TIMERSLACK, 1ul); /* or each nap would be 50 us longer */
    int error = initialize(plan, why);
    if (error != 0)
        return error;
    *records = (struct records){MPI_DATATYPE_NULL, MPI_DATATYPE_NULL};
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if ((unsigned)ranks != needed)
        error = failure_set(why, -EINVAL, FAILURE_NONE, 0, FAILURE_NONE,
                            "%u workers and the coordinator need %u ranks, but mpirun started %d: "
                            "write mpirun -n %u",
                            plan->workers, needed, ranks, needed);
    else if (make_record(shape->task_bytes, &records->task) != 0 ||
             make_record(shape->result_bytes, &records->result) != 0)
        error = refuse(why, -EIO, "MPI makes no datatype for these records");
    if (error != 0)
        rank_leave(records, plan->limit_ns);
    return error;
}

void rank_leave(struct records *records, uint64_t limit_ns)
{
    if (records->task != MPI_DATATYPE_NULL)
        MPI_Type_free(&records->task);
    if (records->result != MPI_DATATYPE_NULL)
        MPI_Type_free(&records->result);
    limit_blocking(limit_ns);
    MPI_Finalize();
    limit_blocking(0);
}

/* --- what all ranks do together -----------------------------------------------------------------
 */

int rank_order(struct order *order, const struct board *board, uint64_t deadline_ns)
{
    MPI_Request request;
    int error = rank_error(
        MPI_Ibcast(order, (int)sizeof *order, MPI_BYTE, COORDINATOR, MPI_COMM_WORLD, &request));
    return error != 0 ? error : rank_wait_idly(&request, board, deadline_ns);
}

int rank_report(const struct failure *report, struct failure *reports, uint64_t deadline_ns)
{
    const int bytes = (int)sizeof *report;
    MPI_Request request;
    int code = MPI_Igather(report, bytes, MPI_BYTE, reports, bytes, MPI_BYTE, COORDINATOR,
                           MPI_COMM_WORLD, &request);
    return complete(&request, code, deadline_ns);
}

/* --- a worker -----------------------------------------------------------------------------------
 *
 * Progress: MPI moves messages inside of its calls and nowhere else, and a kernel is no call of it.
 * So what comes and goes while a worker computes depends on the size of a message:
 *
 * - Up to the eager limit (4 KiB with its header) MPI_Isend copies it to where its receiver will
 *   look. It is off at once, whatever either side does then.
 * - Above, MPI_Isend only announces it (rendezvous). Where one process may read another's memory
 *   (single copy, CMA) the receiver fetches it once it is inside of MPI again: results leave a
 *   worker that computes, for the coordinator waits in MPI; its next tasks wait until it looks.
 * - Without single copy it goes in fragments through shared memory, after an answer to the
 *   announcement, and each step needs both sides inside of MPI.
 *
 * A worker that ran a long chunk in one go would thus hold up its own messages, and the longer the
 * chunk the more: it looks after them in between (run_chunk).
 *
 * It waits without a limit of its own. The coordinator has one and ends the job when it passes;
 * and if the coordinator dies, mpirun ends the job.
 */

static int grow(void **buffers, size_t *room, size_t bytes)
{
    if (bytes <= *room)
        return 0;
    for (int slot = 0; slot < SLOTS; slot++) {
        free(buffers[slot]);
        buffers[slot] = malloc(bytes);
        if (buffers[slot] == NULL)
            return -ENOMEM;
    }
    *room = bytes;
    return 0;
}

/* One byte more than needed: a kernel may hand its record to memcpy even if that has 0 bytes, and
 * then the pointer must not be NULL. */
static int make_room(struct worker *self, size_t count)
{
    const struct shape *shape = &self->job->shape;
    int error = grow(self->tasks, &self->task_room, count * shape->task_bytes + 1);
    if (error == 0)
        error = grow(self->results, &self->result_room, count * shape->result_bytes + 1);
    return error;
}

static void run(struct worker *self, size_t first, size_t count, const char *tasks, char *results)
{
    struct failure why;
    failure_clear(&why);
    job_run(self->job, self->number, first, count, tasks, results, &why);
    failure_merge(&self->report, &why);
}

/* Gives MPI a moment for the next tasks and the last results; *moving: they are still on their way.
 * Asking for a request's status is a call like any other: what can be moved on is. */
static int progress(const struct worker *self, int slot, bool *moving)
{
    int in = 0, out = 0;
    int error = rank_error(MPI_Request_get_status(self->incoming, &in, MPI_STATUS_IGNORE));
    if (error == 0)
        error =
            rank_error(MPI_Request_get_status(self->outgoing[!slot], &out, MPI_STATUS_IGNORE));
    *moving = !in || !out;
    return error;
}

/* The time that the last stretch took tells how long the next is to be. */
static void adapt(struct worker *self, uint64_t taken_ns)
{
    if (taken_ns < PROGRESS_NS / 2)
        self->stretch *= 2;
    else if (taken_ns > PROGRESS_NS * 2 && self->stretch > 1)
        self->stretch /= 2;
}

/* Runs a chunk in stretches, and between them lets MPI work as long as there is something to move.
 * The stretch is found by doubling, anew in each map: tiny tasks pay for a handful of looks and
 * then for none, as their chunk is one stretch. */
static int run_chunk(struct worker *self, int slot, size_t first, size_t count)
{
    const struct shape *shape = &self->job->shape;
    const char *tasks = self->tasks[slot];
    char *results = self->results[slot];
    bool moving = true;
    int error = 0;
    for (size_t done = 0; done < count && error == 0;) {
        size_t left = count - done;
        size_t some = moving && self->stretch < left ? self->stretch : left;
        uint64_t begin_ns = some < left ? clock_ns() : 0;
        run(self, first + done, some, tasks + done * shape->task_bytes,
            results + done * shape->result_bytes);
        if (some < left) { /* else MPI is entered anyway */
            adapt(self, clock_ns() - begin_ns);
            error = progress(self, slot, &moving);
        }
        done += some;
    }
    return error;
}

static int receive_tasks(struct worker *self, int slot, size_t chunk)
{
    return rank_error(MPI_Irecv(self->tasks[slot], (int)chunk, self->records->task, COORDINATOR,
                                MPI_ANY_TAG, MPI_COMM_WORLD, &self->incoming));
}

static int send_results(struct worker *self, int slot, size_t count)
{
    return rank_error(MPI_Isend(self->results[slot], (int)count, self->records->result, COORDINATOR,
                                RESULTS, MPI_COMM_WORLD, &self->outgoing[slot]));
}

/* dynamic: runs chunks until the sentinel, whose number is that of the chunk beyond the last. While
 * a chunk is run, the next one is to come in and the results of the last one to go out. */
static int serve_chunks(struct worker *self, const struct order *order)
{
    const size_t chunk = order->chunk, chunks = (order->count + chunk - 1) / chunk;
    int error = make_room(self, chunk);
    self->stretch = 1;
    if (error == 0)
        error = receive_tasks(self, 0, chunk);
    for (int slot = 0; error == 0; slot = !slot) {
        MPI_Status status;
        error = rank_wait(&self->incoming, 1, &status, NO_LIMIT);
        if (error != 0 || (size_t)status.MPI_TAG == chunks)
            break;
        size_t first = (size_t)status.MPI_TAG * chunk;
        size_t count = chunk < order->count - first ? chunk : order->count - first;
        error = receive_tasks(self, !slot, chunk);
        if (error == 0) /* the results before the last may still be on their way */
            error = rank_wait(&self->outgoing[slot], 1, MPI_STATUSES_IGNORE, NO_LIMIT);
        if (error == 0)
            error = run_chunk(self, slot, first, count);
        if (error == 0)
            error = send_results(self, slot, count);
    }
    return error != 0 ? error : rank_wait(self->outgoing, SLOTS, MPI_STATUSES_IGNORE, NO_LIMIT);
}

/* static: one share in, its results out. */
static int serve_share(struct worker *self, const struct order *order)
{
    const struct records *records = self->records;
    MPI_Request request;
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    size_t first;
    size_t count = schedule_share(order->count, (unsigned)size - 1, self->number, &first);
    int error = make_room(self, count);
    if (error != 0)
        return error;
    int code = MPI_Iscatterv(NULL, NULL, NULL, records->task, self->tasks[0], (int)count,
                             records->task, COORDINATOR, MPI_COMM_WORLD, &request);
    error = complete(&request, code, NO_LIMIT);
    if (error != 0)
        return error;
    run(self, first, count, self->tasks[0], self->results[0]); /* nothing of ours is under way */
    code = MPI_Igatherv(self->results[0], (int)count, records->result, NULL, NULL, NULL,
                        records->result, COORDINATOR, MPI_COMM_WORLD, &request);
    return complete(&request, code, NO_LIMIT);
}

int rank_serve(const struct job *job, unsigned worker, const struct records *records)
{
    struct worker self = {.job = job,
                          .number = worker,
                          .records = records,
                          .incoming = MPI_REQUEST_NULL,
                          .outgoing = {MPI_REQUEST_NULL, MPI_REQUEST_NULL}};
    struct order order;
    int error;
    while ((error = rank_order(&order, job->board, NO_LIMIT)) == 0 && !order.stop) {
        failure_clear(&self.report);
        error = order.chunk != 0 ? serve_chunks(&self, &order) : serve_share(&self, &order);
        if (error == 0)
            error = rank_report(&self.report, NULL, NO_LIMIT);
        if (error != 0)
            break;
    }
    for (int slot = 0; slot < SLOTS; slot++) {
        free(self.tasks[slot]);
        free(self.results[slot]);
    }
    return error;
}
