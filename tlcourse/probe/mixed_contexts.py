"""The concatenation test: how far a word's vector moves when a sentence with its other sense stands beside.

Coenen et al. 2019, "Visualizing and Measuring the Geometry of BERT", section 4.3. A sentence has the word in
one sense, another in a second sense; each sense has a centroid. The *similarity ratio* of a use is its cosine
with the centroid of its own sense, divided by that with the centroid of the other sense: above 1 if it lies
nearer to its own. It is measured in each sentence by itself, and again with the two joined by *and*. Control:
the sentence is joined with one that does not have the word at all, so that only its length has changed.
Shapes: P pairs of sentences, 2P uses, L layers of H numbers.

Taught in lesson *The geometry of BERT*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data.senseval import Senses
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import sentence_states
from tlcourse.probe.senses import NearestCentroid

AND = "and"
MOST_WORDS = 60  # of a sentence, so that two can be read at once


@dataclass(frozen=True)
class MixedContexts:
    """2P uses: the first sentences of P pairs, then the second ones; each three times.

    Attributes:
        own, other: int64 (2P,): the sense of the use, and that of the other sentence of its pair.
        alone, joined, control: the sentence by itself; with the other sentence of its pair; with one without
            the word. 2P lists of words each.
        at_alone, at_joined, at_control: int64 (2P,): where the word stands in them.
    """

    own: np.ndarray
    other: np.ndarray
    alone: list[list[str]]
    joined: list[list[str]]
    control: list[list[str]]
    at_alone: np.ndarray
    at_joined: np.ndarray
    at_control: np.ndarray


def join(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Two sentences and an *and* between them, without the first one's last full stop."""
    words = list(first)
    if len(words) > 1 and words[-1] in {".", "!", "?", ";"}:
        words.pop()
    return [*words, AND, *second]


def draw(
    senses: Senses,
    without: Sequence[Sequence[str]],
    n_pairs: int,
    seed: int = 0,
    uses: np.ndarray | None = None,
    most_words: int = MOST_WORDS,
) -> MixedContexts:
    """`n_pairs` pairs of uses of a word in different senses, each with a sentence for its control.

    Args:
        without: sentences to draw the control's from; those that have a form of the word are passed over.
        uses: indices to draw from, the test's if not given: the centroids are of the training uses.
        most_words: longer sentences are passed over.

    Raises:
        ValueError: no two short sentences with different senses, or none for the control.
    """
    rng = np.random.default_rng(seed)
    index = senses.test_index if uses is None else uses
    index = np.array([i for i in index if len(senses.words[i]) <= most_words], dtype=np.int64)
    if len(np.unique(senses.sense[index])) < 2:
        raise ValueError(f"no two uses of {senses.word!r} of up to {most_words} words have different senses")
    forms = {senses.words[i][senses.position[i]].lower() for i in range(len(senses.words))} | {senses.word}
    fit = [list(s) for s in without if len(s) <= most_words and forms.isdisjoint(map(str.lower, s))]
    if not fit:
        raise ValueError(
            f"no sentence of up to {most_words} words is without {senses.word!r}, for the control"
        )
    firsts = rng.choice(index, size=n_pairs)
    seconds = np.array([rng.choice(index[senses.sense[index] != senses.sense[i]]) for i in firsts])
    columns: list[list] = [[] for _ in range(6)]
    for side in (0, 1):  # the word of the first sentence, then that of the second
        for pair in zip(firsts, seconds, strict=True):
            words, at = senses.words[pair[side]], int(senses.position[pair[side]])
            stranger = fit[rng.integers(len(fit))]
            sentences = []
            for beside in (senses.words[pair[1 - side]], stranger):
                both = join(words, beside) if side == 0 else join(beside, words)
                sentences.append((both, at if side == 0 else len(both) - len(words) + at))
            (joined, at_joined), (control, at_control) = sentences
            row = (list(words), joined, control, at, at_joined, at_control)
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    own = senses.sense[np.concatenate([firsts, seconds])]
    return MixedContexts(own, np.roll(own, n_pairs), *columns[:3], *map(np.array, columns[3:]))


def similarity_ratios(
    centroids: NearestCentroid, states: np.ndarray, own: np.ndarray, other: np.ndarray
) -> np.ndarray:
    """Cosine with the centroid of the own sense ÷ that with the other's: float64 (N,).

    It says what it should only where cosines are above 0, as those of BERT's states are.

    Args:
        states: (N, H). own, other: int64 (N,).

    Raises:
        ValueError: a sense has no centroid.
    """
    missing = np.setdiff1d(np.concatenate([own, other]), centroids.names)
    if len(missing):
        raise ValueError(f"sense {int(missing[0])} has no centroid: no training use has it")
    cosines, rows = centroids.cosines(states), np.arange(len(states))
    place = np.searchsorted(centroids.names, own), np.searchsorted(centroids.names, other)
    return cosines[rows, place[0]] / cosines[rows, place[1]]


def ratios_by_layer(
    encoder: TextEncoder,
    contexts: MixedContexts,
    centroids: Sequence[NearestCentroid],
    layers: Sequence[int] | None = None,
) -> dict[str, np.ndarray]:
    """`alone`, `joined` and `control`: the similarity ratios of all uses in each context, float64 (L, 2P).

    Args:
        centroids: of each layer, from the training uses.
        layers: which, 0 for the embeddings; all if not given.

    Raises:
        ValueError: not a set of centroids for each layer, or no such layer.
    """
    found = {}
    for name in ("alone", "joined", "control"):
        words, at = getattr(contexts, name), getattr(contexts, f"at_{name}")
        states = sentence_states.compute(encoder, words, layers, only=at)
        if len(states) != len(centroids):
            raise ValueError(f"got centroids of {len(centroids)} layers, expected {len(states)}")
        found[name] = np.stack(
            [
                similarity_ratios(one, np.concatenate(layer), contexts.own, contexts.other)
                for one, layer in zip(centroids, states, strict=True)
            ]
        )
    return found


def misled(ratios: np.ndarray) -> float:
    """The share of uses that lie nearer to the other sense, with a ratio below 1."""
    return float((np.asarray(ratios) < 1).mean())
