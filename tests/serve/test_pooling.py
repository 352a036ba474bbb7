"""Pooling, against numpy, one text at a time and without padding."""

import numpy as np
import pytest
import torch

from tlcourse.serve.pooling import pool
from tlcourse.serve.settings import POOLING

LENGTHS = (3, 7, 1)
BY_HAND = {
    "NONE": lambda states: states,
    "REDUCE_MEAN": lambda states: states.mean(axis=0),
    "REDUCE_MAX": lambda states: states.max(axis=0),
    "REDUCE_MEAN_MAX": lambda states: np.concatenate([states.mean(axis=0), states.max(axis=0)]),
    "CLS_TOKEN": lambda states: states[0],
    "LAST_TOKEN": lambda states: states[-1],
}


@pytest.mark.parametrize("strategy", POOLING)
def test_padding_takes_no_part(strategy):
    rng = np.random.default_rng(0)
    states = (
        rng.normal(size=(3, 7, 4)).astype(np.float32) - 5
    )  # below 0, so that a padded 0 would be the largest
    mask = np.array([[1] * n + [0] * (7 - n) for n in LENGTHS])
    found = pool(torch.from_numpy(states), torch.from_numpy(mask), strategy).numpy()
    for row, one, n in zip(found, states, LENGTHS, strict=True):
        if strategy == "NONE":
            assert not row[n:].any()
            row = row[:n]
        np.testing.assert_allclose(row, BY_HAND[strategy](one[:n]), rtol=1e-5, atol=1e-6)


def test_an_unknown_strategy():
    with pytest.raises(ValueError, match="pooling is 'MEAN', but it is one of NONE"):
        pool(torch.zeros(1, 1, 1), torch.ones(1, 1, dtype=torch.long), "MEAN")
