"""Outside a clone, with a wheel that brought the lessons: they are copied once, whole, over nothing."""

import pytest

from tlcourse import checkout
from tlcourse.notebook_tools.own_copy import lessons_folder
from tlcourse.notebook_tools.source import LessonError, course_root


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A working folder; the lessons are in the package alone."""
    inside = tmp_path / "site-packages" / "course"
    (inside / "notebooks" / "src").mkdir(parents=True)
    (inside / "notebooks" / "00_first.ipynb").write_text("a lesson")
    (inside / "notebooks" / "src" / "00_first.py").write_text("its source")
    monkeypatch.setattr(checkout, "brought", lambda: inside)
    monkeypatch.setattr(checkout, "of_package", lambda: inside)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def yes(question):
    return True


def never(question):
    raise AssertionError(question)


def test_they_are_copied_once_and_what_was_written_stays(elsewhere):
    asked = []
    folder = lessons_folder(lambda question: not asked.append(question))
    assert folder == elsewhere / "tlcourse-lessons"
    assert str(folder) in asked[0]
    assert {path.name for path in elsewhere.iterdir()} == {"tlcourse-lessons"}
    (folder / "notebooks" / "00_first.ipynb").write_text("solved")
    assert lessons_folder(never) == folder
    assert (folder / "notebooks" / "00_first.ipynb").read_text() == "solved"
    assert course_root(folder / "notebooks") == folder


def test_a_folder_that_was_named_is_not_asked_for(elsewhere):
    (elsewhere / "empty").mkdir()
    for name in ("mine/deep", "empty"):
        folder = lessons_folder(never, elsewhere / name)
        assert (folder / "notebooks" / "src" / "00_first.py").read_text() == "its source"


def test_who_says_no_gets_nothing(elsewhere):
    with pytest.raises(LessonError, match="--copy-to"):
        lessons_folder(lambda question: False)
    assert not list(elsewhere.iterdir())


def test_nothing_is_copied_over_something(elsewhere):
    (elsewhere / "photos").mkdir()
    (elsewhere / "photos" / "cat.jpg").write_text("")
    (elsewhere / "file").write_text("")
    for name in ("photos", "file"):
        with pytest.raises(LessonError, match="holds something else"):
            lessons_folder(never, elsewhere / name)


def test_a_copy_that_breaks_off_leaves_nothing_behind(elsewhere, monkeypatch):
    monkeypatch.setattr("shutil.copyfile", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        lessons_folder(yes)
    assert not list(elsewhere.iterdir())


def test_other_commands_say_how_to_get_a_copy(elsewhere):
    with pytest.raises(LessonError, match="tlcourse lab"):
        course_root()


def test_in_a_clone_nothing_is_copied(elsewhere, monkeypatch):
    (elsewhere / "notebooks" / "src").mkdir(parents=True)
    assert lessons_folder(never) == elsewhere
    monkeypatch.setattr(checkout, "brought", lambda: None)
    with pytest.raises(LessonError, match="whole wheel"):
        lessons_folder(never, elsewhere / "copy")
