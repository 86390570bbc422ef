/*
 * opaque.h - a value that the compiler can't see through.
 *
 * A loop that a compiler understands is replaced by what it amounts to. A value that passes through
 * here in each turn must be computed in each turn.
 */
#ifndef PARBENCH_WORKLOADS_OPAQUE_H
#define PARBENCH_WORKLOADS_OPAQUE_H

#include <stdint.h>

/* Returns value, but the compiler can't know that: what it feeds must be computed anew each time.
 * Costs no instruction. See "Extended Asm" in the manual of GCC. */
static inline int64_t opaque(int64_t value)
{
    __asm__ volatile("" : "+r"(value));
    return value;
}

#endif
