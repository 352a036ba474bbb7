"""Which headline belongs to which article: pairs from BBC news, half of them right.

Each article comes twice, with its own headline and with that of another article on the same topic and the
same side of the split, so that neither the topic nor the article alone gives the answer away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data import bbc_news
from tlcourse.data.splits import lot


@dataclass(frozen=True)
class HeadlinePairs:
    """The pairs.

    Attributes:
        headlines, articles: N texts each.
        label: int64 (N,): 1 where they belong together.
        train_index, test_index: int64; no article is on both sides, and no headline.
    """

    headlines: list[str]
    articles: list[str]
    label: np.ndarray
    train_index: np.ndarray
    test_index: np.ndarray


def load() -> HeadlinePairs:
    """Pair each article of BBC news with its own headline and with another one.

    Raises:
        AssetMissing: not fetched yet.
    """
    news = bbc_news.load()
    article, headline, side = [], [], []
    for part, index in enumerate((news.train_index, news.test_index)):
        for topic in range(len(news.topics)):
            of_topic = index[news.topic[index] == topic].tolist()
            others = strangers(of_topic, [news.names[i] for i in of_topic], news.group)
            for own, other in zip(of_topic, others, strict=True):
                article += [own, own]
                headline += [own, other]
                side += [part, part]
    sides = np.array(side)
    return HeadlinePairs(
        [news.titles[i] for i in headline],
        [news.texts[i] for i in article],
        (np.array(article) == np.array(headline)).astype(np.int64),
        np.flatnonzero(sides == 0),
        np.flatnonzero(sides == 1),
    )


def strangers(items: Sequence[int], names: Sequence[str], group: np.ndarray) -> list[int]:
    """For each of `items` another one, which is in another group; each is taken about once.

    They are put in a circle, in the order of their lots, and each takes the next one from another group.

    Raises ValueError if all belong to one group.
    """
    if len({int(group[item]) for item in items}) < 2:
        raise ValueError(f"the {len(items)} items belong to one group: none can be paired with another's")
    circle = sorted(range(len(items)), key=lambda i: lot(names[i], "headlines"))
    taken = [0] * len(items)
    for place, i in enumerate(circle):
        for step in range(1, len(circle)):
            other = items[circle[(place + step) % len(circle)]]
            if group[other] != group[items[i]]:
                taken[i] = other
                break
    return taken
