"""BERT's, ERNIE's and XLNet's choices, counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data.tokeniser import CLS, MASK, PAD, SEP, SPECIAL
from tlcourse.train.pretraining.masking import IGNORED, mask_pieces, mask_units

V = 1000


def batch(rows=400, length=64, seed=0):
    rng = np.random.default_rng(seed)
    ids = rng.integers(len(SPECIAL), V, (rows, length))
    ids[:, 0], ids[:, 40] = CLS, SEP
    ids[: rows // 2, 50:] = PAD
    return ids


def test_fifteen_percent_of_the_pieces_and_no_special_one():
    ids = batch()
    masked = mask_pieces(ids, V, np.random.default_rng(1))
    chosen = masked.targets != IGNORED
    pieces = (ids >= len(SPECIAL)).sum(1)
    assert np.array_equal(chosen.sum(1), np.minimum(np.rint(0.15 * pieces), 10))
    rows, columns = np.nonzero(chosen)
    original = ids[rows, masked.positions[rows, columns]]
    assert np.array_equal(original, masked.targets[chosen])
    assert (original >= len(SPECIAL)).all()
    for row, positions, taken in zip(range(len(ids)), masked.positions, chosen, strict=True):
        assert len(set(positions[taken])) == taken.sum(), row


@pytest.mark.parametrize("fates", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.25, 0.25)])
def test_other_shares_change_what_is_shown_and_not_what_is_chosen(fates):
    ids = batch(rows=1000)
    masked = mask_pieces(ids, V, np.random.default_rng(1), fates=fates)
    as_in_the_paper = mask_pieces(ids, V, np.random.default_rng(1))
    assert np.array_equal(masked.targets, as_in_the_paper.targets)
    chosen = masked.targets != IGNORED
    rows, columns = np.nonzero(chosen)
    shown = masked.input_ids[rows, masked.positions[rows, columns]]
    kept = shown == masked.targets[chosen]
    shares = (shown == MASK).mean(), ((shown != MASK) & ~kept).mean(), kept.mean()
    assert shares == pytest.approx(fates, abs=0.02)


def test_eighty_ten_ten():
    ids = batch(rows=2000)
    masked = mask_pieces(ids, V, np.random.default_rng(1))
    chosen = masked.targets != IGNORED
    rows, columns = np.nonzero(chosen)
    shown = masked.input_ids[rows, masked.positions[rows, columns]]
    original = masked.targets[chosen]
    shares = (
        (shown == MASK).mean(),
        (shown == original).mean(),
        ((shown != MASK) & (shown != original)).mean(),
    )
    # 15,000 draws or more: 4 standard errors of a share of 0.8 are 0.013
    assert shares == pytest.approx((0.8, 0.1, 0.1), abs=0.013)
    untouched = np.ones_like(ids, dtype=bool)
    untouched[rows, masked.positions[rows, columns]] = False
    assert np.array_equal(masked.input_ids[untouched], ids[untouched])


@given(st.integers(0, 10_000))
def test_units_are_masked_whole_and_share_a_fate(seed):
    rng = np.random.default_rng(seed)
    ids = batch(rows=6, seed=seed)
    unit = np.cumsum(rng.random(ids.shape) < 0.5, axis=1)
    unit[ids < len(SPECIAL)] = -1
    masked = mask_units(ids, unit, V, rng)
    for i in range(len(ids)):
        taken = masked.positions[i][masked.targets[i] != IGNORED]
        units = set(unit[i, taken])
        assert -1 not in units
        assert len(taken) <= round(0.15 * (unit[i] >= 0).sum())
        for u in units:
            members = np.flatnonzero(unit[i] == u)
            assert set(members) <= set(taken)
            shown, original = masked.input_ids[i, members], ids[i, members]
            fates = {(shown == MASK).all(), (shown == original).all()}
            assert True in fates or (shown != MASK).all()


def test_nearly_fifteen_percent_even_in_units():
    ids = batch()
    unit = np.cumsum(np.random.default_rng(0).random(ids.shape) < 0.6, axis=1)
    unit[ids < len(SPECIAL)] = -1
    masked = mask_units(ids, unit, V, np.random.default_rng(1))
    share = (masked.targets != IGNORED).sum() / (unit >= 0).sum()
    assert 0.12 < share <= 0.15


def test_a_unit_that_does_not_fit_is_passed_over():
    ids = np.full((300, 14), len(SPECIAL))
    unit = np.tile([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5], (300, 1))  # two of fourteen pieces are wanted
    masked = mask_units(ids, unit, V, np.random.default_rng(0))
    assert (np.sort(masked.positions) == [12, 13]).all()
    assert (masked.targets != IGNORED).all()
