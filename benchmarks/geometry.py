"""Senses and syntax in BERT's vectors: the results of lesson The geometry of BERT.

    export TLCOURSE_FILES=gold NLTK_DATA=nltk_data
    python benchmarks/geometry.py senses       # nearest centroids by layer, and other readings
    python benchmarks/geometry.py untrained    # the same networks before any training
    python benchmarks/geometry.py semantic     # linear maps that bring senses together, and their controls
    python benchmarks/geometry.py joined       # two sentences read as one
    python benchmarks/geometry.py attention    # dependencies read from the attention weights of word pairs

Senses are those of `hard`, `interest`, `line` and `serve` (NLTK's senseval). Of each word some uses are drawn
once. Those on the side to learn from are cut into as many parts as there are seeds, so that what two seeds
learn from has no use in common; all are asked about the same test uses. Dependencies are English-EWT's:
learnt on its development part, scored on its test part. Results are written one by one; a run that was killed
goes on.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from heads import DEV, TEST, Read, Trees
from results_file import RecordsFile
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcourse.data import glove, senseval
from tlcourse.data.senseval import Senses
from tlcourse.models.pretrained import encoders
from tlcourse.probe import attention_probe, mixed_contexts, senses
from tlcourse.probe.senses import NearestCentroid, SemanticProbe, WeighedCentroids

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "geometry_of_bert"
SEEDS = (0, 1, 2)
PUBLISHED = ("distilbert", "minilm")
ZOO = ("elmo-mini", "ulmfit-mini", "gpt-mini", "bert-mini", "xlnet-mini", "ernie-mini")
USES, LONGEST = 1000, 50  # of each word, and their words at most
PAIRS = 40  # of sentences that are joined, for each word and seed
WIDTHS = (8, 32, 64, 128)
SENTENCES, MOST_WORDS, RARE = 300, 30, 40  # of each part of the treebank; pairs that a relation has at least
CENTROID = "nearest centroid"


def logistic(**options: object) -> object:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000, **options))


# Each takes training states and senses and predicts; all but the first are told apart by what they know.
WAYS: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
    CENTROID: NearestCentroid,
    "nearest centroid, with frequencies": WeighedCentroids,
    "five nearest uses": lambda x, y: KNeighborsClassifier(5, metric="cosine").fit(x, y),
    "logistic regression": lambda x, y: logistic().fit(x, y),
    "logistic regression, balanced": lambda x, y: logistic(class_weight="balanced").fit(x, y),
}

EACH_LAYER = (CENTROID, "logistic regression")  # the others are asked about the top layer alone


@cache
def uses(word: str) -> Senses:
    return senses.fewer(senseval.load(word), USES, most_words=LONGEST)


def part_of(word: str, seed: int) -> np.ndarray:
    """The training uses of one seed."""
    order = np.random.default_rng(99).permutation(uses(word).train_index)
    return np.sort(np.array_split(order, len(SEEDS))[seed])


def measures(told: np.ndarray, sense: np.ndarray) -> dict[str, float]:
    """Accuracy, which with one answer for each use is the F1 of papers; and the mean F1 of the senses."""
    there = np.unique(sense)
    return {
        "accuracy": float((told == sense).mean()),
        "macro F1": float(f1_score(sense, told, labels=there, average="macro", zero_division=0)),
    }


def rows_of(key: dict, found: dict[str, float]) -> Iterable[dict]:
    return ({**key, "measure": measure, "score": score} for measure, score in found.items())


def read(states: np.ndarray, word: str, seed: int, way: str, test_states: np.ndarray | None = None) -> dict:
    """Learn from one seed's part, asked about the test uses: states (N, H) of all uses, or of those two."""
    some, sense = uses(word), uses(word).sense
    train = part_of(word, seed)
    reader = WAYS[way](states if test_states is not None else states[train], sense[train])
    asked = states[some.test_index] if test_states is None else test_states
    return measures(reader.predict(asked), sense[some.test_index])


def by_layer(options: argparse.Namespace) -> None:
    """Every layer of trained models; and, without a layer, what no network has read."""
    results = RecordsFile(HERE / "senses.json")
    for word in options.words:
        static = senses.context_means(uses(word), glove.load())
        for seed in options.seeds:
            train, test = part_of(word, seed), uses(word).test_index
            key = {"model": "no model", "states": "none", "word": word, "way": "first sense", "seed": seed}
            if results.has(**key):
                continue
            always = np.full(len(test), senses.first_sense(uses(word).sense[train]))
            rows = [*rows_of(key, measures(always, uses(word).sense[test]))]
            for way in WAYS:
                key |= {"model": "GloVe", "states": "context mean", "way": way}
                rows += rows_of(key, read(static, word, seed, way))
            results.add_all(rows)
    for model in options.models:
        started, encoder = time.time(), encoders.load(model)
        for word in options.words:
            if results.has(model=model, states="trained", word=word):
                continue
            states, rows = senses.use_states(encoder, uses(word)), []
            top = states.shape[1] - 1
            for seed in options.seeds:
                for way in WAYS:
                    for layer in range(top + 1):
                        if layer < top and way not in EACH_LAYER:
                            continue
                        key = {"model": model, "states": "trained", "word": word, "layer": layer, "way": way}
                        rows += rows_of(key | {"seed": seed}, read(states[:, layer], word, seed, way))
            results.add_all(rows)
            print(model, word, f"{time.time() - started:.0f} s", flush=True)


def untrained(options: argparse.Namespace) -> None:
    """Random weights, new ones for each seed."""
    results = RecordsFile(HERE / "senses.json")
    for model in options.models:
        for seed in options.seeds:
            started, encoder = time.time(), encoders.load(model, random_seed=seed)
            for word in options.words:
                key = {"model": model, "states": "untrained", "word": word, "seed": seed}
                if results.has(**key):
                    continue
                train = part_of(word, seed)
                kept = np.concatenate([train, uses(word).test_index])
                some = replace(
                    uses(word),
                    words=[uses(word).words[i] for i in kept],
                    position=uses(word).position[kept],
                )
                states, rows = senses.use_states(encoder, some), []
                for layer in range(states.shape[1]):
                    for way in EACH_LAYER:
                        learnt, asked = np.split(states[:, layer], [len(train)])
                        found = read(learnt, word, seed, way, asked)
                        rows += rows_of({**key, "layer": layer, "way": way}, found)
                results.add_all(rows)
                print(model, seed, word, f"{time.time() - started:.0f} s", flush=True)


def semantic(options: argparse.Namespace) -> None:
    """One map for all four words; its controls: not trained, and trained on senses dealt out anew by lot."""
    results = RecordsFile(HERE / "semantic.json")
    for model in options.models:
        encoder = encoders.load(model)
        states = {word: senses.use_states(encoder, uses(word)) for word in senseval.WORDS}
        top = states["hard"].shape[1] - 1
        for layer in options.layers or (1, top):
            for seed in options.seeds:
                learnt = [(states[word][part_of(word, seed), layer], uses(word).sense[part_of(word, seed)])
                          for word in senseval.WORDS]  # fmt: skip
                x = np.concatenate([one for one, _ in learnt])
                word_of = np.repeat(np.arange(len(learnt)), [len(one) for one, _ in learnt])
                lot = np.random.default_rng(seed)
                labels = {
                    "trained": np.concatenate([sense for _, sense in learnt]),
                    "trained on senses by lot": np.concatenate([lot.permutation(s) for _, s in learnt]),
                }
                for m in (*options.widths, x.shape[1]):
                    for way in ("random map", *labels) if m < x.shape[1] else ("no map",):
                        key = {"model": model, "layer": layer, "m": m, "way": way, "seed": seed}
                        if results.has(**key):
                            continue
                        probe = None
                        if way == "random map":
                            probe = SemanticProbe(x.shape[1], m, seed)
                        elif way in labels:
                            probe = senses.fit_semantic_probe(x, labels[way], m, seed, word_of)
                        rows = []
                        for word in senseval.WORDS:
                            mapped = states[word][:, layer]
                            mapped = mapped if probe is None else probe.transform(mapped)
                            rows += rows_of({**key, "word": word}, read(mapped, word, seed, CENTROID))
                        results.add_all(rows)
            print(model, layer, flush=True)


def joined(options: argparse.Namespace) -> None:
    """The similarity ratio alone, beside the other sense, and beside a sentence without the word."""
    results = RecordsFile(HERE / "joined.json")
    for model in options.models:
        encoder = encoders.load(model)
        for word in options.words:
            some = uses(word)
            states = senses.use_states(encoder, some)
            centroids = [
                NearestCentroid(layer[some.train_index], some.sense[some.train_index])
                for layer in np.moveaxis(states, 1, 0)
            ]
            without = [words for other in senseval.WORDS if other != word for words in uses(other).words]
            for seed in options.seeds:
                if results.has(model=model, word=word, seed=seed):
                    continue
                started = time.time()
                asked = np.array([i for i in some.test_index if some.sense[i] in centroids[0].names])
                contexts = mixed_contexts.draw(some, without, PAIRS, seed, asked)
                found = mixed_contexts.ratios_by_layer(encoder, contexts, centroids)
                rows = []
                for context, ratios in found.items():
                    for layer, one in enumerate(ratios):
                        key = {"model": model, "word": word, "context": context, "layer": layer, "seed": seed}
                        rows += rows_of(key, {"ratio": one.mean(), "misled": mixed_contexts.misled(one)})
                results.add_all(rows)
                print(model, word, seed, f"{time.time() - started:.0f} s", flush=True)


def attention(options: argparse.Namespace) -> None:
    """Is there an arc between two words, and which relation is it: from attention, or from places alone."""
    results = RecordsFile(HERE / "attention.json")
    trees = Trees.load("ud", SENTENCES)
    for part, some in trees.parts.items():
        trees.parts[part] = [tree for tree in some if len(tree.words) <= MOST_WORDS]
    for model in options.models:
        trained = None
        for seed in options.seeds:
            for weights in ("trained", "untrained"):
                key = {"model": model, "weights": weights, "seed": seed}
                if results.has(**key):
                    continue
                started = time.time()
                if weights == "trained":
                    trained = reading = trained or Read(model, trees)
                else:
                    reading = Read(model, trees, seed)
                maps = {
                    part: [attention_probe.all_heads(one.between_words) for one in found]
                    for part, found in reading.maps.items()
                }
                results.add_all(_of_arcs(trees, maps, key))
                print(model, weights, seed, f"{time.time() - started:.0f} s", flush=True)


def _of_arcs(trees: Trees, maps: dict[str, list[np.ndarray]], key: dict) -> list[dict]:
    """Records of the binary classifier, for both kinds of pairs without an arc, and of the relations."""
    rows, seed = [], key["seed"]
    for same_offset in (False, True):
        pairs = {
            part: attention_probe.choose_pairs(some, seed, same_offset) for part, some in trees.parts.items()
        }
        y = {part: np.concatenate([one.linked for one in some]) for part, some in pairs.items()}
        task = "arc or not, same offsets" if same_offset else "arc or not"
        rows += _scored(task, pairs, maps, y, {part: np.ones(len(y[part]), dtype=bool) for part in y}, key)
        if not same_offset:
            kind = {part: _relations(trees.parts[part], pairs[part]) for part in pairs}
            names, counts = np.unique(kind[DEV][y[DEV] == 1], return_counts=True)
            often = names[counts >= RARE]
            kept = {part: (y[part] == 1) & np.isin(kind[part], often) for part in pairs}
            rows += _scored("which relation", pairs, maps, kind, kept, {**key, "relations": len(often)})
    return rows


def _relations(trees: list, pairs: list) -> np.ndarray:
    """What the first word of each pair is to its head, such as `nsubj`; of `nsubj:pass` the first part."""
    return np.concatenate(
        [np.array([tree.relations[j].split(":")[0] for j in some.first], dtype=object)
         for tree, some in zip(trees, pairs, strict=True)]
    ).astype(str)  # fmt: skip


def _scored(task: str, pairs: dict, maps: dict, y: dict, kept: dict, key: dict) -> list[dict]:
    x = {"attention": {part: attention_probe.weights_between(maps[part], pairs[part]) for part in pairs}}
    if key["weights"] == "trained":
        x["places"] = {part: attention_probe.places(pairs[part]) for part in pairs}
    rows = []
    for reads, of in x.items():
        learnt, asked = ((of[part][kept[part]], y[part][kept[part]]) for part in (DEV, TEST))
        score = attention_probe.classifier(0.1).fit(*learnt).score(*asked)
        rows.append({**key, "task": task, "reads": reads, "score": score})
    names, counts = np.unique(y[DEV][kept[DEV]], return_counts=True)
    most = float((y[TEST][kept[TEST]] == names[counts.argmax()]).mean())
    return [*rows, {**key, "task": task, "reads": "the commonest answer", "score": most}]


PARTS = {
    "senses": (by_layer, (*PUBLISHED, *ZOO)),
    "untrained": (untrained, (*PUBLISHED, *ZOO)),
    "semantic": (semantic, PUBLISHED),
    "joined": (joined, PUBLISHED),
    "attention": (attention, PUBLISHED),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=PARTS)
    parser.add_argument("--models", nargs="+")
    parser.add_argument("--words", nargs="+", choices=senseval.WORDS, default=senseval.WORDS)
    parser.add_argument("--layers", nargs="+", type=int, help="0 for the embeddings")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--widths", nargs="+", type=int, default=WIDTHS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    HERE.mkdir(parents=True, exist_ok=True)
    measure, models = PARTS[options.what]
    options.models = options.models or models
    measure(options)


if __name__ == "__main__":
    main()
