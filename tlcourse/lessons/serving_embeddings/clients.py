"""Clients of a server, and what happened to their texts: when each came, and when it was answered.

`ask` is what `Server.submit` is: texts in, a future out.
"""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

Ask = Callable[[list[str]], Future]
EACH = 0.02  # seconds between two looks at how many are inside


@dataclass(frozen=True)
class Visits:
    """N texts, in the order of their answers.

    Attributes:
        arrived, answered: float64 (N,), seconds since the first came.
        counted: how many the server said were inside, at moments that are equally far apart; empty if nobody
            asked it.
    """

    arrived: np.ndarray
    answered: np.ndarray
    counted: np.ndarray

    @property
    def waits(self) -> np.ndarray:
        """Seconds from each one's arrival to its answer."""
        return self.answered - self.arrived

    @property
    def seconds(self) -> float:
        """From the first arrival to the last answer."""
        return float(self.answered.max() - self.arrived.min())

    @property
    def inside(self) -> float:
        """How many are inside on average over that time, added up from one change to the next."""
        moments = np.concatenate([self.arrived, self.answered])
        change = np.repeat([1, -1], len(self.arrived))
        order = np.argsort(moments, kind="stable")
        now = np.cumsum(change[order])[:-1]
        return float((now * np.diff(moments[order])).sum() / self.seconds)

    @property
    def per_second(self) -> float:
        """Texts answered in a second."""
        return len(self.arrived) / self.seconds


class _Book:
    """Where clients write, from several threads."""

    def __init__(self) -> None:
        self._lock, self._rows = threading.Lock(), []

    def write(self, arrived: float, n: int = 1) -> None:
        with self._lock:
            self._rows += [(arrived, time.perf_counter())] * n

    def visits(self, counted: Sequence[float] = ()) -> Visits:
        if not self._rows:
            raise RuntimeError("no text was answered: the server does not run, or the time was too short.")
        found = np.array(self._rows)
        return Visits(*(found - found[:, 0].min()).T, np.array(counted))


def in_turn(ask: Ask, texts: Sequence[str], clients: int, seconds: float, at_once: int = 1) -> Visits:
    """`clients` that each send `at_once` texts, wait for the answer, and send the next.

    Raises RuntimeError if nothing was answered; what `ask` raises.
    """
    book, errors = _Book(), []
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        mine = itertools.islice(itertools.cycle(texts), number * at_once, None)
        try:
            while time.perf_counter() < end:
                arrived = time.perf_counter()
                ask(list(itertools.islice(mine, at_once))).result()
                book.write(arrived, at_once)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return book.visits()


def at_random(
    ask: Ask,
    texts: Sequence[str],
    rate: float,
    seconds: float,
    seed: int = 0,
    inside: Callable[[], float] | None = None,
) -> Visits:
    """Texts that come at random moments, `rate` in a second on average, whether or not others are answered.

    Args:
        inside: asked again and again how many the server has.

    Raises RuntimeError if nothing was answered; what the futures raise.
    """
    rng = np.random.default_rng(seed)
    moments = np.cumsum(rng.exponential(1 / rate, size=max(1, round(rate * seconds))))
    book, futures, counted, over = _Book(), [], [], threading.Event()

    def look() -> None:
        while inside is not None and not over.wait(EACH):
            counted.append(inside())

    looking = threading.Thread(target=look)
    looking.start()
    started = time.perf_counter()
    try:
        for moment, text in zip(moments, itertools.cycle(texts), strict=False):
            time.sleep(max(0.0, started + moment - time.perf_counter()))
            arrived = time.perf_counter()
            future = ask([text])
            future.add_done_callback(lambda _, arrived=arrived: book.write(arrived))
            futures.append(future)
        for future in futures:
            future.result()
    finally:
        over.set()
        looking.join()
    return book.visits(counted)
