"""A worker: a process that gets batches of texts, and gives back their vectors. `Crew` starts it.

It speaks with the server alone, over a socket in a folder of the server's own. It gets the number of a job
and its texts in JSON; it gives the number, a header in JSON and the vectors as they lie in memory.
"""

import json
import os
import signal
import sys
import threading
from typing import Any

import numpy as np
import zmq

READY, FAILED = b"ready", b"failed"  # in the place of a number of a job


def main(asked: dict[str, Any]) -> int:
    """Work until the server is gone. Returns the exit code: 1 if the model cannot be served."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    context = zmq.Context()
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.IDENTITY, asked["name"].encode())
    socket.setsockopt(zmq.LINGER, 5000)
    socket.connect(asked["address"])
    try:
        embed, facts = _embedder(asked)
    except Exception as error:
        socket.send_multipart([FAILED, json.dumps({"error": f"{error}"}).encode(), b""])
        context.destroy(linger=5000)
        return 1
    socket.send_multipart([READY, json.dumps(facts).encode(), b""])
    while True:
        job, texts = socket.recv_multipart()
        socket.send_multipart([job, *_done(embed, json.loads(texts), asked["show_tokens"])])


def _embedder(asked: dict[str, Any]):
    """What embeds, and what the server wants to know of it."""
    import torch

    torch.set_num_threads(1)
    from tlcourse.serve.embedding import Embedder

    embed = Embedder(
        asked["model"], asked["layers"], asked["pooling"], asked["normalise"], asked["max_seq_len"]
    )
    facts = {
        "width": embed.width,
        "max_seq_len": embed.max_seq_len,
        "num_layers": len(embed.encoder.widths) - 1,
        "torch_version": torch.__version__,
    }
    embed(["The first text takes longest."])
    return embed, facts


def _done(embed, texts: list, show_tokens: bool) -> tuple[bytes, Any]:
    try:
        answer = embed(texts, show_tokens)
    except Exception as error:  # of this batch: the next one may be well
        return json.dumps({"error": f"{type(error).__name__}: {error}"}).encode(), b""
    header = {"shape": answer.vectors.shape, "lengths": answer.lengths, "tokens": answer.tokens}
    return json.dumps(header).encode(), np.ascontiguousarray(answer.vectors).data


def _end_with_the_server() -> None:
    """Standard input ends when the server closes it, or is gone."""
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
