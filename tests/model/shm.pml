/*
 * shm.pml - the users of the queues in queue.pml: shm's coordinator and its workers, and their fate.
 * This is what run.sh has Spin verify.
 */
#include "queue.pml"

/* --- shm_worker.c ------------------------------------------------------------------------------*/

/* The worker's ways through its functions, folded into one loop: gcc is slow at long verifiers. */
inline work() /* see: shm_work */
{
    do
    :: if
       :: d_step {
              busy && reserved == held -> /* see: serve */
              most = HELD - held;
              wait = true
          }
       :: d_step {
              !busy && held > 0 -> /* see: publish; or if it is not due yet, ticked */
              most = 0;
              gives = held;
              for (i : 0 .. HELD - 1) {
                  give[i] = (i < held -> result[i] : 0)
              }
              i = 0
          }
       fi;
       turn(UP, PRODUCER);
       atomic {
           call(UP, READY_LINE);
           if
           :: got > 0 ->
               for (i : 0 .. HELD - 1) {
                   result[i] = (i < reserved -> result[i] : have[i - reserved]);
                   have[i] = 0
               }
               reserved = reserved + got;
               got = 0
           :: got == 0 -> /* published: the tasks can be released */
               for (i : 0 .. HELD - 1) {
                   give[i] = (i < held -> task[i] : 0);
                   task[i] = 0;
                   result[i] = (i + held < reserved -> result[(i + held) % HELD] : 0)
               }
               gives = held;
               reserved = reserved - held;
               held = 0
           fi;
           i = 0
       }
    :: if /* see: next_message */
       :: d_step { !busy && !hungry && held < HELD -> most = (leaving -> 0 : 1) }
       :: d_step { !busy && hungry && held == 0 && gives > 0 -> most = 0 } /* see: hand_in */
       :: d_step {
              !busy && hungry && held == 0 && gives == 0 ->
              most = 1;
              wait = true;
              hungry = false
          }
       fi;
       turn(DOWN, CONSUMER);
       atomic {
           call(DOWN, FREE_LINE);
           if
           :: leaving -> break
           :: !leaving && got == 0 -> hungry = true
           :: !leaving && got == 1 && queue[DOWN].item[have[0]] < TASKS ->
               busy = true;
               message = have[0]
           :: !leaving && got == 1 && queue[DOWN].item[have[0]] >= TASKS ->
               assert(held == 0);
               leaving = true;
               gives = 1;
               give[0] = have[0]
           fi;
           got = 0;
           have[0] = 0
       }
    :: d_step {
           busy && reserved > held -> /* see: serve */
           s = queue[DOWN].item[message];
           assert(runs[s] <= deaths[s]);
           runs[s]++;
           queue[UP].item[result[held]] = s;
           s = 0;
           task[held] = message;
           held++;
           message = 0;
           busy = false
       }
    od
}

/* A process ends: what it knew is gone, and the kernel sees to the rest. */
inline leave(how)
{
    for (i : 0 .. 1) {
        if
        :: queue[i].holder == me ->
            queue[i].holder = NOBODY;
            queue[i].broken = true
        :: else
        fi
    }
    for (i : 0 .. MAX_SLOTS - 1) {
        give[i] = 0;
        have[i] = 0
    }
    for (i : 0 .. HELD - 1) {
        task[i] = 0;
        result[i] = 0
    }
    gives = 0; got = 0; most = 0; i = 0; k = 0; s = 0; owed = 0; fate = WOKEN;
    wait = false; patient = false; rings = false;
    message = 0; held = 0; reserved = 0;
    busy = false; hungry = false; leaving = false;
    watched[me] = 0;
    counted[me] = 0;
    asleep[me] = 0;
    life[me] = how;
    unreaped++
}

proctype worker(byte me)
{
    HANDS;
    byte message, held, reserved;
    byte task[HELD], result[HELD];
    bool busy, hungry, leaving;

end_between_lives:
    life[me] == ALIVE;
    work();
    atomic { leave(ENDED) }
    goto end_between_lives;
killed:
    atomic { leave(DEAD) }
    goto end_between_lives
}

/* --- shm.c -------------------------------------------------------------------------------------*/

/* Items are tasks, and once all answers are in, sentinels. */
#define GOAL (received == TASKS -> TASKS + WORKERS : TASKS)
#define LEFT (GOAL - sent)
#define OWED (sent - received)

inline feed() /* see: feed, send_sentinels */
{
    most = MAX_SLOTS;
    do
    :: LEFT == 0 && gives == 0 -> break
    :: LEFT > 0 || gives > 0 ->
        most = (LEFT < most -> LEFT : most);
        turn(DOWN, PRODUCER);
        atomic {
            call(DOWN, READY_LINE);
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
            got = 0;
            if
            :: gives == 0 -> break
            :: else
            fi
        }
    od;
    most = 0
}

inline collect() /* see: collect */
{
    most = MAX_SLOTS;
    do
    :: turn(UP, CONSUMER);
        atomic {
            call(UP, FREE_LINE);
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
            got = 0;
            if
            :: gives == 0 -> break
            :: else
            fi
        }
    od;
    most = 0
}

inline hire() /* see: hire */
{
    d_step {
        for (i : 0 .. WORKERS - 1) {
            if
            :: life[i] == BURIED -> life[i] = ALIVE; living++
            :: else
            fi
        }
        i = 0
    }
}

/* Ends by the bell or a worker's end. A slice is needed only where the task queue has hardly more
 * slots than there are workers: when there was no room for what is left and nobody owes an answer,
 * no bell tells of room. */
inline staff_sleep() /* see: staff_sleep */
{
    atomic {
        bell || unreaped > 0 ||
            LEFT > 0 && (OWED == 0 || received == TASKS) &&
                queue[DOWN].line[FREE_LINE].count > 0 ->
        bell = false
    }
}

inline reap() /* see: bury, see_off */
{
    d_step {
        for (i : 0 .. WORKERS - 1) {
            if
            :: life[i] == DEAD || life[i] == ENDED ->
                life[i] = (life[i] == DEAD -> REAPED : BURIED);
                unreaped--;
                living--
            :: else
            fi
        }
        i = 0
    }
}

inline reclaim() /* see: reclaim */
{
    do
    :: w < WORKERS && life[w] == REAPED ->
        queue_reclaim(lane, w);
        if
        :: lane == DOWN -> lane = UP
        :: lane == UP ->
            d_step {
                life[w] = BURIED;
                lane = DOWN;
                w++
            }
        fi
    :: w < WORKERS && life[w] != REAPED -> w++
    :: w == WORKERS -> break
    od;
    w = 0
}

#define HALF ((UP_SLOTS < DOWN_SLOTS -> UP_SLOTS + 1 : DOWN_SLOTS + 1) / 2)

/* Map and stop in one loop. The second collect of a round with a death is left out. */
inline drive() /* see: drive, shm_stop */
{
    do
    :: received < TASKS ->
        feed();
        hire();
        least = (OWED < HALF -> OWED : HALF);
        least = (OWED == 0 -> 1 : least);
        queue_ask_bell(UP); /* see: wait_for_events */
        least = 0;
        if
        :: ready -> ready = false
        :: !ready ->
            staff_sleep();
            reap()
        fi;
#ifdef MUTANT_EARLY_RECLAIM
        reclaim();
        collect()
#else
        collect();
        reclaim()
#endif
    :: received == TASKS && living > 0 ->
        feed();
        staff_sleep();
        reap()
    :: received == TASKS && living == 0 -> break
    od
}

proctype coordinator()
{
    HANDS;
    byte me = COORDINATOR;
    byte sent, received, living = WORKERS, w, lane = DOWN, least;
    bool ready;

    drive();
    goto over;
killed: /* not this one */
    assert(false);
over:
}

init {
    byte q, i;
    d_step {
        for (q : 0 .. 1) {
            queue[q].holder = NOBODY;
            queue[q].line[FREE_LINE].count = SLOTS(q);
            for (i : 0 .. SLOTS(q) - 1) {
                queue[q].line[FREE_LINE].order[i] = i
            }
        }
        q = 0;
        i = 0
    }
    atomic {
        for (i : 0 .. WORKERS - 1) {
            run worker(i)
        }
        run coordinator()
    }
}
