"""Workers die, and anybody may send anything: no request is lost, none is answered twice, nothing breaks."""

import os
import random
import signal
import socket
import threading
import time

import numpy as np
import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tlcourse.serve.crew import Crew
from tlcourse.serve.embedding import Embedder
from tlcourse.serve.refusals import Refused
from tlcourse.serve.ventilator import MOST_ATTEMPTS

CLIENTS, REQUESTS, KILLS = 16, 12, 3
WORDS = [
    "mary",
    "saw",
    "the",
    "river",
    "and",
    "the",
    "quiet",
    "teacher",
    "liked",
    "the",
    "early",
    "winter",
    "story",
]


DEADLY = """
import json, os, sys
import numpy as np
from tlcourse.serve import worker
from tlcourse.serve.answer import Answer

def embed(texts, tokens=False):
    if "deadly" in texts:
        os._exit(9)
    if "wrong" in texts:
        raise ValueError("not this one")
    return Answer(np.ones((len(texts), 2), np.float32), [1] * len(texts))

worker._embedder = lambda asked: (embed, {"width": 2, "max_seq_len": 9})
worker.main(json.loads(sys.argv[1]))
"""


def texts_of(client, request):
    n = 1 + (client + request) % 4
    return [" ".join(WORDS[: 1 + (client + request + i) % len(WORDS)]) for i in range(n)]


def test_workers_are_killed_while_clients_send(serving, client_of, tiny):
    found, wrong = {}, []

    def send(number, server):
        try:
            with client_of(server) as client:
                for request in range(REQUESTS):
                    found[number, request] = client.encode(texts_of(number, request))
                    time.sleep(0.02)
                time.sleep(0.2)
                if client.receiver.poll(0):
                    wrong.append(f"client {number} was answered twice")
        except Exception as error:
            wrong.append(f"client {number}: {error!r}")

    with serving(workers=2, max_batch=8) as server:
        threads = [threading.Thread(target=send, args=(i, server)) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        killed = set()
        while len(killed) < KILLS:
            for pid in set(server.workers.values()) - killed:
                if server.metrics.value("tlcourse_waiting_texts") or not any(t.is_alive() for t in threads):
                    os.kill(pid, signal.SIGKILL)
                    killed.add(pid)
                    break
            time.sleep(0.05)
        for thread in threads:
            thread.join(120)
        assert not wrong
        assert len(found) == CLIENTS * REQUESTS
        assert server.metrics.value("tlcourse_requests_total", port="zeromq", outcome="answered") == len(
            found
        )
        assert server.metrics.value("tlcourse_worker_restarts_total") >= 1
    embed = Embedder(tiny)
    for (client, request), vectors in found.items():
        np.testing.assert_allclose(vectors, embed(texts_of(client, request)).vectors, atol=1e-5)


def test_a_text_that_no_worker_survives_is_refused_alone(serving, monkeypatch):
    """In the place of what embeds there is something that ends its process at a certain text."""
    monkeypatch.setattr(Crew, "COMMAND", ("-c", DEADLY))
    with serving(workers=1) as server:
        futures = [server.submit([text]) for text in ("well", "deadly", "wrong", "fine")]
        for future in (futures[0], futures[3]):
            assert future.result(60).vectors.tolist() == [[1, 1]]
        for future, why in ((futures[1], "the worker died"), (futures[2], "not this one")):
            with pytest.raises(Refused, match=f"{why}.* {MOST_ATTEMPTS} times") as error:
                future.result(60)
            assert error.value.status == 500
        assert server.submit(["after"]).result(60).lengths == [1]


def test_a_worker_that_hangs_is_given_up(serving, tiny):
    with serving(workers=1, timeout=1.0) as server:
        (pid,) = server.workers.values()
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(Refused, match="no answer within 1 s") as error:
            server.submit(["the river"]).result(60)
        assert error.value.status == 504
        while server.workers.get("worker-0"):
            time.sleep(0.05)
        assert server.alive


def test_what_is_asked_after_the_end_is_refused(serving):
    server = serving()
    server.start()
    server.close()
    with pytest.raises(Refused, match="is being stopped"):
        server.submit(["the river"]).result(10)
    server.close()


@pytest.fixture(scope="module")
def attacked(serving):
    with serving(workers=1, max_bytes=20_000) as server:
        yield server


@pytest.fixture(scope="module")
def both_ports(attacked):
    """Two sockets of somebody who may be heard by either port."""
    with zmq.Context() as context:
        pair = context.socket(zmq.PUSH), context.socket(zmq.XSUB)
        for attacker, port in zip(pair, attacked.ports, strict=True):
            attacker.setsockopt(zmq.LINGER, 0)
            attacker.connect(f"tcp://127.0.0.1:{port}")
        yield pair
        for attacker in pair:
            attacker.close()


def still_well(server, client_of):
    with client_of(server) as client:
        assert client.encode(["the river"]).shape == (1, 32)


@given(st.lists(st.lists(st.binary(max_size=200), min_size=1, max_size=7), min_size=1, max_size=20))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_malformed_messages(attacked, both_ports, client_of, messages):
    before = refused(attacked)
    for frames in messages:
        for attacker in both_ports:
            attacker.send_multipart(frames)
    until(lambda: refused(attacked) == before + len(messages))


def refused(server):
    """Messages that came over ZeroMQ and were not answered with vectors."""
    answered = server.metrics.value("tlcourse_requests_total", port="zeromq", outcome="answered")
    malformed = server.metrics.value("tlcourse_malformed_total")
    return malformed + server.metrics.total("tlcourse_requests_total") - answered


def until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


FIXED = (
    [b""],
    [b"me", b'["a"]'],
    [b"me", b'["a"]', b"1", b"1", b""],
    [b"", b'["a"]', b"1", b"1"],
    [b"x" * 300, b'["a"]', b"1", b"1"],
    [b"me", b'["a"]', b"-1", b"1"],
    [b"me", b'["a"]', "²".encode(), b"1"],
    [b"me", b"[" * 15_000, b"1", b"1"],
    [b"me", b"[" * 200_000, b"1", b"1"],
    [b"me", b'["\\ud800"]', b"1", b"1"],
    [b"me", b"\x80\x04\x95", b"1", b"1"],
    [b"me", b"TERMINATION", b"1", b"1"],
    [b"\x01" * 400],
    [b"x"] * 5000,
)


def test_malformed_messages_that_were_thought_of(attacked, both_ports, client_of):
    before = refused(attacked)
    for frames in FIXED:
        for attacker in both_ports:
            attacker.send_multipart(frames)
    until(lambda: refused(attacked) == before + len(FIXED))
    both_ports[0].send_multipart([b"me", b"x" * 1_000_000, b"1", b"1"])  # cut off before it is read
    still_well(attacked, client_of)


def test_who_does_not_speak_zeromq_at_all(attacked, client_of):
    rng = random.Random(0)
    for port in attacked.ports:
        for what in (b"", b"GET / HTTP/1.1\r\n\r\n", rng.randbytes(1000), b"\xff" + b"\0" * 8 + b"\x7f"):
            with socket.create_connection(("127.0.0.1", port)) as stranger:
                stranger.sendall(what)
    still_well(attacked, client_of)


def test_each_is_refused_with_a_reason_if_it_says_whom_to_tell(attacked):
    with zmq.Context() as context, context.socket(zmq.PUSH) as sender, context.socket(zmq.SUB) as receiver:
        sender.connect(f"tcp://127.0.0.1:{attacked.ports[0]}")
        receiver.connect(f"tcp://127.0.0.1:{attacked.ports[1]}")
        receiver.setsockopt(zmq.SUBSCRIBE, b"told")
        bodies = [b"{}", b"[", b"\xff", b"[1]", b'["a", "b"]', b"[]", b'["' + b"x" * 30_000 + b'"]']
        for number, body in enumerate(bodies):
            sender.send_multipart([b"told", body, b"%d" % number, b"1"])
        told = {}
        while len(told) < len(bodies):
            assert receiver.poll(20_000), f"only {sorted(told)} were answered"
            _, header, buffer, number = receiver.recv_multipart()
            told[int(number)] = header
            assert b'"error"' in header
            assert buffer == b""
        sender.close(0)
        receiver.close(0)
