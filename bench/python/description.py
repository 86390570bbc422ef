"""What a backend is, in lines of text for bench."""
from typing import Iterator, Tuple

import backends
import library
from plan import START_METHODS


def lines(name: str) -> Iterator[Tuple[str, str]]:
    """Yields what there is to say of a backend: a word and a text."""
    plain, colon, method = name.partition(":")
    backend = backends.find(plain)
    yield "name", name
    yield "summary", backend.summary
    if colon and not backend.has_processes:
        yield "problem", "it starts no process, so it has no start method"
    elif colon and method not in START_METHODS:
        yield "problem", "start methods are " + ", ".join(START_METHODS)
    for schedule, reason in backend.lacks.items():
        yield schedule, reason
    if backend.serial:
        yield "serial", "yes"


def write(name: str) -> None:
    """Prints them; ImportError or OSError where this Python cannot run it."""
    library.load()
    for what, text in lines(name):
        print(name, what, text, sep="\t")
