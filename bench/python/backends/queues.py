"""python-queue: two queues and a sentinel, example 25.2 of the lecture.

Idea      Producer and consumers. The main process puts tasks into a queue,
          each worker takes the next as soon as it is free, and results come
          back through a second queue, in the order in which they are done.

Picture   main --put--> [feeder] --pipe--> tasks  --get--> worker 0 .. n-1
          main <------------------ results <--pipe-- [feeder] <--put--+
          where [feeder] is a thread that pickles what was put.

Start     n Processes, each with both queues.
Work      put every chunk; get as many answers; sort them into place.
Stop      one None for each worker: whoever takes it, returns.
Failure   A worker that dies is missed by nobody: get waits for ever. If it
          held the queue's lock, so do the others. The runner's time limit
          ends that, and the board tells the task.
Cost      For each message a pickle, a feeder's wake-up, two semaphores and a
          lock: some 10 us.

The lecture's program ends its workers after one list of tasks. Here they
stay for all repetitions, and the sentinels come at the end.
"""
from typing import Any, Dict, List

from backends import base
from plan import Plan
from worker import Answer, Opening, Task, answer, enter


def serve(opening: Opening, line: int, ready: Any, tasks: Any,
          results: Any) -> None:
    """A worker's life: from the first chunk to the sentinel."""
    enter(opening, line, ready)
    for chunk in iter(tasks.get, None):
        results.put([answer(task) for task in chunk])


class Queue(base.Backend):
    """multiprocessing.Process and multiprocessing.Queue"""

    summary = "Processes, a Queue of tasks, a Queue of results"
    lacks = {
        base.PER_TASK: "its workers run many tasks: see python-process",
        base.STATIC: "all workers take from one queue",
    }

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        context = plan.context
        self.tasks, self.results = context.Queue(), context.Queue()
        ready = context.SimpleQueue()
        self.workers = [
            context.Process(
                target=serve, daemon=True,
                args=(plan.opening, line, ready, self.tasks, self.results))
            for line in range(plan.workers)
        ]
        for worker in self.workers:
            worker.start()
        base.wait_for_all(ready, plan.workers)

    def map(self, tasks: List[Task]) -> List[bytes]:
        self.chunk = self.choose_chunk(len(tasks))
        chunks = base.in_chunks(tasks, self.chunk)
        self.messages = 2 * len(chunks)
        for chunk in chunks:
            self.tasks.put(chunk)
        answers: Dict[int, Answer] = {}
        for _ in chunks:
            answers.update(self.results.get())
        return base.in_order(tasks, answers)

    def stop(self) -> None:
        for _ in self.workers:
            self.tasks.put(None)
        for worker in self.workers:
            worker.join()
        for queue in (self.tasks, self.results):
            queue.close()
            queue.join_thread()
