"""XQuAD, English: questions on paragraphs of Wikipedia, whose answers are spans of the paragraph.

240 paragraphs of 48 articles out of SQuAD 1.1's development set (Rajpurkar et al. 2016), chosen by Artetxe et
al. 2020 to be translated. There is no training part, so articles are drawn for one.
"""

import json
from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import split_by_group

TEST = 0.25


@dataclass(frozen=True)
class Questions:
    """N questions on P paragraphs.

    Attributes:
        paragraphs: P texts.
        articles: of each paragraph, the title.
        questions: N texts.
        paragraph: int64 (N,): which one a question is about.
        answers: N texts; each stands in its paragraph,
        start: int64 (N,): from this character on.
        train_index, test_index: int64; no article is on both sides.
    """

    paragraphs: list[str]
    articles: list[str]
    questions: list[str]
    paragraph: np.ndarray
    answers: list[str]
    start: np.ndarray
    train_index: np.ndarray
    test_index: np.ndarray


def load() -> Questions:
    """All 1,190 questions, split by article, 75/25.

    Raises:
        AssetMissing: not fetched yet.
    """
    data = json.loads((assets.path("xquad") / "xquad.en.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [(article["title"], one) for article in data for one in article["paragraphs"]]
    asked = [(i, question) for i, (_, one) in enumerate(paragraphs) for question in one["qas"]]
    answers = [question["answers"][0] for _, question in asked]  # each has one
    train, test = split_by_group([paragraphs[i][0] for i, _ in asked], TEST, salt="xquad")
    return Questions(
        [one["context"] for _, one in paragraphs],
        [title for title, _ in paragraphs],
        [question["question"] for _, question in asked],
        np.array([i for i, _ in asked]),
        [answer["text"] for answer in answers],
        np.array([answer["answer_start"] for answer in answers]),
        train,
        test,
    )
