"""From requests to batches, and from batches to workers; and back to the queue if a worker dies over one."""

import itertools
import json
import math
from collections.abc import Callable
from dataclasses import dataclass

import zmq

from tlcourse.serve.crew import Crew, Worker
from tlcourse.serve.refusals import BUSY, FAILED, TOO_LARGE, Refused
from tlcourse.serve.settings import Settings
from tlcourse.serve.waiting import Item, Waiting

MOST_ATTEMPTS = 5  # workers that may die over a text before it is refused
MOST_SIZE = 64_000_000  # bytes of texts that wait
BYTES_OF_A_TOKEN = 5  # of English, roughly: a text's length beyond `max_seq_len` tokens costs nothing


@dataclass(slots=True)
class Job:
    """A batch that a worker has."""

    items: list[Item]
    worker: bytes
    since: float


class Ventilator:
    """`socket` is the ROUTER that the workers are connected to.

    Attributes:
        jobs: what workers have, by number.
        pace: seconds of one worker for one text, on average of late.
    """

    def __init__(self, settings: Settings, crew: Crew, socket: zmq.Socket, batch_sent: Callable[[int], None]):
        self.settings, self.crew, self.socket, self._batch_sent = settings, crew, socket, batch_sent
        self.waiting = Waiting(settings.max_batch, BYTES_OF_A_TOKEN * (settings.max_seq_len or 256))
        self.jobs: dict[int, Job] = {}
        self.pace = 0.01
        self._number = itertools.count()

    @property
    def inside(self) -> int:
        """Texts that wait, or that a worker has."""
        return self.waiting.count + sum(len(job.items) for job in self.jobs.values())

    def check_room(self, texts: list) -> None:
        """Raise Refused if so many texts find no room; it is as if they had never come."""
        if len(texts) > self.settings.max_waiting:
            most = self.settings.max_waiting
            raise Refused(TOO_LARGE, f"there is room for {most} texts: expected no more; send them in parts")
        inside = self.inside
        if inside + len(texts) > self.settings.max_waiting or self.waiting.size > MOST_SIZE:
            seconds = min(30, max(1, math.ceil(inside * self.pace / self.settings.workers)))
            raise Refused(BUSY, f"busy: {inside} texts are waiting; come back in {seconds} s", seconds)

    def add(self, request: int, texts: list, now: float) -> None:
        self.waiting.add(request, texts, now)

    def next_at(self) -> float | None:
        """When there is something to send: the first that waits has waited enough. None if nothing can be
        sent."""
        since = self.waiting.since()
        if since is None or not self.crew.ready():
            return None
        return since if self.waiting.count >= self.settings.max_batch else since + self.settings.max_wait

    def send(self, now: float) -> None:
        """Give batches to workers that have nothing to do."""
        for worker in self.crew.ready():
            at = self.next_at()
            if at is None or at > now:
                return
            items = self.waiting.take()
            number = next(self._number)
            texts = json.dumps([item.text for item in items]).encode()
            try:
                self.socket.send_multipart([worker.name, b"%d" % number, texts], zmq.NOBLOCK)
            except zmq.ZMQError:  # it is gone, or as good as
                self.waiting.put_back(items)
                self.crew.kill(worker)
                worker.ready = False
                continue
            self.jobs[number] = Job(items, worker.name, now)
            worker.job, worker.since = number, now
            self._batch_sent(len(items))

    def done(self, name: bytes, number: int, now: float) -> Job | None:
        """A worker has finished a job. None if the job was given to another that was faster."""
        if worker := self.crew.workers.get(name):
            worker.job = None
        job = self.jobs.pop(number, None)
        if job is not None:
            took = (now - job.since) / len(job.items)
            self.pace += 0.1 * (took - self.pace)
        return job

    def lost(self, worker: Worker) -> list[tuple[int, Refused]]:
        """A worker died. Its texts come next; those that too many died over are to be refused."""
        for number in [number for number, job in self.jobs.items() if job.worker == worker.name]:
            return self.again(self.jobs.pop(number), "the worker died")
        return []

    def again(self, job: Job, why: str) -> list[tuple[int, Refused]]:
        """Compute a job once more; returns what is to be refused, as (request, error)."""
        for item in job.items:
            item.attempts += 1
        hopeless = [item for item in job.items if item.attempts >= MOST_ATTEMPTS]
        self.waiting.put_back([item for item in job.items if item.attempts < MOST_ATTEMPTS])
        return [
            (
                item.request,
                Refused(FAILED, f"text {item.place} cannot be embedded: {why} {MOST_ATTEMPTS} times over it"),
            )
            for item in hopeless
        ]

    def drop(self, request: int) -> None:
        """Forget what waits of a request; what a worker has of it, it will finish in vain."""
        self.waiting.drop(request)

    def kill_hung(self, now: float) -> None:
        """A worker that sits over a batch for longer than a request may take is given up."""
        for worker in self.crew.workers.values():
            if worker.job is not None and now - worker.since > self.settings.timeout:
                self.crew.kill(worker)
