"""What heads look at, and which can be spared: the results of lesson What does BERT look at.

    export TLCOURSE_FILES=gold NLTK_DATA=nltk_data
    python benchmarks/heads.py statistics relations parser --models minilm distilbert
    python benchmarks/heads.py statistics relations --models bert-mini
    python benchmarks/heads.py relations --models minilm distilbert --sentences 600 --untrained
    python benchmarks/heads.py parser --treebank wsj --sentences 700
    python benchmarks/heads.py pruning each_off one_head explains --models minilm
    python benchmarks/heads.py speed --models minilm

A head, its direction and an offset are chosen on the development part of UD English-EWT and scored on its
test part. Heads are taken out in the order of what training examples say. DistilBERT is the packaged one,
which was tuned to correct grammar. Layers and heads count from 0. Results are written one after the other; a
run that was killed goes on, and weights that were trained are kept in --keep.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import head_explains
import head_pruning
import head_speed
import numpy as np
import torch
from results_file import RecordsFile

from tlcourse.data import dependency_trees, universal_dependencies
from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.models.pretrained import encoders
from tlcourse.probe import attention_maps, attention_probe, head_parsers, head_statistics
from tlcourse.probe.head_parsers import ALL, DIRECTIONS, OFFSETS

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "what_does_bert_look_at"
SEEDS = (0, 1, 2)
DEV, TEST = "dev", "test"
# Of the paper's relations (Clark et al. 2019, table 1) UD has `case` for prep and pobj, `obj` for dobj,
# `nmod:poss` for poss, `compound` for nn; the rest are the commonest that UD draws otherwise.
RELATIONS = (
    *(ALL, "det", "obj", "nsubj", "case", "amod", "advmod", "aux", "aux:pass", "nmod:poss", "compound"),
    *("mark", "ccomp", "compound:prt", "nsubj:pass", "cop", "cc", "conj", "obl", "nmod", "xcomp", "advcl"),
)
DRAWS = 1000  # of the bootstrap
FARTHEST = 10  # words away that a parser by position can tell apart
LEARNED, LONGEST = 600, 30  # sentences that a parser learns from, and their words at most


@dataclass(frozen=True)
class Trees:
    """Sentences of two words or more to choose or learn on, and others to test on, by part."""

    name: str
    parts: dict[str, list[DependencyTree]]

    @classmethod
    def load(cls, name: str, most: int | None = None) -> "Trees":
        """`most`: of each part so many, drawn once; all if not given."""
        bank = {"ud": universal_dependencies, "wsj": dependency_trees}[name].load()
        parts = {}
        for part, index in ((DEV, bank.train_index), (TEST, bank.test_index)):
            some = np.random.default_rng(0).permutation(index)[:most]
            trees = (bank.trees[i] for i in np.sort(some))
            parts[part] = [tree for tree in trees if len(tree.words) > 1]
        return cls(name, parts)


class Read:
    """A model, or its twin with random weights, and what its heads look at in the trees: read when needed."""

    def __init__(self, model: str, trees: Trees, random_seed: int | None = None):
        self.model, self.trees, self.random_seed = model, trees, random_seed
        self.name = model if random_seed is None else f"{model}, untrained"
        self.seed = random_seed or 0

    @cached_property
    def maps(self) -> dict[str, list[attention_maps.AttentionMap]]:
        encoder = encoders.load(self.model, random_seed=self.random_seed)
        return {
            part: attention_maps.of_sentences(encoder, [tree.words for tree in trees])
            for part, trees in self.trees.parts.items()
        }


def statistics(read: Read) -> None:
    """What each head looks at, whatever the words are: Clark et al. 2019, section 3."""
    results = RecordsFile(HERE / "statistics.json")
    if results.has(model=read.name, seed=read.seed):
        return
    found = head_statistics.of_maps(read.maps[DEV])
    results.add_all(
        {
            "model": read.name,
            "statistic": statistic,
            "layer": layer,
            "head": head,
            "seed": read.seed,
            "score": score,
        }
        for statistic, table in found.items()
        for (layer, head), score in np.ndenumerate(table)
    )


def relations(read: Read) -> None:
    """Which head finds a relation: chosen on the development part, scored on the test part."""
    results = RecordsFile(HERE / "relations.json")
    if results.has(model=read.name, seed=read.seed):
        return
    parts = read.trees.parts
    heads = {part: [head_parsers.most_attended(m.between_words) for m in read.maps[part]] for part in parts}
    offsets = {part: [offset_predictions(tree) for tree in parts[part]] for part in parts}
    for relation in RELATIONS:
        key = {"model": read.name, "relation": relation, "seed": read.seed}
        hits = {
            reader: {part: right(predicted[part], parts[part], relation) for part in parts}
            for reader, predicted in (("head", heads), ("offset", offsets))
        }
        chosen = {reader: best(by_part[DEV]) for reader, by_part in hits.items()}
        direction, layer, head = (int(i) for i in chosen["head"])
        says = {
            "head": {"layer": layer, "head": head, "direction": DIRECTIONS[direction]},
            "offset": {"offset": OFFSETS[chosen["offset"][0]]},
        }
        found = {
            (reader, part): [one[(slice(None), *chosen[reader])] for one in hits[reader][part]]
            for reader in hits
            for part in parts
        }
        rows = [
            {
                **key,
                "reader": reader,
                **says[reader],
                "part": part,
                "words": sum(map(len, some)),
                "score": np.concatenate(some).mean(),
            }
            for (reader, part), some in found.items()
        ]
        low, high = interval(found["head", TEST], found["offset", TEST])
        gap = np.concatenate(found["head", TEST]).mean() - np.concatenate(found["offset", TEST]).mean()
        results.add_all(
            [
                *rows,
                {**key, "reader": "head minus offset", "part": TEST, "low": low, "high": high, "score": gap},
            ]
        )
        print(key, says, f"{100 * rows[1]['score']:.1f}", f"{100 * gap:+.1f}", (low, high), flush=True)


def offset_predictions(tree: DependencyTree) -> np.ndarray:
    """int64 (O, W), a row for each of `OFFSETS`."""
    return np.stack([head_parsers.at_offset(len(tree.words), offset) for offset in OFFSETS])


def right(
    predicted: Iterable[np.ndarray], trees: Iterable[DependencyTree], relation: str
) -> list[np.ndarray]:
    """Of each sentence that has the relation, bool (n, …): which predictors found the head of its n words."""
    found = []
    for one, tree in zip(predicted, trees, strict=True):
        asked = (tree.heads != ROOT) & ~tree.is_punctuation
        if relation != ALL:
            asked &= np.array(tree.relations) == relation
        if asked.any():
            found.append(np.moveaxis((one == tree.heads)[..., asked], -1, 0))
    return found


def best(hits: Sequence[np.ndarray]) -> tuple[np.integer, ...]:
    """The predictor that is right most often, of (n, …)."""
    total = sum(one.sum(axis=0) for one in hits)
    return np.unravel_index(total.argmax(), total.shape)


def interval(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> tuple[float, float]:
    """95% interval of the difference of two accuracies on the same words: sentences drawn again and again."""
    gain = np.array([a.sum() - int(b.sum()) for a, b in zip(one, other, strict=True)])
    words = np.array([len(a) for a in one])
    drawn = np.random.default_rng(0).integers(len(gain), size=(DRAWS, len(gain)))
    low, high = np.quantile(gain[drawn].sum(axis=1) / words[drawn].sum(axis=1), [0.025, 0.975])
    return round(float(low), 5), round(float(high), 5)


def parser(read: Read) -> None:
    """How many heads of words are found from attention alone (UAS), and from where words stand."""
    results = RecordsFile(HERE / "parser.json")
    trees = read.trees.parts

    def attention(part: str, i: int) -> np.ndarray:
        return attention_probe.all_heads(read.maps[part][i].between_words)

    def position(part: str, i: int) -> np.ndarray:
        return position_maps(len(trees[part][i].words))

    def both(part: str, i: int) -> np.ndarray:
        return np.concatenate([attention(part, i), position(part, i)])

    def add(model: str, way: str, seed: int, predict: Callable[[], list[np.ndarray]]) -> None:
        key = {"treebank": read.trees.name, "model": model, "way": way, "seed": seed}
        if not results.has(**key):
            results.add(**key, score=attention_probe.attachment_score(predict(), trees[TEST]))
            print(key, results.facts["records"][-1]["score"], flush=True)

    for way, offset in (("right neighbour", 1), ("left neighbour", -1)):
        add("none", way, 0, lambda o=offset: [head_parsers.at_offset(len(t.words), o) for t in trees[TEST]])
    for seed in SEEDS if read.random_seed is None else [read.random_seed]:
        add("none", "position", seed, lambda s=seed: learned(position, trees, s))
        add(read.name, "attention", seed, lambda s=seed: learned(attention, trees, s))
        add(read.name, "attention and position", seed, lambda s=seed: learned(both, trees, s))


def learned(
    maps: Callable[[str, int], np.ndarray], trees: dict[str, list[DependencyTree]], seed: int
) -> list[np.ndarray]:
    """What a parser says of the test sentences that has learned from some others, which `seed` draws."""
    short = [i for i, tree in enumerate(trees[DEV]) if len(tree.words) <= LONGEST]
    some = np.random.default_rng(seed).permutation(short)[:LEARNED]
    fitted = attention_probe.fit([maps(DEV, i) for i in some], [trees[DEV][i] for i in some], seed)
    return [fitted.heads([maps(TEST, i)])[0] for i in range(len(trees[TEST]))]


def position_maps(n_words: int) -> np.ndarray:
    """float32 (10, W, W): heads that look 1, 2, … words on, or farther; the parser takes both directions."""
    place = np.arange(n_words)
    ahead = place - place[:, None]
    exact = [ahead == k for k in range(1, FARTHEST)]
    return np.stack([*exact, ahead >= FARTHEST]).astype(np.float32)


OF_MAPS = {"statistics": statistics, "relations": relations, "parser": parser}
OF_TASKS = {
    "pruning": head_pruning.pruning_curves,
    "each_off": head_pruning.each_off,
    "one_head": head_pruning.one_head,
    "explains": head_explains.explains,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", nargs="+", choices=(*OF_MAPS, *OF_TASKS, "speed"))
    parser.add_argument("--models", nargs="+", default=["distilbert", "minilm", "bert-mini"])
    parser.add_argument("--untrained", action="store_true", help="twins with random weights, a seed each")
    parser.add_argument("--treebank", choices=("ud", "wsj"), default="ud")
    parser.add_argument("--sentences", type=int, help="of each part of the treebank; all if not given")
    parser.add_argument("--task", choices=head_pruning.TASKS, default=head_pruning.HEADLINES)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--keep", type=Path, default=Path("kept"), help="where trained weights are kept")
    options = parser.parse_args()
    torch.set_num_threads(1)
    HERE.mkdir(parents=True, exist_ok=True)
    of_maps = [part for part in OF_MAPS if part in options.what]
    if of_maps:
        trees = Trees.load(options.treebank, options.sentences)
        for model in options.models:
            for random_seed in options.seeds if options.untrained else [None]:
                read = Read(model, trees, random_seed)
                for part in of_maps:
                    OF_MAPS[part](read)
    for model in options.models:
        for part in (part for part in OF_TASKS if part in options.what):
            OF_TASKS[part](HERE, model, options.task, options.seeds, options.keep)
        if "speed" in options.what:
            head_speed.speed(HERE, model)


if __name__ == "__main__":
    main()
