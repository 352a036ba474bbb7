"""What a program wrote about the BBC's texts, shipped without them: its files hold lengths of words, no text.

spaCy's small English pipeline made the files once, so that learners need neither spaCy nor a network; the
words are cut anew from the articles, which are fetched.
"""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tlcourse import assets, checkout
from tlcourse.data import sentences, text_sources
from tlcourse.data.tokeniser import find_words


def place(file: Path) -> Path:
    """Where a file of the course's folder lies, such as `data/trees/bbc.tsv`.

    Raises FileNotFoundError: neither this package nor the working folder lies in a clone of the course.
    """
    for root in (checkout.of_package(), checkout.above(Path.cwd())):
        if root and (root / file).is_file():
            return root / file
    raise FileNotFoundError(
        f"{file} is in the course's folder, and {Path.cwd()} is not in it: start from a clone of the course"
    )


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of an article that have words enough to be one."""
    found = (s for line in text.split("\n") for s in sentences.split(text_sources.clean(line)))
    return (sentence for sentence in found if len(find_words(sentence)) > 3)


def words_of(text: str, lengths: Sequence[int], file: Path) -> list[str]:
    """Cut a text into words of these lengths; blanks between them are left out.

    Raises ValueError: the lengths are not of this text.
    """
    found, rest = [], text
    for length in lengths:
        rest = rest.lstrip()
        found.append(rest[:length])
        rest = rest[length:]
    if rest.strip() or [*map(len, found)] != [*lengths]:
        raise ValueError(f"{file} has words that are not of the sentence {text!r}: fetch BBC news anew")
    return found


@functools.cache
def pipeline(*without: str) -> Any:
    """spaCy's small English pipeline, packaged, `without` some of its parts.

    Raises:
        ModuleNotFoundError: spaCy is not installed; the message says the command.
        AssetMissing: the pipeline is not fetched yet.
    """
    try:
        import spacy
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError("a sentence of your own needs spaCy: `pip install spacy`") from missing
    return spacy.load(assets.path("spacy-en"), exclude=[*without])
