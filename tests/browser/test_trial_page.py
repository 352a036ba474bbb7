"""The page of a trial in Chromium: on a phone, in the dark, accessible, and deaf to what a file holds."""

from pathlib import Path

import axe_playwright_python
import pytest

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
LABELS = ("“good”<img src=x onerror=\"document.title='pwned'\">", "bad and a very long name of a class " * 4)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory, made_tables):
    folder = tmp_path_factory.mktemp("trial")
    rows = [
        (f"{text} {'unbrokenword' * 12 if i % 9 == 0 else ''}", LABELS[label == "neg"])
        for i, (text, label) in enumerate(made_tables.made_rows(120))
    ]
    path = folder / "meine Übung <script>document.title='pwned'<script>.csv"
    path.write_text(made_tables.as_csv(rows, ("text", "<i>label</i>")), "utf-8")
    outcome = made_tables.outcome(path, sees=(1.0, 0.2, 2.0, 2.5))
    outcome.write(folder / "out")
    return outcome.path


@pytest.fixture
def visit(chromium, page_file):
    """(width, colours) → the page, with what it complained of or asked for in `page.complaints`."""
    opened = []

    def open_page(width: int, colours: str):
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
        opened.append(page)
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((page_file.as_uri(), "data:")) or page.complaints.append(request.url)
            ),
        )
        page.goto(page_file.as_uri())
        return page

    yield open_page
    for page in opened:
        page.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_is_whole_and_accessible(visit, width, colours, pictures):
    page = visit(width, colours)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
    assert "pwned" not in page.title() or "<script>" in page.title()
    page.screenshot(path=pictures / f"trial-{width}-{colours}.png", full_page=True)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document)")["violations"]
    assert not [(one["id"], one["nodes"][0]["html"]) for one in found]
    assert not page.complaints


def test_what_does_not_fit_is_scrolled_in_its_own_place(visit):
    page = visit(360, "light")
    wide = page.locator(".wide")
    assert wide.count() >= 4
    inside = wide.evaluate_all("nodes => nodes.map(n => [n.getBoundingClientRect().right, n.tabIndex])")
    assert all(right <= 360 and index == 0 for right, index in inside)
