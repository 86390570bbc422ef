"""Processes and files that multiprocessing keeps for itself.

With spawn and forkserver, a *resource tracker* watches over semaphores that
have a name in /dev/shm, so that they are removed even if the program is
killed; with forkserver there is also the server that forks. Both end by
themselves when the program has ended, a moment later: too late for a cell,
which must leave nothing behind when it ends.

There is no public way to end them, nor to name the semaphores; what is used
here has been the same from Python 3.9 to 3.13, and where it is missing,
nothing is done.
"""
import multiprocessing
import os
import tempfile
from multiprocessing import forkserver, resource_tracker, util
from typing import Optional


def name_semaphores() -> None:
    """Names them after the runner's private directory, so that its janitor
    finds those of a cell that was killed along with its resource tracker.
    Temporary files need no such care: they are in that directory, TMPDIR."""
    directory = os.path.basename(tempfile.gettempdir())
    settings = getattr(multiprocessing.current_process(), "_config", {})
    if directory.startswith("parbench-"):
        settings["semprefix"] = "/" + directory


def no_semaphores() -> Optional[str]:
    """Why semaphores that processes share cannot be made here, or None. They
    are files of /dev/shm, wherever other files may be (sem_open(3))."""
    try:
        multiprocessing.get_context("fork").Lock()
    except OSError as problem:
        return ("multiprocessing can make no semaphore in /dev/shm "
                f"({problem.strerror}): mount it writable, with room "
                "(docker run --shm-size=1g)")
    except ImportError as problem:
        return f"multiprocessing has no semaphores here: {problem}"
    return None


def end() -> None:
    """Ends the helpers, once the pool has ended or has failed to start.

    The order matters: processes that still run would keep the helpers; the
    server's socket is in a directory that the finalizers remove; and the
    semaphores that they remove are the tracker's care.
    """
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    server = getattr(forkserver, "_forkserver", None)
    tracker = getattr(resource_tracker, "_resource_tracker", None)
    nothing = int   # may be called, and does nothing
    getattr(server, "_stop", nothing)()
    getattr(util, "_run_finalizers", nothing)()
    getattr(tracker, "_stop", nothing)()
