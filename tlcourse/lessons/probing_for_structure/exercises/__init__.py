"""Exercises of lesson 11, probing for structure."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.probing_for_structure.exercises.distances_in_trees import tree_distances
from tlcourse.lessons.probing_for_structure.exercises.distances_of_states import probe_distances
from tlcourse.lessons.probing_for_structure.exercises.distances_off import distance_loss
from tlcourse.lessons.probing_for_structure.exercises.edges_found import uuas
from tlcourse.lessons.probing_for_structure.exercises.layers_weighed import expected_layer

__all__ = [
    "control",
    "distance_loss",
    "expected_layer",
    "probe_distances",
    "tree_distances",
    "uuas",
    "which_layer",
]

which_layer = prediction(
    question=(
        "A linear map of DistilBERT's states is trained so that squared distances between words are their "
        "distances in the sentence's tree. It has six layers above its embeddings. From which states is the"
        " tree read best, by the share of its edges that are found?"
    ),
    options=(
        "Layer 0, the embeddings: the words themselves say what goes with what",
        "Layer 1: grammar is the first thing to work out, so it is there at once",
        "A layer in between, from 2 to 5",
        "Layer 6, the last: each layer builds on what those below have found",
    ),
    answer=2,
    why=(
        "At layer 0 a word has one vector and its place, whatever stands around it. Its kind is in it, and "
        "that goes some way; which of several nouns a verb belongs to is not. See how far it comes.",
        "A first layer has looked at its neighbours once. How much of the tree that gives, the figure says; "
        "a tree has ways longer than one look.",
        "The middle is far enough from the words to have seen the sentence, and still far from what the "
        "last layer is there for. Hewitt and Manning found the middle best in BERT, too. Read how much "
        "better it is than its neighbours, and whether that is more than luck.",
        "Nothing makes a model keep what it has found. The last layer is shaped by what is read from it, "
        "which here was first the hidden word and later another task.",
    ),
)

control = prediction(
    question=(
        "From a state of DistilBERT, a linear probe reads the word's part of speech, and is right for most "
        "words of new sentences. Now each word *as it is spelt* is given a tag at random, as often as that "
        "tag occurs, and keeps it in all sentences. The same probe is trained on these tags. How often is "
        "it right on new sentences?"
    ),
    options=(
        "As often as one who always says the most frequent tag: there is nothing to find",
        "More often than that, but clearly less often than on parts of speech",
        "About as often as on parts of speech, within 5 points",
    ),
    answer=1,
    why=(
        "There is no rule from one word to another, but there is one for each word: it keeps its tag. "
        "Frequent words are in the training sentences, and a state says much of which word it is.",
        "It learns frequent words by heart, as far as a linear map can. What it is better at on parts of "
        "speech is Hewitt and Liang's *selectivity*: the part that is not learned by heart.",
        "A table from word to tag would be right for each word that it has seen. A linear map has less room "
        "for such a table than a wide hidden layer, and both learn for 200 steps only.",
    ),
)
