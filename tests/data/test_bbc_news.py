"""BBC news: nothing twice, nothing shared across the split, five topics that are what they say."""

import re
from collections import Counter, defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tlcourse import assets
from tlcourse.data import bbc_news


def test_sizes(news):
    assert (len(news.texts), len(news.train_index), len(news.test_index)) == (2057, 1544, 513)
    assert dict(zip(news.topics, np.bincount(news.topic).tolist(), strict=True)) == {
        "business": 497,
        "entertainment": 362,
        "politics": 389,
        "sports": 487,
        "tech": 322,
    }
    assert np.array_equal(np.sort(np.r_[news.train_index, news.test_index]), np.arange(2057))


def test_every_topic_gives_a_quarter(news):
    tested = np.bincount(news.topic[news.test_index]) / np.bincount(news.topic)
    assert np.allclose(tested, 0.25, atol=0.005)


def test_topics_mean_what_they_say(news):
    tell_tale = {
        "business": "shares",
        "entertainment": "film",
        "politics": "labour",
        "sports": "coach",
        "tech": "software",
    }
    for number, topic in enumerate(news.topics):
        share = [
            np.mean([tell_tale[topic] in news.texts[i].lower() for i in np.flatnonzero(news.topic == other)])
            for other in range(5)
        ]
        assert np.argmax(share) == number


def test_no_article_is_twice_or_on_both_sides(news):
    bare = [re.sub(r"\W+", " ", text.lower()).strip() for text in news.texts]
    assert len(set(bare)) == len(bare)
    assert not set(news.group[news.train_index]) & set(news.group[news.test_index])


def runs(text: str) -> set[str]:
    found = re.findall(r"[^\W_]+", text.lower())
    return {" ".join(found[i : i + 5]) for i in range(max(1, len(found) - 4))}


class Overlap:
    """How many runs of five words a text shares with each of some articles, through an index of the runs."""

    def __init__(self, texts: list[str]):
        self.size = [len(runs(text)) for text in texts]
        self.where = defaultdict(list)
        for i, text in enumerate(texts):
            for run in runs(text):
                self.where[run].append(i)

    def __call__(self, own: set[str]) -> Counter:
        return Counter(i for run in own for i in self.where.get(run, ()))


def test_no_passages_are_shared_across_the_split(news):
    overlap = Overlap([news.texts[i] for i in news.train_index])
    highest = 0.0
    for j in news.test_index:
        own = runs(news.texts[j])
        shared = overlap(own).items()
        highest = max([highest, *(n / (len(own) + overlap.size[i] - n) for i, n in shared)])
    assert 0 < highest < bbc_news.RELATED


def test_what_was_removed_is_mostly_in_an_article_that_stayed(news):
    overlap, names, removed = Overlap(news.texts), set(news.names), 0
    for file in assets.path("bbc-news").glob("*/*.txt"):
        if f"{file.parent.name}/{file.stem}" not in names:
            own = runs(bbc_news._decode(file.read_bytes()).partition("\n")[2])
            assert max(overlap(own).values()) > 0.5 * len(own)
            removed += 1
    assert removed == 2225 - len(news.texts)


def test_texts_are_text(news):
    text = "\n".join(news.texts)
    assert "Â£" not in text  # UTF-8 read as latin-1
    assert "\ufffd" not in text
    assert text.count("£") > 1000
    assert not re.search(r"&(amp|quot|#\d+);", "\n".join([text, *news.titles]))
    assert all(news.titles)
    assert all(len(article) > 200 for article in news.texts)


@given(st.text(st.characters(exclude_characters="&", codec="utf-8")))
def test_both_encodings_are_read(text):
    assert bbc_news._decode(text.encode("utf-8")) == text
    assert bbc_news._decode(b"a \xa315.8m signing") == "a £15.8m signing"


def test_the_split_is_pinned(news):
    assert [news.names[i] for i in news.test_index[:4]] == [
        "business/002",
        "business/005",
        "business/007",
        "business/010",
    ]


def test_it_loads_in_a_moment(news, seconds):
    assert seconds(bbc_news.load) < 1
