"""Predictions: the answer is kept until the lesson has measured it, then stands there with its reasons."""

import ast
import json
from importlib import import_module

import pytest

from tlcourse.exercises import classroom, prediction, progress
from tlcourse.exercises.ask_first import AskFirst
from tlcourse.notebook_tools import source

OPTIONS = ["It rises", "It falls", "It stays"]
WHY = ["rising is wrong", "falling is right", "staying is wrong"]
ASKED = prediction.prediction(question="What <happens>?", options=OPTIONS, answer=1, why=WHY)
LESSONS = source.all_lessons()


@pytest.fixture
def twin():
    made = AskFirst(ASKED, "lesson-what")
    assert made.widget
    return made


def everything_shown(widget):
    """All the texts of a widget tree."""
    texts = [str(getattr(widget, name, "")) for name in ("value", "description", "options")]
    return " ".join(texts + [everything_shown(child) for child in getattr(widget, "children", ())])


def test_before_the_commitment_nothing_is_remembered(twin):
    assert twin.choice.value is None
    assert twin.button.disabled
    twin.choice.value = 0
    assert not twin.button.disabled
    assert progress.prediction("lesson-what") is None


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_committing_says_kept_and_no_more(twin, chosen):
    twin.choice.value = chosen
    twin.button.click()
    assert "Kept" in twin.feedback.value
    page = everything_shown(twin.widget) + json.dumps(twin._repr_mimebundle_()[0])
    assert not any(why in page for why in WHY)
    assert not any(mark in page for mark in "✓✗")
    texts = {twin.feedback.value.replace(option, "…") for option in OPTIONS}
    assert twin.feedback.value.replace(OPTIONS[chosen], "…") in texts
    assert not any(option in twin.feedback.value for i, option in enumerate(OPTIONS) if i != chosen)


def test_what_is_said_is_the_same_whatever_was_chosen():
    said = set()
    for i, option in enumerate(OPTIONS):
        twin = AskFirst(ASKED, "lesson-what")
        assert twin.widget
        twin.choice.value = i
        twin.button.click()
        said.add(twin.feedback.value.replace(option, "…"))
    assert len(said) == 1


def test_committed_is_committed(twin):
    twin.choice.value = 1
    twin.button.click()
    assert twin.choice.disabled
    assert twin.button.disabled
    assert 'role="status"' in twin.feedback.value, "a screen reader is told"


def test_a_click_without_a_choice_does_nothing(twin):
    twin.button.click()
    assert twin.feedback.value == ""
    assert twin.errors == []


def test_no_answer_in_the_widget_or_its_twin(twin):
    for text in (
        twin.static(),
        twin.plain(),
        twin.alt,
        everything_shown(twin.widget),
        json.dumps(vars(ASKED)["options"]),
    ):
        assert not any(why in text for why in WHY)
    assert all(option in twin.static() and option in twin.plain() for option in OPTIONS)
    assert "<happens>" not in twin.static()
    assert "What &lt;happens&gt;?" in twin.static()


def test_the_choice_is_remembered_without_the_answer(twin, progress_file):
    twin.choice.value = 0
    twin.button.click()
    remembered = json.loads(progress_file.read_text())["predictions"]["lesson-what"]
    assert remembered["question"] == ASKED.question
    assert remembered["chosen"] == OPTIONS[0]
    assert OPTIONS[1] not in progress_file.read_text()


def recalled():
    return prediction.recalled(ASKED, "lesson-what")


def test_what_was_chosen_is_recalled_with_all_the_reasons(twin):
    assert "had not committed" in repr(recalled())
    twin.choice.value = 0
    twin.button.click()
    for text in (repr(recalled()), recalled()._repr_html_()):
        assert "✗ You predicted “It rises”. What came out: It falls." in text
        assert all(why in text for why in WHY)


def test_a_right_choice_is_recalled(twin):
    twin.choice.value = 1
    twin.button.click()
    assert "✓ You predicted “It falls”, and that is what came out." in repr(recalled())
    page = recalled()._repr_html_()
    assert "<happens>" not in page
    assert 'role="status"' in page


def test_a_choice_that_an_older_version_remembered_is_recalled(progress_file):
    progress_file.parent.mkdir()
    old = {"question": ASKED.question, "chosen": "It rises", "answer": "It falls"}
    progress_file.write_text(json.dumps({"version": 1, "lessons": {}, "predictions": {"00-what": old}}))
    assert progress.prediction("start_here-what") == old
    assert "You predicted “It rises”" in repr(prediction.recalled(ASKED, "start_here-what"))


def test_one_reason_for_all():
    asked = prediction.prediction(question="What?", options=OPTIONS, answer=0, why="because it is so")
    assert repr(prediction.recalled(asked, "x")).count("because it is so") == 1
    assert prediction.recalled(asked, "x")._repr_html_().count("because it is so") == 1


@pytest.mark.parametrize(
    ("options", "answer", "why", "words"),
    [
        (["one"], 0, "w", "two or more"),
        (["one", "one"], 0, "w", "different"),
        (["one", "two"], 2, "w", "0 to 1"),
        (["one", "two"], -1, "w", "0 to 1"),
        (["one", "two"], 0, ["w"], "1 texts for 2 options"),
    ],
)
def test_bad_questions(options, answer, why, words):
    with pytest.raises(ValueError, match=words):
        prediction.prediction(question="What?", options=options, answer=answer, why=why)


# --- the notebooks: a recall for each prediction, after a measurement


def calls_of_check(code):
    """The (method, first argument) of each call `check.method(…)` in a cell."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "check"
        ):
            first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            found.append((node.func.attr, first))
    return found


def measures(code):
    """Whether a cell does more than ask, check or define: it calls something, outside of a function."""
    statements = [
        node
        for node in ast.parse(code).body
        if not isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))
        and not (isinstance(node, ast.Expr) and calls_of_check(ast.unparse(node)))
    ]
    called = [n.func for s in statements for n in ast.walk(s) if isinstance(n, ast.Call)]
    prose = {"md", "source"}
    return any(getattr(f, "attr", getattr(f, "id", "")) not in prose for f in called)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_each_prediction_is_recalled_after_it_has_been_measured(lesson):
    cells = [cell.source for cell in source.read(lesson).cells if cell.cell_type == "code"]
    asked, answered = {}, {}
    for number, code in enumerate(cells):
        for method, name in calls_of_check(code) if "check." in code else ():
            if method == "predict":
                asked[name] = number
            elif method == "recall":
                answered.setdefault(name, number)
    for name, place in asked.items():
        assert name in answered, f"{name} is asked, but never recalled"
        between = [*cells[place + 1 : answered[name]], cells[answered[name]].split("check.recall")[0]]
        assert any(measures(code) for code in between), f"nothing is measured between {name} and its recall"
    assert set(answered) <= set(asked)


@pytest.mark.parametrize("lesson", classroom.lessons_with_exercises())
def test_every_prediction_of_a_lesson_is_asked(lesson):
    declared = set(classroom.predictions_of(import_module(f"tlcourse.lessons.{lesson}.exercises")))
    notebook = next(files for files in LESSONS if files.name.endswith(lesson))
    text = notebook.source.read_text(encoding="utf-8")
    assert {name for name in declared if f'check.predict("{name}")' in text} == declared
