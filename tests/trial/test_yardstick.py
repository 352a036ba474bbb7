"""The yardstick on a learner's texts: what scikit-learn says too, splits without leaks, time."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, r2_score
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline

from tlcourse.data.tasks import CLASSES
from tlcourse.trial import budget, own_data, split, yardstick
from tlcourse.trial.own_data import Options


@pytest.fixture
def data(made_tables, write):
    return own_data.read(write(made_tables.as_csv(made_tables.made_rows(240))), Options())


@pytest.fixture
def numbers(made_tables, write):
    good = set(made_tables.GOOD)
    rows = [
        (text, len(good & set(text.split())) + i % 7 / 10)
        for i, (text, _) in enumerate(made_tables.made_rows(240))
    ]
    return own_data.read(write(made_tables.as_csv(rows)), Options())


def searched(task, n, seed, chosen, linear, name, strengths, folds):
    """What scikit-learn predicts with what was `chosen`, once its own search finds nothing better."""
    train = np.random.default_rng(seed).permutation(task.draw(n, seed))
    pipeline = make_pipeline(TfidfVectorizer(sublinear_tf=True), linear)
    penalty = f"{type(linear).__name__.lower()}__{name}"
    grid = {"tfidfvectorizer__ngram_range": [(1, 1), (1, 2)], penalty: [*strengths.values()]}
    scoring = "accuracy" if task.kind == CLASSES else "r2"
    search = GridSearchCV(pipeline, grid, cv=folds, scoring=scoring, refit=False)
    reading, _, strength = chosen.partition(", C = ")
    picked = {
        "tfidfvectorizer__ngram_range": (1, 1 + ("pairs" in reading)),
        penalty: strengths[float(strength)],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit([task.texts[i] for i in train], task.targets[train])
        place = search.cv_results_["params"].index(picked)
        assert search.cv_results_["mean_test_score"][place] == pytest.approx(search.best_score_)
        rows = task.draw(n, seed)
        pipeline.set_params(**picked).fit([task.texts[i] for i in rows], task.targets[rows])
    return pipeline.predict([task.texts[i] for i in task.tests["own"]])


@pytest.mark.parametrize("n", [25, 180])
def test_counts_are_what_scikit_learn_makes_of_them(data, n):
    task = split.tasks(data, [3])[3]
    found = yardstick.frozen(yardstick.COUNTS, yardstick.Words(), task, n, 3)
    folds = StratifiedKFold(3, shuffle=True, random_state=3)
    strengths = {1.0: 1.0, 10.0: 10.0, 100.0: 100.0}
    said = searched(task, n, 3, found["chosen"], LogisticRegression(max_iter=300), "C", strengths, folds)
    true = task.targets[task.tests["own"]]
    assert found["predicted"] == said.tolist()
    assert found["scores"]["accuracy"] == accuracy_score(true, said) > 0.6
    assert found["scores"]["macro-F1"] == pytest.approx(f1_score(true, said, average="macro"))


def test_counts_of_numbers_too(numbers):
    task = split.tasks(numbers, [1])[1]
    found = yardstick.frozen(yardstick.COUNTS, yardstick.Words(), task, 100, 1)
    folds = KFold(3, shuffle=True, random_state=1)
    strengths = {1.0: 1.0, 10.0: 0.1, 100.0: 0.01}
    said = searched(task, 100, 1, found["chosen"], Ridge(), "alpha", strengths, folds)
    # Kept with six digits; the two solve the same equations in another order.
    np.testing.assert_allclose(found["predicted"], said, atol=1e-3)
    true = task.targets[task.tests["own"]]
    assert found["scores"]["R²"] == pytest.approx(r2_score(true, said), abs=1e-3)


def test_without_reading_is_scikit_learns_dummy(data, numbers):
    for one, dummy in ((data, DummyClassifier()), (numbers, DummyRegressor())):
        task = split.tasks(one, [0])[0]
        train, test = task.draw(50, 0), task.tests["own"]
        expected = dummy.fit(train[:, None], task.targets[train]).predict(test[:, None])
        found = yardstick.without_reading(task, 50, 0)
        np.testing.assert_allclose(found["predicted"], expected, atol=1e-6)
    assert found["scores"]["Spearman's ρ"] == 0.0  # the same answer to everything has no order


def test_the_metric_follows_the_classes(made_tables, write):
    rows = made_tables.made_rows(200)
    uneven = [(text, "rare" if i % 10 == 0 else "usual") for i, (text, _) in enumerate(rows)]
    three = [(text, "abc"[i % 3]) for i, (text, _) in enumerate(rows)]
    for some, metric in ((rows, "accuracy"), (uneven, "macro-F1"), (three, "accuracy")):
        assert yardstick.headline(own_data.read(write(made_tables.as_csv(some)), Options())) == metric


def test_no_text_and_no_near_copy_is_on_both_sides(made_tables, write):
    rows = made_tables.made_rows(200)
    rows += [(f"{text} indeed", label) for text, label in rows[:60]]
    data = own_data.read(write(made_tables.as_csv(rows)), Options())
    assert len(data.texts) == 260
    assert len(np.unique(data.groups)) <= 200
    splits = split.tasks(data, range(4))
    for task in splits.values():
        test = task.tests["own"]
        assert not set(data.groups[task.train_index]) & set(data.groups[test])
        assert sorted([*task.train_index, *test]) == [*range(260)]
        assert 0.2 < len(test) / 260 <= 0.25
        assert np.bincount(data.targets[test]).min() > 20  # each class has its share
    assert len({tuple(task.tests["own"]) for task in splits.values()}) == 4


def test_a_draw_has_some_of_each_class_and_is_part_of_a_larger_one(made_tables, write):
    rows = [(text, "rare" if i < 9 else "usual") for i, (text, _) in enumerate(made_tables.made_rows(240))]
    data = own_data.read(write(made_tables.as_csv(rows)), Options())
    task = split.tasks(data, [0])[0]
    for seed in range(5):
        small, large = task.draw(25, seed), task.draw(100, seed)
        assert np.bincount(task.targets[small]).min() >= split.OF_EACH
        assert set(small) <= set(large) <= set(task.train_index)
        assert len(set(large)) == 100
        yardstick.frozen(yardstick.COUNTS, yardstick.Words(), task, 25, seed)  # and can be learned from
    with pytest.raises(ValueError, match="items to learn from"):
        task.draw(10_000, 0)


@given(st.integers(30, 20_000), st.integers(0, 60))
def test_label_counts_ascend_to_all(n_train, n_classes):
    counts = split.label_counts(n_train, n_classes)
    assert counts[-1] == n_train
    assert (np.diff(counts) > 0).all()
    assert all(n >= split.OF_EACH * n_classes for n in counts[:-1])


def test_of_many_label_counts_the_ends_come_first():
    assert split.most_telling_first([25, 50, 100, 250, 500]) == [500, 25, 100, 250, 50]
    assert split.most_telling_first([30]) == [30]
    assert sorted(split.most_telling_first([*range(9)])) == [*range(9)]


def test_the_most_telling_fine_tuning_comes_first():
    counts, cost = [25, 100, 400], {25: 10.0, 100: 10.0, 400: 40.0}.__getitem__
    nxt = budget.next_labels
    assert nxt(counts, {}, 3, cost, 1000) == 400
    assert nxt(counts, {400: 1}, 3, cost, 1000) == 400  # what was begun is brought to its end
    assert nxt(counts, {400: 1}, 3, cost, 39) is None
    assert nxt(counts, {400: 3}, 3, cost, 1000) == 100
    assert nxt(counts, {400: 3, 100: 3}, 3, cost, 30) == 25
    assert nxt(counts, {400: 3, 100: 3, 25: 3}, 3, cost, 1000) is None
    assert nxt(counts, {}, 3, cost, 100) == 100  # three with 100 labels before one with all
    assert nxt(counts, {}, 3, cost, 20) == 100  # two, if three do not fit
    assert nxt(counts, {}, 3, cost, 10) == 100
    assert nxt(counts, {100: 3}, 3, cost, 20) is None  # but no half a set afterwards
    assert nxt(counts, {}, 3, cost, 9) is None


def test_the_clock_leaves_time_for_the_page():
    now = iter([100.0, 130.0, 130.0])
    clock = budget.Clock(60, lambda: next(now))
    assert clock.spent == 30
    assert clock.left == pytest.approx(27)


def test_batches_are_smaller_where_texts_are_long():
    from tlcourse.trial import tuning

    short, long = (tuning.Tuner([text] * 20) for text in ("a short film", "a long film " * 200))
    assert short.batch_size == 16
    assert 4 <= long.batch_size < 8
    assert long.steps(400) == 4 * -(-400 // long.batch_size)  # four passes
    assert 120 <= short.steps(25) < 122  # as many passes as give 120 steps
    assert short.recipe(short.steps(400), 400).epochs == 5  # of 25 steps each
