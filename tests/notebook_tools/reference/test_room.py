"""What a class needs, by a line through what was measured."""

import pytest

from tlcourse.notebook_tools.reference import room
from tlcourse.show.records import Records

GB = room.GIGABYTE


def rows(lesson: str, stage: str, shared: float, each: float, counts=(1, 2, 4, 8)) -> list[dict]:
    return [
        {
            "lesson": lesson,
            "stage": stage,
            "kernels": n,
            "score": (shared + each * n) * GB,
            "rss": (shared + each) * n * GB,
        }
        for n in counts
    ]


RECORDS = Records(
    [
        *rows("bert", "imports", 0.3, 0.2),
        *rows("bert", "begun", 0.4, 0.5),
        *rows("gpt2", "begun", 1.0, 0.7, counts=(1, 2, 4)),
        *rows("", "server", 0.3, 0.1, counts=(1, 2, 4)),
    ]
)


def test_the_line_is_that_through_the_points():
    shared, each = room.line(RECORDS.where(lesson="bert", stage="begun"))
    assert shared == pytest.approx(0.4 * GB)
    assert each == pytest.approx(0.5 * GB)
    assert room.together(RECORDS.where(stage="server"), 30) == pytest.approx(3.3 * GB)


def test_one_point_is_no_line():
    with pytest.raises(ValueError, match=r"two numbers of kernels, got \[1\]"):
        room.line(RECORDS.where(kernels=1, lesson="bert", stage="begun"))


def test_the_table_has_each_kind_by_its_amounts():
    lines = room.table(RECORDS).splitlines()
    assert lines[2] == "| JupyterLab's server | 0.40 | 0.10 | 3.30 | 10.30 |"
    assert lines[3] == "| BERT, imported | 0.50 | 0.20 | 6.30 | 20.30 |"
    assert lines[4] == "| BERT, its models loaded | 0.90 | 0.50 | 15.40 | 50.40 |"
    assert lines[5] == "| GPT-2, its models loaded | 1.70 | 0.70 | 22.00 | 71.00 |"
    assert len({line.count("|") for line in lines}) == 1


def test_the_sentence_spans_the_lessons():
    assert room.span(RECORDS, 30) == pytest.approx((18.7, 25.3))
    said = room.sentence(RECORDS)
    assert "30 learners take 19 to 25 GB, 100 learners take 61 to 81 GB" in said
    assert "up to 8 kernels" in said
    one = Records([*rows("bert", "begun", 0.4, 0.5), *rows("", "server", 0.3, 0.1)])
    assert "30 learners take 19 GB" in room.sentence(one)


def test_what_sharing_saves_is_of_the_most_kernels():
    assert "With 8 kernels of BERT that is 39% less" in room.sharing(RECORDS)  # 4.4 of 7.2 GB


def test_the_page_is_made_of_what_was_measured():
    page = room.page()
    measured = Records.load("classroom/memory")
    assert room.sentence(measured) in page
    assert room.table(measured) in page
    assert "python benchmarks/classroom.py" in page
    assert 0 < room.span(measured, 30)[0] <= room.span(measured, 30)[1] < 60
