"""The sentences on frozen against fine-tuned."""

from typing import Any

import numpy as np

from tlcourse.lessons.state_of_the_art_and_after.board import LABELS
from tlcourse.lessons.state_of_the_art_and_after.both_ways import CONLL, FROZEN, TUNED
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import capitalised
from tlcourse.show.records import Records


def tuning(pairs: Records) -> dict[tuple[Any, ...], Difference]:
    """(lesson, system, task, labels) → fine-tuned minus frozen."""
    return {
        key: difference(group.where(way=TUNED), group.where(way=FROZEN), names=(TUNED, FROZEN))
        for key, group in pairs.by("lesson", "system", "task", "labels").items()
    }


def count_of_tuning(pairs: Records) -> str:
    """How often fine-tuning is above, below, or within luck."""
    verdicts = [gap.verdict for gap in tuning(pairs).values()]
    return (
        f"of {len(verdicts)} pairs, fine-tuned is above frozen in {verdicts.count('above')}, below in "
        f"{verdicts.count('below')}, within luck in {verdicts.count('luck') + verdicts.count('once')}"
    )


def of_tuning(pairs: Records) -> str:
    """Where fine-tuning helps: by labels, and where words are tagged."""
    found = tuning(pairs)
    few = [gap for (*_, labels), gap in found.items() if labels == LABELS[0]]
    more = [gap for (*_, labels), gap in found.items() if labels != LABELS[0]]
    names = [gap for (_, _, task, _), gap in found.items() if task == CONLL]

    def above(gaps: list[Difference]) -> str:
        return f"{sum(gap.verdict == 'above' for gap in gaps)} of {len(gaps)}"

    said = count_of_tuning(pairs)
    said = f"{capitalised(said)}. By more than luck it helps with 100 labels in {above(few)}"
    said += f", with 1,000 and more in {above(more)}" if more else ""
    said += f"; on names that people tagged (CoNLL) in {above(names)}" if names else ""
    halves = [(gap.high - gap.low) / 2 for gap in found.values() if not np.isnan(gap.low)]
    return (
        f"{said}. Within luck is not equal: of the {len(halves)} intervals half reach more than "
        f"{100 * np.median(halves):.0f} "
        "points to either side, so that smaller gains are often missed. And these pairs were measured for "
        "other "
        "questions: nobody drew them at random."
    )
