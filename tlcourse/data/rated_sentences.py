"""Sentences of four domains, each with the mean of the ratings of 20 people from −4 to 4 (Hutto and Gilbert 2014)."""

import html
from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import split_by_group

FILES = {
    "movie": "movieReviewSnippets_GroundTruth.txt",
    "product": "amazonReviewSnippets_GroundTruth.txt",
    "editorial": "nytEditorialSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
}
DOMAINS = tuple(FILES)
TEST = 0.25


@dataclass(frozen=True)
class RatedSentences:
    """One domain.

    Attributes:
        domain: one of :data:`DOMAINS`.
        texts: N sentences.
        rating: float64, (N,), in [−4, 4].
        group: what each comes from, (N,): a product review, an editorial; where that is not known, the sentence itself.
        train_index, test_index: int64; no group, and no sentence, lies in both.
    """

    domain: str
    texts: list[str]
    rating: np.ndarray
    group: list[str]
    train_index: np.ndarray
    test_index: np.ndarray

    @property
    def label(self) -> np.ndarray:
        """int64, (N,): 1 where the rating is positive."""
        return (self.rating > 0).astype(np.int64)


def load(domain: str) -> RatedSentences:
    """Load the sentences of one domain.

    Raises:
        ValueError: there is no such domain.
        AssetMissing: not fetched yet.
    """
    if domain not in FILES:
        raise ValueError(f"domain is {domain!r}, expected one of {', '.join(map(repr, FILES))}")
    lines = (assets.path("rated-sentences") / FILES[domain]).read_text(encoding="utf-8").splitlines()
    texts, rating, group, seen = [], [], [], set()
    for line in lines:
        identifier, mean, text = line.split("\t")
        text = html.unescape(text).strip()
        if text.lower() in seen:
            continue
        seen.add(text.lower())
        texts.append(text)
        rating.append(float(mean))
        group.append(identifier.split("_")[0])
    train, test = split_by_group(group, TEST, salt=f"rated-sentences/{domain}")
    return RatedSentences(domain, texts, np.array(rating), group, train, test)
