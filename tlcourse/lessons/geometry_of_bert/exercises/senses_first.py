"""The baseline that a word's vector has to beat: the most frequent sense, always."""

import numpy as np
from sklearn.metrics import f1_score

from tlcourse.exercises.machinery import exercise


def _train_test(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    k = int(rng.integers(4, 6))
    counts = rng.permutation(np.arange(k) * 2 + int(rng.integers(2, 5)))
    train = rng.permutation(np.repeat(np.arange(k), counts))
    most, second = np.argsort(-counts)[:2]
    others = rng.integers(0, k, size=int(rng.integers(4, 8)))
    test = np.concatenate([np.full(4, most), np.full(7, second), others])
    return train, rng.permutation(test)


def _most(senses: np.ndarray) -> int:
    return int(np.bincount(senses).argmax())


def _of_test(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == _most(test)).mean())


def _of_both(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == _most(np.concatenate([train, test]))).mean())


def _in_training(train: np.ndarray, test: np.ndarray) -> float:
    return float((train == _most(train)).mean())


def _test_in_training(train: np.ndarray, test: np.ndarray) -> float:
    return float((train == _most(test)).mean())


def _lowest_number(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == train.min()).mean())


def _first_of_training(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == train[0]).mean())


def _highest_number(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == train.max()).mean())


def _rarest(train: np.ndarray, test: np.ndarray) -> float:
    counts = np.bincount(train)
    return float((test == np.where(counts > 0, counts, len(train) + 1).argmin()).mean())


def _others(train: np.ndarray, test: np.ndarray) -> float:
    return float((test != _most(train)).mean())


def _how_many(train: np.ndarray, test: np.ndarray) -> int:
    return int((test == _most(train)).sum())


def _which(train: np.ndarray, test: np.ndarray) -> int:
    return _most(train)


def _by_training(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == _most(train)).sum() / len(train))


def _macro(train: np.ndarray, test: np.ndarray) -> float:
    return float(f1_score(test, np.full(len(test), _most(train)), average="macro", zero_division=0))


def _one_sense(train: np.ndarray, test: np.ndarray) -> float:
    return float(f1_score(test == _most(train), np.ones(len(test), dtype=bool)))


def _in_the_middle(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == np.median(train)).mean())


def _luckiest(train: np.ndarray, test: np.ndarray) -> float:
    return max(float((test == sense).mean()) for sense in np.unique(train))


def _by_chance(train: np.ndarray, test: np.ndarray) -> float:
    return 1 / len(np.unique(train))


def _by_shares(train: np.ndarray, test: np.ndarray) -> float:
    shares = np.bincount(train, minlength=int(test.max()) + 1) / len(train)
    return float(shares[test].mean())


def _largest_count(train: np.ndarray, test: np.ndarray) -> float:
    """`bincount(train).max()` for `argmax`: how often, not which."""
    return float((test == np.bincount(train).max()).mean())


def _place_among_those(train: np.ndarray, test: np.ndarray) -> float:
    return float((test == np.unique(train, return_counts=True)[1].argmax()).mean())


@exercise(
    title="The baseline: always the first sense",
    inputs=_train_test,
    special={
        "no test use has that sense": (np.array([2, 0, 2, 1]), np.array([0, 1, 1, 0])),
        "the test has a sense that training has not": (np.array([1, 0, 1]), np.array([3, 1, 3, 3])),
        "a sense below the most frequent has no use": (np.array([1, 3, 3, 1, 3]), np.array([3, 1, 3, 0, 3])),
        "all have that sense": (np.array([0, 2, 2, 1]), np.array([2, 2])),
    },
    equivalent={
        "result: absolute": "a share is never negative",
        "np.bincount(train).argmax() → "
        "_last_of_the_best(np.bincount(train).argmax)": "no two are most frequent",
    },
    hints=(
        "Whoever knows nothing of a sentence answers with the sense that was most frequent where the answers "
        "were known. How often is that right where they are asked for?",
        "`np.bincount(train)` counts the senses. Which of them comes most often, and not how often does it?",
        "Compare each of `test` with that one sense: True where it is right. The share of True is asked for.",
    ),
    wrong=[
        (_of_test, "You look for the most frequent sense of the *test*: that is not known to a baseline."),
        (_of_both, "You count the test's senses too: they are not known to a baseline."),
        (_in_training, "That is the share in training: in the test it is asked for."),
        (_test_in_training, "Train and test have changed places: learn from `train`, be asked about `test`."),
        (_lowest_number, "“First” is no number: the most frequent sense, whatever its number."),
        (
            _first_of_training,
            "You take the sense of the first use in training: the most frequent one is meant.",
        ),
        (_highest_number, "You take the highest number: the most frequent sense, whatever its number."),
        (_rarest, "That is the rarest sense of training: the most frequent one."),
        (_others, "That is how often the baseline is wrong."),
        (_how_many, "That is how many it gets right: divide by how many there are."),
        (_which, "That is the sense: how often is it right in the test?"),
        (_by_training, "You divide by the number of training uses: by that of the test's."),
        (
            _macro,
            "That is F1 averaged over the senses: with one answer for each use it is the share that is "
            "right.",
        ),
        (_one_sense, "That is F1 of the first sense alone: the share of all test uses that are right."),
        (_in_the_middle, "The median is no sense: numbers of senses have no order. Count them."),
        (_luckiest, "You try each sense in the test and keep the best: choose by training alone."),
        (_by_chance, "That is guessing among the senses: the most frequent one is always answered."),
        (
            _by_shares,
            "That is guessing as often as each sense occurs: the most frequent one is always answered.",
        ),
        (_place_among_those, "That is its place among the senses that occur: take the sense at that place."),
        (_largest_count, "`max` says how often it comes, `argmax` which it is."),
    ],
)
def first_sense(train: np.ndarray, test: np.ndarray) -> float:
    """Return the share of the test uses that have the most frequent sense of the training uses.

    train, test: int, the number of the sense of each use. In training one sense is more frequent than any
    other.
    """
    most_frequent = np.bincount(train).argmax()
    return float((test == most_frequent).mean())
