"""The textbook's four quadrants: few or many labels, a similar or a different source, and what is advised."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tlcourse.lessons.transfer_in_vision.trials import Outcomes
from tlcourse.show.differences import Difference, difference
from tlcourse.show.records import Records
from tlcourse.train.measuring import few_labels

HEAD, STAGE4, TUNED = "linear, on the head", "linear, on stage 4", "fine-tune"
# (little data?, similar source?) → what CS231n advises
ADVICE = {(True, False): STAGE4, (True, True): HEAD, (False, False): TUNED, (False, True): TUNED}


def halves(cells: np.ndarray, label: np.ndarray, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """n labelled ones of a random half of `cells`, and the other half, for testing."""
    half = few_labels.draw_stratified(cells, label, len(cells) // 2, seed)
    return few_labels.draw_stratified(half, label, n, seed), np.setdiff1d(cells, half)


def outcomes(
    tuned: Outcomes,
    features: Mapping[str, Mapping[str, np.ndarray]],
    cells: np.ndarray,
    label: np.ndarray,
) -> Records:
    """Fine-tuning and linear classifiers in each quadrant.

    Args:
        tuned: (source, labels, seed) → fine-tuning.
        features: source → name of a linear classifier → features of `cells`, (len(cells), channels).

    Returns:
        source, labels, way, seed, and the accuracy on the other half as the score.
    """
    found = []
    for (source, n, seed), outcome in tuned.items():
        parts = [np.searchsorted(cells, part) for part in halves(cells, label, n, seed)]
        scores = {
            way: few_labels.probe(x, label[cells], *parts).accuracy for way, x in features[source].items()
        }
        scores[TUNED] = outcome.accuracy
        found += [
            {"source": source, "labels": n, "way": way, "seed": seed, "score": score}
            for way, score in scores.items()
        ]
    return Records(found)


def advised(results: Records) -> dict[tuple[int, str], str]:
    """(labels, source) → what CS231n advises."""
    few = min(results.values("labels"))
    return {(n, source): ADVICE[n == few, source.startswith("similar")] for n, source in _quadrants(results)}


def _quadrants(results: Records) -> list[tuple[int, str]]:
    sources: Sequence[str] = sorted(results.values("source"), reverse=True)  # the similar one first
    return [(n, source) for n in sorted(results.values("labels")) for source in sources]


def told(results: Records) -> list[dict[str, object]]:
    """A row for each quadrant: the advice, what did best here, and the advice against the best other way."""
    return [
        {
            "quadrant": quadrant,
            "advised": way,
            "best here": way if lead.mean >= 0 else other,
            "the advice above the best other": str(lead),
        }
        for quadrant, way, other, lead in _leads(results)
    ]


def _leads(results: Records) -> Iterator[tuple[str, str, str, Difference]]:
    """Each quadrant, the way advised there, the best other way, and the first above the second."""
    advice = advised(results)
    for n, source in _quadrants(results):
        here = results.where(labels=n, source=source)
        wanted = advice[n, source]
        others = [way for way in here.values("way") if way != wanted]
        other = max(others, key=lambda way, here=here: here.where(way=way).mean)
        lead = difference(here.where(way=wanted), here.where(way=other))
        yield f"{n} labels, {source}", wanted, other, lead


def advice_in_words(results: Records) -> str:
    """Where the advice lost, where it won, and where luck may have decided, in Markdown."""
    sides: dict[str, list[str]] = {"below": [], "above": [], "luck": []}
    for quadrant, way, other, lead in _leads(results):
        size = f"{100 * abs(lead.mean):.1f} points"
        if lead.verdict == "below":
            sides["below"].append(f"*{way}* with {quadrant} ({size} below *{other}*)")
        elif lead.verdict == "above":
            sides["above"].append(f"*{way}* with {quadrant} (by {size})")
        else:
            sides["luck"].append(f"with {quadrant}")
    told = {"below": "It loses", "above": "It wins", "luck": "Within luck, neither proved nor refuted"}
    parts = [f"{told[side]}: {'; '.join(found)}." for side, found in sides.items() if found]
    return f"The advice against the best other way, outside the spread or within it. {' '.join(parts)}"


def sources_compared(results: Records) -> str:
    """Whether fine-tuning is better from the similar source than from the different one, in Markdown."""
    parts = []
    for n in sorted(results.values("labels")):
        similar, different = (
            results.where(labels=n, source=source, way=TUNED)
            for source in sorted(results.values("source"), reverse=True)
        )
        gain = difference(similar, different, names=("the similar source", "the different one"))
        parts.append(f"{'w' if parts else 'W'}ith {n} labels, {gain.sentence}")
    return f"Is a similar source the better start for fine-tuning? {'; '.join(parts)}."
