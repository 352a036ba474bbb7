"""The map of the course and the learner's progress; the list of lessons behind them."""

import pytest

from tlcourse import curriculum, show
from tlcourse.exercises.progress import LessonProgress


def test_lessons_are_numbered_in_order_and_stand_on_earlier_ones():
    numbers = [lesson.number for lesson in curriculum.LESSONS]
    assert numbers == [f"{i:02}" for i in range(len(numbers))]
    for lesson in curriculum.LESSONS:
        assert all(earlier < lesson.number for earlier in lesson.stands_on)
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


def test_a_lesson_by_its_number():
    assert curriculum.lesson("02").title == "Transfer in vision"
    with pytest.raises(KeyError, match="'99'"):
        curriculum.lesson("99")


def test_what_is_ready_is_what_is_there(root):
    there = {path.stem[:2]: path.stem[3:] for path in (root / "notebooks" / "src").glob("[0-9][0-9]_*.py")}
    ready = {
        lesson.number: lesson.title.lower().replace(" ", "_")
        for lesson in curriculum.LESSONS
        if not lesson.planned
    }
    assert there == ready


def test_the_map_tells_every_lesson(shown):
    show.course_map()
    ((data, metadata),) = shown()
    for lesson in curriculum.LESSONS:
        assert lesson.title in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_progress_tells_every_lesson(shown):
    show.progress_figure([LessonProgress("00", 1, 1, 0, 0, 1), LessonProgress("02", 1, 3, 2, 1, 4)])
    ((data, _),) = shown()
    assert "lesson 00: 1 of 1 solved" in data["text/plain"]
    assert "lesson 02: 1 of 4 solved, 2 more tried" in data["text/plain"]
