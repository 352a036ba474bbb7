"""Exercises of lesson 04: the parts of attention, and one step of a beam."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.sequences_and_attention.exercises.attention_masks import causal_mask, masked_softmax
from tlcourse.lessons.sequences_and_attention.exercises.attention_with_heads import (
    scaled_dot_product,
    split_heads,
)
from tlcourse.lessons.sequences_and_attention.exercises.beam import beam_step

__all__ = [
    "beam_step",
    "causal_mask",
    "long_words",
    "masked_softmax",
    "scaled_dot_product",
    "split_heads",
    "undivided",
]

long_words = prediction(
    question=(
        "Two models learn to pronounce English words. They are alike in all but one thing: while it "
        "writes, one may look at every letter again, the other has only one vector that sums up the whole "
        "word. Where will the second one do worse?"
    ),
    options=(
        "About as much on short words as on long ones",
        "Mostly on short words: they are the irregular ones",
        "Mostly on long words",
        "Nowhere: the vector has far more numbers in it than the word has letters",
    ),
    answer=2,
    why=(
        "The gap is not the same everywhere: look at the curves by length.",
        "Short words are the irregular ones, but both models suffer from that alike.",
        "What has to fit into the vector grows with the word, the vector does not.",
        "There is room in it. But a network has to learn to write the letters in and to read them out in "
        "the right order, and that gets harder with every letter.",
    ),
)

undivided = prediction(
    question=(
        "A query and sixteen keys, each of 512 random numbers (mean 0, standard deviation 1). You take a "
        "softmax of their dot products, without dividing them by anything. How much weight will the "
        "largest get, on average?"
    ),
    options=("About 1/16", "About a quarter", "About half", "More than nine tenths"),
    answer=3,
    why=(
        "That would be right if all dot products were about equal. Each is a sum of 512 random terms.",
        "More: that is about what happens after dividing by √512.",
        "More: think of how far apart sums of 512 random terms lie, and of what exp does to a difference "
        "of 20.",
        "The dot products have a standard deviation of √512 ≈ 23, so the largest leaves the rest far behind.",
    ),
)
