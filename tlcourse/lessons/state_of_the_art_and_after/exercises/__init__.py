"""Exercises of lesson 17, The state of the art, and after."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.state_of_the_art_and_after.exercises.best_of_k import expected_best
from tlcourse.lessons.state_of_the_art_and_after.exercises.bootstrap import paired_bootstrap
from tlcourse.lessons.state_of_the_art_and_after.exercises.fronts import pareto_front
from tlcourse.lessons.state_of_the_art_and_after.exercises.leaks import leaked
from tlcourse.lessons.state_of_the_art_and_after.exercises.regret import regrets

__all__ = [
    "expected_best",
    "leak_buys",
    "leaked",
    "one_seed",
    "paired_bootstrap",
    "pareto_front",
    "regrets",
    "who_leads",
]

who_leads = prediction(
    question=(
        "The systems of the course, all frozen, a linear model on top, 100 labels. On how many of the "
        "seven tasks does one of the nine that the course trained itself, on millions of pieces, come "
        "first, or so near to the first that three seeds cannot tell them apart?"
    ),
    options=("None: the large ones that others trained lead everywhere", "One", "Three", "Six or seven"),
    answer=2,
    why=(
        "On four tasks, yes: names, topics, long reviews and film ratings. Elsewhere small ones keep up.",
        "One comes first, elmo-mini on parts of speech, level with a model eighteen times as large. But it "
        "is not the only one that the seeds cannot tell from the best.",
        "Parts of speech and questions, where elmo-mini reads words letter by letter in both directions; and "
        "films, where 100 labels differ so much from draw to draw that several points are within luck.",
        "They read millions of pieces. The others read billions, or learned from a teacher who had.",
    ),
)

one_seed = prediction(
    question=(
        "TF-IDF and GloVe on film snippets, with 1,000 labels: in the mean of many draws of the labels they "
        "differ by less than a point. You draw the labels once. How often is the wrong one in front?"
    ),
    options=(
        "Hardly ever",
        "About one time in ten or fewer",
        "One time in six to one in two",
    ),
    answer=2,
    why=(
        "The test texts are the same each time. What changes is which texts were labelled.",
        "They are closer to each other than one draw is to the next.",
        "The draw of the labels moves each by more than they differ. A leaderboard with one seed is that "
        "draw.",
    ),
)

leak_buys = prediction(
    question=(
        "One in ten of the test texts gets into the training set, with its label. How much does that buy "
        "TF-IDF, which is right two times in three?"
    ),
    options=(
        "About ten points",
        "About three points",
        "Next to nothing: 50 texts among 1,000",
    ),
    answer=1,
    why=(
        "Two thirds of those would have been right anyway: a leak can only mend what was wrong.",
        "A tenth of the errors, if it remembers what it read; less if it cannot.",
        "True of GloVe: a linear model of 50 numbers a text cannot learn single texts by heart. TF-IDF has a "
        "weight for each of thousands of words, and can.",
    ),
)
