"""Sentences with a tag for each word: chunks and names by hand, names and parts of speech by spaCy.

*Gold*, tagged by people, from NLTK: CoNLL-2000 (chunks in the Wall Street Journal) and IE-ER (names in news
wire of 1998); `tlcourse.data.wikigold` and `tlcourse.data.conll2003` have more names. *Silver*,
tagged by spaCy's small English pipeline, which makes mistakes: BBC news. A model that agrees with all silver
tags is as good as that pipeline, not as good as a person.

Tags over several words are in BIO: B-ORG begins an organisation, I-ORG goes on with it, O is neither.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tlcourse.data import bbc_news, sentences, silver_tags, text_sources
from tlcourse.data.splits import split_by_group
from tlcourse.data.tokeniser import WORD

TEST = 0.25  # of IE-ER's articles

Sentence = tuple[list[str], list[str]]  # words, and their tags by name


@dataclass(frozen=True)
class TaggedSentences:
    """Sentences cut into words.

    Attributes:
        words: N lists.
        tags: N int64 arrays, a tag for each word: an index into `names`.
        names: what the tags are called.
        train_index, test_index: int64.
        valid_index: int64; empty where there is no part to choose on.
    """

    words: list[list[str]]
    tags: list[np.ndarray]
    names: tuple[str, ...]
    train_index: np.ndarray
    test_index: np.ndarray
    valid_index: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def numbered(tags: Iterable[Sequence[str]]) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Tags by name, a list per sentence → their numbers, int64, and the names: O first, then by alphabet."""
    tags = list(tags)
    names = tuple(sorted({tag for one in tags for tag in one}, key=lambda tag: (tag != "O", tag)))
    number = {tag: i for i, tag in enumerate(names)}
    return [np.array([number[tag] for tag in one]) for one in tags], names


def _tagged(found: Sequence[Sentence], is_test: Sequence[bool]) -> TaggedSentences:
    return TaggedSentences(
        [words for words, _ in found],
        *numbered(tags for _, tags in found),
        np.flatnonzero(~np.array(is_test)),
        np.flatnonzero(is_test),
    )


def conll2000(nltk: str | Path) -> TaggedSentences:
    """Chunks of 10,948 sentences, with the split of the shared task. `nltk` is the folder of NLTK's data.

    Raises FileNotFoundError, with the command that gets them.
    """
    found, is_test = [], []
    for name, text in text_sources.nltk_files(nltk, "conll2000"):
        for block in text.strip().split("\n\n"):
            rows = [line.split() for line in block.splitlines()]  # word, part of speech, chunk
            found.append(([row[0] for row in rows], [row[2] for row in rows]))
            is_test.append(name.startswith("test"))
    return _tagged(found, is_test)


def ieer(nltk: str | Path) -> TaggedSentences:
    """Names in 94 articles, split by article. `nltk` is the folder of NLTK's data.

    Raises FileNotFoundError, with the command that gets them.
    """
    found, article = [], []
    for _, text in text_sources.nltk_files(nltk, "ieer"):
        for document in re.findall(r"<DOC>(.*?)</DOC>", text, flags=re.DOTALL):
            name = re.search(r"<DOCNO>\s*(\S+)", document)
            for body in re.findall(r"<TEXT>(.*?)</TEXT>", document, flags=re.DOTALL):
                for sentence in _marked_sentences(html.unescape(body)):
                    found.append(sentence)
                    article.append(name.group(1) if name else "")
    _, test = split_by_group(article, TEST, salt="ieer")
    return _tagged(found, np.isin(np.arange(len(found)), test))


_MARK = re.compile(r'<b_\w+ type="(\w+)[^>]*>|<e_\w+>')


def _marked_sentences(body: str) -> Iterator[Sentence]:
    """`<b_enamex type="PERSON">Mr. Moi<e_enamex> left.` → [Mr, ., Moi, left, .], [B-PERSON, I-PERSON …]."""
    plain, spans, position, kind = "", [], 0, ""
    for mark in _MARK.finditer(body):
        plain += body[position : mark.start()]
        position = mark.end()
        if mark.group(1):
            kind = mark.group(1).split("|")[0]
            spans.append((len(plain), len(plain), kind))
        elif spans:
            spans[-1] = (spans[-1][0], len(plain), kind)
    plain += body[position:]
    start = 0
    for paragraph in re.split(r"\n\s*(?=\t)|\n\s*\n", plain):
        inside = plain.index(paragraph, start)
        start = inside + len(paragraph)
        flat = re.sub(r"\s", " ", paragraph)  # of the same length, so that places stay
        at = 0
        for sentence in sentences.split(flat):
            begin = flat.index(sentence, at)
            at = begin + len(sentence)
            words = [(inside + begin + m.start(), m.group()) for m in re.finditer(WORD, sentence)]
            if words:
                yield [word for _, word in words], _bio(words, spans)


def _bio(words: Sequence[tuple[int, str]], spans: Sequence[tuple[int, int, str]]) -> list[str]:
    tags = []
    begun = -1
    for place, _ in words:
        inside = next((i for i, (a, b, _) in enumerate(spans) if a <= place < b), -1)
        if inside < 0:
            tags.append("O")
        else:
            tags.append(f"{'I' if inside == begun else 'B'}-{spans[inside][2]}")
        begun = inside
    return tags


def bbc_silver(what: str) -> TaggedSentences:
    """The first sentences of each BBC article as spaCy tags them; the split is that of the articles.

    The tags come with the course (`tlcourse.data.silver_tags`): spaCy is not needed.

    Args:
        what: `entities`, names in BIO; or `parts of speech`, the 17 universal ones.

    Raises:
        ValueError: there are no other tags, or they are of other texts than those that are there.
        AssetMissing: BBC news is not fetched yet.
        FileNotFoundError: the tags are not there.
    """
    kinds = ("entities", "parts of speech")
    if what not in kinds:
        raise ValueError(f"what is {what!r}, expected one of {', '.join(map(repr, kinds))}")
    news = bbc_news.load()
    cut: list[str] = []
    in_test = np.isin(np.arange(len(news.texts)), news.test_index)
    is_test = []
    for text, test in zip(news.texts, in_test, strict=True):
        of_article = silver_tags.sentences_of(text)
        cut += of_article
        is_test += [bool(test)] * len(of_article)
    words, parts_of_speech, names = silver_tags.read(cut)
    return _tagged([*zip(words, names if what == "entities" else parts_of_speech, strict=True)], is_test)
