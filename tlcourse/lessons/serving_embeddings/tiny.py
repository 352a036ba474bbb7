"""What surrounds the lesson's own small server: its queue, its thread, its clients."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from tlcourse.lessons.serving_embeddings import clients
from tlcourse.lessons.serving_embeddings.clients import Visits
from tlcourse.serve.embedding import Embedder

Serve = Callable[[Callable, queue.Queue, int, float], None]


def tried(
    serve: Serve, embed: Embedder, texts: Sequence[str], max_batch: int, n_clients: int, seconds: float
) -> Visits:
    """Let `serve` run in a thread, and clients ask it in turn; what happened to their texts.

    `serve` takes (embed, inbox, max_batch, max_wait), and ends when it takes None out of the inbox.
    """
    inbox: queue.Queue = queue.Queue()

    def ask(some: list[str]) -> Future:
        future: Future = Future()
        inbox.put((some[0], future))
        return future

    thread = threading.Thread(
        target=serve, args=(lambda some: embed(some).vectors, inbox, max_batch, 0.003), daemon=True
    )
    thread.start()
    try:
        return clients.in_turn(ask, texts, n_clients, seconds)
    finally:
        inbox.put(None)
        thread.join(10)


def rows(found: dict[int, Visits]) -> list[dict[str, object]]:
    """Rows of a table: texts at once, at most; texts a second; the mean wait."""
    return [
        {
            "texts in a batch, at most": most,
            "texts a second": f"{some.per_second:.0f}",
            "a text waits, ms": f"{1000 * some.waits.mean():.0f}",
        }
        for most, some in found.items()
    ]
