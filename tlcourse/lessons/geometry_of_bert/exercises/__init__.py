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
        "that have it in that sense. A new use is given the sense of the nearest centroid. How often that is "
        "right, in the BERT of Coenen et al. 2019: what does it do from layer to layer?"
    ),
    options=(
        "It falls: in the embeddings the word is still itself",
        "It rises up to the middle, and falls again",
        "It rises up to the last layer",
        "It stays the same",
    ),
    answer=2,
    why=(
        "Before any layer a word has one vector, wherever it stands, but for its place and its form: they "
        "tell little.",
        "The last layers of a network may keep less of a sense than those below, if they are made for "
        "something else. See whether the curves of this lesson do so.",
        "Each layer can take in more of the sentence than the one below. This is the paper's BERT-base, "
        "where it goes up with every layer (section 4.2). The curves of this lesson are of other networks, "
        "and need not be like that: what they do is said above.",
        "Layers differ in what they have read of the sentence: the embeddings have read nothing.",
    ),
)

concatenated = prediction(
    question=(
        "Somebody “served” a meal in one sentence. Behind it you write “and” and a sentence in which "
        "somebody "
        "“served” as mayor. What becomes of the vector of such a “served”: of its cosine with the "
        "centroid "
        "of its own sense, divided by that with the centroid of the other, in the mean over many such pairs?"
    ),
    options=(
        "Nothing: its own sentence comes first, and says what it means",
        "It falls, but most uses still lie nearer to their own sense",
        "It rises: the contrast makes the sense clearer",
        "It falls so far that most uses lie nearer to the other sense",
    ),
    answer=1,
    why=(
        "BERT does not know that a sentence is over. Attention goes to all words, those behind “and” as "
        "well.",
        "A state is made of all that a word attends to, whichever sentence it is from. Coenen et al. 2019 "
        "see "
        "a way to fail in that (section 4.3). How much of it comes from the longer text alone, the control "
        "says: a sentence without the word.",
        "It would, for a reader who compares. Attention adds up what it finds; it does not set one against "
        "the other.",
        "The words of its own sentence are there as before, and are attended to as well.",
    ),
)
