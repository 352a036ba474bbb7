"""The same encoder past one machine: a Ray Serve application, with the HTTP side of `http_front`.

    python -m tlcourse.serve.on_ray --model minilm --replicas 2 --http 8000 serve run
    tlcourse.serve.on_ray:build model=minilm replicas=2            # on a cluster, by Ray's own command

Ray does what `server` does for one machine: it starts replicas and starts them again, hands requests to the
one that has least to do, holds a bounded queue, gathers requests into batches, and adds replicas while many
wait. What it leaves to us is here: a request whose replica died is sent again. Between its processes Ray
pickles; clients see HTTP alone.

Needs the extra `ray`: `pip install 'tlcourse[ray]'`.
"""

import argparse
import asyncio
import itertools
import os
import time
from typing import Any

from ray import serve
from ray.exceptions import RayActorError
from ray.serve.exceptions import BackPressureError

from tlcourse.serve.answer import Answer
from tlcourse.serve.http_front import application
from tlcourse.serve.refusals import BUSY, FAILED, Refused
from tlcourse.serve.settings import Settings

MAX_BATCH = 16  # requests that are embedded together
MAX_WAIT = 0.003  # seconds that a lone one waits for company
MAX_QUEUED = 512  # requests of one front that wait for a replica; then it is busy
AT_A_TIME = 2 * MAX_BATCH  # requests that a replica holds: one batch that it computes, one that gathers
TARGET = 16  # requests for each replica, beyond which Ray adds one, up to `max_replicas`
MOST_ATTEMPTS = 5  # replicas that may die over a request


@serve.deployment(
    max_ongoing_requests=AT_A_TIME, max_queued_requests=MAX_QUEUED, ray_actor_options={"num_cpus": 1}
)
class Encoder:
    """A replica: what a worker is on one machine."""

    def __init__(self, asked: dict[str, Any]):
        import torch

        from tlcourse.serve.embedding import Embedder

        torch.set_num_threads(1)
        self.embed = Embedder(**asked)

    @serve.batch(max_batch_size=MAX_BATCH, batch_wait_timeout_s=MAX_WAIT)
    async def vectors(self, requests: list[list[str]]) -> list[Answer]:
        """Several requests at once, each a list of texts; in a thread, so that Ray hears that we live."""
        texts = [text for request in requests for text in request]
        answer = await asyncio.to_thread(self.embed, texts)
        ends = [0, *itertools.accumulate(map(len, requests))]
        return [
            Answer(answer.vectors[start:end], answer.lengths[start:end])
            for start, end in itertools.pairwise(ends)
        ]

    def pid(self) -> int:
        return os.getpid()


async def from_replicas(texts: list[str]) -> Answer:
    """Ask a replica, and another one if it dies over it. Raises `Refused`."""
    encoder = serve.get_deployment_handle(Encoder.name)
    for _ in range(MOST_ATTEMPTS):
        try:
            return await encoder.vectors.remote(texts)
        except RayActorError:
            continue
        except BackPressureError:
            raise Refused(BUSY, f"busy: {MAX_QUEUED} requests are waiting; come back in 1 s", 1) from None
    raise Refused(FAILED, f"the text cannot be embedded: the replica died {MOST_ATTEMPTS} times over it")


def build(args: dict[str, Any]) -> serve.Application:
    """The application, from the arguments of `serve run`: those of `options`.

    Raises ValueError for values that do not fit, or that would open it to strangers.
    """
    known = {option.dest: option.type or str for option in options()._actions if option.dest != "help"}
    if unknown := args.keys() - known.keys():
        raise ValueError(f"{min(unknown)} is no option; there are {', '.join(known)}.")
    typed = [f"--{name.replace('_', '-')}={value}" for name, value in args.items()]
    return application_of(options().parse_args(typed))


def application_of(asked: argparse.Namespace) -> serve.Application:
    """A front that speaks HTTP, and replicas of the encoder."""
    settings = _settings(asked)
    embedder = {
        "model": settings.model,
        "layers": settings.layers,
        "pooling": settings.pooling,
        "normalise": settings.normalise,
    }
    limits = {
        "max_texts": settings.max_texts,
        "max_bytes": settings.max_bytes,
        "timeout": settings.timeout,
        "token": settings.token,
    }

    def front():
        return application(from_replicas, settings.model, **limits)

    most = max(asked.replicas, asked.max_replicas or 0)
    size: dict[str, Any] = {"num_replicas": asked.replicas}
    if most > asked.replicas:
        scale = {"min_replicas": asked.replicas, "max_replicas": most, "target_ongoing_requests": TARGET}
        size = {"num_replicas": None, "autoscaling_config": scale}
    Front = serve.deployment(name="Front", max_ongoing_requests=1000, ray_actor_options={"num_cpus": 0})(
        serve.ingress(front)()
    )
    return Front.bind(Encoder.options(**size).bind(embedder))


def _settings(asked: argparse.Namespace) -> Settings:
    return Settings(
        model=asked.model,
        workers=asked.replicas,
        http_host=asked.http_host,
        http_port=asked.http,
        layers=tuple(asked.layer or (-2,)),
        pooling=asked.pooling,
        normalise=asked.normalise,
        token=asked.token,
    )


def options() -> argparse.ArgumentParser:
    """What is typed."""
    parser = argparse.ArgumentParser("python -m tlcourse.serve.on_ray", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--model", default="minilm", help="a name such as minilm, or a folder on each machine"
    )
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--max-replicas", type=int, help="that Ray may go up to while many requests wait")
    parser.add_argument("--http", type=int, default=8000, help="the port")
    parser.add_argument("--http-host", default="127.0.0.1", help="beyond this machine with --token")
    parser.add_argument("--token", default=os.environ.get("TLCOURSE_TOKEN"))
    parser.add_argument("--layer", type=int, action="append", help="-1 is the last; may be given again")
    parser.add_argument("--pooling", default="REDUCE_MEAN")
    parser.add_argument("--normalise", type=_truth, nargs="?", const=True, default=False)
    return parser


def _truth(text: str) -> bool:
    return text.lower() in ("true", "1", "yes")


def main() -> None:
    """Serve on a Ray of this machine's own, or on the cluster that RAY_ADDRESS names, until Ctrl-C."""
    asked = options().parse_args()
    app = application_of(asked)
    serve.start(http_options={"host": asked.http_host, "port": asked.http})
    try:
        serve.run(app)
        print(f"http://{asked.http_host}:{asked.http}/v1/embeddings; Ctrl-C stops it.", flush=True)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        serve.shutdown()


if __name__ == "__main__":
    main()
