"""The server: started, asked from within this process, ended in order.

with Server(Settings(model="minilm", workers=2)) as server:
    ...                                    # bert-serving-client on server.ports
    server.submit(["a text"]).result()     # the same from within this process
"""

import threading
import time
from concurrent.futures import Future
from typing import Any

from tlcourse.serve.answer import Answer
from tlcourse.serve.loop import Loop
from tlcourse.serve.metrics import Metrics
from tlcourse.serve.refusals import Refused
from tlcourse.serve.settings import Settings
from tlcourse.serve.sockets import Sockets

START = 120.0  # seconds in which the first worker has to be ready
GRACE = 10.0  # seconds in which what was asked before the end is answered


class Server:
    """`start` it, or use it as a context. Attribute `metrics`: what it counts."""

    def __init__(self, settings: Settings):
        self.settings, self.metrics = settings, Metrics()
        self._loop: Loop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def start(self) -> None:
        """Open the ports and wait for the first worker: `launch`, then `wait`."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Open the ports and start the workers.

        Raises:
            OSError: a port is taken, or there is no such address.
            FileNotFoundError: there are no keys in the folder that `curve` names.
        """
        self._loop = Loop(self.settings, Sockets(self.settings), self.metrics)
        self._thread = threading.Thread(target=self._loop.run, name="tlcourse-serve", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait for the first worker. Raises RuntimeError if none can be started; the message has its own."""
        try:
            self._loop.first_ready.result(START)
        except BaseException as error:
            self.close(grace=0)
            if isinstance(error, TimeoutError):
                raise RuntimeError(f"no worker was ready after {START:.0f} s.") from None
            raise

    @property
    def ports(self) -> tuple[int, int]:
        """Of ZeroMQ, once it is started: texts in, vectors out."""
        return self._loop.sockets.ports

    @property
    def workers(self) -> dict[str, int]:
        """The processes that are ready, by name: their numbers."""
        crew = dict(self._loop.crew.workers)
        return {name.decode(): worker.process.pid for name, worker in crew.items() if worker.ready}

    @property
    def alive(self) -> bool:
        """Whether it answers: it was started, and was neither closed nor broken."""
        return self._thread is not None and self._thread.is_alive()

    def config(self) -> dict[str, Any]:
        """As `server_config` has it."""
        return self._loop.config()

    def submit(self, texts: list[str], port: str = "http") -> "Future[Answer]":
        """Ask from within this process, in any thread; the future raises `Refused`.

        Args:
            port: as which door it is counted.
        """
        future: Future = Future()
        self._loop.ask(texts, port, lambda found: _resolve(future, found))
        return future

    def close(self, grace: float = GRACE) -> None:
        """Answer what was asked before, within `grace` seconds; then end the workers. May be called twice."""
        if self._thread is not None:
            self._loop.stop(time.monotonic() + grace)
            self._thread.join()
            self._thread = None


def _resolve(future: Future, found: Answer | Refused) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(found, Refused):
        future.set_exception(found)
    else:
        future.set_result(found)
