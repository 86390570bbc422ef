/*
 * futex.h - sleeping on a word of shared memory, and waking who sleeps there.
 *
 * A futex is an ordinary 32-bit word plus a list of sleepers in the kernel, found by the word's
 * address. The kernel lets a process sleep only if the word still holds the value that it has
 * seen, so a change between its look and its sleep is never missed. See futex(2), and U. Drepper,
 * "Futexes Are Tricky". Works between processes; async-signal-safe; nobody owns anything, so a
 * sleeper that dies leaves nothing behind.
 */
#ifndef PARBENCH_COMMON_FUTEX_H
#define PARBENCH_COMMON_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

/* Sleeps while *word is expected, until woken or the deadline (clock.h). Returns 0, maybe for no
 * reason: the caller looks again in a loop; or -ETIMEDOUT. Orders nothing: what the caller then
 * reads needs a lock or an acquire of its own. */
int futex_wait(const _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns);

/* Wakes at most count sleepers. The word must have been changed before. */
void futex_wake(const _Atomic uint32_t *word, uint32_t count);

/* One step of a bounded spin: tells the processor to let its sibling thread run. */
static inline void spin_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
