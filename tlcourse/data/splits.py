"""Fixed splits that need no random generator, so that no library's next version can change them.

Every group of items (a review, an article, a word with its inflections) gets a number from the sha256 of its
name and a salt; the groups with the lowest numbers are the test set. A group is never torn apart.
"""

import hashlib
from collections.abc import Hashable, Sequence

import numpy as np


def lot(name: str, salt: str) -> int:
    """A number in [0, 2⁶⁴) that looks random, but depends on `name` and `salt` only."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{name}".encode()).digest()[:8], "big")


def split_by_group(groups: Sequence[str], test: float, salt: str) -> tuple[np.ndarray, np.ndarray]:
    """Indices (train, test), each ascending, such that no group has members in both.

    Groups enter the test set in the order of their lots as long as it holds at most `test` of all items.

    Args:
        groups: the group of each item, (N,).
        test: share of the items in the test set, in (0, 1).
        salt: another salt gives another split.
    """
    if not 0 < test < 1:
        raise ValueError(f"test is {test!r}, expected a share between 0 and 1")
    members: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    room, chosen = round(test * len(groups)), []
    for group in sorted(members, key=lambda name: lot(name, salt)):
        if len(members[group]) <= room:
            chosen += members[group]
            room -= len(members[group])
    in_test = np.zeros(len(groups), dtype=bool)
    in_test[chosen] = True
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def unseen(train: np.ndarray, tests: np.ndarray, keys: Sequence[Hashable]) -> np.ndarray:
    """Those of `train` whose key no item of `tests` has: for splits that are given, and share items.

    Args:
        train, tests: int64, indices of items.
        keys: of all items; equal items have equal keys.
    """
    tested = {keys[i] for i in tests}
    return np.array([i for i in train if keys[i] not in tested], dtype=np.int64)


def split_within(
    groups: Sequence[str], strata: Sequence[Hashable], test: float, salt: str
) -> tuple[np.ndarray, np.ndarray]:
    """`split_by_group` inside each stratum, so that each has the same share in the test set.

    Args:
        groups: the group of each item, (N,); each group lies within one stratum.
        strata: the stratum of each item, (N,).
    """
    where: dict[Hashable, list[int]] = {}
    for index, stratum in enumerate(strata):
        where.setdefault(stratum, []).append(index)
    train, tests = [], []
    for indices in where.values():
        index = np.array(indices)
        left, right = split_by_group([groups[i] for i in indices], test, salt)
        train.append(index[left])
        tests.append(index[right])
    return np.sort(np.concatenate(train)), np.sort(np.concatenate(tests))
