"""Each lesson in JupyterLab: it runs whole, a widget is moved and its effect seen, nothing complains."""

from pathlib import Path

import pytest

from tlcourse.notebook_tools.source import all_lessons

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {lesson.number: lesson.name for lesson in all_lessons(ROOT)}
RUNS_IN = 240  # seconds; a lesson takes 45 at most with two cores of its own


def slide(learner, output, description):
    """Move a slider by keyboard: three steps to the right, or to the left where it is at its right end."""
    handle = output.locator(".widget-inline-hbox").filter(has_text=description).locator(".noUi-handle").first
    handle.focus()
    at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    for _ in range(3):
        learner.page.keyboard.press("ArrowLeft" if at_the_end else "ArrowRight")


def type_in(text):
    def act(learner, output, description):
        field = output.locator(".widget-inline-hbox").filter(has_text=description).locator("input").first
        field.fill(text)
        field.press("Enter")

    return act


def choose(learner, output, description):
    """Take another entry of a drop-down list."""
    menu = output.locator(".widget-inline-hbox").filter(has_text=description).locator("select").first
    entries = menu.locator("option").all_inner_texts()
    now = menu.evaluate("menu => menu.selectedOptions[0].text")
    menu.select_option(label=next(entry for entry in reversed(entries) if entry != now))


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
    "01": [("labels", slide, "picture"), ("tested on", choose, "picture")],
    "02": [("lowest layer that learns", slide, "picture"), ("threshold", slide, "picture")],
    "03": [
        ("Words:", type_in("berlin - germany + france"), "text"),
        ("Find a word:", type_in("cow"), "text"),
    ],
    "04": [("Word", type_in("nation"), "picture"), ("Phoneme", slide, "picture")],
}


def test_every_lesson_has_a_widget_to_try():
    assert set(LESSONS) == set(WIDGETS)


@pytest.mark.browser
@pytest.mark.notebook
@pytest.mark.timeout(420)
@pytest.mark.parametrize("number", sorted(WIDGETS.keys() & LESSONS.keys()))
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
