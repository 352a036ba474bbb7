"""How many edges lie between two words of a tree."""

import numpy as np

from tlcourse.exercises.machinery import exercise
from tlcourse.lessons.probing_for_structure.exercises import tree_mistakes as wrong


def _drawn(rng: np.random.Generator) -> tuple[np.ndarray]:
    return (wrong.random_heads(rng, int(rng.integers(8, 12))),)


@exercise(
    title="Distances in a tree",
    inputs=_drawn,
    any_kind=True,
    special={
        "each word hangs on the one before": (np.array([-1, 0, 1, 2, 3]),),
        "all words hang on the root": (np.array([2, 2, -1, 2, 2, 2]),),
        "there is one word": (np.array([-1]),),
        "the last word is the root": (np.array([1, 4, 1, 4, -1]),),
    },
    equivalent={
        "result: absolute": "a number of edges is never negative",
        "result: a list": "lists of the same numbers are as good",
        "result: transposed": "as far from j to i as from i to j",
        "np.array([[len(a ^ b) for b in ways] for a in ways]) → [[len(a ^ b) for b in ways] for a in ways]": (
            "lists of the same numbers are as good"
        ),
        "True → False": "the two are always of one length",
    },
    hints=(
        "Write down each word's way to the root: the word itself, its head, the head's head … Where do the "
        "ways of two words meet?",
        "What lies above the place where two ways meet is on both of them, and is no part of the way between "
        "the two words. With Python's sets, `a ^ b` is what is in one of the two and not in both.",
        "Begin with the way `{word}` for each word. As often as there are words, go over all of them and "
        "join to each one's way that of its head, if it has one. Then count, for each pair, what is on one "
        "of its two ways only.",
    ),
    wrong=[
        (wrong.in_the_sentence, "That is how far apart two words stand in the sentence. Their way in the "
         "*tree* is asked for: use `heads`."),
        (wrong.between_heads, "You subtract places of heads: how many edges lie between the words is "
         "asked for."),
        (wrong.edges_alone, "You have the edges, and no way of several of them: go on along the edges."),
        (wrong.edges_one_way, "You have 1 from each word to its head, and no more: edges lead both ways, "
         "and ways have more than one."),
        (wrong.edges_and_two, "You have ways of one and two edges: go on to the longer ones."),
        (wrong.depths_apart, "That is how much deeper one word is than the other. Two words of one depth "
         "are still some edges apart."),
        (wrong.depths_subtracted, "You subtract depths: the way between two words goes up to where theirs "
         "meet, and down again."),
        (wrong.by_the_root, "Your ways all go through the root. They may turn where the two words' ways "
         "meet: what lies above does not count."),
        (wrong.by_the_root_and_back, "Your ways go through the root, and a word is away from itself: what "
         "lies above the place where two ways meet does not count."),
        (wrong.ancestor_once, "The depth of the place where two ways meet is subtracted once: it is in "
         "both words' depths, so twice."),
        (wrong.shared, "You count what two ways to the root have in common: count what they do not."),
        (wrong.depth_of_the_shared, "That is how deep the place is where two ways meet: how far is it "
         "from there to both words?"),
        (wrong.all_on_both_ways, "You count all words on both ways to the root: those on both of them do "
         "not count (`^`, not `|`)."),
        (wrong.on_the_first_alone, "You count the first word's way up alone: the second word's belongs to "
         "it."),
        (wrong.on_the_second_alone, "You count the second word's way up alone: the first word's belongs "
         "to it."),
        (wrong.all_words_of_both, "You count all the words on both ways to the root: those on both do not "
         "count."),
        (wrong.from_the_head, "Your ways begin with the head: the word itself is on its way, too."),
        (wrong.depth_of_the_first, "Your rows have one number each: what is on the way of word j is not "
         "looked at."),
        (wrong.depth_of_the_second, "Your columns have one number each: what is on the way of word i is "
         "not looked at."),
        (wrong.words_on_the_path, "You count the words on the way, both ends taken in: edges are one "
         "less."),
        (wrong.words_between, "You count the words in between: edges are one more."),
        (wrong.up_alone, "You have the ways from a word up to its head, the head's head and so on: ways "
         "go down and across as well."),
        (wrong.down_alone, "You have the ways from a head down to its words, their words and so on: ways "
         "go up and across as well."),
        (wrong.up_and_down_alone, "Your ways go straight up or straight down. A way may go up, turn and "
         "go down."),
        (wrong.half, "All below the diagonal is missing: it is as far from j to i as from i to j."),
        (wrong.lower_half, "All above the diagonal is missing: it is as far from j to i as from i to j."),
        (wrong.root_hangs_on_the_last, "The root has become a neighbour of the last word: to Python, "
         "`heads[…] = -1` is the last place. The root has no head: leave it out."),
        (wrong.up_from_the_last, "The root's way goes on to the last word: to Python, place −1 is the "
         "last. A way ends at the root."),
        (wrong.if_head, "`if head` is true of −1, the root's, and false of 0, which is a word: compare "
         "with −1."),
        (wrong.cut_at_word_0, "There is no way over word 0: its number is 0, and it may be a head like "
         "any other. The root's head is −1."),
        (wrong.ways_that_end_before_0, "Your ways end below word 0: its number is 0, and it may be a head "
         "like any other. The root's head is −1."),
        (wrong.one_round, "Your ways go up to the head and end there: go on to the root."),
        (wrong.begun_with_0, "You begin with 0 where there is no edge, and a minimum keeps it: begin with "
         "more than any way is long."),
        (wrong.words_alone, "All words are 2 apart: each one's way holds the word alone. Join its head's "
         "way to it."),
        (wrong.ways_in_common, "You keep what a way has in common with the head's (`&`): join the two "
         "(`|`)."),
        (wrong.wrong_loop_inside, "Some of your ways are too long: the word in between, k, has to be the "
         "outermost of the three loops."),
        (wrong.there_and_back, "A word is 0 edges from itself: yours goes to a neighbour and back."),
    ],
)  # fmt: skip
def tree_distances(heads: np.ndarray) -> np.ndarray:
    """Return how many edges lie between words i and j of a tree, (T, T).

    `heads` (T,) has for each word the place of its head, counted from 0; for the root it has −1.
    """
    ways = [{word} for word in range(len(heads))]  # the words on each one's way to the root
    for _ in heads:
        ways = [way | ways[head] if head >= 0 else way for way, head in zip(ways, heads, strict=True)]
    return np.array([[len(a ^ b) for b in ways] for a in ways])
