"""What the papers report beside what lesson 03 measures."""

from collections.abc import Mapping, Sequence

from tlcourse.probe.bias import Leftover
from tlcourse.probe.word_vectors import Section
from tlcourse.show.differences import difference
from tlcourse.show.records import Records


def _found(left: Leftover) -> str:
    return f"{left.clusters:.1%} by clusters, {left.classifier:.1%} by a classifier"


def comparison(
    large: tuple[str, Section],
    own: Section,
    skipgram: Records,
    r: float,
    left: Mapping[str, Leftover],
) -> Sequence[tuple[object, ...]]:
    """The rows of `show.compare`.

    Args:
        large: the size of GloVe 6B's vocabulary, and its total of analogies.
        own: our skip-gram's total of analogies.
        skipgram: ours and gensim's on WordSim-353, over seeds.
        r: of skip-gram's dot products with shifted PMI.
        left: "before" and "after": how well gender is found again.
    """
    size, total = large
    ours, theirs = (skipgram.where(model=m) for m in ("ours", "gensim"))
    gap = difference(ours, theirs, share=False).says(
        above="By more than luck.", below="By more than luck.", luck="Within luck."
    )
    spread = f"{theirs.mean:.3f} ± {theirs.spread:.3f}"
    return [
        (
            "Google analogies, GloVe 6B", "71.7%, 300-d", "Pennington et al. 2014, section 4.3",
            f"{total.accuracy:.1%}, 50-d, {size}, {total.asked:,} asked",
            "50 numbers a word instead of 300; the same text. The cell below asks the 300-d vectors.",
        ),
        (
            "Google analogies, skip-gram", "61%, 300-d, 15 noise words", "Mikolov et al. 2013b, section 3",
            f"{own.accuracy:.1%}, 100-d, {own.asked:,} asked",
            "They train on 1,000 million words, we on little more than one: the words asked for occur too "
            "rarely to be placed well.",
        ),
        (
            "skip-gram on WordSim-353, ρ", spread, "gensim, same text and settings",
            f"{ours.mean:.3f} ± {ours.spread:.3f}",
            f"{gap} We share noise words, add up the steps of many words, and read the text in another order "
            "each time; "
            "gensim reads it from beginning to end.",
        ),
        (
            "dot products and shifted PMI", "equal, given dimensions enough",
            "Levy and Goldberg 2014, section 3", f"r = {r:.2f} on frequent pairs",
            "We think that training stops early, as it does for GloVe, where the control shows it.",
        ),
        (
            "side of a word found, before debiasing", "99.9% by clusters, 98.25% by a classifier",
            "Gonen and Goldberg 2019, first and last experiment", _found(left["before"]),
            "They use word2vec of Google News, 300-d, and a longer list of gendered words.",
        ),
        (
            "the same, after hard debiasing", "92.5% by clusters, 88.88% by a classifier",
            "Gonen and Goldberg 2019, first and last experiment", _found(left["after"]),
            "As above; and 50 numbers hold less to find again, we think.",
        ),
    ]  # fmt: skip
