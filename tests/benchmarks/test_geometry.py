"""The benchmark of geometry: parts write once, better states win, controls fail where they have to."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.data.senseval import Senses

WORDS = ("hard", "serve")
WIDTH = 16


def made_uses(word: str) -> Senses:
    """90 uses in three senses; the word of the sense stands beside the word."""
    rng = np.random.default_rng(len(word))
    sense = rng.choice(3, size=90, p=[0.5, 0.3, 0.2])
    words = [["it", f"sense{k}", word, "."] for k in sense]
    index = np.arange(90)
    return Senses(
        word, [str(i) for i in index], words, np.full(90, 2), sense, ("a", "b", "c"), index[:60], index[60:]
    )


@pytest.fixture
def geometry(script, tmp_path, monkeypatch):
    """The script, with two made words, whose senses the upper of two layers says."""
    module = script("geometry")

    def use_states(encoder: int | None, some: Senses) -> np.ndarray:
        rng = np.random.default_rng(encoder or 0)
        said = np.array([int(words[1][-1]) for words in some.words])
        layers = rng.normal(size=(len(said), 2, WIDTH))
        layers[:, 1, :3] += 6 * np.eye(3)[said] * (encoder is None)
        return layers.astype(np.float32) + 0.5

    made = {word: made_uses(word) for word in WORDS}
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "uses", made.__getitem__)
    monkeypatch.setattr(module.senseval, "WORDS", WORDS)
    monkeypatch.setattr(module.senses, "use_states", use_states)
    monkeypatch.setattr(module.senses, "context_means", lambda some, vectors: use_states(7, some)[:, 0])
    monkeypatch.setattr(module.glove, "load", lambda: None)
    monkeypatch.setattr(module.encoders, "load", lambda model, random_seed=None: random_seed)
    monkeypatch.setattr(module, "PAIRS", 4)
    return module


@pytest.fixture
def run(geometry, tmp_path):
    """Part and options → the records of a file."""

    def measure(part: str, file: str | None = None, **options: object) -> list[dict]:
        given = {"models": ["made"], "words": WORDS, "layers": None, "seeds": [0, 1], "widths": [4]}
        geometry.PARTS[part][0](SimpleNamespace(**given | options))
        return json.loads((tmp_path / f"{file or part}.json").read_text())["records"]

    return measure


def mean(records: list[dict], **fields: object) -> float:
    return float(np.mean([row["score"] for row in records if fields.items() <= row.items()]))


def test_what_two_seeds_learn_from_has_no_use_in_common(geometry):
    parts = [geometry.part_of("serve", seed) for seed in range(3)]
    assert sorted(np.concatenate(parts)) == list(range(60))


def test_the_layer_that_says_the_sense_wins_and_the_twin_does_not(run):
    records = run("senses")
    one = {"measure": "accuracy", "way": "nearest centroid"}
    assert mean(records, model="made", layer=1, **one) > 0.95
    assert mean(records, model="made", layer=0, **one) < 0.7
    assert mean(records, model="no model", measure="macro F1") < mean(
        records, model="no model", measure="accuracy"
    )
    assert len({row["way"] for row in records if row.get("layer") == 1}) == 5
    assert {row["way"] for row in records if row.get("layer") == 0} == {
        "nearest centroid",
        "logistic regression",
    }
    assert run("senses") == records  # what is there is not measured again
    with_twin = run("untrained", "senses")
    assert mean(with_twin, states="untrained", layer=1, **one) < 0.7


def test_a_map_trained_on_senses_helps_and_one_on_lots_does_not(run, geometry, monkeypatch):
    fit = geometry.senses.fit_semantic_probe
    monkeypatch.setattr(geometry.senses, "fit_semantic_probe", lambda *args: fit(*args, clamp=2.0, steps=400))
    records = run("semantic", layers=[1])
    one = {"measure": "accuracy", "m": 4}
    trained, lot = (mean(records, way=way, **one) for way in ("trained", "trained on senses by lot"))
    assert trained > lot + 0.1
    assert mean(records, way="no map", m=WIDTH, measure="accuracy") > 0.95
    assert {row["m"] for row in records if row["way"] == "random map"} == {4}


def test_joined_sentences_have_three_contexts(run, geometry, monkeypatch):
    def compute(encoder, words, layers=None, only=None):
        """The upper layer says the sense of the nearest sign of one; the lower nothing."""
        states = np.zeros((2, len(words), WIDTH), dtype=np.float16)
        states[:] = 0.5
        for n, (one, at) in enumerate(zip(words, only, strict=True)):
            states[1, n, int(one[at - 1][-1])] += 6
            others = {w for w in one if w.startswith("sense")} - {one[at - 1]}
            for other in others:
                states[1, n, int(other[-1])] += 4
        return [[row[None] for row in layer] for layer in states]

    monkeypatch.setattr(geometry.mixed_contexts.sentence_states, "compute", compute)
    records = run("joined")
    ratio = {c: mean(records, context=c, layer=1, measure="ratio") for c in ("alone", "control", "joined")}
    assert ratio["joined"] < ratio["alone"]
    assert {row["measure"] for row in records} == {"ratio", "misled"}


def test_attention_beside_places_and_the_commonest_answer(run, geometry, monkeypatch):
    rng = np.random.default_rng(0)

    def tree() -> DependencyTree:
        heads = np.array([ROOT, *(int(rng.integers(k)) for k in range(1, 9))])
        names = ["root", *("obj" if k % 2 else "nsubj:pass" for k in range(8))]
        return DependencyTree(["w"] * 9, ["X"] * 9, heads, names, np.zeros(9, dtype=bool))

    trees = geometry.Trees("ud", {part: [tree() for _ in range(40)] for part in ("dev", "test")})
    monkeypatch.setattr(geometry.Trees, "load", classmethod(lambda cls, name, most: trees))

    class Read:
        def __init__(self, model, of, random_seed=None):
            self.maps = {}
            for part, some in of.parts.items():
                self.maps[part] = []
                for one in some:
                    weights = rng.dirichlet(np.ones(9), size=(1, 2, 9))
                    if random_seed is None:
                        weights[0, 1, np.arange(1, 9), one.heads[1:]] += 3
                    self.maps[part].append(SimpleNamespace(between_words=weights))

    monkeypatch.setattr(geometry, "Read", Read)
    monkeypatch.setattr(geometry, "RARE", 10)
    records = run("attention")
    for task in ("arc or not", "arc or not, same offsets"):
        assert mean(records, weights="trained", task=task, reads="attention") > 0.9
        assert mean(records, weights="untrained", task=task, reads="attention") < 0.7
    assert mean(records, task="arc or not, same offsets", reads="places") == pytest.approx(0.5, abs=0.05)
    assert {row["relations"] for row in records if row["task"] == "which relation"} == {2}
    assert not [r for r in records if r["weights"] == "untrained" and r["reads"] == "places"]
