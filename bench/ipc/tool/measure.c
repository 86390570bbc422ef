#include "bench/ipc/tool/measure.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "bench/ipc/tool/figures.h"
#include "bench/ipc/tool/side.h"
#include "common/child.h"
#include "common/clock.h"

#define STATUS_BYTES 256
#define WINDOW_BYTES ((size_t)64 << 20)
#define GRACE_NS     (500 * NS_PER_MS) /* one side has failed: so long for the other to see it */

/* ---- the sides ------------------------------------------------------------------------------ */

static int run_process(void *side)
{
    return side_run(side) != 0;
}

static void *run_thread(void *side)
{
    side_run(side);
    return NULL;
}

/* Both sides in threads of this process, which is a child: a crash in one costs one row. */
static int run_threads(void *argument)
{
    struct side *sides = argument;
    pthread_t second;
    if (pthread_create(&second, NULL, run_thread, &sides[1]) != 0)
        return 1;
    int error = side_run(&sides[0]);
    if (error != 0)
        return 1; /* the other may wait for ever: it ends with the process */
    return pthread_join(second, NULL) != 0;
}

/* ---- while they run ------------------------------------------------------------------------- */

struct pair {
    struct child children[2]; /* the second one: none, if the sides are threads */
    int statuses[2];          /* as of waitpid, once ended */
    bool timed_out;
};

static int start(struct pair *pair, struct side sides[2], bool threads)
{
    *pair = (struct pair){.children = {CHILD_NONE, CHILD_NONE}};
    int error = child_start(&pair->children[0], threads ? run_threads : run_process,
                            threads ? sides : &sides[0]);
    if (error == 0 && !threads)
        error = child_start(&pair->children[1], run_process, &sides[1]);
    if (error != 0)
        child_end(&pair->children[0]);
    return error;
}

/* Sleeps until both have ended or the time is up. Once one has failed, the other gets little. */
static void wait_for(struct pair *pair, uint64_t deadline_ns)
{
    bool failed = false;
    while (pair->children[0].pid != 0 || pair->children[1].pid != 0) {
        struct pollfd ends[2] = {{.fd = pair->children[0].pidfd, .events = POLLIN},
                                 {.fd = pair->children[1].pidfd, .events = POLLIN}};
        if (poll(ends, 2, clock_left_ms(deadline_ns)) == 0)
            break;
        for (unsigned i = 0; i < 2; i++) {
            if (ends[i].fd < 0 || ends[i].revents == 0)
                continue;
            child_wait(&pair->children[i], deadline_ns, &pair->statuses[i]);
            if (pair->statuses[i] != 0 && !failed) {
                uint64_t soon_ns = clock_deadline(GRACE_NS);
                deadline_ns = soon_ns < deadline_ns ? soon_ns : deadline_ns;
                failed = true;
            }
        }
    }
    pair->timed_out = !failed && (pair->children[0].pid != 0 || pair->children[1].pid != 0);
    child_end(&pair->children[0]);
    child_end(&pair->children[1]);
}

/* ---- what came of it ------------------------------------------------------------------------ */

/* A mechanism that the system does not allow or does not have is nobody's fault. */
static bool is_refusal(int error)
{
    return error == -EPERM || error == -EACCES || error == -ENOSYS || error == -EOPNOTSUPP ||
           error == -EAFNOSUPPORT;
}

static void say_error(int error, const char *where, char *status)
{
    if (error == -EDQUOT)
        snprintf(status, STATUS_BYTES,
                 "skip: message queues may not take as much memory here: ulimit -q 819200");
    else if (is_refusal(error))
        snprintf(status, STATUS_BYTES, "skip: not to be had here: %s", strerror(-error));
    else
        snprintf(status, STATUS_BYTES, "failed: %s: %s", where, strerror(-error));
}

/* Of two errors the one that is no consequence of the other side's end. */
static void say_sides(const struct side_outcome *outcome, char *status)
{
    int first = atomic_load(&outcome->errors[0]), second = atomic_load(&outcome->errors[1]);
    bool leads = first != 0 && (first != -EPIPE || second == 0);
    if (leads)
        say_error(first, "side 0", status);
    else if (second != 0)
        say_error(second, "side 1", status);
}

static void judge(const struct pair *pair, const struct measure *measure,
                  const struct side_outcome *outcome, char *status)
{
    char how[96];
    snprintf(status, STATUS_BYTES, "%s", "ok");
    say_sides(outcome, status);
    for (unsigned i = 0; i < 2; i++)
        if (WIFSIGNALED(pair->statuses[i]))
            snprintf(status, STATUS_BYTES, "failed: side %u was %s", i,
                     child_describe(pair->statuses[i], how, sizeof how));
    if (pair->timed_out)
        snprintf(status, STATUS_BYTES, "timeout: not done within %g s",
                 (double)measure->limit_ns / (double)NS_PER_S);
    else if (strcmp(status, "ok") == 0 && atomic_load(&outcome->finished) == 0)
        snprintf(status, STATUS_BYTES, "failed: side 0 ended too soon");
    else if (strcmp(status, "ok") == 0 && outcome->verified == 0)
        snprintf(status, STATUS_BYTES, "failed: what came was not what was sent");
}

/* ---- one measurement ------------------------------------------------------------------------ */

/* A rank is a side itself, and lives on for the next size: its cores are given back. */
static void run_rank(struct side *side)
{
    cpu_set_t cores;
    bool known = sched_getaffinity(0, sizeof cores, &cores) == 0;
    side_run(side);
    if (known)
        sched_setaffinity(0, sizeof cores, &cores);
}

static int measure_link(const struct measure *measure, struct side sides[2], char *status)
{
    struct pair pair;
    int error;
    if (measure->rank >= 0) { /* the other side is elsewhere, and mpirun ends both */
        run_rank(&sides[measure->rank]);
        pair = (struct pair){.timed_out = false};
        sides[0].outcome->finished |= measure->rank == 1;
        sides[0].outcome->verified |= measure->rank == 1;
    } else {
        error = start(&pair, sides, measure->transport->threads);
        if (error != 0)
            return error;
        wait_for(&pair, clock_deadline(measure->limit_ns));
    }
    judge(&pair, measure, sides[0].outcome, status);
    return 0;
}

/* So many messages of this size in flight as fit in WINDOW_BYTES, at least one. */
static unsigned in_flight(const struct measure *measure)
{
    const size_t fit = WINDOW_BYTES / measure->bytes;
    if (measure->transport->send_window == NULL)
        return 0;
    return fit > TRANSPORT_WINDOW_MOST ? TRANSPORT_WINDOW_MOST : fit > 0 ? (unsigned)fit : 1;
}

static void measure_all(const struct measure *measure, const int cpus[2],
                        struct side_outcome *outcome, char *status)
{
    size_t most = measure->bytes > SIDE_ORDER_BYTES ? measure->bytes : SIDE_ORDER_BYTES;
    const struct reference *reference = measure->reference;
    struct reference_link plain;
    struct side sides[2];
    void *link;
    int error = measure->transport->open(most, &link);
    if (error == 0 && reference != NULL && (error = reference->open(&plain)) != 0)
        measure->transport->close(link);
    if (error != 0) {
        say_error(error, "cannot open a link", status);
        return;
    }
    for (unsigned i = 0; i < 2; i++)
        sides[i] = (struct side){.transport = measure->transport,
                                 .link = link,
                                 .number = i,
                                 .cpu = cpus[i],
                                 .bytes = measure->bytes,
                                 .in_flight = in_flight(measure),
                                 .budget_ns = measure->budget_ns,
                                 .reference = reference,
                                 .reference_link = &plain,
                                 .outcome = outcome};
    error = measure_link(measure, sides, status);
    if (error != 0)
        say_error(error, "cannot start the sides", status);
    if (reference != NULL)
        reference->close(&plain);
    measure->transport->close(link);
}

/* What makes it pointless; "" if nothing does. */
static void find_reason_to_skip(const struct measure *measure, int cpus[2], char *status)
{
    const struct transport *transport = measure->transport;
    *status = '\0';
    if (place_choose(measure->place, cpus) != 0)
        snprintf(status, STATUS_BYTES, "skip: only one core may be used");
    else if (transport->spins && measure->place == PLACE_SAME)
        snprintf(status, STATUS_BYTES, "skip: it spins, which keeps the other side off the core");
    else if (transport->most_bytes != 0 && measure->bytes > transport->most_bytes)
        snprintf(status, STATUS_BYTES, "skip: a message has %zu bytes at most",
                 transport->most_bytes);
}

int measure_run(const struct measure *measure)
{
    char status[STATUS_BYTES];
    int cpus[2];
    struct side_outcome *outcome =
        mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcome == MAP_FAILED)
        return -errno;
    find_reason_to_skip(measure, cpus, status);
    if (*status == '\0')
        measure_all(measure, cpus, outcome, status);
    if (measure->rank != 1)
        figures_write(measure, outcome, status);
    munmap(outcome, sizeof *outcome);
    return ferror(measure->rows) ? -EIO : 0;
}
