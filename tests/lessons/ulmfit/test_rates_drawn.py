"""The widget: its rates are those of the training, and it follows its controls."""

import numpy as np
import pytest

from tlcourse.lessons.ulmfit import exercises, rates_drawn
from tlcourse.lessons.ulmfit.rates_drawn import AT_ONCE, EARLY, EQUAL, LAYERS, N_STEPS, TOP, TOP_ONLY, rates
from tlcourse.train.schedules import slanted_triangular


def test_they_are_what_the_exercise_asks_for():
    triangle = np.array([slanted_triangular(step, N_STEPS, 0.1, 32) for step in range(N_STEPS)])
    np.testing.assert_allclose(
        rates(0.1, 32, 2.6, EQUAL), exercises.layer_rates(triangle, len(LAYERS), TOP, 2.6)
    )


def test_plans():
    early = rates(0.1, 32, 2.6, EARLY)
    assert [int((row > 0).argmax()) for row in early] == [40, 30, 20, 10, 0]
    assert (rates(0.1, 32, 2.6, AT_ONCE) > 0).all()
    alone = rates(0.1, 32, 2.6, TOP_ONLY)
    assert (alone[:-1] == 0).all()
    assert (alone[-1] > 0).all()
    np.testing.assert_allclose(rates(0.1, 1, 1.0, AT_ONCE), TOP)


@pytest.mark.parametrize(
    ("control", "value", "said"),
    [
        ("plan", TOP_ONLY, "Never: embeddings"),
        ("factor", 1.0, "layer 3 at most 0.01,"),
        ("cut_frac", 0.5, "step 50"),
    ],
)
def test_words_and_picture_follow(control, value, said):
    twin = rates_drawn.draw_rates()
    assert twin.widget
    before = twin.picture.value
    twin.controls[control].value = value
    assert said in twin.words.value
    assert twin.picture.value != before
    assert not twin.errors
