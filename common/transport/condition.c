/*
 * condition - two threads, a mailbox, a mutex and a condition variable.
 *
 * THE IDEA
 *
 * A monitor: data, a mutex that guards them, and a condition variable to sleep on until they have
 * become what one waits for. This is what a thread is taught first, and what
 * threading.Condition is. The mailbox holds one message.
 *
 * THE PICTURE
 *
 *      thread 0                  the process's memory                 thread 1
 *     +---------+   memcpy   +---------------------------+  memcpy  +---------+
 *     | message | ---------> | full?  message[bytes]     | -------> | message |
 *     +---------+   locked   +---------------------------+  locked  +---------+
 *          wait while full     mutex, condition variable     wait while empty
 *     and another one for the way back
 *
 * THE PROTOCOL
 *
 * send: lock; wait while full; copy in; full; signal; unlock. receive: the mirror image. The wait
 * unlocks the mutex and sleeps in one step, so the other's signal can't come in between; and it may
 * end for no reason, so it stands in a loop. Of two threads at most one waits at a mailbox, so one
 * condition variable and pthread_cond_signal will do for both directions of waiting.
 *
 * WHAT IT COSTS
 *
 * Two copies, both with the mutex held: sender and receiver never copy at the same time, and a
 * large message goes at half the speed at best. To sleep and to be woken is a futex each, and
 * glibc's condition variable adds its own book-keeping. Address space, page tables and TLB are
 * shared, which saves time wherever both threads run on one core.
 *
 * WHEN THINGS GO WRONG
 *
 * Threads don't die alone: who crashes takes the other with it. Between processes this page would
 * be wrong: a condition variable whose waiter is killed may hang every later signal.
 *
 * See pthread_cond_wait(3p); C. A. R. Hoare, "Monitors: An Operating System Structuring Concept"
 * (1974); B. Lampson, D. Redell, "Experience with Processes and Monitors in Mesa" (1980), where the
 * loop around the wait comes from.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/transport/transport.h"

struct mailbox {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool full;     /* guarded by mutex, as is what it says of message */
    char *message; /* message[as opened] */
};

struct condition_link {
    struct mailbox to[2]; /* to[i]: to side i */
};

struct condition_end {
    struct mailbox *in, *out; /* of the link */
};

static void condition_close(void *link)
{
    struct condition_link *ended = link;
    for (unsigned i = 0; i < 2; i++) {
        pthread_cond_destroy(&ended->to[i].changed);
        pthread_mutex_destroy(&ended->to[i].mutex);
        free(ended->to[i].message);
    }
    free(ended);
}

static int condition_open(size_t bytes, void **link)
{
    struct condition_link *made = calloc(1, sizeof *made);
    if (made == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < 2; i++) {
        pthread_mutex_init(&made->to[i].mutex, NULL);
        pthread_cond_init(&made->to[i].changed, NULL);
        made->to[i].message = malloc(bytes);
    }
    if (made->to[0].message == NULL || made->to[1].message == NULL) {
        condition_close(made);
        return -ENOMEM;
    }
    *link = made;
    return 0;
}

static int condition_attach(void *link, unsigned side, void **end)
{
    struct condition_link *from = link;
    CHECK(side < 2);
    struct condition_end *taken = malloc(sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    *taken = (struct condition_end){.in = &from->to[side], .out = &from->to[1 - side]};
    *end = taken;
    return 0;
}

/* With the mutex: waits while the mailbox is `full`. */
static int wait_while(struct mailbox *mailbox, bool full, uint64_t deadline_ns)
{
    const struct timespec until = clock_timespec(deadline_ns);
    while (mailbox->full == full)
        if (pthread_cond_clockwait(&mailbox->changed, &mailbox->mutex, CLOCK_MONOTONIC, &until) ==
                ETIMEDOUT &&
            mailbox->full == full)
            return -ETIMEDOUT;
    return 0;
}

static int condition_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    struct mailbox *mailbox = ((struct condition_end *)end)->out;
    pthread_mutex_lock(&mailbox->mutex);
    int error = wait_while(mailbox, true, deadline_ns);
    if (error == 0) {
        memcpy(mailbox->message, message, bytes);
        mailbox->full = true;
        pthread_cond_signal(&mailbox->changed);
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return error;
}

static int condition_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    struct mailbox *mailbox = ((struct condition_end *)end)->in;
    pthread_mutex_lock(&mailbox->mutex);
    int error = wait_while(mailbox, false, deadline_ns);
    if (error == 0) {
        memcpy(message, mailbox->message, bytes);
        mailbox->full = false;
        pthread_cond_signal(&mailbox->changed);
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return error;
}

static void condition_detach(void *end)
{
    free(end);
}

const struct transport condition_transport = {
    .name = "condition",
    .summary = "threads: a mailbox, a mutex and a condition variable",
    .threads = true,
    .open = condition_open,
    .attach = condition_attach,
    .send = condition_send,
    .receive = condition_receive,
    .detach = condition_detach,
    .close = condition_close,
};
