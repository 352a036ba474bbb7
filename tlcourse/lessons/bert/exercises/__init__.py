"""Exercises of lesson 08, BERT."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.bert.exercises.hiding import corrupt, reach
from tlcourse.lessons.bert.exercises.loss_of_hidden import masked_loss
from tlcourse.lessons.bert.exercises.pieces_counted import best_pair
from tlcourse.lessons.bert.exercises.pieces_cut import wordpiece

__all__ = [
    "answer_in_sight",
    "best_pair",
    "corrupt",
    "masked_loss",
    "reach",
    "which_kinds",
    "wordpiece",
]

answer_in_sight = prediction(
    question=(
        "A Transformer sees a whole sentence, nothing hidden, and is trained to say at each place which word "
        "stands there. After a few hundred steps, how is its loss? And where you put another word in a "
        "word's place, how often does it say the one that belongs there?"
    ),
    options=(
        "The loss goes towards 0, and it often says the right word: it has learned from both sides",
        "The loss goes towards 0, and it is right no more often than one who always says the same",
        "The loss hardly falls: predicting words is hard, whatever one sees",
        "The loss falls half-way, as both sides help, and it is right about as often with another word there",
    ),
    answer=1,
    why=(
        "Why learn from the sides? The word itself was there to be copied.",
        "To copy what stands there is all that the loss asks for. Nothing about its neighbours was needed.",
        "It would be hard if the word were hidden. Here it stands in the input.",
        "The word itself helps most of all: it is the answer.",
    ),
)

which_kinds = prediction(
    question=(
        "bert-mini sees both sides of a hidden word, gpt-mini what stands to the left. Both have read the "
        "same text. Where does seeing both sides help most, in points of accuracy?"
    ),
    options=(
        "Names: the right side says who did it",
        "Nouns: they carry the meaning",
        "Punctuation and most small words, such as commas, “the” and “to”",
        "About the same everywhere",
    ),
    answer=2,
    why=(
        "Names are hardly ever guessed by either: which name it is, is rarely said by the sentence.",
        "A noun is one of thousands. So small a model guesses few of them, whatever it sees.",
        "Whether a comma or a full stop stands here, “a” or “the”, depends on what comes on the right. (For "
        "“of” or “in” the word before says much.)",
        "Some words depend on what follows. Of others the left says as much (“of”, “in”), or neither "
        "side says much: which name it is.",
    ),
)
