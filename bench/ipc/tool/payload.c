#include "bench/ipc/tool/payload.h"

#include <string.h>

#define WORD sizeof(uint64_t)

/* Any word of a pattern differs from its neighbours, and from the same word of another seed.
 * (The multiplier is that of Weyl sequences, 2^64 divided by the golden ratio.) */
static uint64_t word_of(uint64_t seed, size_t index)
{
    return (seed + 1) * 0x9e3779b97f4a7c15u + index * 0x0101010101010101u;
}

void payload_fill(void *message, size_t bytes, uint64_t seed)
{
    char *next = message;
    const size_t words = bytes / WORD;
    const uint64_t last = word_of(seed, words);
    for (size_t i = 0; i < words; i++) { /* the length is known: a store, and not a call */
        uint64_t word = word_of(seed, i);
        memcpy(next + i * WORD, &word, WORD);
    }
    memcpy(next + words * WORD, &last, bytes % WORD);
}

bool payload_is(const void *message, size_t bytes, uint64_t seed)
{
    const char *next = message;
    const size_t words = bytes / WORD;
    const uint64_t last = word_of(seed, words);
    uint64_t word, wrong = 0;
    for (size_t i = 0; i < words; i++) {
        memcpy(&word, next + i * WORD, WORD);
        wrong |= word ^ word_of(seed, i);
    }
    return wrong == 0 && memcmp(next + words * WORD, &last, bytes % WORD) == 0;
}

void payload_stamp(void *message, size_t bytes, uint64_t number)
{
    size_t length = bytes < WORD ? bytes : WORD;
    memcpy(message, &number, length);
    memcpy((char *)message + bytes - length, &number, length);
}

bool payload_has_stamp(const void *message, size_t bytes, uint64_t number)
{
    size_t length = bytes < WORD ? bytes : WORD;
    return memcmp(message, &number, length) == 0 &&
           memcmp((const char *)message + bytes - length, &number, length) == 0;
}
