"""Each lesson in JupyterLab: it runs whole, a widget is moved and its effect seen, nothing complains."""

from pathlib import Path

import pytest

from tlcourse.lessons.source import all_lessons

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {lesson.number: lesson.name for lesson in all_lessons(ROOT)}
RUNS_IN = 240  # seconds; a lesson takes 45 at most with two cores of its own


def slide(learner, output, description):
    """Move a slider three steps to the right by keyboard."""
    handle = output.locator(".widget-inline-hbox").filter(has_text=description).locator(".noUi-handle").first
    handle.focus()
    for _ in range(3):
        learner.page.keyboard.press("ArrowRight")


def type_in(text):
    def act(learner, output, description):
        field = output.locator(".widget-inline-hbox").filter(has_text=description).locator("input").first
        field.fill(text)
        field.press("Enter")

    return act


def choose(learner, output, description):
    """Take the last entry of a drop-down list."""
    row = output.locator(".widget-inline-hbox").filter(has_text=description)
    entries = row.locator("select option").all_inner_texts()
    row.locator("select").select_option(label=entries[-1])


def commit(learner, output, description):
    """Make a prediction: only then is it answered."""
    button = output.get_by_role("button", name=description)
    assert button.is_disabled(), "there is nothing chosen yet"
    assert "✓" not in learner.seen(output, "text")
    output.get_by_role("radio").first.click()
    button.click()


# number of the lesson: [(the control's description, what is done to it, what has to change)]
WIDGETS = {
    "00": [("Commit to this answer", commit, "text"), ("temperature", slide, "picture")],
    "03": [
        ("Words:", type_in("paris - france + italy"), "text"),
        ("Find a word:", type_in("mouse"), "text"),
    ],
}


@pytest.mark.browser
@pytest.mark.notebook
@pytest.mark.timeout(420)
@pytest.mark.parametrize("number", WIDGETS, ids=lambda number: LESSONS[number])
def test_lesson_runs_and_its_widgets_answer(number, learner, lab, pictures):
    at = learner(LESSONS[number])
    at.run_all(RUNS_IN)
    for description, act, what in WIDGETS[number]:
        output = at.output_with(description)
        before = at.seen(output, what)
        assert before, f"{description}: no {what} to begin with"
        act(at, output, description)
        at.changes(output, what, before)
        output.screenshot(path=pictures / f"{number}-{description.strip(':').replace(' ', '-')}.png")
    at.page.screenshot(path=pictures / f"{number}.png")
    assert at.page.locator(".tlcourse-widget-error").count() == 0
    assert at.page.locator(".jp-toast, .Toastify__toast").count() == 0, "a pop-up is in the way"
    assert at.errors == []
    assert not lab.network_log.exists(), lab.network_log.read_text()
