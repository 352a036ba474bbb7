"""WikiGold and CoNLL-2003: the counts that were published, whatever way the tags are written down."""

import lzma
from collections import Counter

import pytest

from tlcourse import assets
from tlcourse.data import conll2003, wikigold
from tlcourse.data.conll_columns import as_bio, sentences

# Tjong Kim Sang and De Meulder 2003, tables 1 and 2: sentences, words, names by kind.
PUBLISHED = {
    "train": (203_621, {"LOC": 7140, "MISC": 3438, "ORG": 6321, "PER": 6600}),
    "valid": (51_362, {"LOC": 1837, "MISC": 922, "ORG": 1341, "PER": 1842}),
    "test": (46_435, {"LOC": 1668, "MISC": 702, "ORG": 1661, "PER": 1617}),
}


def unpacked(file) -> str:
    return lzma.decompress(file.read_bytes()).decode()


def names_in(data, rows):
    begins = Counter(data.names[tag] for i in rows for tag in data.tags[i])
    return {name[2:]: n for name, n in begins.items() if name.startswith("B-")}


def named(data, i):
    return [(w, data.names[t]) for w, t in zip(data.words[i], data.tags[i], strict=True)]


@pytest.fixture(scope="module")
def conll(gold):
    return gold(conll2003.load)


@pytest.fixture(scope="module")
def wiki(gold):
    return gold(wikigold.load)


def test_wikigold_is_whole(wiki):
    assert len(wiki.words) == 1696
    assert sum(map(len, wiki.words)) == 39_152 - 145  # the file's lines, without those between articles
    assert wiki.names == ("O", *(f"{b}-{kind}" for b in "BI" for kind in ("LOC", "MISC", "ORG", "PER")))
    assert named(wiki, 0)[:7] == [
        ("010", "B-MISC"),
        *((w, "O") for w in ["is", "the", "tenth", "album", "from"]),
        ("Japanese", "B-MISC"),
    ]
    assert named(wiki, 0)[10:13] == [("The", "B-ORG"), ("Mad", "I-ORG"), ("Capsule", "I-ORG")]


def test_wikigold_is_split_by_article(wiki, apart, gold_folder):
    assert (len(wiki.train_index), len(wiki.test_index)) == (1272, 424)
    assert apart([tuple(words) for words in wiki.words], wiki.train_index, wiki.test_index)
    article = [a for a, _ in sentences(unpacked(gold_folder / "wikigold.conll.txt.xz"))]
    assert len(set(article)) == 145
    assert apart(article, wiki.train_index, wiki.test_index)


def test_conll2003_has_the_published_counts(conll):
    parts = {"valid": conll.valid_index, "test": conll.test_index}
    parts["train"] = range(conll2003.SENTENCES["train"])  # of which train_index is a part
    for part, rows in parts.items():
        words, names = PUBLISHED[part]
        assert len(rows) == conll2003.SENTENCES[part]
        assert sum(len(conll.words[i]) for i in rows) == words
        assert names_in(conll, rows) == names
    assert " ".join(conll.words[0]) == "EU rejects German call to boycott British lamb ."
    assert [tag for _, tag in named(conll, 0)] == ["B-ORG", "O", "B-MISC", "O", "O", "O", "B-MISC", "O", "O"]


def test_conll2003_learns_from_nothing_that_is_asked(conll, apart):
    keys = [tuple(words) for words in conll.words]
    assert len(conll.train_index) == 13_492
    asked = {keys[i] for part in (conll.valid_index, conll.test_index) for i in part}
    assert not asked & {keys[i] for i in conll.train_index}


def original_tags(text: str) -> str:
    """As the shared task gave them: B- only where a name follows another of its kind."""
    lines, before = [], "O"
    for line in text.split("\n"):
        word, _, tag = line.rpartition(" ")
        touches = tag.startswith("B-") and before[2:] == tag[2:]
        lines.append(f"{word} I-{tag[2:]}" if tag.startswith("B-") and not touches else line)
        before = tag
    return "\n".join(lines)


def test_ones_own_copy_may_have_other_names_and_the_original_tags(conll, gold_folder, tmp_path):
    for part, name in {"train": "eng.train", "valid": "eng.testa", "test": "eng.testb"}.items():
        text = unpacked(gold_folder / f"conll2003-{part}.txt.xz")
        (tmp_path / name).write_text(original_tags(text), encoding="utf-8")
    assert "\nI-" not in text
    found = conll2003.load(tmp_path)
    assert found.words == conll.words
    assert all((a == b).all() for a, b in zip(found.tags, conll.tags, strict=True))
    assert conll2003.load(gold_folder).words == conll.words  # conll2003-train.txt.xz


def test_the_hubs_tables_are_read(conll, tmp_path, monkeypatch):
    import pyarrow
    import pyarrow.parquet

    places = {"train": range(14_041), "validation": conll.valid_index, "test": conll.test_index}
    numbers = [conll2003.HUB_TAGS.index(name) for name in conll.names]
    for part, rows in places.items():
        table = {
            "tokens": [conll.words[i] for i in rows],
            "ner_tags": [[numbers[t] for t in conll.tags[i]] for i in rows],
        }
        folder = tmp_path / "conll2003" / part
        folder.mkdir(parents=True)
        pyarrow.parquet.write_table(pyarrow.table(table), folder / "0000.parquet")
    monkeypatch.delenv("TLCOURSE_FILES", raising=False)
    monkeypatch.setattr(assets, "path", lambda name: tmp_path)
    found = conll2003.load()
    assert found.words == conll.words
    assert all((a == b).all() for a, b in zip(found.tags, conll.tags, strict=True))


def test_what_is_not_there_or_another_text_is_told(gold_folder, tmp_path, monkeypatch):
    monkeypatch.delenv("TLCOURSE_FILES", raising=False)
    monkeypatch.setenv("TLCOURSE_ASSETS", str(tmp_path / "none"))
    with pytest.raises(assets.AssetMissing, match=r"tlcourse fetch conll2003`; or set TLCOURSE_FILES"):
        conll2003.load()
    with pytest.raises(FileNotFoundError, match=r"has none of train\.txt, eng\.train"):
        conll2003.load(tmp_path)
    for name in ("train", "valid", "test"):
        packed = (gold_folder / f"conll2003-{name}.txt.xz").read_bytes()
        (tmp_path / f"{name}.txt.xz").write_bytes(packed)
    text = unpacked(tmp_path / "test.txt.xz")
    (tmp_path / "test.txt").write_text(text.replace("Nadim Ladki", "Nadim Lodki").replace("B-PER", "O", 1))
    with pytest.raises(ValueError, match=r"test part has 3,453 sentences, which are not the 3,453"):
        conll2003.load(tmp_path)
    (tmp_path / "test.txt").write_text("EU B-ORG\nrejects VBZ O\n")
    with pytest.raises(ValueError, match=r"test\.txt is not a file of CoNLL-2003: line 2 has 3 columns"):
        conll2003.load(tmp_path)


def test_beginnings_are_marked():
    assert as_bio(["I-PER", "I-PER", "O", "I-PER", "I-ORG", "B-ORG", "I-ORG"]) == (
        ["B-PER", "I-PER", "O", "B-PER", "B-ORG", "B-ORG", "I-ORG"]
    )
