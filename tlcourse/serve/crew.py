"""The workers, each a process of its own: started, watched, and started again when one dies.

A worker is known by a name that is never used twice, so that what a dead one sent last is not taken for its
successor's. It ends by itself when the server is gone: its standard input is a pipe that the server holds.
"""

import itertools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import tlcourse
from tlcourse.serve.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds, after a worker that died before it was ready
GRACE = 5.0  # seconds in which a worker may end by itself


@dataclass
class Worker:
    name: bytes
    process: subprocess.Popen
    ready: bool = False
    job: int | None = None
    since: float = 0.0


class Crew:
    """`settings.workers` processes that connect to `address`.

    Attributes:
        workers: those that live, or are starting, by their names.
        restarts: how often one was started again.
    """

    COMMAND = ("-m", "tlcourse.serve.worker")  # what Python is asked to run

    def __init__(self, settings: Settings, address: str):
        self.settings, self.address = settings, address
        self.workers: dict[bytes, Worker] = {}
        self.restarts = 0
        self._number = itertools.count()
        self._wanted, self._lost = 1, 0
        self._pause, self._not_before = 0.0, 0.0

    def start(self) -> None:
        """The first one alone: what it reads and imports would wait for the others' on a small machine."""
        self._start_one()

    def started(self, name: bytes) -> None:
        """That worker is ready, so `look` starts the others too."""
        if name in self.workers:
            self.workers[name].ready = True
            self._wanted = self.settings.workers

    def _start_one(self) -> None:
        name = f"worker-{next(self._number)}"
        asked = {
            "address": self.address,
            "name": name,
            "model": str(self.settings.model),
            "layers": self.settings.layers,
            "pooling": self.settings.pooling,
            "normalise": self.settings.normalise,
            "max_seq_len": self.settings.max_seq_len,
            "show_tokens": self.settings.show_tokens,
        }
        process = subprocess.Popen(
            [sys.executable, *self.COMMAND, json.dumps(asked)],
            stdin=subprocess.PIPE,
            env=_environment(),
            start_new_session=os.name == "posix",  # Ctrl-C is for the server, which ends them in order
        )
        self.workers[name.encode()] = Worker(name.encode(), process)

    def look(self, now: float) -> list[Worker]:
        """Take out those that have died and start others in their places; return the dead."""
        dead = [worker for worker in self.workers.values() if worker.process.poll() is not None]
        for worker in dead:
            del self.workers[worker.name]
            self._lost += 1
            _close(worker)
            if worker.ready:
                self._pause = 0.0
            else:  # it cannot even start
                self._wait_longer(now)
        while now >= self._not_before and len(self.workers) < self._wanted:
            try:
                self._start_one()
                if self._lost:
                    self._lost -= 1
                    self.restarts += 1
            except OSError:  # no memory, or too many processes
                self._wait_longer(now)
        return dead

    def _wait_longer(self, now: float) -> None:
        """Give the machine time."""
        self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * self._pause))
        self._not_before = now + self._pause

    def ready(self) -> list[Worker]:
        """Those that have nothing to do."""
        return [worker for worker in self.workers.values() if worker.ready and worker.job is None]

    def kill(self, worker: Worker) -> None:
        """For one that does not answer any more; `look` finds it dead."""
        worker.process.kill()

    def end(self) -> None:
        """End all of them, and wait until they are gone."""
        for worker in self.workers.values():
            _close(worker)
        for worker in self.workers.values():
            try:
                worker.process.wait(GRACE)
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        self.workers.clear()


def _close(worker: Worker) -> None:
    if worker.process.stdin is not None:
        worker.process.stdin.close()


def _environment() -> dict[str, str]:
    """One thread for each worker: several would wait for one another. And this tlcourse, wherever we were
    started."""
    home = str(Path(tlcourse.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**os.environ, **threads, "TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": path}
