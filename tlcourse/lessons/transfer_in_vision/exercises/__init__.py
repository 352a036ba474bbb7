"""Exercises of lesson 02, transfer in vision."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.transfer_in_vision.exercises.features import classifier_size, normalise
from tlcourse.lessons.transfer_in_vision.exercises.fine_tuning import batch_norm, layer_rates
from tlcourse.lessons.transfer_in_vision.exercises.threshold import recall_at_precision

__all__ = [
    "batch_norm",
    "batch_norm_trap",
    "best_depth",
    "classifier_size",
    "layer_rates",
    "normalise",
    "recall_at_precision",
]

best_depth = prediction(
    question="You train a linear classifier for defects on the features of one depth at a time, with all "
    "labels. Which depth does best?",
    options=[
        "The lowest: a crack is an edge, and edges are what the first layers see",
        "The middle: halfway between pixels and names",
        "The upper end, just below the names: what the names are made of",
        "The names themselves: a thousand scores, each of which was trained",
        "None beats always answering “fine”: no photograph in ImageNet looks like a solar cell",
    ],
    answer=2,
    why=[
        "Edges everywhere: busbars, crystal borders, the frame. We think that, averaged over the picture, "
        "they tell less of a crack from a busbar than what comes above them.",
        "Better than the bottom, but in the `full` profile accuracy goes on rising above it.",
        "It seems to take several layers to tell a crack from the edges that belong there. Those layers "
        "learned to do that on other things, and it carries over.",
        "Close, and a few splits may not tell the two apart. But they are a linear function of the features "
        "below them: a linear classifier finds nothing in them that is not there already, and something may "
        "be gone.",
        "It does not need to have seen a solar cell. Textures, lines and blobs are general.",
    ],
)

batch_norm_trap = prediction(
    question="A network in training mode gets one photograph of a palace, alone, and then the same "
    "photograph among others. No weight changes in between. Does its answer?",
    options=[
        "No: same weights, same picture, same answer",
        "Yes: in training mode each picture is measured against its batch",
        "Only the confidence, never the class",
    ],
    answer=1,
    why=[
        "True in evaluation mode. In training mode a batch norm subtracts the mean of the batch, so the "
        "neighbours matter.",
        "A batch norm in training mode takes mean and variance from the batch: alone, the picture is "
        "measured against itself, and beside others against all of them.",
        "Whatever moves the features can move the class.",
    ],
)
