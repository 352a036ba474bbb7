"""BBC news of 2004 and 2005 in five topics (Greene and Cunningham 2006), without the articles that occur twice."""

from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import split_within

TOPICS = ("business", "entertainment", "politics", "sports", "tech")
TEST = 0.25


@dataclass(frozen=True)
class BBC:
    """The articles.

    Attributes:
        texts: N articles without their titles; paragraphs are separated by a blank line.
        titles: N headlines.
        topic: int64, (N,): an index into ``topics``.
        topics: the names of the topics.
        names: N file names.
        train_index, test_index: int64, 75/25 within each topic.
    """

    texts: list[str]
    titles: list[str]
    topic: np.ndarray
    topics: tuple[str, ...]
    names: list[str]
    train_index: np.ndarray
    test_index: np.ndarray


def load() -> BBC:
    """Load the articles.

    Raises:
        AssetMissing: not fetched yet.
    """
    folder = assets.path("bbc-news")
    texts, titles, topic, names, seen = [], [], [], [], set()
    for number, name in enumerate(TOPICS):
        for file in sorted((folder / name).glob("*.txt")):
            title, _, body = file.read_text(encoding="latin-1").partition("\n")
            key = " ".join(body.lower().split())
            if key in seen:
                continue
            seen.add(key)
            texts.append(body.strip())
            titles.append(title.strip())
            topic.append(number)
            names.append(f"{name}/{file.name}")
    train, test = split_within(names, topic, TEST, salt="bbc-news")
    return BBC(texts, titles, np.array(topic), TOPICS, names, train, test)
