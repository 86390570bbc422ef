/*
 * spin - shared memory, and looking at it again and again.
 *
 * THE IDEA
 *
 * Who waits does not sleep: it reads the gate's count (shared_buffer.h) until it changes. No system
 * call, no scheduler. What is left is what the hardware takes to move a cache line from one core
 * to another; nothing that two cores do can be faster.
 *
 * THE PICTURE
 *
 *       side 0, core 0      shared memory       side 1, core 1
 *     +---------+ memcpy +--------------+ memcpy +---------+
 *     | message | -----> |   a piece    | -----> | message |
 *     +---------+        +--------------+        +---------+
 *        store n + 1 --> | count: n     | <-- load: still n? and again, and again
 *                        +--------------+
 *                         the line is in both caches until the store takes it away
 *
 * THE PROTOCOL
 *
 * pass: load (acquire, pairs with the release in raise) until the count is no longer n; between two
 * loads a pause, which gives a sibling hardware thread its turn and saves the processor the guess
 * that the loop goes on. raise: a store (release), nothing else: there is nobody to wake.
 *
 * WHAT IT COSTS
 *
 * A whole core for as long as the wait lasts. If both sides must share one core, it is a disaster:
 * the one that spins keeps the other from doing what it spins for, until the scheduler takes the
 * core away, milliseconds later. So nothing is measured there. The same happens when the machine
 * has more to do than cores, which no program can know for sure.
 *
 * WHEN THINGS GO WRONG
 *
 * Only the deadline ends a wait for a side that has died. The clock is read every 1000 looks or so:
 * each time would cost more than the look.
 *
 * See Intel's Optimization Reference Manual on PAUSE in spin-wait loops.
 */
#include <errno.h>

#include "common/clock.h"
#include "common/futex.h"
#include "common/transport/shared_buffer.h"
#include "common/transport/transport.h"

#define LOOKS 1024 /* between two looks at the clock */

static void spin_raise(struct shared_gate *gate)
{
    shared_buffer_add(gate->count);
}

static int spin_pass(struct shared_gate *gate, uint32_t passed, uint64_t deadline_ns)
{
    for (unsigned look = 1; !shared_buffer_has(gate->count, passed); look++) {
        if (look % LOOKS == 0 && clock_ns() >= deadline_ns)
            return -ETIMEDOUT;
        spin_pause();
    }
    return 0;
}

static const struct shared_waiting spin_waiting = {.raise = spin_raise, .pass = spin_pass};

static int spin_open(size_t bytes, void **link)
{
    return shared_buffer_open(&spin_waiting, bytes, link);
}

const struct transport spin_transport = {
    .name = "spin",
    .summary = "shared memory; spins and never sleeps",
    .spins = true,
    .open = spin_open,
    .attach = shared_buffer_attach,
    .send = shared_buffer_send,
    .receive = shared_buffer_receive,
    .detach = shared_buffer_detach,
    .close = shared_buffer_close,
};
