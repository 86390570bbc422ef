"""python-threads and python-threads-nogil: what the GIL forbids.

Idea      The same pool, made of threads: no pickle, no pipe, no second
          process. But the global interpreter lock lets one thread at a time
          run Python. Called through ctypes.PyDLL, the kernel keeps that lock
          as Python code would; called through ctypes.CDLL, it gives it back,
          as numpy, zlib and hashlib do in their long calls.

Picture   main --> queue.SimpleQueue --> thread 0 .. n-1 --> the same memory

Start     ThreadPool(n)
Work      pool.map(run, tasks, chunksize)
Stop      terminate and join.
Failure   A crash takes the whole process along; the board names the task.
Cost      With the lock kept: one core, however many threads. Without: some
          microseconds for each chunk, and the lock between two kernels.
"""
import queue
import sys
from multiprocessing.pool import ThreadPool
from typing import List, Optional

from backends import base
from plan import Plan
from worker import ANY_LINE, Task, enter, run


class ThreadsWithoutGil(base.Backend):
    """multiprocessing.pool.ThreadPool, whose kernel gives the GIL back"""

    summary = "ThreadPool.map, the kernel releases the GIL (CDLL)"
    keeps_gil = False
    has_processes = False
    chunks_per_worker = 4
    lacks = {
        base.PER_TASK: "the threads of a ThreadPool run many tasks",
        base.STATIC: "a ThreadPool gives each chunk to whichever thread is "
                     "free: write dynamic:CHUNK",
    }

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        opening = plan.opening._replace(keeps_gil=self.keeps_gil)
        ready: "queue.SimpleQueue[None]" = queue.SimpleQueue()
        self.pool = ThreadPool(plan.workers, enter, (opening, ANY_LINE, ready))
        base.wait_for_all(ready, plan.workers)

    def map(self, tasks: List[Task]) -> List[bytes]:
        self.chunk = self.choose_chunk(len(tasks))
        return self.pool.map(run, tasks, self.chunk)

    def stop(self) -> None:
        self.pool.terminate()
        self.pool.join()


class Threads(ThreadsWithoutGil):
    """The same, with a kernel that keeps the GIL, as Python code does"""

    summary = "ThreadPool.map, the kernel keeps the GIL (PyDLL)"
    keeps_gil = True

    @classmethod
    def refuses(cls, plan: Plan) -> Optional[str]:
        has_gil = getattr(sys, "_is_gil_enabled", lambda: True)
        if not has_gil():
            return "this Python is built without a GIL to keep"
        return super().refuses(plan)
