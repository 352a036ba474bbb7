"""CoNLL-2003, English: names of people, places, organisations and others in Reuters news of 1996.

The texts are Reuters' and are not given away with the course. They are read from a folder of your own, from
`TLCOURSE_FILES`, or, once fetched, from the Hugging Face hub's conversion of `eriktks/conll2003`; whichever
it is, they must be the words and tags of the shared task (Tjong Kim Sang and De Meulder 2003).
"""

import hashlib
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tlcourse import assets
from tlcourse.assets import own_files
from tlcourse.data.conll_columns import as_bio, sentences
from tlcourse.data.splits import unseen
from tlcourse.data.tagged_sentences import Sentence, TaggedSentences, numbered

PARTS = ("train", "valid", "test")
FILES = {  # how the parts are usually called
    "train": ("train.txt", "eng.train", "conll2003-train.txt"),
    "valid": ("valid.txt", "dev.txt", "eng.testa", "conll2003-valid.txt"),
    "test": ("test.txt", "eng.testb", "conll2003-test.txt"),
}
SHA256 = {  # of the usual four columns with B- and I-
    "train": "c99b26852dabf57ca9d30a0e892b84544cc8962003151e14a71077c55dc66db5",
    "valid": "f1f6469322876887de1d04acd43c59b02f59d5b02acf42c027132fa1bf349cb2",
    "test": "82e0c72d262f86ad3e78b15c5d980bbf87cb205aa4bf6d2d97643f463f8d7ff7",
}
SENTENCES = {"train": 14_041, "valid": 3_250, "test": 3_453}
CONTENT = {  # the first digits of `content`, which is the same for each way of writing them down
    "train": "9259aa1e809a8696",
    "valid": "47cb3e706d05d811",
    "test": "bc57d1b91b1847af",
}
LONGEST = 4_000_000  # bytes of the largest of the files
HUB_TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")  # by number


def load(folder: str | Path | None = None) -> TaggedSentences:
    """Sentences with BIO tags in the three parts of the shared task.

    `train_index` leaves out the sentences that occur word for word in the other two parts: scores and
    results of tables, mostly.

    Args:
        folder: with `train.txt`, `valid.txt` and `test.txt`, or `eng.train`, `eng.testa` and `eng.testb`,
            each as it is or compressed with xz. Without, where `tlcourse.assets` finds them.

    Raises:
        FileNotFoundError, AssetMissing: they are not there; the message says what to do.
        ValueError: a file is not what the shared task had.
    """
    found = {part: _checked(part, read) for part, read in _parts(folder).items()}
    words = [words for part in PARTS for words, _ in found[part]]
    tags, names = numbered(tags for part in PARTS for _, tags in found[part])
    ends = np.cumsum([len(found[part]) for part in PARTS])
    train, valid, test = np.split(np.arange(ends[-1]), ends[:-1])
    seen = unseen(train, np.concatenate([valid, test]), [tuple(one) for one in words])
    return TaggedSentences(words, tags, names, seen, test, valid)


def content(found: Sequence[Sentence]) -> str:
    """The sha256 of sentences written as text, with one word and its tag per line."""
    text = "".join("".join(f"{w} {t}\n" for w, t in zip(*one, strict=True)) + "\n" for one in found)
    return hashlib.sha256(text.encode()).hexdigest()


def _checked(part: str, found: list[Sentence]) -> list[Sentence]:
    if len(found) != SENTENCES[part] or not content(found).startswith(CONTENT[part]):
        raise ValueError(
            f"the {part} part has {len(found):,} sentences, which are not the {SENTENCES[part]:,} of the "
            "shared task of 2003 (English, the word first in each line, its tag last): take an unchanged copy"
        )
    return found


def _parts(folder: str | Path | None) -> dict[str, list[Sentence]]:
    if folder is not None:
        return {part: _in_columns(_called(Path(folder), FILES[part])) for part in PARTS}
    own = own_files.find(SHA256.values(), LONGEST)
    if len(own) == len(SHA256):
        return {part: _in_columns(own[SHA256[part]]) for part in PARTS}
    try:
        place = assets.path("conll2003")
    except assets.AssetMissing as missing:
        raise assets.AssetMissing(
            f"{missing}; or set {own_files.VARIABLE} to a folder that has the files, or give load(folder)"
        ) from None
    return {part: _in_tables(place, "validation" if part == "valid" else part) for part in PARTS}


def _called(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        for file in (folder / name, folder / f"{name}.xz"):
            if file.is_file():
                return file
    raise FileNotFoundError(f"{folder} has none of {', '.join(names)}, as it is or with .xz")


def _in_columns(file: Path) -> list[Sentence]:
    try:
        with own_files.opened(file) as stream:
            text = stream.read().decode("utf-8")
        return [([row[0] for row in rows], as_bio([row[-1] for row in rows])) for _, rows in sentences(text)]
    except (ValueError, EOFError, lzma.LZMAError) as error:
        raise ValueError(f"{file} is not a file of CoNLL-2003: {error}") from error


def _in_tables(place: Path, name: str) -> list[Sentence]:
    import pyarrow.parquet

    found = []
    for file in sorted(place.glob(f"conll2003/{name}/*.parquet")):
        rows = pyarrow.parquet.read_table(file, columns=["tokens", "ner_tags"]).to_pylist()
        found += [(row["tokens"], [HUB_TAGS[tag] for tag in row["ner_tags"]]) for row in rows]
    return found
