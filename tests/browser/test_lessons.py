"""Each lesson in JupyterLab: it runs whole, a widget is moved and its effect seen, nothing complains."""

import json
import re
from pathlib import Path

import pytest

import tlcourse
from tlcourse.notebook_tools.source import all_lessons

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {lesson.slug: lesson.name for lesson in all_lessons(ROOT)}
PACKAGE = Path(tlcourse.__file__).parent
ROOMS = ROOT / "tests" / "lessons"
RUNS_IN = 240  # seconds; a lesson takes 45 at most with two cores of its own


def slide(learner, output, description):
    """Move a slider by keyboard: three steps to the right, or to the left where it is at its right end."""
    handle = output.locator(".widget-inline-hbox").filter(has_text=description).locator(".noUi-handle").first
    handle.focus()
    at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    for _ in range(3):
        learner.page.keyboard.press("ArrowLeft" if at_the_end else "ArrowRight")


def type_in(learner, output, description, text):
    field = output.locator(".widget-inline-hbox").filter(has_text=description).locator("input").first
    field.fill(text)
    field.press("Enter")


def choose(learner, output, description):
    """Take another entry of a drop-down list."""
    menu = output.locator(".widget-inline-hbox").filter(has_text=description).locator("select").first
    entries = menu.locator("option").all_inner_texts()
    now = menu.evaluate("menu => menu.selectedOptions[0].text")
    menu.select_option(label=next(entry for entry in reversed(entries) if entry != now))


def commit(learner, output, description):
    """Make a prediction: it is kept, and answered only after the measurement."""
    button = output.get_by_role("button", name=description)
    assert button.is_disabled(), "there is nothing chosen yet"
    assert "✓" not in learner.seen(output, "text")
    output.get_by_role("radio").first.click()
    button.click()


GESTURES = {"slide": slide, "type": type_in, "choose": choose, "commit": commit}


def moves(slug):
    """What is tried in a lesson: the tests of its room say so in `in_browser.json`, if it has a widget."""
    file = ROOMS / slug / "in_browser.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def test_every_lesson_with_a_widget_of_its_own_says_how_it_is_tried():
    for slug in LESSONS:
        code = "".join(p.read_text(encoding="utf-8") for p in (PACKAGE / "lessons" / slug).rglob("*.py"))
        assert moves(slug) or not re.search(r"^class \w+\((Explorer|Twin)\)", code, re.MULTILINE), slug


@pytest.mark.browser
@pytest.mark.notebook
@pytest.mark.timeout(420)
@pytest.mark.parametrize("slug", LESSONS)
def test_lesson_runs_and_its_widgets_answer(slug, learner, lab, pictures):
    at = learner(LESSONS[slug])
    at.run_all(RUNS_IN)
    for move in moves(slug):
        description, what = move["control"], move["changes"]
        output = at.output_with(description)
        before = at.seen(output, what)
        assert before, f"{description}: no {what} to begin with"
        more = {"text": move["text"]} if "text" in move else {}
        GESTURES[move["gesture"]](at, output, description, **more)
        at.changes(output, what, before)
        output.screenshot(path=pictures / f"{slug}-{description.strip(':').replace(' ', '-')}.png")
    at.page.screenshot(path=pictures / f"{slug}.png")
    assert at.page.locator(".tlcourse-widget-error").count() == 0
    assert at.page.locator(".jp-toast, .Toastify__toast").count() == 0, "a pop-up is in the way"
    assert at.errors == []
    assert not lab.network_log.exists(), lab.network_log.read_text()
