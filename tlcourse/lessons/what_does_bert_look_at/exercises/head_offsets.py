"""The rule that a head read as a parser has to beat."""

from collections import Counter

import numpy as np

from tlcourse.exercises.machinery import exercise


def _heads(rng: np.random.Generator) -> np.ndarray:
    n, favourite = int(rng.integers(10, 15)), int(rng.choice([-2, -1, 1, 2]))
    place = np.arange(n)
    heads = place + rng.choice([favourite, -favourite, 3 * favourite], p=[0.6, 0.25, 0.15], size=n)
    heads = np.where((heads < 0) | (heads >= n), n - 1 - place, heads)
    heads = np.where(heads == place, (place + 4) % n, heads)
    heads[rng.integers(n)] = -1
    return heads


def _offsets(heads: np.ndarray) -> np.ndarray:
    return (heads - np.arange(len(heads)))[heads != -1]


def _most(values: np.ndarray) -> int:
    return max(Counter(values.tolist()).values())


def _root_in_the_number(heads: np.ndarray) -> float:
    return _most(_offsets(heads)) / len(heads)


def _root_as_a_word(heads: np.ndarray) -> float:
    return _most(heads - np.arange(len(heads))) / len(heads)


def _root_in_the_offsets(heads: np.ndarray) -> float:
    return _most(heads - np.arange(len(heads))) / (len(heads) - 1)


def _next_word(heads: np.ndarray) -> float:
    return float((_offsets(heads) == 1).mean())


def _previous_word(heads: np.ndarray) -> float:
    return float((_offsets(heads) == -1).mean())


def _next_word_of_all(heads: np.ndarray) -> float:
    return float((heads - np.arange(len(heads)) == 1).mean())


def _to_the_right(heads: np.ndarray) -> float:
    return max(float((_offsets(heads) == k).mean()) for k in range(1, len(heads)))


def _to_the_left(heads: np.ndarray) -> float:
    return max(float((_offsets(heads) == -k).mean()) for k in range(1, len(heads)))


def _middle(heads: np.ndarray) -> float:
    return float((_offsets(heads) == np.median(_offsets(heads))).mean())


def _in_size(heads: np.ndarray) -> float:
    return _most(np.abs(_offsets(heads))) / len(_offsets(heads))


def _which(heads: np.ndarray) -> int:
    return Counter(_offsets(heads).tolist()).most_common(1)[0][0]


def _with_its_offset(heads: np.ndarray) -> tuple[int, float]:
    return _which(heads), _most(_offsets(heads)) / len(_offsets(heads))


def _how_many(heads: np.ndarray) -> int:
    return _most(_offsets(heads))


def _most_frequent_head(heads: np.ndarray) -> float:
    return _most(heads[heads != -1]) / len(_offsets(heads))


def _last_of_the_offsets(heads: np.ndarray) -> float:
    return float((_offsets(heads) == _offsets(heads).max()).mean())


def _different_offsets(heads: np.ndarray) -> float:
    return len(set(_offsets(heads).tolist())) / len(_offsets(heads))


def _rootless_places(heads: np.ndarray) -> float:
    """The root is taken out first, and the places are counted anew."""
    kept = heads[heads != -1]
    return _most(kept - np.arange(len(kept))) / len(kept)


def _rarest(heads: np.ndarray) -> float:
    return min(Counter(_offsets(heads).tolist()).values()) / len(_offsets(heads))


def _first_word_never_head(heads: np.ndarray) -> float:
    offsets = (heads - np.arange(len(heads)))[heads > 0]
    return _most(offsets) / len(offsets)


def _root_kept_first_word_not(heads: np.ndarray) -> float:
    offsets = (heads - np.arange(len(heads)))[heads != 0]
    return _most(offsets) / len(offsets)


def _largest_offset(heads: np.ndarray) -> float:
    return _offsets(heads).max() / len(_offsets(heads))


def _near(heads: np.ndarray) -> float:
    return max(float((_offsets(heads) == k).mean()) for k in (-3, -2, -1, 1, 2, 3))


def _nearest(heads: np.ndarray) -> float:
    return max(_next_word(heads), _previous_word(heads))


def _round_the_end(heads: np.ndarray) -> float:
    return _most(_offsets(heads) % len(heads)) / len(_offsets(heads))


@exercise(
    title="The best fixed offset",
    inputs=_heads,
    special={
        "the first word is the root": (np.array([-1, 0, 1, 2, 5, 6, 5]),),
        "the heads stand far away": (np.array([6, 7, 8, 9, -1, 4, 4, 5, 9, 8]),),
    },
    equivalent={
        "result: absolute": "a share is never negative",
        "head - place → place - head": "every offset with the other sign, as often",
    },
    hints=(
        "How many words on from a word stands its head? Some of these numbers occur more often than others.",
        "`heads[i] - i` is the offset of word i. The root has no head, −1 is no place: leave it out, of the "
        "offsets and of how many there are.",
        "`np.unique(offsets, return_counts=True)` or a `Counter` counts each offset (`np.bincount` takes no "
        "number below 0). The largest count is how many heads the best offset finds.",
    ),
    wrong=[
        (_root_in_the_number, "The root has no head to be found: divide by the number of the other words."),
        (
            _root_as_a_word,
            "You take the root's −1 for a place: leave the root out, of the offsets and of the number.",
        ),
        (
            _root_in_the_offsets,
            "The root's −1 counts among your offsets, as if it were a place: leave it out.",
        ),
        (_next_word, "That is the next word, always. Another offset may find more: try all."),
        (_previous_word, "That is the word before, always. Another offset may find more: try all."),
        (
            _next_word_of_all,
            "Two things: other offsets than the next word may find more; and the root is no word to be "
            "found.",
        ),
        (_to_the_right, "You look to the right alone: offsets below 0 count as well."),
        (_to_the_left, "You look to the left alone: offsets above 0 count as well."),
        (_middle, "That is the offset in the middle (the median): the most frequent one is asked for."),
        (_in_size, "Two words to the left is not two words to the right: keep the sign of the offset."),
        (_which, "That is the offset. Which share of the heads does it find?"),
        (_with_its_offset, "That is the offset and its share: return the share alone."),
        (_how_many, "That is how many heads it finds: divide by how many there are."),
        (
            _most_frequent_head,
            "You count which place is the head most often: count how far on it stands, `heads[i] - i`.",
        ),
        (_last_of_the_offsets, "That is the largest offset: the most frequent one is asked for."),
        (_rarest, "That is how often the rarest offset occurs: the most frequent finds the most heads."),
        (_first_word_never_head, "You leave out the words whose head is word 0: −1 alone marks the root."),
        (_root_kept_first_word_not, "The root is marked by −1, not by 0: you leave out others in its place."),
        (_largest_offset, "You divide the largest offset: how often does the most frequent one occur?"),
        (_near, "You try offsets of a few words only: try as many as the sentence has."),
        (_nearest, "You try the word before and the word after: other offsets may find more, try all."),
        (_round_the_end, "`% len(heads)` goes on at the other end of the sentence: keep the sign instead."),
        (_different_offsets, "You count how many offsets there are: how often does the most frequent occur?"),
        (
            _rootless_places,
            "Without the root you count the places anew, and those behind it are one too low: subtract "
            "first.",
        ),
    ],
)
def best_offset(heads: np.ndarray) -> float:
    """Return the share of heads that the best rule of the kind “the head is the word k places on” finds.

    `heads`, int (W,), is one sentence: heads[i] is the place of the word that word i depends on, its head in
    the tree; −1 for the root, which is left out: it has none. k is any number but 0, below 0 to the left.
    """
    offsets = [head - place for place, head in enumerate(heads) if head != -1]
    return max(offsets.count(k) for k in offsets) / len(offsets)
