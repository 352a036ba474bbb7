"""Senses of two words in BBC news, shipped with the course: *play* and *record*, each use with its sense.

`data/senses/bbc.tsv` has, for each use, the word, the article, which sentence of it (as `sentences.words_of`
cuts them), which word of that, and the sense; no text. The words are read from the BBC's articles. The senses
were given for this course, in one reading; uses in doubt, and senses with very few uses, were left out. They
are few: enough to look at, and to measure what differs by much. Many more are
`tlcourse.data.senseval`'s.
"""

from pathlib import Path

import numpy as np

from tlcourse.data import bbc_news, sentences, silver_files
from tlcourse.data.senseval import Senses
from tlcourse.data.splits import split_by_group

WORDS = ("play", "record")
FILE = Path("data") / "senses" / "bbc.tsv"
TEST = 0.4
# What is in the file → what it means.
NAMES = {
    "play": {
        "game": "in a game",
        "music": "music, on stage",
        "part": "a part in what happens",
        "recording": "a recording",
        "role": "a role, as an actor",
        "drama": "a work for the stage",
    },
    "record": {
        "best": "the most ever",
        "music": "music, its labels",
        "past": "what somebody has done",
        "account": "a written account",
        "keep": "to keep sound or pictures",
    },
}


def load(word: str) -> Senses:
    """All labelled uses of one of the two words, one from an article; 60/40, split by article.

    Raises:
        ValueError: there is no such word, or the file is of other texts than those that are there.
        AssetMissing: BBC news is not fetched yet.
        FileNotFoundError: the file is not there.
    """
    if word not in WORDS:
        raise ValueError(f"word is {word!r}, expected one of {', '.join(map(repr, WORDS))}")
    news, meaning = bbc_news.load(), NAMES[word]
    number = {name: i for i, name in enumerate(news.names)}
    names = tuple(meaning.values())
    ids, words, position, sense = [], [], [], []
    for line in silver_files.place(FILE).read_text(encoding="utf-8").splitlines():
        of, article, which, at, label = line.split("\t")
        if of != word:
            continue
        cut = sentences.words_of(news.texts[number[article]]) if article in number else []
        found = cut[int(which)] if int(which) < len(cut) else []
        if int(at) >= len(found) or found[int(at)].lower() != word:
            raise ValueError(
                f"{FILE} has a use of {word!r} in {article} that is not there: fetch BBC news anew"
            )
        ids.append(article)
        words.append(list(found))
        position.append(int(at))
        sense.append(names.index(meaning[label]))
    train, test = split_by_group(ids, TEST, salt=f"bbc-senses/{word}")
    return Senses(word, ids, words, np.array(position), np.array(sense), names, train, test)
