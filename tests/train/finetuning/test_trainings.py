"""Trainings side by side: the same results as one after the other, each on one thread, errors not lost."""

import threading
from functools import partial

import psutil
import pytest
import torch

from tlcourse.threads import single_thread
from tlcourse.train.finetuning import trainings


def descend(seed):
    """A small training, and the threads that it had."""
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randn(400, 200, generator=generator), torch.randn(400, generator=generator)
    w = torch.zeros(200, requires_grad=True)
    for _ in range(20):
        loss = ((x @ w - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, w)
        w = (w - 0.1 * slope).detach().requires_grad_()
    return w.detach(), torch.get_num_threads()


def test_the_results_are_those_of_one_after_the_other():
    before = torch.get_num_threads()
    together = trainings.side_by_side({seed: partial(descend, seed) for seed in range(6)})
    assert [*together] == [*range(6)]
    for seed, (weights, threads) in together.items():
        with single_thread():
            alone, _ = descend(seed)
        assert torch.equal(weights, alone)
        assert threads == 1
    assert torch.get_num_threads() == before


@pytest.fixture
def most_at_once():
    """How many of eight jobs ran at the same time at most: `most_at_once(memory_bytes=…)`."""

    def count(**options):
        running, most, lock = 0, 0, threading.Lock()
        pause = threading.Event()

        def job():
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            pause.wait(0.02)
            with lock:
                running -= 1

        trainings.side_by_side(dict.fromkeys(range(8), job), **options)
        return most

    return count


def test_no_more_than_two_run_at_once(most_at_once):
    assert 1 <= most_at_once() <= trainings.AT_ONCE


@pytest.mark.parametrize(("room", "at_most"), [(-1e12, 1), (0.5e12, 1), (1.5e12, 1), (2.5e12, 2), (9e12, 2)])
def test_what_would_not_fit_into_memory_waits(most_at_once, monkeypatch, room, at_most):
    """Of trainings of 1 TB each, beside which what the process gives back meanwhile is nothing."""
    taken = psutil.Process().memory_info().rss
    monkeypatch.setattr(trainings.profiles, "MEMORY_BYTES", taken + room)
    monkeypatch.setattr(trainings.os, "cpu_count", lambda: 16)
    assert most_at_once(memory_bytes=1e12) == at_most


def test_the_first_error_is_raised_and_the_rest_is_not_begun():
    begun = []

    def job(number):
        begun.append(number)
        if number == 0:
            raise ValueError("no labels")
        threading.Event().wait(0.05)

    with pytest.raises(ValueError, match="no labels"):
        trainings.side_by_side({i: partial(job, i) for i in range(40)})
    assert len(begun) < 10


def test_progress_is_watched():
    seen = []
    result = trainings.side_by_side(
        {"a": lambda: 1, "b": lambda: 2}, watch=lambda todo: (seen.append(x) or x for x in todo)
    )
    assert result == {"a": 1, "b": 2}
    assert len(seen) == 2
