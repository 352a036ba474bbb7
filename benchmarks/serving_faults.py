"""What the server stands: 64 clients while a worker is killed every five seconds, and malformed messages.

    python benchmarks/serving_faults.py --out data/results/serving_embeddings/faults.json

The server is `tlcourse serve`, a process of its own; the clients are `bert-serving-client`, unchanged. Each
answer is compared with what the same encoder computes here, and each client listens at the end whether one
comes twice. The memory is the server's own, without what it shares, and that of its workers. Exit code 1 if
anything was lost, wrong or doubled, or if the server broke.
"""

import argparse
import random
import signal
import sys
import threading
import time

import httpx
import malformed_messages
import numpy as np
import zmq
from arguments import file_to_write, from_one_up
from bert_serving.client import BertClient
from prometheus_client.parser import text_string_to_metric_families
from results_file import RecordsFile
from served import Served

from tlcourse.data import rated_sentences
from tlcourse.serve import wire
from tlcourse.serve.embedding import Embedder
from tlcourse.serve.refusals import Refused

TEXTS = 256  # that clients draw from
MOST = 4  # texts of a request
ALIKE = 1e-5
MAX_BYTES = 4_000_000  # of the server
LONGEST_SUBSCRIPTION = 1000  # bytes: with one of a million, libzmq overflows the stack of whoever sends it


def main() -> int:
    options = arguments()
    results = RecordsFile(options.out)
    texts = [text for domain in rated_sentences.DOMAINS for text in rated_sentences.load(domain).texts]
    texts = random.Random(0).sample(texts, TEXTS)
    expected = Embedder(options.model)(texts).vectors
    with Served(options.model, workers=options.workers) as served:
        faults = under_fire(served, texts, expected, options)
        faults |= malformed(served, options.messages)
    key = {"model": options.model, "workers": options.workers, "clients": options.clients, "seed": 0}
    key |= {"seconds": options.seconds, "every": options.every}
    results.add_all({**key, "measure": measure, "score": score} for measure, score in faults.items())
    for measure, score in faults.items():
        print(f"{measure:40} {score:g}")
    bad = ("requests lost", "requests answered twice", "answers wrong", "messages not accounted for")
    return int(any(faults[measure] for measure in bad))


def under_fire(served: Served, texts: list[str], expected: np.ndarray, options) -> dict[str, float]:
    """Clients send until the time is over, while workers are killed."""
    counts = {"asked": 0, "answered": 0, "wrong": 0, "twice": 0}
    lock, over, largest = threading.Lock(), threading.Event(), [0.0]

    def client(number: int) -> None:
        rng = random.Random(number)
        with BertClient(port=served.ports[0], port_out=served.ports[1], timeout=120_000) as mine:
            while not over.is_set():
                chosen = [rng.randrange(TEXTS) for _ in range(rng.randint(1, MOST))]
                with lock:
                    counts["asked"] += 1
                try:
                    found = mine.encode([texts[i] for i in chosen])
                except Exception as error:
                    print(f"client {number}: {error!r}", file=sys.stderr)
                    continue
                apart = float(np.abs(found - expected[chosen]).max()) if len(found) == len(chosen) else np.inf
                with lock:
                    counts["answered"] += 1
                    counts["wrong"] += apart > ALIKE
                    largest[0] = max(largest[0], apart)
            time.sleep(1)
            with lock:
                counts["twice"] += bool(mine.receiver.poll(0))

    threads = [threading.Thread(target=client, args=(i,)) for i in range(options.clients)]
    for thread in threads:
        thread.start()
    killed, memory, started, next_kill = 0, [], time.monotonic(), options.every
    while (passed := time.monotonic() - started) < options.seconds:
        time.sleep(0.5)
        memory.append((passed, served.memory()))
        if passed >= next_kill and (workers := served.workers()):
            random.choice(workers).send_signal(signal.SIGKILL)
            killed, next_kill = killed + 1, next_kill + options.every
    over.set()
    for thread in threads:
        thread.join()
    own = np.array([[at, mine] for at, (mine, _) in memory])
    half = own[own[:, 0] > options.seconds / 2]
    slope = float(np.polyfit(half[:, 0], half[:, 1], 1)[0]) if len(half) > 2 else 0.0
    return {
        "requests asked": counts["asked"],
        "requests lost": counts["asked"] - counts["answered"],
        "requests answered twice": counts["twice"],
        "answers wrong": counts["wrong"],
        "largest difference": largest[0],
        "workers killed": killed,
        "server, MB after a sixth of the time": round(float(own[len(own) // 6, 1]), 2),
        "server, MB at the end": round(float(own[-1, 1]), 2),
        "server, MB a minute in the second half": round(60 * slope, 2),
        "workers, MB at most": round(max(theirs for _, (_, theirs) in memory), 1),
    }


def malformed(served: Served, n: int) -> dict[str, float]:
    """`n` messages to each port of ZeroMQ, a tenth as many to HTTP; each has to be counted as refused."""
    harmless = questions = 0
    before = counted(served)
    with zmq.Context() as context, context.socket(zmq.PUSH) as front, context.socket(zmq.XSUB) as out:
        for socket, port in zip((front, out), served.ports, strict=True):
            socket.setsockopt(zmq.LINGER, 0)
            socket.connect(f"tcp://127.0.0.1:{port}")
        for frames in malformed_messages.messages(n, seed=0):
            front.send_multipart(frames)
            if len(frames[0]) <= LONGEST_SUBSCRIPTION or frames[0][:1] not in b"\x00\x01":
                out.send_multipart(frames)
            try:
                wire.address(frames)
                asked = wire.read(frames, 4096, MAX_BYTES)
                harmless, questions = harmless + (not asked.question), questions + bool(asked.question)
            except (wire.Malformed, Refused):
                pass
        expected = n - questions
        end = time.monotonic() + 120
        while (found := counted(served) - before) < expected and time.monotonic() < end:
            time.sleep(0.1)
        front.send_multipart([b"client", b"x" * (20 * MAX_BYTES), b"1", b"1"])  # for this one we are cut off
    odd = 0
    with httpx.Client(base_url=served.address) as client:
        for body in malformed_messages.bodies(n // 10, seed=0):
            header = {"Content-Type": "application/json"}
            answer = client.post("/v1/embeddings", content=body, headers=header)
            odd += answer.status_code >= 500
    with BertClient(port=served.ports[0], port_out=served.ports[1], timeout=60_000) as client:
        well = client.encode(["Is anybody there?"]).shape[0] == 1
    return {
        "malformed messages to each port": n,
        "messages that a change left harmless": harmless + questions,
        "messages not accounted for": abs(expected - found) + (not well),
        "malformed bodies": n // 10,
        "bodies answered with 5xx": odd,
    }


def counted(served: Served) -> float:
    """Requests over ZeroMQ, answered or refused, and messages that nobody could be told about."""
    told = httpx.get(f"{served.address}/metrics").text
    samples = [one for family in text_string_to_metric_families(told) for one in family.samples]
    return sum(
        one.value
        for one in samples
        if one.name == "tlcourse_malformed_total"
        or (one.name == "tlcourse_requests_total" and one.labels["port"] == "zeromq")
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=file_to_write, required=True, metavar="FILE.json")
    parser.add_argument("--model", default="minilm")
    parser.add_argument("--workers", type=from_one_up, default=2)
    parser.add_argument("--clients", type=from_one_up, default=64)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two kills")
    parser.add_argument("--messages", type=from_one_up, default=10_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
