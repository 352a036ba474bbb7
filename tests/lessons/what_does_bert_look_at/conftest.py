"""Results as `benchmarks/heads.py` writes them, small and made up, that come out one way or the other."""

import itertools

import numpy as np
import pytest

from tlcourse.lessons.what_does_bert_look_at import habits, in_words, relations
from tlcourse.probe import head_parsers
from tlcourse.show.records import Records

LAYERS, HEADS = 3, 4
STATISTICS = [*habits.PLACES, "last mark to itself", "entropy", "distance"]


def statistics(models, resting=0.9, own=0.95) -> Records:
    """[SEP] gets `resting` in the last layer; two heads of the first look at their neighbours."""
    rows = []
    for model, name in itertools.product(models, STATISTICS):
        table = np.full((LAYERS, HEADS), 0.05)
        if name == habits.LAST:
            table[-1] = resting
        if name == "last mark to itself":
            table[:] = own
        if name in (habits.PREVIOUS, habits.NEXT):
            table[0, int(name == habits.NEXT)] = 0.8
        rows += [
            {"model": model, "statistic": name, "layer": la, "head": h, "seed": 0, "score": v}
            for (la, h), v in np.ndenumerate(table)
        ]
    return Records(rows)


def of_trees(models, gain=0.2, noise=0.02) -> Records:
    rows = []
    for model, relation in itertools.product(models, [*relations.MEANS, head_parsers.ALL]):
        key = {"model": model, "relation": relation, "seed": 0, "part": "test"}
        head = {"reader": "head", "layer": 1, "head": 2, "direction": "dependent to head"}
        rows += [
            {**key, **head, "words": 50, "score": 0.5 + gain},
            {**key, "reader": "offset", "offset": -2, "words": 50, "score": 0.5},
            {**key, "reader": "head minus offset", "low": gain - noise, "high": gain + noise, "score": gain},
        ]
        rows += [
            {**key, **head, "model": f"{model}, untrained", "seed": seed, "score": 0.3 + 0.01 * seed}
            for seed in range(3)
        ]
    return Records(rows)


def parsers(models, attention=0.6) -> Records:
    rows = [
        {"model": "none", "way": "right neighbour", "seed": 0, "score": 0.3},
        {"model": "none", "way": "left neighbour", "seed": 0, "score": 0.1},
    ]
    for seed in range(3):
        rows.append({"model": "none", "way": "position", "seed": seed, "score": 0.4 + 0.001 * seed})
        for model, (way, more) in itertools.product(
            models, {"attention": 0, "attention and position": 0.05}.items()
        ):
            rows.append({"model": model, "way": way, "seed": seed, "score": attention + more + 0.002 * seed})
    return Records({"treebank": "ud", **row} for row in rows)


def seconds(faster=0.1) -> Records:
    rows = []
    for share in (0.0, 0.5):
        rows.append(
            {"share": share, "batch": 0, "measure": "parameters", "repeat": 0, "score": 1e7 - 3e6 * share}
        )
        for batch, repeat in itertools.product((1, 16), (1, 2, 3)):
            whole = 0.01 * batch + 0.001 * repeat
            for measure, score in (
                (in_words.UNMASKED, whole),
                (in_words.MASKED, 1.02 * whole),
                (in_words.REMOVED, whole / (1 + 2 * share * faster)),
            ):
                rows.append(
                    {"share": share, "batch": batch, "measure": measure, "repeat": repeat, "score": score}
                )
    return Records({"model": "minilm", "seed": 0, **row} for row in rows)


def curves(until=0.4, better=0.05) -> Records:
    """Level up to a share `until`, then down; `better` than random order in between."""
    rows = []
    for seed in range(3):
        shares = [round(0.1 * k, 1) for k in range(11)]
        level = {s: 0.8 - max(0.0, s - until) * 0.5 + 0.001 * seed for s in shares}
        rows += [{"order": in_words.IMPORTANCE, "share": s, "seed": seed, "score": level[s]} for s in shares]
        for order, less in ((in_words.RANDOM, better), (in_words.WRONG, 2 * better)):
            rows += [
                {
                    "order": order,
                    "share": s,
                    "seed": seed,
                    "score": level[s] - (less + 0.001 * seed) * (0 < s < 1),
                }
                for s in shares[::2]
            ]
        rows.append({"order": in_words.ALWAYS, "share": 0.0, "seed": seed, "score": 0.5})
    return Records(rows)


def single(change=-0.02) -> Records:
    rows = []
    for seed in range(3):
        whole = 0.8 + 0.01 * seed
        rows.append({"layer": "all", "head": "all", "seed": seed, "score": whole})
        rows += [
            {"layer": la, "head": h, "seed": seed, "score": whole + (change if h == 0 else 0.001 * h)}
            for la, h in np.ndindex(LAYERS, HEADS)
        ]
    return Records(rows)


def left_out(slope=0.6, attention=0.2) -> Records:
    ways = {"attention of the last layer": attention, "attention of all layers": attention, "slope": slope}
    rows = []
    for seed in range(3):
        more = 0.002 * seed
        rows += [
            {"what": w, "measure": "agreement", "seed": seed, "score": t + more} for w, t in ways.items()
        ]
        moved = {"a word, whichever": 0.05, "the word that matters most": 0.3} | {
            f"highest {w}": 0.1 for w in ways
        }
        rows += [
            {"what": w, "measure": "change of the answer", "seed": seed, "score": v + more}
            for w, v in moved.items()
        ]
    return Records(rows)


@pytest.fixture
def made_up():
    """Functions that make each kind of results; what comes out is told by their arguments."""
    kinds = (statistics, of_trees, parsers, seconds, curves, single, left_out)
    return {make.__name__: make for make in kinds}


@pytest.fixture
def whole(made_up):
    """All results, and those of the tuned model alone."""
    models = ["distilbert", "minilm", "bert-mini"]
    no_head = Records(
        {"layer": la, "seed": seed, "score": 0.7 + 0.01 * seed} for la in range(LAYERS) for seed in range(3)
    )
    topics = {
        "pruning": curves(),
        "each_off": single(),
        "one_head": single(-0.05),
        "no_head": no_head,
        "explains": left_out(),
    }
    found = {
        "statistics": statistics(models),
        "relations": of_trees(models),
        "parser": parsers(models),
        "speed": seconds(),
    }
    return found | topics, topics
