"""Exercises of lesson 16, Serving embeddings."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.serving_embeddings.exercises.gathering import gathered
from tlcourse.lessons.serving_embeddings.exercises.inside import mean_inside
from tlcourse.lessons.serving_embeddings.exercises.rounding import int8_rows
from tlcourse.lessons.serving_embeddings.exercises.sorting import sorted_batches
from tlcourse.lessons.serving_embeddings.exercises.two_poolings import mean_max

__all__ = ["gathered", "int8_rows", "mean_inside", "mean_max", "sorted_batches", "together", "which_layer"]

together = prediction(
    question=(
        "One core turns texts into vectors: one text at a time, or 16 texts of equal length at once. "
        "Texts of which length gain the most texts a second from being read at once?"
    ),
    options=(
        "Long ones, of 128 tokens: there is most work to share",
        "Short ones, of 8 tokens",
        "All alike: 16 at once are 16 at once",
        "None: one core does one thing after the other, in whatever order",
    ),
    answer=1,
    why=(
        "A long text alone keeps the core busy with products of large tables: there is little left to gain.",
        "For a short text, fetching the weights and calling the layers takes longer than computing with "
        "them. A batch does both once for all of its texts.",
        "Look down the column of gains.",
        "What is computed is the same. What is done once for a batch, instead of once for a text, is saved.",
    ),
)

which_layer = prediction(
    question=(
        "bert-as-service does not read the last layer, but the one before: the last, its author writes, "
        "is too close to what BERT was trained to do. MiniLM was trained further, until sentences of the "
        "same meaning had similar vectors. On pairs of sentences that people rated, which of its layers "
        "agrees "
        "with them the most?"
    ),
    options=(
        "The one before the last, as in BERT",
        "The last",
        "One in the middle: the last is too close to its training, too",
        "The embeddings below all layers: no context blurs the words",
    ),
    answer=1,
    why=(
        "It is far behind: what the last layer was trained to do is here just what is asked of it.",
        "The advice was never “−2”. It is: not the layer that was trained for something else. This one "
        "was trained for this.",
        "Not in the middle either: look at all three models, and how they rise or fall.",
        "Nearly so with the two models that were not trained for sentences: their lowest layers are the "
        "best.",
    ),
)
