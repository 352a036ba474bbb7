"""Exercises of lesson 01, what is transfer learning."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.what_is_transfer_learning.exercises.crossing import overtakes
from tlcourse.lessons.what_is_transfer_learning.exercises.domains import balanced_accuracy, transfer_gap
from tlcourse.lessons.what_is_transfer_learning.exercises.labels import labels_needed
from tlcourse.lessons.what_is_transfer_learning.exercises.pooling import mean_pool

__all__ = [
    "balanced_accuracy",
    "best_home",
    "labels_needed",
    "mean_pool",
    "overtakes",
    "transfer_gap",
    "worth",
]

worth = prediction(
    question=(
        "A frozen, pretrained network and 100 labelled sentences reach a certain accuracy. How many labels "
        "does a classifier need for the same, if it knows nothing but its labelled sentences?"
    ),
    options=["About 200", "About 1,000", "About 10,000", "It never gets there"],
    answer=1,
    why=[
        "Pretraining is worth more than that while labels are few: about ten times.",
        "About ten times as many, here. ULMFiT's authors found a like factor in another comparison: the same "
        "network with pretraining and without, on longer reviews.",
        "It needs fewer. With about 8,000 it has caught up even with what the pretrained one makes of 8,000.",
        "It does. Pretraining saves labels, and more labels can buy the same accuracy.",
    ],
)

best_home = prediction(
    question=(
        "You train on editorials, with MiniLM's features. On which of the four test sets does this "
        "classifier score highest?"
    ),
    options=["On editorials: it was trained on them", "On tweets", "On product reviews", "On movie reviews"],
    answer=1,
    why=[
        "One would think so. But it scores higher on tweets, of which it saw none: which set is easy matters "
        "more here than being at home.",
        "Tweets are the easiest of the four for this classifier. For people they are not: one rater agrees "
        "more often with the others on movie and product reviews.",
        "It scores higher on tweets, though one rater agrees more often with the others on product reviews.",
        "For people, movie reviews are the easiest of the four. For this classifier they are not.",
    ],
)
