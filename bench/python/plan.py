"""What the runner asks for: the command line of a cell, as far as Python
needs to know it.

bench writes it (bench/launch/command_line.c) and the C side reads all of it
(bench/cell/arguments.c), so nothing is checked here.
"""
import argparse
import multiprocessing
import os
from typing import Any, List, NamedTuple, Optional

from worker import Opening

START_METHODS = ("fork", "spawn", "forkserver")


class Plan(NamedTuple):
    """What a pool is started with."""
    backend: str             # as it was asked for: python-pool:spawn
    workers: int
    schedule: str            # per-task, dynamic or static
    chunk: Optional[int]     # tasks handed out together by dynamic
    opening: Opening

    @property
    def name(self) -> str:
        """The backend without its start method."""
        return self.backend.partition(":")[0]

    @property
    def workload(self) -> str:
        """The workload without its parameters."""
        return os.fsdecode(self.opening.workload).partition(":")[0]

    @property
    def method(self) -> str:
        """How processes are started; fork unless another is asked for."""
        return self.backend.partition(":")[2] or START_METHODS[0]

    @property
    def context(self) -> Any:
        """multiprocessing, with that start method.

        The default method differs between versions of Python (since 3.14 it
        is forkserver), so it is always named.
        """
        return multiprocessing.get_context(self.method)


def read_plan(arguments: List[str]) -> Plan:
    """Reads the command line behind the program's name."""
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--workload", type=os.fsencode, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--schedule", default="dynamic")
    parser.add_argument("--board", type=os.fsencode, required=True)
    parser.add_argument("--inject", type=os.fsencode)
    parser.add_argument("--trace", type=os.fsencode)
    given, _ = parser.parse_known_args(arguments)
    schedule, _, chunk = given.schedule.partition(":")
    return Plan(given.backend, given.workers, schedule,
                int(chunk) if chunk else None,
                Opening(given.workload, given.board, given.inject,
                        given.trace))
