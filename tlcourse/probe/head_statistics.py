"""What a head looks at in general, whatever the words are: neighbours, itself, marks, everything.

Clark et al. 2019, section 3, figure 2 and 3. Each number is a mean over the words of all sentences; what the
marks look at is not counted, but for one number. Shapes: L layers of A heads.

Taught in lesson *What does BERT look at*.
"""

from collections.abc import Sequence

import numpy as np

from tlcourse.probe.attention_maps import AttentionMap

Table = dict[str, np.ndarray]


def of_maps(maps: Sequence[AttentionMap]) -> Table:
    """float64 (L, A) by name.

    `to itself`, `to the previous word`, `to the next word`: share of a word's attention; at the ends of a
    sentence, where there is no such word, it is not counted. `to the first mark`, `to the last mark`: the
    same, if there are marks. `last mark to itself`. `entropy`: of a word's attention, in nats. `distance`:
    how many words away the attention between words goes, on average.

    Raises ValueError without a map.
    """
    if not maps:
        raise ValueError("got no attention maps, expected at least one")
    rows: dict[str, list[np.ndarray]] = {}
    for one in maps:
        for name, values in _of_one(one).items():
            rows.setdefault(name, []).append(values.copy())  # a view would keep the whole map in memory
    return {name: np.concatenate(values, axis=-1).mean(axis=-1) for name, values in rows.items()}


def _of_one(one: AttentionMap) -> dict[str, np.ndarray]:
    """(L, A, W) each: a number for each word, where it has one."""
    words, between = np.flatnonzero(~one.is_mark), one.between_words.astype(np.float64)
    out = one.weights[:, :, words].astype(np.float64)  # (L, A, W, U)
    place = np.arange(len(words))
    far = np.abs(place[:, None] - place)
    found = {
        "to itself": np.diagonal(between, axis1=-2, axis2=-1),
        "to the previous word": np.diagonal(between, offset=-1, axis1=-2, axis2=-1),
        "to the next word": np.diagonal(between, offset=1, axis1=-2, axis2=-1),
        "entropy": -(out * np.log(np.maximum(out, 1e-30))).sum(axis=-1),
        "distance": (between * far).sum(axis=-1) / np.maximum(between.sum(axis=-1), 1e-30),
    }
    if one.is_mark[0]:
        found["to the first mark"] = out[..., 0]
    if one.is_mark[-1]:
        found["to the last mark"] = out[..., -1]
        found["last mark to itself"] = one.weights[:, :, -1:, -1].astype(np.float64)
    return found
