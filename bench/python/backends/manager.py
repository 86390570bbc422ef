"""python-manager: a shared list in a server process, example 25.1.

Idea      Manager() starts a process that owns the list. Others hold a proxy:
          each append is a request over a Unix socket and an answer.

Picture   worker 0 --append--+
          worker 1 --append--+--> server: [(0, ...), (1, ...)] --> main
          ...                +

Start     the server; with dynamic, also n Processes and a JoinableQueue.
Work      per-task (25.1): a Process for each task appends its result and
          ends. dynamic: Processes that stay take tasks from a queue, append,
          and say task_done; the main process joins the queue.
          Then it reads the list as a whole, and clears it.
Stop      the server's shutdown; one None for each worker that stayed.
Failure   per-task: a process that was killed still joins, its result is just
          not in the list: the lecture's program would not notice. Here its
          exit status tells. dynamic: join waits for ever, as in python-queue.
Cost      A round trip for each append, some 50 us, and every result passes
          through one process.
"""
from multiprocessing.managers import SyncManager
from typing import Any, List

import library
from backends import base
from backends.fresh import Running, run_fresh
from plan import Plan
from worker import Opening, Task, answer, enter


def work(opening: Opening, line: int, task: Task, results: Any) -> None:
    """A worker that lives for one task."""
    enter(opening, line)
    results.append(answer(task))


def serve(opening: Opening, line: int, ready: Any, tasks: Any,
          results: Any) -> None:
    """A worker that stays; the sentinel ends it."""
    enter(opening, line, ready)
    for chunk in iter(tasks.get, None):
        results.extend([answer(task) for task in chunk])
        tasks.task_done()


def begin_server(board: bytes, workers: int) -> None:
    """The server's first act: it shall not outlive the cell, and what it
    costs is counted."""
    library.load().foreign_help(board, workers)


class Manager(base.Backend):
    """multiprocessing.Manager().list()"""

    summary = "Manager().list(), each worker appends its results"
    lacks = {base.STATIC: "workers take from one queue: "
                          "write dynamic or per-task"}

    @classmethod
    def has_semaphores(cls, plan: Plan) -> bool:
        return plan.schedule == base.DYNAMIC   # of the queue of tasks

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.context = plan.context
        # Manager() is this, without a word of what the server shall do first.
        self.manager = SyncManager(ctx=self.context)
        self.manager.start(begin_server, (plan.opening.board, plan.workers))
        self.results = self.manager.list()
        self.workers: List[Any] = []
        if plan.schedule == base.DYNAMIC:
            self.start_workers()

    def start_workers(self) -> None:
        """Starts those that stay."""
        self.tasks = self.context.JoinableQueue()
        ready = self.context.SimpleQueue()
        for line in range(self.plan.workers):
            worker = self.context.Process(
                target=serve, daemon=True,
                args=(self.plan.opening, line, ready, self.tasks,
                      self.results))
            worker.start()
            self.workers.append(worker)
        base.wait_for_all(ready, self.plan.workers)

    def start_one(self, task: Task, line: int) -> Running:
        """Starts the process of one task; its end is its sign."""
        process = self.context.Process(
            target=work, daemon=True,
            args=(self.plan.opening, line, task, self.results))
        process.start()
        return Running(process, line, task[0], process.sentinel)

    def map(self, tasks: List[Task]) -> List[bytes]:
        if self.workers:
            self.chunk = self.choose_chunk(len(tasks))
            chunks = base.in_chunks(tasks, self.chunk)
            for chunk in chunks:
                self.tasks.put(chunk)
            self.tasks.join()
        else:
            chunks = []
            run_fresh(tasks, self.plan.workers, self.start_one,
                      lambda running: None)
        answers = dict(self.results[:])
        del self.results[:]
        self.messages = len(chunks) + 4   # two requests, two answers
        return base.in_order(tasks, answers)

    def stop(self) -> None:
        for _ in self.workers:
            self.tasks.put(None)
        for worker in self.workers:
            worker.join()
        self.manager.shutdown()
