"""The site in Chromium: no error, readable on a phone and by those who do not see it, and searched."""

import functools
import http.server
import threading
from pathlib import Path

import axe_playwright_python
import pytest

from tlcourse.notebook_tools import site
from tlcourse.notebook_tools.source import all_lessons

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PAGES = [
    "index.html",
    "search.html",
    "teaching.html",
    "jupyterhub.html",
    "glossary.html",
    "symbols.html",
    "your_own_data.html",
    *(f"{one.name}.html" for one in all_lessons(ROOT)),
]

pytestmark = pytest.mark.browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    into = tmp_path_factory.mktemp("site") / "made"
    site.build(ROOT, into)
    return into


@pytest.fixture(scope="module")
def address(folder):
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(chromium, address):
    """(page's name, width, colours) → the page, with what it complained of in `page.complaints`."""
    opened = []

    def open_page(name: str, width: int = 1280, colours: str = "light"):
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
        opened.append(page)
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(f"failed: {request.url}"))
        page.on(
            "request",
            lambda request: request.url.startswith((address, "data:")) or page.complaints.append(request.url),
        )
        page.goto(f"{address}/{name}")
        return page

    yield open_page
    for page in opened:
        page.close()


def violations(page, rules: dict) -> list[tuple[str, str, str]]:
    """What axe-core finds and calls serious or critical."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {rules})", rules)["violations"]
    return [
        (one["id"], one["impact"], one["nodes"][0]["html"])
        for one in found if one["impact"] in ("serious", "critical")
    ]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_accessible(visit, name):
    page = visit(name)
    # Contrast takes axe half a minute on a long page, and is the style's: see below.
    assert not violations(page, {"color-contrast": {"enabled": False}})
    assert not page.complaints


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "search.html", "00_start_here.html", "06_ulmfit.html"])
def test_colours_have_contrast(visit, name, colours):
    page = visit(name, colours=colours)
    assert not violations(page, {})


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_needs_no_sideways_scroll(visit, name):
    page = visit(name, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not page.complaints


def test_the_search_finds_bert(visit):
    page = visit("index.html")
    page.fill("input[name=q]", "BERT")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    page.wait_for_function("document.querySelectorAll('#search-results li a').length >= 5")
    assert any(
        "08_bert.html" in a.get_attribute("href") for a in page.query_selector_all("#search-results a")
    )
    assert not page.complaints


def test_the_search_works_from_a_disk(chromium, folder):
    page = chromium.new_page()
    page.goto(f"{(folder / 'search.html').as_uri()}?q=ELMo")
    page.wait_for_selector("#search-results li a")
    assert "elmo" in page.inner_html("#search-results").lower()
    page.close()
