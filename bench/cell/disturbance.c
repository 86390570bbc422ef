#include "bench/cell/disturbance.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/neighbours.h"

/* A mark older than this is taken anew before a map, lest what happened long before it be blamed.
 */
#define DISTURBANCE_WINDOW_NS (20 * NS_PER_MS)
#define UNKNOWN               UINT64_MAX

struct watched { /* a thread, as it was before the map */
    pid_t pid, tid;
    uint64_t delay_ns;
};

struct disturbance {
    const struct board *board;
    unsigned workers, cores;
    struct neighbours *neighbours; /* NULL: they can't be seen */
    double hint;
    struct watched coordinator;
    struct watched lines[]; /* lines[workers + 1]: the last one is the helper's */
};

/* ---- the decision --------------------------------------------------------------------------- */

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

double disturbance_share(const struct disturbance_facts *facts)
{
    if (facts->wall_ns == 0)
        return 0;
    double delay = least(1, (double)facts->delay_ns / (double)facts->wall_ns);
    if (facts->alone && facts->delay_known)
        return delay;
    bool crowded = facts->wanted > facts->cores;
    double wanted = crowded ? facts->cores : facts->wanted;
    double missing = (facts->neighbours + wanted - facts->cores) / wanted;
    double lost = facts->delay_known && !crowded ? least(delay, facts->neighbours) : 0;
    return least(1, most(0, most(missing, lost)));
}

/* ---- the facts ------------------------------------------------------------------------------ */

static unsigned count_cores(void)
{
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? (unsigned)CPU_COUNT(&allowed) : 1;
}

int disturbance_open(const struct board *board, unsigned workers, pid_t owner,
                     struct disturbance **made)
{
    struct disturbance *disturbance =
        calloc(1, sizeof *disturbance + (workers + 1) * sizeof disturbance->lines[0]);
    if (disturbance == NULL)
        return -ENOMEM;
    disturbance->board = board;
    disturbance->workers = workers;
    disturbance->cores = count_cores();
    if (neighbours_open(owner, &disturbance->neighbours) != 0)
        disturbance->neighbours = NULL;
    *made = disturbance;
    return 0;
}

void disturbance_close(struct disturbance *disturbance)
{
    if (disturbance == NULL)
        return;
    neighbours_close(disturbance->neighbours);
    free(disturbance);
}

unsigned disturbance_cores(const struct disturbance *disturbance)
{
    return disturbance->cores;
}

void disturbance_hint(struct disturbance *disturbance, double cores)
{
    disturbance->hint = cores;
}

static struct watched look_at(pid_t pid, pid_t tid)
{
    struct watched watched = {pid, tid, UNKNOWN};
    if (pid != 0 && thread_delay(pid, tid, &watched.delay_ns) != 0)
        watched.delay_ns = UNKNOWN;
    return watched;
}

/* A helper's line names no thread. */
static struct watched look_at_line(const struct board_line *line)
{
    pid_t pid = atomic_load_explicit(&line->pid, memory_order_relaxed);
    pid_t tid = atomic_load_explicit(&line->tid, memory_order_relaxed);
    return look_at(pid, tid != 0 ? tid : pid);
}

void disturbance_begin(struct disturbance *disturbance)
{
    if (disturbance->neighbours != NULL &&
        clock_ns() - neighbours_marked_ns(disturbance->neighbours) > DISTURBANCE_WINDOW_NS)
        neighbours_mark(disturbance->neighbours);
    for (unsigned i = 0; i <= disturbance->workers; i++)
        disturbance->lines[i] = look_at_line(&disturbance->board->lines[i]);
    disturbance->coordinator = look_at(getpid(), gettid());
}

/* Notes a thread's delay if it is the greatest; returns whether it is known. */
static bool add_delay(const struct watched *before, const struct watched *after,
                      struct disturbance_facts *facts)
{
    if (before->tid != after->tid || before->pid != after->pid || before->delay_ns == UNKNOWN ||
        after->delay_ns == UNKNOWN)
        return false;
    uint64_t delay_ns = after->delay_ns - before->delay_ns;
    facts->delay_ns = delay_ns > facts->delay_ns ? delay_ns : facts->delay_ns;
    return true;
}

/* Threads' coordinator sleeps, or is itself a worker; a process that coordinates works as well. */
static struct disturbance_facts gather(const struct disturbance *disturbance, uint64_t wall_ns)
{
    struct disturbance_facts facts = {.wall_ns = wall_ns, .cores = disturbance->cores};
    const struct watched coordinator = look_at(getpid(), gettid());
    const unsigned workers = disturbance->workers;
    facts.delay_known = add_delay(&disturbance->coordinator, &coordinator, &facts);
    for (unsigned i = 0; i <= workers; i++) {
        const struct watched after = look_at_line(&disturbance->board->lines[i]);
        bool helps = i == workers && after.pid != 0;
        if (i < workers || helps)
            facts.delay_known &= add_delay(&disturbance->lines[i], &after, &facts);
        facts.wanted += i < workers || helps;
        if (i == 0) {
            facts.wanted += after.pid != coordinator.pid;
            facts.alone = workers == 1 && after.tid == coordinator.tid;
        }
    }
    return facts;
}

static double see_neighbours(const struct disturbance *disturbance)
{
    uint64_t window_ns;
    if (disturbance->neighbours == NULL)
        return disturbance->hint;
    uint64_t used_ns = neighbours_used(disturbance->neighbours, &window_ns);
    return most(disturbance->hint, (double)used_ns / (double)window_ns);
}

/* Where delays are known and small, nobody was in the way, and nobody needs to be looked for. */
struct disturbed disturbance_end(struct disturbance *disturbance, uint64_t wall_ns)
{
    struct disturbance_facts facts = gather(disturbance, wall_ns);
    bool calm = facts.delay_known && (double)facts.delay_ns <= DISTURBANCE_SHARE * (double)wall_ns;
    if (!calm)
        facts.neighbours = see_neighbours(disturbance);
    return (struct disturbed){
        .delay_ns = facts.delay_known ? facts.delay_ns : 0,
        .others_ns = (uint64_t)(facts.neighbours * (double)wall_ns),
        .disturbed = !calm && disturbance_share(&facts) > DISTURBANCE_SHARE,
    };
}
