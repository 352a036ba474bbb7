"""The sources, each from a little of its own format."""

import json
import lzma
import zipfile

import pyarrow
import pyarrow.parquet
import pytest

from tlcourse.data import text_sources
from tlcourse.data.text_index import Document


@pytest.fixture
def nltk_folder(tmp_path):
    files = {
        "brown": {
            "ca01": "\tThe/at jury/nn said/vbd ``/`` no/at ''/'' ,/, so/rb ./.\n\nSo/rb it/pps did/dod ./."
        },
        "movie_reviews": {"neg/cv0.txt": "it is bad , really . \nwhat's the deal ? \n"},
        "abc": {"rural.txt": "A headline\nOne line.\nTwo lines.\n\nThree lines.\nNext headline\nMore of it."},
        "inaugural": {"1789.txt": "Fellow-Citizens:\n\nAmong “us” are caf\u00e9s.", "README": "not a text"},
    }
    (tmp_path / "corpora").mkdir()
    for corpus, texts in files.items():
        with zipfile.ZipFile(tmp_path / "corpora" / f"{corpus}.zip", "w") as archive:
            archive.writestr(f"{corpus}/", "")
            for name, text in texts.items():
                archive.writestr(f"{corpus}/{name}", text)
    return tmp_path


def test_clean():
    assert (
        text_sources.clean("  “Hi” — it’s&nbsp;<i>fine</i>\t&amp;\x07 so\u200b on ")
        == '"Hi" — it\'s fine & so on'
    )
    assert text_sources.clean("if a < b and c > d then") == "if a < b and c > d then"


def test_sections_are_cut_between_paragraphs():
    paragraphs = [f"{i} one two three" for i in range(5)]
    document = Document("s", "s/x", paragraphs)
    assert list(text_sources.sections(document, longest=20)) == [document]
    parts = list(text_sources.sections(document, longest=10))
    assert [part.name for part in parts] == ["s/x#0", "s/x#1", "s/x#2"]
    assert [p for part in parts for p in part.paragraphs] == paragraphs
    assert all(len(part.text.split()) <= 10 for part in parts)
    assert len(list(text_sources.sections(document, longest=2))) == 5  # a paragraph is never cut


def test_nltk(nltk_folder):
    (brown,) = text_sources.brown(nltk_folder)
    assert brown == Document("brown", "brown/ca01", ['The jury said "no", so.', "So it did."])
    (review,) = text_sources.movie_reviews(nltk_folder)
    assert review.paragraphs == ["it is bad, really.", "what's the deal?"]
    items = list(text_sources.abc(nltk_folder))
    assert [item.paragraphs for item in items] == [
        ["A headline", "One line.", "Two lines.", "Three lines."],
        ["Next headline", "More of it."],
    ]
    (speech,) = text_sources.plain(nltk_folder, "inaugural")
    assert speech.paragraphs == ["Fellow-Citizens:", 'Among "us" are cafés.']
    with pytest.raises(FileNotFoundError, match=r"nltk\.downloader .* webtext"):
        list(text_sources.plain(nltk_folder, "webtext"))


def test_nltk_unpacked(nltk_folder):
    with zipfile.ZipFile(nltk_folder / "corpora" / "inaugural.zip") as archive:
        archive.extractall(nltk_folder / "corpora")
    packed = list(text_sources.plain(nltk_folder, "inaugural"))
    (nltk_folder / "corpora" / "inaugural.zip").unlink()
    assert list(text_sources.plain(nltk_folder, "inaugural")) == packed


def test_imdb_in_both_forms(tmp_path):
    texts = ["A film.<br /><br />I saw it.", "Another one."]
    (tmp_path / "lines").mkdir()
    with lzma.open(tmp_path / "lines" / "unsup.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"text": text, "label": -1}) + "\n" for text in texts)
    (tmp_path / "hub" / "plain_text").mkdir(parents=True)
    table = pyarrow.table({"text": texts, "label": [-1, -1]})
    pyarrow.parquet.write_table(
        table, tmp_path / "hub" / "plain_text" / "unsupervised-00000-of-00001.parquet"
    )
    for folder in ("lines", "hub"):
        found = list(text_sources.imdb(tmp_path / folder))
        assert found == [
            Document("imdb", "imdb/unsup/0", ["A film.", "I saw it."]),
            Document("imdb", "imdb/unsup/1", ["Another one."]),
        ]
    with pytest.raises(FileNotFoundError, match="stanfordnlp/imdb"):
        list(text_sources.imdb(tmp_path / "hub", "test"))


def test_eltec_in_both_forms(tmp_path):
    with lzma.open(tmp_path / "eltec.txt.xz", "wt") as file:
        file.write("First novel.\nIts end.\n\nSecond novel.\n")
    tei = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><p>no</p></teiHeader><text><body>'
    tei += "<div><head>I</head><p>First <hi>novel</hi>.</p><p>Its\n end.</p></div></body></text></TEI>"
    (tmp_path / "level1").mkdir()
    (tmp_path / "level1" / "ENG1.xml").write_text(tei)
    first, second = text_sources.eltec(tmp_path / "eltec.txt.xz")
    assert first.paragraphs == ["First novel.", "Its end."]
    assert second.paragraphs == ["Second novel."]
    (novel,) = text_sources.eltec(tmp_path / "level1")
    assert novel == Document("eltec", "eltec/ENG1", first.paragraphs)
    with pytest.raises(FileNotFoundError, match="ELTeC-eng"):
        list(text_sources.eltec(tmp_path / "nowhere"))
