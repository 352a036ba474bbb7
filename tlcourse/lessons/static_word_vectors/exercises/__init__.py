"""Exercises of lesson 03, static word vectors."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.static_word_vectors.exercises.counting_pairs import shifted_ppmi
from tlcourse.lessons.static_word_vectors.exercises.objectives import keep_probability, negative_sampling_loss
from tlcourse.lessons.static_word_vectors.exercises.solving_analogies import solve_analogy
from tlcourse.lessons.static_word_vectors.exercises.subwords import ngrams

__all__ = [
    "keep_probability",
    "king_without_rules",
    "negative_sampling_loss",
    "ngrams",
    "shifted_ppmi",
    "solve_analogy",
    "where_tfidf_wins",
]

king_without_rules = prediction(
    question="king − man + woman, in GloVe's vectors, and any word may answer: which is nearest to the sum?",
    options=["queen", "king", "woman", "princess"],
    answer=1,
    why=[
        "Queen is second. woman and man are near each other, so the sum hardly leaves king.",
        "woman and man are near each other, so the sum stays near king. Queen wins only if king is ruled "
        "out.",
        "The sum holds woman once, but taking man away takes most of it again: the two are near each other.",
        "Princess is near, but not as near as the word that the sum started from.",
    ],
)

where_tfidf_wins = prediction(
    question="Against GloVe vectors that stay frozen, with how many labelled sentences does plain TF-IDF "
    "win?",
    options=["With 100", "With all of them, nearly 8,000", "With both", "With neither"],
    answer=1,
    why=[
        "With 100 labels TF-IDF has never seen most of the different test words. GloVe has nearly all of "
        "them.",
        "With many labels TF-IDF learns each word's own weight; a frozen mean of 50 numbers cannot follow.",
        "With 100 labels TF-IDF has never seen most of the different test words. GloVe has nearly all of "
        "them.",
        "With many labels TF-IDF learns each word's own weight; a frozen mean of 50 numbers cannot follow.",
    ],
)
