/*
 * thread.c - threads of this process.
 *
 * A thread shares the address space, so there are neither page tables to copy nor a program to
 * load: clone takes the same task structure, and the C library a stack, which it maps and keeps for
 * the next thread. What remains is mostly waking the thread on another core.
 */
#include <pthread.h>
#include <semaphore.h>

#include "bench/spawn/tool/way.h"
#include "common/clock.h"

#define IDLE_THREADS 8 /* to be weighed together: a process grows by whole pages */

static void *live(void *stage)
{
    ((struct stage *)stage)->moments->first_ns = clock_ns();
    return NULL;
}

int thread_sample(struct stage *stage)
{
    pthread_t thread;
    stage->moments->begin_ns = clock_ns();
    int error = pthread_create(&thread, NULL, live, stage);
    if (error == 0)
        error = pthread_join(thread, NULL);
    stage->moments->end_ns = clock_ns();
    return -error;
}

static void *wait_for(void *end)
{
    while (sem_wait(end) != 0)
        ; /* a signal */
    return NULL;
}

int thread_weigh(struct stage *stage, struct footprint *worker)
{
    pthread_t threads[IDLE_THREADS];
    struct footprint before, after;
    unsigned started = 0;
    sem_t end;
    (void)stage;
    sem_init(&end, 0, 0);
    int error = footprint_read(0, &before); /* twice: the first one's own buffers are no thread's */
    if (error == 0)
        error = footprint_read(0, &before);
    while (error == 0 && started < IDLE_THREADS)
        if ((error = -pthread_create(&threads[started], NULL, wait_for, &end)) == 0)
            started++;
    footprint_settle();
    if (error == 0)
        error = footprint_read(0, &after);
    for (unsigned i = 0; i < started; i++)
        sem_post(&end);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (error == 0)
        *worker = footprint_growth(&before, &after, IDLE_THREADS);
    sem_destroy(&end);
    return error;
}
