"""The yardstick: a cell is what scikit-learn makes of the features; nothing is chosen on the test items."""

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcourse.data.glove import Vectors
from tlcourse.data.tasks import CLASSES, NUMBERS, TAGS, Task
from tlcourse.models.pretrained import encoders as pretrained_encoders
from tlcourse.train.finetuning.texts import TextRecipe
from tlcourse.train.measuring import evaluate, frozen_states, representations
from tlcourse.train.measuring.representations import Averages, Counts, States


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path))


@pytest.fixture(scope="module")
def texts(made_text):
    rng = np.random.default_rng(0)
    return [made_text.sentence(rng) for _ in range(240)]


@pytest.fixture
def tasks(texts):
    """One task of each kind on the same sentences: is there a river; how long; which words have capitals."""
    split = np.arange(160), {"made": np.arange(160, 240)}
    river = np.array([int("river" in t or "garden" in t) for t in texts])
    words = [t.split() for t in texts]
    capitals = [np.array([int(w[0].isupper()) for w in row]) for row in words]
    shuffled = np.random.default_rng(1).permutation(len(texts))
    second = [t if i % 2 else texts[j] for i, (t, j) in enumerate(zip(texts, shuffled, strict=True))]
    same = np.array([int(t == other) for t, other in zip(texts, second, strict=True)])
    return {
        "classes": Task("river", CLASSES, texts, river, ("no", "yes"), *split, {"made": "accuracy"}),
        "numbers": Task(
            "length",
            NUMBERS,
            texts,
            np.array([float(len(t)) for t in texts]),
            (),
            *split,
            {"made": "Spearman's ρ"},
        ),
        "tags": Task("capitals", TAGS, words, capitals, ("O", "B-X"), *split, {"made": "accuracy"}),
        "pairs": Task("same", CLASSES, texts, same, ("no", "yes"), *split, {"made": "accuracy"}, second),
    }


@pytest.fixture
def vectors(texts):
    words = sorted({w.lower().strip(".,") for t in texts for w in t.split()})
    return Vectors(words, np.random.default_rng(0).normal(size=(len(words), 20)).astype(np.float32))


@pytest.fixture
def bert(tiny_zoo):
    return pretrained_encoders.load(tiny_zoo / "bert-mini")


def test_every_representation_does_every_task(tasks, vectors, bert, tiny_zoo):
    elmo = pretrained_encoders.load(tiny_zoo / "elmo-mini")
    for task in tasks.values():
        for representation in (Counts(), Averages(vectors), States(bert), States(elmo, keep=False)):
            outcome = evaluate.frozen(representation, task, 60, seed=0)
            assert outcome.scores.keys() == task.tests.keys()
            assert outcome.n_labels == 60
    for name, task in tasks.items():
        if name != "pairs":  # the sentences that are the same differ in nothing that random weights see
            majority = 0.0 if task.kind == NUMBERS else np.bincount(task.target(task.tests["made"])).max()
            n = 1 if task.kind == NUMBERS else len(task.target(task.tests["made"]))
            assert evaluate.frozen(Counts(), task, None, 0).scores["made"] > majority / n + 0.05


def test_a_frozen_cell_is_what_scikit_learn_says(tasks):
    task = tasks["classes"]
    outcome = evaluate.frozen(Counts(), task, 60, seed=3)
    reading, _, strength = outcome.chosen.rpartition(", C = ")
    train, test = task.draw(60, 3), task.tests["made"]
    vectoriser = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2 if "pairs" in reading else 1))
    model = make_pipeline(vectoriser, LogisticRegression(C=float(strength), max_iter=300))
    model.fit([task.texts[i] for i in train], task.targets[train])
    expected = accuracy_score(task.targets[test], model.predict([task.texts[i] for i in test]))
    assert outcome.scores["made"] == pytest.approx(expected)


def test_frozen_states_are_the_mean_and_the_maximum(texts, bert):
    examples = [part for (part,) in bert.parts(texts[:9])]
    found = frozen_states.compute(bert, [[e] for e in examples], of_words=False)
    assert set(found) == {
        f"{kind} {k}" for kind in ("mean", "max") for k in range(3)
    }  # two layers, embeddings
    with torch.no_grad():
        for i, example in enumerate(examples):
            states = bert(bert.batch([example]))
            for k in range(3):
                np.testing.assert_allclose(found[f"mean {k}"][i], states[k][0].mean(0), atol=2e-3)
                np.testing.assert_allclose(found[f"max {k}"][i], states[k][0].amax(0), atol=2e-3)
    words = [text.split() for text in texts[:9]]
    of_words = frozen_states.compute(bert, [[e] for e in bert.words(words)], of_words=True)
    assert of_words["word 2"].shape == (sum(map(len, words)), 32)
    with torch.no_grad():
        (alone,) = bert.words(words[3:4])
        states = bert(bert.batch([alone]))[-1][0, alone.places]
    before = sum(map(len, words[:3]))
    np.testing.assert_allclose(of_words["word 2"][before : before + len(words[3])], states, atol=2e-3)


def test_the_states_of_a_long_text_are_those_of_all_its_parts(texts, bert):
    long, short = " ".join(texts[:40]), texts[0]
    whole, alone = bert.parts([long, short])
    assert len(whole) > 1
    assert len(alone) == 1
    found = frozen_states.compute(bert, [whole, alone], of_words=False)
    with torch.no_grad():
        states = torch.cat([bert(bert.batch([part]))[-1][0] for part in whole])
    np.testing.assert_allclose(found["mean 2"][0], states.mean(0), atol=2e-3)
    np.testing.assert_allclose(found["max 2"][0], states.amax(0), atol=2e-3)
    only = frozen_states.compute(bert, [alone], of_words=False)
    np.testing.assert_allclose(found["mean 2"][1], only["mean 2"][0], atol=2e-3)


@pytest.mark.parametrize(("n_states", "kept"), [(7, [0, 2, 4, 6]), (31, [0, 10, 20, 30]), (3, [0, 1, 2])])
def test_heights(n_states, kept):
    assert frozen_states.heights(n_states) == kept


def test_states_are_computed_once_for_the_same_weights(texts, bert, tiny_zoo, monkeypatch):
    examples = bert.parts(texts[:5])
    first = frozen_states.cached(bert, examples, of_words=False)
    other = pretrained_encoders.load(tiny_zoo / "bert-mini", random_seed=1)
    assert not np.array_equal(
        frozen_states.cached(other, examples, of_words=False)["mean 2"], first["mean 2"]
    )
    monkeypatch.setattr(frozen_states, "compute", None)  # not called again
    again = frozen_states.cached(bert, examples, of_words=False)
    assert np.array_equal(again["max 0"], first["max 0"])


def test_states_in_bfloat16_are_nearly_the_same_and_kept_apart(texts, bert):
    examples = bert.parts(texts[:20])
    exact = frozen_states.cached(bert, examples, of_words=False)
    rough = frozen_states.cached(bert, examples, of_words=False, bf16=True)
    for name, array in exact.items():
        assert rough[name].dtype == array.dtype
        # bfloat16 has 8 bits: 0.4 % of a state of size 3, once a layer.
        np.testing.assert_allclose(rough[name], array, atol=0.05)
    assert not np.array_equal(rough["mean 2"], exact["mean 2"])


class Watched(representations.Representation):
    """Two readings: noise, and noise with the answer in it."""

    strengths = (1.0,)

    def __init__(self, task):
        self.asked: list[np.ndarray] = []
        rng = np.random.default_rng(0)
        self.noise = rng.normal(size=(len(task.texts), 3))
        self.signal = self.noise.copy()
        self.signal[:, 0] += 4 * task.targets

    def readings(self, task, rows):
        self.asked.append(rows)
        return {"noise": self.noise[rows], "signal": self.signal[rows]}


def test_what_is_chosen_is_chosen_on_the_training_labels(tasks):
    task = tasks["classes"]
    outcome = evaluate.frozen(Watched(task), task, 60, seed=0)
    assert outcome.chosen == "signal, C = 1"
    # With the test's labels turned round, nothing that is chosen changes, and the score does.
    turned = task.targets.copy()
    turned[task.tests["made"]] = 1 - turned[task.tests["made"]]
    other = evaluate.frozen(Watched(task), dataclasses.replace(task, targets=turned), 60, seed=0)
    assert other.chosen == outcome.chosen
    assert other.scores["made"] == pytest.approx(1 - outcome.scores["made"])


@pytest.mark.parametrize("keep", [False, True])
def test_only_what_is_kept_is_read_beyond_the_labels(tasks, keep):
    task = tasks["classes"]
    watched = Watched(task)
    watched.keep = keep
    evaluate.frozen(watched, task, 60, seed=1)
    learned, tested = watched.asked
    assert set(learned) == set(task.train_index if keep else task.draw(60, 1))
    assert set(tested) == set(task.tests["made"])


def test_numbers_are_ridge_regression(tasks, bert):
    model = States(bert).estimator("top, mean", tasks["numbers"], 0.01)
    assert isinstance(model[0], StandardScaler)
    assert isinstance(model[1], Ridge)
    assert model[1].alpha == pytest.approx(100)


def test_shared_words_is_the_cosine():
    pairs = [("the old house", "the old river"), ("green garden", "green garden"), ("early", "winter")]
    shared = representations.SharedWords(each=True).fit(pairs)
    vectoriser = TfidfVectorizer(sublinear_tf=True).fit([text for pair in pairs for text in pair])
    a, b = (vectoriser.transform([pair[side] for pair in pairs]).toarray() for side in (0, 1))
    out = shared.transform(pairs).toarray()
    np.testing.assert_allclose(out[:, 0], (a * b).sum(1))
    np.testing.assert_allclose(out[:, 1:], a * b)
    assert out[:, 0][1] == pytest.approx(1)
    assert out[:, 0][2] == 0


def test_pairs_are_read_together_and_apart(tasks, bert):
    rows = np.array([0, 1, 5])
    found = States(bert).readings(tasks["pairs"], rows)
    assert {name for name in found if name.startswith("apart")} == {
        "apart, top, mean",
        "apart, all heights, mean",
    }
    one = found["apart, top, mean"][1]  # item 1 is a sentence and itself
    np.testing.assert_allclose(one[:32], 0, atol=1e-6)
    assert one[-1] == pytest.approx(1)


def test_glove_windows_stand_in_the_order_word_before_after(tasks, vectors):
    x = Averages(vectors).readings(tasks["tags"], np.array([0]))["word and neighbours"]
    words = [w.lower() for w in tasks["tags"].texts[0]]
    second = vectors.matrix[vectors.index[words[1]]]
    np.testing.assert_array_equal(x[1, :20], second)
    np.testing.assert_array_equal(x[2, 20:40], second)
    np.testing.assert_array_equal(x[0, 40:], second)
    np.testing.assert_array_equal(x[0, 20:40], 0)


def test_fine_tuned_cells(tasks, tiny_zoo):
    recipe = TextRecipe(learning_rate=5e-3, rate_factor=1.0, min_steps=40, held_out=0.2)
    for name in ("classes", "tags", "pairs", "numbers"):
        encoder = pretrained_encoders.load(tiny_zoo / "bert-mini")
        outcome = evaluate.finetuned(encoder, tasks[name], 100, 0, recipe)
        assert outcome.n_labels == 100
        assert outcome.chosen.startswith("epoch ")
        if name in ("classes", "tags"):
            true = tasks[name].target(tasks[name].tests["made"])
            assert outcome.scores["made"] > np.bincount(true).max() / len(true)


def test_too_many_labels(tasks):
    with pytest.raises(ValueError, match="river has 160"):
        evaluate.frozen(Counts(), tasks["classes"], 161, 0)
