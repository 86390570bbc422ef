/*
 * futex - shared memory, and a word of it on which to sleep.
 *
 * THE IDEA
 *
 * The gate's count lies in shared memory already (shared_buffer.h). A futex lets a side sleep on
 * that very word: "sleep, if it is still n". Raising is adding one, then waking who sleeps.
 *
 * THE PICTURE
 *
 *       side 0            shared memory             side 1
 *     +---------+ memcpy +--------------+ memcpy +---------+
 *     | message | -----> |   a piece    | -----> | message |
 *     +---------+        +--------------+        +---------+
 *        store n + 1 --> | count: n     | <-- load: still n, so sleep
 *             |          +--------------+          |
 *             +--- FUTEX_WAKE --> kernel --> wakes it, if it slept
 *
 * THE PROTOCOL
 *
 * pass: while the count is n (acquire, pairs with the release in raise), FUTEX_WAIT for n. raise:
 * store n + 1 (release), then FUTEX_WAKE. No wake-up is lost: the kernel compares the word with n
 * under a lock that FUTEX_WAKE takes too, so either it sees n + 1 and does not sleep, or it sleeps
 * before the wake-up looks for sleepers.
 *
 * WHAT IT COSTS
 *
 * This page never spins and always calls: a wake-up for each piece, whether somebody sleeps or not,
 * and a sleep whenever a side is too early. What remains is the price of putting a side to sleep
 * and waking it, on another core by an interrupt. spin_futex.c avoids both if the answer is near.
 *
 * WHEN THINGS GO WRONG
 *
 * The kernel knows nobody behind the word: a side's death wakes nobody, only the deadline helps.
 *
 * See futex(2); U. Drepper, "Futexes Are Tricky".
 */
#include "common/futex.h"

#include "common/transport/shared_buffer.h"
#include "common/transport/transport.h"

static void futex_raise(struct shared_gate *gate)
{
    shared_buffer_add(gate->count);
    futex_wake(&gate->count->raised, 1);
}

static int futex_pass(struct shared_gate *gate, uint32_t passed, uint64_t deadline_ns)
{
    int error = 0;
    while (error == 0 && !shared_buffer_has(gate->count, passed)) /* it was `passed` just now */
        error = futex_wait(&gate->count->raised, passed, deadline_ns);
    return error;
}

static const struct shared_waiting futex_waiting = {.raise = futex_raise, .pass = futex_pass};

static int futex_open(size_t bytes, void **link)
{
    return shared_buffer_open(&futex_waiting, bytes, link);
}

const struct transport futex_transport = {
    .name = "futex",
    .summary = "shared memory; sleeps on a futex, at once",
    .open = futex_open,
    .attach = shared_buffer_attach,
    .send = shared_buffer_send,
    .receive = shared_buffer_receive,
    .detach = shared_buffer_detach,
    .close = shared_buffer_close,
};
