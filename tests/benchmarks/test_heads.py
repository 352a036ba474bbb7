"""What the benchmark of heads measures is what it says: on trees drawn by hand, and with a tiny model."""

import copy

import numpy as np
import pytest
import torch

from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.data.tasks import CLASSES, TAGS, Task
from tlcourse.models.pretrained import encoders
from tlcourse.probe import head_masks, head_parsers, pruning
from tlcourse.probe.attention_maps import AttentionMap
from tlcourse.show import Records
from tlcourse.train.finetuning.text_model import TextModel, TextRecipe
from tlcourse.train.measuring.representations import parts_of

TEXTS = ["a good film", "not a good film at all", "bad", "the worst of them", "so so", "a film that I saw"]


@pytest.fixture(scope="module")
def benchmark(script):
    return script("heads")


def tree(words, heads, relations):
    """A sentence without punctuation; tags are not looked at."""
    return DependencyTree(
        words, ["X"] * len(words), np.array(heads), relations, np.zeros(len(words), dtype=bool)
    )


TREES = [
    tree(["the", "dog", "saw", "a", "cat"], [1, 2, ROOT, 4, 2], ["det", "nsubj", "root", "det", "obj"]),
    tree(["the", "old", "cat", "slept"], [2, 2, 3, ROOT], ["det", "amod", "nsubj", "root"]),
]


def knowing(one: DependencyTree, relation: str) -> AttentionMap:
    """(2, 2, U, U): the last head of the last layer sees each word's head if it is of this relation."""
    n = len(one.words)
    weights = np.random.default_rng(n).dirichlet(np.ones(n + 2), size=(2, 2, n + 2))
    for word in np.flatnonzero(np.array(one.relations) == relation):
        weights[1, 1, 1 + word] = np.eye(n + 2)[1 + one.heads[word]]
    is_mark = np.array([True, *[False] * n, True])
    return AttentionMap(["[CLS]", *one.words, "[SEP]"], is_mark, weights.astype(np.float32))


class Made:
    """What `heads.Read` offers, of maps made up."""

    name, seed, random_seed = "made up", 0, None

    def __init__(self, benchmark, relation: str):
        self.trees = benchmark.Trees("ud", {"dev": TREES[::-1], "test": TREES})
        self.maps = {
            part: [knowing(one, relation) for one in some] for part, some in self.trees.parts.items()
        }


@pytest.fixture
def folder(benchmark, tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "HERE", tmp_path)
    return tmp_path


def test_the_head_that_knows_is_found_and_set_beside_the_best_offset(benchmark, folder, monkeypatch):
    monkeypatch.setattr(benchmark, "RELATIONS", ("det", "obj"))
    benchmark.relations(Made(benchmark, "det"))
    found = Records.load(folder / "relations.json").where(relation="det", part="test")
    (head,), (offset,) = found.where(reader="head"), found.where(reader="offset")
    assert (head["layer"], head["head"], head["direction"]) == (1, 1, "dependent to head")
    assert (head["score"], head["words"]) == (1.0, 3)
    assert (offset["offset"], offset["score"]) == (1, pytest.approx(2 / 3, abs=1e-5))
    (gap,) = found.where(reader="head minus offset")
    assert gap["score"] == pytest.approx(1 / 3, abs=1e-5)
    assert gap["low"] <= gap["score"] <= gap["high"]


def test_it_agrees_with_the_engine(benchmark):
    made = Made(benchmark, "det")
    predicted = [head_parsers.most_attended(one.between_words) for one in made.maps["test"]]
    counts = head_parsers.count(predicted, TREES)
    for relation in ("all", "det", "nsubj"):
        hits = np.concatenate(benchmark.right(predicted, TREES, relation))
        np.testing.assert_array_equal(hits.sum(axis=0), counts.right[relation])
        assert len(hits) == counts.n[relation]


def test_what_is_chosen_is_chosen_on_the_development_part(benchmark, folder, monkeypatch):
    monkeypatch.setattr(benchmark, "RELATIONS", ("det",))
    made = Made(benchmark, "det")
    made.maps["dev"] = [
        AttentionMap(one.units, one.is_mark, one.weights[::-1, ::-1]) for one in made.maps["dev"]
    ]
    benchmark.relations(made)
    (head,) = Records.load(folder / "relations.json").where(reader="head", part="test")
    assert (head["layer"], head["head"]) == (0, 0)
    assert head["score"] < 1


def test_the_interval_is_of_the_difference(benchmark):
    always, never = [np.ones(3, dtype=bool)] * 20, [np.zeros(3, dtype=bool)] * 20
    assert benchmark.interval(always, never) == (1.0, 1.0)
    mixed = [np.arange(3) < i % 4 for i in range(20)]
    low, high = benchmark.interval(mixed, mixed[::-1])
    assert low < 0 < high


def test_statistics_have_a_record_for_each_head(benchmark, folder):
    benchmark.statistics(Made(benchmark, "det"))
    found = Records.load(folder / "statistics.json")
    assert found.values("layer") == found.values("head") == [0, 1]
    assert {"entropy", "distance", "to the last mark"} <= set(found.values("statistic"))
    assert len(found) == 4 * len(found.values("statistic"))


def test_parsers_learn_from_attention_and_from_places(benchmark, folder, monkeypatch):
    monkeypatch.setattr(benchmark, "SEEDS", (0, 1))
    made = Made(benchmark, "det")
    made.trees.parts["dev"] *= 10
    made.maps["dev"] *= 10
    benchmark.parser(made)
    found = Records.load(folder / "parser.json")
    assert found.where(way="right neighbour").scores.tolist() == [pytest.approx(5 / 7, abs=1e-5)]
    assert len(found.where(way="attention")) == len(found.where(way="position")) == 2
    assert found.where(way="attention and position").scores.min() >= 5 / 7


def test_places_as_maps(benchmark):
    maps = benchmark.position_maps(14)
    assert maps.shape == (10, 14, 14)
    assert maps[0, 3].argmax() == 4
    assert maps[9, 1].tolist() == [0.0] * 11 + [1.0] * 3
    np.testing.assert_array_equal(maps.sum(axis=0), np.triu(np.ones((14, 14)), k=1))


@pytest.fixture(scope="module", params=[CLASSES, TAGS])
def tuned(request, script, tiny_zoo):
    """A tiny model, and a task whose labels are those of six texts."""
    heads = script("heads")
    encoder = encoders.load(tiny_zoo / "bert-mini")
    rows, rng = np.arange(len(TEXTS)), np.random.default_rng(0)
    texts = TEXTS if request.param == CLASSES else [text.split() for text in TEXTS]
    targets = rng.integers(2, size=len(TEXTS))
    if request.param == TAGS:
        targets = [rng.integers(2, size=len(words)) for words in texts]
    task = Task("six", request.param, texts, targets, ("no", "yes"), rows, {"six": rows}, {"six": "accuracy"})
    torch.manual_seed(0)
    model = TextModel(encoder, request.param, 2, TextRecipe()).eval()
    torch.nn.init.normal_(model.linear.weight)
    return heads.head_pruning.Tuned(model, task, rows)


def test_masks_are_applied_above_the_layer_that_they_change(benchmark, tuned):
    shape = tuned.shape
    masks = [np.ones(shape, dtype=bool), pruning.without(*shape, 1, 0), pruning.alone(*shape, 0, 1)]
    masks.append(np.zeros(shape, dtype=bool))
    texts = [parts[0] for parts in parts_of(tuned.model.encoder, tuned.task, tuned.train)]
    found = benchmark.head_pruning.masked_logits(tuned.model, texts, masks)
    for mask, logits in zip(masks, found, strict=True):
        with torch.no_grad(), head_masks.masked(tuned.model.encoder.network, mask):
            expected = tuned.model.answers([[text] for text in texts])
        torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(found[0], found[1])


def test_importance_is_what_the_loss_on_the_training_labels_says(tuned):
    found, step = tuned.importance(), 1e-2
    model = copy.deepcopy(tuned.model)
    texts = parts_of(model.encoder, tuned.task, tuned.train)
    slopes = []
    for text, target in zip(texts, tuned.task.targets, strict=True):
        ends = []
        for sign in (1, -1):
            gates = torch.ones(tuned.shape)
            gates[1, 0] += sign * step
            with torch.no_grad(), head_masks.gated(model.encoder.network, gates):
                true = torch.as_tensor(np.atleast_1d(target))
                ends.append(torch.nn.functional.cross_entropy(model(text), true).item())
        slopes.append(abs(ends[0] - ends[1]) / (2 * step))
    assert found[1, 0] == pytest.approx(np.mean(slopes), rel=0.02)


def test_the_parts_write_a_record_for_each_head_and_share(benchmark, tuned, tmp_path, monkeypatch):
    module = benchmark.head_pruning
    monkeypatch.setattr(module.Tuned, "load", classmethod(lambda cls, *_: tuned))
    asked = (tmp_path, "tiny", "six", [0, 1], tmp_path)
    for part in ("pruning", "each_off", "one_head"):
        benchmark.OF_TASKS[part](*asked)
    curves = Records.load(tmp_path / "pruning.json")
    assert curves.values("order") == ["importance", "most important first", "random", module.ALWAYS]
    assert curves.where(order="importance").values("share") == list(module.SHARES)
    assert curves.where(order="random").values("share") == list(module.SHARES[::2])
    for share in (0.0, 1.0):  # all heads or none: the order does not matter
        rows = curves.where(share=share, seed=0, order=curves.values("order")[:3])
        assert len({row["score"] for row in rows}) == 1
    assert len(Records.load(tmp_path / "importance.json")) == 2 * np.prod(tuned.shape)
    for name in ("each_off", "one_head"):
        found = Records.load(tmp_path / f"{name}.json")
        assert len(found.where(seed=0)) == np.prod(tuned.shape) + 1
        whole = found.where(seed=0, layer="all").scores
        assert whole == curves.where(seed=0, share=0.0, order="importance").scores
    assert Records.load(tmp_path / "no_head.json").values("layer") == [0, 1]


def test_leaving_out_words(benchmark, tuned):
    if tuned.task.kind == TAGS:
        pytest.skip("of texts with one answer")
    module = benchmark.head_explains
    found = [module.explained(tuned.model, TEXTS[i].split()) for i in (1, 3, 5)]
    assert {len(values) for values in found[0].values()} == {6}
    with torch.no_grad():
        (whole,), (without,) = (
            tuned.model.encoder.words([words.split()]) for words in (TEXTS[1], "not a film at all")
        )
        p, q = (tuned.model.answers([[one]]).softmax(dim=1)[0] for one in (whole, without))
    assert found[0]["left out"][2] == pytest.approx(abs(float((p - q)[p.argmax()])), abs=1e-5)
    table = module.means(found)
    assert table["the word that matters most", "change of the answer"] == max(
        score for (_, measure), score in table.items() if measure == "change of the answer"
    )


def test_masked_and_removed_are_timed_and_are_the_same(benchmark, tiny_zoo, tmp_path, monkeypatch):
    module = benchmark.head_speed
    for name, value in {"REPEATS": 2, "LENGTH": 8, "HIGHEST": 50}.items():
        monkeypatch.setattr(module, name, value)
    module.speed(tmp_path, str(tiny_zoo / "bert-mini"))
    found = Records.load(tmp_path / "speed.json")
    assert max(row["score"] for row in found.where(measure="largest difference")) < module.SAME
    assert found.where(measure="seconds, removed", share=0.5, batch=16).values("repeat") == [1, 2]
    sizes = [row["score"] for row in found.where(measure="parameters")]
    assert sizes == sorted(sizes, reverse=True)
    monkeypatch.setattr(module.pruning, "remove", lambda network, keep: None)
    (tmp_path / "speed.json").unlink()
    with pytest.raises(RuntimeError, match="masked and removed differ"):
        module.speed(tmp_path, str(tiny_zoo / "bert-mini"))
