"""What a worker does, whatever brought it to life: enter once, then run tasks.

These are functions of a module, because that is what multiprocessing can
send to another process: not the function itself, but its name. See the
lecture's line 4 of each example, and "Programming guidelines" in the manual
of multiprocessing.
"""
import ctypes
import threading
from typing import Any, NamedTuple, Optional, Tuple, Union

import library

ANY_LINE = -1   # of the board: the first that is free

Task = Tuple[int, bytes]   # its number in the map, and its record


class Opening(NamedTuple):
    """All that a worker must be told, in C's texts; it travels by pickle."""
    workload: bytes
    board: bytes
    fault: Optional[bytes] = None
    trace: Optional[bytes] = None
    keeps_gil: bool = False


class TaskFailed(Exception):
    """The kernel says that a task cannot be done: its number, and why."""


Answer = Union[bytes, TaskFailed]


# What a worker knows of itself. One for each thread, and a forked process
# begins with one thread; so no worker sees another's.
here = threading.local()


def enter(opening: Opening, line: int = ANY_LINE, ready: Any = None,
          kernel: Any = None) -> None:
    """Makes a worker of this thread; Pool calls that an initializer.

    ready: a queue that is told so, for whoever waits for all workers.
    kernel: a library.KERNEL in place of the compiled one.
    """
    calls = library.load(opening.keeps_gil)
    message = ctypes.create_string_buffer(library.MESSAGE_BYTES)
    here.handle = calls.foreign_enter(
        opening.workload, opening.board, opening.fault, opening.trace, kernel,
        line, message, len(message))
    if here.handle is None:
        raise RuntimeError(message.value.decode())
    here.kernel = kernel   # C calls it: it must live as long as the worker
    here.run = calls.foreign_run
    here.result = ctypes.create_string_buffer(
        calls.foreign_record_bytes(here.handle))
    if ready is not None:
        ready.put(None)


def run(task: Task) -> bytes:
    """Runs the kernel: what Pool.map maps. Returns the result's record."""
    number, record = task
    refusal = here.run(here.handle, number, record, here.result)
    if refusal is not None:
        raise TaskFailed(number, refusal.decode())
    return here.result.raw


def answer(task: Task) -> Tuple[int, Answer]:
    """The same for backends that send results themselves: a failure is an
    answer too, and the worker lives on."""
    try:
        return task[0], run(task)
    except TaskFailed as failure:
        return task[0], failure
