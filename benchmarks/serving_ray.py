"""What Ray Serve costs where one machine would do: the same encoder, one process that computes, over HTTP.

    pip install 'tlcourse[ray]'
    python benchmarks/serving_ray.py --out data/results/serving_embeddings/ray.json

In one run, in rounds: `tlcourse serve --workers 1` and `tlcourse.serve.on_ray --replicas 1`: seconds from the
command to the first answer, processes and their own memory, milliseconds of a lone text, and texts a second
of 1, 8 and 64 clients that send single texts of mixed length. A round is one `seed`. Ratios within a round
are what may be compared: `--note` says what else the machine did.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import psutil
from arguments import file_to_write, from_one_up
from rounds import in_rounds
from served import Served
from serving import over_http, speed

CLIENTS = (1, 8, 64)
LONE = 40  # texts, one after the other, whose median is taken
START = 240.0  # seconds
OPTIONS = {"layer": -1, "normalise": True}


@contextmanager
def on_ray() -> Iterator[tuple[str, float, list[psutil.Process]]]:
    """The address, when it was started, and its processes: Ray's daemons do not stay its children."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = tempfile.mkdtemp(prefix="tlcourse-ray-")
    environment = {
        **os.environ,
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_TMPDIR": home,
        "RAY_raylet_start_wait_time_s": "150",  # on a busy machine
        "RAY_worker_niceness": "0",  # its replicas as important as our workers
    }
    before = {process.pid for process in psutil.process_iter()}
    started = time.perf_counter()
    command = [sys.executable, "-m", "tlcourse.serve.on_ray", "--model=minilm", "--replicas=1", "--layer=-1"]
    with open(os.path.join(home, "said"), "w") as said:
        process = subprocess.Popen(
            [*command, "--normalise", f"--http={port}"], stdout=said, stderr=said, env=environment
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, process)
            yield (
                address,
                started,
                [p for p in psutil.process_iter() if p.pid not in before and of_ray(p, home)],
            )
        finally:
            process.send_signal(2)  # as Ctrl-C
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def of_ray(process: psutil.Process, home: str) -> bool:
    try:
        told = " ".join(process.cmdline())
        return home in told or "on_ray" in told or "ray::" in told or "/ray/" in told
    except psutil.Error:
        return False


def wait_for(address: str, process: subprocess.Popen) -> None:
    end = time.monotonic() + START
    while True:
        try:
            asked = httpx.post(
                f"{address}/v1/embeddings", json={"input": "first", "model": "minilm"}, timeout=START
            )
            if asked.status_code == 200:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > end or process.poll() is not None:
            raise RuntimeError("Ray Serve did not start")
        time.sleep(0.1)


def own(processes: list[psutil.Process]) -> float:
    """MB that processes have for themselves, together."""
    total = 0.0
    for process in processes:
        try:
            total += process.memory_full_info().uss / 1e6
        except psutil.Error:
            continue
    return total


def measured(address: str, processes: list[psutil.Process], first: float, texts: list[str], seconds: float):
    """Yields (measure, score, what it is of)."""
    yield "seconds to the first answer", first, {}
    yield "processes", len(processes), {}
    ask, waits = over_http(address), []
    for text in texts[:LONE]:
        started = time.perf_counter()
        ask([text])
        waits.append(time.perf_counter() - started)
    yield "milliseconds of a lone text", 1000 * float(np.median(waits)), {}
    for n in CLIENTS:
        yield "texts a second", speed(n, lambda: over_http(address), texts, seconds), {"clients": n}
    yield "megabytes", own(processes), {}


def one_round(texts: list[str], seconds: float):
    with Served("minilm", workers=1, **OPTIONS) as served:
        over_http(served.address)(["first"])
        first = time.perf_counter() - served.started
        tree = psutil.Process(served.process.pid)
        processes = [tree, *tree.children(recursive=True)]
        for row in measured(served.address, processes, first, texts, seconds):
            yield "this server", *row
    with on_ray() as (address, started, processes):
        for row in measured(address, processes, time.perf_counter() - started, texts, seconds):
            yield "Ray Serve", *row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=file_to_write, required=True, metavar="FILE.json")
    parser.add_argument("--rounds", type=from_one_up, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--note", help="what else the machine did")
    options = parser.parse_args()
    in_rounds(
        options,
        lambda texts: (
            {"way": way, "measure": measure, "score": score, **key}
            for way, measure, score, key in one_round(texts, options.seconds)
        ),
    )


if __name__ == "__main__":
    main()
