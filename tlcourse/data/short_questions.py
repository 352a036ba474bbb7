"""Forty questions of four kinds with an answer of one word, to ask a language model what it knows.

Written for the course. A question is put as Radford et al. 2019 (section 3.8) put theirs: after an example of
a question with its answer. There are three sets of examples; none has a word of the forty.
"""

from dataclasses import dataclass

import numpy as np

FORM = "Question: {} Answer:"
EXAMPLES = (
    (("What is the capital of Egypt?", "Cairo"), ("What is the opposite of empty?", "full")),
    (
        ("What language do people speak in Portugal?", "Portuguese"),
        ("What is a young goose called?", "gosling"),
    ),
    (("What is the opposite of early?", "late"), ("What is the capital of Kenya?", "Nairobi")),
)
KINDS = {
    "capitals": (
        "What is the capital of {}?",
        {"France": "Paris", "Italy": "Rome", "Germany": "Berlin", "Spain": "Madrid", "Russia": "Moscow",
         "Japan": "Tokyo", "China": "Beijing", "England": "London", "Greece": "Athens", "Ireland": "Dublin"},
    ),
    "opposites": (
        "What is the opposite of {}?",
        {"hot": "cold", "big": "small", "good": "bad", "old": "young", "long": "short", "rich": "poor",
         "strong": "weak", "dark": "light", "high": "low", "open": "closed"},
    ),
    "languages": (
        "What language do people speak in {}?",
        {"France": "French", "Germany": "German", "Italy": "Italian", "Spain": "Spanish", "Russia": "Russian",
         "Japan": "Japanese", "China": "Chinese", "England": "English", "Greece": "Greek",
         "Poland": "Polish"},
    ),
    "young animals": (
        "What is a young {} called?",
        {"dog": "puppy", "cat": "kitten", "cow": "calf", "sheep": "lamb", "horse": "foal", "duck": "duckling",
         "hen": "chick", "bear": "cub", "pig": "piglet", "kangaroo": "joey"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class ShortQuestions:
    """One kind, as it is put to a model.

    Attributes:
        kind: one of `KINDS`.
        prompts: ten texts that end where the answer begins.
        answers: the ten answers; question i's is answer i, the others are what it may be mistaken for.
    """

    kind: str
    prompts: list[str]
    answers: list[str]

    @property
    def right(self) -> np.ndarray:
        """int64 (10,)."""
        return np.arange(len(self.answers))


def load(kind: str, examples: int = 0) -> ShortQuestions:
    """The questions of a kind, after one of the sets of examples.

    Raises:
        ValueError: there is no such kind, or no such set.
    """
    if kind not in KINDS or not 0 <= examples < len(EXAMPLES):
        raise ValueError(
            f"kind is {kind!r} and examples {examples}; expected one of {', '.join(KINDS)}, and 0 to "
            f"{len(EXAMPLES) - 1}."
        )
    form, pairs = KINDS[kind]
    shown = " ".join(f"{FORM.format(q)} {a}." for q, a in EXAMPLES[examples])
    prompts = [f"{shown} {FORM.format(form.format(what))}" for what in pairs]
    return ShortQuestions(kind, prompts, list(pairs.values()))
