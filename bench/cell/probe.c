#include "bench/cell/probe.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "common/check.h"
#include "common/child.h"
#include "common/clock.h"
#include "common/futex.h"

#define ALL_NS        (20 * NS_PER_MS) /* several slices of the scheduler, short against its drift */
#define ALONE_NS      (10 * NS_PER_MS)
#define LEAD_NS       (200 * NS_PER_US) /* all are awake by then */
#define GROUP_NS      (50 * NS_PER_US)  /* between two looks at the clock */
#define PREFIX_NS     (25 * NS_PER_MS) /* of the tasks, as many as take this long are walked over */
#define SHORT_NS      100.0            /* a kernel below this has two speeds */
#define SPIN_STEPS    1000u            /* about a microsecond */
#define RESULTS_MAX   (32u << 20)      /* bytes that one process writes its results to, in turn */
#define GROUPS_MAX    4096u
#define WINDOWS_MAX   256u
#define PATIENCE_NS   (100 * NS_PER_MS) /* for an answer, beyond the window ... */
#define PATIENCE_MORE 4u                /* ... and so many of the longest groups */
#define LIMIT_NS      (5 * NS_PER_S)    /* for an answer, in all */

/* Before a window: the kernel parts processes that it woke onto one core, which takes the minimum;
 * and beside other programs it favours whoever has just slept, which is over after the maximum. */
#define SETTLE_MIN_NS (10 * NS_PER_MS)
#define SETTLE_MAX_NS (40 * NS_PER_MS)
/* Of so many windows a fifth is left out at either end. */
#define MANY_WINDOWS 8u
#define TRIMMED      5u

enum order { REST, WEIGH, RUN };

/* One process. Written by the asker before it raises `ordered`, by the process before it raises
 * `answered`; work_ns at any time. */
struct seat {
    _Alignas(128) _Atomic uint32_t ordered; /* number of the window it is to run; it sleeps here */
    _Atomic uint32_t answered;              /* number of the window it has run ... */
    _Atomic uint32_t rested;                /* ... and after which it is at rest */
    _Atomic uint32_t order;                 /* enum order */
    _Atomic int32_t cpu;                    /* to be bound to, or BOARD_ANYWHERE */
    _Atomic uint64_t begin_ns, window_ns;
    _Atomic uint64_t work_ns;          /* done in this window, by the groups' weights */
    _Atomic uint64_t cpu_ns, delay_ns; /* processor time; time it waited for a core */
};

/* Everything the processes share. */
struct shared {
    _Atomic uint32_t
        tellings;          /* raised when a process has answered or rests; the asker sleeps here */
    _Atomic uint32_t over; /* number of the latest window that all have run */
    /* By the process that weighs, before it answers: */
    size_t prefix;      /* tasks that are walked over */
    size_t group_tasks; /* in a group; more than the prefix: it is walked over again and again */
    size_t groups;
    uint32_t spins;  /* 1: arithmetic instead of a kernel too short */
    uint64_t all_ns; /* of all tasks, one after the other */
    uint64_t longest_ns;
    double weight_ns[GROUPS_MAX];
    struct seat seats[];
};

struct probe {
    struct probe_plan plan;
    struct shared *shared;
    size_t shared_bytes;
    unsigned processes, next; /* next: the process being started */
    unsigned number;          /* of the latest window */
    cpu_set_t allowed;
    int cpus[CPU_SETSIZE];    /* those allowed, in order */
    unsigned cpu_count, turn; /* turn: of the next alone window */
    unsigned windows;         /* with all; with one alone there is one more, before the first */
    double all_rate[WINDOWS_MAX], all_cpu[WINDOWS_MAX];
    double alone_rate[WINDOWS_MAX + 1], alone_delay[WINDOWS_MAX + 1];
    struct child children[]; /* children[processes] */
};

/* What one process needs to walk. */
struct walk {
    const struct probe_plan *plan;
    struct shared *shared;
    char *results;
    size_t slots; /* results[slots][result_bytes], used in turn */
    size_t group; /* the next one */
    size_t task, slot;
};

/* ---- in a process --------------------------------------------------------------------------- */

static void bind_to(int32_t cpu, const cpu_set_t *allowed)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    if (cpu != BOARD_ANYWHERE)
        CPU_SET((size_t)cpu, &one);
    sched_setaffinity(0, sizeof one, cpu == BOARD_ANYWHERE ? allowed : &one);
}

static uint64_t own_cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

/* Time this process was runnable but not running: the second number of proc(5)'s schedstat. */
static uint64_t own_delay_ns(void)
{
    uint64_t delay_ns = 0;
    FILE *file = fopen("/proc/self/schedstat", "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %" SCNu64, &delay_ns) != 1)
        delay_ns = 0;
    fclose(file);
    return delay_ns;
}

/* A chain of multiplications, each waiting for the one before: no cache, no luck. */
static void spin(void)
{
    uint64_t state = 1;
    for (unsigned i = 0; i < SPIN_STEPS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : "+r"(state)); /* so that the loop is not computed beforehand */
    }
}

/* Runs so many tasks, over and over those of the prefix. */
static void run_tasks(struct walk *walk, size_t count, size_t prefix)
{
    const struct job *job = walk->plan->job;
    for (size_t i = 0; i < count; i++) {
        job->kernel(walk->plan->tasks + walk->task * job->shape.task_bytes,
                    walk->results + walk->slot * job->shape.result_bytes, &job->shape);
        walk->task = walk->task + 1 == prefix ? 0 : walk->task + 1;
        walk->slot = walk->slot + 1 == walk->slots ? 0 : walk->slot + 1;
    }
}

/* Runs the next group and returns its weight. */
static double run_group(struct walk *walk)
{
    const struct shared *shared = walk->shared;
    if (shared->spins) {
        for (size_t i = 0; i < shared->group_tasks; i++)
            spin();
    } else {
        size_t left = shared->prefix - walk->task;
        run_tasks(walk,
                  shared->groups == 1 || left > shared->group_tasks ? shared->group_tasks : left,
                  shared->prefix);
    }
    double weight_ns = shared->weight_ns[walk->group];
    walk->group = walk->group + 1 == shared->groups ? 0 : walk->group + 1;
    return weight_ns;
}

/* Walks over the tasks once, as far as time allows, for the mean of a task. */
static double look_over(struct walk *walk)
{
    struct shared *shared = walk->shared;
    uint64_t begin_ns = clock_ns(), now_ns = begin_ns, before_ns;
    size_t batch = 1, done = 0;
    shared->prefix = walk->plan->count;
    do {
        size_t left = walk->plan->count - done % walk->plan->count;
        size_t count = batch < left ? batch : left;
        before_ns = now_ns;
        run_tasks(walk, count, walk->plan->count);
        now_ns = clock_ns();
        done += count;
        if (now_ns - before_ns < GROUP_NS / 2)
            batch *= 2;
        if (done < walk->plan->count && now_ns - begin_ns >= PREFIX_NS)
            shared->prefix = done;
    } while (done < shared->prefix || now_ns - begin_ns < 2 * NS_PER_MS);
    return (double)(now_ns - begin_ns) / (double)done;
}

/* Makes the groups, and weighs each by its processor time. */
static void weigh(struct walk *walk)
{
    struct shared *shared = walk->shared;
    double mean_ns = look_over(walk);
    shared->all_ns = (uint64_t)(mean_ns * (double)walk->plan->count);
    shared->spins = mean_ns < SHORT_NS;
    if (shared->spins)
        mean_ns = (double)NS_PER_US;
    size_t tasks = (size_t)ceil((double)GROUP_NS / fmax(mean_ns, 1));
    size_t least = (shared->prefix + GROUPS_MAX - 1) / GROUPS_MAX;
    tasks = tasks > least ? tasks : least;
    if (shared->spins || tasks >= shared->prefix) { /* whole walks: each group is like the others */
        shared->groups = 1;
        shared->group_tasks =
            shared->spins ? tasks : (tasks + shared->prefix - 1) / shared->prefix * shared->prefix;
    } else {
        shared->groups = (shared->prefix + tasks - 1) / tasks;
        shared->group_tasks = tasks;
    }
    walk->task = walk->group = 0;
    shared->longest_ns = 0;
    for (size_t i = 0; i < shared->groups; i++) {
        uint64_t begin_ns = own_cpu_ns();
        run_group(walk);
        uint64_t took_ns = own_cpu_ns() - begin_ns;
        shared->weight_ns[i] = (double)took_ns;
        shared->longest_ns = took_ns > shared->longest_ns ? took_ns : shared->longest_ns;
    }
}

/* Works from begin to the end of the window. Of the group that is under way at its end, such a
 * share counts as lies before the end. */
static void run_window(struct walk *walk, struct seat *seat, uint32_t number)
{
    const uint64_t begin_ns = atomic_load(&seat->begin_ns);
    const uint64_t end_ns = begin_ns + atomic_load(&seat->window_ns);
    double work_ns = 0;
    uint64_t now_ns = clock_ns();
    while (now_ns < begin_ns)
        now_ns = clock_ns();
    uint64_t delay_ns = own_delay_ns(), cpu_begin_ns = own_cpu_ns(), cpu_ns = cpu_begin_ns;
    while (now_ns < end_ns) {
        uint64_t before_ns = now_ns, cpu_before_ns = cpu_ns;
        double weight_ns = run_group(walk);
        now_ns = clock_ns();
        cpu_ns = own_cpu_ns();
        double share =
            now_ns <= end_ns ? 1 : (double)(end_ns - before_ns) / (double)(now_ns - before_ns);
        work_ns += share * weight_ns;
        if (now_ns > end_ns)
            cpu_ns = cpu_before_ns + (uint64_t)(share * (double)(cpu_ns - cpu_before_ns));
        if (atomic_load(&seat->ordered) != number)
            return; /* we were stopped, and nobody waits for this window any more */
        atomic_store(&seat->work_ns, (uint64_t)work_ns);
    }
    atomic_store(&seat->cpu_ns, cpu_ns - cpu_begin_ns);
    atomic_store(&seat->delay_ns, own_delay_ns() - delay_ns);
}

static void tell(struct shared *shared, _Atomic uint32_t *what, uint32_t number)
{
    atomic_store(what, number);
    atomic_fetch_add(&shared->tellings, 1);
    futex_wake(&shared->tellings, 1);
}

/* Works on for as long as others are measured: they are to meet the same neighbours to their end. A
 * process that is asked alone has no others, and `over` is raised with its order. */
static void work_on(struct walk *walk, uint32_t number)
{
    uint64_t deadline_ns = clock_deadline(LIMIT_NS);
    while (atomic_load(&walk->shared->over) < number && clock_ns() < deadline_ns)
        run_group(walk);
}

/* Somewhere else than the other processes, so that they do not walk in step. */
static void take_place(struct walk *walk, unsigned index, unsigned processes)
{
    walk->group = walk->shared->groups * index / processes;
    walk->task = walk->shared->groups == 1 ? 0 : walk->group * walk->shared->group_tasks;
}

static int probe_body(void *context)
{
    struct probe *probe = context;
    struct seat *seat = &probe->shared->seats[probe->next];
    const struct shape *shape = &probe->plan.job->shape;
    size_t slots = shape->result_bytes > 0 ? RESULTS_MAX / shape->result_bytes : 1;
    slots = slots > probe->plan.count ? probe->plan.count : slots + (slots == 0);
    struct walk walk = {.plan = &probe->plan, .shared = probe->shared, .slots = slots};
    walk.results = malloc(slots * shape->result_bytes + 1);
    if (walk.results == NULL)
        return 1;
    memset(walk.results, 0, slots * shape->result_bytes); /* first touches belong to no window */
    for (uint32_t number = 0, next;; number = next) {
        while ((next = atomic_load(&seat->ordered)) == number)
            futex_wait(&seat->ordered, number, clock_deadline(NS_PER_S));
        bind_to(atomic_load(&seat->cpu), &probe->allowed);
        if (atomic_load(&seat->order) == WEIGH) {
            weigh(&walk);
        } else {
            if (number == 0)
                take_place(&walk, probe->next, probe->processes);
            run_window(&walk, seat, next);
        }
        tell(probe->shared, &seat->answered, next);
        work_on(&walk, next);
        tell(probe->shared, &seat->rested, next);
    }
}

/* ---- the asker ------------------------------------------------------------------------------- */

static void give_order(struct seat *seat, uint32_t number, enum order order, int cpu,
                       uint64_t begin_ns, uint64_t window_ns)
{
    atomic_store(&seat->order, (uint32_t)order);
    atomic_store(&seat->cpu, cpu);
    atomic_store(&seat->begin_ns, begin_ns);
    atomic_store(&seat->window_ns, window_ns);
    atomic_store(&seat->work_ns, 0);
    atomic_store(&seat->cpu_ns, 0);
    atomic_store(&seat->delay_ns, 0);
    atomic_store(&seat->ordered, number);
    futex_wake(&seat->ordered, 1);
}

enum state { ANSWERED, RESTED };

static bool has_reached(struct seat *seat, enum state state, uint32_t number)
{
    return atomic_load(state == ANSWERED ? &seat->answered : &seat->rested) == number;
}

/* Sleeps until seats[count] have all reached the state, or the deadline. */
static int wait_for(struct shared *shared, struct seat seats[], unsigned count, enum state state,
                    uint32_t number, uint64_t deadline_ns)
{
    for (;;) {
        uint32_t tellings = atomic_load(&shared->tellings);
        unsigned reached = 0;
        for (unsigned i = 0; i < count; i++)
            reached += has_reached(&seats[i], state, number);
        if (reached == count)
            return 0;
        if (futex_wait(&shared->tellings, tellings, deadline_ns) == -ETIMEDOUT)
            return -ETIMEDOUT;
    }
}

/* Where the workers are bound, each core once; at most `most` of them. 0: they are not bound. */
static unsigned bound_cpus(const struct probe_plan *plan, int cpus[], unsigned most)
{
    unsigned count = 0;
    for (unsigned w = 0; w < plan->workers && count < most; w++) {
        int cpu = plan->job->board->lines[w].cpu;
        bool known = cpu == BOARD_ANYWHERE;
        for (unsigned i = 0; i < count && !known; i++)
            known = cpus[i] == cpu;
        if (!known)
            cpus[count++] = cpu;
    }
    return count;
}

static void list_allowed(struct probe *probe)
{
    if (sched_getaffinity(0, sizeof probe->allowed, &probe->allowed) != 0)
        CPU_ZERO(&probe->allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &probe->allowed))
            probe->cpus[probe->cpu_count++] = cpu;
    if (probe->cpu_count == 0) {
        probe->cpus[0] = BOARD_ANYWHERE; /* more cores than a cpu_set_t knows: left to the kernel */
        probe->cpu_count = 1;
    }
}

/* No more processes than cores: two on one would only measure the scheduler. */
static unsigned count_processes(const struct probe *probe)
{
    int cpus[CPU_SETSIZE];
    unsigned most = probe->plan.workers < probe->cpu_count ? probe->plan.workers : probe->cpu_count;
    unsigned bound = bound_cpus(&probe->plan, cpus, most);
    return bound > 0 ? bound : most;
}

static int make_shared(struct probe *probe)
{
    probe->shared_bytes = sizeof *probe->shared + probe->processes * sizeof(struct seat);
    void *memory =
        mmap(NULL, probe->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    probe->shared = memory;
    return 0;
}

static int start_processes(struct probe *probe)
{
    for (probe->next = 0; probe->next < probe->processes; probe->next++) {
        int error = child_start(&probe->children[probe->next], probe_body, probe);
        if (error != 0)
            return error;
    }
    struct seat *first = &probe->shared->seats[0];
    atomic_store(&probe->shared->over, ++probe->number);
    give_order(first, probe->number, WEIGH, probe->cpus[0], 0, 0);
    return wait_for(probe->shared, first, 1, RESTED, probe->number,
                    clock_deadline(probe->plan.limit_ns));
}

int probe_start(const struct probe_plan *plan, struct probe **made)
{
    struct probe probe = {.plan = *plan};
    list_allowed(&probe);
    probe.processes = count_processes(&probe);
    struct probe *own = malloc(sizeof *own + probe.processes * sizeof own->children[0]);
    if (own == NULL)
        return -ENOMEM;
    *own = probe;
    for (unsigned i = 0; i < own->processes; i++)
        own->children[i] = CHILD_NONE;
    int error = make_shared(own);
    if (error == 0)
        error = start_processes(own);
    if (error != 0) {
        probe_stop(own);
        return error;
    }
    *made = own;
    return 0;
}

/* Until when an answer is waited for. */
static uint64_t answer_deadline(const struct probe *probe, uint64_t begin_ns, uint64_t window_ns)
{
    uint64_t more_ns = PATIENCE_NS + PATIENCE_MORE * probe->shared->longest_ns;
    return begin_ns + window_ns + (more_ns < LIMIT_NS ? more_ns : LIMIT_NS);
}

/* How long the processes run before the window begins: as long as a map, within limits, as a short
 * map is over before the favour for sleepers is, and a long one is not. */
static uint64_t settle_ns(const struct probe *probe, bool bound)
{
    const uint64_t map_ns = probe->shared->all_ns / probe->processes;
    if (bound)
        return LEAD_NS;
    return map_ns < SETTLE_MIN_NS ? SETTLE_MIN_NS : map_ns > SETTLE_MAX_NS ? SETTLE_MAX_NS : map_ns;
}

/* The processes run for a while before the window begins. A quota is spent in the first part of its
 * period, and then nobody runs: whole periods count, and what earlier ones have left unspent must
 * be gone by then. */
static void measure_all(struct probe *probe, unsigned window)
{
    int cpus[CPU_SETSIZE] = {0};
    struct shared *shared = probe->shared;
    const uint64_t period_ns = probe->plan.quota_period_ns;
    const uint64_t window_ns = period_ns > 0 ? 2 * period_ns : ALL_NS;
    const uint32_t number = ++probe->number;
    unsigned bound = bound_cpus(&probe->plan, cpus, probe->processes);
    const uint64_t begin_ns = clock_ns() + period_ns + settle_ns(probe, bound > 0);
    for (unsigned i = 0; i < probe->processes; i++)
        give_order(&shared->seats[i], number, RUN, bound > 0 ? cpus[i] : BOARD_ANYWHERE, begin_ns,
                   window_ns);
    const uint64_t deadline_ns = answer_deadline(probe, begin_ns, window_ns);
    wait_for(shared, shared->seats, probe->processes, ANSWERED, number, deadline_ns);
    uint64_t work_ns = 0, cpu_ns = 0;
    for (unsigned i = 0; i < probe->processes; i++) {
        work_ns += atomic_load(&shared->seats[i].work_ns);
        cpu_ns += atomic_load(&shared->seats[i].cpu_ns);
    }
    atomic_store(&shared->over, number);
    probe->all_rate[window] = (double)work_ns / (double)window_ns;
    probe->all_cpu[window] = (double)cpu_ns / (double)window_ns;
    wait_for(shared, shared->seats, probe->processes, RESTED, number, deadline_ns);
}

static void measure_alone(struct probe *probe, unsigned window)
{
    struct shared *shared = probe->shared;
    const uint32_t number = ++probe->number;
    const unsigned index = probe->turn % probe->processes;
    const int cpu = probe->cpus[probe->turn++ % probe->cpu_count];
    struct seat *seat = &shared->seats[index];
    uint64_t begin_ns = clock_ns() + LEAD_NS;
    atomic_store(&shared->over, number);
    give_order(seat, number, RUN, cpu, begin_ns, ALONE_NS);
    wait_for(shared, seat, 1, RESTED, number, answer_deadline(probe, begin_ns, ALONE_NS));
    uint64_t cpu_ns = atomic_load(&seat->cpu_ns);
    probe->alone_delay[window] = (double)atomic_load(&seat->delay_ns) / (double)ALONE_NS;
    probe->alone_rate[window] =
        cpu_ns > 0 ? (double)atomic_load(&seat->work_ns) / (double)cpu_ns : NAN;
}

void probe_measure(struct probe *probe)
{
    if (probe->windows == WINDOWS_MAX)
        return;
    if (probe->windows == 0)
        measure_alone(probe, 0);
    measure_all(probe, probe->windows);
    measure_alone(probe, ++probe->windows);
}

static int by_value(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Of many, all but the lowest and the highest fifth: a stall of the host in one of many windows is
 * no property of the others. NaN for none. */
static double trimmed_mean(const double values[], size_t count)
{
    double sorted[WINDOWS_MAX + 1], sum = 0;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            sorted[kept++] = values[i];
    if (kept == 0)
        return NAN;
    qsort(sorted, kept, sizeof sorted[0], by_value);
    const size_t cut = kept >= MANY_WINDOWS ? kept / TRIMMED : 0;
    for (size_t i = cut; i < kept - cut; i++)
        sum += sorted[i];
    return sum / (double)(kept - 2 * cut);
}

static double mean(const double values[], size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

struct probe_result probe_read(const struct probe *probe)
{
    const unsigned windows = probe->windows;
    double ratios[WINDOWS_MAX];
    for (unsigned i = 0; i < windows; i++)
        ratios[i] = probe->all_rate[i] / fmax(probe->alone_rate[i], probe->alone_rate[i + 1]);
    /* Means: beside another program two processes are now parted, now on one core, which a median
     * of windows takes for either, while the map of a pool has some of both. */
    return (struct probe_result){
        .capacity = trimmed_mean(ratios, windows),
        .capacity_cpu = trimmed_mean(probe->all_cpu, windows),
        .others = (double)probe->cpu_count * mean(probe->alone_delay, windows + 1),
        .windows = windows,
    };
}

void probe_stop(struct probe *probe)
{
    if (probe == NULL)
        return;
    for (unsigned i = 0; i < probe->processes; i++)
        child_end(&probe->children[i]);
    if (probe->shared != NULL)
        munmap(probe->shared, probe->shared_bytes);
    free(probe);
}
