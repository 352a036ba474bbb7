"""The slides in Chromium, from a disk: each fits its page, no network is asked, the notes are there."""

from pathlib import Path

import pytest

from tlcourse.notebook_tools.slides import deck
from tlcourse.notebook_tools.source import find

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ["00", "03", "08", "15"]  # a short one; the longest; formulas; the widest tables
LEAST = 0.7  # of the size that the style gives: what is smaller is not read from the back row

pytestmark = pytest.mark.browser

# What sticks out of the page that is shown, and how much smaller than meant its letters are
LOOK = """() => {
    const page = Reveal.getCurrentSlide().querySelector('.page'), whole = page.getBoundingClientRect();
    const body = page.querySelector('.body'), out = [];
    for (const one of page.querySelectorAll('*')) {
        const place = one.getBoundingClientRect();
        const wide = place.left < whole.left - 1 || place.right > whole.right + 1;
        const high = place.top < whole.top - 1 || place.bottom > whole.bottom + 1;
        if (place.width && (wide || high)) out.push(one.outerHTML.slice(0, 80));
    }
    if (body && body.scrollHeight > body.clientHeight + 1) out.push('the body scrolls');
    const images = [...page.querySelectorAll('img')];
    const unseen = images.filter(image => !image.complete || image.clientHeight < 100).length;
    return {name: page.textContent.slice(0, 60), out, unseen, size: body ? +body.dataset.size : 1};
}"""
NEXT = """() => {
    const all = Reveal.getSlides(), next = all[all.indexOf(Reveal.getCurrentSlide()) + 1];
    if (!next) return false;
    const {h, v} = Reveal.getIndices(next);
    Reveal.slide(h, v, 99);  // with all that comes at a click
    return true;
}"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory) -> dict[str, Path]:
    written = deck.write(find(LESSONS, ROOT), ROOT, tmp_path_factory.mktemp("slides"))
    return {path.name[:2]: path for path in written}


@pytest.fixture
def present(chromium):
    """Opens a deck from the disk; what the page complains of, or asks of others, is in `page.complaints`."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)

    def open_deck(path: Path, query: str = ""):
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                asked.url.startswith(("file:", "data:", "about:")) or page.complaints.append(asked.url)
            ),
        )
        page.goto(path.as_uri() + query)
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        return page

    yield open_deck
    context.close()


@pytest.mark.parametrize("number", LESSONS)
def test_each_slide_fits_its_page(present, decks, number):
    page = present(decks[number])
    seen = 0
    while True:
        found = page.evaluate(LOOK)
        assert not found["out"], f"{found['name']}: {found['out']}"
        assert not found["unseen"], found["name"]
        assert found["size"] >= LEAST, found["name"]
        seen += 1
        if not page.evaluate(NEXT):
            break
    assert seen == page.evaluate("Reveal.getTotalSlides()") >= 20
    assert not page.complaints


def test_hints_come_one_at_a_click(present, decks):
    page = present(decks["00"])
    page.evaluate("() => { const s = Reveal.getSlides().find(one => one.className.includes('hints'));"
                  " const {h, v} = Reveal.getIndices(s); Reveal.slide(h, v); }")  # fmt: skip
    shown = lambda: page.locator("section.present section.hints .fragment.visible").count()  # noqa: E731
    for number in range(4):
        assert shown() == number
        page.keyboard.press("Space")
    assert "hints" not in page.evaluate("Reveal.getCurrentSlide().className")


def test_the_teachers_window_has_the_notes(present, decks):
    page = present(decks["08"], "#/2/0")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    notes.filter(has_text="4 minutes").wait_for()
    page.keyboard.press("ArrowDown")
    notes.filter(has_text="In words: Three grids").wait_for()


def test_a_handout_has_every_slide(present, decks):
    page = present(decks["08"], "?print-pdf")
    page.wait_for_selector(".pdf-page >> nth=50")
    total = page.evaluate("Reveal.getTotalSlides()")
    assert page.locator(".pdf-page").count() == total
    assert page.locator(".body[data-size]").count() > total / 2, "letters are made to fit on paper, too"
