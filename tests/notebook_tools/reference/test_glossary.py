"""The glossary: each of its terms is still explained where it says, in the lesson's own words."""

import pytest

from tlcourse import curriculum
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.reference import glossary
from tlcourse.notebook_tools.source import LessonError, LessonFiles, all_lessons

LESSONS = {lesson.slug: lesson for lesson in all_lessons()}
TERMS = glossary.terms(all_lessons()[0].source.parents[2])


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_is_explained_where_the_glossary_says(term):
    explained, where = term.explanation(LESSONS[term.lesson])
    assert len(explained) > 25
    assert where.section
    assert where.target.startswith(f"{LESSONS[term.lesson].name}.ipynb#")


def test_no_term_is_there_twice():
    names = [term.name.lower() for term in TERMS]
    assert len(set(names)) == len(names) >= 100


def test_most_lessons_explain_some():
    assert len({term.lesson for term in TERMS}) >= 14


@pytest.fixture
def lesson(tmp_path):
    """Makes a built lesson of Markdown cells."""

    def made(*texts):
        path = tmp_path / "08_bert.ipynb"
        cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return LessonFiles("08", "08_bert", tmp_path / "notebooks" / "src" / "08_bert.py", path)

    return made


def test_the_first_sentence_that_sets_the_term_off_explains_it(lesson):
    made = lesson(
        "# 08 · BERT\nThe *mask* of the title does not count.",
        "## One · 3 minutes\nA mask is not set off. A *Mask* hides. It has an end. The *mask* again.",
    )
    explained, where = glossary.Term("mask", "bert").explanation(made)
    assert explained == "A *Mask* hides."
    assert (where.section, where.target) == ("One", "08_bert.ipynb#one--3-minutes")


@pytest.mark.parametrize(
    ("more", "explained"),
    [
        ({"sentences": 2}, "A **thing** is that. And this."),
        ({"before": 1}, "Before. A **thing** is that."),
        ({"marked": "thing"}, "A **thing** is that."),
        ({"says": "And this"}, "And this."),
    ],
)
def test_which_sentences(lesson, more, explained):
    made = lesson("## One\nBefore. A **thing** is that. And this. And so on.")
    assert glossary.Term("thing", "bert", **more).explanation(made)[0] == explained


def test_a_formula_comes_along_and_an_item_of_a_list_is_whole(lesson):
    made = lesson("## One\nThe *ratio* is:\n\n$$a / b$$\n\n- the *first*: one. Two.\n- the *second*")
    assert glossary.Term("ratio", "bert").explanation(made)[0] == "The *ratio* is:\n\n$$\na / b\n$$"
    assert glossary.Term("first", "bert").explanation(made)[0] == "the *first*: one. Two."


def test_part_of_a_mark_is_no_mark(lesson):
    made = lesson("## One\nThe *random twin* is untrained; **random** words.")
    with pytest.raises(
        LessonError, match=r"\*twin\* or \*\*twin\*\*, which explained 'twin'; name the lesson"
    ):
        glossary.Term("twin", "bert").explanation(made)


def test_a_lesson_that_is_not_built_is_named(root):
    with pytest.raises(LessonError, match="which is no built lesson"):
        glossary.page(root, [])


def test_the_page_has_each_term_under_its_letter(root):
    page = glossary.page(root, all_lessons(root))
    headings = [line for line in page.splitlines() if line.startswith("#")]
    letter, names = "", []
    for heading in headings:
        if heading.startswith("### "):
            names.append(heading.removeprefix("### "))
            assert names[-1][0].upper() == letter
        else:
            letter = heading.removeprefix("## ")
    assert names == [term.name for term in TERMS]
    assert (
        f"[08 · {curriculum.lesson('bert').title}: 1. Who sees whom?](08_bert.ipynb#1-who-sees-whom" in page
    )
