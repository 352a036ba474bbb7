"""Ending code that does not end by itself, so that a loop without an end gets an answer like any mistake."""

import contextlib
import ctypes
import threading
from collections.abc import Iterator

SECONDS = 20.0  # on one input; no solution takes a tenth of it


class TookTooLong(BaseException):
    """Raised in code that runs too long. Not an `Exception`: code that catches those is ended, too."""


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """Raise `TookTooLong` in what is done within, where it takes longer.

    Python is interrupted between two of its steps, in any thread and on every system; one call of compiled
    code is not.
    """
    lock, over = threading.Lock(), threading.Event()
    thread = ctypes.c_ulong(threading.get_ident())

    def end() -> None:
        with lock:
            if not over.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TookTooLong))

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over.set()
        timer.cancel()
        timer.join()
