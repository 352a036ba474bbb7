"""Measuring in rounds, each with the rated sentences in an order of its own."""

import argparse
import random
from collections.abc import Callable, Iterable
from typing import Any

from results_file import RecordsFile

from tlcourse.data import rated_sentences


def in_rounds(
    options: argparse.Namespace, one_round: Callable[[list[str]], Iterable[dict[str, Any]]]
) -> None:
    """Measure in rounds, each with the rated sentences in an order of its own; keep and print each round.

    Args:
        options: `out`, `rounds`, and the `note` that the file gets, if any.
        one_round: the sentences → records without their seed, which is the round's number.
    """
    results = RecordsFile(options.out)
    if options.note:
        results.facts["note"] = options.note
    texts = [text for domain in rated_sentences.DOMAINS for text in rated_sentences.load(domain).texts]
    for seed in range(options.rounds):
        random.Random(seed).shuffle(texts)
        rows = [row | {"seed": seed} for row in one_round(texts)]
        results.add_all(rows)
        print(*rows, sep="\n", flush=True)
