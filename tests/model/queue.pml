/*
 * queue.pml - a model of common/queue.c and of how the shm backend uses it, for Spin.
 *
 * Spin (G. Holzmann, The Spin Model Checker, 2003) walks through every order in which the steps of
 * the processes can follow each other, and kills workers at each of them. What is shown, for the
 * sizes below and any schedule:
 *
 *   - no task is lost, none is answered twice, and none is run twice unless a worker died of it;
 *   - no deadlock, no lost call: all ends, though nobody's sleep ends by itself. The time slices of
 *     queue.c are an extra here that may come (SLICES) but is never needed, not even for the call
 *     that a dead worker owes: its death tells the coordinator, whose reclaim calls everybody;
 *   - no livelock: there is no cycle of states (run.sh, non-progress);
 *   - whoever gets the lock after a death can repair the queue; whenever the lock is free, the
 *     index says what the slots say, in the order of tickets, and no slot is lost (check_index).
 *
 * A comment "step: NAME" stands at the statement that does what follows STEP(NAME) in queue.c or
 * queue_slots.c; "see: NAME" names a function of shm.c or shm_worker.c. run.sh checks that both
 * sides have the same steps.
 *
 * What is simplified
 *   - Memory is sequentially consistent; queue_slots.c says why its orders are enough for that.
 *   - The kernel and glibc are trusted: a futex wakes as many sleepers as asked, whichever of them;
 *     a robust mutex is had by anybody who waits for it; a holder's death frees and marks it.
 *   - An event is a number that is only compared with one seen before, so each user has a flag
 *     instead: it has not changed since (watched). The number's wrap-around is left out; an epoch
 *     and the number of waiters are treated alike (counted).
 *   - There are no payloads, time limits, HELLOs; the coordinator does not die, for then all do.
 *     A user that gives up at its time limit right after it was called forgets that call: this
 *     is what slices are for, and nothing here speaks of it.
 *   - A dead worker's successor has the same number as owner. Real ones have another process id,
 *     or the same, so this is the harder case.
 *   - queue_rebuild's appends are one step: nobody reads an index that is not yet rebuilt.
 *   - Where a variable's value matters no more, it is set to 0, so that states are fewer.
 */
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 2
#endif
#ifndef DOWN_SLOTS
#define DOWN_SLOTS 2 /* of the task queue */
#endif
#ifndef UP_SLOTS
#define UP_SLOTS 1 /* of the result queue */
#endif
#ifndef HELD
#define HELD 1 /* results that a worker may keep before it publishes them */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef SLICES
#define SLICES 0 /* sleeps that may end for no reason */
#endif

#define MAX_SLOTS   2 /* at least DOWN_SLOTS and UP_SLOTS */
#define COORDINATOR WORKERS
#define NOBODY      255
#define SENTINEL    200 /* an item that is no task */

#define DOWN     0 /* queues */
#define UP       1
#define SLOTS(q) ((q) == DOWN -> DOWN_SLOTS : UP_SLOTS)

#define FREE    0 /* states of slots: word = state + 4 * owner's number */
#define WRITING 1
#define READY   2
#define TAKEN   3
#define WORD(state, owner) ((state) + 4 * (owner) + 4)
#define STATE(word)        ((word) & 3)
#define OWNER(word)        (((word) >> 2) - 1)

#define FREE_LINE  0
#define READY_LINE 1
#define EVENT(q, l)     (1 + 2 * (q) + (l)) /* a futex's name; 0: none */
#define QUEUE_OF(event) (((event) - 1) / 2)

#define PRODUCER 0 /* roles: what each wants, holds, gives */
#define CONSUMER 1
#define HELD_BY(role)  (role == PRODUCER -> WRITING : TAKEN)
#define GIVEN_BY(role) (role == PRODUCER -> READY : FREE)
#define WANTED(role)   (role == PRODUCER -> FREE_LINE : READY_LINE)
#define GIVEN(role)    (role == PRODUCER -> READY_LINE : FREE_LINE)

typedef slot_line {
    byte order[MAX_SLOTS];
    byte head, count, waiters
}

typedef shared_queue {
    byte holder; /* of the lock */
    bool broken; /* its last holder died */
    byte word[MAX_SLOTS];
    byte ticket[MAX_SLOTS];
    byte item[MAX_SLOTS];
    byte next_ticket;
    byte bell_at;
    slot_line line[2]
}

#define ALIVE  0
#define KILLED 1 /* at this very step */
#define DEAD   2
#define ENDED  3 /* by itself */
#define BURIED 4 /* either of them, reaped */

shared_queue queue[2];
byte life[WORKERS];
byte watched[WORKERS]; /* the event that a user has seen, if it has not changed since */
byte counted[WORKERS]; /* the event among whose waiters it is counted */
byte asleep[WORKERS];  /* the futex it sleeps on */
bool bell;             /* the eventfd */
byte unreaped;         /* pidfds that say that a worker has ended */
bool answered[TASKS];
byte runs[TASKS], deaths[TASKS];
byte crashes = CRASHES, slices = SLICES;

/* What each user has in its hands: give[gives] goes into a queue, have[got] came out, of at most
 * `most` wanted. The rest are the local variables of queue.c. */
#define HANDS                       \
    byte give[MAX_SLOTS], gives;    \
    byte have[MAX_SLOTS], got, most; \
    byte i, k, s, owed;             \
    bool rings, patient

/* --- the kernel --------------------------------------------------------------------------------*/

inline futex_wait(event)
{
    atomic {
        asleep[me] = (watched[me] == event -> event : 0);
        watched[me] = 0
    }
    asleep[me] == 0
}

/* Wakes at most `calls` sleepers, any of them. */
inline futex_wake(event, calls)
{
    atomic {
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
}

/* --- queue_slots.c -----------------------------------------------------------------------------*/

/* Invariant (I): whenever nobody has the lock, the index says what the slots say. */
inline check_index(q)
{
    d_step {
        assert(!queue[q].broken); /* or the next one would get ENOTRECOVERABLE */
        s = 0;
        for (i : 0 .. SLOTS(q) - 1) {
            s = s + (STATE(queue[q].word[i]) == FREE -> 1 : 0);
            s = s + (STATE(queue[q].word[i]) == READY -> 16 : 0)
        }
        assert(s == queue[q].line[FREE_LINE].count + 16 * queue[q].line[READY_LINE].count);
        i = 0;
        do
        :: i < queue[q].line[FREE_LINE].count ->
            s = queue[q].line[FREE_LINE].order[(queue[q].line[FREE_LINE].head + i) % SLOTS(q)];
            assert(STATE(queue[q].word[s]) == FREE);
            i++
        :: else -> break
        od;
        i = 0;
        k = 0;
        do
        :: i < queue[q].line[READY_LINE].count ->
            s = queue[q].line[READY_LINE].order[(queue[q].line[READY_LINE].head + i) % SLOTS(q)];
            assert(STATE(queue[q].word[s]) == READY);
            assert(i == 0 || queue[q].ticket[s] > k);
            k = queue[q].ticket[s];
            i++
        :: else -> break
        od;
        i = 0;
        k = 0;
        s = 0
    }
}

inline append(q, l, number)
{
    queue[q].line[l].order[(queue[q].line[l].head + queue[q].line[l].count) % SLOTS(q)] =
        number;                 /* step: append_order */
    queue[q].line[l].count++    /* step: append_count */
}

inline announce(q, l)
{
    d_step { /* step: announce */
        for (i : 0 .. WORKERS - 1) {
            watched[i] = (watched[i] == EVENT(q, l) -> 0 : watched[i])
        }
        i = 0
    }
}

inline slots_give(q, role)
{
    k = 0;
    do
    :: k < gives ->
        assert(STATE(queue[q].word[give[k]]) == HELD_BY(role));
        if
        :: role == PRODUCER ->
            queue[q].ticket[give[k]] = queue[q].next_ticket; /* step: give_ticket */
            queue[q].next_ticket++                           /* step: give_next_ticket */
        :: else ->
            d_step {
                queue[q].ticket[give[k]] = 0;
                queue[q].item[give[k]] = 0
            }
        fi;
        queue[q].word[give[k]] = GIVEN_BY(role); /* step: give_word */
        append(q, GIVEN(role), give[k]);
        k++
    :: else -> break
    od;
    k = 0;
    announce(q, GIVEN(role))
}

inline slots_get(q, role)
{
    do
    :: got < most && queue[q].line[WANTED(role)].count > 0 ->
        have[got] = queue[q].line[WANTED(role)].order[queue[q].line[WANTED(role)].head];
        queue[q].word[have[got]] = WORD(HELD_BY(role), me); /* step: get_word */
        got++;
        d_step { /* step: get_head */
            queue[q].line[WANTED(role)].order[queue[q].line[WANTED(role)].head] = 0;
            queue[q].line[WANTED(role)].head = (queue[q].line[WANTED(role)].head + 1) % SLOTS(q)
        }
        queue[q].line[WANTED(role)].count-- /* step: get_count */
    :: else -> break
    od
}

inline slots_rebuild(q)
{
    d_step { /* step: rebuild_clear */
        for (i : 0 .. 1) {
            queue[q].line[i].head = 0;
            queue[q].line[i].count = 0;
            for (k : 0 .. SLOTS(q) - 1) {
                queue[q].line[i].order[k] = 0
            }
        }
        i = 0;
        k = 0
    }
    d_step {
        for (i : 0 .. SLOTS(q) - 1) {
            if
            :: STATE(queue[q].word[i]) == FREE -> append(q, FREE_LINE, i)
            :: STATE(queue[q].word[i]) == READY -> append(q, READY_LINE, i)
            :: else
            fi
        }
        i = 0
    }
    d_step { /* step: rebuild_sort, of at most two */
        if
        :: queue[q].line[READY_LINE].count == 2 &&
           queue[q].ticket[queue[q].line[READY_LINE].order[0]] >
               queue[q].ticket[queue[q].line[READY_LINE].order[1]] ->
            s = queue[q].line[READY_LINE].order[0];
            queue[q].line[READY_LINE].order[0] = queue[q].line[READY_LINE].order[1];
            queue[q].line[READY_LINE].order[1] = s;
            s = 0
        :: else
        fi
    }
}

/* --- queue.c -----------------------------------------------------------------------------------*/

inline repair(q)
{
    slots_rebuild(q);
    d_step { /* the epoch: whoever is counted is not any more */
        for (i : 0 .. WORKERS - 1) {
            counted[i] = (counted[i] != 0 && QUEUE_OF(counted[i]) == q -> 0 : counted[i])
        }
        i = 0
    }
    queue[q].line[FREE_LINE].waiters = 0; /* step: repair_waiters */
    announce(q, FREE_LINE);
    s = WORKERS;
    futex_wake(EVENT(q, FREE_LINE), s);
    queue[q].line[READY_LINE].waiters = 0; /* step: repair_waiters */
    announce(q, READY_LINE);
    s = WORKERS;
    futex_wake(EVENT(q, READY_LINE), s);
    bell = bell || queue[q].bell_at != 0; /* step: repair_bell */
    queue[q].bell_at = 0
}

inline lock(q)
{
    atomic { /* step: lock */
        queue[q].holder == NOBODY -> queue[q].holder = me
    }
    if /* step: locked */
    :: queue[q].broken ->
        repair(q);
        queue[q].broken = false /* step: consistent */
    :: else
    fi
}

inline unlock(q, l)
{
    atomic { /* step: unlock */
        check_index(q);
        queue[q].holder = NOBODY
    }
    futex_wake(EVENT(q, l), owed); /* step: call */
    if
    :: rings -> d_step { bell = true; rings = false }
    :: else
    fi
}

inline note_calls(q, l)
{
    owed = (gives < queue[q].line[l].waiters -> gives : queue[q].line[l].waiters);
    if
    :: queue[q].bell_at != 0 && queue[q].line[READY_LINE].count >= queue[q].bell_at ->
        queue[q].bell_at = 0; /* step: bell_off */
        rings = true
    :: else
    fi
}

inline doze(q, l)
{
    d_step { /* step: wait_count */
        queue[q].line[l].waiters++;
        counted[me] = EVENT(q, l)
    }
    unlock(q, l);
    futex_wait(EVENT(q, l)); /* step: wait_sleep */
    lock(q);
    d_step {
        if
        :: counted[me] != 0 -> queue[q].line[l].waiters--; counted[me] = 0
        :: else
        fi
    }
}

inline await(q, l)
{
    do
    :: queue[q].line[l].count > 0 -> break
    :: else ->
        watched[me] = EVENT(q, l);
        if
        :: patient -> doze(q, l)
        :: else ->
            unlock(q, l); /* then it spins, for a while */
            watched[me] = 0;
            lock(q);
            patient = true
        fi
    od;
    patient = false
}

/* queue_publish_reserve, queue_release_take; queue_publish and queue_release: most is 0 */
inline turn(q, role)
{
    lock(q);
    if
    :: gives > 0 ->
        slots_give(q, role);
        note_calls(q, GIVEN(role))
    :: else
    fi;
    slots_get(q, role);
    unlock(q, GIVEN(role));
    d_step {
        gives = 0;
        for (i : 0 .. MAX_SLOTS - 1) {
            give[i] = 0
        }
        i = 0
    }
}

/* queue_reserve, queue_take */
inline turn_wait(q, role)
{
    lock(q);
    await(q, WANTED(role));
    slots_get(q, role);
    unlock(q, GIVEN(role))
}

/* least is 1 or more. ready: whether the bell won't ring. */
inline queue_ask_bell(q, least)
{
    lock(q);
    ready = queue[q].line[READY_LINE].count >= least;
    queue[q].bell_at = (ready -> 0 : least); /* step: bell_on */
    unlock(q, FREE_LINE)
}

/* What it had reserved is free, what it had taken goes back, unless it is answered. */
inline queue_reclaim(q, dead)
{
    lock(q);
    for (k : 0 .. SLOTS(q) - 1) {
        if
        :: STATE(queue[q].word[k]) != FREE && OWNER(queue[q].word[k]) == dead ->
            if
            :: STATE(queue[q].word[k]) == TAKEN && queue[q].item[k] < TASKS &&
               !answered[queue[q].item[k]] -> /* see: unanswered */
                deaths[queue[q].item[k]]++;
                queue[q].word[k] = READY /* step: reclaim_word */
            :: else -> d_step {
                queue[q].word[k] = FREE;
                queue[q].ticket[k] = 0;
                queue[q].item[k] = 0
            }
            fi
        :: else
        fi
    }
    k = 0;
    repair(q);
    unlock(q, FREE_LINE)
}

/* --- shm_worker.c ------------------------------------------------------------------------------*/

/* Results first, then the tasks: a death in between leaves a task that is answered. */
inline publish() /* see: publish */
{
    d_step {
        gives = held;
        for (i : 0 .. HELD - 1) {
            give[i] = (i < held -> result[i] : 0)
        }
        i = 0;
        most = 0
    }
    turn(UP, PRODUCER);
    d_step { /* the other reserved ones move to the front; the tasks are to be released */
        for (i : 0 .. HELD - 1) {
            result[i] = (i + held < reserved -> result[(i + held) % HELD] : 0);
            give[i] = (i < held -> task[i] : 0);
            task[i] = 0
        }
        i = 0;
        reserved = reserved - held;
        gives = held;
        held = 0
    }
}

inline next_message() /* see: next_message */
{
    if
    :: held == HELD -> publish()
    :: held > 0 && held < HELD -> publish() /* see: ticked */
    :: held < HELD
    fi;
    most = 1;
    turn(DOWN, CONSUMER);
    if
    :: got == 0 ->
        if
        :: held > 0 -> /* see: hand_in */
            publish();
            turn(DOWN, CONSUMER);
            most = 1
        :: else
        fi;
        turn_wait(DOWN, CONSUMER)
    :: else
    fi;
    d_step {
        message = have[0];
        have[0] = 0;
        got = 0
    }
}

inline serve() /* see: serve */
{
    if
    :: reserved == held ->
        most = HELD - held;
        turn_wait(UP, PRODUCER);
        d_step {
            for (i : 0 .. HELD - 1) {
                if
                :: i < got -> result[reserved] = have[i]; reserved++
                :: else
                fi;
                have[i] = 0
            }
            i = 0;
            got = 0
        }
    :: else
    fi;
    d_step {
        s = queue[DOWN].item[message];
        assert(runs[s] <= deaths[s]);
        runs[s]++;
        queue[UP].item[result[held]] = s;
        task[held] = message;
        held++;
        message = 0;
        s = 0
    }
}

inline work() /* see: shm_work */
{
    do
    :: next_message();
        if
        :: queue[DOWN].item[message] == SENTINEL -> break
        :: else -> serve()
        fi
    od;
    most = 0;
    d_step {
        give[0] = message;
        gives = 1;
        message = 0
    }
    turn(DOWN, CONSUMER)
}

inline forget_all()
{
    d_step {
        gives = 0; got = 0; most = 0;
        k = 0; s = 0; owed = 0; rings = false; patient = false;
        held = 0; reserved = 0; message = 0;
        for (i : 0 .. HELD - 1) {
            task[i] = 0;
            result[i] = 0
        }
        for (i : 0 .. MAX_SLOTS - 1) {
            give[i] = 0;
            have[i] = 0
        }
        i = 0
    }
}

proctype worker(byte me)
{
    HANDS;
    byte message, held, reserved;
    byte task[HELD], result[HELD];

end_of_a_life:
    life[me] == ALIVE;
    {
        work();
        atomic { forget_all(); life[me] = ENDED; unreaped++ }
    } unless {
        atomic { life[me] == KILLED -> forget_all(); life[me] = DEAD; unreaped++ }
    };
    goto end_of_a_life
}

/* --- shm.c -------------------------------------------------------------------------------------*/

inline feed() /* see: feed */
{
    most = MAX_SLOTS;
    do
    :: sent == TASKS && gives == 0 -> break
    :: else ->
        most = (TASKS - sent < most -> TASKS - sent : most);
        turn(DOWN, PRODUCER);
        d_step {
            most = (got < most -> 0 : most);
            for (i : 0 .. MAX_SLOTS - 1) {
                if
                :: i < got -> queue[DOWN].item[have[i]] = sent; sent++
                :: else
                fi;
                give[i] = have[i];
                have[i] = 0
            }
            i = 0;
            gives = got;
            got = 0
        }
        if
        :: gives == 0 -> break
        :: else
        fi
    od;
    most = 0
}

inline collect() /* see: collect */
{
    most = MAX_SLOTS;
    do
    :: turn(UP, CONSUMER);
        d_step {
            most = (got < most -> 0 : most);
            for (i : 0 .. MAX_SLOTS - 1) {
                if
                :: i < got ->
                    s = queue[UP].item[have[i]];
                    assert(s < TASKS && !answered[s]); /* see: plausible */
                    answered[s] = true;
                    received++
                :: else
                fi;
                give[i] = have[i];
                have[i] = 0
            }
            i = 0;
            s = 0;
            gives = got;
            got = 0
        }
        if
        :: gives == 0 -> break
        :: else
        fi
    od;
    most = 0
}

inline staff_sleep() /* see: staff_sleep */
{
    atomic {
        bell || unreaped > 0;
        bell = false
    }
}

inline bury_the_dead() /* see: bury_the_dead */
{
    w = 0;
    do
    :: w < WORKERS ->
        if
        :: life[w] == DEAD ->
            d_step { life[w] = BURIED; unreaped-- }
            collect();
            queue_reclaim(DOWN, w);
            queue_reclaim(UP, w)
        :: else
        fi;
        w++
    :: else -> break
    od;
    w = 0
}

inline hire() /* see: hire */
{
    d_step {
        for (i : 0 .. WORKERS - 1) {
            life[i] = (life[i] == BURIED -> ALIVE : life[i])
        }
        i = 0
    }
}

#define HALF ((UP_SLOTS < DOWN_SLOTS -> UP_SLOTS + 1 : DOWN_SLOTS + 1) / 2)

inline wait_for_events() /* see: wait_for_events */
{
    d_step {
        most = sent - received;
        most = (most < HALF -> most : HALF);
        most = (most > 0 -> most : 1)
    }
    queue_ask_bell(UP, most);
    most = 0;
    if
    :: ready -> ready = false
    :: else ->
        staff_sleep();
        bury_the_dead()
    fi
}

inline map() /* see: drive */
{
    do
    :: received == TASKS -> break
    :: else ->
        feed();
        hire();
        wait_for_events();
        collect()
    od
}

inline send_sentinels() /* see: send_sentinels */
{
    do
    :: sentinels < WORKERS ->
        most = 1;
        turn(DOWN, PRODUCER);
        most = 0;
        if
        :: got == 0 -> break
        :: else
        fi;
        d_step {
            queue[DOWN].item[have[0]] = SENTINEL;
            give[0] = have[0];
            have[0] = 0;
            gives = 1;
            got = 0
        }
        turn(DOWN, PRODUCER);
        sentinels++
    :: else -> break
    od
}

inline see_off() /* see: see_off */
{
    staff_sleep();
    d_step {
        for (i : 0 .. WORKERS - 1) {
            if
            :: life[i] == DEAD || life[i] == ENDED -> life[i] = BURIED; unreaped--; living--
            :: else
            fi
        }
        i = 0
    }
}

inline stop() /* see: shm_stop */
{
    do
    :: living > 0 ->
        send_sentinels();
        see_off()
    :: else -> break
    od
}

proctype coordinator()
{
    HANDS;
    byte me = COORDINATOR;
    bool ready;
    byte w, sent, received, sentinels, living;

    map();
    living = WORKERS;
    stop()
}

/* --- fate --------------------------------------------------------------------------------------*/

inline kill(victim)
{
    d_step {
        crashes--;
        life[victim] = KILLED;
        watched[victim] = 0;
        counted[victim] = 0; /* but the waiters stay as many */
        asleep[victim] = 0;
        for (q : 0 .. 1) {
            if
            :: queue[q].holder == victim -> queue[q].holder = NOBODY; queue[q].broken = true
            :: else
            fi
        }
        q = 0
    }
}

inline end_slice(sleeper)
{
    d_step {
        slices--;
        asleep[sleeper] = 0
    }
}

/* What may happen and need not: fate may rest at any time, so no wait is saved by it. */
proctype fate()
{
    byte q;
    do
    :: atomic { crashes > 0 && life[0] == ALIVE -> kill(0) }
    :: atomic { slices > 0 && asleep[0] != 0 -> end_slice(0) }
#if WORKERS > 1
    :: atomic { crashes > 0 && life[1] == ALIVE -> kill(1) }
    :: atomic { slices > 0 && asleep[1] != 0 -> end_slice(1) }
#endif
#if WORKERS > 2
    :: atomic { crashes > 0 && life[2] == ALIVE -> kill(2) }
    :: atomic { slices > 0 && asleep[2] != 0 -> end_slice(2) }
#endif
    :: break
    od
}

init {
    byte i, k;
    d_step {
        for (k : 0 .. 1) {
            queue[k].holder = NOBODY;
            for (i : 0 .. SLOTS(k) - 1) {
                append(k, FREE_LINE, i)
            }
        }
        i = 0;
        k = 0
    }
    atomic {
        for (i : 0 .. WORKERS - 1) {
            run worker(i)
        }
        run coordinator();
        run fate()
    }
}
