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
        "In pairs such as “prime minister”, and in pairs that are neighbours by chance, both words are "
        "hidden. "
        "Then one of them is shown. To whom does the other become likelier?"
    ),
    options=(
        "To XLNet, in pairs like “prime minister”; to BERT it makes no difference, as it learned to predict "
        "hidden words as if they had nothing to do with each other",
        "To both, in pairs like “prime minister”, about as much to BERT as to XLNet; to both, less by chance",
        "To both, and as much in pairs by chance: any word in sight helps",
        "To nobody: the sentence around says already what the two are",
    ),
    answer=1,
    why=(
        "BERT never predicts one *from* the other while both are hidden. But a word that stands in "
        "sight it has "
        "learned to use, like any other: its weights know the pair.",
        "What BERT lacks is in its objective: it adds up two predictions that were made apart. Its "
        "weights know "
        "the pair as soon as one of the two stands there.",
        "A word in sight helps anywhere. It helps more where the two belong together.",
        "The sentence says a part. The neighbour says more.",
    ),
)

where_memory = prediction(
    question=(
        "XLNet reads an article in rows of 64 pieces and remembers its states of the 96 before. A sixth "
        "of each "
        "row is predicted, the rest of it is in sight. Where in the row does the memory help?"
    ),
    options=(
        "Everywhere alike: it is the same article",
        "Most at the beginning of the row",
        "Most at the end of the row",
        "Nowhere: five sixths of the row are in sight",
    ),
    answer=1,
    why=(
        "It is the same article, but a word depends on its neighbours first of all.",
        "What the first pieces of a row go on from stands in the memory alone. Later ones have it in "
        "the row.",
        "At the end of the row the words before are in sight anyway.",
        "Of the first pieces of a row, one side is cut off.",
    ),
)

beyond_training = prediction(
    question=(
        "xlnet-mini was trained on rows of 128 pieces with a memory of 96: no two pieces were further "
        "apart than "
        "223. It has no table of positions, so a row of 512 can be read. The same pieces near the end of an "
        "article, predicted in rows of 64, 128, 254 and 512 that end there: what becomes of the loss?"
    ),
    options=(
        "It falls up to 512: more to look at is always better",
        "It falls a little at first, and rises again where distances get longer than those of the training",
        "It rises from the start: a sentence is enough, the rest is noise",
        "It is the same throughout",
    ),
    answer=1,
    why=(
        "More to look at helps only who has learned to look that far.",
        "The formula for a distance of 500 exists. What to do with it was never learned.",
        "From 64 to 128 there is more of the article, at distances that it knows.",
        "It changes little, but it changes, and not in one direction.",
    ),
)
