/*
 * payload.h - messages that can be told apart, so that a transport that loses, mixes or repeats
 * bytes is found out.
 *
 * The whole of a message is a pattern that follows from its seed; filling and checking it is done
 * outside of the timed region. Inside, each message carries its number in its first and its last
 * bytes, which costs about a nanosecond.
 */
#ifndef PARBENCH_BENCH_IPC_TOOL_PAYLOAD_H
#define PARBENCH_BENCH_IPC_TOOL_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills message[bytes] with the pattern of this seed. */
void payload_fill(void *message, size_t bytes, uint64_t seed);

/* Whether message[bytes] is that pattern. */
bool payload_is(const void *message, size_t bytes, uint64_t seed);

/* Puts a number into both ends of message[bytes] (of fewer than 8 bytes: as much of it as fits). */
void payload_stamp(void *message, size_t bytes, uint64_t number);

/* Whether it is there. */
bool payload_has_stamp(const void *message, size_t bytes, uint64_t number);

#endif
