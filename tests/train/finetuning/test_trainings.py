"""Trainings side by side: the same results as one after the other, each on one thread, errors not lost."""

import threading
from functools import partial

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


def test_no_more_than_two_run_at_once():
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

    trainings.side_by_side(dict.fromkeys(range(8), job))
    assert 1 <= most <= trainings.AT_ONCE


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
