"""What the lesson measures while it runs: senses of words in BBC news, and trees in the space of a probe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data import glove
from tlcourse.data.dependency_trees import DependencyTree, Treebank
from tlcourse.data.senseval import Senses
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import attention_maps, attention_probe, pythagorean, sentence_states, structural
from tlcourse.probe.senses import NearestCentroid, context_means, first_sense, use_states
from tlcourse.probe.structural import DistanceProbe
from tlcourse.probe.tree_metrics import tree_distances
from tlcourse.show.records import Records
from tlcourse.train.finetuning import trainings

LAYER = 4  # of DistilBERT, chosen before anything was measured: a little above the middle, as in lesson 11
RANK, MEAN_NORM, EPOCHS = 64, 8.0, 15  # of the probe of distances, as in lesson Probing for structure
LONGEST_PATH = 8  # edges; longer paths are rare
FIRST, NO_LAYER = "first sense", -1


def static_means(uses: Mapping[str, Senses]) -> dict[str, np.ndarray]:
    """For each word what GloVe makes of its uses' contexts, (N, 50); GloVe itself is let go."""
    vectors = glove.load()
    found = {word: context_means(of_word, vectors) for word, of_word in uses.items()}
    del vectors
    trainings.give_back_memory()  # 400,000 words and their places
    return found


@dataclass(frozen=True)
class Read:
    """What one network makes of all that the lesson reads.

    Attributes:
        words: of each sentence of the trees, (T, H), of layer `LAYER`.
        uses: word → (N, L, H), of the word's own vector in each use.
    """

    words: list[np.ndarray]
    uses: dict[str, np.ndarray]

    @classmethod
    def by(cls, encoder: TextEncoder, bank: Treebank, uses: Mapping[str, Senses]) -> "Read":
        trainings.give_back_memory()  # what loading it needed
        states = sentence_states.compute(encoder, [tree.words for tree in bank.trees], [LAYER])[0]
        found = cls(states, {word: use_states(encoder, of_word) for word, of_word in uses.items()})
        trainings.give_back_memory()  # of batches of all lengths, and of another network before
        return found


@dataclass(frozen=True)
class InSpace:
    """The test sentences' words after the map of a probe, one array (T, RANK) for each tree."""

    points: list[np.ndarray]
    trees: list[DependencyTree]


def in_probe_space(states: Sequence[np.ndarray], bank: Treebank, seed: int) -> InSpace:
    """Train a probe of distances on the training sentences, and put the test sentences through its map.

    Args:
        states: for each sentence (T, H), of one layer.
    """
    index = bank.train_index
    probe = structural.fit(
        DistanceProbe,
        [states[i] for i in index],
        [bank.trees[i] for i in index],
        min(RANK, states[0].shape[1]),
        seed,
        EPOCHS,
        MEAN_NORM,
    )
    b = probe.scale * probe.b.detach().numpy()
    trainings.give_back_memory()  # of padded batches
    asked = bank.test_index
    return InSpace([states[i].astype(np.float32) @ b.T for i in asked], [bank.trees[i] for i in asked])


def by_path_length(spaces: Mapping[str, InSpace], seed: int = 0) -> Records:
    """The mean squared distance of words that are so many edges apart, for each of some spaces by name.

    `explained` is the same in all records of a space: the share of the squared distances' variance that lies
    between path lengths, 1 where all words that are as many edges apart are as far apart.
    """
    rows = []
    for name, space in spaces.items():
        found: dict[int, list[float]] = {}
        for points, tree in zip(space.points, space.trees, strict=True):
            path, squared = tree_distances(tree.heads), pythagorean.squared_distances(points)
            for i, j in zip(*np.triu_indices(len(path), 1), strict=True):
                if path[i, j] <= LONGEST_PATH:
                    found.setdefault(int(path[i, j]), []).append(float(squared[i, j]))
        every = np.concatenate([*found.values()])
        within = sum(len(one) * np.var(one) for one in found.values()) / len(every)
        explained = 1 - float(within / np.var(every)) if np.var(every) else 0.0
        rows += [
            {
                "space": name,
                "explained": explained,
                "edges": edges,
                "seed": seed,
                "pairs": len(all_of),
                "score": float(np.mean(all_of)),
            }
            for edges, all_of in sorted(found.items())
        ]
    return Records(rows)


def random_branches_off(trees: Sequence[DependencyTree], widths: Sequence[int], seed: int) -> Records:
    """How far squared distances are from path lengths, in edges, where each edge is a random vector."""
    rows = []
    for width in widths:
        off = [
            np.abs(
                pythagorean.squared_distances(pythagorean.random_branches(tree.heads, width, seed + k))
                - tree_distances(tree.heads)
            ).mean()
            for k, tree in enumerate(trees)
        ]
        rows.append({"width": width, "seed": seed, "score": float(np.mean(off))})
    return Records(rows)


def arc_records(encoder: TextEncoder, bank: Treebank, seeds: Sequence[int]) -> Records:
    """How often a linear classifier says rightly whether an arc links two words: fields `task`, `reads`.

    It reads the attention weights of all heads, or the offset of the two words alone. Two tasks: the words
    without an arc are any two, or as far apart as the pair with an arc. Each seed draws those pairs anew.
    """
    maps = [attention_probe.all_heads(one.between_words)
            for one in attention_maps.of_sentences(encoder, [tree.words for tree in bank.trees])]  # fmt: skip
    parts = [([maps[i] for i in index], [bank.trees[i] for i in index])
             for index in (bank.train_index, bank.test_index)]  # fmt: skip
    rows = []
    for seed in seeds:
        for task, same_offset in (("any two words", False), ("two words as far apart", True)):
            pairs = [attention_probe.choose_pairs(trees, seed, same_offset) for _, trees in parts]
            learnt, asked = (np.concatenate([one.linked for one in some]) for some in pairs)
            for reads in ("attention", "places"):
                x, y = (
                    attention_probe.weights_between(of, some)
                    if reads == "attention"
                    else attention_probe.places(some)
                    for (of, _), some in zip(parts, pairs, strict=True)
                )
                score = attention_probe.classifier(0.1).fit(x, learnt).score(y, asked)
                rows.append({"task": task, "reads": reads, "seed": seed, "score": score})
    del maps, parts
    trainings.give_back_memory()  # of maps of every head
    return Records(rows)


def halves(senses: Senses, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Half of the uses of each sense to learn from, the others to ask about: no article is on both sides."""
    rng, learnt = np.random.default_rng(seed), []
    for sense in np.unique(senses.sense):
        of_sense = rng.permutation(np.flatnonzero(senses.sense == sense))
        learnt += of_sense[: (len(of_sense) + 1) // 2].tolist()
    learnt = np.sort(learnt)
    return learnt, np.setdiff1d(np.arange(len(senses.sense)), learnt)


def sense_records(
    states: Mapping[str, Mapping[str, np.ndarray]], senses: Mapping[str, Senses], seeds: Sequence[int]
) -> Records:
    """How often the nearest centroid tells the sense; beside it, always the first sense.

    Args:
        states: name → word → (N, L, H), or (N, D) for what has no layers.
        senses: word → its uses.
        seeds: each halves the uses anew.
    """
    rows = []
    for seed in seeds:
        for word, uses in senses.items():
            learnt, asked = halves(uses, seed)
            key, right = {"word": word, "seed": seed}, uses.sense[asked]
            always = float((right == first_sense(uses.sense[learnt])).mean())
            rows.append({"reads": FIRST, "layer": NO_LAYER, **key, "score": always})
            for name, of_word in states.items():
                layers = of_word[word][:, None] if of_word[word].ndim == 2 else of_word[word]
                for layer in range(layers.shape[1]):
                    x = layers[:, layer]
                    told = NearestCentroid(x[learnt], uses.sense[learnt]).predict(x[asked])
                    place = NO_LAYER if of_word[word].ndim == 2 else layer
                    rows.append(
                        {"reads": name, "layer": place, **key, "score": float((told == right).mean())}
                    )
    return Records(rows)
