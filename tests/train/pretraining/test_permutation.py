"""XLNet's permutation: one order, seen as a mask; what is predicted of it; what the memory keeps."""

import numpy as np

from tlcourse.data.tokeniser import CLS, PAD, SEP, SPECIAL
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.permutation import permute

V = 1000


def test_permutation_is_a_permutation_seen_as_a_mask():
    ids = np.random.default_rng(0).integers(len(SPECIAL), V, (50, 64))
    ids[:, 0], ids[:, 40], ids[:25, 50:] = CLS, SEP, PAD
    permuted = permute(ids, np.random.default_rng(0))
    assert permuted.positions.shape == (50, 64 // 6)
    for i in range(len(ids)):
        valid = permuted.targets[i] != IGNORED
        targets = permuted.positions[i][valid]
        assert np.array_equal(ids[i, targets], permuted.targets[i][valid])
        may = permuted.may_attend[i]
        context = np.setdiff1d(np.arange(64), targets)
        assert may[:, context].all()  # what is not predicted is seen by all …
        assert not may[np.ix_(context, targets)].any()  # … and sees nothing that is predicted
        among = may[np.ix_(targets, targets)]
        assert not np.diag(among).any()
        assert sorted(among.sum(1)) == list(range(len(targets)))  # one order: the first sees none, …
        assert (among ^ among.T)[~np.eye(len(targets), dtype=bool)].all()


def test_what_is_remembered_sees_nothing_of_the_rest_which_sees_it_all():
    ids = np.random.default_rng(0).integers(len(SPECIAL), V, (50, 64))
    whole = permute(ids, np.random.default_rng(0)).may_attend
    apart = permute(ids, np.random.default_rng(0), n_reused=24).may_attend
    assert whole[:, :24, 24:].any()
    assert not apart[:, :24, 24:].any()
    assert apart[:, 24:, :24].all()
    assert np.array_equal(apart[:, :24, :24], whole[:, :24, :24])
    assert np.array_equal(apart[:, 24:, 24:], whole[:, 24:, 24:])


def test_a_sixth_is_predicted_in_spans_of_one_to_five():
    ids = np.random.default_rng(0).integers(len(SPECIAL), V, (300, 128))
    permuted = permute(ids, np.random.default_rng(1))
    valid = permuted.targets != IGNORED
    assert 0.14 < valid.sum() / ids.size <= 1 / 6
    lengths = []
    for positions, taken in zip(permuted.positions, valid, strict=True):
        runs = np.split(np.sort(positions[taken]), np.flatnonzero(np.diff(np.sort(positions[taken])) > 1) + 1)
        lengths += [len(run) for run in runs]
    assert {1, 2, 3, 4, 5} <= set(lengths)
    assert max(lengths) <= 10  # two spans may touch
    assert 2 < np.mean(lengths) < 3.5
