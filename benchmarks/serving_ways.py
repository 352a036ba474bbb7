"""Part of `serving.py`: the two things that the server is measured against.

python benchmarks/serving_ways.py PORT       # a plain HTTP handler, without batching
"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import torch

from tlcourse import assets
from tlcourse.models.pretrained import minilm

START = 120.0  # seconds


def loop_encoder() -> tuple[str, Callable[[list[str]], np.ndarray]]:
    """What a client without a server calls: sentence-transformers where it is installed, else
    transformers."""
    try:
        from sentence_transformers import SentenceTransformer, models
    except ImportError:
        return "transformers, mean of the last layer", minilm.encode
    reader = models.Transformer(str(assets.path("minilm")), max_seq_length=256)
    pooling = models.Pooling(reader.get_word_embedding_dimension(), pooling_mode="mean")
    whole = SentenceTransformer(modules=[reader, pooling], device="cpu")
    return "sentence-transformers", lambda texts: whole.encode(texts, show_progress_bar=False)


class Plain:
    """`with Plain() as plain`: the handler in a process of its own. Attribute `address`."""

    def __enter__(self) -> "Plain":
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen([sys.executable, str(Path(__file__).resolve()), str(port)])
        end = time.monotonic() + START
        while True:
            try:
                httpx.post(f"{self.address}/v1/embeddings", json={"input": "first"}, timeout=START)
                return self
            except httpx.TransportError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise RuntimeError("the plain handler did not start") from None
                time.sleep(0.1)

    def __exit__(self, *_) -> None:
        self._process.terminate()
        self._process.wait()


def plain(port: int) -> None:
    """Each request is encoded on its own, as many at a time as FastAPI has threads, each on one core."""
    import uvicorn
    from fastapi import Body, FastAPI

    torch.set_num_threads(1)
    _, encode = loop_encoder()
    app = FastAPI()

    @app.post("/v1/embeddings")
    def embeddings(body: dict = Body()) -> dict:  # noqa: B008
        return {"data": [{"embedding": encode([body["input"]])[0].tolist()}]}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    plain(int(sys.argv[1]))
