/*
 * spin-futex - shared memory; spin for a moment, then sleep.
 *
 * THE IDEA
 *
 * Spinning is best if the answer is near, sleeping if it is far, and nobody knows which. Spinning
 * for as long as a sleep would cost, and sleeping then, is never worse than twice the better one
 * (the argument of renting skis: buy them once the rent has cost as much). This is how the shm
 * backend's queue waits, and a mutex of glibc's adaptive kind.
 *
 * THE PICTURE
 *
 *       side 0            shared memory             side 1
 *     +---------+ memcpy +--------------+ memcpy +---------+
 *     | message | -----> |   a piece    | -----> | message |
 *     +---------+        +--------------+        +---------+
 *     1. store n + 1 --> | count: n     | <-- 3. still n? up to 200 times,
 *     2. load ---------> | sleeping: 0  | <-- 4. store 1, look again, FUTEX_WAIT
 *        1? FUTEX_WAKE   +--------------+
 *
 * THE PROTOCOL
 *
 * A wake-up is a system call, so it is made only if somebody says that he sleeps. Each side writes
 * one word and reads the other's: raise writes the count, then reads `sleeping`; pass writes
 * `sleeping`, then reads the count. One of the two must see the other's store, or a side would
 * sleep for ever; acquire and release do not promise that (each may see the old value, as in
 * Dekker's algorithm), sequential consistency does. So these four are seq_cst.
 *
 * WHAT IT COSTS
 *
 * With a free core for each: as spin.c, and a fence for each raise. On one core: as futex.c, and
 * the spinning in vain before each sleep.
 *
 * WHEN THINGS GO WRONG
 *
 * As on the page of futex. A side that dies asleep leaves `sleeping` set: a needless call, no more.
 *
 * See futex(2); A. Karlin et al., "Competitive Randomized Algorithms for Nonuniform Problems",
 * Algorithmica 11 (1994), on spinning and blocking.
 */
#include "common/futex.h"

#include "common/transport/shared_buffer.h"
#include "common/transport/transport.h"

#define SPIN_WAIT 200 /* pauses, as in queue.c: about the price of a sleep */

static void spin_futex_raise(struct shared_gate *gate)
{
    struct shared_count *count = gate->count;
    uint32_t raised = atomic_load_explicit(&count->raised, memory_order_relaxed); /* ours */
    atomic_store(&count->raised, raised + 1); /* seq_cst, and a release for shared_buffer_has */
    if (atomic_load(&count->sleeping) != 0)   /* seq_cst: pairs with the store in doze */
        futex_wake(&count->raised, 1);
}

/* Says that it sleeps, looks once more, sleeps: until it has passed or the deadline. */
static int doze(struct shared_count *count, uint32_t passed, uint64_t deadline_ns)
{
    int error = 0;
    atomic_store(&count->sleeping, 1); /* seq_cst: pairs with the load in raise */
    while (error == 0 && atomic_load(&count->raised) == passed)
        error = futex_wait(&count->raised, passed, deadline_ns);
    /* relaxed: who reads the old value makes one call too many */
    atomic_store_explicit(&count->sleeping, 0, memory_order_relaxed);
    return error;
}

static int spin_futex_pass(struct shared_gate *gate, uint32_t passed, uint64_t deadline_ns)
{
    for (unsigned i = 0; i < SPIN_WAIT; i++) {
        if (shared_buffer_has(gate->count, passed))
            return 0;
        spin_pause();
    }
    return doze(gate->count, passed, deadline_ns);
}

static const struct shared_waiting spin_futex_waiting = {
    .raise = spin_futex_raise,
    .pass = spin_futex_pass,
};

static int spin_futex_open(size_t bytes, void **link)
{
    return shared_buffer_open(&spin_futex_waiting, bytes, link);
}

const struct transport spin_futex_transport = {
    .name = "spin-futex",
    .summary = "shared memory; spins for a moment, then sleeps on a futex",
    .open = spin_futex_open,
    .attach = shared_buffer_attach,
    .send = shared_buffer_send,
    .receive = shared_buffer_receive,
    .detach = shared_buffer_detach,
    .close = shared_buffer_close,
};
