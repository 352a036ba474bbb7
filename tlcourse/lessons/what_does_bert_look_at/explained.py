"""Is attention an explanation? The sentences and rows of that section, which depend on what was measured."""

from typing import Any

import numpy as np

from tlcourse.lessons.what_does_bert_look_at import agreement, in_words
from tlcourse.lessons.what_does_bert_look_at.agreement import Looks
from tlcourse.show.differences import difference
from tlcourse.show.records import Records

LOOKS, COSTS = 1 / 3, 0.02  # of a verb's attention; of the right edit's probability


def of_looks(found: Looks) -> str:
    """Whether the heads that look at the subject are the heads that are missed."""
    looks, matters = found.looks.mean(axis=0), found.matters.mean(axis=0)
    layer, head = np.unravel_index(looks.argmax(), looks.shape)
    rank = 1 + int((matters > matters[layer, head]).sum())
    looking = looks > LOOKS
    costly = [int((matters[some] > COSTS).sum()) for some in (looking, ~looking)]
    draws = f"{len(found.agreement)} draws of {found.n} sentences"
    layers = [f"layer {k + 1} {_range(found.agreement_within(k))}" for k in range(len(looks))]
    lines = [
        f"With all heads the right edit has {found.whole.mean():.0%} of the probability. The head that looks "
        f"at the subject most is layer {layer + 1}, head {head + 1}: there the verb gives it "
        f"{looks[layer, head]:.0%} of its attention. Without this head the right edit's probability "
        "changes by "
        f"{in_words.signed(-100 * matters[layer, head])} points, {_place(rank)} of {looks.size} by "
        "what is lost.",
        f"{int(looking.sum())} heads give the subject over a third of the verb's attention; {costly[0]} of "
        "them "
        f"cost more than {100 * COSTS:.0f} points when they go. So do {costly[1]} of the "
        f"{int((~looking).sum())} "
        "others.",
        "Rank correlation (Spearman's ρ; 1: the same order, 0: none) between looking and mattering, in "
        f"{draws}: over all heads {_range(found.agreement)}, {_verdict(found.agreement)}. Layer by "
        "layer, over "
        f"the {looks.shape[1]} heads of each: {'; '.join(layers)}.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _place(rank: int) -> str:
    return "the first" if rank == 1 else f"number {rank}"


def _range(values: np.ndarray) -> str:
    texts = dict.fromkeys(f"{value:.2f}".replace("-", "−") for value in (values.min(), values.max()))
    return " to ".join(texts)


def _verdict(values: np.ndarray) -> str:
    mean = values.mean()
    return "hardly any agreement" if mean < 0.2 else "some agreement" if mean < 0.6 else "much agreement"


def of_many(records: Records, many: int, found: Looks) -> str:
    """Whether taking the lookers out hurts more than taking others, or less than taking the worst."""
    most, others = (records.where(off=records.values("off")[i]) for i in (1, 2))
    gap = difference(most, others, names=("with the lookers gone, what is mended", "with others gone"))
    verdict = gap.says(
        above="Without the heads that look at the subject more is mended than without others of their layers",
        below="The heads that look at the subject are missed more than others of their layers",
        luck="Whether the heads that look at the subject are missed more than others is within luck",
        once="Both were measured alike",
    )
    worst = records.where(off=records.values("off")[3])
    against = difference(most, worst).says(
        above="more is mended without the lookers than without those whose loss was worst one by one",
        below="less is mended without the lookers than without those whose loss was worst one by one",
        luck="the lookers and those whose loss was worst one by one are within luck of each other",
        once="the lookers and those whose loss was worst were measured once",
    )
    both = len({*agreement.lookers(found, many).tolist()} & {*agreement.missed(found, many).tolist()})
    return (
        f"{verdict} ({gap.sentence}; {many} heads each). And {against} ({100 * most.mean:.0f}% and "
        f"{100 * worst.mean:.0f}% still mended; {both} of {many} heads are in both). "
        + (_guess(found) if gap.verdict == "below" else "So here the map does not tell which heads matter.")
    )


def _guess(found: Looks) -> str:
    order = _verdict(found.agreement)
    rest = ", and none for the order of all heads" if order == "hardly any agreement" else ""
    return (
        "So a map is a guess at what matters: here a good one for the heads that look most"
        f"{rest}. That it is good only the test can tell."
    )


def of_words_left_out(results: Records) -> list[dict[str, Any]]:
    """Rows: how far the answer moves when a word is left out, and who says which word."""
    moved = results.where(measure="change of the answer")
    return [
        {"the word that is left out": what, "the answer moves by": rows}
        for what, rows in moved.by("what").items()
    ]


def of_agreement(results: Records) -> str:
    """Whether attention's order of the words is that of what leaving them out does; beside the gradient's."""
    rows = results.where(measure="agreement").by("what")
    told = ", ".join(
        f"{what} {one.mean:.2f} ± {one.spread:.2f}".replace("-", "−") for what, one in rows.items()
    )
    attention = [one for what, one in rows.items() if "attention" in what]
    slope = next(one for what, one in rows.items() if "attention" not in what)
    gaps = [difference(slope, one, share=False) for one in attention]
    if all(gap.verdict == "above" for gap in gaps):
        verdict = "The slope is closer to it than attention, of the last layer or of all"
    elif all(gap.verdict == "below" for gap in gaps):
        verdict = "Attention is closer to it than the slope"
    else:
        verdict = "Neither attention nor the slope is closer to it throughout"
    moved = results.where(measure="change of the answer").by("what")
    any_word, best = moved["a word, whichever"].mean, moved["the word that matters most"].mean
    looked = next(one.mean for what, one in moved.items() if what.startswith("highest attention"))
    return (
        f"The word that the last layer looks at most moves the answer {looked / any_word:.1f} times "
        "as far as a "
        f"word taken at random, and {looked / best:.0%} as far as the word that matters most. "
        "Agreement (Kendall's τ; 1: the same order, 0: none) with what leaving each word out does: "
        f"{told}. {verdict}."
    )
