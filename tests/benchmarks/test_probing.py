"""The benchmark of probing: parts write records once, plain ways find the same map, a twin is a twin."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tlcourse.data.dependency_trees import DependencyTree, Treebank
from tlcourse.probe import edge_tasks, structural, tree_baselines, tree_metrics
from tlcourse.probe.edge_probing import ReadTask

WIDTH = 12


def made(n: int, seed: int) -> list[DependencyTree]:
    """Trees of four to eight words, each of which hangs on one that stands before it."""
    rng = np.random.default_rng(seed)
    trees = []
    for _ in range(n):
        length = int(rng.integers(4, 9))
        heads = np.array([-1, *(int(rng.integers(k)) for k in range(1, length))])
        words = [f"w{k}" for k in rng.integers(9, size=length)]
        tags = ["NOUN" if word < "w5" else "VERB" for word in words]
        trees.append(DependencyTree(words, tags, heads, ["of"] * length, np.zeros(length, dtype=bool)))
    return trees


def states_for(trees: list[DependencyTree], noise: float) -> list[np.ndarray]:
    """Squared distances between them are the trees' own, up to noise."""
    rng = np.random.default_rng(0)
    found = []
    for tree in trees:
        points = np.zeros((len(tree.words), WIDTH))
        points[:, : len(tree.words)] = 4 * tree_metrics.ancestors(tree.heads)
        found.append((points + noise * rng.normal(size=points.shape)).astype(np.float16))
    return found


@pytest.fixture
def probing(script, tmp_path, monkeypatch):
    """The script, with forty sentences to learn from, and a model of two layers, the upper one better."""
    module = script("probing")
    gold = module.Split(made(40, 0), made(20, 1))

    def states_of(model: str) -> list:
        return [
            module.Split(states_for(gold.learnt, noise), states_for(gold.tested, noise))
            for noise in (40.0, 0.1)
        ]

    def read_task(model: str, name: str) -> ReadTask:
        task = edge_tasks.parts_of_speech(Treebank(gold.all, np.arange(40), np.arange(40, 60)))
        return ReadTask.of(task, [layer.all for layer in states_of(model)])

    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "gold", lambda: gold)
    monkeypatch.setattr(module, "states_of", states_of)
    monkeypatch.setattr(
        module, "untrained_states", lambda model, layers, seed: [states_of(model)[0]] * len(layers)
    )
    monkeypatch.setattr(module, "read_task", read_task)
    monkeypatch.setattr(module, "read_untrained", lambda model, name, seed: read_task(model, name))
    monkeypatch.setattr(module, "EDGE_STEPS", 3)
    monkeypatch.setattr(module, "EPOCHS", 2)
    monkeypatch.setattr(module, "RANK", 4)
    return module


@pytest.fixture
def run(probing, tmp_path):
    """Part and options → the records of a file."""

    def measure(part: str, file: str, **options: object) -> list[dict]:
        given = {"models": ["made"], "layers": None, "seeds": [0, 1], "probe": "distance", "tasks": ["tags"]}
        given |= {"ranks": [4], "norms": [0, 8], "epochs": [2], "cumulative": False, "repeats": 1}
        probing.PARTS[part](SimpleNamespace(**given | options))
        return json.loads((tmp_path / f"{file}.json").read_text())["records"]

    return measure


@pytest.fixture
def chosen(tmp_path):
    """A choice of the length of states."""
    key = {"model": "made", "layer": 1, "epochs": 2, "rank": 4, "seed": 0, "measure": "UUAS"}
    records = [key | {"mean_norm": norm, "score": score} for norm, score in ((0, 0.4), (8, 0.5), (16, 0.2))]
    records.append(key | {"mean_norm": 4, "epochs": 9, "score": 0.9})
    records.append(key | {"mean_norm": 4, "rank": 8, "score": 0.9})
    facts = {"command": "", "machine": "", "seeds": [0], "records": records}
    (tmp_path / "choose.json").write_text(json.dumps(facts))


def of(records: list[dict], **fields: object) -> list[float]:
    return [record["score"] for record in records if fields.items() <= record.items()]


def test_each_layer_and_each_baseline_is_measured_and_the_better_layer_is_found(run, chosen):
    run("structural", "structural")
    records = run("baselines", "structural")
    uuas = {"probe": "distance", "measure": "UUAS"}
    for what in ("random BiLSTM over layer 0", "decay over layer 0", "untrained"):
        assert len(of(records, model="made", states=what, **uuas)) == 2
    low, high = (np.mean(of(records, states="trained", layer=layer, **uuas)) for layer in (0, 1))
    assert high > low + 0.2
    assert len(set(of(records, model="linear", **uuas))) == 1
    assert {record["measure"] for record in records} == {"UUAS", "DSpr"}
    again = run("structural", "structural")
    assert again == records  # what is there is not measured again
    deep = run("structural", "structural", probe="depth", layers=[1])
    assert {r["measure"] for r in deep if r["probe"] == "depth"} == {"Root %", "NSpr"}


def test_the_best_length_of_these_epochs_and_this_rank_is_chosen(probing, chosen):
    assert probing.chosen_norm() == 8


def test_a_length_of_the_states_is_chosen_on_training_sentences(run, probing):
    with pytest.raises(SystemExit, match="run `choose` first"):
        probing.chosen_norm()
    records = run("choose", "choose", layers=[1])
    assert len(of(records, measure="UUAS")) == 2
    assert of(records, measure="epochs run", mean_norm=8) == [2]
    assert probing.chosen_norm() in (None, 8)


def test_ranks_and_control_trees(run, chosen):
    assert {(r["rank"], r["seed"]) for r in run("rank", "rank", layers=[1], ranks=[2, 6])} == {
        (2, 0), (2, 1), (6, 0), (6, 1)
    }  # fmt: skip
    records = run("control", "control", layers=[1], ranks=[8])
    gold = of(run("structural", "structural", layers=[1]), measure="UUAS")
    assert np.mean(gold) > np.mean(of(records, task="control"))


def test_edge_probes_and_their_control(run, tmp_path):
    records = run("edge", "edge", tasks=["parts of speech"])
    assert {(r["way"], r.get("up_to")) for r in records} == {("lex", None), ("cat", None), ("mix", 1)}
    weights = json.loads((tmp_path / "mix_weights.json").read_text())["records"]
    assert sum(of(weights, seed=0)) == pytest.approx(1, abs=1e-3)
    more = run("edge", "edge", tasks=["parts of speech"], cumulative=True)
    assert len(of(more, way="mix", up_to=0)) == 2
    twins = run("edge-untrained", "edge", tasks=["parts of speech"])
    assert len(of(twins, way="untrained mix")) == 2
    tags = run("control-tags", "control", layers=[0])
    assert len(of(tags, probe="parts of speech", task="control")) == 2


def test_the_plain_ways_come_to_the_same_map_and_are_timed(run, probing):
    states, trees = states_for(made(30, 2), 1.0), made(30, 2)
    for loss_of in (probing.plain_probes.sentence_by_sentence, probing.plain_probes.padded_differences):
        b = probing.plain_probes.train(loss_of, states, trees, 5, seed=3, epochs=2)
        ours = structural.fit(structural.DistanceProbe, states, trees, 5, seed=3, epochs=1)
        assert not torch.allclose(b, ours.b, atol=1e-4)
        b = probing.plain_probes.train(loss_of, states, trees, 5, seed=3, epochs=1)
        torch.testing.assert_close(b, ours.b.detach(), atol=1e-5, rtol=1e-3)
    assert len(run("speed", "speed", seeds=[0])) == 3


def test_an_untrained_twin_without_its_upper_blocks_has_the_same_lower_states(script, tiny_zoo, monkeypatch):
    module = script("probing_gold")
    gold = module.Split(made(3, 0), made(2, 1))
    monkeypatch.setattr(module, "gold", lambda: gold)
    model = tiny_zoo / "bert-mini"
    (found,) = module.untrained_states(model, [1], seed=4)
    (whole,) = tree_baselines.untrained(model, module.words_of(gold.all), [1], seed=4)
    for one, other in zip(found.all, whole, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)
