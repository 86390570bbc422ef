"""A fresh process for each task, at most so many at a time.

What python-process and python-manager share: the loop of example 25.1 that
starts processes, with an upper bound, as a machine does not run a thousand
interpreters well.
"""
from multiprocessing.connection import wait
from typing import Any, Callable, Dict, List, NamedTuple

from backends.base import WorkerDied
from worker import Task


class Running(NamedTuple):
    """A process that runs one task."""
    process: Any    # a multiprocessing.Process
    line: int       # of the board; free again when the process has ended
    task: int
    sign: Any       # what wait() watches: ready when there is news of it


# Starts a process for a task, on this line.
Start = Callable[[Task, int], Running]

# Takes its result. Raises EOFError where it died without one.
Finish = Callable[[Running], None]


def end(running: Running, finish: Finish) -> None:
    """Takes the result of one process and waits for its end."""
    try:
        finish(running)
    except EOFError:
        pass
    else:
        running.process.join()
        if running.process.exitcode == 0:
            return
    running.process.join()
    raise WorkerDied(running.line, running.process.pid, running.task,
                     running.process.exitcode)


def run_fresh(tasks: List[Task], workers: int, start: Start,
              finish: Finish) -> None:
    """Runs each task in a process of its own; returns when all are done."""
    free = list(range(workers))
    busy: Dict[Any, Running] = {}

    def end_some() -> None:
        for sign in wait(list(busy)):
            running = busy.pop(sign)
            end(running, finish)
            free.append(running.line)

    for task in tasks:
        while not free:
            end_some()
        running = start(task, free.pop())
        busy[running.sign] = running
    while busy:
        end_some()
