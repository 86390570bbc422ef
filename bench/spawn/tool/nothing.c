/*
 * nothing - the program that bench spawn has executed: it says when it began, and ends.
 *
 *     nothing MARKS [idle]        MARKS: the number of a descriptor, see mark.h
 *
 * It is dynamically linked, as programs are. With `idle` it waits to be killed.
 */
#include <stdlib.h>
#include <unistd.h>

#include "bench/spawn/tool/mark.h"
#include "common/clock.h"

int main(int argc, char **argv)
{
    uint64_t first_ns = clock_ns(); /* our first instruction */
    if (argc < 2 || !mark_write(atoi(argv[1]), 0, first_ns))
        return 1;
    if (argc > 2)
        pause(); /* any signal that returns from it is the end, too */
    return 0;
}
