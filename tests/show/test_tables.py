"""Tables read as HTML and as text, with everything in them escaped."""

import html.parser

import numpy as np
import pytest

from tlcourse import show


class Cells(html.parser.HTMLParser):
    """The rows of a table, as lists of text."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.caption, self._into = [], "", None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._into = tag

    def handle_data(self, data):
        if self._into in ("td", "th"):
            self.rows[-1][-1] += data
        elif self._into == "caption":
            self.caption += data

    def handle_endtag(self, tag):
        self._into = None


def cells(shown):
    ((data, _),) = shown()
    return Cells(data["text/html"]).rows


ROWS = [
    {"model": "TF-IDF", "accuracy": 0.787, "labels": 8000},
    {"model": "MiniLM", "accuracy": 0.75, "labels": 1000},
]


def test_rows(shown):
    show.table(ROWS, caption="Two models", formats={"accuracy": ".1%"})
    assert cells(shown) == [
        ["model", "accuracy", "labels"],
        ["TF-IDF", "78.7%", "8,000"],
        ["MiniLM", "75.0%", "1,000"],
    ]
    ((data, _),) = shown()
    assert Cells(data["text/html"]).caption == "Two models"
    lines = data["text/plain"].splitlines()
    assert lines[0] == "Two models"
    assert lines[1].split() == ["model", "accuracy", "labels"]
    assert len({len(line.rstrip()) for line in lines[3:]}) == 1, "columns stand under one another"


@pytest.mark.parametrize("rows", [ROWS, {k: [r[k] for r in ROWS] for k in ROWS[0]}])
def test_the_same_from_every_kind_of_rows(rows, shown):
    show.table(rows)
    assert cells(shown)[1] == ["TF-IDF", "0.787", "8,000"]


def test_whole_numbers_stay_whole_beside_what_is_missing(shown):
    show.table([{"maps": 1280, "size": 4}, {"maps": None, "size": 2.5}])
    assert cells(shown)[1:] == [["1,280", "4"], ["–", "2.5"]]


def test_one_format_for_all_numbers_and_a_callable(shown):
    show.table([{"a": 0.5, "b": "text"}], formats="{:.0%}")
    assert cells(shown)[1] == ["50%", "text"]


def test_a_callable_format(shown):
    show.table([{"a": 3}], formats={"a": lambda n: "*" * n})
    assert cells(shown)[1] == ["***"]


def test_seeds_become_mean_and_spread(shown):
    seeds = [0.81, 0.83, 0.85]
    show.table(
        [{"accuracy": seeds}, {"accuracy": np.array(seeds)}, {"accuracy": tuple(seeds)}], formats=".1%"
    )
    expected = f"{np.mean(seeds):.1%} ± {np.std(seeds, ddof=1):.1%} (n=3)"
    assert cells(shown)[1:] == [[expected]] * 3


def test_what_is_missing_is_a_dash(shown):
    show.table([{"a": None, "b": float("nan")}, {"a": 1, "b": True}])
    assert cells(shown)[1:] == [["–", "–"], ["1", "yes"]]


def test_rows_with_different_keys(shown):
    show.table([{"a": 1}, {"a": 2, "b": "x"}])
    assert cells(shown) == [["a", "b"], ["1", "–"], ["2", "x"]]


def test_markup_is_escaped(shown):
    show.table([{"<b>": "<script>alert(1)</script>"}], caption="<i>x</i>")
    ((data, _),) = shown()
    assert "<script" not in data["text/html"]
    assert "<b>" not in data["text/html"]
    assert "<i>" not in data["text/html"]
    assert cells(shown) == [["<b>"], ["<script>alert(1)</script>"]]


@pytest.mark.parametrize(
    ("rows", "formats", "error", "words"),
    [
        ([], None, ValueError, "no rows"),
        (["ab"], None, TypeError, "list of dicts"),
        ([1, 2], None, TypeError, "list of dicts"),
        (ROWS, {"accurcy": ".1%"}, ValueError, "'accurcy', but the columns are model, accuracy, labels"),
    ],
)
def test_bad_tables(rows, formats, error, words):
    with pytest.raises(error, match=words):
        show.table(rows, formats=formats)


@pytest.mark.parametrize(
    ("values", "spec", "expected"),
    [
        ([0.5], ".1%", "50.0%"),
        ([1.0, 3.0], ".2f", "2.00 ± 1.41 (n=2)"),
        (np.array([0.1, 0.1, 0.1]), ".0%", "10% ± 0% (n=3)"),
    ],
)
def test_mean_sd(values, spec, expected):
    assert show.mean_sd(values, spec) == expected


def test_mean_sd_of_nothing():
    with pytest.raises(ValueError, match="no values"):
        show.mean_sd([])


def test_compare(shown):
    show.compare(
        [
            ("accuracy", "88.4 %", "Deitsch et al. 2019, table 3", "81.2 %", "frozen features"),
            {
                "what": "F1",
                "paper": 0.884,
                "source": "section 4",
                "ours": [0.8, 0.82],
                "why": "fewer labels",
                "format": ".1%",
            },
        ]
    )
    rows = cells(shown)
    assert rows[0] == ["", "paper says", "we get", "why they differ"]
    assert rows[1] == ["accuracy", "88.4 %  (Deitsch et al. 2019, table 3)", "81.2 %", "frozen features"]
    assert rows[2] == ["F1", "88.4%  (section 4)", "81.0% ± 1.4% (n=2)", "fewer labels"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("accuracy", 0.9, "", 0.8, "why"), "'source'"),
        (("accuracy", 0.9, "section 1", 0.8), "4 items"),
        ({"what": "a", "paper": 1, "source": "s", "ours": 2, "why": ""}, "'why'"),
        ({"what": "a", "paper": 1, "source": "s", "ours": 2, "why": "w", "fmt": "x"}, "'fmt'"),
        ({}, "'what'"),
    ],
)
def test_a_comparison_has_a_source_and_a_reason(row, words):
    with pytest.raises(ValueError, match=words):
        show.compare([row])


def test_an_empty_comparison():
    with pytest.raises(ValueError, match="no rows"):
        show.compare([])
