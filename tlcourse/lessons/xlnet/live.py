"""Hidden pairs measured in the lesson itself, and a few of them word by word."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tlcourse.probe import neighbours
from tlcourse.probe.joint_probability import PairLogP
from tlcourse.probe.neighbours import HiddenPair
from tlcourse.show.records import Records

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Measure = Callable[[Sequence[HiddenPair]], PairLogP]
Matched = Sequence[tuple[HiddenPair, HiddenPair]]
MEASURES = ("at_once", "one_by_one", "gap")


def pairs(matched: Matched, n_draws: int, models: dict[str, Measure], seed: int) -> Records:
    """Matched pairs in so many draws: for each model and kind the means of `MEASURES`, in nats."""
    rows = []
    for draw in range(n_draws):
        some = matched[draw::n_draws]
        for side, kind in enumerate((neighbours.HIGH, neighbours.LOW)):
            for name, measure in models.items():
                found = measure([pair[side] for pair in some])
                rows += [
                    {
                        "model": name,
                        "pairs": kind,
                        "n": len(some),
                        "measure": what,
                        "seed": seed + draw,
                        "score": getattr(found, what).mean(),
                    }
                    for what in MEASURES
                ]
    return Records(rows)


def examples(
    tokenizer: "Tokenizer", matched: Matched, models: dict[str, Measure], n: int = 5
) -> list[dict[str, object]]:
    """A table's rows: of the matched pairs the `n` that are most often together, and their controls.

    For each model, how likely the second word is with both hidden, and with the first in sight.
    """
    often = sorted(matched, key=lambda both: -_log_count(both[0]))[:n]
    chosen = [both[side] for side in (0, 1) for both in often]
    found = {name: measure(chosen) for name, measure in models.items()}
    rows = []
    for i, pair in enumerate(chosen):
        a, b = map(tokenizer.id_to_token, pair.targets)
        row: dict[str, object] = {
            "neighbours": f"{a} {b}",
            "PMI": "never together" if np.isneginf(pair.pmi) else f"{pair.pmi:.1f}",
        }
        for name, log_p in found.items():
            hidden, shown = np.exp([log_p.alone[i, 1], log_p.given[i, 1]])
            row[f"{name}: p of the second, first hidden → in sight"] = f"{hidden:.2%} → {shown:.2%}"
        rows.append(row)
    return rows


def _log_count(pair: HiddenPair) -> float:
    """How often the two were counted side by side, but for a constant."""
    return pair.pmi + float(np.log(pair.frequencies).sum())
