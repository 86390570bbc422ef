/*
 * queue.pml - a model of common/queue.c, and of how the shm backend uses it, for Spin.
 *
 * Spin (G. Holzmann, The Spin Model Checker, 2003) walks through every order in which the steps of
 * all processes can follow each other, and here lets workers die at each of their steps. It shows,
 * for the sizes in run.sh:
 *
 *   - No task is lost, none is answered twice, and none is run twice unless a worker died of it.
 *   - There is no deadlock and no lost call: all runs end. Nobody's sleep ends by itself here; the
 *     time slices of queue.c are an extra that may come (SLICES) and is never needed. Even the call
 *     that a dead worker owed is made up for: its death tells the coordinator, who reclaims, and
 *     that calls everybody. (One sleep of shm.c does need its slice: see staff_sleep.)
 *   - The lock can always be had again, and whoever gets it can repair the queue: whenever the lock
 *     is free, the index says what the slots say, in the order of tickets.
 *   - No livelock: no state comes twice in a run (run.sh, cycles).
 *
 * STEP(name) stands where queue.c and queue_slots.c have it, and "see" names a function of
 * theirs or of shm; run.sh checks that both sides agree on the names.
 *
 * What is simplified:
 *
 *   - Memory is sequentially consistent. That the lock orders all else is said in queue_slots.c.
 *   - An atomic block holds steps on what only the holder of the lock, or one process, looks at: to
 *     the others it can't matter what happens between them. But a worker may die there. Changes of
 *     an event, calls, and looks at an event are in different blocks.
 *   - The kernel and glibc are trusted: a futex wakes as many sleepers as it should, any of them;
 *     a mutex is had by any of those who wait; its holder's death frees and marks it.
 *   - Of an event only matters whether it has changed since a user saw it, so that is all there is
 *     (watched); its number can't wrap around here. The same goes for the epoch (counted).
 *   - No payloads, HELLOs and time limits, and the coordinator does not die, for then all do. (A
 *     user whose limit is over just when it was called forgets the call. Slices are for that.)
 *   - A dead worker's successor has its number as owner; real ones may have another: easier. The
 *     append steps of slots_rebuild are one, for nobody reads a half-built index.
 *   - What has no meaning any more is set to 0, which makes fewer states.
 */
#ifndef WORKERS /* 1 to 3 */
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 2
#endif
#ifndef DOWN_SLOTS /* of the task queue */
#define DOWN_SLOTS 2
#endif
#ifndef UP_SLOTS /* of the result queue */
#define UP_SLOTS 1
#endif
#ifndef HELD /* results that a worker keeps at most; WORKERS * (HELD - 1) < UP_SLOTS */
#define HELD 1
#endif
#ifndef CRASHES /* deaths in all */
#define CRASHES 1
#endif
#ifndef SLICES /* sleeps that may end for no reason */
#define SLICES 0
#endif
#if DOWN_SLOTS > UP_SLOTS
#define MAX_SLOTS DOWN_SLOTS
#else
#define MAX_SLOTS UP_SLOTS
#endif

#define COORDINATOR WORKERS /* workers are 0, 1 .. */
#define NOBODY      255

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
#define REAPED 3 /* was dead; it may own slots */
#define BURIED 4 /* nothing is left of it */

shared_queue queue[2];
byte life[WORKERS];
byte watched[WORKERS + 1]; /* the event that a user has seen, if it has not changed since */
byte counted[WORKERS + 1]; /* the event among whose waiters it is, if they were not counted anew */
byte asleep[WORKERS + 1];  /* the futex on which it sleeps */
bool bell;             /* the eventfd */
byte unreaped;         /* how many pidfds say that a worker has ended */
bool answered[TASKS];
byte runs[TASKS], deaths[TASKS];
byte crashes = CRASHES, slices = SLICES;

/* What a user has in its hands: give[gives] go into a queue, have[got] came out, at most `most`
 * are wanted. Then the local variables of queue.c, and how a sleep is to end. */
#define HANDS                              \
    byte give[MAX_SLOTS], have[MAX_SLOTS]; \
    byte gives, got, most;                 \
    byte i, k, s, owed, fate;              \
    bool wait, patient, rings

#define STEP(name)                                                \
    if                                                            \
    :: true                                                       \
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
            :: crashes > 0 -> crashes--; fate = DOOMED
            :: slices > 0 -> slices--; fate = RESTLESS
            fi
        :: else
        fi;
        watched[me] = 0
    }
    if
    :: atomic { asleep[me] == 0 -> fate = WOKEN }
    :: atomic { fate == DOOMED -> goto killed }
    :: atomic { fate == RESTLESS -> asleep[me] = 0; fate = WOKEN }
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

/* Invariant (I): whenever nobody has the lock, the index says what the slots say. Here that it has
 * as many of each; that they are these, and in order, is seen when they are got. */
inline check_index(q)
{
    assert(!queue[q].broken); /* or the lock would be ENOTRECOVERABLE from now on */
    for (i : 0 .. SLOTS(q) - 1) {
        k = k + (STATE(queue[q].word[i]) == FREE -> 1 : 0);
        s = s + (STATE(queue[q].word[i]) == READY -> 1 : 0)
    }
    assert(k == queue[q].line[FREE_LINE].count && s == queue[q].line[READY_LINE].count);
    i = 0;
    k = 0;
    s = 0
}

inline check_next(q, role, number)
{
    assert(STATE(queue[q].word[number]) == (role == PRODUCER -> FREE : READY));
    for (i : 0 .. SLOTS(q) - 1) {
        assert(role == PRODUCER || STATE(queue[q].word[i]) != READY ||
               queue[q].ticket[number] <= queue[q].ticket[i])
    }
    i = 0
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
        :: else
        fi;
        STEP(give_word);
        queue[q].word[give[k]] = GIVEN_AS(role);
        queue[q].ticket[give[k]] = (role == PRODUCER -> queue[q].ticket[give[k]] : 0);
        queue[q].item[give[k]] = (role == PRODUCER -> queue[q].item[give[k]] : 0);
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
        check_next(q, role, k);
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
            for (k : 0 .. MAX_SLOTS - 1) {
                queue[q].line[i].order[k] = 0
            }
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
    STEP(rebuild_sort);
    d_step { /* exchanges neighbours, until they are in the order of tickets */
        i = 0;
        do
        :: i + 1 < queue[q].line[READY_LINE].count ->
            k = queue[q].line[READY_LINE].order[i];
            s = queue[q].line[READY_LINE].order[i + 1];
            if
            :: queue[q].ticket[k] > queue[q].ticket[s] ->
                queue[q].line[READY_LINE].order[i] = s;
                queue[q].line[READY_LINE].order[i + 1] = k;
                i = 0
            :: else -> i++
            fi
        :: else -> break
        od;
        i = 0;
        k = 0;
        s = 0
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
           queue[q].holder == NOBODY && !queue[q].broken ->
           STEP(lock);
           queue[q].holder = me;
           STEP(locked)
       }
    :: atomic {
           queue[q].holder == NOBODY && queue[q].broken ->
           STEP(lock);
           queue[q].holder = me;
           STEP(locked)
       }
       repair(q);
       atomic {
           STEP(repaired);
           queue[q].broken = false
       }
    :: atomic { /* as the first step, but while another one has the lock */
           queue[q].holder != NOBODY && crashes > 0 && me != COORDINATOR ->
           crashes--;
           goto killed
       }
    fi
}

/* Its second half is call. */
inline unlock(q)
{
    STEP(unlock);
    check_index(q);
    queue[q].holder = NOBODY
}

inline call(q, l)
{
    STEP(call);
    futex_wake(EVENT(q, l), owed);
    bell = bell || rings;
    rings = false
}

inline note_calls(q, l)
{
    owed = (gives < queue[q].line[l].waiters -> gives : queue[q].line[l].waiters);
    if
    :: queue[q].bell_at != 0 && queue[q].line[READY_LINE].count >= queue[q].bell_at ->
        STEP(bell_off);
        queue[q].bell_at = 0;
        rings = true
    :: else
    fi
}

/* After a sleep, and with the lock: it is no waiter any more. */
inline uncount(q, l)
{
    queue[q].line[l].waiters = queue[q].line[l].waiters - (counted[me] != 0 -> 1 : 0);
    counted[me] = 0
}

/* All that users do, up to the unlock; call is to follow. Who waits has nothing to give. */
inline turn(q, role)
{
    do
    :: lock(q);
        if
        :: gives > 0 ->
#ifdef MUTANT_EARLY_CALL
            atomic {
                note_calls(q, GIVEN(role));
                call(q, GIVEN(role))
            }
#endif
            atomic { slots_give(q, role) }
            atomic {
                announce(q, GIVEN(role));
                note_calls(q, GIVEN(role));
#ifdef MUTANT_EARLY_CALL
                owed = 0;
#endif
                gives = 0;
                slots_get(q, role);
                unlock(q);
                break
            }
        :: atomic { /* see: await */
               gives == 0 && (!wait || queue[q].line[WANTED(role)].count > 0) ->
               uncount(q, WANTED(role));
               slots_get(q, role);
               unlock(q);
               wait = false;
               patient = false;
               break
           }
        :: atomic {
               gives == 0 && wait && queue[q].line[WANTED(role)].count == 0 && !patient ->
               unlock(q); /* and then it spins for a while */
               patient = true
           }
        :: atomic { /* see: doze */
               gives == 0 && wait && queue[q].line[WANTED(role)].count == 0 && patient ->
               uncount(q, WANTED(role));
               watched[me] = EVENT(q, WANTED(role));
               STEP(wait_count);
               queue[q].line[WANTED(role)].waiters++;
               counted[me] = EVENT(q, WANTED(role));
               unlock(q)
           }
           futex_wait(EVENT(q, WANTED(role)))
        fi
    od
}

/* Asks for a ring when `least` are ready. ready: they are, and it won't ring. */
inline queue_ask_bell(q)
{
    lock(q);
    atomic {
        ready = queue[q].line[READY_LINE].count >= least;
        STEP(bell_on);
        queue[q].bell_at = (ready -> 0 : least);
        unlock(q);
        call(q, FREE_LINE)
    }
}

/* What it had reserved is free; what it had taken is ready again, unless it has its answer. */
inline queue_reclaim(q, dead)
{
    lock(q);
    atomic {
        for (k : 0 .. SLOTS(q) - 1) {
            if
            :: STATE(queue[q].word[k]) == TAKEN && OWNER(queue[q].word[k]) == dead &&
               queue[q].item[k] < TASKS && !answered[queue[q].item[k]] -> /* see: unanswered */
                deaths[queue[q].item[k]]++;
                STEP(reclaim_word);
                queue[q].word[k] = READY
            :: else ->
                if
                :: OWNER(queue[q].word[k]) == dead ->
                    queue[q].word[k] = FREE;
                    queue[q].ticket[k] = 0;
                    queue[q].item[k] = 0
                :: else
                fi
            fi
        }
        k = 0
    }
    repair(q);
    atomic {
        unlock(q);
        call(q, FREE_LINE)
    }
}
