"""Exercises of lesson 14, XLNet."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.xlnet.exercises.distances import by_key
from tlcourse.lessons.xlnet.exercises.orders import content_mask, predicted, query_mask
from tlcourse.lessons.xlnet.exercises.pairs import joint

__all__ = [
    "beyond_training",
    "by_key",
    "content_mask",
    "joint",
    "neighbour_known",
    "predicted",
    "query_mask",
    "where_memory",
]

neighbour_known = prediction(
    question=(
        "Two neighbours are hidden, such as “prime minister”. Then one of them is shown. Beside them, two "
        "other neighbours, as frequent, that are seldom seen together. To whom does the hidden one become "
        "likelier, and more so in “prime minister”?"
    ),
    options=(
        "To XLNet alone: BERT learned to predict hidden words as if they had nothing to do with each other",
        "To both, and to BERT no less than to XLNet",
        "To both, but in both kinds alike: any word in sight helps",
        "To neither: the sentence around says already what the two are",
    ),
    answer=1,
    why=(
        "BERT never predicts one *from* the other while both are hidden. But a word that stands in sight "
        "it has learned to use, like any other: its weights know the pair.",
        "What BERT lacks is in its objective: it adds up two predictions that were made apart. Its weights "
        "know the pair as soon as one of the two stands there.",
        "A word in sight helps anywhere. It helps more where the two belong together.",
        "The sentence says a part. The neighbour says more.",
    ),
)

where_memory = prediction(
    question=(
        "XLNet reads an article in rows of 64 pieces, and may look back at its states of the 96 pieces "
        "before. A sixth of each row is predicted, the rest of the row is in sight. Where in the row is it "
        "worth most that the memory is this article's, and not another's?"
    ),
    options=(
        "Everywhere alike: it is the same article",
        "At the beginning of the row",
        "At the end of the row",
        "Nowhere: five sixths of the row are in sight",
    ),
    answer=1,
    why=(
        "It is the same article, but a word depends on its neighbours first of all.",
        "What the first pieces of a row go on from stands in the memory alone. Later ones have it in the "
        "row.",
        "At the end of the row, the words before are in sight anyway. (That a memory takes something off "
        "there, too, it does with another article's as well.)",
        "Of the first pieces of a row, one side is cut off.",
    ),
)

beyond_training = prediction(
    question=(
        "xlnet-mini was trained on rows of 128 pieces with a memory of 96: no two pieces were further "
        "apart than 223. It has no table of positions, so a row of 512 can be read. The same pieces near "
        "the end of an article are predicted in longer and longer rows that end there. What becomes of the "
        "loss?"
    ),
    options=(
        "It goes on falling up to 512: more to look at is always better",
        "It falls a little, stays level well beyond 223, and is worse again at 512",
        "It jumps up as soon as there are distances beyond 223",
        "It rises from the start: a sentence is enough, the rest is noise",
    ),
    answer=1,
    why=(
        "More to look at helps only who has learned to look that far.",
        "From 64 to 128 there is more of the article, at distances that it knows. We think: the sines of "
        "somewhat longer distances are like those it knows; far beyond, they are not.",
        "Nothing breaks at once. We think: the sines of a distance of 230 are nearly those of 223.",
        "From 64 to 128 there is more of the article, at distances that it knows.",
    ),
)
