"""`check` as it stands in a notebook."""

import json

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from tlcourse import exercises
from tlcourse.exercises import classroom, progress


def unsolved(scores, temperature): ...


def wrong(scores, temperature):
    return scores * temperature


def right(scores, temperature):
    import numpy as np

    exp = np.exp(scores / temperature)
    return exp / exp.sum()


@pytest.fixture
def check():
    return exercises.start("start_here")


def test_a_check_counts_tries_but_not_stubs(check):
    assert check.soften(unsolved).status == "not attempted"
    assert progress.load()["lessons"] == {}
    check.soften(wrong)
    check.soften(right)
    entry = progress.entry("start_here", "soften")
    assert entry["tries"] == 2
    assert entry["solved"]


def test_three_hints_one_after_the_other(check):
    texts = [repr(check.soften.hint()) for _ in range(4)]
    assert [t.split(".")[0] for t in texts] == [
        "**Hint 1 of 3",
        "**Hint 2 of 3",
        "**Hint 3 of 3",
        "**Hint 3 of 3",
    ]
    assert ".solution()" in texts[2]
    assert progress.entry("start_here", "soften")["hints"] == 3
    again = exercises.start("start_here")
    again.soften.hint()
    assert progress.entry("start_here", "soften")["hints"] == 3, "a hint that is seen again is not counted"


def test_the_solution_is_code_that_passes_and_is_counted(check):
    note = check.soften.solution()
    code = note._repr_markdown_().split("```python\n")[1].split("```")[0]
    scope = {"np": __import__("numpy")}
    exec(code, scope)
    assert check.soften(scope["soften"]).status == "solved"
    assert progress.entry("start_here", "soften")["solutions"] == 1
    assert "@exercise" not in code


def test_tab_completion_and_the_list(check):
    assert "soften" in dir(check)
    assert "○ soften" in repr(check)
    check.soften(right)
    assert "✓ soften" in repr(check)
    assert "1 of" in repr(check)
    assert "✓ soften" in check._repr_html_()
    assert "✓ soften" in repr(exercises.start("start_here")), "remembered from the last time"


def test_a_check_without_an_attempt_says_how_it_is_called(check):
    assert "`check.soften(soften)`" in check.soften().message
    assert progress.load()["lessons"] == {}


def test_a_mistake_without_a_name_comes_with_the_way_to_a_hint(check):
    def unlike_any(scores, temperature):
        waves = np.abs(np.sin(7 * scores / temperature))
        return waves / waves.sum()

    answer = check.soften(unlike_any)
    assert not answer.named
    assert "`check.soften.hint()`" in answer.detail
    assert "hint" not in repr(check.soften(lambda scores, temperature: None))


def test_solutions_that_are_shown_count_for_nothing():
    shown = exercises.start("start_here", solutions=True)
    assert shown.soften(unsolved).status == "solved"
    assert shown.soften.works(), "what follows can use it"
    assert "0 of 1 exercises solved (solutions that are shown do not count)" in repr(shown)
    shown.soften(right)
    assert "1 of 1" in repr(shown)


def test_solved_stays_solved_here_and_in_the_progress(check):
    check.soften(right)
    check.soften(wrong)
    assert check.soften.status() == "solved"
    assert "✓ soften" in repr(check)
    assert next(row for row in progress.summary() if row.lesson == "start_here").solved == 1
    assert not check.soften.works(), "what stands in the notebook now does not work"
    check.soften(right)
    assert check.soften.works()


def test_the_failing_input_can_be_had(check):
    verdict = check.soften(wrong)
    assert "soften(*check.soften.input)" in repr(verdict)
    scores, temperature = check.soften.input
    assert verdict.given.startswith("scores = array")
    assert wrong(scores, temperature) != pytest.approx(right(scores, temperature))
    scores[:] = 0
    assert check.soften.input[0].any(), "a copy"


def test_before_an_attempt_there_is_an_example_input(check):
    assert right(*check.soften.input).sum() == pytest.approx(1)


def test_a_value_has_no_input():
    check = exercises.start("what_is_transfer_learning")
    with pytest.raises(AttributeError, match="asks for a value"):
        check.overtakes.input  # noqa: B018


def test_a_misspelt_name_gets_the_nearest(check):
    with pytest.raises(AttributeError, match="Did you mean 'soften'"):
        check.softn  # noqa: B018
    with pytest.raises(AttributeError, match="It has: soften"):
        check.zzzzz  # noqa: B018


def test_no_such_lesson():
    with pytest.raises(ValueError, match=r"'77'.*start_here"):
        exercises.start("77")


def test_more_than_the_function(check):
    assert "Pass the function alone" in check.soften(right, 3).message


@pytest.fixture
def shell(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr(classroom, "get_ipython", lambda: shell)
    return shell


def test_solutions_replace_what_is_not_attempted(shell, progress_file):
    check = exercises.start("start_here", solutions=True)
    shell.user_ns.update(soften=unsolved, mine=unsolved, other=right)
    assert check.soften(unsolved).status == "solved"
    assert shell.user_ns["soften"]([1.0, 1.0, 1.0] * __import__("numpy").ones(3), 1.0) == pytest.approx(1 / 3)
    assert shell.user_ns["mine"] is shell.user_ns["soften"]
    assert shell.user_ns["other"] is right
    check.soften.hint()
    check.soften.solution()
    assert not progress_file.exists(), "a solved run of the lesson is nobody's progress"


def test_solutions_leave_what_the_learner_wrote(shell):
    check = exercises.start("start_here", solutions=True)
    shell.user_ns["soften"] = wrong
    assert check.soften(wrong).status == "wrong"
    assert shell.user_ns["soften"] is wrong


def test_without_solutions_nothing_is_replaced(shell, check):
    shell.user_ns["soften"] = unsolved
    check.soften(unsolved)
    assert shell.user_ns["soften"] is unsolved


def test_a_cell_run_in_ipython_shows_its_own_line(shell, check):
    shell.run_cell("def soften(scores, temperature):\n    y = scores\n    return y @ y @ y @ [1]\n")
    message = check.soften(shell.user_ns["soften"]).message
    assert "line 3 of your cell: `return y @ y @ y @ [1]`" in message


def test_a_stub_in_ipython_is_a_stub(shell, check):
    shell.run_cell('def soften(scores, temperature):\n    """Docstring."""\n    ...\n')
    assert check.soften(shell.user_ns["soften"]).status == "not attempted"


def test_the_verdict_is_what_the_notebook_shows(shell, check):
    data, _ = shell.display_formatter.format(check.soften(wrong))
    assert data["text/plain"].startswith("✗ Not yet.")
    assert 'role="status"' in data["text/html"]
    data, _ = shell.display_formatter.format(check.soften.hint())
    assert data["text/markdown"].startswith("**Hint 1 of 3.**")
    data, _ = shell.display_formatter.format(check)
    json.dumps(data)
    assert "soften" in data["text/html"]
