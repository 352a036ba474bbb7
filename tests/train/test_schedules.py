"""Schedules against transformers' and the formula of the ULMFiT paper."""

import math

import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.train import schedules


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (schedules.linear, transformers.get_linear_schedule_with_warmup),
        (schedules.cosine, transformers.get_cosine_schedule_with_warmup),
    ],
)
@pytest.mark.parametrize("warmup", [0, 7])
def test_against_transformers(ours, theirs, warmup):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = theirs(optimizer, num_warmup_steps=warmup, num_training_steps=50)
    expected = []
    for _ in range(50):
        expected.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    got = [ours(step, 50, warmup) for step in range(50)]
    assert got[warmup:] == pytest.approx(expected[warmup:])
    # On the way up ours is one step ahead: its first step has a rate above 0.
    assert got[:warmup] == pytest.approx(expected[1 : warmup + 1])


def test_trapezoid_against_transformers():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = transformers.get_wsd_schedule(
        optimizer, num_warmup_steps=7, num_decay_steps=10, num_training_steps=50, decay_type="linear"
    )
    expected = []
    for _ in range(50):
        expected.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    got = [schedules.trapezoid(step, 50, 7, 10) for step in range(50)]
    assert got[7:] == pytest.approx(expected[7:])
    assert got[:7] == pytest.approx(expected[1:8])  # one step ahead on the way up, as above


def test_slanted_triangular_is_equation_3():
    n_steps, cut_frac, ratio = 200, 0.1, 32
    cut = math.floor(n_steps * cut_frac)
    for t in range(n_steps):
        p = t / cut if t < cut else 1 - (t - cut) / (cut * (1 / cut_frac - 1))
        expected = (1 + p * (ratio - 1)) / ratio
        assert schedules.slanted_triangular(t, n_steps) == pytest.approx(expected)
    assert schedules.slanted_triangular(cut, n_steps) == 1
    assert schedules.slanted_triangular(0, n_steps) == pytest.approx(1 / 32)


@given(st.integers(1, 300), st.integers(0, 400), st.integers(0, 30))
def test_a_factor_is_between_0_and_1(n_steps, step, warmup):
    for factor in (
        schedules.linear(step, n_steps, warmup),
        schedules.cosine(step, n_steps, warmup),
        schedules.slanted_triangular(step, n_steps),
        schedules.trapezoid(step, n_steps, warmup, warmup),
    ):
        assert 0 <= factor <= 1
