"""How many bytes this process has read and written so far.

Python's queues and pipes do not tell how long their pickles are. The kernel
does: it counts what goes through read(2) and write(2), which is how all of
multiprocessing's channels work, in the file `io` of each thread in
/proc/self/task (see proc(5)). The file of the whole process would not do: it
also has what children moved that have ended.
"""
import threading
from pathlib import Path
from typing import NamedTuple


class Bytes(NamedTuple):
    """Sums over all threads of this process."""
    received: int
    sent: int


class Meter:
    """Reads these sums, without what it has read itself."""

    def __init__(self) -> None:
        self.own = 0

    def read(self) -> Bytes:
        """The sums so far; zeros where the kernel does not keep them."""
        received = sent = 0
        reader = str(threading.get_native_id())
        for path in Path("/proc/self/task").glob("*/io"):
            try:
                text = path.read_text(encoding="ascii")
            except OSError:
                continue   # not kept, or the thread has just ended
            counts = dict(line.split(": ") for line in text.splitlines())
            received += int(counts["rchar"])
            sent += int(counts["wchar"])
            if path.parent.name == reader:
                received -= self.own
            self.own += len(text)
        return Bytes(received, sent)
