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
        "The convolutions look for pieces anywhere in the word, its ending among them. Words that look alike "
        "are what the random twin finds; with training come words of the same kind.",
        "The vector is computed from the letters. That “definitely” is nearest, the random twin finds too: "
        "it takes no training. Not every misspelling is so lucky: they are counted below.",
    ),
)

which_layer = prediction(
    question=(
        "ELMo's network has three layers: the token layer, which makes a vector of a word's letters; above "
        "it layer 1 and layer 2, which read the sentence. Peters et al. took one layer at a time and learned "
        "to tell from its vectors a word's part of speech (noun, verb …), or its sense (a “bank” with money "
        "or by a river). From which layer was each told best?"
    ),
    options=(
        "Both from layer 2: it stands on all the others",
        "Parts of speech from layer 1, senses from layer 2",
        "Parts of speech from layer 2, senses from layer 1",
        "Both from the token layer: a word's letters say most about it",
    ),
    answer=1,
    why=(
        "Senses, yes. For parts of speech they found layer 1 ahead, by half a point.",
        "So they found (tables 5 and 6), and conclude that syntax lies low and meaning high. Where our "
        "small model agrees by more than luck, the last line above says.",
        "It is the other way round in both.",
        "The token layer has not seen the sentence, so each use of a word in the same form is the same to "
        "it.",
    ),
)
