"""The sentences of lesson GPT-2 on sizes and on questions, each for what came out."""

from itertools import pairwise

import numpy as np
from scipy import stats

from tlcourse.data import short_questions, story_cloze
from tlcourse.lessons.gpt2.figures import tables
from tlcourse.lessons.gpt2.four import ALL, BODIES, SMALL
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe import zero_shot
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import listed, signed
from tlcourse.show.records import Records
from tlcourse.train.measuring import power_law
from tlcourse.train.measuring.power_law import Prediction

MINI = SMALL[-1]
WITH, ALONE = "with its context", "sentence alone"
CHANCE = {
    story_cloze.NOUNS: 0.1,
    story_cloze.NAMES: 0.1,
    story_cloze.LAST: 0.0,
    zero_shot.SENTIMENT: 0.5,
    **dict.fromkeys(short_questions.KINDS, 0.1),
}
BASELINES = {
    story_cloze.NOUNS: ("trigrams", "most frequent"),
    story_cloze.NAMES: ("trigrams", "most frequent"),
    story_cloze.LAST: ("most frequent",),
}
KAPLAN = 0.076  # α_N, Kaplan et al. 2020, section 1.2


def per_text(bits: Records, on: str, model: str, n: int | None = None) -> list[float]:
    """Bits per byte of each text."""
    found = tables(bits.where(texts=on), model)[:n]
    return (found[:, 0] / found[:, 1]).tolist()


def of_bits(bits: Records) -> str:
    """Do bits fall with size, text by text, and where do counts stand?"""
    lines = []
    for on in ("news", "films"):
        rows = bits.where(texts=on)
        told = listed(f"{name} {rows.where(model=name).mean:.2f}" for name in ALL)
        steps = [
            difference(per_text(bits, on, b), per_text(bits, on, a), share=False) for a, b in pairwise(ALL)
        ]
        falls = [b for (_, b), step in zip(pairwise(ALL), steps, strict=True) if step.verdict == "below"]
        whole = (
            "each needs fewer than the one before it, outside the spread over the texts"
            if len(falls) == len(steps)
            else f"outside the spread over the texts, fewer than the one before it need {listed(falls)}"
        )
        gap = difference(per_text(bits, on, MINI), per_text(bits, on, "trigrams"), share=False)
        counted = gap.says(
            above=f"Trigrams of the BBC's other articles need "
            f"{rows.where(model='trigrams').mean:.2f}, fewer than "
            f"{MINI}: to have counted the very kind of text is worth more here than a network that "
            f"read much else",
            below=f"Trigrams of BBC articles need {rows.where(model='trigrams').mean:.2f}, more than {MINI}",
            luck=f"Trigrams of BBC articles need {rows.where(model='trigrams').mean:.2f}, and "
            f"{MINI} cannot be told "
            "from them",
        )
        lines.append(f"- **{on}**: {told}; {whole}. {counted}.")
    return "\n".join(lines)


def of_capitals(bits: Records) -> str:
    """Does SmolLM2 need fewer bits because, or although, it reads capitals? Its control on lower case."""
    name = "SmolLM2, lower case"
    n = len(tables(bits.where(texts="news"), name))
    plain, written = per_text(bits, "news", name), per_text(bits, "news", SMOLLM2, n)
    mini = per_text(bits, "news", MINI, n)
    costs = difference(plain, written, share=False).says(
        above="more than on the text as it was written: it was trained on capitals, and, we think, "
        "is used to them",
        below="fewer than on the text as it was written: capitals and blanks cost it bits that the zoo saves",
        luck="which these texts cannot tell from what it needs as they were written",
    )
    beside = (
        f"{MINI} needs {_pooled(bits, MINI, n):.2f} on the same articles (all divided by the "
        f"bytes as written)"
    )
    still = difference(plain, mini, share=False).says(
        above=f"{beside}, fewer than that: a part of SmolLM2's lead hangs on how the text is written.",
        below=f"{beside}, still more than that: SmolLM2's lead is not a matter of capitals.",
        luck=f"{beside}: these texts cannot tell the two, so its lead hangs on how the text is written.",
    )
    return (
        f"On {n} of the articles in the form that the zoo reads (lower case, a blank between all "
        f"words and signs), "
        f"SmolLM2 needs {_pooled(bits, name, n):.2f} bits per byte, {costs} "
        f"({_pooled(bits, SMOLLM2, n):.2f}). "
        f"{still}"
    )


def _pooled(bits: Records, model: str, n: int) -> float:
    found = tables(bits.where(texts="news"), model)[:n].sum(axis=0)
    return float(found[0] / found[1])


def next_prediction(bits: Records, on: str, known: tuple[str, ...], name: str) -> tuple[Prediction, float]:
    """What the law of some sizes says of another, and what was measured."""
    rows = bits.where(texts=on)
    said = power_law.predict([BODIES[k] for k in known], [tables(rows, k) for k in known], BODIES[name])
    return said, rows.where(model=name).mean


def of_law(bits: Records) -> str:
    """The law tried on a size of the same family, then on another family."""
    lines = []
    for known, name in ((SMALL[:2], MINI), (SMALL, SMOLLM2)):
        for on in ("news", "films"):
            said, measured = next_prediction(bits, on, known, name)
            verdict = "inside" if said.holds(measured) else "below" if measured < said.low else "above"
            lines.append(
                f"- {on}, fitted to {listed(k.removeprefix('gpt2-') for k in known)}: {name} should need "
                f"{said.value:.3f} ({said.low:.3f} to {said.high:.3f}), and needs {measured:.3f}: "
                f"**{verdict}** the interval."
            )
    return "\n".join(lines)


def of_law_and_text(bits: Records) -> str:
    """What the two trials together say."""
    own = [next_prediction(bits, on, SMALL[:2], MINI) for on in ("news", "films")]
    other = [next_prediction(bits, on, SMALL, SMOLLM2) for on in ("news", "films")]
    holds = [said.holds(measured) for said, measured in own]
    first = (
        "The next size of the same family, which read the same pieces, lies where the law says, on "
        "both texts."
        if all(holds)
        else "The next size of the same family lies where the law says on one of the two texts."
        if any(holds)
        else "Not even the next size of the same family lies where the law says."
    )
    if all(said.holds(measured) for said, measured in other):
        second = "SmolLM2 does as well, though it read another text: we did not expect it."
    else:
        sides = {
            on: "below" if measured < said.low else "above"
            for on, (said, measured) in zip(("news", "films"), other, strict=True)
            if not said.holds(measured)
        }
        second = (
            f"SmolLM2 does not: {listed(f'{side} the interval on {on}' for on, side in sides.items())}. "
            "The law is about size *alone*. SmolLM2 is larger, has read a hundred thousand times "
            "as much, and of "
            "another kind (perhaps these very articles), and no law of N knows that. Films are the "
            "home ground of "
            "the other three: more than half of what they read are film reviews. What the next "
            "size of *this* "
            "family would need, the figure says; nobody here has trained it."
        )
    alphas = [said.law.alpha for said, _ in other]
    slow = "less than" if max(alphas) < KAPLAN else "more than" if min(alphas) > KAPLAN else "around"
    return (
        f"{first} {second}\n\nThe exponents α are {alphas[0]:.3f} and {alphas[1]:.3f}: {slow} the "
        f"{KAPLAN} that "
        "Kaplan et al. (2020, section 1.2) report for models that read without end. Ours all "
        "stopped after 16 "
        "million pieces; we think that the largest of them would have gained most from reading on. "
        "(The intervals "
        "know only that other texts could have been drawn: each size was trained once. And over so "
        "short a way a "
        "straight line in ln N would foresee the same: this tries whether one can go on from small "
        "sizes, and not "
        "the form of the law.)"
    )


def rows_of(zero: Records, task: str, model: str) -> Records:
    """The records of a task as it is reported: with its context, without function words, levelled."""
    rows = zero.where(task=task, model=model)
    ways = rows.values("way")
    way = next((w for w in (WITH, "no function words", "levelled") if w in ways), ways[0])
    return rows.where(way=way)


def reported(zero: Records) -> Records:
    """Of each task and model the way that is reported."""
    return Records(
        row
        for task in CHANCE
        if task in zero.values("task")
        for model in zero.where(task=task).values("model")
        for row in rows_of(zero, task, model)
    )


def _above(rows: Records, value: float) -> bool:
    """Above chance outside the spread of the draws; by a binomial test where these are all alike."""
    scores = rows.scores
    if np.ptp(scores) > 1e-12:
        return difference(scores.tolist(), [value] * len(scores)).verdict == "above"
    n = int(rows[0]["items"])
    return bool(stats.binomtest(round(scores[0] * n), n, value, alternative="greater").pvalue < 0.025)


def of_tasks(zero: Records) -> str:
    """In how many tasks each model is above chance and its baselines, and where size shows."""
    tasks = [task for task in CHANCE if task in zero.values("task")]
    lines = []
    for name in ALL:
        good = []
        for task in tasks:
            own = rows_of(zero, task, name)
            others = [rows_of(zero, task, other) for other in BASELINES.get(task, ())]
            if _above(own, CHANCE[task]) and all(
                difference(own, other).verdict == "above" for other in others
            ):
                good.append(task)
        lines.append(f"- **{name}**: {len(good)} of {len(tasks)}" + (f" ({listed(good)})" if good else ""))
    steps = {
        (a, b): [t for t in tasks if difference(rows_of(zero, t, b), rows_of(zero, t, a)).verdict == "above"]
        for a, b in ((SMALL[0], MINI), (MINI, SMOLLM2))
    }
    within, beyond = steps.values()
    return (
        "We compare draw by draw, with the same questions on both sides: bars in the figure may "
        "overlap, and the "
        "difference be the same in each draw; and ten questions are few, so that a task that does "
        "not rise may only "
        "be too small. Above chance and above what needs no network, outside the spread over the three draws "
        "(where these are all "
        "alike, by a binomial test):\n"
        + "\n".join(lines)
        + f"\n\nFrom nano to mini, eight times the blocks and the same text, {_count(within)} "
        f"outside the spread. "
        f"From mini to SmolLM2, {_count(beyond)}. The second step is size and text and tuning in one: what "
        f"share of it is size, these four models cannot say.\n\n{_counting(zero)}"
    )


def _counting(zero: Records) -> str:
    """What trigrams get on the cloze, and which models are above them."""
    kinds = [kind for kind in story_cloze.KINDS if kind in zero.values("task")]
    counted = {kind: rows_of(zero, kind, "trigrams") for kind in kinds}
    above = [
        name
        for name in ALL
        if all(difference(rows_of(zero, k, name), rows).verdict == "above" for k, rows in counted.items())
    ]
    told = listed(f"{rows.mean:.0%} of the {kind}" for kind, rows in counted.items())
    return (
        f"Trigrams of the BBC's training articles, which only count, get {told}. Above them on "
        f"both, outside the "
        f"spread: {listed(above)}."
    )


def _count(tasks: list[str]) -> str:
    return f"{len(tasks)} of the tasks rise" + (f" ({listed(tasks)})" if tasks else "")


def of_context(zero: Records) -> str:
    """What the sentences before are worth in the cloze."""
    told = []
    for name in (MINI, SMOLLM2):
        for kind in story_cloze.KINDS:
            rows = zero.where(task=kind, model=name)
            gap = difference(rows.where(way=WITH), rows.where(way=ALONE))
            told.append(f"{name}, {kind}: {signed(100 * gap.mean, '.0f')} points{_luck(gap)}")
    return (
        "Does a model use the *story*, or only the sentence with the gap? Take the sentences "
        "before away, and ask "
        f"again. What the story is worth: {'; '.join(told)}. (If SmolLM2 met these articles on the "
        f"web, a part of that is memory.)"
    )


def _luck(gap: Difference) -> str:
    return "" if gap.verdict in ("above", "below") else " (within luck)"


def of_last(words: Records) -> str:
    """The perplexity of the last word, LAMBADA's other number."""
    rows = words.where(way="as it says")
    told = listed(f"{name} {np.exp(np.mean(np.log(rows.where(model=name).scores))):,.0f}" for name in ALL)
    return (
        f"LAMBADA's other number is the perplexity of the last word, among all words that there are: {told}. "
        "(Lesson 06: as if so many words were equally likely. It can be more than the 8,192 pieces "
        "of the vocabulary, since a word may have several.)"
    )


def of_speed(speed: Records) -> str:
    """How much faster one row is."""
    told = []
    for name, rows in speed.by("model").items():
        one = rows.where(way="one row").mean
        told.append(
            f"{name}: {rows.where(way='plain loop').mean / one:.1f} times as fast as reading each "
            f"candidate by "
            f"itself, {rows.where(way='batches').mean / one:.1f} times as fast as padded batches"
        )
    return "One row, with ten candidates: " + "; ".join(told) + " (`benchmarks/zero_shot.py`)."


def of_memory(size: object) -> str:
    """What SmolLM2 takes."""
    total = size.total
    kept = sum(tensor.numel() * tensor.element_size() for tensor in size.model.weights.values())
    return (
        f"SmolLM2's {total / 1e6:.0f} million numbers would take {4 * total / 1e6:.0f} MB in single "
        f"precision. Here they "
        f"stay in half precision, in a file that is mapped into memory: {kept / 1e6:.0f} MB, read "
        f"once. A layer's "
        "weights become single when its turn comes, so all sums are the same, and each pass takes "
        "a bit longer."
    )


def tldr_columns() -> str:
    """What the column without a model is."""
    return "(“–”: no model writes; the words are the article's own.)"
