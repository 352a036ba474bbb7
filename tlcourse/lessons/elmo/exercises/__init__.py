"""Exercises of lesson 05, ELMo."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.elmo.exercises.characters import spell
from tlcourse.lessons.elmo.exercises.directions import bilm_loss, reverse_words
from tlcourse.lessons.elmo.exercises.mixing import scalar_mix
from tlcourse.lessons.elmo.exercises.uses import nearest_use

__all__ = [
    "bilm_loss",
    "nearest_use",
    "reverse_words",
    "scalar_mix",
    "spell",
    "typo",
    "which_layer",
]

typo = prediction(
    question=(
        "The misspelling “definately” is not among the 8,192 words that the model can predict. What do you "
        "expect of its vector, before any sentence is read?"
    ),
    options=(
        "It has none: the word is not in the vocabulary",
        "It has one, the same that every unknown word gets",
        "It has one of its own, nearest to words of the same first letters, whatever they mean",
        "It has one of its own, nearest to “definitely” and other adverbs",
    ),
    answer=3,
    why=(
        "A vocabulary is needed for the softmax alone, for what is predicted. What is read is spelt.",
        "That is what a model with a table of words does. This one computes a vector from the letters.",
        "The convolutions look at pieces anywhere in the word, and endings say more about its use.",
        "The vector is computed from the letters, and the letters' pieces were learned from words that have "
        "them: -tely means an adverb.",
    ),
)

which_layer = prediction(
    question=(
        "Peters et al. read parts of speech (noun, verb …) and the senses of words from one layer at a time "
        "of their frozen model. From which layer was each read best?"
    ),
    options=(
        "Both from the top: layer 2 has seen the most",
        "Parts of speech from layer 1, senses from layer 2",
        "Parts of speech from layer 2, senses from layer 1",
        "Both from the token layer: a word's letters say most about it",
    ),
    answer=1,
    why=(
        "The top is bent to its own task, to predict the next word. That is not what every probe needs.",
        "So they found, and conclude that syntax lies low and meaning high. Whether our small model agrees "
        "by more than luck, the lines above say.",
        "The other way round: what a word means depends on more of its sentence than what kind it is.",
        "The token layer has not seen the sentence, so each use of a word is the same to it.",
    ),
)
