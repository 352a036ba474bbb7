"""Exercises of lesson 15, ERNIE 2.0."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.ernie.exercises.labels import capital_labels, recurs
from tlcourse.lessons.ernie.exercises.orders import order_class
from tlcourse.lessons.ernie.exercises.stages import steps_by_stage
from tlcourse.lessons.ernie.exercises.units import whole_units

__all__ = [
    "capital_labels",
    "forgotten",
    "one_piece_hidden",
    "order_class",
    "recurs",
    "steps_by_stage",
    "whole_units",
]

one_piece_hidden = prediction(
    question=(
        "ernie-mini learned from text in which whole words, names and phrases were hidden; bert-mini, on "
        "the same text, from pieces hidden one by one. Now one piece of a longer word is hidden, and the "
        "rest of the word is in sight. Who guesses it better?"
    ),
    options=(
        "ernie-mini: its training was harder, so the easier question is easy for it",
        "bert-mini: for ernie-mini a [MASK] beside half of a word never came up",
        "Both alike: the rest of the word gives the piece away",
        "Neither guesses such a piece better than one who knows only how frequent pieces are",
    ),
    answer=1,
    why=(
        "Harder training helps with hard questions of the same kind. This is a question that it never met.",
        "It has learned that what is hidden is whole. So it says a word where the end of one is missing.",
        "It does for those who have learned to look at it.",
        "The rest of the word tells a lot to those who have learned to use it.",
    ),
)

forgotten = prediction(
    question=(
        "A small model learns four tasks one after the other: hidden words, capitals, whether a piece comes "
        "again in the document, the order of segments. When all is done, how is its loss on capitals, the "
        "second?"
    ),
    options=(
        "As good as when its turn ended: what is learned is learned",
        "A little worse, and still far better than by guessing",
        "No better than by guessing with the share of capitals: it is forgotten",
        "Worse than before any training: what it now says is wrong, and it is sure of it",
    ),
    answer=2,
    why=(
        "The weights are shared, and each step of the later tasks moves them.",
        "Nothing in the later tasks asks for capitals, so nothing holds on to them.",
        "The head for capitals stays as it was, and no longer fits the states, which now serve another task.",
        "The states move away from what the head reads; they do not turn against it.",
    ),
)
