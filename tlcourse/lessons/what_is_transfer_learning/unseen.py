"""Do words that a classifier never saw explain what it loses away from home? By pair, and by sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from tlcourse.probe import domain_shift
from tlcourse.train.measuring import domain_transfer
from tlcourse.train.measuring.domain_transfer import Domain

EDGES = (-1, 0, 0.1, 0.2, 0.3, 0.45, 1)  # shares of unseen words; the first bin holds sentences without one


@dataclass(frozen=True)
class Unseen:
    """What `measure` found.

    Attributes:
        by_pair: representation → (share of unseen words, loss against home), (P,) each, means over the seeds.
        by_sentence: representation → (S, B), balanced accuracy away from home in each bin of `EDGES`.
    """

    by_pair: dict[str, tuple[np.ndarray, np.ndarray]]
    by_sentence: dict[str, np.ndarray]

    def correlation(self, representation: str) -> float:
        """Pearson's r, over the pairs, of the share of unseen words with the loss."""
        return float(np.corrcoef(*self.by_pair[representation])[0, 1])


def measure(
    domains: Sequence[Domain],
    predicted: Mapping[str, Mapping[tuple[str, str], np.ndarray]],
    scores: Mapping[str, np.ndarray],
    n_labels: int,
    seeds: Sequence[int],
) -> Unseen:
    """Set each loss, and each answer, beside the share of words that the training sentences lack.

    Args:
        predicted: representation → (source, target) → predicted labels, (S, N_test).
        scores: representation → balanced accuracy, (S, sources, targets).
        n_labels, seeds: those that were trained with.
    """
    names = [domain.name for domain in domains]
    cells = list(permutations(range(len(domains)), 2))
    truth = np.concatenate([domains[j].test_label for _, j in cells])
    asked = [[d.texts[i] for i in d.test_index] for d in domains]
    shares, lost, by_sentence = [], {name: [] for name in predicted}, {name: [] for name in predicted}
    for k, seed in enumerate(seeds):
        known = [[d.texts[i] for i in domain_transfer.draw_nested(d, n_labels, seed)] for d in domains]
        unseen = [domain_shift.unseen_share(asked[j], known[i]) for i, j in cells]
        shares.append([share.mean() for share in unseen])
        for name, pairs in predicted.items():
            guess = np.concatenate([pairs[names[i], names[j]][k] for i, j in cells])
            by_sentence[name].append(domain_shift.score_by_share(np.concatenate(unseen), truth, guess, EDGES))
            lost[name].append([scores[name][k, j, j] - scores[name][k, i, j] for i, j in cells])
    return Unseen(
        {name: (np.mean(shares, axis=0), np.mean(lost[name], axis=0)) for name in predicted},
        {name: np.array(rows) for name, rows in by_sentence.items()},
    )
