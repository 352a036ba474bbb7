"""Records as `benchmarks/geometry.py` writes them, with made-up scores that come out one way or the other."""

from types import SimpleNamespace

import pytest

from tlcourse.lessons.geometry_of_bert import kept
from tlcourse.show.records import Records

WORDS = ("hard", "serve")
SEEDS = range(3)


def senses(
    top: float = 0.9, first: float = 0.6, twin: float = 0.5, models=("distilbert", "minilm")
) -> Records:
    """`top`: the last layer's centroids; the layers rise to it from 0.3, or fall to it."""
    rows = []
    for word in WORDS:
        for seed in SEEDS:
            noise = 0.004 * seed
            for measure in (kept.ACCURACY, kept.MACRO):
                key = {"word": word, "seed": seed, "measure": measure}
                rows.append(key | {"model": "no model", "states": "none", "way": kept.FIRST, "score": first})
                for n, way in enumerate(kept.WAYS):
                    score = 0.55 + 0.01 * n + noise
                    rows.append(
                        key | {"model": "GloVe", "states": "context mean", "way": way, "score": score}
                    )
                for model in (*models, "bert-mini", "gpt-mini"):
                    for layer in range(4):
                        score = 0.3 + (top - 0.3) * layer / 3 + noise * (layer + 1)
                        one = key | {"model": model, "layer": layer}
                        for n, way in enumerate(kept.WAYS):
                            trained = one | {"states": "trained", "way": way, "score": score + 0.02 * n}
                            rows.append(trained)
                        untrained = one | {"states": "untrained", "way": kept.CENTROID}
                        rows.append(untrained | {"score": twin + 0.5 * noise})
    return Records(rows, {"command": "", "machine": "", "seeds": [*SEEDS]})


def arcs(attention: float = 0.9, places: float = 0.7) -> Records:
    rows = []
    for model in ("minilm", "distilbert"):
        for seed in SEEDS:
            for task in ("arc or not", "arc or not, same offsets", "which relation"):
                for weights, reads, score in (
                    ("trained", "attention", attention),
                    ("trained", "places", places),
                    ("trained", "the commonest answer", 0.5),
                    ("untrained", "attention", 0.6),
                    ("untrained", "the commonest answer", 0.5),
                ):
                    row = {"model": model, "weights": weights, "seed": seed, "task": task, "reads": reads}
                    row |= {"relations": 21} if task == "which relation" else {}
                    rows.append(row | {"score": score + 0.003 * seed * (1 + (reads == "attention"))})
    return Records(rows)


def semantic(trained: float = 0.8, by_lot: float = 0.5) -> Records:
    scores = {"random map": 0.6, "trained": trained, "trained on senses by lot": by_lot}
    rows = []
    for model in ("minilm", "distilbert"):
        for layer in (1, 3):
            for seed in SEEDS:
                for word in WORDS:
                    key = {"model": model, "layer": layer, "seed": seed, "word": word, "measure": "accuracy"}
                    rows.append({**key, "m": 384, "way": "no map", "score": 0.7 + 0.001 * seed})
                    rows += [
                        {**key, "m": m, "way": way, "score": score + 0.002 * seed * (1 + n) + 0.0001 * m}
                        for m in (8, 64) for n, (way, score) in enumerate(scores.items())
                    ]  # fmt: skip
    return Records(rows)


def joined(beside: float = 1.1, control: float = 1.25, misled: float = 0.2) -> Records:
    ratio = {"alone": 1.3, "joined": beside, "control": control}
    share = {"alone": 0.05, "joined": misled, "control": 0.08}
    return Records(
        {"model": model, "word": word, "context": context, "layer": layer, "seed": seed, "measure": measure,
         "score": score + 0.003 * seed * (1 + (context == "joined"))}
        for model in ("minilm", "distilbert") for word in WORDS for seed in SEEDS for layer in range(4)
        for context in ratio
        for measure, score in (("ratio", ratio[context]), ("misled", share[context]))
    )  # fmt: skip


@pytest.fixture(scope="session")
def made():
    """What makes records: `senses`, `arcs`, `semantic`, `joined`."""
    return SimpleNamespace(senses=senses, arcs=arcs, semantic=semantic, joined=joined)
