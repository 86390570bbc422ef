/*
 * mark.h - what a program that was executed leaves behind of its first instruction: the time and
 * its number, in a memory file that the starter made, at the place of its rank.
 *
 * It shares no memory with us, so it writes; the clock was read before that.
 */
#ifndef PARBENCH_BENCH_SPAWN_TOOL_MARK_H
#define PARBENCH_BENCH_SPAWN_TOOL_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mark {
    uint64_t first_ns;
    uint64_t pid;
};

/* In the program. false: it could not be written. */
bool mark_write(int file, unsigned rank, uint64_t first_ns);

/* In the starter: forgets all marks; waits until count of them are there, which is soon
 * (marks[count]). Returns 0, or -ETIMEDOUT. */
int marks_clear(int file);
int marks_read(int file, struct mark marks[], unsigned count, uint64_t deadline_ns);

#endif
