"""The threshold widget: its counts and rates are scikit-learn's, its pictures the right ones."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score

from tlcourse.lessons.transfer_in_vision import threshold_outcomes
from tlcourse.lessons.transfer_in_vision.threshold_outcomes import outcomes

RNG = np.random.default_rng(0)
LABEL = (np.arange(60) % 3 == 0).astype(int)
PROBABILITY = np.clip(0.3 + 0.3 * LABEL + 0.2 * RNG.normal(size=60), 0, 1).round(2)
IMAGES = np.broadcast_to(
    np.arange(60, dtype=np.uint8)[:, None, None] * 4, (60, 80, 80)
)  # each a tone of its own


@pytest.fixture
def widget():
    return threshold_outcomes.threshold(IMAGES, PROBABILITY, LABEL)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1), st.floats(0, 1))
def test_outcomes_are_scikit_learns(rows, threshold):
    probability, label = np.array([p for p, _ in rows]), np.array([y for _, y in rows])
    alarm, o = (probability >= threshold).astype(int), outcomes(probability, label, threshold)
    (passed, alarms), (missed, found) = confusion_matrix(label, alarm, labels=[0, 1])
    assert (o.passed, o.alarms, o.missed, o.found) == (passed, alarms, missed, found)
    assert o.accuracy == pytest.approx(accuracy_score(label, alarm))
    assert o.precision == pytest.approx(precision_score(label, alarm, zero_division=np.nan), nan_ok=True)
    assert o.recall == pytest.approx(recall_score(label, alarm, zero_division=np.nan), nan_ok=True)


def test_moving_the_slider_moves_cells(widget):
    assert widget.widget
    before = [picture.value for picture in (widget.picture, *widget.mosaics)]
    for threshold in (0.3, 0.95, 0.05):
        widget.controls["threshold"].value = threshold
        o = outcomes(PROBABILITY, LABEL, threshold)
        assert f"{o.found} defective found, {o.missed} missed, {o.alarms} false alarms" in widget.words.value
        assert f"found: {o.found}" in widget.titles[0].value
        assert f"rightly passed: {o.passed}" in widget.titles[3].value
        after = [picture.value for picture in (widget.picture, *widget.mosaics)]
        assert all(a != b for a, b in zip(after, before, strict=True))
        before = after
    assert widget.errors == []


def test_no_alarm_has_no_precision(widget):
    assert "precision undefined, as there is no alarm, recall 0.0%" in widget.told(1.01)


def test_the_images_nearest_to_the_threshold_come_first(widget):
    index = np.flatnonzero(LABEL == 1)
    mosaic = widget._mosaic(index, 0.5)
    side = widget.small.shape[1]
    corners = [(side + 3) * np.array(divmod(place, 3)) for place in range(6)]
    shown = [mosaic[y, x] // 4 for y, x in corners]
    expected = index[np.argsort(np.abs(PROBABILITY[index] - 0.5), kind="stable")][:6]
    np.testing.assert_array_equal(shown, expected)


def test_the_static_twin_and_its_words_are_those_of_one_half(widget):
    o = outcomes(PROBABILITY, LABEL, 0.5)
    fig = widget.static()
    titles = {ax.get_title(loc=where) for ax in fig.axes for where in ("left", "center")}
    assert {f"✓ defective, found: {o.found}", f"✗ false alarm: {o.alarms}"} <= titles
    assert f"{o.missed} missed" in widget.alt
    plt.close(fig)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="got 60 images, 59 probabilities, 60 labels"):
        threshold_outcomes.threshold(IMAGES, PROBABILITY[1:], LABEL)
    with pytest.raises(ValueError, match="both present; got \\[0\\]"):
        threshold_outcomes.threshold(IMAGES, PROBABILITY, LABEL * 0)
