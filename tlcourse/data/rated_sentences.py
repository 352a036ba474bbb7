"""Sentences of four domains, each with the mean of the ratings of 15 or more people (Hutto and Gilbert 2014).

The split is by origin: sentences of one product review or one editorial stay together. Movie snippets and
tweets come without an origin. In all four, sentences that are nearly the same stay together too (Jaccard
similarity of their words ≥ 0.6): 200 of the tweets were written as variants of each other (`Anger is ugly.`,
`Anger is UGLY!!`).
"""

import html
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tlcourse import assets
from tlcourse.data.near_duplicates import fingerprint, joined, similar_pairs, words
from tlcourse.data.splits import split_by_group

FILES = {
    "movie": "movieReviewSnippets",
    "product": "amazonReviewSnippets",
    "editorial": "nytEditorialSnippets",
    "tweets": "tweets",
}
DOMAINS = tuple(FILES)
TEST = 0.25
SIMILAR = 0.6


@dataclass(frozen=True)
class RatedSentences:
    """One domain, in the order of its file, each text once.

    Attributes:
        domain: one of `DOMAINS`.
        ids: N identifiers; `"12_3"` is the third sentence of the twelfth review or editorial.
        texts: N sentences.
        rating: float64, (N,), the mean rating, from −4 (most negative) to 4.
        group: int64, (N,): what must not be torn apart.
        train_index, test_index: int64, 75/25; no group has members in both.
    """

    domain: str
    ids: list[str]
    texts: list[str]
    rating: np.ndarray
    group: np.ndarray
    train_index: np.ndarray
    test_index: np.ndarray

    @cached_property
    def label(self) -> np.ndarray:
        """int64, (N,): 1 where the mean rating is positive, 0 where it is negative or exactly zero."""
        return (self.rating > 0).astype(np.int64)

    @cached_property
    def votes(self) -> list[np.ndarray]:
        """What each person rated, N arrays of int64 in [−4, 4].

        Their mean is `rating`, except for 139 tweets, where the two differ by up to 1.2, but never in sign.
        """
        rows = _rows(f"{FILES[self.domain]}_anonDataRatings.txt")
        by_id = {row[0]: np.array(json.loads(row[3])) for row in rows}
        return [by_id[identifier] for identifier in self.ids]


def load(domain: str) -> RatedSentences:
    """Load the sentences of one domain.

    Raises:
        ValueError: there is no such domain.
        AssetMissing: not fetched yet.
    """
    if domain not in FILES:
        raise ValueError(f"domain is {domain!r}, expected one of {', '.join(map(repr, FILES))}")
    kept: dict[str, tuple[str, str, float]] = {}
    for identifier, rating, raw in _rows(f"{FILES[domain]}_GroundTruth.txt"):
        text = html.unescape(html.unescape(raw)).strip()  # some are escaped twice: &amp;amp;
        kept.setdefault(" ".join(text.lower().split()), (identifier, text, float(rating)))
    ids, texts, ratings = (list(column) for column in zip(*kept.values(), strict=True))

    key = {"texts": fingerprint([*ids, *texts]), "similar": SIMILAR}

    def find_groups() -> dict[str, np.ndarray]:
        origins = [identifier.split("_")[0] for identifier in ids]
        return {"group": joined(origins, similar_pairs([frozenset(words(t)) for t in texts], SIMILAR))}

    group = assets.cached_arrays("rated-sentences-groups", key, find_groups)["group"]
    names = [ids[first] for first in np.unique(group, return_index=True)[1]]
    train, test = split_by_group([names[g] for g in group], TEST, salt=f"rated-sentences/{domain}")
    return RatedSentences(domain, ids, texts, np.array(ratings), group, train, test)


def _rows(name: str) -> list[list[str]]:
    text = (assets.path("rated-sentences") / name).read_text(encoding="utf-8-sig")  # one file has the mark
    return [line.split("\t") for line in text.splitlines() if line]
