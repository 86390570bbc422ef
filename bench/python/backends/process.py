"""python-process: one Process for each task, its result through a Pipe.

Idea      The bare bones of multiprocessing: start a process, let it compute,
          read its answer, join it.

Picture   main --start--> worker (task 0) --Pipe--> main
               --start--> worker (task 1) --Pipe--> main  ...

Start     nothing: workers come with their tasks.
Work      for each task a Process; at most n at a time.
Stop      nothing: workers have gone with their tasks.
Failure   The main process has closed its copy of the pipe's write end, so a
          worker that dies is the end of its pipe: EOFError, at once.
Cost      A fork of the interpreter and its end, some 4 ms a task; from a
          forkserver some 20 ms, for each has to connect and to import; with
          spawn a whole new interpreter, some 80 ms.
"""
from typing import Any, Dict, List

from backends import base
from backends.fresh import Running, run_fresh
from plan import Plan
from worker import Answer, Opening, Task, answer, enter


def work(opening: Opening, line: int, task: Task, pipe: Any) -> None:
    """A worker's whole life."""
    enter(opening, line)
    pipe.send(answer(task))


class Process(base.Backend):
    """multiprocessing.Process and multiprocessing.Pipe"""

    summary = "a Process for each task, its result by a Pipe"
    lacks = {schedule: "a Process runs one task and ends: write per-task"
             for schedule in (base.DYNAMIC, base.STATIC)}

    @classmethod
    def has_semaphores(cls, _plan: Plan) -> bool:
        return False   # a Pipe has none

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.context = plan.context

    def start_one(self, task: Task, line: int) -> Running:
        """Starts the process of a task; its pipe is its sign."""
        reader, writer = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=work, daemon=True,
            args=(self.plan.opening, line, task, writer))
        process.start()
        writer.close()   # or its end would never come
        return Running(process, line, task[0], reader)

    def map(self, tasks: List[Task]) -> List[bytes]:
        answers: Dict[int, Answer] = {}

        def receive(running: Running) -> None:
            with running.sign as reader:
                number, result = reader.recv()
            answers[number] = result

        self.messages = len(tasks)
        run_fresh(tasks, self.plan.workers, self.start_one, receive)
        return base.in_order(tasks, answers)
