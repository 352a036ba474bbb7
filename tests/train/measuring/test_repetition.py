"""How much repeats itself, counted otherwise, and how likely phrases in a row are, by cross-entropy."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.train.measuring import repetition


def test_a_loop_repeats_all_but_its_first_turn():
    assert repetition.repeated([1, 2, 3] * 10, 4) == pytest.approx(1 - 3 / 27)
    assert repetition.repeated(list(range(30)), 4) == 0
    assert repetition.repeated([1, 2], 4) == 0


def test_phrases_get_the_mean_probability_of_their_pieces():
    logits = torch.randn(1, 40, 50, generator=torch.Generator().manual_seed(0))
    phrases = [[4, 5, 6], [7, 8], [9]]
    found = repetition.expected(lambda ids: logits[:, : ids.shape[1]], [1, 2], phrases)
    pieces = [1, 2, 4, 5, 6, 7, 8, 9]
    losses = F.cross_entropy(logits[0, : len(pieces) - 1], torch.tensor(pieces[1:]), reduction="none")
    p = np.exp(-losses.numpy())[1:]
    assert found == pytest.approx([p[:3].mean(), p[3:5].mean(), p[5]], abs=1e-6)
