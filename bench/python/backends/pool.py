"""python-pool: Pool.map, example 25.3 of the lecture.

Idea      A fixed number of processes and two pipes that all of them share:
          one brings tasks, the other takes results. map pickles its tasks in
          chunks, and whoever is free takes the next chunk.

Picture   main --> [_handle_tasks] --pipe--> worker 0 .. n-1
          main <-- [_handle_results] <-pipe--+
          where [...] are threads of the main process. One lock guards the
          pipe of tasks, another the pipe of results.

Start     Pool(n); each worker runs `enter` first (the initializer).
Work      pool.map(run, tasks, chunksize)
Stop      terminate and join: what leaving `with Pool(...)` does.
Failure   A worker that dies is replaced, but its chunk is lost and map waits
          for ever (bpo-22393). The runner's time limit ends that, and the
          board tells which task it was.
Cost      For each chunk two pickles, two threads that pass it on, and two
          locks: with chunks of one task some 20 us for each.
"""
from typing import List

from backends import base
from plan import Plan
from worker import ANY_LINE, Task, enter, run


class Pool(base.Backend):
    """multiprocessing.Pool"""

    summary = "multiprocessing.Pool.map, chunk by chunk"
    chunks_per_worker = 4   # Pool.map's own rule, rounded up
    lacks = {
        base.PER_TASK: "the workers of a Pool run many tasks: "
                       "see python-process",
        base.STATIC: "a Pool gives each chunk to whichever worker is free: "
                     "write dynamic:CHUNK",
    }

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        context = plan.context
        ready = context.SimpleQueue()
        self.pool = context.Pool(plan.workers, enter,
                                 (plan.opening, ANY_LINE, ready))
        base.wait_for_all(ready, plan.workers)

    def map(self, tasks: List[Task]) -> List[bytes]:
        self.chunk = self.choose_chunk(len(tasks))
        self.messages = 2 * len(base.in_chunks(tasks, self.chunk))
        return self.pool.map(run, tasks, self.chunk)

    def stop(self) -> None:
        self.pool.terminate()
        self.pool.join()
