"""The map of the course and the learner's progress; the list of lessons behind them."""

import math

import matplotlib.pyplot as plt
import pytest

from tlcourse import curriculum, show
from tlcourse.exercises.progress import LessonProgress
from tlcourse.lessons.start_here import exercises, figures, softmax_temperature


def test_lessons_are_numbered_in_order_and_stand_on_earlier_ones():
    numbers = [lesson.number for lesson in curriculum.LESSONS]
    assert numbers == [f"{i:02}" for i in range(len(numbers))]
    for lesson in curriculum.LESSONS:
        assert all(curriculum.lesson(slug).number < lesson.number for slug in lesson.stands_on)
        assert lesson.stands_on or lesson.number == "00"
        assert lesson.section in curriculum.SECTIONS
        assert lesson.question.endswith("?")


def test_a_section_is_in_one_piece():
    order = [curriculum.SECTIONS.index(lesson.section) for lesson in curriculum.LESSONS]
    assert order == sorted(order)
    assert set(order) == set(range(len(curriculum.SECTIONS)))


def test_no_ready_lesson_stands_on_a_planned_one():
    for lesson in curriculum.LESSONS:
        if not lesson.planned:
            assert not any(curriculum.lesson(earlier).planned for earlier in lesson.stands_on)


def test_a_lesson_by_its_number_or_slug():
    assert curriculum.lesson("02") == curriculum.lesson("transfer_in_vision")
    with pytest.raises(KeyError, match="'99'"):
        curriculum.lesson("99")


def test_what_is_ready_is_what_is_there(root):
    there = {path.stem[:2]: path.stem[3:] for path in (root / "notebooks" / "src").glob("[0-9][0-9]_*.py")}
    ready = {lesson.number: lesson.slug for lesson in curriculum.LESSONS if not lesson.planned}
    assert there == ready


def test_the_map_tells_every_lesson(shown):
    show.figure(figures.course_map())
    ((data, metadata),) = shown()
    for lesson in curriculum.LESSONS:
        assert lesson.title in data["text/plain"]
    assert "OpenAI GPT, stands on 04 and 06" in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_progress_tells_every_lesson(shown):
    show.figure(
        figures.progress_figure(
            [LessonProgress("start_here", 1, 1, 0, 0, 1), LessonProgress("transfer_in_vision", 1, 3, 2, 1, 4)]
        )
    )
    ((data, _),) = shown()
    assert "Start here: 1 of 1 solved" in data["text/plain"]
    assert "Transfer in vision: 1 of 4 solved, 2 more tried" in data["text/plain"]


def test_the_still_widget_shows_what_the_prediction_asks_about():
    asked = exercises.raise_temperature.question
    widget = softmax_temperature.temperature({"a": 0.9, "b": 0.1}, title="Which?")
    assert "from 0.1 to 1" in asked
    for temperature in (0.1, 1.0):
        p = 1 / (1 + math.exp(-0.8 / temperature))
        told = ">99%" if p > 0.995 else f"{p:.0%}"  # a softmax gives nothing the whole
        assert f"At temperature {temperature:g}, “a” gets {told};" in widget.alt
    figure = widget.static()
    titles = [ax.get_title() for ax in figure.axes]
    plt.close(figure)
    assert all("entropy" in title and "of 1.00 bits" in title for title in titles)
    assert figure.get_suptitle() == "Which?"


def test_when_a_word_first_reaches_a_share():
    scores = {"banks": 0.87, "loan": 0.68, "money": 0.64, "river": 0.41, "guitar": 0.02}
    widget = softmax_temperature.temperature(scores, title="Which?")
    told = widget.reached("river", 0.05)
    assert told == "*river* first reaches 5% at 0.2, with 6%. At 0.15, one stop before, it has 3%."
    assert widget.reached("banks", 0.5) == "*banks* first reaches 50% at 0.02, with >99%."
    assert widget.reached("guitar", 0.2) == "*guitar* reaches 20% at no stop of the slider."


def test_neither_0_nor_1_is_said_of_a_softmax():
    widget = softmax_temperature.temperature({"a": 0.9, "b": 0.1}, title="Which?")
    figure = widget.draw(temperature=0.02)
    assert [text.get_text() for text in figure.axes[0].texts] == [">99%", "<1%"]
    plt.close(figure)
