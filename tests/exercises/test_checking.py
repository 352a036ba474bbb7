"""Checking attempts: from a stub to the right answer, through everything a learner may write on the way."""

import contextlib
import random
import threading

import numpy as np
import pytest
import torch

from tlcourse.exercises import attempts
from tlcourse.exercises.machinery import exercise, question
from tlcourse.exercises.time_limit import ended_after
from tlcourse.exercises.verdicts import NOT_ATTEMPTED, SOLVED, WRONG

HINTS = ("a nudge", "a bigger one", "nearly there")


def matrix(rng):
    rows, columns = rng.integers(2, 6, 2)
    return (rng.normal(size=(rows, columns)),)


def over_all(x):
    return x / x.sum()


def over_columns(x):
    return x / x.sum(axis=0)


@exercise(
    title="Rows that add up to one",
    inputs=matrix,
    hints=HINTS,
    wrong=[(over_all, "the whole adds up to one"), (over_columns, "the columns add up to one")],
)
def rows_to_one(x):
    """Return x, shape (n, m), with each row divided by its sum."""
    return x / x.sum(axis=1, keepdims=True)


def check(attempt):
    return rows_to_one.verdict(attempt)


def test_the_solution_can_be_called():
    np.testing.assert_allclose(rows_to_one(np.ones((2, 4))), np.full((2, 4), 0.25))


def stub_dots(x): ...


def stub_docstring(x):
    """Return something."""
    ...


def stub_pass(x):
    pass


def stub_raise(x):
    raise NotImplementedError


def stub_raise_call(x):
    raise NotImplementedError("yours to write")


def stub_return(x):
    return ...


@pytest.mark.parametrize(
    "attempt",
    [
        stub_dots,
        stub_docstring,
        stub_pass,
        stub_raise,
        stub_raise_call,
        stub_return,
        ...,
        None,
        lambda x: ...,
    ],
)
def test_stubs_are_not_attempts(attempt):
    assert check(attempt).status == NOT_ATTEMPTED


def test_a_stub_without_source_is_recognised():
    scope = {}
    exec("def f(x): ...\ndef g(x):\n    'docstring'\ndef h(x): return x", scope)
    assert check(scope["f"]).status == NOT_ATTEMPTED
    assert check(scope["g"]).status == NOT_ATTEMPTED
    assert check(scope["h"]).status == WRONG


def test_half_written_code_is_not_attempted_and_says_which_line():
    def half(x):
        total = ...
        return x / total

    verdict = check(half)
    assert verdict.status == NOT_ATTEMPTED
    assert "Line 2" in verdict.message


def test_an_ellipsis_in_an_index_is_no_stub():
    def attempt(x):
        return x / x.sum(axis=1)[..., None]

    assert check(attempt).status == SOLVED


def test_right():
    def attempt(x):
        return (x.T / x.T.sum(axis=0)).T

    verdict = check(attempt)
    assert verdict.status == SOLVED
    assert repr(verdict).startswith("✓ Solved.")


@pytest.mark.parametrize(("mistake", "message"), [(over_all, "whole"), (over_columns, "columns")])
def test_known_mistakes(mistake, message):
    verdict = check(lambda x: mistake(x))
    assert verdict.status == WRONG
    assert message in verdict.message
    assert "The largest difference is" in verdict.detail
    assert verdict.given.startswith("x = array")
    for text in (repr(verdict), verdict._repr_html_()):
        assert message in text
        assert "The largest difference is" in text
        assert "on the input" in text


def test_no_return():
    def attempt(x):
        x / x.sum(axis=1, keepdims=True)

    assert "is there a `return`" in check(attempt).message


def test_another_value_says_how_far_and_on_which_input():
    verdict = check(lambda x: x / x.sum(axis=1, keepdims=True) + 0.25)
    assert "Every value is 0.25 too large" in verdict.message
    assert "The largest difference is 0.25" in verdict.detail
    assert verdict.given.startswith("x = array")


def test_shape_type_and_nan():
    assert "shape" in check(lambda x: x.sum(axis=1)).message
    assert "a list" in check(lambda x: x.tolist()).message
    assert "NaN" in check(lambda x: x * np.nan).message
    assert "torch tensor" in check(lambda x: torch.tensor(x)).message


def test_an_exception_shows_the_learners_line_and_the_input():
    def attempt(x):
        y = x.sum(axis=1)
        return np.linalg.inv(y)

    verdict = check(attempt)
    assert verdict.status == WRONG
    assert "LinAlgError" in verdict.message
    assert "return np.linalg.inv(y)" in verdict.message, "the line of the learner, not of numpy"
    assert "attempts.py" not in verdict.message
    assert verdict.given.startswith("x = array")


def test_an_exception_in_the_learners_other_function_shows_that_line():
    def inner(x):
        return x["key"]

    def attempt(x):
        return inner(x)

    assert 'return x["key"]' in check(attempt).message


def test_exit_and_endless_recursion_are_caught():
    def leaves(x):
        raise SystemExit(3)

    def forever(x):
        return forever(x)

    assert "SystemExit" in check(leaves).message
    assert "RecursionError" in check(forever).message


def test_the_learner_can_interrupt():
    def attempt(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(attempt)


def test_a_loop_without_an_end_is_ended(monkeypatch):
    monkeypatch.setattr(attempts, "SECONDS", 0.1)

    def forever(x):
        while True:
            with contextlib.suppress(Exception):  # as code that means to catch all does
                x = x + 1

    said = check(forever)
    assert said.status == WRONG
    assert "still running: does every loop come to an end?" in said.message
    assert "line" in said.message  # and where


def test_what_ends_in_time_leaves_no_timer():
    before = threading.active_count()
    for _ in range(50):
        with ended_after(30):
            assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_a_changed_argument_is_noticed():
    def attempt(x):
        x /= x.sum(axis=1, keepdims=True)
        return x

    verdict = check(attempt)
    assert verdict.status == WRONG
    assert "changes its argument `x`" in verdict.message


def test_a_changed_tensor_is_noticed():
    @exercise(title="Double", inputs=lambda rng: (torch.tensor(rng.normal(size=3)),), hints=HINTS)
    def double(x):
        return 2 * x

    assert double.verdict(lambda x: x + x).status == SOLVED
    assert "changes its argument `x`" in double.verdict(lambda x: x.mul_(2)).message


def test_one_lucky_shape_is_not_enough():
    size = rows_to_one.inputs(np.random.default_rng(0))[0].shape

    def attempt(x):
        return rows_to_one(x) if x.shape == size else x

    assert check(attempt).status == WRONG


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (np.ones(3), "without calling it"),
        (3, "without calling it"),
        (lambda: 1, "takes (nothing)"),
        (lambda x, y: 1, "takes (x, y)"),
    ],
)
def test_what_is_not_the_function_asked_for(attempt, words):
    assert words in check(attempt).message


class Strange:
    def __call__(self, x):
        return self

    def __repr__(self):
        raise RuntimeError("no repr")


@pytest.mark.parametrize(
    "attempt",
    [
        Strange(),
        lambda x: Strange(),
        lambda x: iter(()),
        lambda x: {x.shape: object()},
        lambda x: np.array([object()]),
        lambda x: x.astype(complex),
        lambda x: x.astype(str),
        lambda x: (x, None),
        lambda *args, **kwargs: args,
        type,
        print,
        np.sum,
        torch.nn.Linear(2, 2),
    ],
)
def test_whatever_comes_a_check_does_not_raise(attempt):
    verdict = check(attempt)
    assert verdict.status == WRONG
    assert repr(verdict)
    assert verdict._repr_html_()


def test_random_generators_are_left_as_they_were():
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    before = random.random(), np.random.rand(), torch.rand(1).item()
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    check(lambda x: np.random.rand(*x.shape) + random.random() + torch.rand(1).numpy())
    assert (random.random(), np.random.rand(), torch.rand(1).item()) == before


def test_code_with_randomness_is_compared_under_the_same_seed():
    @exercise(title="Noise", inputs=matrix, hints=HINTS)
    def noise(x):
        return x + np.random.normal(size=x.shape)

    def attempt(x):
        return np.random.normal(size=x.shape) + x

    assert noise.verdict(attempt).status == SOLVED


def test_nested_results():
    @exercise(title="Statistics", inputs=matrix, hints=HINTS)
    def statistics(x):
        return {"mean": x.mean(), "columns": [x.max(axis=0), x.min(axis=0)]}

    assert statistics.verdict(lambda x: {"mean": x.mean(), "columns": (x.max(0), x.min(0))}).status == SOLVED
    wrong = statistics.verdict(lambda x: {"mean": x.mean(), "columns": [x.max(0), x.max(0)]})
    assert "['columns'][1]" in wrong.message


def test_markup_from_the_learner_is_escaped():
    def attempt(x):
        raise ValueError("<script>alert(1)</script>")

    page = check(attempt)._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    page = check(lambda x: "<img src=x onerror=alert(1)>")._repr_html_()
    assert "<img" not in page


def test_a_verdict_is_told_without_colour():
    for attempt, mark, word in [
        (rows_to_one.answer(), "✓", "Solved"),
        (over_all, "✗", "Not yet"),
        (..., "○", "Not attempted"),
    ]:
        verdict = check(attempt)
        for text in (repr(verdict), verdict._repr_html_()):
            assert mark in text
            assert word in text


def test_three_hints_or_none_at_all():
    with pytest.raises(ValueError, match="three hints"):
        exercise(title="x", inputs=matrix, hints=("one", "two"))(lambda x: x)
    with pytest.raises(ValueError, match="three hints"):
        question(title="x", answer=1, hints=())


depth = question(
    title="The best depth",
    answer=lambda accuracies: int(np.argmax(accuracies)),
    hints=HINTS,
    wrong=[(4, "that is the last"), (lambda v: v > 4, "there are five, counted from 0", 9)],
    explain="the third of five",
    example=([0.1, 0.2, 0.9, 0.3, 0.2],),
)
depth.name = "depth"


@pytest.mark.parametrize(
    ("attempt", "status", "words"),
    [
        (2, SOLVED, "the third of five"),
        (np.int64(2), SOLVED, ""),
        (..., NOT_ATTEMPTED, ""),
        (None, NOT_ATTEMPTED, ""),
        (4, WRONG, "that is the last"),
        (7, WRONG, "there are five"),
        (1, WRONG, "Off by one: 1 is one too few"),
        (0, WRONG, "0 is not it"),
        ("2", WRONG, "a whole number; yours is text"),
    ],
)
def test_questions(attempt, status, words):
    verdict = depth.verdict(attempt, *depth.example)
    assert verdict.status == status
    assert words in verdict.message


def test_a_question_does_not_give_its_answer_away():
    capital = question(title="Which class?", answer="palace", hints=HINTS)
    pair = question(title="Which two?", answer=("palace", "daisy"), hints=HINTS)
    for asked, tries in [(capital, ["place", 3, ["palac"], {}]), (pair, [["castle", "daisy"], "x", ("a",)])]:
        for attempt in tries:
            assert "palace" not in repr(asked.verdict(attempt))


def test_a_comma_in_a_number_is_named():
    count = question(title="How many?", answer=5124, hints=HINTS)
    told = count.verdict((5, 999)).message
    assert "write its digits without any" in told
    assert "5124" not in told
    assert "comma" not in count.verdict((5.5, 124)).message
    assert "comma" not in question(title="Which?", answer="daisy", hints=HINTS).verdict((5, 124)).message


def test_a_question_says_what_else_it_needs():
    verdict = depth.verdict(2)
    assert verdict.status == WRONG
    assert "check.depth(depth, accuracies)" in verdict.message


def test_any_kind_of_array_may_be_handed_in():
    @exercise(title="Twice", inputs=matrix, hints=HINTS, any_kind=True)
    def twice(x):
        """Return 2x."""
        return 2 * x

    for way in (
        lambda x: torch.from_numpy(2 * x),
        lambda x: (2 * x).tolist(),
        lambda x: [torch.from_numpy(2 * row) for row in x],
        lambda x: torch.from_numpy(2 * x).requires_grad_(),
    ):
        assert twice.verdict(way).status == SOLVED
    for wrong in (lambda x: x.tolist(), lambda x: (2 * x)[:1], lambda x: [[1], [1, 2]], lambda x: "text"):
        assert twice.verdict(wrong).status == WRONG


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ([1.0, None], "a list with None in it"),
        ([True, False], "True and False"),
        ([[1], [1, 2]], "different lengths"),
        ([[1, None], [2, 3]], "with None in it"),
        (["a", 2.0], "with 'a' in it"),
        ({1.0, 2.0}, "got a set."),
        (3.0, "not one for all"),
        (np.array([True, False]), "True and False"),
        (..., "still a `...` where a list or an array of numbers belongs"),
    ],
)
def test_where_any_kind_will_do_no_kind_is_asked_for(returned, told):
    @exercise(title="Ends", inputs=lambda rng: (rng.normal(size=4),), hints=HINTS, any_kind=True)
    def ends(x):
        """Return the first number and the last."""
        return [x[0], x[-1]]

    verdict = ends.verdict(lambda x: returned)
    said = f"{verdict.message} {verdict.detail}"
    assert told in said
    assert "numpy array of shape (2,), got" not in said
    assert "Expected a numpy array" not in said


def test_a_gap_of_a_known_mistake_may_be_filled_with_any_one_number():
    def diagonal_alone(x):
        return np.where(np.eye(len(x)) == 1, x, np.nan)

    @exercise(
        title="The same",
        inputs=lambda rng: (rng.normal(size=(3, 3)),),
        hints=HINTS,
        wrong=[(diagonal_alone, "the diagonal alone")],
    )
    def unchanged(x):
        """Return x."""
        return x.copy()

    for fill in (0.0, 7.0, np.inf, np.nan):
        verdict = unchanged.verdict(lambda x, fill=fill: np.where(np.eye(3) == 1, x, fill))
        assert verdict.message == "the diagonal alone"
    assert unchanged.verdict(lambda x: np.where(np.eye(3) == 1, x, 2 * x)).message != "the diagonal alone"


def test_the_inputs_are_drawn_and_mistakes_tried_once():
    drawn, tried = [], []

    def draw(rng):
        drawn.append(1)
        return (rng.normal(size=3),)

    def mistake(x):
        tried.append(1)
        return x + 1

    @exercise(title="Twice", inputs=draw, hints=HINTS, wrong=[(mistake, "one more")])
    def twice(x):
        """Return 2x."""
        return 2 * x

    assert twice.verdict(lambda x: x + 1).message == "one more"
    before = len(drawn), len(tried)
    for other in (lambda x: x + 1, lambda x: x + 2, lambda x: np.negative(x, out=x)):
        assert twice.verdict(other).status == WRONG  # one of them spoils its input: a copy
    assert twice.verdict(lambda x: 2 * x).status == SOLVED
    assert (len(drawn), len(tried)) == before


def test_a_tie_may_go_either_way():
    @exercise(
        title="The place of the largest",
        inputs=lambda rng: (rng.permutation(5),),
        hints=HINTS,
        special={"two are the largest": (np.array([3, 1, 3]),)},
        settled=lambda value, x: int(x.argmax()) if isinstance(value, int) and x[value] == x.max() else value,
    )
    def largest(x):
        """Return the place of the largest; of several, any."""
        return int(x.argmax())

    assert largest.verdict(lambda x: len(x) - 1 - int(x[::-1].argmax())).status == SOLVED
    assert largest.verdict(lambda x: int(x.argmin())).status == WRONG
    assert largest.verdict(lambda x: x.tolist()).status == WRONG
