"""Exercises of lesson 12, The geometry of BERT."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.geometry_of_bert.exercises.laid_out import pythagorean
from tlcourse.lessons.geometry_of_bert.exercises.laid_out_distances import squared_distances
from tlcourse.lessons.geometry_of_bert.exercises.senses_first import first_sense
from tlcourse.lessons.geometry_of_bert.exercises.senses_told import nearest_centroid
from tlcourse.lessons.geometry_of_bert.exercises.sentences_joined import similarity_ratio

__all__ = [
    "concatenated",
    "first_sense",
    "nearest_centroid",
    "pythagorean",
    "similarity_ratio",
    "squared_distances",
    "which_layer",
]

which_layer = prediction(
    question=(
        "Each sense of a word, such as “serve”, has a centroid: the mean of the word's vectors in sentences "
        "that have it in that sense. A new use is given the sense of the nearest centroid. From which layer "
        "should its vector come, for this to be right most often?"
    ),
    options=(
        "The embeddings, before any layer: there the word is itself",
        "The lowest layer: there the words around it have just come in",
        "The upper half of the layers",
        "It makes no difference",
    ),
    answer=2,
    why=(
        "Before any layer a word has one vector, wherever it stands, but for its place: no sense is told.",
        "One layer takes in some of the sentence. Each layer above it can take in more.",
        "What a sense depends on may stand far away and in several words. Coenen et al. 2019 find that the "
        "score rises with the layer (section 4.2).",
        "Layers differ in what they have read of the sentence: the lowest of all has read nothing.",
    ),
)

concatenated = prediction(
    question=(
        "“Hard” in a sentence where it means “not easy”. Behind it you write “and” and a sentence where it "
        "means “not soft”. What becomes of the vector of the first “hard”: of its cosine with the centroid "
        "of "
        "its own sense, divided by that with the centroid of the other?"
    ),
    options=(
        "Nothing: its own sentence comes first, and says what it means",
        "It falls: the vector goes towards the wrong sense",
        "It rises: the contrast makes the sense clearer",
        "It falls, and as much if the other sentence does not have the word at all",
    ),
    answer=1,
    why=(
        "BERT does not know that a sentence is over. Attention goes to all words, those behind “and” as "
        "well.",
        "Its state is made of what it attends to, and a word attends to itself elsewhere too. Coenen et al. "
        "2019 see a way to fail in it (section 4.3): a reader would keep the two apart.",
        "It would, for a reader who compares. Attention adds up what it finds; it does not set one against "
        "the other.",
        "A longer text alone moves the vector too. The control, a sentence without the word, says how much.",
    ),
)
