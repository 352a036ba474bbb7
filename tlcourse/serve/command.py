"""`tlcourse serve`: what is typed, from the first line to Ctrl-C."""

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tlcourse.serve.server import Server
from tlcourse.serve.settings import Settings

if TYPE_CHECKING:
    from tlcourse.serve.http_server import HttpServer

ENDS = (signal.SIGINT, signal.SIGTERM)


def serve(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Serve until the process is interrupted or terminated; then answer what was asked, and end.

    Raises what `Server.launch`, `Server.wait` and `HttpServer` raise.
    """
    over = threading.Event()
    before = {number: signal.signal(number, lambda *_: over.set()) for number in ENDS}
    server, http = Server(settings), None
    try:
        server.launch()
        if settings.http_port is not None:
            from tlcourse.serve.http_server import HttpServer  # FastAPI is imported while the workers load

            http = HttpServer(server)
        server.wait()
        if http is not None:
            http.start()
        for line in lines(server, http):
            say(line)
        while server.alive and not over.wait(1):
            pass
        if not over.is_set():
            raise RuntimeError("the server has broken; what it said stands above.")
        say("stopping: what was asked is answered first")
    finally:
        if http is not None:
            http.close()
        server.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def lines(server: Server, http: "HttpServer | None") -> list[str]:
    """What is said once it serves."""
    settings, told = server.settings, server.config()
    layers = " and ".join(f"layer {layer}" for layer in settings.layers)
    found = [
        f"{settings.model}: {told['width']} numbers, {settings.pooling} of {layers}, up to "
        f"{told['max_seq_len']} tokens; workers: {settings.workers}",
        f"ZeroMQ: BertClient(ip={settings.host!r}, port={server.ports[0]}, port_out={server.ports[1]})",
    ]
    if http is not None:
        host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
        found.append(f"HTTP:   http://{host}:{http.port}/v1/embeddings, /healthz, /metrics")
    return [*found, "Ctrl-C stops it."]
