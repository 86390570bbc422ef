#include "bench/ipc/tool/lead.h"

#include <string.h>

#include "bench/ipc/tool/payload.h"
#include "common/clock.h"
#include "common/io.h"

/* Minimum time of a batch; its only trip, where a single one takes longer than LONG_NS. */
#define BATCH_NS       (100 * NS_PER_US)
#define LONG_NS        NS_PER_MS
#define BATCHES_A_TURN 4 /* of short trips */
#define BATCHES_LEAST  3
#define COUNT_MOST     (1u << 20)
/* A stream takes as long as this many short trips: the way back of its last byte, half a trip, is
 * then 2.5 % of it at most. */
#define STREAM_TRIPS 20u
/* Trips timed one by one in a turn: hundreds in all, so that their slowest hundredth is known. */
#define SINGLES_LEAST 50u
/* The warm-up takes up to a fifth of the budget; after this many batches no faster than the best it
 * is over. */
#define WARM_SHARE   5
#define WARM_BATCHES 3
#define CLOCK_LOOKS  101

_Static_assert(sizeof(struct lead_order) == SIDE_ORDER_BYTES, "the order's size is known");

struct lead {
    const struct side *side;
    void *end;
    char *message, *answer;
    uint32_t trips, transfers, windows; /* of a batch, of a stream, of a batch of them */
    uint64_t trip_ns;                   /* the warm-up's best; UINT64_MAX: not known yet */
    uint64_t clock_cost_ns;
    uint8_t seed;
    bool right;
};

static int give_order(struct lead *lead, enum lead_kind kind, uint32_t count)
{
    struct lead_order order = {.kind = (uint8_t)kind, .seed = lead->seed, .count = count};
    return lead->side->transport->send(lead->end, &order, sizeof order, IO_FOREVER);
}

/* A new pattern for the messages of the next batch. */
static void renew(struct lead *lead)
{
    size_t bytes = lead->side->bytes, ends = 2 * SIDE_ORDER_BYTES;
    lead->seed++;
    if (bytes > ends)
        payload_fill(lead->message + SIDE_ORDER_BYTES, bytes - ends, lead->seed);
}

/* One round trip, with a number in its message. */
static int trip(struct lead *lead, uint32_t number)
{
    const struct transport *transport = lead->side->transport;
    size_t bytes = lead->side->bytes;
    payload_stamp(lead->message, bytes, number);
    int error = transport->send(lead->end, lead->message, bytes, IO_FOREVER);
    if (error == 0)
        error = transport->receive(lead->end, lead->answer, bytes, IO_FOREVER);
    lead->right &= error != 0 || payload_has_stamp(lead->answer, bytes, number);
    return error;
}

/* After a batch: whether the last answer is all of the last message. */
static void check(struct lead *lead)
{
    lead->right &= memcmp(lead->message, lead->answer, lead->side->bytes) == 0;
}

/* count round trips under one look at the clock: *taken_ns is what all of them took. Before it
 * there is one more, after which the follower has come here and both are awake; but where a trip
 * takes milliseconds, that would be half of the time, and is nothing in the figure. */
static int ping_pong(struct lead *lead, uint32_t count, uint64_t *taken_ns)
{
    const bool extra = lead->trip_ns < LONG_NS;
    renew(lead);
    int error = give_order(lead, LEAD_PING_PONG, count + extra);
    if (error == 0 && extra)
        error = trip(lead, UINT32_MAX);
    uint64_t begin_ns = clock_ns();
    for (uint32_t i = 0; i < count && error == 0; i++)
        error = trip(lead, i);
    *taken_ns = clock_ns() - begin_ns;
    check(lead);
    return error;
}

/* count round trips, each timed by itself. */
static int single_trips(struct lead *lead, uint32_t count)
{
    struct side_outcome *outcome = lead->side->outcome;
    renew(lead);
    int error = give_order(lead, LEAD_PING_PONG, count + 1);
    if (error == 0)
        error = trip(lead, UINT32_MAX);
    for (uint32_t i = 0; i < count && error == 0; i++) {
        uint64_t begin_ns = clock_ns();
        error = trip(lead, i);
        uint64_t taken_ns = clock_ns() - begin_ns;
        taken_ns -= taken_ns > lead->clock_cost_ns ? lead->clock_cost_ns : taken_ns;
        outcome->trip_ns[outcome->trips++] = (double)taken_ns;
    }
    check(lead);
    return error;
}

/* count messages one way, until the follower says that it has the last one. */
static int stream(struct lead *lead, uint32_t count, uint64_t *taken_ns)
{
    const struct transport *transport = lead->side->transport;
    char done;
    renew(lead);
    int error = give_order(lead, LEAD_STREAM, count);
    uint64_t begin_ns = clock_ns();
    for (uint32_t i = 0; i < count && error == 0; i++) {
        payload_stamp(lead->message, lead->side->bytes, i);
        error = transport->send(lead->end, lead->message, lead->side->bytes, IO_FOREVER);
    }
    if (error == 0)
        error = transport->receive(lead->end, &done, sizeof done, IO_FOREVER);
    *taken_ns = clock_ns() - begin_ns;
    return error;
}

/* count windows, each until the follower says that it has all of it. One more goes before them: the
 * follower may still be comparing the last window's messages, all of them. */
static int send_windows(struct lead *lead, uint32_t count, uint64_t *taken_ns)
{
    const struct side *side = lead->side;
    char done;
    uint64_t begin_ns = 0;
    renew(lead);
    int error = give_order(lead, LEAD_WINDOW, count + 1);
    for (uint32_t i = 0; i < count + 1 && error == 0; i++) {
        if (i == 1)
            begin_ns = clock_ns();
        payload_stamp(lead->message, side->bytes, i);
        error =
            side->transport->send_window(lead->end, lead->message, side->bytes, side->in_flight);
        if (error == 0)
            error = side->transport->receive(lead->end, &done, sizeof done, IO_FOREVER);
    }
    *taken_ns = clock_ns() - begin_ns;
    return error;
}

/* The clock's own cost: the median of looks one after the other. */
static uint64_t clock_cost(void)
{
    uint64_t costs[CLOCK_LOOKS] = {0};
    for (size_t i = 0; i < CLOCK_LOOKS; i++) {
        uint64_t begin_ns = clock_ns();
        uint64_t cost = clock_ns() - begin_ns;
        size_t place = i;
        for (; place > 0 && costs[place - 1] > cost; place--)
            costs[place] = costs[place - 1];
        costs[place] = cost;
    }
    return costs[CLOCK_LOOKS / 2];
}

/* Repeats a batch until it is no faster than the best before it, or the warm-up's time is over.
 * *count: how many make a batch of target_ns, by the best so far, for the first ones are slow. */
static int warm_up(struct lead *lead, int (*batch)(struct lead *, uint32_t, uint64_t *),
                   uint64_t target_ns, uint32_t *count, uint64_t *unit_ns)
{
    uint64_t deadline_ns = clock_deadline(lead->side->budget_ns / (2 * WARM_SHARE));
    uint64_t taken_ns = 0;
    *count = 1;
    *unit_ns = UINT64_MAX;
    for (unsigned slower = 0, done = 1; slower < WARM_BATCHES; done++) {
        int error = batch(lead, *count, &taken_ns);
        if (error != 0)
            return error;
        uint64_t unit = taken_ns / *count + 1; /* never 0 */
        slower = unit < *unit_ns ? 0 : slower + 1;
        *unit_ns = unit < *unit_ns ? unit : *unit_ns;
        uint64_t wanted = target_ns / *unit_ns + 1;
        *count = wanted < COUNT_MOST ? (uint32_t)wanted : COUNT_MOST;
        if (clock_ns() > deadline_ns &&
            (done >= WARM_BATCHES || (done > 1 && *unit_ns >= lead->side->budget_ns)))
            break; /* the first one alone would tell of page faults and of waking up */
    }
    return 0;
}

static int take_batch(struct lead *lead, uint64_t *taken_ns)
{
    struct side_outcome *outcome = lead->side->outcome;
    int error = ping_pong(lead, lead->trips, taken_ns);
    if (error != 0)
        return error;
    outcome->round_trip_ns[outcome->batches++] = (double)*taken_ns / lead->trips;
    outcome->round_trips += lead->trips;
    return 0;
}

static int take_windows(struct lead *lead)
{
    struct side_outcome *outcome = lead->side->outcome;
    const uint64_t messages = (uint64_t)lead->windows * lead->side->in_flight;
    uint64_t taken_ns;
    int error = send_windows(lead, lead->windows, &taken_ns);
    if (error != 0)
        return error;
    outcome->window_ns[outcome->windows++] = (double)taken_ns / (double)messages;
    outcome->transfers += messages;
    outcome->in_flight = lead->side->in_flight;
    return error;
}

static int take_stream(struct lead *lead)
{
    struct side_outcome *outcome = lead->side->outcome;
    uint64_t taken_ns;
    int error = stream(lead, lead->transfers, &taken_ns);
    if (error != 0)
        return error;
    outcome->transfer_ns[outcome->streams++] = (double)taken_ns / lead->transfers;
    outcome->transfers += lead->transfers;
    return error;
}

/* What the reference does: trips, or windows. */
static uint32_t reference_rounds(const struct lead *lead)
{
    return lead->side->reference->windows ? lead->windows : lead->trips;
}

static int take_reference(struct lead *lead)
{
    const struct side *side = lead->side;
    const uint32_t rounds = reference_rounds(lead);
    double taken_ns;
    int error = give_order(lead, LEAD_REFERENCE, rounds);
    if (error == 0)
        error = side->reference->lead(side->reference_link, rounds, &taken_ns);
    if (error == 0)
        side->outcome->reference_ns[side->outcome->references++] = taken_ns / rounds;
    return error;
}

/* A batch of each; which is first changes. */
static int take_pair(struct lead *lead)
{
    bool first = lead->side->outcome->references % 2 == 0;
    uint64_t taken_ns;
    int error = first ? take_reference(lead) : 0;
    if (error == 0)
        error = lead->side->reference->windows ? take_windows(lead) : take_batch(lead, &taken_ns);
    return error == 0 && !first ? take_reference(lead) : error;
}

/* Batches, and as many trips one by one. Where a single trip is a batch, the batches are these. */
static int take_trips(struct lead *lead)
{
    struct side_outcome *outcome = lead->side->outcome;
    const uint32_t singles = lead->trips > SINGLES_LEAST ? lead->trips : SINGLES_LEAST;
    const unsigned batches = lead->trip_ns < LONG_NS ? BATCHES_A_TURN : 1;
    uint64_t taken_ns = 0;
    int error = 0;
    for (unsigned i = 0; i < batches && error == 0 && outcome->batches < SIDE_BATCHES_MOST; i++) {
        error = take_batch(lead, &taken_ns);
        if (error == 0 && lead->trips == 1 && outcome->trips < SIDE_TRIPS_MOST)
            outcome->trip_ns[outcome->trips++] = (double)taken_ns;
    }
    if (error == 0 && lead->trips > 1 && outcome->trips + singles <= SIDE_TRIPS_MOST)
        error = single_trips(lead, singles);
    return error;
}

/* Some of each. */
static int take_turns(struct lead *lead)
{
    if (lead->side->reference != NULL)
        return take_pair(lead);
    int error = take_trips(lead);
    if (error == 0)
        error = take_stream(lead);
    if (error == 0 && lead->side->in_flight > 0)
        error = take_windows(lead);
    return error;
}

/* One kind after the other, so that each knows how many make a batch. Beside a reference only what
 * it does is measured. */
static int warm_all(struct lead *lead)
{
    const struct side *side = lead->side;
    const bool all = side->reference == NULL;
    uint64_t transfer_ns, window_ns;
    int error = warm_up(lead, ping_pong, BATCH_NS, &lead->trips, &lead->trip_ns);
    uint64_t stream_ns = STREAM_TRIPS * (lead->trip_ns < BATCH_NS ? lead->trip_ns : BATCH_NS);
    lead->transfers = 1;
    if (error == 0 && all && lead->trip_ns < LONG_NS) /* else one is enough, and all is touched */
        error = warm_up(lead, stream, stream_ns < BATCH_NS ? BATCH_NS : stream_ns, &lead->transfers,
                        &transfer_ns);
    if (error == 0 && side->in_flight > 0 && (all || side->reference->windows))
        error = warm_up(lead, send_windows, BATCH_NS, &lead->windows, &window_ns);
    return error;
}

/* A spread needs some batches. But where a single trip takes all of the budget there is one. */
static bool enough(const struct lead *lead, uint64_t deadline_ns)
{
    const struct side_outcome *outcome = lead->side->outcome;
    const size_t most = SIDE_BATCHES_MOST,
                 done = lead->side->reference != NULL && lead->side->reference->windows
                            ? outcome->windows
                            : outcome->batches,
                 least = lead->trip_ns < lead->side->budget_ns ? BATCHES_LEAST : 1;
    return outcome->batches >= most || outcome->references >= most || outcome->streams >= most ||
           outcome->windows >= most || (done >= least && clock_ns() >= deadline_ns);
}

int lead_run(const struct side *side, void *end, char *message, char *answer)
{
    struct lead lead = {.side = side,
                        .end = end,
                        .message = message,
                        .answer = answer,
                        .clock_cost_ns = clock_cost(),
                        .right = true};
    struct side_outcome *outcome = side->outcome;
    char verdict = 0;
    int error = warm_all(&lead);
    uint64_t deadline_ns = clock_deadline(side->budget_ns);
    while (error == 0 && !enough(&lead, deadline_ns))
        error = take_turns(&lead);
    if (error == 0)
        error = give_order(&lead, LEAD_END, 0);
    if (error == 0)
        error = side->transport->receive(end, &verdict, sizeof verdict, IO_FOREVER);
    outcome->verified = error == 0 && lead.right && verdict == 1;
    atomic_store(&outcome->finished, error == 0 ? 1 : 0);
    return error;
}
