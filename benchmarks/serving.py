"""How fast the server is: beside a loop of the client's own, and beside a plain HTTP handler.

    python benchmarks/serving.py --out data/results/serving_embeddings/speed.json

In one run, in rounds: texts a second of `tlcourse serve --model minilm` under 1, 8 and 64 clients that send
single texts of mixed length (its published clients: bert-serving-client over ZeroMQ, and HTTP); of (a) a loop
over sentence-transformers' `encode` in the client's process, text by text, on one and on all threads; of (b)
the same encoder behind a plain HTTP handler without batching. Then the latency of the server when texts come
at random moments, 70 % as many as it could embed; texts a second by length and by texts in a request; and the
time from the command to the first answer.

A round is one `seed`. Speeds are of this machine, ratios within a round are what may be compared. Run it on a
machine that does nothing else: `--note` says what it did.
"""

import argparse
import itertools
import os
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

import httpx
import numpy as np
import torch
from arguments import file_to_write, from_one_up
from bert_serving.client import BertClient
from rounds import in_rounds
from served import Served
from serving_ways import Plain, loop_encoder

CLIENTS = (1, 8, 64)
SHARE = 0.7  # of the highest load, at which latency is measured
PERCENTILES = (50, 90, 99)
LENGTHS = (20, 40, 80, 250)  # tokens, as bert-as-service's table has them; its 320 is more than MiniLM reads
AT_ONCE = (1, 16, 256)  # texts of a request
OPTIONS = {"layer": -1, "normalise": True}


def main() -> None:
    options = arguments()
    in_rounds(
        options,
        lambda texts: (
            {"measure": measure, "score": score, **key} for measure, score, key in one_round(texts, options)
        ),
    )


def one_round(texts: list[str], options: argparse.Namespace):
    """Yields (measure, score, what it is of)."""
    seconds = options.seconds
    name, encode = loop_encoder()
    loops = {}
    for threads in dict.fromkeys((1, os.cpu_count() or 1)):
        torch.set_num_threads(threads)
        loops[threads] = speed(1, lambda: encode, texts, seconds)
        yield "texts a second", loops[threads], {"way": f"loop over {name}", "clients": 1, "threads": threads}
    torch.set_num_threads(1)
    plain = {}
    with Plain() as handler:
        for n in CLIENTS:
            plain[n] = speed(n, lambda: over_http(handler.address), texts, seconds)
            yield "texts a second", plain[n], {"way": "plain HTTP", "clients": n}
    with Served("minilm", workers=options.workers, **OPTIONS) as served:
        with client_of(served) as client:
            client.encode(["first"])
        yield "seconds to the first answer", time.perf_counter() - served.started, {"way": "served"}
        ours = {}
        for n in CLIENTS:
            ours[n] = speed(n, lambda: over_zeromq(served), texts, seconds)
            yield "texts a second", ours[n], {"way": "served, ZeroMQ", "clients": n}
            http = speed(n, lambda: over_http(served.address), texts, seconds)
            yield "texts a second", http, {"way": "served, HTTP", "clients": n}
            yield "of the plain handler", http / plain[n], {"way": "served, HTTP", "clients": n}
            yield "of the plain handler", ours[n] / plain[n], {"way": "served, ZeroMQ", "clients": n}
            yield "of the loop", ours[n] / max(loops.values()), {"way": "served, ZeroMQ", "clients": n}
        rate = SHARE * max(ours.values())
        waits = latencies(served, texts, rate, 2 * seconds)
        for percentile in PERCENTILES:
            wait = 1000 * float(np.percentile(waits, percentile))
            yield (
                "milliseconds",
                wait,
                {"way": "served, ZeroMQ", "percentile": percentile, "rate": round(rate, 1)},
            )
        yield from shapes(served, seconds / 2)


@contextmanager
def client_of(served: Served):
    with BertClient(
        port=served.ports[0], port_out=served.ports[1], timeout=120_000, check_length=False
    ) as client:
        yield client


def over_zeromq(served: Served) -> Callable[[list[str]], np.ndarray]:
    return BertClient(
        port=served.ports[0], port_out=served.ports[1], timeout=120_000, check_length=False
    ).encode


def over_http(address: str) -> Callable[[list[str]], np.ndarray]:
    client = httpx.Client(base_url=address, timeout=120)

    def encode(texts: list[str]) -> np.ndarray:
        (text,) = texts
        told = client.post("/v1/embeddings", json={"input": text, "model": "minilm"}).json()
        return np.array([told["data"][0]["embedding"]], dtype=np.float32)

    return encode


def speed(n: int, connect: Callable, texts: list[str], seconds: float, at_once: int = 1) -> float:
    """Texts a second of `n` clients, each of which sends when it has the answer to its last."""
    counts, over, ready = [0] * n, threading.Event(), threading.Barrier(n + 1)

    def client(number: int) -> None:
        encode = connect()
        mine = itertools.cycle(texts[number::n] or texts)
        encode([next(mine) for _ in range(at_once)])
        ready.wait()
        while not over.is_set():
            encode([next(mine) for _ in range(at_once)])
            counts[number] += at_once

    threads = [threading.Thread(target=client, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.perf_counter()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def latencies(served: Served, texts: list[str], rate: float, seconds: float) -> np.ndarray:
    """Seconds from the moment that a text came to its answer; they come at random, `rate` a second.

    Whoever finds all clients busy waits, and that counts.
    """
    rng = np.random.default_rng(0)
    moments = np.cumsum(rng.exponential(1 / rate, size=max(1, int(rate * seconds))))
    waits, lock, queue = [], threading.Lock(), iter(enumerate(moments))
    started = time.perf_counter() + 1

    def client() -> None:
        encode = over_zeromq(served)
        while True:
            with lock:
                place, moment = next(queue, (None, None))
            if place is None:
                return
            time.sleep(max(0.0, started + moment - time.perf_counter()))
            encode([texts[place % len(texts)]])
            waits.append(time.perf_counter() - started - moment)

    threads = [threading.Thread(target=client) for _ in range(max(CLIENTS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return np.array(waits)


def shapes(served: Served, seconds: float):
    """Texts a second by length, and by texts in a request: the rows of bert-as-service's table."""
    for length in LENGTHS:
        texts = ["word " * (length - 2)]
        found = speed(2, lambda: over_zeromq(served), texts, seconds, at_once=64)
        yield "texts a second", found, {"way": "served, by length", "length": length}
    texts = ["word " * (LENGTHS[1] - 2)]
    for n in AT_ONCE:
        found = speed(1, lambda: over_zeromq(served), texts, seconds, at_once=n)
        yield "texts a second", found, {"way": "served, by request", "at_once": n}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=file_to_write, required=True, metavar="FILE.json")
    parser.add_argument("--rounds", type=from_one_up, default=3)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--workers", type=from_one_up, default=os.cpu_count() or 1)
    parser.add_argument("--note", help="what else the machine did")
    return parser.parse_args()


if __name__ == "__main__":
    main()
