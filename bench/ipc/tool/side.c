#include "bench/ipc/tool/side.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bench/ipc/tool/lead.h"
#include "bench/ipc/tool/payload.h"
#include "common/io.h"

/* ---- both ----------------------------------------------------------------------------------- */

static int pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu < 0)
        return 0;
    CPU_SET((unsigned)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) != 0 ? -errno : 0;
}

/* Whole pages, touched: page faults are no part of a transfer. */
static int make_buffer(size_t bytes, void **buffer)
{
    int error = posix_memalign(buffer, 4096, (bytes + 4095) / 4096 * 4096);
    if (error != 0)
        return -error;
    memset(*buffer, 0, bytes);
    return 0;
}

/* ---- the follower --------------------------------------------------------------------------- */

static int echo(const struct side *side, void *end, const struct lead_order *order, char *message)
{
    int error = 0;
    for (uint32_t i = 0; i < order->count && error == 0; i++) {
        error = side->transport->receive(end, message, side->bytes, IO_FOREVER);
        if (error == 0)
            error = side->transport->send(end, message, side->bytes, IO_FOREVER);
    }
    return error;
}

static int swallow(const struct side *side, void *end, const struct lead_order *order,
                   char *message, bool *right)
{
    const char done = 1;
    int error = 0;
    for (uint32_t i = 0; i < order->count && error == 0; i++) {
        error = side->transport->receive(end, message, side->bytes, IO_FOREVER);
        *right &= error != 0 || payload_has_stamp(message, side->bytes, i);
    }
    if (error == 0)
        error = side->transport->send(end, &done, sizeof done, IO_FOREVER);
    if (error == 0 && side->bytes > 2 * SIDE_ORDER_BYTES) /* the clock has stopped meanwhile */
        *right &=
            payload_is(message + SIDE_ORDER_BYTES, side->bytes - 2 * SIDE_ORDER_BYTES, order->seed);
    return error;
}

/* messages[in_flight][bytes], count times. */
static int swallow_windows(const struct side *side, void *end, const struct lead_order *order,
                           char *messages, bool *right)
{
    const size_t bytes = side->bytes, ends = 2 * SIDE_ORDER_BYTES;
    const char done = 1;
    int error = 0;
    for (uint32_t i = 0; i < order->count && error == 0; i++) {
        error = side->transport->receive_window(end, messages, bytes, side->in_flight);
        for (unsigned k = 0; k < side->in_flight; k++)
            *right &= error != 0 || payload_has_stamp(messages + k * bytes, bytes, i);
        if (error == 0)
            error = side->transport->send(end, &done, sizeof done, IO_FOREVER);
    }
    for (unsigned k = 0; k < side->in_flight && error == 0 && bytes > ends; k++)
        *right &= payload_is(messages + k * bytes + SIDE_ORDER_BYTES, bytes - ends, order->seed);
    return error;
}

static int follow(const struct side *side, void *end, char *message)
{
    bool right = true;
    struct lead_order order;
    for (;;) {
        int error = side->transport->receive(end, &order, sizeof order, IO_FOREVER);
        if (error == 0 && order.kind == LEAD_END) {
            char verdict = right ? 1 : 0;
            return side->transport->send(end, &verdict, sizeof verdict, IO_FOREVER);
        }
        if (error == 0 && order.kind == LEAD_PING_PONG)
            error = echo(side, end, &order, message);
        else if (error == 0 && order.kind == LEAD_REFERENCE)
            error = side->reference->follow(side->reference_link, order.count);
        else if (error == 0 && order.kind == LEAD_WINDOW)
            error = swallow_windows(side, end, &order, message, &right);
        else if (error == 0)
            error = swallow(side, end, &order, message, &right);
        if (error != 0)
            return error;
    }
}

/* ---- either --------------------------------------------------------------------------------- */

static int work(const struct side *side, void *end)
{
    void *message = NULL, *answer = NULL;
    const bool many = side->number == 1 && side->in_flight > 0;
    int error = make_buffer(many ? side->in_flight * side->bytes : side->bytes, &message);
    if (error == 0 && side->number == 0)
        error = make_buffer(side->bytes, &answer);
    if (error == 0)
        error =
            side->number == 0 ? lead_run(side, end, message, answer) : follow(side, end, message);
    free(answer);
    free(message);
    return error;
}

int side_run(const struct side *side)
{
    void *end;
    int error = pin(side->cpu);
    if (error == 0)
        error = side->transport->attach(side->link, side->number, &end);
    if (error == 0) {
        error = work(side, end);
        side->transport->detach(end);
    }
    atomic_store(&side->outcome->errors[side->number], error);
    return error;
}
