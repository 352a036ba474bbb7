"""The symbols: each stands in a formula of its lesson, and none of a displayed formula is missing."""

import re

import pytest

from tlcourse.notebook_tools.reference import symbols
from tlcourse.notebook_tools.source import LessonError, all_lessons

LESSONS = {lesson.slug: lesson for lesson in all_lessons()}
SYMBOLS = symbols.symbols(all_lessons()[0].source.parents[2])
GREEK = "alpha|gamma|Delta|eta|theta|lambda|xi|sigma|Sigma|tau|phi|ell"
# What is no symbol: commands, words, and Euler's number where it is the base of a power
_WORDS = re.compile(
    r"\\(?:mathrm|text|operatorname|underbrace\{.*?\}_\{\\text|dots|qquad|quad)\{[^{}]*\}|\be\^"
)
_SIGN = re.compile(
    rf"\\(?:mathcal|mathbb)\{{\w\}}|\\(?:{GREEK})(?![A-Za-z])|(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])"
)


def signs(formula: str) -> set[str]:
    """The letters of a formula, Greek ones and those of the alphabet, without words and commands."""
    return set(_SIGN.findall(_WORDS.sub(" ", formula)))


def test_signs():
    assert signs(r"\mathrm{MHAtt}(x) = \sum_h \xi_h \, \log p_i \text{given a}") == {
        "x",
        "h",
        "\\xi",
        "p",
        "i",
    }
    assert signs(r"\mathcal{L} = \frac{e^{S}}{\lVert B \rVert}") == {"\\mathcal{L}", "S", "B"}


@pytest.mark.parametrize(
    ("symbol", "slug"),
    [(one, slug) for one in SYMBOLS for slug in one.lessons],
    ids=lambda value: value if isinstance(value, str) else value.sign,
)
def test_a_symbol_stands_in_a_formula_of_its_lesson(symbol, slug):
    assert any(symbol.formula in formula for formula in symbols.formulas(LESSONS[slug]))


@pytest.mark.parametrize("slug", LESSONS)
def test_no_symbol_of_a_displayed_formula_is_missing(slug):
    told = set().union(
        *(signs(f"{one.sign} {one.formula}") for one in SYMBOLS if slug in one.lessons or not one.lessons)
    )
    used = set().union(
        *(signs(formula) for formula in symbols.formulas(LESSONS[slug], displayed=True)), set()
    )
    assert used <= told, f"docs/symbols.toml does not say what {sorted(used - told)} mean in {slug}"


def test_no_symbol_is_told_twice_of_a_lesson():
    pairs = [(one.sign, slug) for one in SYMBOLS for slug in one.lessons]
    assert len(set(pairs)) == len(pairs)


def test_the_page_has_a_row_for_each(root):
    rows = symbols.page(root, all_lessons(root)).splitlines()[2:]
    assert len(rows) == len(SYMBOLS)
    assert all(row.replace(r"\|", "").count("|") == 4 for row in rows), "a bar would begin another column"


def test_what_a_lesson_no_longer_writes_is_named(root, monkeypatch):
    gone = symbols.Symbol("q", "nothing", ("bert",), r"\aleph")
    monkeypatch.setattr(symbols, "symbols", lambda _root: [gone])
    with pytest.raises(LessonError, match=r"no formula of 08_bert has '\\\\aleph', by which 'q' was found"):
        symbols.page(root, all_lessons(root))
