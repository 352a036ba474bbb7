"""The loop of the server, between clients and workers.

One thread does all of it but the vectors: what it does for a text takes a hundredth of what a worker does. So
there are no locks, and the state of a request is in one place at a time.
"""

import itertools
import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import zmq

from tlcourse.serve import facts, wire
from tlcourse.serve.answer import Answer
from tlcourse.serve.crew import Crew
from tlcourse.serve.metrics import Metrics
from tlcourse.serve.outlet import Outlet
from tlcourse.serve.refusals import BUSY, TOO_LARGE, TOO_LATE, Refused
from tlcourse.serve.settings import Settings
from tlcourse.serve.sink import Sink, Told
from tlcourse.serve.sockets import AT_ONCE, Sockets
from tlcourse.serve.ventilator import Job, Ventilator
from tlcourse.serve.worker import FAILED, READY

TICK = 0.05  # seconds between two looks at the workers
STARTS = 3  # of the first worker, before it is said that none can be started
LARGEST_ANSWER = 256_000_000  # bytes


class Loop:
    """`run` it in a thread; `ask` and `stop` it from others.

    Attributes:
        first_ready: done when the first worker is, or has the error if none can be.
        of_model: what a worker said of the model.
    """

    def __init__(self, settings: Settings, sockets: Sockets, metrics: Metrics):
        self.settings, self.sockets, self.metrics = settings, sockets, metrics
        self.crew = Crew(settings, sockets.workers_address)
        self.first_ready: Future = Future()
        self.of_model: dict[str, Any] = {}
        self._outlet = Outlet(sockets.out)
        self._ventilator = Ventilator(settings, self.crew, sockets.back, metrics.batches.observe)
        self._sink = Sink(settings.show_tokens, settings.max_seq_len)
        self._inbox: SimpleQueue = SimpleQueue()
        self._number = itertools.count()
        self._since = facts.now()
        self._until: float | None = None  # when to stop at last, once `stop` was called
        self._over = False

    def ask(self, texts: list, port: str, tell: Told) -> None:
        """Take in texts from within this process; `tell` is called once, in the loop's thread."""
        self._inbox.put((texts, port, tell))
        self.sockets.ring()
        if self._over:
            self._empty_inbox()

    def stop(self, until: float) -> None:
        """Take in nothing more, and stop when all is answered, or at `until` on the monotonic clock."""
        self._until = until
        self.sockets.ring()

    def config(self) -> dict[str, Any]:
        """As `server_config` has it."""
        return facts.config(self.settings, self.sockets.ports, self.of_model, self._since)

    def run(self) -> None:
        """Until it is stopped. Workers and sockets are gone then, and everybody has an answer."""
        try:
            self.crew.start()
            self._run()
        finally:
            self.crew.end()
            for request in list(self._sink.pending):
                self._sink.refuse(request, _stopping())
            self._over = True
            self._empty_inbox()
            self.sockets.close()

    def _empty_inbox(self) -> None:
        while True:
            try:
                *_, tell = self._inbox.get_nowait()
            except Empty:
                return
            tell(_stopping())

    def _run(self) -> None:
        sockets, looked = self.sockets, 0.0
        poller = zmq.Poller()
        for socket in (sockets.front, sockets.heard, sockets.back, sockets.out):
            poller.register(socket, zmq.POLLIN)
        while self._until is None or (self._sink.pending and time.monotonic() < self._until):
            at = self._ventilator.next_at()
            pause = TICK if at is None else min(TICK, max(0.0, at - time.monotonic()))
            ready = dict(poller.poll(round(1000 * pause + 0.5)))
            now = time.monotonic()
            if sockets.out in ready:
                self._outlet.hear(now)
            if sockets.back in ready:
                self._hear_workers(now)
            if sockets.heard in ready:
                self._hear_inside(now)
            if sockets.front in ready:
                if self._until is None:
                    self._hear_clients(now)
                else:
                    poller.unregister(sockets.front)
            if now - looked >= TICK:
                looked = now
                self._look(now)
            self._ventilator.send(now)

    def _hear_clients(self, now: float) -> None:
        for _ in range(AT_ONCE):
            try:
                frames = self.sockets.front.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                client, number = wire.address(frames)
            except wire.Malformed:
                self.metrics.malformed.inc()
                continue
            self._hear_client(client, number, frames, now)

    def _hear_client(self, client: bytes, number: bytes, frames: list[bytes], now: float) -> None:
        def tell(found: Answer | Refused) -> None:
            made = wire.refusal if isinstance(found, Refused) else wire.vectors
            self._outlet.send(made(client, number, found), time.monotonic())

        try:
            asked = wire.read(frames, self.settings.max_texts, self.settings.max_bytes)
        except Refused as refused:
            self._counted("zeromq", now, tell)(refused)
            return
        if asked.question:
            self.metrics.questions.inc()
            told = (
                self.config()
                if asked.question == "config"
                else {**self.config(), **facts.status(self.metrics)}
            )
            self._outlet.send(wire.facts(client, number, {"client": client.decode("latin-1"), **told}), now)
            return
        self._accept(asked.texts, self._counted("zeromq", now, tell), now)

    def _hear_inside(self, now: float) -> None:
        self.sockets.still()
        while not self._inbox.empty():
            texts, port, tell = self._inbox.get()
            if self._until is None:
                self._accept(texts, self._counted(port, now, tell), now)
            else:
                self._counted(port, now, tell)(_stopping())

    def _counted(self, port: str, since: float, tell: Callable) -> Callable[[Answer | Refused], None]:
        def told(found: Answer | Refused) -> None:
            outcome = str(found.status) if isinstance(found, Refused) else "answered"
            self.metrics.requests.labels(port, outcome).inc()
            if isinstance(found, Answer):
                self.metrics.seconds.labels(port).observe(time.monotonic() - since)
                self.metrics.texts.inc(len(found.lengths))
                self.metrics.tokens.inc(sum(found.lengths))
            tell(found)

        return told

    def _accept(self, texts: list, tell: Callable, now: float) -> None:
        try:
            self._check_size_of_answer(texts)
            self._ventilator.check_room(texts)
        except Refused as refused:
            tell(refused)
            return
        request = next(self._number)
        self._sink.open(request, len(texts), tell, now)
        self._ventilator.add(request, texts, now)

    def _check_size_of_answer(self, texts: list) -> None:
        """Raise Refused if the vectors of all tokens would fill the memory."""
        if self.settings.pooling != "NONE" or not self.of_model:
            return
        of_one = 4 * self.of_model["max_seq_len"] * self.of_model["width"]
        if len(texts) * of_one > LARGEST_ANSWER:
            most = max(1, LARGEST_ANSWER // of_one)
            raise Refused(
                TOO_LARGE, f"{len(texts)} texts with a vector for each token: expected {most} at most"
            )

    def _hear_workers(self, now: float) -> None:
        while self.sockets.back.poll(0):
            name, job, header, buffer = self.sockets.back.recv_multipart(copy=False)
            told = json.loads(header.bytes)
            if job.bytes in (READY, FAILED):
                self._hear_of_start(name.bytes, job.bytes, told)
                continue
            found = self._ventilator.done(name.bytes, int(job.bytes), now)
            if found is None:
                continue
            if "error" in told:
                self._refuse_all(self._ventilator.again(found, told["error"]))
            else:
                self._give(found, told, buffer)

    def _hear_of_start(self, name: bytes, what: bytes, told: dict[str, Any]) -> None:
        if what == READY and name in self.crew.workers:
            self.crew.started(name)
            self.of_model = told
            if not self.first_ready.done():
                self.first_ready.set_result(None)
        elif what == FAILED and not self.first_ready.done():
            self.first_ready.set_exception(RuntimeError(told["error"]))

    def _give(self, job: Job, told: dict[str, Any], buffer: zmq.Frame) -> None:
        rows = np.frombuffer(buffer.buffer, dtype=np.float32).reshape(told["shape"])
        tokens = told["tokens"] or itertools.repeat([])
        for item, row, length, names in zip(job.items, rows, told["lengths"], tokens, strict=False):
            row = row[:length] if row.ndim == 2 else row
            self._sink.put(item.request, item.place, row, length, names)

    def _look(self, now: float) -> None:
        restarts = self.crew.restarts
        for worker in self.crew.look(now):
            self._refuse_all(self._ventilator.lost(worker))
        self.metrics.restarts.inc(self.crew.restarts - restarts)
        if not self.first_ready.done() and self.crew.restarts >= STARTS:
            self.first_ready.set_exception(RuntimeError("workers end before they are ready; see above why."))
        self._ventilator.kill_hung(now)
        seconds = self.settings.timeout
        for request in self._sink.older_than(now - seconds):
            self._refuse_all([(request, Refused(TOO_LATE, f"no answer within {seconds:g} s"))])
        self._outlet.let_go(now)
        self.metrics.waiting.set(self._ventilator.inside)
        self.metrics.workers.set(sum(worker.ready for worker in self.crew.workers.values()))

    def _refuse_all(self, refusals: list[tuple[int, Refused]]) -> None:
        for request, refused in refusals:
            self._ventilator.drop(request)
            self._sink.refuse(request, refused)


def _stopping() -> Refused:
    return Refused(BUSY, "the server is being stopped", 5)
