"""The site: its pages hold what the notebooks hold, no link leads nowhere, nothing comes from elsewhere."""

import base64
import copy
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tlcourse.notebook_tools import site
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.source import LessonError, all_lessons

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"04": "04_sequences", "11": "11_probing"}


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("as lesson 11 shows", "as [lesson 11](11_probing.ipynb) shows"),
        ("Lessons 04 and more", "[Lessons 04](04_sequences.ipynb) and more"),
        ("BERT (04) looks", "BERT ([04](04_sequences.ipynb)) looks"),
        ("lesson 05 has no page", "lesson 05 has no page"),
        ("`lesson 11` and $lesson 11$", "`lesson 11` and $lesson 11$"),
        ("[lesson 11](elsewhere)", "[lesson 11](elsewhere)"),
        ("```\nlesson 11\n```", "```\nlesson 11\n```"),
        ("lesson 110", "lesson 110"),
    ],
)
def test_lessons_named_by_number_are_linked(text, linked):
    assert site.linked(text, "08", PAGES) == linked


def test_a_lesson_does_not_link_to_itself():
    assert site.linked("lesson 11", "11", PAGES) == "lesson 11"


def made() -> nbformat.NotebookNode:
    new = nbformat.v4
    png = base64.b64encode(b"not really a picture").decode()
    figure = new.new_output("display_data", {"image/png": png, "text/plain": "<Figure>"})
    figure.metadata["image/png"] = {"alt": 'a "quoted" < alt', "width": 30, "height": 20}
    return new.new_notebook(
        cells=[
            new.new_markdown_cell("# 08 · A lesson\nafter lesson 04"),
            new.new_code_cell("colab()", metadata={"tags": ["colab"]}),
            new.new_code_cell("seed = 0", metadata={"tags": ["parameters"]}),
            new.new_code_cell("import this"),
            new.new_code_cell("draw()", outputs=[figure]),
        ]
    )


def test_a_page_is_what_is_read():
    notebook = made()
    before = copy.deepcopy(notebook)
    page = site.as_page(notebook, "08", PAGES)
    assert [cell.source for cell in page.cells[1:]] == ["seed = 0", "import this", "draw()"]
    assert [site.FOLDED in cell.metadata.get("tags", []) for cell in page.cells[1:]] == [True, True, False]
    assert "[lesson 04](04_sequences.ipynb)" in page.cells[0].source
    shown = page.cells[-1].outputs[0].data["text/html"]
    assert 'alt="a &quot;quoted&quot; &lt; alt"' in shown
    assert 'width="30" height="20"' in shown
    assert dict(site.figures(notebook, "08")) == {"08-00.png": b"not really a picture"}
    assert notebook == before


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("**Time** 90 minutes: a core of\n65, and two optional", (90, 65)),
        ("**Time** 80 minutes, of which …; the core without the optional section 70", (80, 70)),
        ("**Time** 15 minutes · **You need**", (15, 15)),
    ],
)
def test_the_minutes_that_a_lesson_says(said, found):
    assert site.minutes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(said)])) == found


def test_each_lesson_says_its_minutes():
    for lesson in all_lessons(ROOT):
        whole, core = site.minutes(nbformat.read(lesson.built, as_version=4))
        assert 0 < core <= whole <= 150


class Parts(HTMLParser):
    """What a page refers to, its anchors, and the words of its title."""

    def __init__(self, page: Path):
        super().__init__()
        self.links, self.loaded, self.anchors, self.images = [], [], set(), []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.anchors.add(attrs["id"])
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        if tag in ("script", "img", "iframe") and "src" in attrs:
            self.loaded.append(attrs["src"])
        if tag == "link" and attrs.get("rel") != "canonical":
            self.loaded.append(attrs["href"])
        if tag == "img":
            self.images.append(attrs)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "made"
    site.build(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def parts(built) -> dict[str, Parts]:
    return {page.name: Parts(page) for page in built.glob("*.html")}


def test_each_lesson_has_its_page_with_its_figures(built, parts):
    for lesson in all_lessons(ROOT):
        notebook = nbformat.read(lesson.built, as_version=4)
        images = [one for one in parts[f"{lesson.name}.html"].images if site.FIGURES in one["src"]]
        drawn = list(site.figures(notebook, lesson.number))
        assert [(built / one["src"]).read_bytes() for one in images] == [image for _, image in drawn]
        assert all(len(one["alt"]) > 20 for one in images)


def test_no_link_leads_nowhere(built, parts):
    for name, page in parts.items():
        for link in page.links:
            to = urlsplit(link)
            if to.scheme:
                assert to.scheme in ("https", "mailto"), f"{name}: {link}"
                continue
            target = to.path or name
            assert (built / unquote(target)).is_file(), f"{name}: {link}"
            if to.fragment and target in parts:
                assert unquote(to.fragment) in parts[target].anchors, f"{name}: {link}"


def test_all_that_a_page_loads_lies_beside_it(built, parts):
    for name, page in parts.items():
        for one in page.loaded:
            to = urlsplit(one)
            assert not to.netloc, f"{name} loads {one}"
            assert not to.path or (built / unquote(to.path)).is_file(), f"{name} loads {one}"


def test_each_formula_is_drawn(built):
    for lesson in all_lessons(ROOT):
        notebook = nbformat.read(lesson.built, as_version=4)
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        page = (built / f"{lesson.name}.html").read_text("utf-8")
        assert page.count('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"') >= len(
            re.findall(r"^\$\$", text, re.MULTILINE)
        )
        words = re.sub(r"<(pre|code|script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
        assert "$$" not in words
        assert not re.search(r"\\(frac|sum|cdot|mathrm|lVert|mathbb|operatorname)", words)


def test_what_is_no_site_is_not_replaced(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(LessonError, match="holds something that is no site"):
        site.build(ROOT, tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_a_lesson_that_was_not_built_is_named(tmp_path):
    lesson = all_lessons(ROOT)[1]
    missing = type(lesson)(lesson.number, lesson.name, lesson.source, tmp_path / "none.ipynb")
    with pytest.raises(LessonError, match="tlcourse build 01"):
        site.write_page(missing, PAGES, tmp_path)
