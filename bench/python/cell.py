#!/usr/bin/env python3
"""cell.py - the program of one measurement whose backend is Python's.

    cell.py --describe NAME...   says what these backends are
    cell.py --backend NAME --workload ... -- GOOGLE-BENCHMARK-FLAGS

bench starts it as it starts the cell program, with the same command line.
What is Python here are the backends; the measuring is the C code of all
other cells (bench/cell/foreign.h), and so is the kernel.

This file also says to an old Python that it is too old, so it is written in
words that an old one understands. And it is imported once more in each
process that is spawned, which must then do nothing: line 10 of the lecture's
example 25.1.
"""
import sys

OLDEST = (3, 9)


def describe(names: list) -> int:
    """Says to bench, for each name, what it asks for: see
    bench/launch/describe.c."""
    print("interpreter\t" + sys.executable)
    try:
        if sys.version_info < OLDEST:
            raise ImportError("Python %d.%d or later is needed, and python3 "
                              "is %s" % (OLDEST + (sys.version.split()[0],)))
        import description
        for name in names:
            description.write(name)
    except (ImportError, OSError) as problem:
        for name in names:
            print("%s\tproblem\t%s" % (name, problem))
    return 0


def main(argv: list) -> int:
    """Returns the exit status."""
    if argv[1:2] == ["--describe"]:
        return describe(argv[2:])
    import backends
    import bridge
    import helpers
    import plan
    helpers.name_semaphores()
    asked = plan.read_plan(argv[1:])
    return bridge.Bridge(asked, backends.find(asked.name)).measure(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
