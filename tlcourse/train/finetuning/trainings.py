"""Several independent trainings on one machine: side by side, and the memory given back afterwards."""

import ctypes
import gc
import os
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import psutil

from tlcourse import profiles
from tlcourse.threads import single_thread

AT_ONCE = 2

# Options of glibc's malloc.h. By default each thread has a heap of its own, which no other can use, and a
# large heap stays large. The third keeps large blocks in the heap: to map each anew would take time.
_HEAP_OPTIONS = ((-8, 1), (-1, 1 << 26), (-3, 1 << 30))  # M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


def side_by_side(
    jobs: Mapping[Key, Callable[[], Result]],
    watch: Callable[[list], Iterable] = iter,
    memory_bytes: float = 0,
) -> dict[Key, Result]:
    """Run independent trainings, `AT_ONCE` at a time, each on one core; key → its result.

    One at a time where two would take the process above `profiles.MEMORY_BYTES`: how much it has taken before
    depends on the machine, and on torch's build.

    Two trainings of one thread each are done before two of two threads, one after the other: no thread waits
    for another, which on a busy machine can cost more than the work. And one thread adds up in one order, so
    that a seed gives the same result again.

    Args:
        jobs: functions without arguments; no two may train the same model, nor draw from torch's generator.
        watch: wraps the list of what is waited for, to show progress.
        memory_bytes: what one training takes for its own: weights, gradients, AdamW's two means, activations.

    Raises:
        Exception: the first that a job raised; jobs that had not begun by then are dropped.
    """

    def on_one_thread(job: Callable[[], Result]) -> Result:
        with single_thread():
            result = job()
        give_back_memory()  # what is freed between others' blocks would else pile up from job to job
        return result

    share_one_heap()
    gc.collect()  # closed figures refer to themselves, and wait for this
    give_back_memory()
    with ThreadPoolExecutor(_at_once(memory_bytes)) as pool:
        futures = {key: pool.submit(on_one_thread, job) for key, job in jobs.items()}
        try:
            for future in watch([*futures.values()]):
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    give_back_memory()
    return {key: future.result() for key, future in futures.items()}


def _at_once(memory_bytes: float) -> int:
    room = profiles.MEMORY_BYTES - psutil.Process().memory_info().rss
    fit = room // memory_bytes if memory_bytes else AT_ONCE
    return max(1, min(AT_ONCE, os.cpu_count() or 1, int(fit)))


def share_one_heap() -> None:
    """Have all threads of the process draw from one heap, which shrinks when memory is freed (glibc)."""
    with suppress(OSError, AttributeError, TypeError):  # not glibc
        for option, value in _HEAP_OPTIONS:
            ctypes.CDLL(None).mallopt(option, value)


def give_back_memory() -> None:
    """Return freed memory to the system; glibc would keep it, hundreds of MB after a training."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
