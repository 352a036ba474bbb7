"""Reading a learning curve backwards: against numpy's interpolation, and by laws that must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.lessons.what_is_transfer_learning import exercises as lesson01
from tlcourse.train.measuring import label_efficiency
from tlcourse.train.measuring.label_efficiency import labels_to_reach, labels_worth

LABELS = [25, 50, 100, 200, 400]


def test_half_way_up_is_the_geometric_mean():
    assert labels_to_reach([100, 400], [0.6, 0.8], 0.7) == pytest.approx(200)


def test_the_ends():
    scores = [0.5, 0.6, 0.7, 0.8, 0.9]
    assert labels_to_reach(LABELS, scores, 0.9) == pytest.approx(400)
    assert labels_to_reach(LABELS, scores, 0.95) == float("inf")
    assert labels_to_reach(LABELS, scores, 0.3) == 25


def test_a_bump_counts_the_first_time_it_reaches():
    assert labels_to_reach(LABELS, [0.5, 0.7, 0.6, 0.65, 0.9], 0.7) == pytest.approx(50)


@given(
    st.lists(st.floats(0.5, 0.99), min_size=5, max_size=5, unique_by=lambda x: round(x, 4)).map(sorted),
    st.floats(0.4, 1),
)
def test_on_a_rising_curve_it_is_numpys_interpolation(scores, target):
    ours = labels_to_reach(LABELS, scores, target)
    if target > scores[-1]:
        assert ours == float("inf")
    else:
        assert ours == pytest.approx(np.exp(np.interp(target, scores, np.log(LABELS))), rel=1e-6)
    # What learners write is what the lesson uses.
    assert ours == pytest.approx(lesson01.labels_needed(np.array(LABELS), np.array(scores), target), rel=1e-6)


def test_a_representation_is_worth_exactly_its_own_labels():
    curve = np.array([[0.5, 0.6, 0.7, 0.8, 0.9], [0.55, 0.6, 0.7, 0.8, 0.85]])
    np.testing.assert_allclose(labels_worth(LABELS, curve, curve, 100), [100, 100])


def test_a_curve_moved_by_two_budgets_is_worth_four_times_the_labels():
    base = np.array([[0.5, 0.6, 0.7, 0.8, 0.9]])
    ahead = np.array([[0.7, 0.8, 0.9, 0.95, 0.99]])
    np.testing.assert_allclose(labels_worth(LABELS, ahead, base, 50), [200])
    assert np.isinf(labels_worth(LABELS, ahead, base, 200)).all()


def test_wrong_input_is_named():
    with pytest.raises(ValueError, match="3 budgets, but 2 scores"):
        labels_to_reach([1, 2, 3], [0.5, 0.6], 0.5)
    with pytest.raises(ValueError, match="ascend"):
        labels_to_reach([2, 1], [0.5, 0.6], 0.5)
    with pytest.raises(ValueError, match="n_labels is 30"):
        labels_worth(LABELS, np.zeros((1, 5)), np.zeros((1, 5)), 30)


def test_a_learning_curve_scores_the_same_draws(monkeypatch):
    asked = []

    def fit(sources, representation, seed):
        ((_, n),) = sources
        asked.append((n, seed))
        return n + seed

    class Flat:
        name, test_label = "movie", None

    monkeypatch.setattr(label_efficiency, "fit", fit)
    monkeypatch.setattr(label_efficiency, "predict", lambda model, domain, representation: model)
    curve = label_efficiency.learning_curve(Flat(), "GloVe", [10, 20], [1, 2], lambda label, guess: guess)
    known = {"model": "GloVe", "task": "movie"}
    assert curve == [
        {**known, "labels": n, "seed": seed, "score": n + seed} for seed in (1, 2) for n in (10, 20)
    ]
    assert asked == [(10, 1), (20, 1), (10, 2), (20, 2)]
