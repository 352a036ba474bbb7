"""Running text for word vectors: the packaged assets as sentences of words, and as arrays of word numbers.

It has 1.2 million words: the BBC articles with their titles, and the rated sentences of all four domains. The
papers train on thousands of millions.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from tlcourse.data import bbc_news, rated_sentences
from tlcourse.data.texts import as_sentences

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")  # letters of any alphabet, with an apostrophe inside: don't

Sentence = list[str]


@dataclass(frozen=True)
class RunningText:
    """A corpus as arrays: what training reads.

    Attributes:
        words: the V words that occur `min_count` times or more, the most frequent first.
        counts: int64, (V,): how often each occurs.
        ids: int64, (N,): the corpus, one number a token; rarer words are left out, as word2vec does.
        sentence: int64, (N,): which sentence each token is in. No window reaches into another one.
        raw_tokens: the number of tokens before the rarer words were left out.
    """

    words: list[str]
    counts: np.ndarray
    ids: np.ndarray
    sentence: np.ndarray
    raw_tokens: int

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each word."""
        return {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.ids)


def tokenise(text: str) -> Sentence:
    """Return the words of `text`, in lower case; digits and punctuation are dropped."""
    # interned: one string for all the tokens of a word, which saves 60 MB on a million
    return list(map(sys.intern, WORD.findall(text.lower().replace("’", "'"))))


def sentences() -> list[Sentence]:
    """Return the packaged text, a paragraph (BBC) or a sentence (the rated ones) at a time.

    Raises:
        AssetMissing: not fetched yet.
    """
    news = bbc_news.load()
    paragraphs = (
        line
        for title, text in zip(news.titles, news.texts, strict=True)
        for line in (title, *text.split("\n"))
    )
    rated = (text for domain in rated_sentences.DOMAINS for text in rated_sentences.load(domain).texts)
    return [words for words in map(tokenise, chain(paragraphs, rated)) if words]


def encode(text: Iterable[Sentence], min_count: int = 5) -> RunningText:
    """Number the words of `text` by frequency.

    Raises:
        ValueError: no word occurs `min_count` times.
        TypeError: a sentence is a string that is not cut into words.
    """
    text = as_sentences(text, "text")
    occurrences = Counter(chain.from_iterable(text))
    frequent = [(word, n) for word, n in occurrences.most_common() if n >= min_count]
    if not frequent:
        raise ValueError(
            f"no word of the {sum(occurrences.values()):,} in the text occurs {min_count} times: lower "
            "min_count, or take more text"
        )
    words = [word for word, _ in frequent]
    number = {word: i for i, word in enumerate(words)}
    rows = [[number[word] for word in sentence if word in number] for sentence in text]
    lengths = np.array([len(row) for row in rows])
    return RunningText(
        words=words,
        counts=np.array([n for _, n in frequent]),
        ids=np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(lengths.sum())),
        sentence=np.repeat(np.arange(len(rows)), lengths),
        raw_tokens=sum(occurrences.values()),
    )
