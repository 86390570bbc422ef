"""All backends in Python, by name.

Each stands in a module of its own, which is imported only where it is
needed: what a process has imported, its forked workers inherit.
"""
import importlib
from typing import Dict, Tuple, Type

from backends.base import Backend

TABLE: Dict[str, Tuple[str, str]] = {   # name: (module, class)
    "python-pool": ("pool", "Pool"),
    "python-queue": ("queues", "Queue"),
    "python-manager": ("manager", "Manager"),
    "python-process": ("process", "Process"),
    "python-threads": ("threads", "Threads"),
    "python-threads-nogil": ("threads", "ThreadsWithoutGil"),
    "python-pure": ("pure", "Pure"),
}


def find(name: str) -> Type[Backend]:
    """The class of that name; KeyError where there is none."""
    module, backend = TABLE[name]
    return getattr(importlib.import_module("backends." + module), backend)
