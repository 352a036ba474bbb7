"""uvicorn around the application: its port is open when `HttpServer` is made, so that a taken one is said at
once."""

import asyncio
import socket
import threading

import uvicorn

from tlcourse.serve.answer import Answer
from tlcourse.serve.http_front import application
from tlcourse.serve.server import Server

GRACE = 10  # seconds for requests that are being answered when it is stopped
IDLE = 5  # seconds that a connection may stay open without a request


class HttpServer:
    """A server's HTTP side.

    Raises OSError if the port is taken.

    Attributes:
        port: where it listens.
    """

    def __init__(self, server: Server):
        settings = server.settings

        async def embed(texts: list[str]) -> Answer:
            return await asyncio.wrap_future(server.submit(texts))

        app = application(
            embed,
            str(settings.model),
            max_texts=settings.max_texts,
            max_bytes=settings.max_bytes,
            timeout=settings.timeout,
            token=settings.token,
            healthy=lambda: server.alive and bool(server.workers),
            exposition=server.metrics.exposition,
        )
        self._socket = _listening(settings.http_host, settings.http_port or 0)
        self.port = self._socket.getsockname()[1]
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=IDLE,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._thread = threading.Thread(target=self._run, name="tlcourse-http", daemon=True)

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])

    def start(self) -> None:
        """Answer from now on, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """Take in nothing more, answer what was asked, and end. May be called twice."""
        self._uvicorn.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # TCP by name, and asyncio sends a body at once; else it waits 40 ms for the word that its header came.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(1024)
    except OSError as error:
        found.close()
        raise OSError(
            f"port {port} of {host} cannot be opened ({error.strerror}): another server may have it. Choose "
            "another with --http, another address with --http-host."
        ) from None
    return found
