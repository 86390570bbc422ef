"""Between C and a backend in Python: the verbs, called by the C side.

bench/cell/measure.c calls start, map and stop of a backend, with addresses
of records. A backend in Python takes and returns lists of bytes. So here
records become objects and back, and exceptions become the failures that end
in a row's status.

Tasks become Python objects once, before the first map, which belongs to the
warm-up: a Python program has its list of tasks before it looks at the clock,
too (the lecture's line 14 of example 25.3).
"""
import ctypes
import errno
import os
from typing import List, Optional, Sequence, Type

import helpers
import library
from backends.base import Backend, WorkerDied
from plan import Plan
from traffic import Meter
from worker import Task, TaskFailed

UNKNOWN = -1   # FAILURE_NONE


def cut_records(address: int, count: int, size: int) -> List[Task]:
    """The tasks[count][size] at address, numbered."""
    raw = ctypes.string_at(address, count * size)
    return [(i, raw[i * size:(i + 1) * size]) for i in range(count)]


class Bridge:
    """One backend's functions, as C calls them."""

    def __init__(self, plan: Plan, backend: Type[Backend]) -> None:
        self.plan = plan
        self.kind = backend
        self.calls = library.load()
        self.pool: Optional[Backend] = None
        self.tasks: List[Task] = []
        self.task_bytes = self.result_bytes = 0
        self.bytes_moved: Optional[Sequence[int]] = None   # by one map
        refusal = backend.refuses(plan)
        self.refusal = refusal and ctypes.create_string_buffer(
            refusal.encode())

    def skip(self, _plan: int) -> Optional[int]:
        """The address of why this plan cannot run here, or None."""
        return self.refusal and ctypes.addressof(self.refusal)

    def start(self, plan: int, _pool: int, why: int) -> int:
        """Starts the workers."""
        self.task_bytes = self.calls.foreign_task_bytes(plan)
        self.result_bytes = self.calls.foreign_result_bytes(plan)
        try:
            self.pool = self.kind(self.plan)
            return 0
        except Exception as problem:   # C knows no exceptions
            helpers.end()
            return self.fail(why, problem)

    def map(self, _pool: int, tasks: int, count: int, results: int,
            traffic: int, why: int) -> int:
        """Runs tasks[count] into results[count]."""
        try:
            if self.bytes_moved is None:
                self.tasks = cut_records(tasks, count, self.task_bytes)
                records = self.metered_map()
            else:
                records = self.pool.map(self.tasks)
            joined = b"".join(records)
            if len(joined) != count * self.result_bytes:
                raise ValueError(f"{len(joined)} bytes of results instead "
                                 f"of {count * self.result_bytes}")
            ctypes.memmove(results, joined, len(joined))
            self.calls.foreign_traffic(traffic, *self.bytes_moved,
                                       self.pool.messages,
                                       min(self.pool.chunk, count))
            return 0
        except Exception as problem:   # C knows no exceptions
            return self.fail(why, problem)

    def metered_map(self) -> List[bytes]:
        """The first map also tells how many bytes any map moves."""
        meter = Meter()
        before = meter.read()
        records = self.pool.map(self.tasks)
        after = meter.read()
        self.bytes_moved = (0, 0)
        if self.kind.has_processes:
            self.bytes_moved = (after.sent - before.sent,
                                after.received - before.received)
        return records

    def stop(self, _pool: int, why: int) -> int:
        """Ends the workers, and what multiprocessing started for them."""
        try:
            self.pool.stop()
            self.pool = None
            helpers.end()
            return 0
        except Exception as problem:   # C knows no exceptions
            return self.fail(why, problem)

    def fail(self, why: int, problem: Exception) -> int:
        """Turns an exception into a failure and its error number."""
        line, pid, task, error = UNKNOWN, 0, UNKNOWN, errno.EPROTO
        text = ": ".join(filter(None, [type(problem).__name__, str(problem)]))
        if isinstance(problem, WorkerDied):
            line, pid, task = problem.line, problem.pid, problem.task
            text, error = str(problem), errno.EOWNERDEAD
        elif isinstance(problem, TaskFailed):
            (task, text), error = problem.args, errno.ECANCELED
        elif isinstance(problem, OSError) and problem.errno:
            error = problem.errno
        return self.calls.foreign_fail(why, -error, line, pid, task,
                                       text.encode())

    def measure(self, argv: List[str]) -> int:
        """Measures the cell; returns the program's exit status."""
        # The callbacks live in this list as long as C may call them.
        callbacks = [library.SKIP(self.skip), library.START(self.start),
                     library.MAP(self.map), library.STOP(self.stop)]
        texts = (library.TEXT * (len(argv) + 1))(
            *[os.fsencode(word) for word in argv], None)
        return self.calls.foreign_cell(
            len(argv), texts, self.plan.backend.encode(), *callbacks)
