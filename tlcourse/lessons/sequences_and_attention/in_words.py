"""What the lesson's results say, in words: sentences that are true whatever came out.

Each function returns Markdown. `errors` are records as `error_records.of` makes them.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from tlcourse.lessons.sequences_and_attention.error_records import (
    FEW,
    LONG,
    LONGEST,
    PER,
    SHORT,
    SHORTEST,
    WER,
)
from tlcourse.models.sequences.decoding import MOST_STEPS
from tlcourse.probe.letter_alignment import Agreement, Attended, forward_steps
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

Said = Mapping[str, Sequence[str]]  # word → phonemes
TOO_SHORT = "The networks of this run have learned for too few steps to show it; the `full` profile does."


def _of(errors: Records, model: str, measured: str) -> Records:
    return errors.where(model=model, measured=measured)


def counts_as_rival(errors: Records, counts: str, network: str) -> str:
    """The table of counts beside a network, in phonemes and in words."""
    told = []
    for name in (counts, network):
        per, wer = (_of(errors, name, measured).mean for measured in (PER, WER))
        told.append(f"{per:.1%} of the phonemes and {wer:.1%} of the words")
    return (
        f"Counting, *{counts}*, gets {told[0]} wrong, the network with {network} {told[1]}. The counts were "
        "told that a sound comes from the letters nearby, in the same order. The networks were told nothing."
    )


def short_words(errors: Records, models: Sequence[str]) -> str:
    """Whether the shortest words are worse than those of twice the length."""
    at = {
        name: [errors.where(model=name, rate=PER, letters=n).mean for n in (SHORTEST, 2 * SHORTEST)]
        for name in models
    }
    told = ", ".join(f"{short:.0%} against {longer:.0%} ({name})" for name, (short, longer) in at.items())
    harder = all(short > longer for short, longer in at.values())
    acronyms = " Some of them are acronyms, said letter by letter, as *bmw* and *nfl* are." if harder else ""
    return f"Phonemes wrong in words of {SHORTEST} letters against {2 * SHORTEST} letters: {told}.{acronyms}"


def on_long_words(errors: Records, attention: str, one_vector: str) -> str:
    """What attention brings on long words, by seed, and whether it brings less on short ones."""
    fewer = {}
    for measured in (SHORT, LONG):
        attended, squeezed = (_of(errors, name, measured).scores for name in (attention, one_vector))
        fewer[measured] = 1 - attended / squeezed
    told = (
        f"On words of nine letters and more, the phoneme error rate is {mean_sd(attended, '.1%')} with "
        f"attention and {mean_sd(squeezed, '.1%')} with one vector"
    )
    if (fewer[LONG] <= fewer[SHORT]).any() or (fewer[LONG] <= 0).any():
        return f"{told}. {TOO_SHORT} The answer below is that of `full`."
    seeds = f" (by seed: {', '.join(f'{x:.0%}' for x in fewer[LONG])})" if len(attended) > 1 else ""
    return (
        f"{told}: attention makes **{fewer[LONG].mean():.0%} fewer** errors{seeds}. On words of up to five "
        f"letters it makes {_fewer(fewer[SHORT].mean())}."
    )


def _fewer(share: float) -> str:
    return f"{share:.0%} fewer" if share >= 0 else f"{-share:.0%} more"


def are_long_words_harder(errors: Records, counts: str, attention: str, one_vector: str) -> str:
    """Short words against long ones, for each model: is it the words, or the way to say them?"""
    ends = {
        name: [errors.where(model=name, rate=PER, letters=n).mean for n in (FEW, LONGEST)]
        for name in (counts, attention, one_vector)
    }
    told = "; ".join(f"{a:.1%} → {b:.1%} for *{name}*" for name, (a, b) in ends.items())
    rise = {name: 100 * (b - a) for name, (a, b) in ends.items()}
    text = (
        f"From words of {FEW} letters (among those of {SHORTEST} are the acronyms) to those of {LONGEST} and "
        f"more, the phoneme error rate goes {told}."
    )
    if rise[counts] < 0:
        text += (
            " So phonemes of long words are not harder as such: for the counts they are easier. We think: "
            "there are more pieces in them, such as *-ation*, that the training words share."
        )
    if rise[one_vector] > 2 * max(rise[attention], 0):
        return (
            f"{text} With one vector the error grows by {rise[one_vector]:.1f} points, with attention by "
            f"{rise[attention]:.1f}. The suspect is the vector: the word has to be packed into $c$, and "
            "unpacked in the right order."
        )
    return f"{text} {TOO_SHORT}"


def whole_words(errors: Records, counts: str, attention: str, one_vector: str) -> str:
    """Why whole words get harder with their length, and who says the longest ones best."""
    ends = {
        name: [errors.where(model=name, rate=WER, letters=n).mean for n in (FEW, LONGEST)]
        for name in (counts, attention, one_vector)
    }
    text = ""
    if all(long > short for short, long in ends.values()):
        text = "Whole words (right) get harder for all three: more phonemes are more chances of a mistake. "
    told = ", ".join(f"{long:.0%} by *{name}*" for name, (_, long) in ends.items())
    return f"{text}Of words with {LONGEST} letters and more, said wrong: {told}."


def what_closes_the_gap(
    errors: Records, attention: str, one_vector: str, longer: str, same_size: str, seed: int
) -> str:
    """How much of the gap on long words twice the steps and as many parameters close, with the same seed."""
    squeezed = _of(errors, one_vector, LONG)
    first, attended = squeezed.of_seed[seed], _of(errors, attention, LONG).of_seed[seed]
    gap = first - attended
    if gap <= 0:
        return f"On long words there is no gap to close here. {TOO_SHORT}"
    more_steps, more_parameters = (
        (first - _of(errors, name, LONG).of_seed[seed]) / gap for name in (longer, same_size)
    )
    luck = squeezed.spread / gap
    text = (
        f"On long words, twice the steps close **{more_steps:.0%}** of the gap between one vector and "
        f"attention, as many parameters **{more_parameters:.0%}**. (One seed each"
        + (f"; the standard deviation over seeds is {luck:.0%} of the gap.)" if luck else ".)")
    )
    if more_steps <= 0.1 or more_steps >= 1:
        return f"{text} {TOO_SHORT}"
    noise = 2 * luck
    parameters = (
        " It is not the parameters: what they close is no more than another seed might."
        if luck and more_parameters <= noise < more_steps
        else ""
    )
    return (
        f"{text}{parameters} Part of the bottleneck is the *time it takes to learn* to use the vector: with "
        "days instead of a minute, one vector gets much further (Sutskever et al. 2014 translated whole "
        "sentences through one). Attention is learned sooner."
    )


def silent_letters(phonemes: Sequence[str], weights: np.ndarray) -> str:
    """What *freight* looks at while its last phoneme is written; `weights` (phonemes, letters)."""
    if not len(phonemes):
        return TOO_SHORT
    silent, sounding = weights[-1, 4:6].sum(), weights[-1, 6]  # g and h; t
    text = (
        f"While the last phoneme of *freight*, `{phonemes[-1]}`, is written, the silent *g* and *h* get "
        f"{silent:.0%} of the weight, the *t* {sounding:.0%}."
    )
    if silent <= sounding:
        return text
    return f"{text} So a silent letter need not be pale. This section ends with a reason."


def reads_in_order(attended: Attended) -> str:
    """Whether the weight moves from left to right."""
    n, rightwards = forward_steps(attended)
    if not n:
        return TOO_SHORT
    text = (
        "From one phoneme to the next, the mean place of the weight moves to the right in "
        f"**{rightwards:.0%}** of {n:,} steps. "
    )
    if rightwards < 0.9:
        return text + TOO_SHORT
    return (
        text
        + "The network has found that English is written in the order in which it is said. Nobody told it."
    )


def looks_with_care(found: Agreement) -> str:
    """What the weights know beyond left to right, and what silent letters get."""
    better = found.exact > found.diagonal_exact
    text = (
        f"The letter with the most weight says the phoneme in {found.exact:.0%} of {found.n:,} cases; a "
        f"straight line from the first letter to the last finds it in {found.diagonal_exact:.0%}. "
    )
    text += "So the weights know a little more than “left to right”." if better else (
        "So most of what you admire is “left to right”, and a ruler does that as well."
    )  # fmt: skip
    return (
        f"{text} And add up a letter's column: one that says something gets {found.sounding:.2f} on average, "
        f"a silent one {found.silent:.2f}. If silent letters were skipped, that would be near 0."
    )


def what_a_beam_changes(greedy: Said, beam: Said, accepted: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """In how many words a beam says something else than greedy, and whether that is right."""

    def right(said: Said, word: str) -> bool:
        return tuple(said[word]) in {tuple(one) for one in accepted[word]}

    others = [word for word in greedy if greedy[word] != beam[word]]
    better = sum(right(beam, word) and not right(greedy, word) for word in others)
    worse = sum(right(greedy, word) and not right(beam, word) for word in others)
    return (
        f"A beam of 10 says something else than greedy in {len(others):,} of {len(greedy):,} words "
        f"({len(others) / len(greedy):.0%}): {better} become right that way, and {worse} wrong."
    )


def runs_on(greedy: Said, beam: Said, word: str, right: Sequence[str]) -> str:
    """The word for which greedy writes the most that is too much, and what a beam makes of it."""
    said = greedy[word]
    more = " …" if len(said) > 12 else ""
    cut = ": it never finds *end* the likeliest, and is cut off" if len(said) == MOST_STEPS else ""
    return (
        f"Where greedy runs on longest: for *{word}* it says `{' '.join(said[:12])}{more}`, {len(said)} "
        f"phonemes{cut}. A beam of 10 says `{' '.join(beam[word][:12])}`; right is `{' '.join(right)}`."
    )


def dot_product(errors: Records, product: str, additive: str, one_vector: str) -> str:
    """The two scores compared: one seed of the one, the range of the other, and how far one vector is."""
    told = []
    for measured, what in ((PER, "phonemes"), (WER, "words")):
        one, others = _of(errors, product, measured).mean, _of(errors, additive, measured).scores
        low, high = f"{others.min():.1%}", f"{others.max():.1%}"
        spans = low if len(others) == 1 else f"{low} to {high} over the seeds"
        told.append(f"{one:.1%} of the {what} wrong with dot products, {spans} with the additive score")
    away, gap = (
        100 * (_of(errors, name, PER).mean - _of(errors, additive, PER).mean)
        for name in (product, one_vector)
    )
    text = f"{'; '.join(told)}. That is one seed of dot products"
    if 4 * abs(away) <= gap:
        return (
            f"{text}: if there is a difference, it is small beside the {gap:.1f} points of phonemes to one "
            "vector."
        )
    side = "above" if away > 0 else "below"
    return f"{text}: its phoneme error rate is {abs(away):.1f} points {side} the mean of the additive score."


def undivided(
    sizes: Sequence[int], plain: Sequence[tuple[float, float]], divided: Sequence[tuple[float, float]], d: int
) -> str:
    """What becomes of the largest weight and of the gradient at D = `d` if nothing is divided."""
    (weight, gradient), (weight_divided, gradient_divided) = plain[sizes.index(d)], divided[sizes.index(d)]
    return (
        f"At D = {d}, the largest of sixteen random keys gets {weight:.0%} of the weight "
        f"({weight_divided:.0%} after dividing), and the gradient is {gradient / gradient_divided:.0%} of "
        "what it is with the division."
    )
