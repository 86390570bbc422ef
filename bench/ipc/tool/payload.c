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
    for (size_t i = 0; i * WORD < bytes; i++) {
        uint64_t word = word_of(seed, i);
        size_t left = bytes - i * WORD;
        memcpy(next + i * WORD, &word, left < WORD ? left : WORD);
    }
}

bool payload_is(const void *message, size_t bytes, uint64_t seed)
{
    const char *next = message;
    for (size_t i = 0; i * WORD < bytes; i++) {
        uint64_t word = word_of(seed, i);
        size_t left = bytes - i * WORD;
        if (memcmp(next + i * WORD, &word, left < WORD ? left : WORD) != 0)
            return false;
    }
    return true;
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
