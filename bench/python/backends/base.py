"""What all backends in Python have in common: the three verbs.

A backend is a class. Making one starts its workers, `map` is one map over
all tasks, `stop` ends the workers. No clock, no printing and no verification
is here: those are done around it, by the C side of the cell.
"""
import signal
from typing import Any, Dict, List, Optional

import helpers
from plan import Plan
from worker import Answer, Task, TaskFailed

DYNAMIC = "dynamic"
STATIC = "static"
PER_TASK = "per-task"


class WorkerDied(Exception):
    """A worker ended in the middle of a task."""

    def __init__(self, line: int, pid: int, task: int, exitcode: int) -> None:
        super().__init__(describe_exit(exitcode))
        self.line, self.pid, self.task = line, pid, task


def describe_exit(exitcode: int) -> str:
    """Says how a process ended; multiprocessing negates signals."""
    if exitcode < 0:
        name = signal.strsignal(-exitcode)
        return f"killed by signal {-exitcode} ({name})"
    return f"exited with status {exitcode}"


class Backend:
    """A mechanism that runs tasks on workers; what stands here holds unless
    a backend says otherwise."""

    summary = ""                   # the mechanism, in under 60 characters
    lacks: Dict[str, str] = {}     # why it has no such schedule
    chunks_per_worker = 0          # dynamic without a chunk makes so many;
                                   # 0: each chunk is one task
    has_processes = True           # so there are start methods, and traffic
    serial = False                 # it has no use for a number of workers

    def __init__(self, plan: Plan) -> None:
        """Starts the workers; returns when all of them are ready."""
        self.plan = plan
        self.messages = 0          # that the last map sent and received
        self.chunk = 1             # the most tasks that it handed out together

    def choose_chunk(self, count: int) -> int:
        """How many of `count` tasks are handed out together by dynamic."""
        workers = self.plan.workers * self.chunks_per_worker
        own = -(-count // workers) if workers else 1   # rounded up
        return self.plan.chunk or max(own, 1)

    @classmethod
    def refuses(cls, plan: Plan) -> Optional[str]:
        """Why this plan cannot run here, for a row that says SKIP."""
        if plan.schedule in cls.lacks:
            return cls.lacks[plan.schedule]
        if ":" in plan.backend and not cls.has_processes:
            return "it starts no process, so it has no start method"
        return helpers.no_semaphores() if cls.has_semaphores(plan) else None

    @classmethod
    def has_semaphores(cls, _plan: Plan) -> bool:
        """Whether its queues have locks that processes share."""
        return cls.has_processes

    def map(self, tasks: List[Task]) -> List[bytes]:
        """Returns the results in the order of the tasks."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends all workers."""


def in_chunks(tasks: List[Task], size: int) -> List[List[Task]]:
    """Cuts tasks into lists of `size`, the last one perhaps shorter."""
    return [tasks[i:i + size] for i in range(0, len(tasks), size)]


def wait_for_all(ready: Any, workers: int) -> None:
    """Each worker puts one word into this queue when it is ready."""
    for _ in range(workers):
        ready.get()


def in_order(tasks: List[Task], answers: Dict[int, Answer]) -> List[bytes]:
    """The results in the order of the tasks; raises the first failure."""
    results = []
    for number, _ in tasks:
        answer = answers.get(number)
        if answer is None:
            raise TaskFailed(number, "its worker ended without a result")
        if isinstance(answer, TaskFailed):
            raise answer
        results.append(answer)
    return results
