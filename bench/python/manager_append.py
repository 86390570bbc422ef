"""What one append to the list of a multiprocessing.Manager takes, for
bench ipc --check.

Reads orders from its standard input, each a uint32 in the machine's own
format: so many appends. Answers each on its standard output by a uint64, the
nanoseconds that they took, and ends with its orders.
"""
import multiprocessing
import os
import struct
import time

ORDERS, ANSWERS = 0, 1
TOTAL = 1999999000000


def now() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def append(results, count: int) -> int:
    begin_ns = now()
    for worker in range(count):
        results.append((worker, TOTAL))
    taken_ns = now() - begin_ns
    assert len(results) == count
    del results[:]
    return taken_ns


def main() -> None:
    with multiprocessing.Manager() as manager:
        results = manager.list()
        while order := os.read(ORDERS, 4):
            taken_ns = append(results, *struct.unpack("=I", order))
            os.write(ANSWERS, struct.pack("=Q", taken_ns))


if __name__ == "__main__":
    main()
