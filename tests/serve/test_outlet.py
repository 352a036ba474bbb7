"""The second port: what is published before its client listens is kept for a while, and not for ever."""

import pytest
import zmq

from tlcourse.serve import outlet


@pytest.fixture
def sockets():
    with zmq.Context() as context:
        out, listener = context.socket(zmq.XPUB), context.socket(zmq.SUB)
        out.bind("inproc://out")
        listener.connect("inproc://out")
        yield out, listener
        out.close(0)
        listener.close(0)


def heard(listener):
    while listener.poll(200):
        yield listener.recv_multipart()


def test_an_answer_waits_for_its_client_alone(sockets):
    out, listener = sockets
    answers = outlet.Outlet(out)
    answers.send([b"me", b"first"], 0.0)
    answers.send([b"you", b"other"], 0.0)
    listener.setsockopt(zmq.SUBSCRIBE, b"me")
    out.poll(1000)
    answers.hear(1.0)
    answers.send([b"me", b"second"], 1.0)
    assert [*heard(listener)] == [[b"me", b"first"], [b"me", b"second"]]
    listener.setsockopt(zmq.UNSUBSCRIBE, b"me")
    out.poll(1000)
    answers.hear(1.0)
    assert not answers.listeners


def test_nothing_is_kept_for_ever_or_without_end(sockets, monkeypatch):
    out, listener = sockets
    monkeypatch.setattr(outlet, "MOST_HELD", 10)
    answers = outlet.Outlet(out)
    answers.send([b"me", b"12345"], 0.0)
    answers.send([b"me", b"67890"], 0.0)  # no room
    answers.let_go(outlet.PATIENCE + 0.1)
    answers.send([b"me", b"later"], 10.0)
    listener.setsockopt(zmq.SUBSCRIBE, b"me")
    out.poll(1000)
    answers.hear(10.0)
    assert [*heard(listener)] == [[b"me", b"later"]]
