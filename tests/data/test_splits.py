"""Splits: laws that hold for any groups."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data.splits import lot, split_by_group, split_within

groups = st.lists(st.text("abcdefgh", min_size=1, max_size=2), min_size=1, max_size=60)
share = st.floats(0.05, 0.95)


@given(groups, share, st.text(max_size=3))
def test_every_item_is_on_one_side_and_no_group_on_both(groups, test, salt):
    train, tests = split_by_group(groups, test, salt)
    assert sorted([*train, *tests]) == list(range(len(groups)))
    assert not {groups[i] for i in train} & {groups[i] for i in tests}


@given(groups, share)
def test_the_test_set_is_as_large_as_groups_allow(groups, test):
    train, tests = split_by_group(groups, test, "")
    room = round(test * len(groups)) - len(tests)
    assert room >= 0
    assert all(groups.count(groups[i]) > room for i in train)  # no group that is left would have fitted


@given(groups, share, st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter_to_groups_of_one(groups, test, rng):
    names = sorted(set(groups))
    shuffled = rng.sample(names, len(names))
    chosen = {names[i] for i in split_by_group(names, test, "s")[1]}
    assert chosen == {shuffled[i] for i in split_by_group(shuffled, test, "s")[1]}


def test_another_salt_gives_another_split():
    names = [str(i) for i in range(1000)]
    one, other = (set(split_by_group(names, 0.25, salt)[1].tolist()) for salt in ("a", "b"))
    assert len(one) == len(other) == 250
    assert 30 < len(one & other) < 95  # 62.5 are expected by chance, with a deviation of about 6


def test_lots_are_spread_evenly():
    shares = np.array([lot(str(i), "x") / 2**64 for i in range(10_000)])
    counts, _ = np.histogram(shares, bins=10, range=(0, 1))
    assert ((counts - 1000) ** 2 / 1000).sum() < 27.9  # chi-squared, 9 degrees of freedom, p = 0.001


def test_lots_are_pinned():
    assert lot("cell0001", "solar-cells/0") == 11202958508586598093  # the splits of the course hang on this


def test_each_stratum_gives_its_share():
    strata = ["a"] * 400 + ["b"] * 100
    names = [str(i) for i in range(500)]
    random.Random(0).shuffle(strata)
    _, tests = split_within(names, strata, 0.25, "s")
    assert [sum(strata[i] == s for i in tests) for s in "ab"] == [100, 25]


@pytest.mark.parametrize("test", [0, 1, -0.1, 25])
def test_a_share_is_between_0_and_1(test):
    with pytest.raises(ValueError, match="share between 0 and 1"):
        split_by_group(["a"], test, "")
