"""python-pure: the loop and the kernel in plain Python, as the lecture has it.

Idea      What would the lecture's function cost, without a compiler? The
          same records go in and the same come out, so the results are held
          against those of the compiled kernel, byte for byte.

Picture   tasks -> kernel -> results, in one process

Work      the same loop as the backend `serial`.
Failure   takes the cell along.
Cost      what an interpreter costs: some 20 to 80 times the compiled kernel.
"""
import ctypes
import math
import struct
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

import library
from backends import base
from plan import Plan
from worker import Task, enter, run


def add_products(worker: int, value: int, n: int) -> Tuple[int, int]:
    """25.1: the sum of i * value for all i below n."""
    return worker, sum(i * value for i in range(n))


def count_primes(limit: int) -> Tuple[int, int]:
    """25.2: how many primes there are below the limit."""
    return limit, sum(
        all(n % i for i in range(2, int(math.sqrt(n)) + 1))
        for n in range(2, limit))


def resize_image(image: int, width: int,
                 height: int) -> Tuple[int, int, int, float]:
    """25.3: a simulated image: a square root for every 100 pixels."""
    total = 0.0
    for pixel in range(width * height // 100):
        total += math.sqrt(pixel + 1)
    return image, width // 2, height // 2, round(total, 2)


class PureKernel(NamedTuple):
    """A kernel in Python, and how its records are laid out: q is an int64_t
    and d a double (see the structures in workloads/*.c)."""
    function: Callable[..., tuple]
    task: struct.Struct
    result: struct.Struct


KERNELS: Dict[str, PureKernel] = {
    "sum": PureKernel(add_products, struct.Struct("=qqq"),
                      struct.Struct("=qq")),
    "primes": PureKernel(count_primes, struct.Struct("=q"),
                         struct.Struct("=qq")),
    "resize": PureKernel(resize_image, struct.Struct("=qqq"),
                         struct.Struct("=qqqd")),
}


def make_callback(kernel: PureKernel) -> Callable[[int, int, int], None]:
    """What C calls in place of its own kernel."""
    def call(task: int, result: int, _shape: int) -> None:
        record = ctypes.string_at(task, kernel.task.size)
        values = kernel.function(*kernel.task.unpack(record))
        ctypes.memmove(result, kernel.result.pack(*values),
                       kernel.result.size)
    return call


class Pure(base.Backend):
    """A loop in one process"""

    summary = "the plain loop, the kernel in Python as well"
    serial = True
    has_processes = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        kernel = KERNELS[plan.workload]
        enter(plan.opening, 0, kernel=library.KERNEL(make_callback(kernel)))

    @classmethod
    def refuses(cls, plan: Plan) -> Optional[str]:
        if plan.workload not in KERNELS:
            return "only " + ", ".join(KERNELS) + " have a kernel in Python"
        return super().refuses(plan)

    def map(self, tasks: List[Task]) -> List[bytes]:
        self.chunk = 0   # nothing is handed out
        return [run(task) for task in tasks]
