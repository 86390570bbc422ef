"""What multiprocessing.Pool takes to its first result, for bench spawn.

    pool_start.py METHOD        METHOD: fork, spawn or forkserver

Reads orders of one letter from its standard input and answers each on its
standard output, in the machine's own format:

    s   a sample: three uint64 of nanoseconds, CLOCK_MONOTONIC: before Pool(),
        when the first result was in, when all workers had been joined
    w   the memory of an idle worker: two doubles of KiB, PSS and USS
        (footprint.h), the mean of all workers of a pool that has run one task

and ends with its orders.
"""
import multiprocessing
import os
import struct
import sys
import time

WORKERS = 4
SETTLE_S = 0.02
ORDERS, ANSWERS = 0, 1


def now() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def nothing() -> None:
    """The task."""


def sample(context) -> bytes:
    begin_ns = now()
    pool = context.Pool(WORKERS)
    pool.apply(nothing)
    first_ns = now()
    pool.close()
    pool.join()
    return struct.pack("=3Q", begin_ns, first_ns, now())


def memory(pid: int) -> dict:
    """KiB by name."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        lines = [line.split() for line in rollup.readlines()[1:]]
    return {line[0].rstrip(":"): int(line[1]) for line in lines}


def weigh(context) -> bytes:
    pool = context.Pool(WORKERS)
    pool.apply(nothing)
    workers = multiprocessing.active_children()
    time.sleep(SETTLE_S if context.get_start_method() == "fork" else 1)
    each = [memory(worker.pid) for worker in workers]
    pool.close()
    pool.join()
    pss = sum(worker["Pss"] for worker in each)
    uss = sum(kib for worker in each for name, kib in worker.items()
              if name.startswith("Private_"))
    return struct.pack("=2d", pss / len(each), uss / len(each))


def main() -> None:
    import helpers  # not in the workers that spawn imports this for
    helpers.name_semaphores()
    context = multiprocessing.get_context(sys.argv[1])
    answers = {b"s": sample, b"w": weigh}
    try:
        while order := os.read(ORDERS, 1):
            os.write(ANSWERS, answers[order](context))
    finally:
        helpers.end()


if __name__ == "__main__":
    main()
