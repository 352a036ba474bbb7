"""The lesson's own server: one at a time, on this machine alone, and asked from outside this process too."""

import atexit
from collections.abc import Sequence

import numpy as np
import requests

from tlcourse.serve.http_server import HttpServer
from tlcourse.serve.server import Server
from tlcourse.serve.settings import Settings

_running: list[Server | HttpServer] = []


def start(settings: Settings) -> Server:
    """Start a server, and end the one that was started before: a cell may be run again.

    Raises what `Server.start` raises.
    """
    stop()
    server = Server(settings)
    _running.append(server)
    server.start()
    return server


def open_http(server: Server) -> int:
    """Let it speak HTTP, too; return the port."""
    http = HttpServer(server)
    _running.append(http)
    http.start()
    return http.port


@atexit.register
def stop() -> None:
    """End it; its worker gives its memory back."""
    while _running:
        _running.pop().close()


def over_http(port: int, texts: Sequence[str], model: str = "minilm") -> np.ndarray:
    """Ask as any program may, in any language: a list of texts in JSON, their vectors (N, W) come back."""
    with requests.Session() as session:
        session.trust_env = False  # a proxy has no business between us and ourselves
        answer = session.post(
            f"http://127.0.0.1:{port}/v1/embeddings",
            json={"model": model, "input": list(texts)},
            timeout=60,
        )
    answer.raise_for_status()
    return np.array([row["embedding"] for row in answer.json()["data"]], dtype=np.float32)


def vectors(server: Server, texts: Sequence[str], at_once: int = 256) -> np.ndarray:
    """The vectors of many texts, (N, W), in requests of `at_once`, one after the other: each has its time.

    Raises RuntimeError if the server was stopped.
    """
    if not server.alive:
        raise RuntimeError("the server does not run any more: run the cell that starts it.")
    parts = [list(texts[i : i + at_once]) for i in range(0, len(texts), at_once)]
    return np.concatenate([server.submit(part).result().vectors for part in parts])


def told(server: Server) -> list[dict[str, object]]:
    """What it says of itself, for a table."""
    config = server.config()
    names = {
        "model": "model_dir",
        "workers (processes)": "num_worker",
        "numbers of a vector": "width",
        "tokens read of a text": "max_seq_len",
        "texts in a batch, at most": "max_batch_size",
        "texts inside, at most": "max_waiting",
    }
    rows = [{"the server's": name, "is": str(config[key]).strip("[]")} for name, key in names.items()]
    way_in, way_out = server.ports
    return [*rows, {"the server's": "ports: texts in, vectors out", "is": f"{way_in}, {way_out}"}]
