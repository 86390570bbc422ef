"""The C side of a cell, called through ctypes: bench/cell/foreign.h.

A foreign-function call needs three things: the shared object, a function's
name in it, and the types of what goes in and comes out, which C's header
tells the compiler and nobody tells Python. They stand here in one table.
All are integers, texts and addresses; what is behind an address stays C's.
"""
import ctypes
import functools
from pathlib import Path
from typing import Any, Dict, Tuple

PATH = Path(__file__).resolve().parent.parent / "parbench-cell.so"

ADDRESS = ctypes.c_void_p
TEXT = ctypes.c_char_p
MESSAGE_BYTES = 512

# What C calls back: the first type is the result's. A callback that is not
# kept in a variable is freed, and C would jump into nothing.
SKIP = ctypes.CFUNCTYPE(ADDRESS, ADDRESS)
START = ctypes.CFUNCTYPE(ctypes.c_int, ADDRESS, ADDRESS, ADDRESS)
MAP = ctypes.CFUNCTYPE(ctypes.c_int, ADDRESS, ADDRESS, ctypes.c_size_t,
                       ADDRESS, ADDRESS, ADDRESS)
STOP = ctypes.CFUNCTYPE(ctypes.c_int, ADDRESS, ADDRESS)
KERNEL = ctypes.CFUNCTYPE(ADDRESS, ADDRESS, ADDRESS, ADDRESS)

# name: (type of the result, types of the arguments ...)
SIGNATURES: Dict[str, Tuple[Any, ...]] = {
    "foreign_cell": (ctypes.c_int, ctypes.c_int, ctypes.POINTER(TEXT), TEXT,
                     SKIP, START, MAP, STOP),
    "foreign_task_bytes": (ctypes.c_size_t, ADDRESS),
    "foreign_result_bytes": (ctypes.c_size_t, ADDRESS),
    "foreign_traffic": (None, ADDRESS, ctypes.c_uint64, ctypes.c_uint64,
                        ctypes.c_uint64, ctypes.c_uint64),
    "foreign_fail": (ctypes.c_int, ADDRESS, ctypes.c_int, ctypes.c_int,
                     ctypes.c_int, ctypes.c_int64, TEXT),
    "foreign_enter": (ADDRESS, TEXT, TEXT, TEXT, TEXT, ADDRESS, ctypes.c_int,
                      TEXT, ctypes.c_size_t),
    "foreign_record_bytes": (ctypes.c_size_t, ADDRESS),
    "foreign_run": (TEXT, ADDRESS, ctypes.c_size_t, TEXT, ADDRESS),
    "foreign_help": (ctypes.c_int, TEXT, ctypes.c_uint),
}


@functools.lru_cache(maxsize=None)
def load(keeps_gil: bool = False) -> ctypes.CDLL:
    """Loads the library, once in each process.

    The global interpreter lock (GIL) lets one thread at a time run Python.
    ctypes.CDLL gives it back for the time of each call into C; ctypes.PyDLL
    does not. The machine code that is called is the same.
    """
    library = (ctypes.PyDLL if keeps_gil else ctypes.CDLL)(str(PATH))
    for name, (result, *arguments) in SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
