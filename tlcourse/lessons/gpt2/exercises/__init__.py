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
        "gpt2-mini goes on from the first words of news articles that it has never read. You look "
        "for its runs of "
        "six words in the sources of its training text, and for those of what people wrote after "
        "the same words. "
        "Whose runs stand there more often?"
    ),
    options=(
        "The model's, however its pieces are chosen: it can only repeat what it read",
        "About as many of either, however they are chosen",
        "People's: the model makes its sentences anew, and seldom hits a run that people have used",
        "The model's, if it takes the likeliest piece each time; freely drawn, no more than people's",
    ),
    answer=3,
    why=(
        "Read the table's column of all pieces.",
        "The columns differ by far more than that.",
        "So Radford et al. report (their figure 5), for pieces drawn from the 40 likeliest and "
        "runs of eight. It need "
        "not hold for every way of choosing.",
        "The way of choosing decides, and the length of the run: of eight words, hardly any stands there.",
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
