"""Exercises of lesson 13, GPT-2."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.gpt2.exercises.bits import bits_per_byte
from tlcourse.lessons.gpt2.exercises.joining import join_pair
from tlcourse.lessons.gpt2.exercises.laws import next_size
from tlcourse.lessons.gpt2.exercises.ranking import ranks
from tlcourse.lessons.gpt2.exercises.sharing import shared_mask

__all__ = ["bits_per_byte", "join_pair", "next_size", "ranks", "repeats", "shared_mask", "told_apart"]

repeats = prediction(
    question=(
        "A language model goes on from the first words of news articles that it has never read. You look for "
        "its runs of words in all of the text that it was trained on, and for those of what people "
        "wrote after "
        "the same words. Whose runs had been read before more often?"
    ),
    options=(
        "The model's, by far: it can only repeat what it read",
        "About as many of either",
        "People's: the model makes its sentences anew, and seldom hits a run that people have used",
        "It depends on how the pieces are chosen: the likeliest repeat, freely drawn ones do not",
    ),
    answer=3,
    why=(
        "Read the table's row of what was drawn from all pieces.",
        "Read the table from left to right: the ways of choosing differ more than that.",
        "So Radford et al. report (their figure 5), for pieces drawn from the 40 likeliest. It "
        "need not hold for "
        "every way of choosing.",
        "The way of choosing decides. How far, and where people stand, says the table.",
    ),
)

told_apart = prediction(
    question=(
        "gpt2-mini goes on with news articles, and chooses the next piece in four ways: the "
        "likeliest; drawn from "
        "the 40 likeliest; drawn from the nucleus; drawn from all pieces. A detector looks at how far down "
        "gpt2-mini's own list each piece stands. Which text is hardest to tell from people's?"
    ),
    options=(
        "The likeliest: no strange words in it",
        "The 40 likeliest: the most readable",
        "The nucleus: neither too sure nor too wild",
        "All pieces: they come from the whole list, as people's do",
    ),
    answer=3,
    why=(
        "Its ranks are all 1, and people's are not: the easiest of the four.",
        "No piece of it ranks below 40 in the list, and people's do.",
        "Its tail is missing, and people use the tail. But look at the smaller models: theirs is "
        "so wild that "
        "without it they come closer to people.",
        "Whoever draws from all pieces uses the tail, too. If the model were perfect, its ranks "
        "would be people's.",
    ),
)
