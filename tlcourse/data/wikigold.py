"""WikiGold: names of people, places, organisations and others in Wikipedia (Balasuriya et al. 2009).

The kinds are CoNLL-2003's, the text is not news: what has learnt names from the one is tested on the other.
"""

from tlcourse import assets
from tlcourse.data.conll_columns import as_bio, sentences
from tlcourse.data.near_duplicates import joined, same_pairs
from tlcourse.data.splits import split_by_group
from tlcourse.data.tagged_sentences import TaggedSentences, numbered

TEST = 0.25


def load() -> TaggedSentences:
    """1,696 sentences of 145 articles with BIO tags, split by article, 75/25.

    Articles that share a sentence are on the same side.

    Raises:
        AssetMissing: not fetched yet.
    """
    text = (assets.path("wikigold") / "wikigold.conll.txt").read_text(encoding="utf-8")
    found = list(sentences(text))
    words = [[word for word, _ in rows] for _, rows in found]
    tags = [as_bio([tag for _, tag in rows]) for _, rows in found]
    article = joined([number for number, _ in found], same_pairs(map(tuple, words)))
    train, test = split_by_group([str(one) for one in article], TEST, salt="wikigold")
    return TaggedSentences(words, *numbered(tags), train, test)
