"""The tasks that pretrained models are compared on: real texts, labels, and a split that nothing leaks over.

The text that the course's models are pretrained on is cleared of what they are tested on here
(`tlcourse.data.pretraining_text` drops what shares a run of words with it), but for the tasks that came when
they were trained: wikigold, conll2003, similarity, acceptability. `data/README.md` says what those share.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tlcourse.data import (
    bbc_news,
    cola,
    conll2003,
    headline_pairs,
    imdb,
    rated_sentences,
    stsb,
    tagged_sentences,
    wikigold,
)
from tlcourse.data.text_sources import clean

CLASSES, NUMBERS, TAGS, SPANS = "classes", "numbers", "tags", "spans"

# Drawn once where a data set has more, so that a comparison of twenty models ends.
MOST_TAGGED, MOST_TESTED = 3000, 1000  # sentences with a tag for each word
MOST_REVIEWS = 2000  # of IMDb's 25,000 to test on

Texts = list[str] | list[list[str]]


@dataclass(frozen=True)
class Task:
    """Inputs, and what to predict for them.

    Attributes:
        name: as `load` knows it.
        kind: what there is to predict: a class for each text, a number for each text, or a tag for each word.
        texts: N texts; where words are tagged, N lists of words.
        targets: (N,) classes as int64 or numbers as float64; N int64 arrays where words are tagged.
        names: of the classes or tags, none for numbers.
        train_index: int64; labels are drawn from these.
        tests: name → int64, what is tested on; the first is of the same kind of text as `train_index`.
        metrics: name of the test → name of the metric.
        second: the second text of each pair, where the task has pairs.
    """

    name: str
    kind: str
    texts: Texts
    targets: np.ndarray | list[np.ndarray]
    names: tuple[str, ...]
    train_index: np.ndarray
    tests: dict[str, np.ndarray]
    metrics: dict[str, str]
    second: list[str] | None = field(default=None)

    def draw(self, n: int | None, seed: int) -> np.ndarray:
        """`n` items to learn from, or all; with the same seed, a smaller draw is part of a larger one.

        Raises ValueError if there are not so many.
        """
        if n is None:
            return self.train_index
        if not 0 < n <= len(self.train_index):
            raise ValueError(f"n is {n}, but {self.name} has {len(self.train_index)} items to learn from")
        return np.random.default_rng(seed).permutation(self.train_index)[:n]

    def target(self, rows: np.ndarray) -> np.ndarray:
        """What is to be predicted for these items; for tags of all their words, one after the other."""
        if self.kind == TAGS:
            return np.concatenate([self.targets[i] for i in rows])
        return self.targets[rows]


def _rated(name: str, kind: str) -> Task:
    """Learn from film reviews; test on them, on product reviews and on tweets."""
    domains = [rated_sentences.load(domain) for domain in ("movie", "product", "tweets")]
    texts, tests, targets = [], {}, []
    for one in domains:
        tests[one.domain] = len(texts) + one.test_index
        texts += one.texts
        targets.append(one.label if kind == CLASSES else one.rating)
    # Elsewhere positive ones prevail, and always saying so must not look like skill.
    if kind == CLASSES:
        metrics = {"movie": "accuracy", "product": "balanced accuracy", "tweets": "balanced accuracy"}
    else:
        metrics = dict.fromkeys(tests, "Spearman's ρ")
    names = ("negative", "positive") if kind == CLASSES else ()
    return Task(name, kind, texts, np.concatenate(targets), names, domains[0].train_index, tests, metrics)


def _topic() -> Task:
    news = bbc_news.load()
    tests, metrics = {"bbc": news.test_index}, {"bbc": "accuracy"}
    return Task("topic", CLASSES, news.texts, news.topic, news.topics, news.train_index, tests, metrics)


def _headline() -> Task:
    pairs = headline_pairs.load()
    return Task(
        "headline",
        CLASSES,
        pairs.headlines,
        pairs.label,
        ("another's", "its own"),
        pairs.train_index,
        {"bbc": pairs.test_index},
        {"bbc": "accuracy"},
        second=pairs.articles,
    )


def _imdb(folder: Path) -> Task:
    (train, y), (test, z) = imdb.read(folder, "train"), imdb.read(folder, "test")
    few = _some(np.arange(len(test)), MOST_REVIEWS)
    return Task(
        "imdb",
        CLASSES,
        [clean(text) for text in [*train, *(test[i] for i in few)]],
        np.concatenate([y, z[few]]),
        ("negative", "positive"),
        np.arange(len(train)),
        {"imdb": len(train) + np.arange(len(few))},
        {"imdb": "accuracy"},
    )


def _similarity() -> Task:
    pairs = stsb.load()
    tests, metrics = {"stsb": pairs.test_index}, {"stsb": "Spearman's ρ"}
    return Task(
        "similarity", NUMBERS, pairs.first, pairs.score, (), pairs.train_index, tests, metrics, pairs.second
    )


def _acceptability() -> Task:
    data = cola.load()
    tests = {"in domain": data.in_domain_index, "out of domain": data.out_of_domain_index}
    names = ("unacceptable", "acceptable")
    metrics = dict.fromkeys(tests, "Matthews correlation")  # as Warstadt et al. 2019, section 4
    return Task("acceptability", CLASSES, data.texts, data.label, names, data.train_index, tests, metrics)


def _tags(name: str, data: tagged_sentences.TaggedSentences, test: str, metric: str) -> Task:
    train, tests = _some(data.train_index, MOST_TAGGED), {test: _some(data.test_index, MOST_TESTED)}
    return Task(name, TAGS, data.words, data.tags, data.names, train, tests, {test: metric})


def _some(index: np.ndarray, most: int) -> np.ndarray:
    return np.sort(np.random.default_rng(0).permutation(index)[:most])


# Name → how it is loaded from (NLTK's data, IMDb's folder), and what of these it needs.
_TASKS: dict[str, tuple[str, Callable[[Path | None, Path | None], Task]]] = {
    "sentiment": ("", lambda nltk, imdb: _rated("sentiment", CLASSES)),
    "graded sentiment": ("", lambda nltk, imdb: _rated("graded sentiment", NUMBERS)),
    "topic": ("", lambda nltk, imdb: _topic()),
    "headline": ("", lambda nltk, imdb: _headline()),
    "entities": (
        "",
        lambda nltk, imdb: _tags("entities", tagged_sentences.bbc_silver("entities"), "bbc (silver)", "F1"),
    ),
    "parts of speech": (
        "",
        lambda nltk, imdb: _tags(
            "parts of speech", tagged_sentences.bbc_silver("parts of speech"), "bbc (silver)", "accuracy"
        ),
    ),
    "chunks": (
        "nltk",
        lambda nltk, imdb: _tags("chunks", tagged_sentences.conll2000(nltk), "conll2000", "F1"),
    ),
    "names": ("nltk", lambda nltk, imdb: _tags("names", tagged_sentences.ieer(nltk), "ieer", "F1")),
    "imdb": ("imdb", lambda nltk, folder: _imdb(folder or imdb.folder())),
    "wikigold": ("fetched", lambda nltk, imdb: _tags("wikigold", wikigold.load(), "wikigold", "F1")),
    "conll2003": ("fetched", lambda nltk, imdb: _tags("conll2003", conll2003.load(), "conll2003", "F1")),
    "similarity": ("fetched", lambda nltk, imdb: _similarity()),
    "acceptability": ("fetched", lambda nltk, imdb: _acceptability()),
}


def available(nltk: Path | None = None, imdb: Path | None = None, fetched: bool = False) -> list[str]:
    """The names of the tasks whose data there are.

    Args:
        nltk, imdb: folders, or None.
        fetched: whether what is not of the packaged tier was fetched too, or lies in `TLCOURSE_FILES`.
    """
    there = {"": True, "nltk": nltk is not None, "imdb": imdb is not None, "fetched": fetched}
    return [name for name, (needs, _) in _TASKS.items() if there[needs]]


def load(name: str, nltk: Path | None = None, imdb: Path | None = None) -> Task:
    """A task by its name.

    Raises:
        ValueError: there is no such task, or it needs NLTK's folder and that is not given.
        AssetMissing: not fetched yet.
    """
    if name not in _TASKS:
        raise ValueError(f"task is {name!r}, expected one of {', '.join(_TASKS)}")
    if _TASKS[name][0] == "nltk" and nltk is None:
        raise ValueError(f"the task {name!r} needs data that are not packaged: give nltk=FOLDER")
    return _TASKS[name][1](nltk, imdb)
