"""Questions from BBC news, made without anybody's help: a name is taken out of a sentence, and to be found.

The first sentences of an article are the paragraph. A later sentence with a name that stands there too
becomes a question, the name a blank. This is the idea of Hermann et al. 2015 ("Teaching Machines to Read and
Comprehend", section 2), with names found by their capitals.
"""

import re

import numpy as np

from tlcourse.data import bbc_news, sentences
from tlcourse.data.text_sources import clean
from tlcourse.data.xquad import Questions

BLANK = "…"
FIRST = 3  # sentences of an article that are its paragraph
MOST_WORDS = 60  # of a paragraph; of a question, half of it
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")  # not what begins a sentence


def load() -> Questions:
    """One question for each article that gives one, on BBC's own split.

    Of the names in the paragraph, at least two, one is asked for that a later sentence has as well; the first
    such sentence is the question.

    Raises:
        AssetMissing: not fetched yet.
    """
    news = bbc_news.load()
    paragraphs, articles, questions, answers, starts, kept = [], [], [], [], [], []
    for i, text in enumerate(news.texts):
        found = [s for line in text.split("\n") for s in sentences.split(clean(line))]
        paragraph, rest = " ".join(found[:FIRST]), found[FIRST:]
        question = ask(paragraph, rest)
        if question is None:
            continue
        paragraphs.append(paragraph)
        articles.append(news.names[i])
        questions.append(question[0])
        answers.append(question[1])
        starts.append(question[2])
        kept.append(i)
    rows = np.arange(len(kept))
    in_test = np.isin(kept, news.test_index)
    return Questions(
        paragraphs, articles, questions, rows, answers, np.array(starts), rows[~in_test], rows[in_test]
    )


def ask(paragraph: str, later: list[str]) -> tuple[str, str, int] | None:
    """(question, answer, its first character in the paragraph), or None if the sentences give none."""
    names = {match.group(): match.start() for match in reversed([*_NAME.finditer(paragraph)])}
    if len(names) < 2 or len(paragraph.split()) > MOST_WORDS:
        return None
    for sentence in later:
        if len(sentence.split()) > MOST_WORDS // 2:
            continue
        for name, start in names.items():
            if re.search(rf"\b{re.escape(name)}\b", sentence):
                return re.sub(rf"\b{re.escape(name)}\b", BLANK, sentence), name, start
    return None
