"""What lesson 03 finds in GloVe 6B, in words: sentences that are true whatever came out.

Each function returns Markdown.
"""

from collections.abc import Mapping, Sequence

from tlcourse.lessons.static_word_vectors import relations
from tlcourse.lessons.static_word_vectors.vector_map import VectorMap
from tlcourse.probe.bias import Leftover
from tlcourse.probe.word_vectors import Section, WordSpace
from tlcourse.show.differences import difference
from tlcourse.show.prose import signed
from tlcourse.show.records import Records


def rule(asked: Mapping[str, Section]) -> str:
    """How much of an analogy score is owed to ruling out the question's own words."""
    by_rule, multiplied, unruled = (s.accuracy for s in asked.values())
    gap = 100 * (multiplied - by_rule)
    told = "as good" if abs(gap) < 0.05 else f"{abs(gap):.1f} points {'better' if gap > 0 else 'worse'}"
    return (
        f"Arithmetic alone solves {unruled:.1%}; the rule brings it to {by_rule:.1%}. So "
        f"**{1 - unruled / by_rule:.0%} of "
        "the score is owed to the rule**: there the nearest word was one of the question's own. 3CosMul "
        "(Levy and Goldberg 2014b) multiplies cosines so that no single one can dominate. In its paper "
        "it was better than 3CosAdd. On these vectors of 50 numbers it is "
        f"{told}."
    )


def few_and_many(results: Records, n_all: int) -> str:
    """What the fewest and the most labels say, and what GloVe's start alone is worth at each size.

    Args:
        n_all: how many labelled sentences there are: with all of them, no seed draws others.
    """
    told = []
    labels = list(dict.fromkeys(results.values("labels")))
    for n in dict.fromkeys((labels[0], labels[-1])):
        of = results.where(labels=n).by("model")
        pairs = (("frozen GloVe", "TF-IDF"), ("tuned GloVe", "frozen GloVe"))
        sentences = "; ".join(difference(of[a], of[b], (a, b)).sentence for a, b in pairs)
        told.append(
            f"- With {n:,} labels, {sentences}."
            + (
                " (Every seed has these same sentences: what differs is the network's start.)"
                if n == n_all
                else ""
            )
        )
    gaps = {n: _of_start(results.where(labels=n)) for n in labels}
    sizes = ", ".join(f"{gap} with {n:,} labels" for n, gap in gaps.items())
    told.append(
        "- Same network, other start, which is **what was transferred**: tuned GloVe minus random vectors is "
        f"{sizes} (mean; least to most of the seeds)."
    )
    return "\n".join(told)


def _of_start(results: Records) -> str:
    of = results.by("model")
    return str(difference(of["tuned GloVe"], of["random, learned"]))


def found_again(before: Leftover, after: Leftover) -> str:
    """What clusters and a classifier still find after debiasing."""
    return (
        f"Every one of these words now has a component of zero, and still the classifier finds the side for "
        f"**{after.classifier:.0%}** ({before.classifier:.0%} before), two clusters for {after.clusters:.0%} "
        f"({before.clusters:.0%}). Chance is 50%."
    )


def short_step(space: WordSpace, n: int = 1000) -> str:
    """Why king − man + woman stays with king: what is left of *woman*, and where the sum finds her."""
    places = space.nearest(space.evaluate("king - man + woman")[0], n)
    found = {word: (place, cosine) for place, (word, cosine) in enumerate(places, start=1)}
    rank = " and ".join(
        f"*{word}* comes at place {found[word][0]} (cosine {found[word][1]:.2f})" if word in found
        else f"*{word}* is not among the first {n}"
        for word in ("princess", "woman")
    )  # fmt: skip
    return (
        f"*man* and *woman* have a cosine of **{space['man'] @ space['woman']:.2f}**: the step from one to "
        "the other is short, and taking *man* away takes most of *woman* again. If any word may answer, "
        f"{rank}."
    )


def competitors(small: Section, same: Section, large: Section) -> str:
    """What a larger vocabulary changes: more words compete, and more questions are asked.

    Args:
        same: the larger vocabulary on the questions of the smaller.
    """
    of_words, of_questions = (
        signed(100 * (a.accuracy - b.accuracy)) for a, b in ((same, small), (large, same))
    )
    return (
        f"On the same {same.asked:,} questions, the words that compete in the larger vocabulary change the "
        f"score by **{of_words} points**. The questions that are asked only there, about rarer words, change "
        f"it by {of_questions}."
    )


def kept_near(word_map: VectorMap) -> str:
    """How many of the nearest words a map keeps near."""
    return (
        f"Of each word's {word_map.n} nearest, **{word_map.share_kept():.0%}** are among its {word_map.n} "
        "nearest on the map."
    )


def arrows(space: WordSpace, pairs: Sequence[tuple[str, str]]) -> str:
    """Whether the steps of `pairs` run alike in the plane of a map, and in all dimensions."""
    points = relations.stacked(space, pairs)
    flat, full = relations.likeness(relations.plane(points)), relations.likeness(points)
    return (
        f"In the plane, the arrows' mean cosine with each other is {flat:.2f}; in all {points.shape[1]} "
        f"dimensions it is **{full:.2f}** (0 if the directions had nothing in common). Part of the harmony "
        "is the map's: PCA chose the plane in which these very points differ most."
    )
