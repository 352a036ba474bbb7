"""No small change to a solution passes its own check, and most get a message that names the mistake."""

from functools import cache
from importlib import import_module

import numpy as np
import pytest

from tlcourse.exercises import classroom, mutants
from tlcourse.exercises.machinery import Exercise, exercise, question
from tlcourse.exercises.questions import Question
from tlcourse.exercises.verdicts import SOLVED, WRONG

HINTS = ("a nudge", "a bigger one", "nearly there")
LESSONS = classroom.lessons_with_exercises()
NAMED = 0.8  # of an exercise's mutants


@cache
def tried(lesson, name):
    return list(mutants.trials(exercises(lesson)[name]))


def exercises(lesson):
    return classroom.exercises_of(import_module(f"tlcourse.lessons.{lesson}.exercises"))


def all_of(kind):
    return [
        pytest.param(lesson, name, id=f"{lesson}-{name}")
        for lesson in LESSONS
        for name, declared in exercises(lesson).items()
        if isinstance(declared, kind)
    ]


@pytest.mark.parametrize(("lesson", "name"), all_of(Exercise))
def test_no_mutant_passes(lesson, name, caplog):
    trials = tried(lesson, name)
    assert len(trials) >= 10, "too few changes to tell"
    faults = [f"{trial.mutant.change}: {trial.fault}" for trial in trials if trial.fault]
    assert not faults, "\n".join(faults)
    assert not mutants.unknown_declarations(exercises(lesson)[name])
    assert not caplog.records, "a diagnosis failed"


@pytest.mark.parametrize(("lesson", "name"), all_of(Exercise))
def test_mutants_get_a_message_that_names_the_mistake(lesson, name):
    caught = [trial for trial in tried(lesson, name) if not trial.passed]
    unnamed = [trial for trial in caught if not trial.verdict.named]
    share = 1 - len(unnamed) / len(caught)
    assert share >= NAMED, "\n".join(f"{t.mutant.change}: {t.verdict.message}" for t in unnamed)


@pytest.mark.parametrize(("lesson", "name"), all_of(Question))
def test_near_misses_of_a_value_are_named(lesson, name):
    asked = exercises(lesson)[name]
    near = mutants.near_misses(asked)
    assert near
    for value in near:
        verdict = asked.verdict(value, *asked.example)
        assert verdict.status == WRONG, value
        assert verdict.named, verdict


def scores(rng):
    return (rng.normal(size=int(rng.integers(3, 6))),)


def never_negative(rng):
    return (rng.uniform(size=int(rng.integers(3, 6))),)


def test_an_input_that_does_not_bite_is_found():
    @exercise(title="Distance", inputs=never_negative, hints=HINTS)
    def distance(x):
        return np.abs(x)

    faults = {t.mutant.change: t.fault for t in mutants.trials(distance) if t.fault}
    assert "passes: draw inputs that tell it apart" in faults["np.abs(x) → x"]


def test_an_input_that_seldom_bites_is_found():
    @exercise(title="Above", inputs=lambda rng: (rng.integers(1, 40, size=3),), hints=HINTS)
    def above(x):
        return x > 1

    fault = next(t.fault for t in mutants.trials(above) if t.mutant.change == "x > 1 → x >= 1")
    assert "is wrong on" in fault


def test_a_declaration_is_held_to():
    @exercise(
        title="Distance",
        inputs=scores,
        hints=HINTS,
        equivalent={"np.abs(x) → x": "never negative, it is said", "x → y": "no such change"},
    )
    def distance(x):
        return np.abs(x)

    trial = next(t for t in mutants.trials(distance) if t.mutant.change == "np.abs(x) → x")
    assert "it is caught: delete the declaration" in trial.fault
    assert mutants.unknown_declarations(distance) == ["x → y"]


def test_every_kind_of_change_is_made():
    def reference(x, mask, k):
        """Return something of everything."""
        if len(x) < 2:
            return np.zeros(3)
        y = np.exp(x - k).sum(axis=0) / np.sqrt(k)
        y[[0, 1]] = -np.inf
        return np.minimum(1, y.T @ y) + abs(y.argmax())

    made = exercise(title="x", inputs=scores, hints=HINTS)(reference)
    changes = [m.change for m in mutants.mutants(made)]
    for change in [
        "len(x) < 2 → len(x) <= 2",
        "if len(x) < 2: return np.zeros(3) → pass",
        "x - k → x + k",
        "x - k → k - x",
        "x - k → abs(x - k)",
        "x - k → x",
        "np.exp(x - k) → x - k",
        "np.exp(x - k).sum(axis=0) → np.exp(x - k).sum(axis=1)",
        "np.exp(x - k).sum(axis=0) → np.exp(x - k).mean(axis=0)",
        "np.sqrt(k) → k",
        "[0, 1] → [1]",
        "-np.inf → np.inf",
        "np.minimum(1, y.T @ y) → y.T @ y",
        "np.minimum(1, y.T @ y) → np.maximum(1, y.T @ y)",
        "y.T → y",
        "abs(y.argmax()) → y.argmax()",
        "y.argmax() → y.argmin()",
        "y.argmax() → _last_of_the_best(y.argmax)",
        "mask: a mask from the other side",
        "x: changed in place",
        "x and mask swapped",
        "result: transposed",
        "result: × 100",
    ]:
        assert change in changes, change
    assert len(set(changes)) == len(changes)


def test_the_command_says_what_is_to_mend(capsys):
    assert mutants.main(["start_here"]) == 0
    told = capsys.readouterr().out
    assert "soften: " in told
    assert "0 to mend" in told
    assert mutants.main([]) == 2


def test_near_misses_of_a_choice():
    asked = question(
        title="Which budget?",
        answer=lambda budgets: budgets[2],
        hints=HINTS,
        example=([25, 50, 100, 200],),
        among=lambda budgets: budgets,
    )
    asked.name = "asked"
    assert mutants.near_misses(asked) == [101, 99, 2, 50, 200]
    said = {value: asked.verdict(value, *asked.example).message for value in mutants.near_misses(asked)}
    assert "counted from 0" in said[2]
    assert "one too early" in said[50]
    assert "one too late" in said[200]
    assert "none of the values to choose from" in said[99]
    assert asked.verdict(100, *asked.example).status == SOLVED
