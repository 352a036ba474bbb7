"""A progress line for long cells that leaves one tidy line in the stored notebook."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from IPython import get_ipython
from IPython.display import display

T = TypeVar("T")

_WIDTH = 24
_EVERY = 0.25  # seconds between two updates


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def _line(desc: str, done: int, total: int | None, seconds: float) -> str:
    if not total:
        return f"{desc}: {done} after {_duration(seconds)}"
    filled = round(_WIDTH * min(done / total, 1.0))
    left = f", about {_duration(seconds / done * (total - done))} left" if done else ""
    return f"{desc} {'█' * filled}{'░' * (_WIDTH - filled)} {done}/{total} · {_duration(seconds)}{left}"


def progress(iterable: Iterable[T], desc: str, total: int | None = None) -> Iterator[T]:
    """Yield the items of `iterable`, showing how far it is and the time left; one line remains at the end.

    Args:
        iterable: what to go through.
        desc: what is being done, such as `"features"`.
        total: the number of items, where `len(iterable)` is not to be had.
    """
    if total is None and hasattr(iterable, "__len__"):
        total = len(iterable)
    in_notebook = getattr(get_ipython(), "kernel", None) is not None
    start = shown = time.perf_counter()
    handle = None

    def say(text: str) -> None:
        nonlocal handle
        bundle = {"text/plain": text}
        if not in_notebook:
            print(text, file=sys.stderr)
        elif handle is None:
            handle = display(bundle, raw=True, display_id=True)
        else:
            handle.update(bundle, raw=True)

    if in_notebook:
        say(_line(desc, 0, total, 0.0))
    done = 0
    finished = False
    try:
        for item in iterable:
            yield item
            done += 1
            now = time.perf_counter()
            if in_notebook and now - shown >= _EVERY:
                shown = now
                say(_line(desc, done, total, now - start))
        finished = True
    finally:
        count = f"{done}/{total}" if total and not finished else f"{done}"
        outcome = "in" if finished else "done, stopped after"
        say(f"{desc}: {count} {outcome} {_duration(time.perf_counter() - start)}")
