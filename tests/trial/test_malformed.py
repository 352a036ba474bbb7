"""Ways in which a CSV is not as it should be: what is assumed and said, or why it is refused."""

import importlib.util
import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tlcourse.data.tasks import CLASSES, NUMBERS
from tlcourse.trial import TrialError, own_data, table
from tlcourse.trial.own_data import Options

_spec = importlib.util.spec_from_file_location("made_tables", Path(__file__).parents[1] / "made_tables.py")
_rows = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_rows)
as_csv, made_rows = _rows.as_csv, _rows.made_rows

ROWS = made_rows(60)
PLAIN = as_csv(ROWS)
UMLAUTS = as_csv([(f"{text} schön café", label) for text, label in ROWS])


def with_(n: int, *more) -> str:
    """The table with `n` rows as they are and more after them."""
    return as_csv([*ROWS[:n], *more])


def quoted(rows) -> str:
    return "text,label\n" + "".join(f'"{text}",{label}\n' for text, label in rows)


# What a file holds → a part of what is assumed or left out, and how many texts are used.
TOLD = {
    "UTF-8": (PLAIN, "It is UTF-8.", 60),
    "UTF-8 with a mark": (b"\xef\xbb\xbf" + PLAIN.encode(), "UTF-8 with a byte order mark", 60),
    "UTF-16 with a mark": (UMLAUTS.encode("utf-16"), "It is UTF-16, by its first bytes", 60),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), "read as UTF-16: every other byte is zero", 60),
    "UTF-16, big end first": (PLAIN.encode("utf-16-be"), "read as UTF-16: every other byte is zero", 60),
    "Windows": (UMLAUTS.encode("cp1252"), r"not UTF-8 \(line 2\), so it was read as cp1252", 60),
    "one bad byte": (
        UMLAUTS.encode() + b"bad \xff one,pos\r\n",
        "UTF-8 with 1 bad bytes, the first in line 62",
        61,
    ),
    "semicolons": (as_csv(ROWS, delimiter=";"), "separated by semicolons", 60),
    "tabs": (as_csv(ROWS, delimiter="\t"), "separated by tabs", 60),
    "bars": (as_csv(ROWS, delimiter="|"), "separated by vertical bars", 60),
    "Excel says the sign": ("sep=;\r\n" + as_csv(ROWS, delimiter=";"), "separated by semicolons", 60),
    "old Mac's line ends": (as_csv(ROWS, end="\r"), "It is UTF-8", 60),
    "commas in quotes": (quoted([(f"{t}, yes", n) for t, n in ROWS]), "separated by commas", 60),
    "line ends in quotes": (quoted([(f"{t}\n\nand more", n) for t, n in ROWS]), "separated by commas", 60),
    "quotes that do not pair up": (
        as_csv(ROWS, delimiter="\t").replace("\r\nthe ", '\r\n"the ', 3),
        "its quotes do not pair up",
        60,
    ),
    "NULs": (PLAIN.replace("the ", "the \0", 5), "NUL characters were taken out of 5 lines", 60),
    "no header": (as_csv(ROWS, head=None), "It has no line of column names", 60),
    "empty lines": (PLAIN.replace("\r\n", "\r\n\r\n"), "It is UTF-8", 60),
    "a sign at each end": (PLAIN.replace("\r\n", ",\r\n"), "It is UTF-8", 60),
    "too few and too many fields": (
        PLAIN + "alone\r\na,b,c,d\r\n",
        "1 record with fewer fields and 1 record with more fields than the 2 of most lines, the first in "
        "line 62",
        60,
    ),
    "as R writes it": (
        "text\tlabel\n" + "".join(f"{i}\t{t}\t{n}\n" for i, (t, n) in enumerate(ROWS)),
        "separated by tabs",
        60,
    ),
    "missing labels": (
        with_(60, ("no label", ""), ("none", "NaN")),
        "2 records without a label, the first in line 62",
        60,
    ),
    "missing texts": (with_(60, ("  ", "pos")), "1 record without a text, line 62", 60),
    "capitals": (
        with_(60, ("one more", "POS")),
        "differ in capitals alone were taken as one: “pos”, “POS”",
        61,
    ),
    "copies": (with_(60, ROWS[0], ROWS[1]), "2 copies of texts that stand in the file more than once", 60),
    "contradictions": (
        with_(60, (ROWS[0][0], "pos")),
        "2 records of 1 text that stand there with different labels, .* in lines 2 and 62",
        59,
    ),
    "nearly the same": (
        with_(60, (f"{ROWS[0][0]}!", "neg")),
        "2 texts are nearly the same as another: those that belong together are never on both sides",
        61,
    ),
    "HTML": (
        with_(60, ("<p>so <b>good</b> &amp; bad<br/><script>x=1</script></p> I <3 <user>", "pos")),
        "HTML were taken out of 1 text, the first in line 62",
        61,
    ),
    "very long": (
        with_(60, ("long " * 5000, "pos")),
        "1 text of more than 10,000 characters, the first in line 62",
        61,
    ),
    "rare classes": (with_(60, ("so so", "maybe")), "1 text of 1 class with fewer than 8 texts .“maybe”", 60),
    "stars": (
        as_csv([(t, 1 + i % 5) for i, (t, _) in enumerate(ROWS)], ("review", "stars")),
        "“stars” has 5 different numbers, each taken as a class; --task numbers",
        60,
    ),
    "a number": (
        as_csv([(t, i / 7) for i, (t, _) in enumerate(ROWS)], ("text", "score")),
        "60 different numbers, so a number is to be predicted; --task classes",
        60,
    ),
    "a decimal comma": (
        as_csv([(t, f"{i / 7:.3f}".replace(".", ",")) for i, (t, _) in enumerate(ROWS)], delimiter=";"),
        "The comma in “label” was read as a decimal point",
        60,
    ),
    "a word among numbers": (
        as_csv([*((t, i / 7) for i, (t, _) in enumerate(ROWS)), ("odd one", "high")]),
        "1 label that is no number, such as “high” in line 62",
        60,
    ),
    "more columns": (
        as_csv([(i, n, t) for i, (t, n) in enumerate(ROWS)], ("id", "mood", "words")),
        "the texts are in column “words”; the labels are in column “mood”",
        60,
    ),
}

ONE_LONG = 'text,label\n"' + "without end\n" * 100_000
# What a file holds → why it is refused, and what to do.
REFUSED = {
    "empty": ("", "mine.csv is empty: it needs a line of column names"),
    "blanks alone": (" \r\n\r\n  ", "mine.csv is empty"),
    "a header alone": ("text,label\r\n", "none of 0 records has both a text .* it has a header alone"),
    "one row": (with_(1), "mine.csv has 1 usable text, and a trial needs 40 or more"),
    "too few": (
        with_(30, *ROWS[:12]),
        "has 30 usable texts, and a trial needs 40 or more: .* 12 copies of texts",
    ),
    "one column": (
        "text\n" + "".join(f"{t}\n" for t, _ in ROWS),
        "one column in 61 lines .* a text and its label are two",
    ),
    "one class": (
        as_csv([(t, "pos") for t, _ in ROWS]),
        "every label in “label” is “pos”: a classifier needs two",
    ),
    "one number": (
        as_csv([(t, "3.0") for t, _ in ROWS]),
        "every label in “label” is “3.0”",
    ),
    "all labels missing": (
        as_csv([(t, "NA") for t, _ in ROWS]),
        "what is missing is the label: is it another column",
    ),
    "all texts missing": (
        as_csv([("", n) for _, n in ROWS]),
        "what is missing is the text: is it another column",
    ),
    "each class once": (
        as_csv([(t, f"class {i}") for i, (t, _) in enumerate(made_rows(90))]),
        "90 different labels in 90 texts, .* that is no label that comes again; name another column with "
        "--label",
    ),
    "one class but for a few": (
        as_csv([(t, "pos" if i > 4 else "neg") for i, (t, _) in enumerate(ROWS)]),
        "fewer than two classes in “label” have 8 texts or more .“pos” 55 times, “neg” 5 times.: label more",
    ),
    "numbers alone": (
        as_csv([(i, i % 3) for i in range(60)], ("a", "b")),
        "no column of texts, only numbers",
    ),
    "two columns that could be labels": (
        as_csv([(t, n, n) for t, n in ROWS], ("words", "first", "second")),
        "which column holds the labels. “first”, “second” could: say --label 'first'",
    ),
    "two columns that could be texts": (
        as_csv([(t, t, n) for t, n in ROWS], ("first", "second", "label")),
        "which column holds the texts. “first”, “second” could: say --text",
    ),
    "a quote that never closes": (
        quoted([(f"{t}, yes", n) for t, n in ROWS]).replace(' yes",', " yes,", 1).replace('"the', "the"),
        "usable text|no end|do not fit",
    ),
    "an open quote at the end": (
        quoted([(f"{t}\nyes", n) for t, n in ROWS]) + '"the last\nand on',
        "record that begins in line 122 has no end",
    ),
    "commas without quotes": (
        "text,label\n" + "".join(f"{t}{', yes' * (i % 7)},{n}\n" for i, (t, n) in enumerate(ROWS)),
        "most records do not fit: .* Put quotes around texts",
    ),
    "fastText": ("".join(f"__label__{n} {t}\n" for t, n in ROWS), "in fastText's form"),
    "JSON": ('[{"text": "a", "label": "b"}]', "is JSON, not a CSV"),
    "JSON, one a line": ('{"text": "a", "label": "b"}\n' * 50, "is JSON, not a CSV"),
    "a web page": (
        "<!DOCTYPE html><html><body>404</body></html>",
        "is a web page or XML, not a CSV: a download may",
    ),
    "Excel": (
        b"PK\x03\x04" + bytes(400),
        "is an Excel workbook or another zip archive, not a CSV: in Excel, save it",
    ),
    "gzip": (b"\x1f\x8b\x08" + bytes(400), "is compressed with gzip, not a CSV: unpack it"),
    "Parquet": (b"PAR1" + bytes(400), "is a Parquet file, not a CSV"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(400), "is a picture, not a CSV"),
    "no text": (bytes(range(256)) * 40, "is not a text file"),
    "UTF-16 cut in the middle": (PLAIN.encode("utf-16")[:-1], "looks like UTF-16, but it is damaged at line"),
    "neither UTF-8 nor Windows": (
        UMLAUTS.encode("cp1252") + b"\x81\x8d,pos\r\n",
        r"neither UTF-8 \(line 2\) nor Windows' cp1252 \(line 62\)",
    ),
    "a line without end": ("text,label\n" + "x" * 11_000_000, "line 2 is longer than 10,000,000 characters"),
    "a field without end": (ONE_LONG, "record that begins in line 2 has no end"),
}


def read(path, **options):
    return own_data.read(own_data.checked(path), Options(**options))


@pytest.mark.parametrize("name", TOLD)
def test_what_is_assumed_is_said(name, write):
    content, said, n = TOLD[name]
    data = read(write(content))
    assert re.search(said, " ".join(data.notes)), data.notes
    assert len(data.texts) == len(data.targets) == len(data.lines) == len(data.groups) == n


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_tried_is_refused_with_its_reason(name, write):
    content, said = REFUSED[name]
    with pytest.raises(TrialError, match=said) as caught:
        read(write(content))
    assert "\n" not in str(caught.value)


def test_all_encodings_of_a_table_are_the_same_table(write):
    plain = read(write(UMLAUTS))
    for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"):
        again = read(write(UMLAUTS.encode(name)))
        assert again.texts == plain.texts, name
        np.testing.assert_array_equal(again.targets, plain.targets)
    said = read(write("текст,label\r\n".encode("cp1251") + UMLAUTS.encode("cp1252")[12:]), encoding="cp1251")
    assert said.columns[0] == "текст"


def test_markup_is_taken_out_and_what_only_looks_like_it_stays(write):
    content = with_(
        60, ("<p class='a>b'>so <b>good</b> &amp; b&#97;d<br/>I <3 <user> a < b &copy=1</p>", "pos")
    )
    assert read(write(content)).texts[-1] == "so good & bad I <3 <user> a < b &copy=1"


def test_lines_are_those_of_the_file(write):
    rows = [(f"{text}\nsecond line", label) for text, label in ROWS]
    data = read(write(quoted(rows)))
    np.testing.assert_array_equal(data.lines, 2 + 2 * np.arange(60))
    data = read(write("sep=,\n\n" + as_csv(ROWS, head=None)))
    np.testing.assert_array_equal(data.lines, 3 + np.arange(60))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text": "nothing"}, "no column “nothing” for --text; its columns are “text”, “label”"),
        ({"label": "3"}, "no column “3” for --label"),
        ({"label": "text", "text": "text"}, "are the same column"),
        ({"task": "numbers"}, "no numbers, such as “neg”"),
        ({"encoding": "klingon"}, "--encoding is 'klingon', which Python does not know"),
        ({"encoding": "base64"}, "--encoding is 'base64', which Python does not know"),
        ({"encoding": "utf-16"}, "damaged"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, said, write):
    with pytest.raises(TrialError, match=said):
        read(write(PLAIN), **options)


def test_options_decide(write):
    rows = [(i, n, t, t[::-1]) for i, (t, n) in enumerate(ROWS)]
    path = write(as_csv(rows, ("id", "a", "b", "b")))
    assert read(path, text="3", label="A").texts == [t for t, _ in ROWS]
    with pytest.raises(TrialError, match="several columns called “b”: say which, --text 3 or --text 4"):
        read(path, text="b", label="a")
    stars = write(as_csv([(t, 1 + i % 5) for i, (t, _) in enumerate(ROWS)]))
    assert read(stars).kind == CLASSES
    assert read(stars).names == ("1", "2", "3", "4", "5")
    assert read(stars, task="numbers").kind == NUMBERS
    many = write(as_csv([(t, i % 25) for i, (t, _) in enumerate(made_rows(300))]))
    assert read(many).kind == NUMBERS
    assert read(many, task="classes").names == tuple(map(str, range(25)))  # 2 before 10
    assert len(read(write(as_csv(ROWS, head=None)), header=True).texts) == 59


def test_what_is_there_instead_of_a_file(tmp_path, write):
    write(PLAIN, "Übersicht (1).csv")
    for path, said in (
        (tmp_path / "nothing.csv", "there is no file .*nothing.csv; in that folder are “Übersicht .1..csv”"),
        (tmp_path, "is a folder: name the CSV in it"),
        (Path("/dev/null"), "is no ordinary file"),
        (tmp_path / "Übersicht (1).csv" / "x", "there is no file"),
        ("a\0b.csv", "cannot be read"),
    ):
        with pytest.raises(TrialError, match=said):
            own_data.checked(path)


def test_a_million_rows_are_drawn_from_evenly_and_always_the_same(tmp_path):
    path, n = tmp_path / "large.csv", 1_000_000
    with path.open("w") as file:
        file.write("text,label\n")
        file.writelines(f"text number {i},{'ab'[i % 2]}\n" for i in range(n))
    options = Options()
    decoding = own_data.encoding.detect(path)
    head = table.look(path, decoding)
    rows, seen = table.sample(path, decoding, head.dialect, list, True, options.seed)
    assert seen.records == n
    assert len(rows) == table.MOST_ROWS
    numbers = np.array([int(row[0].split()[-1]) for _, row in rows])
    assert [line for line, _ in rows] == (numbers + 2).tolist()  # the header is line 1
    assert len(np.unique(numbers)) == len(numbers)
    # Of 20,000 draws some 2,000 fall into each tenth, give or take four standard deviations of √(np(1 − p)).
    assert (np.abs(np.histogram(numbers, 10, (0, n))[0] - 2000) < 4 * 43).all()
    again, _ = table.sample(path, decoding, head.dialect, list, True, options.seed)
    assert again == rows


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.tuples(st.text(max_size=12), st.sampled_from(["a", "b", "1", "", '"', "x,y", "\x00", "é"])),
            min_size=30,
            max_size=80,
        ).map(
            lambda rows: "\n".join(f"{text},{label}" for text, label in rows).encode("utf-8", "surrogatepass")
        ),
    ),
    st.binary(max_size=6),
)
def test_whatever_the_bytes_there_is_an_answer(tmp_path, content, noise):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(noise + content)
    try:
        data = read(path)
    except TrialError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert len(data.texts) >= own_data.FEWEST


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_table_that_is_damaged_in_a_few_places_has_an_answer(tmp_path, data):
    content = bytearray(PLAIN.encode(data.draw(st.sampled_from(["utf-8", "utf-16", "cp1252"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + 1] = data.draw(
            st.sampled_from([b"", b"\x00", b'"', b"\xff", b"\n", b"\r", b",,", b"\xd8"])
        )
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    try:
        read(path)
    except TrialError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_of_many_long_texts_some_are_drawn(write, monkeypatch):
    monkeypatch.setattr(own_data, "MOST_CHARACTERS", 60 * 40)
    data = read(write(as_csv([(f"{text} and more", label) for text, label in made_rows(200)])))
    assert sum(map(len, data.texts)) <= 60 * 40
    assert "were drawn by chance" in " ".join(data.notes)
    assert (np.diff(data.lines) > 0).all()


def test_a_csv_that_pandas_would_write_is_read_back(write):
    """Python's own writer, with every quoting it knows."""
    import csv

    nasty = [(f'{t} "quoted", and; more\ttabs\nand lines', n) for t, n in ROWS]
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC):
        file = io.StringIO(newline="")
        csv.writer(file, quoting=quoting).writerows([("text", "label"), *nasty])
        data = read(write(file.getvalue()))
        assert data.texts == [" ".join(t.split()) for t, _ in nasty]
