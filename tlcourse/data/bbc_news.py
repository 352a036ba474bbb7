"""BBC news of 2004 and 2005 in five topics (Greene and Cunningham 2006), each article once.

Of articles that share most of their text (Jaccard similarity of their runs of five words ≥ 0.5) only the
longest is kept; articles that share passages (≥ 0.1) are on the same side of the split.
"""

import html
from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.near_duplicates import fingerprint, jaccard, joined, shingles, similar_pairs, words
from tlcourse.data.splits import split_within

TOPICS = ("business", "entertainment", "politics", "sports", "tech")
TEST = 0.25
RUN = 5  # words
SAME, RELATED = 0.5, 0.1  # Jaccard similarity of the runs


@dataclass(frozen=True)
class BBC:
    """The articles, by topic and number.

    Attributes:
        texts: N articles without their headlines; a blank line between paragraphs.
        titles: N headlines.
        topic: int64, (N,): an index into `topics`.
        topics: the names of the five topics.
        names: N names, such as `business/001`.
        group: int64, (N,): articles that share passages have the same number.
        train_index, test_index: int64, 75/25 within each topic; no group has members in both.
    """

    texts: list[str]
    titles: list[str]
    topic: np.ndarray
    topics: tuple[str, ...]
    names: list[str]
    group: np.ndarray
    train_index: np.ndarray
    test_index: np.ndarray


def load() -> BBC:
    """Load the articles.

    Raises:
        AssetMissing: not fetched yet.
    """
    folder = assets.path("bbc-news")
    files = [
        (number, file) for number, topic in enumerate(TOPICS) for file in sorted((folder / topic).iterdir())
    ]
    split = [_decode(file.read_bytes()).partition("\n") for _, file in files]

    bodies = [body for _, _, body in split]
    key = {"texts": fingerprint(bodies), "run": RUN, "same": SAME, "related": RELATED}
    found = assets.cached_arrays("bbc-news-groups", key, lambda: _without_twins(bodies))
    kept, group = found["kept"], found["group"]

    names = [f"{TOPICS[files[i][0]]}/{files[i][1].stem}" for i in kept]
    topic = np.array([files[i][0] for i in kept])
    first = np.unique(group, return_index=True)[1]
    train, test = split_within([names[first[g]] for g in group], topic.tolist(), TEST, salt="bbc-news")
    texts, titles = [split[i][2].strip() for i in kept], [split[i][0].strip() for i in kept]
    return BBC(texts, titles, topic, TOPICS, names, group, train, test)


def _decode(raw: bytes) -> str:
    """All files but one are UTF-8; a few hold `&#163;` for a pound sign."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return html.unescape(text)


def _without_twins(bodies: list[str]) -> dict[str, np.ndarray]:
    """`kept`: indices of the articles that stay, ascending; `group`: a number for each of these."""
    sets = [shingles(words(body), RUN) for body in bodies]
    related = similar_pairs(sets, RELATED)
    twins = joined(range(len(sets)), [(i, j) for i, j in related if jaccard(sets[i], sets[j]) >= SAME])
    longest: dict[int, int] = {}
    for i, twin in enumerate(twins.tolist()):
        if twin not in longest or len(bodies[i]) > len(bodies[longest[twin]]):
            longest[twin] = i
    kept = np.array(sorted(longest.values()))
    group = joined(range(len(sets)), related)[kept]
    return {"kept": kept, "group": np.unique(group, return_inverse=True)[1].astype(np.int64)}
