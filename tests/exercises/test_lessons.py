"""Every exercise of every lesson: its solution, its stub, each of its known mistakes, its hints."""

import contextlib
import itertools
import re
from importlib import import_module

import numpy as np
import pytest

from tlcourse.exercises import classroom, progress
from tlcourse.exercises.machinery import Exercise
from tlcourse.exercises.questions import Question
from tlcourse.exercises.verdicts import NOT_ATTEMPTED, SOLVED, WRONG

LESSONS = classroom.lessons_with_exercises()


def all_exercises():
    return [
        pytest.param(exercise, id=f"{lesson}-{name}")
        for lesson in LESSONS
        for name, exercise in classroom.exercises_of(
            import_module(f"tlcourse.lessons.{lesson}.exercises")
        ).items()
    ]


def functions():
    return [p for p in all_exercises() if isinstance(p.values[0], Exercise)]


def questions():
    return [p for p in all_exercises() if isinstance(p.values[0], Question)]


def mistakes():
    return [
        pytest.param(param.values[0], function, message, id=f"{param.id}-{function.__name__}")
        for param in functions()
        for function, message in param.values[0].wrong
    ]


def wrong_values():
    return [
        pytest.param(param.values[0], entry, id=f"{param.id}-{i}")
        for param in questions()
        for i, entry in enumerate(param.values[0].wrong)
    ]


def stub(*args): ...


@pytest.mark.parametrize("exercise", functions())
def test_solution_passes(exercise):
    verdict = exercise.verdict(exercise.answer())
    assert verdict.status == SOLVED, verdict


@pytest.mark.parametrize("exercise", functions())
def test_stub_is_not_attempted(exercise):
    assert exercise.verdict(stub).status == NOT_ATTEMPTED
    assert exercise.verdict(...).status == NOT_ATTEMPTED


@pytest.mark.parametrize(("exercise", "mistake", "message"), mistakes())
def test_known_mistake_gets_its_message(exercise, mistake, message):
    def attempt(*args):
        return mistake(*args)

    verdict = exercise.verdict(attempt)
    assert verdict.status == WRONG, "this 'mistake' gives the right answer on every input"
    assert verdict.message == message, f"another mistake's message comes first: {verdict.message}"


@pytest.mark.parametrize("exercise", functions())
def test_inputs_vary(exercise):
    """An attempt that is right for one input only must not pass."""
    first = exercise.case(0)[1].value

    def constant(*args):
        return first

    assert exercise.verdict(constant).status == WRONG


@pytest.mark.parametrize("exercise", functions())
def test_source_is_the_function_alone(exercise):
    source = exercise.source()
    assert source.startswith(f"def {exercise.name}("), source
    compile(source, "solution", "exec")


@pytest.mark.parametrize("exercise", questions())
def test_answer_passes(exercise):
    answer = exercise.answer(*exercise.example)
    assert exercise.verdict(answer, *exercise.example).status == SOLVED
    assert exercise.verdict(..., *exercise.example).status == NOT_ATTEMPTED
    assert exercise.verdict(None, *exercise.example).status == NOT_ATTEMPTED


def test_what_is_said_of_an_answer_fits_the_answer():
    asked = import_module("tlcourse.lessons.what_is_transfer_learning.exercises").overtakes
    labels, curves = asked.example
    behind = {"TF-IDF": curves["TF-IDF"] - 0.2, "GloVe": curves["GloVe"]}
    assert "from here on" in asked.verdict(asked.answer(labels, curves), labels, curves).message
    assert asked.answer(labels, behind) == 0
    assert "none among these" in asked.verdict(0, labels, behind).message
    assert "from here on" in asked.why(labels, curves)
    assert asked.why() == ""  # what to say depends on the curves


@pytest.mark.parametrize(("exercise", "entry"), wrong_values())
def test_wrong_value_gets_its_message(exercise, entry):
    if callable(entry[0]):
        assert len(entry) == 3, "a predicate needs a third item, a value that it is true of"
    value = entry[2] if callable(entry[0]) else entry[0]
    verdict = exercise.verdict(value, *exercise.example)
    assert verdict.status == WRONG
    assert verdict.message == entry[1]


@pytest.mark.parametrize("exercise", all_exercises())
def test_three_different_hints_and_a_docstring(exercise):
    assert len(set(exercise.hints)) == 3
    assert exercise.title
    mistakes = [message for message, _ in itertools.groupby(entry[1] for entry in exercise.wrong)]
    assert len(set(mistakes)) == len(mistakes), "two mistakes share a message, and are no forms of one"
    if isinstance(exercise, Exercise):
        assert exercise.reference.__doc__, "a solution's docstring says what it returns, with shapes"


def attempts_from(hint, exercise):
    """The functions that the code in a hint makes, put together in each way that a reader would."""
    spans = re.findall(r"`([^`]+)`", hint)
    parameters = ", ".join(exercise.parameters)
    bodies = [f"return {span}" for span in spans]
    bodies += [
        "return " + "".join(spans[i:j]) for i in range(len(spans)) for j in range(i + 2, len(spans) + 1)
    ]
    if spans:
        bodies.append("\n    ".join([*spans[:-1], f"return {spans[-1]}"]))
        bodies.append("\n    ".join([*(f"x = {s}" for s in spans[:-1]), f"return {spans[-1]}"]))
    for body in bodies:
        scope = dict(exercise.reference.__globals__)
        with contextlib.suppress(SyntaxError):
            exec(f"def attempt({parameters}):\n    {body}", scope)
            yield scope["attempt"]


@pytest.mark.parametrize("exercise", functions())
def test_the_last_hint_is_not_the_solution(exercise):
    for attempt in attempts_from(exercise.hints[2], exercise):
        assert exercise.verdict(attempt).status != SOLVED, exercise.hints[2]
    body = exercise.source().rpartition("return ")[2]
    assert "".join(body.split()) not in "".join(exercise.hints[2].split())


@pytest.mark.parametrize("exercise", questions())
def test_the_hints_do_not_hold_the_answer(exercise):
    answer = repr(exercise.answer(*exercise.example))
    assert not any(re.search(rf"\b{re.escape(answer)}\b", hint) for hint in exercise.hints)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_solution_is_shown_and_runs(lesson):
    check = classroom.start(lesson)
    for name, declared in classroom.exercises_of(
        import_module(f"tlcourse.lessons.{lesson}.exercises")
    ).items():
        code = repr(getattr(check, name).solution()).split("```python\n")[1].split("```")[0]
        if isinstance(declared, Exercise):
            scope = dict(declared.reference.__globals__)
            exec(code, scope)
            assert declared.verdict(scope[name]).status == SOLVED
        else:
            names = dict(zip(declared.context, declared.example, strict=True))
            scope = {"np": np, **names}
            exec(code, scope)
            assert declared.verdict(scope[name], *declared.example).status == SOLVED
            with_value = repr(getattr(check, name).solution(*declared.example))
            assert repr(declared.answer(*declared.example)) in with_value


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_the_list_prints_can_be_run(lesson):
    check = classroom.start(lesson)
    for name, declared in classroom.exercises_of(
        import_module(f"tlcourse.lessons.{lesson}.exercises")
    ).items():
        printed = repr(getattr(check, name)).split(". ", 1)[1]
        ways = re.findall(r"check\.\w+[.\w]*\([^)]*\)", printed)
        assert len(ways) == 3
        context = dict(zip(getattr(declared, "context", ()), getattr(declared, "example", ()), strict=False))
        for way in ways:
            eval(way, {"check": check, name: ..., **context})


@pytest.mark.parametrize("lesson", LESSONS)
def test_predictions_can_be_asked(lesson):
    check = classroom.start(lesson)
    for name in classroom.predictions_of(import_module(f"tlcourse.lessons.{lesson}.exercises")):
        twin = check.predict(name)
        assert twin.key == f"{lesson}-{name}"
        asked = classroom.predictions_of(import_module(f"tlcourse.lessons.{lesson}.exercises"))[name]
        assert not any(why in twin.static() + twin.plain() for _, why in asked.reasons())


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_exercise_hides_a_method_of_check(lesson):
    names = classroom.exercises_of(import_module(f"tlcourse.lessons.{lesson}.exercises"))
    assert not {"predict", "recall"} & set(names)


@pytest.mark.parametrize("lesson", LESSONS)
def test_names_read_from_the_source_are_those_of_the_module(lesson):
    module = import_module(f"tlcourse.lessons.{lesson}.exercises")
    assert progress.exercise_names()[lesson] == list(classroom.exercises_of(module))
