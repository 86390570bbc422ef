/*
 * pace_main.c - prints pace.h's factor, for scripts.
 */
#include "pace.h"

#include <stdio.h>

int main(void)
{
    printf("%u\n", pace_factor());
    return 0;
}
