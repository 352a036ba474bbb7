"""What is searched: the first paragraph of each BBC article, which its headline should find."""

from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from tlcourse.data import bbc_news, sentences
from tlcourse.data.text_sources import clean

MOST_WORDS = 60  # of a paragraph: what is beyond it, the server would cut off


@dataclass(frozen=True)
class Articles:
    """N articles, in an order that mixes topics.

    Attributes:
        headlines, paragraphs: of each, its headline and its first paragraph, one line each.
        topics: the name of each one's topic.
    """

    headlines: list[str]
    paragraphs: list[str]
    topics: list[str]

    def __len__(self) -> int:
        return len(self.headlines)


def load(n: int | None = None) -> Articles:
    """The first `n` articles, or all.

    Raises:
        AssetMissing: not fetched yet.
    """
    news = bbc_news.load()
    order = np.random.default_rng(0).permutation(len(news.texts))[:n]
    return Articles(
        [clean(news.titles[i]) for i in order],
        [first_paragraph(news.texts[i]) for i in order],
        [news.topics[news.topic[i]] for i in order],
    )


def first_paragraph(text: str) -> str:
    """Up to the first blank line, in one line, cut after `MOST_WORDS` words."""
    return " ".join(clean(text.strip().split("\n\n")[0]).split()[:MOST_WORDS])


def sentences_of_all(n: int, least: int = 6, most: int = 40) -> list[str]:
    """`n` different sentences of all articles, of `least` to `most` words, in an order that mixes them.

    Raises:
        ValueError: there are not so many.
    """
    found: dict[str, None] = {}
    for text in bbc_news.load().texts:
        for line in text.split("\n"):
            for sentence in sentences.split(clean(line)):
                if least <= len(sentence.split()) <= most:
                    found.setdefault(sentence)
    if len(found) < n:
        raise ValueError(f"n is {n}, but there are {len(found)} such sentences")
    every = [*found]
    return [every[i] for i in np.random.default_rng(0).permutation(len(every))[:n]]


def shared_words(headlines: list[str], paragraphs: list[str]) -> np.ndarray:
    """The baseline without a network: cosines of TF-IDF vectors, (headlines, paragraphs)."""
    words = TfidfVectorizer(sublinear_tf=True).fit(paragraphs)
    return np.asarray((words.transform(headlines) @ words.transform(paragraphs).T).todense())


def found_first(cosines: np.ndarray, first: int = 1) -> np.ndarray:
    """Whether each headline's own paragraph is among the `first` most alike: bool (N,).

    Row i of `cosines` (N, M) is of headline i, whose paragraph is column i. Who ties with it stands before
    it.
    """
    own = cosines[np.arange(len(cosines)), np.arange(len(cosines))]
    return (cosines >= own[:, None]).sum(axis=1) <= first
