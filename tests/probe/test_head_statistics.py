"""Statistics of heads whose behaviour is known beforehand."""

import math

import numpy as np
import pytest

from tlcourse.probe import head_statistics
from tlcourse.probe.attention_maps import AttentionMap


def made(n_words: int) -> AttentionMap:
    """Four heads: to itself, to the previous word (the first one to [CLS]), to [SEP], to everything alike."""
    n = n_words + 2
    place = np.arange(n)
    itself = np.eye(n)
    previous = np.eye(n, k=-1)
    previous[0, 0] = 1
    rests = np.tile(place == n - 1, (n, 1)).astype(float)
    alike = np.full((n, n), 1 / n)
    weights = np.stack([itself, previous, rests, alike])[None].astype(np.float32)
    return AttentionMap(["[CLS]", *"abcdefgh"[:n_words], "[SEP]"], (place == 0) | (place == n - 1), weights)


def test_each_head_is_known_by_what_it_does():
    found = head_statistics.of_maps([made(4), made(6)])
    np.testing.assert_allclose(found["to itself"][0, :3], [1, 0, 0])
    np.testing.assert_allclose(found["to the previous word"][0, :3], [0, 1, 0])
    np.testing.assert_allclose(found["to the last mark"][0, :3], [0, 0, 1])
    np.testing.assert_allclose(found["to the next word"][0, :3], 0)
    np.testing.assert_allclose(found["last mark to itself"][0, :3], [1, 0, 1])
    np.testing.assert_allclose(found["distance"][0, :2], [0, 8 / 10], atol=1e-6)  # 3 + 5 of 10 words have one


def test_a_mean_is_over_words_not_over_sentences():
    found = head_statistics.of_maps([made(4), made(6)])
    assert found["entropy"][0, 3] == pytest.approx((4 * math.log(6) + 6 * math.log(8)) / 10, rel=1e-5)
    assert found["to the first mark"][0, 1] == pytest.approx(2 / 10)
    assert found["to the next word"][0, 3] == pytest.approx((3 / 6 + 5 / 8) / 8, rel=1e-5)


def test_without_maps_it_says_so():
    with pytest.raises(ValueError, match="at least one"):
        head_statistics.of_maps([])
