"""Real examples of the four kinds of task, as GPT reads them: rows of (what it is, text) for the figure.

Sentiment and the headlines are from the packaged data. The two other pairs are quoted: the entailment from
the second challenge in Recognizing Textual Entailment (Bar-Haim et al. 2006), the similarity from the STS
benchmark (Cer et al. 2017); both are in the parts to develop on.
"""

from collections.abc import Sequence

START, DELIMITER, EXTRACT, TEXT = "start", "delimiter", "extract", "text"
Sequence_ = list[tuple[str, str]]

ENTAILMENT = (
    "Newspapers choke on rising paper costs and falling revenue.",
    "The cost of paper is rising.",
    "it follows",
)
SIMILARITY = ("A guy is riding a horse.", "A man is riding a horse in the desert.", "3.4 of 5")


def one(text: str) -> Sequence_:
    return [(START, ""), (TEXT, text), (EXTRACT, "")]


def two(first: str, second: str) -> Sequence_:
    return [(START, ""), (TEXT, first), (DELIMITER, ""), (TEXT, second), (EXTRACT, "")]


def rows(
    snippet: tuple[str, str], article: str, headlines: Sequence[str], right: int
) -> list[tuple[str, list[Sequence_], str]]:
    """(task, its sequences, what is to come out) for classification, entailment, similarity and choice."""
    premise, hypothesis, entails = ENTAILMENT
    first, second, alike = SIMILARITY
    return [
        ("classification", [one(snippet[0])], snippet[1]),
        ("entailment", [two(premise, hypothesis)], entails),
        ("similarity", [two(first, second), two(second, first)], alike),
        (
            "multiple choice",
            [two(article, headline) for headline in headlines],
            ("the first", "the second", "the third", "the fourth")[right],
        ),
    ]
