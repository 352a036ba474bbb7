"""Parts of speech and names in BBC news, as spaCy's small English pipeline tags them: the file that ships.

`data/tags/bbc.tsv` has a line for each sentence: of each word its length in characters, its part of speech
and, if it belongs to a name, that name's kind in BIO. `python -m tlcourse.data.silver_tags` makes it anew;
that needs spaCy. `tlcourse.data.tagged_sentences.bbc_silver` is what a task reads.
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from tlcourse import checkout, files
from tlcourse.data import bbc_news, silver_files

FILE = Path("data") / "tags" / "bbc.tsv"
PER_ARTICLE = 3  # sentences of an article that are tagged, its first ones
_NOT_NEEDED = ("parser", "lemmatizer", "senter")


def sentences_of(text: str) -> list[str]:
    """The first sentences of an article that have words enough to be one."""
    return list(itertools.islice(silver_files.sentences_of(text), PER_ARTICLE))


def read(texts: Sequence[str]) -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
    """Words, parts of speech and names (BIO) of each sentence of the file; `texts` are those sentences.

    Raises:
        FileNotFoundError: the file is not there.
        ValueError: it is of other sentences.
    """
    lines = silver_files.place(FILE).read_text(encoding="utf-8").splitlines()
    if len(lines) != len(texts):
        raise ValueError(f"{FILE} is of {len(lines):,} sentences, not of {len(texts):,}: fetch BBC news anew")
    words, parts, names = [], [], []
    for line, text in zip(lines, texts, strict=True):
        marks = [word.split(":") for word in line.split("\t")]
        words.append(silver_files.words_of(text, [int(mark[0]) for mark in marks], FILE))
        parts.append([mark[1] for mark in marks])
        names.append([mark[2] if len(mark) > 2 else "O" for mark in marks])
    return words, parts, names


def _lines(texts: Sequence[str]) -> Iterator[str]:
    """The lines of the file."""
    for document in silver_files.pipeline(*_NOT_NEEDED).pipe(texts, batch_size=256):
        tokens = [token for token in document if token.text.split() == [token.text]]
        yield "\t".join(
            f"{len(t)}:{t.pos_}" + (f":{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "") for t in tokens
        )


if __name__ == "__main__":
    texts = [sentence for text in bbc_news.load().texts for sentence in sentences_of(text)]
    root = checkout.of_package() or Path.cwd()
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    files.write_text(root / FILE, "\n".join(_lines(texts)) + "\n")
