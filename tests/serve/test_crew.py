"""The workers: those that die are replaced, those that cannot even start are given time, none is left
behind."""

import subprocess

import pytest

from tlcourse.serve.crew import Crew
from tlcourse.serve.settings import Settings


@pytest.fixture
def crew(monkeypatch):
    """Two processes that wait until their standard input ends."""
    monkeypatch.setattr(Crew, "COMMAND", ("-c", "import sys; sys.stdin.read()"))
    made = Crew(Settings(workers=2), "nowhere")
    made.start()
    made.started(*made.workers)
    made.look(0.0)
    yield made
    made.end()


def dies(worker):
    worker.process.kill()
    worker.process.wait()


def test_a_worker_that_dies_is_replaced_under_another_name(crew):
    first, second = crew.workers.values()
    assert (first.ready, second.ready, crew.restarts) == (True, False, 0)
    dies(first)
    assert crew.look(0.0) == [first]
    assert len(crew.workers) == 2
    assert second.name in crew.workers
    assert first.name not in crew.workers
    assert crew.restarts == 1
    assert crew.look(0.0) == []


def test_the_others_come_when_the_first_is_ready(monkeypatch):
    monkeypatch.setattr(Crew, "COMMAND", ("-c", "import sys; sys.stdin.read()"))
    crew = Crew(Settings(workers=3), "nowhere")
    crew.start()
    crew.look(0.0)
    assert len(crew.workers) == 1
    crew.started(*crew.workers)
    crew.look(0.0)
    assert (len(crew.workers), crew.restarts) == (3, 0)
    crew.end()


def test_those_that_cannot_start_are_tried_less_and_less_often(crew):
    for worker in crew.workers.values():
        worker.ready = False
    now, pauses = 0.0, []
    for _ in range(4):
        dies(next(iter(crew.workers.values())))
        crew.look(now)
        assert len(crew.workers) == 1
        before = now
        while len(crew.workers) < 2:
            now += 0.25
            crew.look(now)
        pauses.append(now - before)
    assert pauses == [0.5, 1, 2, 4]


def test_where_no_process_can_be_started_it_is_tried_again(crew, monkeypatch):
    dies(next(iter(crew.workers.values())))

    def full(*_, **__):
        raise BlockingIOError("too many processes")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", full)
        crew.look(0.0)
        crew.look(5.0)
        assert len(crew.workers) == 1
    crew.look(20.0)
    assert len(crew.workers) == 2


def test_at_the_end_none_is_left(crew):
    processes = [worker.process for worker in crew.workers.values()]
    crew.end()
    assert [process.returncode for process in processes] == [0, 0]  # by themselves
    assert not crew.workers
