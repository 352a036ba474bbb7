"""Figures of the papers, and the rows of the table that sets them beside the lesson's own."""

from typing import Any

from tlcourse.lessons.what_does_bert_look_at import figures, habits, in_words, relations
from tlcourse.show.prose import signed
from tlcourse.show.records import Records

CLARK = "Clark et al. 2019"
MICHEL = "Michel et al. 2019"
# Clark et al. 2019, section 3.1: heads that put over half on the token before; after; of how many.
TO_PREVIOUS, TO_NEXT, HEADS = 4, 5, 144
# Michel et al. 2019, section 4 and figure 3: share of BERT's heads that go without noticeable loss, on MNLI.
PRUNED = 0.40
# Their section 3.3: all heads of one layer of BERT gone but one, in points of accuracy on MNLI.
ONE_HEAD = (-0.96, 0.10)
# Their section 4: gain in speed with half of the heads removed, at most, for batches of 16 and more.
FASTER = 0.175
# Clark et al. 2019, section 5: UAS of a parser that sees nothing but attention; and of right-branching.
ATTENTION_UAS, RIGHT_UAS = 61, 26


def paper_rows(results: dict[str, Records], topics: dict[str, Records]) -> list[tuple[Any, ...]]:
    """Paper, ours, why. Both by the name of the file; `topics` has the tuned MiniLM's alone."""
    before, after, n = habits.neighbours(results["statistics"], "distilbert")
    mark, _, over = habits.resting_place(results["statistics"], "distilbert")
    of_minilm, _, _ = habits.resting_place(results["statistics"], "minilm")
    same = "It is the same mark" if of_minilm == mark else f"It is {of_minilm}"
    resting = f"{mark}: {habits.layers_in_words(over) if over else 'no layer'} of 6"
    pruning = topics["pruning"]
    n_seeds = len(pruning.where(order=in_words.IMPORTANCE, share=0.0).scores)
    best = figures.changes(topics["one_head"]).max(axis=1)
    obj = relations.of_model(results["relations"], "distilbert")["obj"]
    uas = results["parser"].where(treebank="ud", model="distilbert", way="attention")
    right = results["parser"].where(treebank="ud", way="right neighbour").mean
    rate = in_words.gain(results["speed"], 0.5, 16)
    return [
        (
            "heads with over half on the word before, on the word after",
            f"{TO_PREVIOUS}, {TO_NEXT} of {HEADS}",
            f"{CLARK}, section 3.1",
            f"{before}, {after} of {n}",
            "the same habits, in a model of half as many layers. It has its heads from BERT: it was taught "
            "by it",
        ),
        (
            "where attention rests, over half",
            "[SEP]: layers 6 to 10 of 12",
            f"{CLARK}, section 3.2",
            resting,
            f"six layers instead of twelve. {same} in MiniLM, which was trained otherwise and for other ends",
        ),
        (
            "objects: best head, best offset",
            "86.8%, 40.0%",
            f"{CLARK}, table 1",
            f"{obj.head:.1%}, {obj.offset:.1%}",
            "web text and another grammar (UD) here, newspapers there; the paper chooses the head on the "
            "sentences "
            "that it reports, we on others",
        ),
        (
            "parser from attention alone: heads in the tree that it finds (UAS)",
            f"{ATTENTION_UAS}%",
            f"{CLARK}, section 5",
            f"{uas.mean:.1%} ± {uas.spread:.1%}",
            f"a smaller model, web text, 600 sentences to learn from; the right neighbour finds {RIGHT_UAS}% "
            f"there, {right:.0%} here, as Penn's trees hang prepositions otherwise",
        ),
        (
            "heads that go within a point or so",
            f"{PRUNED:.0%} (MNLI)",
            f"{MICHEL}, section 4",
            f"{in_words.spared(pruning):.0%}, mean of {n_seeds} seeds",
            "another task, much smaller model. “Without noticeable loss” there, a point here",
        ),
        (
            "one head left in a layer, the best, in points",
            "−0.96 to +0.10 (MNLI)",
            f"{MICHEL}, section 3.3",
            f"{signed(best.min())} to {signed(best.max())}",
            "the paper chooses that head on other data, so that its figures hold no luck of choice",
        ),
        (
            "gain in speed, half of the heads removed",
            f"up to +{FASTER:.1%}",
            f"{MICHEL}, section 4",
            f"{100 * rate:+.0f}%".replace("-", "−"),
            "one thread of a processor here, a GPU there; texts of 64 pieces, batches of 16",
        ),
    ]
