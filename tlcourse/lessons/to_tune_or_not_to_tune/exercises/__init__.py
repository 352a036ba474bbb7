"""Exercises of lesson 09, To tune or not to tune."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.to_tune_or_not_to_tune.exercises.answers import best_answer
from tlcourse.lessons.to_tune_or_not_to_tune.exercises.choosing import choose_way
from tlcourse.lessons.to_tune_or_not_to_tune.exercises.names import entity_f1
from tlcourse.lessons.to_tune_or_not_to_tune.exercises.reading import concat_last_four, first_pieces

__all__ = [
    "best_answer",
    "choose_way",
    "concat_last_four",
    "entity_f1",
    "first_pieces",
    "frozen_or_tuned",
    "other_domain",
]

frozen_or_tuned = prediction(
    question=(
        "BERT-base on CoNLL-2003, with all 14,041 training sentences: which finds names better, the "
        "fine-tuned network or a head on its frozen states, and by how much (F1 on the development part, "
        "in the paper)?"
    ),
    options=(
        "Fine-tuned, by more than five points",
        "Fine-tuned, by less than one point, if the head may read the right layers",
        "Fine-tuned, by about two points, whatever the head reads",
        "Frozen, by about one point",
    ),
    answer=1,
    why=(
        "Only a head that reads the embeddings, which have not seen the sentence, is so far behind.",
        "96.4 against 96.1, with the last four layers side by side under an LSTM in both directions.",
        "What the head reads matters: from the embeddings to the last four layers it is five points.",
        "It comes close, and does not pass.",
    ),
)

other_domain = prediction(
    question=(
        "A network has learned names from Reuters news of 1996. It is now asked for names in Wikipedia, of "
        "the same four kinds (WikiGold). What becomes of its F1?"
    ),
    options=(
        "It stays within two points: a name is a name",
        "It falls by two to ten points",
        "It falls by more than ten points",
        "It rises: encyclopaedias are easier to read than news",
    ),
    answer=2,
    why=(
        "What stands around a name, and which names there are, differs from one kind of text to another.",
        "It falls by more: what was learned is in part about Reuters.",
        "Part of the fall may be that Wikipedia is harder, or tagged by other rules: not measured apart.",
        "It falls: whatever the text is like, it is not what was learned from.",
    ),
)
