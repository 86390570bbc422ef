/*
 * without_cma PROGRAM ARGUMENTS... - runs a program that may not read or write the memory of other
 * processes, as in many containers: a seccomp filter answers process_vm_readv and process_vm_writev
 * with EPERM, in it and in all that it starts.
 */
#include "tests/without_cma.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2 || without_cma() != 0)
        return 77;
    execv(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
