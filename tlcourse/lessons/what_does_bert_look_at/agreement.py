"""Does a head that looks at the subject decide what becomes of the verb? Heads are turned off one by one.

The packaged DistilBERT was tuned to tag each word with the edit that mends it. In *The keys near the table
was old*, the edit of *was* is *were*, since *keys* is plural. What a head gives to the subject when the verb
looks can be read from its map; whether the answer needs it is seen when the head is gone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from safetensors import safe_open
from scipy.stats import spearmanr
from torch import nn

from tlcourse.models.pretrained import distilbert
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import attention_maps, head_masks, pruning
from tlcourse.show.records import Records
from tlcourse.train.finetuning import trainings

_SUBJECTS = ("keys", "books", "pictures", "teachers", "drivers", "letters", "houses", "doctors", "neighbours")
_BETWEEN = ("near the", "behind the", "with the", "beside the", "from the")
_OTHERS = ("table", "garden", "child", "car", "school", "river", "shop")
_ENDS = {
    "was": ("old", "very good", "not there", "late again"),
    "has": ("a new name", "been there before", "gone", "no time"),
}
_AT_ONCE = 16  # sentences
EDITS = {"was": "$REPLACE_were", "has": "$REPLACE_have"}


@dataclass(frozen=True)
class Broken:
    """A sentence whose verb should be plural: its words, the places of subject and verb, the verb's edit."""

    words: list[str]
    subject: int
    verb: int

    @property
    def apart(self) -> bool:
        """Whether a noun stands between subject and verb, so that the subject is not the word before."""
        return self.verb - self.subject > 1

    @property
    def edit(self) -> str:
        return EDITS[self.words[self.verb]]


def broken(n: int, seed: int) -> list[Broken]:
    """`n` sentences, all different: plural subject, a singular noun between or none, verb in the singular."""
    rng = np.random.default_rng(seed)
    found: dict[str, Broken] = {}
    while len(found) < n:
        verb = str(rng.choice([*EDITS]))
        between = (
            [*str(rng.choice(_BETWEEN)).split(), str(rng.choice(_OTHERS))] if rng.random() < 0.75 else []
        )
        words = [
            "The",
            str(rng.choice(_SUBJECTS)),
            *between,
            verb,
            *str(rng.choice(_ENDS[verb])).split(),
            ".",
        ]
        found.setdefault(" ".join(words), Broken(words, 1, 2 + len(between)))
    return [*found.values()]


class Corrector:
    """DistilBERT with the head that it was tuned with: for each word the probabilities of 213 edits."""

    def __init__(self, encoder: TextEncoder, classifier: nn.Linear, edits: Sequence[str]):
        self.encoder, self.classifier = encoder, classifier
        self.edits = {edit: number for number, edit in enumerate(edits)}

    def probabilities(self, some: Sequence[Broken], keeps: Sequence[np.ndarray]) -> np.ndarray:
        """(K, N): of the right edit of each verb, with the heads of each of K tables, bool (L, A).

        What is below the lowest layer that a table changes is computed once, `_AT_ONCE` sentences at a time.
        """
        starts = range(0, len(some), _AT_ONCE)
        return np.hstack([self._of_batch(some[start : start + _AT_ONCE], keeps) for start in starts])

    def _of_batch(self, some: Sequence[Broken], keeps: Sequence[np.ndarray]) -> np.ndarray:
        examples = self.encoder.words([one.words for one in some])
        place = torch.tensor([e.places[one.verb] for e, one in zip(examples, some, strict=True)])
        edit = torch.tensor([self.edits[one.edit] for one in some])
        row = torch.arange(len(some))
        batch = self.encoder.batch(examples)
        found = []
        with torch.inference_mode():
            states = self.encoder(batch)
            for keep in keeps:
                top = head_masks.last_layer(self.encoder.network, states, batch["attention_mask"], keep)
                found.append(self.classifier(top[row, place]).softmax(dim=-1)[row, edit].numpy())
        return np.array(found)


def corrector(encoder: TextEncoder) -> Corrector:
    """The packaged tagger's head on `encoder`, which is its DistilBERT: of its file nothing else is read.

    Raises AssetMissing if it is not fetched yet.
    """
    folder = distilbert.folder()
    edits = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    classifier = nn.Linear(encoder.widths[-1], len(edits))
    with safe_open(folder / "model.safetensors", "pt") as kept, torch.no_grad():
        classifier.weight.copy_(kept.get_tensor("classifier.weight"))
        classifier.bias.copy_(kept.get_tensor("classifier.bias"))
    return Corrector(encoder, classifier, [edits[str(number)] for number in range(len(edits))])


@dataclass(frozen=True)
class Looks:
    """Of each head, (S, L, A) for S draws of sentences.

    Attributes:
        looks: the share of the verb's attention that goes to its subject.
        matters: how far the probability of the right edit falls without the head.
        whole: that probability with all heads, (S,).
        n: sentences of each draw.
        apart: `looks` over the sentences of all draws with a noun between subject and verb, (L, A).
        n_apart: how many these are.
    """

    looks: np.ndarray
    matters: np.ndarray
    whole: np.ndarray
    n: int
    apart: np.ndarray
    n_apart: int

    @property
    def agreement(self) -> np.ndarray:
        """Spearman's ρ between the two over all heads, (S,)."""
        pairs = zip(self.looks, self.matters, strict=True)
        return np.array([spearmanr(a.ravel(), b.ravel()).statistic for a, b in pairs])

    @property
    def agreement_without_sign(self) -> np.ndarray:
        """The same with the size of the change, whether the probability falls or rises, (S,)."""
        pairs = zip(self.looks, np.abs(self.matters), strict=True)
        return np.array([spearmanr(a.ravel(), b.ravel()).statistic for a, b in pairs])

    @property
    def always(self) -> np.ndarray:
        """What each head gives where a noun stands between, (L, A): there the subject is no neighbour."""
        return self.apart if self.n_apart else self.looks.mean(axis=0)

    def agreement_within(self, layer: int) -> np.ndarray:
        """The same over the heads of one layer, counted from 0, (S,)."""
        pairs = zip(self.looks[:, layer], self.matters[:, layer], strict=True)
        return np.array([spearmanr(a, b).statistic for a, b in pairs])


def mended(model: Corrector, n: int, seed: int) -> list[Broken]:
    """`n` of the sentences that the whole model mends: only there is an answer that can be lost."""
    drawn = broken(3 * n, seed)
    (p,) = model.probabilities(drawn, [_whole(model)])
    return [one for one, its in zip(drawn, p, strict=True) if its > 0.5][:n]


def examples(model: Corrector, n: int, seed: int) -> str:
    """`n` of them as lines of Markdown, subject and verb in bold, each with what the verb should be.

    All but the last have a noun between subject and verb, if there are as many.
    """
    lines = []
    some = sorted(mended(model, 4 * n, seed), key=lambda one: not one.apart)
    for one in [*some[: n - 1], some[-1]]:
        words = [f"**{word}**" if i in (one.subject, one.verb) else word for i, word in enumerate(one.words)]
        lines.append(f"- {' '.join(words)} → *{one.edit.removeprefix('$REPLACE_')}*")
    return "\n".join(lines)


def measure(model: Corrector, n: int, seeds: Sequence[int]) -> Looks:
    """Turn each head off, alone, in `n` sentences of each draw."""
    shape = head_masks.shape(model.encoder.network)
    keeps = [_whole(model), *(pruning.without(*shape, *place) for place in np.ndindex(shape))]
    looks, matters, whole, apart = [], [], [], []
    trainings.give_back_memory()  # of what was drawn before
    for seed in seeds:
        some = mended(model, n, seed)
        with_all, *without = model.probabilities(some, keeps).mean(axis=1)
        maps = attention_maps.of_sentences(model.encoder, [one.words for one in some])
        given = [m.between_words[..., o.verb, o.subject] for m, o in zip(maps, some, strict=True)]
        looks.append(np.mean(given, axis=0))
        apart += [its for its, one in zip(given, some, strict=True) if one.apart]
        matters.append(with_all - np.reshape(without, shape))
        whole.append(with_all)
    trainings.give_back_memory()
    between = np.mean(apart, axis=0) if apart else np.full(shape, np.nan)
    return Looks(np.array(looks), np.array(matters), np.array(whole), n, between, len(apart))


def lookers(found: Looks, many: int) -> np.ndarray:
    """The heads that look at the subject most, int (many,): layer · A + head, the most first."""
    return np.argsort(-found.looks.mean(axis=0), axis=None)[:many]


def missed(found: Looks, many: int) -> np.ndarray:
    """The heads without which most is lost, one by one, in the same form."""
    return np.argsort(-found.matters.mean(axis=0), axis=None)[:many]


def without_many(model: Corrector, found: Looks, many: int, n: int, seeds: Sequence[int]) -> Records:
    """The share that is still mended without the `many` heads that look at the subject most; and controls.

    The sentences are others than those by which the heads were found. A random head is of the same layer as
    the head in whose place it is taken.
    """
    trainings.give_back_memory()
    n_heads = found.looks.shape[-1]
    most, harmful = lookers(found, many), missed(found, many)
    rows = []
    for seed in seeds:
        some = mended(model, n, 1000 + seed)
        taken = {
            "none": np.array([], dtype=int),
            "those that look at the subject most": most,
            "as many others, of the same layers": _others(most, n_heads, np.random.default_rng(seed)),
            "those whose loss was worst, one by one": harmful,
        }
        p = model.probabilities(some, [_keep(off, _whole(model)) for off in taken.values()])
        rows += [
            {"off": name, "what": "still mended", "seed": seed, "score": (its > 0.5).mean()}
            for name, its in zip(taken, p, strict=True)
        ]
    return Records(rows)


def _whole(model: Corrector) -> np.ndarray:
    return np.ones(head_masks.shape(model.encoder.network), dtype=bool)


def _others(heads: np.ndarray, n_heads: int, rng: np.random.Generator) -> np.ndarray:
    """As many other heads of the same layers, as far as these have so many others."""
    found: list[int] = []
    for layer, count in zip(*np.unique(heads // n_heads, return_counts=True), strict=True):
        free = np.setdiff1d(np.arange(layer * n_heads, (layer + 1) * n_heads), heads)
        found += rng.permutation(free)[:count].tolist()
    return np.array(found)


def _keep(off: np.ndarray, whole: np.ndarray) -> np.ndarray:
    keep = whole.copy()
    keep.flat[off] = False
    return keep
