/*
 * queue.pml - a model of common/queue.c, and of how the shm backend uses it, for Spin.
 *
 * Spin (G. Holzmann, The Spin Model Checker, 2003) walks through every order in which the steps of
 * all processes can follow each other, and here lets workers die at each of their steps. So it
 * proves, for the sizes below:
 *
 *   - No task is lost, none is answered twice, and none is run twice unless a worker died of it.
 *   - There is no deadlock and no lost call: all runs end. Nobody's sleep ends by itself here; the
 *     time slices of queue.c are an extra that may come (SLICES) and is never needed. Even the call
 *     that a dead worker owed is made up for: its death tells the coordinator, who reclaims, and
 *     that calls everybody. (One sleep of shm.c does need its slice: see_off.)
 *   - The lock can always be had again, and whoever gets it can repair the queue: whenever the lock
 *     is free, the index says what the slots say, in the order of tickets (check_index).
 *   - No livelock: no state comes twice in a run (run.sh looks for cycles).
 *
 * STEP(name) stands where queue.c and queue_slots.c have it, and run.sh checks that both sides know
 * the same names; "see" names the function of shm.c or shm_worker.c that is modelled.
 *
 * What is simplified:
 *
 *   - Memory is sequentially consistent. What queue_slots.c says about the lock is why it may be.
 *   - In an atomic block are steps on what only the holder of the lock, or only one process, can
 *     see; so it matters to nobody else what happens between them, but a worker may die there. Each
 *     change of an event, each call, each look at an event stands in a block of its own.
 *   - The kernel and glibc are trusted: a futex wakes as many sleepers as it should, any of them;
 *     a mutex is had by any of those who wait; its holder's death frees and marks it.
 *   - Of an event only matters whether it has changed since a user saw it: each user has a flag
 *     for that (watched). So its number can't wrap around here. The same goes for the epoch
 *     (counted). What has no meaning any more is set to 0, which makes fewer states.
 *   - No payloads, HELLOs and time limits, and the coordinator does not die, for then all do. (A
 *     user whose limit is over just when it was called forgets the call. Slices are for that.)
 *   - A dead worker's successor has its number as owner: real ones may have another, which is
 *     easier. The append steps of slots_rebuild are one: what they make is read by nobody before.
 */
#ifndef WORKERS /* 1 to 3 */
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 2
#endif
#ifndef DOWN_SLOTS /* of the task queue, 1 or 2 */
#define DOWN_SLOTS 2
#endif
#ifndef UP_SLOTS /* of the result queue, 1 or 2 */
#define UP_SLOTS 1
#endif
#ifndef HELD /* results that a worker may keep before it publishes them, at most UP_SLOTS */
#define HELD 1
#endif
#ifndef CRASHES /* deaths in all */
#define CRASHES 1
#endif
#ifndef SLICES /* sleeps that may end for no reason */
#define SLICES 0
#endif
#define MAX_SLOTS 2

#define COORDINATOR WORKERS /* workers are 0, 1 .. */
#define NOBODY      255
#define SENTINEL    200 /* an item that is no task; tasks are 0, 1 .. */

#define DOWN     0 /* queues */
#define UP       1
#define SLOTS(q) (q == DOWN -> DOWN_SLOTS : UP_SLOTS)

#define FREE    0 /* states of slots */
#define WRITING 1
#define READY   2
#define TAKEN   3
#define WORD(state, owner) (state + 4 * (owner + 1)) /* a slot's word; without an owner: state */
#define STATE(word)        ((word) & 3)
#define OWNER(word)        (((word) >> 2) - 1)

#define FREE_LINE       0
#define READY_LINE      1
#define EVENT(q, l)     (1 + 2 * q + l) /* names a futex; 0: none */
#define QUEUE_OF(event) ((event - 1) / 2)

#define PRODUCER       0 /* roles: what they want, hold and give */
#define CONSUMER       1
#define WANTED(role)   (role == PRODUCER -> FREE_LINE : READY_LINE)
#define HELD_BY(role)  (role == PRODUCER -> WRITING : TAKEN)
#define GIVEN(role)    (role == PRODUCER -> READY_LINE : FREE_LINE)
#define GIVEN_AS(role) (role == PRODUCER -> READY : FREE)

typedef slot_line {
    byte order[MAX_SLOTS];
    byte head, count, waiters
}

typedef shared_queue {
    byte holder; /* of the lock */
    bool broken; /* its holder died */
    byte word[MAX_SLOTS], ticket[MAX_SLOTS], item[MAX_SLOTS];
    byte next_ticket, bell_at;
    slot_line line[2]
}

#define ALIVE  0
#define DEAD   1
#define ENDED  2 /* by itself */
#define BURIED 3 /* either of them, and reaped */

shared_queue queue[2];
byte life[WORKERS];
byte watched[WORKERS]; /* the event that a user has seen, if it has not changed since */
byte counted[WORKERS]; /* the event among whose waiters it is, if they were not counted anew */
byte asleep[WORKERS];  /* the futex on which it sleeps */
bool bell;             /* the eventfd */
byte unreaped;         /* how many pidfds say that a worker has ended */
bool answered[TASKS];
byte runs[TASKS], deaths[TASKS];
byte crashes = CRASHES, slices = SLICES;

/* What a user has in its hands: give[gives] go into a queue, have[got] came out, at most `most`
 * are wanted. Then the local variables of queue.c, and how a sleep is to end. */
#define HANDS                            \
    byte give[MAX_SLOTS], have[MAX_SLOTS]; \
    byte gives, got, most;               \
    byte i, k, s, owed, end;             \
    bool rings, patient

#define STEP(name)                                            \
    if                                                        \
    :: true                                                   \
    :: crashes > 0 && me != COORDINATOR -> crashes--; goto killed \
    fi

/* --- the kernel --------------------------------------------------------------------------------*/

#define WOKEN    0
#define DOOMED   1
#define RESTLESS 2

/* It is decided beforehand who dies in its sleep and whose sleep ends for no reason. What could
 * happen at any time would save all who sleep for ever. */
inline futex_wait(event)
{
    atomic {
        STEP(wait_sleep);
        if
        :: watched[me] == event ->
            asleep[me] = event;
            if
            :: true
            :: crashes > 0 -> crashes--; end = DOOMED
            :: slices > 0 -> slices--; end = RESTLESS
            fi
        :: else
        fi;
        watched[me] = 0
    }
    if
    :: atomic { asleep[me] == 0 -> end = WOKEN }
    :: atomic { end == DOOMED -> goto killed }
    :: atomic { end == RESTLESS -> asleep[me] = 0; end = WOKEN }
    fi
}

/* Wakes at most `calls` sleepers, any of them; calls is 0 then. */
inline futex_wake(event, calls)
{
    do
    :: calls > 0 && asleep[0] == event -> asleep[0] = 0; calls--
#if WORKERS > 1
    :: calls > 0 && asleep[1] == event -> asleep[1] = 0; calls--
#endif
#if WORKERS > 2
    :: calls > 0 && asleep[2] == event -> asleep[2] = 0; calls--
#endif
    :: else -> break
    od;
    calls = 0
}

/* --- queue_slots.c -----------------------------------------------------------------------------*/

/* Invariant (I): whenever nobody has the lock, the index says what the slots say. */
inline check_line(q, l, state)
{
    k = 0;
    for (i : 0 .. SLOTS(q) - 1) {
        k = k + (STATE(queue[q].word[i]) == state -> 1 : 0)
    }
    assert(k == queue[q].line[l].count);
    for (i : 0 .. SLOTS(q) - 1) {
        k = queue[q].line[l].order[(queue[q].line[l].head + i) % SLOTS(q)];
        assert(i >= queue[q].line[l].count || STATE(queue[q].word[k]) == state);
        assert(i == 0 || i >= queue[q].line[l].count || state == FREE || queue[q].ticket[k] > s);
        s = queue[q].ticket[k]
    }
    k = 0;
    s = 0;
    i = 0
}

inline check_index(q)
{
    d_step {
        assert(!queue[q].broken); /* or the lock would be ENOTRECOVERABLE from now on */
        check_line(q, FREE_LINE, FREE);
        check_line(q, READY_LINE, READY)
    }
}

inline append(q, l, number)
{
    STEP(append_order);
    queue[q].line[l].order[(queue[q].line[l].head + queue[q].line[l].count) % SLOTS(q)] = number;
    STEP(append_count);
    queue[q].line[l].count++
}

inline announce(q, l)
{
    STEP(announce);
#ifndef MUTANT_NO_EVENT
    for (i : 0 .. WORKERS - 1) {
        watched[i] = (watched[i] == EVENT(q, l) -> 0 : watched[i])
    }
    i = 0
#endif
}

/* But for its end, the call of announce. */
inline slots_give(q, role)
{
    do
    :: k < gives ->
        assert(STATE(queue[q].word[give[k]]) == HELD_BY(role));
        if
        :: role == PRODUCER ->
            STEP(give_ticket);
            queue[q].ticket[give[k]] = queue[q].next_ticket;
            STEP(give_next_ticket);
            queue[q].next_ticket++
        :: else ->
            queue[q].item[give[k]] = 0;
            queue[q].ticket[give[k]] = 0
        fi;
        STEP(give_word);
        queue[q].word[give[k]] = GIVEN_AS(role);
        append(q, GIVEN(role), give[k]);
        k++
    :: else -> break
    od;
    k = 0
}

inline slots_get(q, role)
{
    do
    :: got < most && queue[q].line[WANTED(role)].count > 0 ->
        k = queue[q].line[WANTED(role)].order[queue[q].line[WANTED(role)].head];
        STEP(get_word);
#ifdef MUTANT_TWO_STORES
        queue[q].word[k] = HELD_BY(role);
        STEP(get_word);
#endif
        queue[q].word[k] = WORD(HELD_BY(role), me);
        have[got] = k;
        got++;
        STEP(get_head);
        queue[q].line[WANTED(role)].order[queue[q].line[WANTED(role)].head] = 0;
        queue[q].line[WANTED(role)].head = (queue[q].line[WANTED(role)].head + 1) % SLOTS(q);
        STEP(get_count);
        queue[q].line[WANTED(role)].count--
    :: else -> break
    od;
    k = 0
}

inline slots_rebuild(q)
{
    STEP(rebuild_clear);
    d_step {
        for (i : 0 .. 1) {
            queue[q].line[i].head = 0;
            queue[q].line[i].count = 0;
            queue[q].line[i].order[0] = 0;
            queue[q].line[i].order[1] = 0
        }
        for (i : 0 .. SLOTS(q) - 1) { /* append */
            k = (STATE(queue[q].word[i]) == READY -> READY_LINE : FREE_LINE);
            if
            :: STATE(queue[q].word[i]) == FREE || STATE(queue[q].word[i]) == READY ->
                queue[q].line[k].order[queue[q].line[k].count] = i;
                queue[q].line[k].count++
            :: else
            fi
        }
        i = 0;
        k = 0
    }
    STEP(rebuild_sort); /* at most two */
    d_step {
        if
        :: queue[q].line[READY_LINE].count == 2 && queue[q].ticket[0] > queue[q].ticket[1] ->
            queue[q].line[READY_LINE].order[0] = 1;
            queue[q].line[READY_LINE].order[1] = 0
        :: else
        fi
    }
}

/* --- queue.c -----------------------------------------------------------------------------------*/

inline repair_line(q, l)
{
    atomic {
        STEP(repair_waiters);
        queue[q].line[l].waiters = 0;
        announce(q, l)
    }
#ifndef MUTANT_SILENT_REPAIR
    atomic {
        s = WORKERS;
        futex_wake(EVENT(q, l), s)
    }
#endif
}

inline repair(q)
{
#ifndef MUTANT_NO_REBUILD
    atomic { slots_rebuild(q) }
#endif
#ifndef MUTANT_NO_EPOCH
    d_step { /* the epoch changes */
        for (i : 0 .. WORKERS - 1) {
            counted[i] = (counted[i] != 0 && QUEUE_OF(counted[i]) == q -> 0 : counted[i])
        }
        i = 0
    }
#endif
    repair_line(q, FREE_LINE);
    repair_line(q, READY_LINE);
    atomic {
        STEP(repair_bell);
        bell = bell || queue[q].bell_at != 0;
        queue[q].bell_at = 0
    }
}

inline lock(q)
{
    if
    :: atomic {
           STEP(lock);
           queue[q].holder == NOBODY && !queue[q].broken -> queue[q].holder = me;
           STEP(locked)
       }
    :: atomic {
           queue[q].holder == NOBODY && queue[q].broken -> queue[q].holder = me;
           STEP(locked)
       }
       repair(q);
       atomic {
           STEP(consistent);
           queue[q].broken = false
       }
    fi
}
