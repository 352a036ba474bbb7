"""The time line: its stages are those of the strategies, and the nearest measured one is found."""

from itertools import product

import numpy as np
import pytest

from tlcourse.lessons.ernie import timeline
from tlcourse.show.records import Records
from tlcourse.train.pretraining.ernie_tasks import TASKS
from tlcourse.train.pretraining.task_strategies import AT_ONCE, CONTINUAL, KEPT, ONE_BY_ONE, STRATEGIES


@pytest.fixture(scope="module")
def losses():
    rows = [
        {"way": way, "task": task, "seed": seed, "done": done / 20, "score": 1.0 + 0.1 * number - 0.02 * done}
        for number, way in enumerate(STRATEGIES)
        for task, seed, done in product(TASKS[:4], range(2), range(21))
    ]
    return Records(rows)


@pytest.fixture(scope="module")
def line(losses):
    return timeline.time_line(losses, dict.fromkeys(TASKS[:4], 0.8))


def test_the_papers_strategies_can_be_set(line):
    for way in (ONE_BY_ONE, AT_ONCE, CONTINUAL):
        table, nearest, far = line.placed(*timeline._SET[way])
        assert nearest == way
        assert far < 0.01, way
        assert table.sum(0) == pytest.approx(STRATEGIES[way](4).sum(0), abs=0.01)
    assert line.placed(*timeline._SET[KEPT])[1] == KEPT


def test_what_is_read_at_a_moment():
    starts = (0.0, 0.2, 0.5, 0.8)
    assert timeline.shares_at(starts, timeline.NO_MORE, 0.6).tolist() == [0, 0, 1, 0]
    assert timeline.shares_at(starts, timeline.EQUAL, 0.6) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])
    assert timeline.shares_at(starts, timeline.LITTLE, 0.6) == pytest.approx([1 / 6, 1 / 6, 4 / 6, 0])
    assert timeline.shares_at(starts, timeline.LITTLE, 0.1).tolist() == [1, 0, 0, 0]
    together = timeline.shares_at((0.0, 0.0, 0.5, 0.5), timeline.NO_MORE, 0.7)
    assert together == pytest.approx([0, 0, 0.5, 0.5])


def test_a_time_line_adds_up_whatever_the_order():
    table = timeline.table_of((0.0, 0.6, 0.3, 0.6), timeline.EQUAL)
    assert table.sum() == pytest.approx(1)
    assert table.sum(1) == pytest.approx([0.3, 0.3, 0.4])
    assert timeline.at(table, np.array([0.1, 0.4, 0.9])) == pytest.approx(
        np.array([[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0.25] * 4])
    )


def test_how_far_one_is_from_another():
    apart, joint = STRATEGIES[ONE_BY_ONE](4), STRATEGIES[AT_ONCE](4)
    assert timeline.distance(apart, apart) == 0
    assert timeline.distance(apart, joint) == pytest.approx(0.75)


def test_the_words_name_the_nearest_and_its_losses(line):
    told = line.told(0.25, 0.5, 0.75, timeline.NO_MORE, 0.5)
    assert told.startswith("At 50% the batches are token in document 100%")
    assert "This is “one after the other”, as it was measured" in told
    assert "capitalisation 0.80 (lowest until then 0.80)" in told
    own = line.told(0.4, 0.5, 0.7, timeline.NO_MORE, 0.0)
    # Another task is read from 25% to 40% and from 70% to 75%.
    assert "“one after the other” is nearest: 20% of its batches would change" in own


def test_a_preset_moves_the_controls(line):
    assert line.widget
    line.presets.value = CONTINUAL
    assert "continual" in line.words.value
    line.presets.value = ONE_BY_ONE
    assert [line.controls[k].value for k in ("second", "third", "fourth", "old")] == [
        *timeline._SET[ONE_BY_ONE]
    ]
    assert "one after the other" in line.words.value
    before = line.picture.value
    line.controls["moment"].value = 0.3
    assert line.picture.value != before
    assert line.presets.value == ONE_BY_ONE
    line.controls["second"].value = 0.4
    assert line.presets.value == timeline._OWN
    assert "15% of its batches would change" in line.words.value


def test_losses_of_something_else_are_refused(losses):
    with pytest.raises(ValueError, match="way is 'backwards', expected one of"):
        timeline.time_line(Records([{"way": "backwards", "task": TASKS[0], "seed": 0, "score": 1}]), {})
    with pytest.raises(ValueError, match="the losses are of capitalisation, expected"):
        timeline.time_line(losses.where(task="capitalisation"), {})
