"""Is attention an explanation? The sentences and rows of that section, which depend on what was measured."""

from typing import Any

import numpy as np

from tlcourse.lessons.what_does_bert_look_at import agreement
from tlcourse.lessons.what_does_bert_look_at.agreement import Looks
from tlcourse.lessons.what_does_bert_look_at.figures import LITTLE, LOOKS
from tlcourse.lessons.what_does_bert_look_at.habits import layers_in_words
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed, signed
from tlcourse.show.records import Records

COSTS = 0.02  # of the right edit's probability
TURNED = -0.3  # a rank correlation below this in each draw is called reversed
SHOWN = {
    "the word that matters most": "the word that moves it most (each was left out in turn)",
    "highest attention of the last layer": "highest attention, mean of the last layer's heads",
    "highest attention of all layers": "highest attention, mean of all layers' heads",
}


def of_looks(found: Looks, resting: np.ndarray) -> str:
    """Whether the heads that look at the subject are missed, and those that rest on [SEP] are not.

    Args:
        resting: bool (L, A), which heads rest on [SEP].
    """
    looks, matters = found.looks.mean(axis=0), found.matters.mean(axis=0)
    most = np.unravel_index(looks.argmax(), looks.shape)
    looking = looks > LOOKS
    costly = [int((matters[some] > COSTS).sum()) for some in (looking, ~looking)]
    lines = [
        f"With all heads the right edit has {found.whole.mean():.0%} of the probability.",
        f"In layer {most[0] + 1}, head {most[1] + 1} the verb gives its subject {looks[most]:.0%} of its "
        f"attention{_apart(found, most)}. Without this head the right edit {_loses(matters[most])}, "
        f"{_place(1 + int((matters > matters[most]).sum()), looks.size)}.",
        f"{int(looking.sum())} heads give the subject over a third of the verb's attention. Of these "
        f"{costly[0]} cost more than {100 * COSTS:.0f} points when they go, of the {int((~looking).sum())} "
        f"others {costly[1]}.",
        *_of_neighbours(found, looking),
    ]
    if resting.any():
        lines.append(_of_resting(found, resting))
    return "\n".join(f"- {line}" for line in lines)


def _apart(found: Looks, head: tuple[np.integer, ...]) -> str:
    """Of a head that looks at the word before, too: what it gives where the subject is not that word."""
    if not found.n_apart:
        return ""
    n = found.n * len(found.looks)
    return f" ({found.apart[head]:.0%} in the {found.n_apart} of {n} sentences with a noun between)"


def _of_neighbours(found: Looks, looking: np.ndarray) -> list[str]:
    """Which of the heads that look at the subject do so only where it is the word before the verb."""
    near = np.argwhere(looking & (found.always < LITTLE))
    if not len(near):
        return []
    looks = found.looks.mean(axis=0)
    told = listed(
        [f"{at[0] + 1}·{at[1] + 1} ({looks[*at]:.0%} over all, {found.always[*at]:.0%} there)" for at in near]
    )
    who = "one of them looks" if len(near) == 1 else f"{len(near)} of them look"
    return [
        f"But {who} at the subject only as far as it is a neighbour of the verb, and hardly where a noun "
        f"stands between: {told}. What such a head looks at is the neighbour, whoever it is."
    ]


def _loses(share: float) -> str:
    return f"{'loses' if share >= 0 else 'gains'} {abs(100 * share):.1f} points"


def _of_resting(found: Looks, resting: np.ndarray) -> str:
    """What is lost without one of the heads that give [SEP] more than half in the treebank."""
    looks, lost = found.looks.mean(axis=0), 100 * found.matters.mean(axis=0)
    points = lost[resting]
    near = int((np.abs(points) < 1).sum())
    text = (
        f"{len(points)} heads rest on [SEP] in the treebank (section 2). Without one of them the right edit "
        f"loses between {signed(points.min())} and {signed(points.max())} points, the median "
        f"{signed(np.median(points))}"
    )
    if near == len(points):
        return f"{text}: for this question that fits a no-op."
    most = np.unravel_index(np.where(resting, lost, -np.inf).argmax(), lost.shape)
    others = 100 * found.matters.mean(axis=0)[~resting]
    as_little = int((np.abs(others) < 1).sum())
    text += (
        f". For {near} of them it is less than a point either way, which fits a no-op; but so it is for "
        f"{as_little} of the {len(others)} heads that do not rest there ({near / len(points):.0%} against "
        f"{as_little / len(others):.0%}): it does not single them out."
    )
    if looks[most] > LITTLE:
        text += (
            f" Most is lost without layer {most[0] + 1}, head {most[1] + 1}: it gives the subject "
            f"{looks[most]:.0%} here, so in these sentences it does not rest."
        )
    return text


def _place(rank: int, n: int) -> str:
    return "more than without any other head" if rank == 1 else f"number {rank} of {n} by what is lost"


def of_order(found: Looks) -> str:
    """Whether looking and mattering put the heads in the same order, over all and layer by layer."""
    either_way = found.agreement_without_sign
    text = (
        "Rank correlation (Spearman's ρ; 1: the same order, 0: none) between looking and mattering, in "
        f"{len(found.agreement)} draws of {found.n} sentences: over all heads {_range(found.agreement)}, "
        f"{_verdict(found.agreement)}. This counts a head whose loss *helps* as one that matters least. "
        "Without sign, as in section 4, the question is whether what a head looks at tells how far the "
        f"answer moves, either way: {_range(either_way)}, {_verdict(either_way)}."
    )
    within = [found.agreement_within(layer) for layer in range(found.looks.shape[1])]
    turned = [layer + 1 for layer, one in enumerate(within) if one.max() < TURNED]
    if turned:
        text += (
            f" In {layers_in_words(turned)} the order is reversed: there those that look at the subject more "
            "are missed less. Why, this test does not say."
        )
    return text


def order_by_layer(found: Looks) -> list[dict[str, str]]:
    """A table's row: of each layer the lowest and the highest correlation of the draws."""
    layers = range(found.looks.shape[1])
    return [{"": "ρ"} | {f"layer {k + 1}": _range(found.agreement_within(k)) for k in layers}]


def _range(values: np.ndarray) -> str:
    texts = dict.fromkeys(f"{value:.2f}".replace("-", "−") for value in (values.min(), values.max()))
    return " to ".join(texts)


def _verdict(values: np.ndarray) -> str:
    mean = values.mean()
    return "hardly any agreement" if mean < 0.2 else "some agreement" if mean < 0.6 else "much agreement"


def of_many(records: Records, many: int, found: Looks) -> str:
    """Whether taking the lookers out hurts more than taking others, or less than taking the worst."""
    most, others, worst = (records.where(off=records.values("off")[i]) for i in (1, 2, 3))
    gap = difference(most, others)
    verdict = gap.says(
        above="Without the heads that look at the subject more is mended than without others of their layers",
        below="The heads that look at the subject are missed more than others of their layers",
        luck="Whether the heads that look at the subject are missed more than others is within luck",
        once="Both were measured alike",
    )
    points = np.sort(100 * np.abs(gap.of_seed))
    side = "more" if gap.mean > 0 else "fewer"
    if gap.verdict in ("above", "below"):
        verdict += f": {points[0]:.1f} to {points[-1]:.1f} points {side} are mended"
    against = difference(most, worst).says(
        above="more than without those whose loss was worst one by one",
        below="less than without those whose loss was worst one by one",
        luck="within luck of what is left without those whose loss was worst one by one",
        once="beside those whose loss was worst one by one",
    )
    both = len({*agreement.lookers(found, many).tolist()} & {*agreement.missed(found, many).tolist()})
    return (
        f"{verdict}. What is left, {100 * most.mean:.0f}%, is {against}, {100 * worst.mean:.0f}% ({both} of "
        f"{many} heads are in both). "
        + (_guess(found) if gap.verdict == "below" else "So here the map does not tell which heads matter.")
    )


def _guess(found: Looks) -> str:
    hardly = _verdict(found.agreement) == "hardly any agreement"
    rest = ", and none for the order of all heads if its sign counts" if hardly else ""
    return (
        "So a map is a guess at what matters: here a good one for the heads that look most"
        f"{rest}. That it is good only the test can tell."
    )


def of_words_left_out(results: Records) -> list[dict[str, Any]]:
    """Rows: how far the answer moves when a word is left out, and who says which word."""
    moved = results.where(measure="change of the answer")
    return [
        {
            "the word that is left out": SHOWN.get(what, what),
            "the answer moves by": f"{rows.mean:.3f} ± {rows.spread:.3f}",
        }
        for what, rows in moved.by("what").items()
    ]


def of_agreement(results: Records) -> str:
    """Whether attention's order of the words is that of what leaving them out does; beside the gradient's."""
    rows = results.where(measure="agreement").by("what")
    told = ", ".join(
        f"{what} {one.mean:.2f} ± {one.spread:.2f}".replace("-", "−") for what, one in rows.items()
    )
    attention = {what: one for what, one in rows.items() if "attention" in what}
    slope = next(one for what, one in rows.items() if "attention" not in what)
    words = {
        "above": "closer than the slope",
        "below": "farther than the slope",
        "luck": "within luck of the slope",
    }
    verdicts: dict[str, list[str]] = {}
    for what, one in attention.items():
        verdicts.setdefault(difference(one, slope, share=False).says(**words), []).append(what)
    by_this = [f"{listed(some)} {'are' if len(some) > 1 else 'is'} {said}" for said, some in verdicts.items()]
    moved = results.where(measure="change of the answer").by("what")
    any_word, best = moved["a word, whichever"].mean, moved["the word that matters most"].mean
    looked, steep = moved["highest attention of the last layer"], moved["highest slope"]
    worse = difference(looked, steep, share=False).says(
        above="better than the slope",
        below="worse than the slope",
        luck="within luck of the slope",
    )
    return (
        f"The word that the last layer looks at most moves the answer {looked.mean / any_word:.1f} times "
        f"as far as a word taken at random, and {looked.mean / best:.0%} as far as the most that one word "
        f"can move it. The word of the highest slope moves it {steep.mean / best:.0%} as far. As a guess "
        f"at the word that matters, attention is here {worse}. Agreement (Kendall's τ; 1: the same order, "
        f"0: none) with what leaving each word out does: {told}. By this, {listed(by_this)}."
    )
