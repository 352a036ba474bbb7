"""The tables of the lesson about its four domains: their sentences, their baselines, and where they differ.

Each function returns the rows of a table, a list of dicts.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score

from tlcourse.data.rated_sentences import RatedSentences
from tlcourse.probe import domain_shift
from tlcourse.show.records import Records
from tlcourse.train.measuring.domain_transfer import Domain

Row = dict[str, Any]
Predicted = Mapping[tuple[str, str], np.ndarray]  # (source, target) → (S, N_test)


def extremes(sets: Sequence[RatedSentences]) -> list[Row]:
    """The highest and the lowest rating of each domain, among its short training sentences."""
    rows = []
    for one in sets:
        short = [i for i in one.train_index if 30 < len(one.texts[i]) < 70]
        for i in (max(short, key=lambda i: one.rating[i]), min(short, key=lambda i: one.rating[i])):
            rows.append({"domain": one.domain, "rating": f"{one.rating[i]:+.1f}", "sentence": one.texts[i]})
    return rows


def one_rater(sentences: RatedSentences) -> float:
    """The balanced accuracy of a single rater against the mean rating; a 0 is *not positive*."""
    says_positive = np.array([(votes > 0).mean() for votes in sentences.votes])
    positive = sentences.label == 1
    return float((says_positive[positive].mean() + 1 - says_positive[~positive].mean()) / 2)


def domains(sets: Sequence[RatedSentences]) -> list[Row]:
    """Sizes, shares of positive sentences, and the baselines that need no model."""
    return [
        {
            "domain": one.domain,
            "train": len(one.train_index),
            "test": len(one.test_index),
            "words a sentence": f"{np.mean([len(text.split()) for text in one.texts]):.0f}",
            "positive": f"{one.label.mean():.0%}",
            "accuracy of the majority": f"{max(one.label.mean(), 1 - one.label.mean()):.0%}",
            "the majority, balanced": "50%",
            "one rater, balanced": f"{one_rater(one):.0%}",
        }
        for one in sets
    ]


def what_differs(first: RatedSentences, second: RatedSentences, word: str) -> list[Row]:
    """P(X), P(Y) and P(Y | a word of X) of two domains, each by one figure."""
    known = [first.texts[i] for i in first.train_index]
    unseen = domain_shift.unseen_share([second.texts[i] for i in second.train_index], known).mean()

    def positive_with(one: RatedSentences) -> float:
        has = [f" {word} " in f" {text.lower()} " for text in one.texts]
        return one.label[has].mean()

    a, b = first.domain, second.domain
    return [
        {"": f"words of {b} that no {a} sentence has", "differs in": "P(X)", a: "–", b: f"{unseen:.0%}"},
        {"": "positive sentences", "differs in": "P(Y)"}
        | {one.domain: f"{one.label.mean():.0%}" for one in (first, second)},
        {"": f"positive among those with “{word}”", "differs in": f"P(Y | “{word}” in X)"}
        | {one.domain: f"{positive_with(one):.0%}" for one in (first, second)},
    ]


def home_and_away(scores: Mapping[str, np.ndarray]) -> Records:
    """Model, `where` (at home, away, lost) and seed: means over the domains, from (S, D, D) for each model.

    `lost` is what training elsewhere costs on the same test set, against training at home.
    """
    rows = []
    for model, matrices in scores.items():
        away = ~np.eye(matrices.shape[1], dtype=bool)
        for seed, matrix in enumerate(matrices):
            home = np.diag(matrix)
            found = {"at home": home, "away": matrix[away], "lost": (home[None, :] - matrix)[away]}
            rows += [
                {"model": model, "where": where, "seed": seed, "score": values.mean()}
                for where, values in found.items()
            ]
    return Records(rows)


def below_the_majority(
    predicted: Mapping[str, Predicted], tested: Sequence[Domain], scores: Mapping[str, np.ndarray]
) -> list[Row]:
    """How often a classifier away from home is worse than the commoner answer, in plain accuracy.

    What is level to a tenth of a point, as the table writes it, does not count as worse.

    Args:
        predicted: model → what it says of each pair of domains.
        scores: model → balanced accuracy, (S, D, D).
    """
    names, rows = [domain.name for domain in tested], []
    away = ~np.eye(len(names), dtype=bool)
    majority = np.array([max(d.test_label.mean(), 1 - d.test_label.mean()) for d in tested])
    for model, pairs in predicted.items():
        plain = np.array(
            [
                [np.mean([accuracy_score(t.test_label, row) for row in pairs[s, t.name]]) for t in tested]
                for s in names
            ]
        )
        below = (plain.round(3) < majority.round(3))[away].sum()
        i, j = np.unravel_index((plain - majority).argmin(), plain.shape)
        rows.append(
            {
                "": model,
                "pairs below the majority": f"{below} of {away.sum()}",
                "the worst": f"{names[i]} → {names[j]}",
                "accuracy": f"{plain[i, j]:.1%}",
                "majority": f"{majority[j]:.1%}",
                "balanced": f"{scores[model].mean(axis=0)[i, j]:.1%}",
            }
        )
    return rows


def with_word(sets: Sequence[RatedSentences], flip: Mapping[str, Any], n: int = 3) -> list[Row]:
    """The `n` short training sentences of either domain that pull a word to its side there.

    Args:
        flip: one of `domain_shift.all_flips`: the word, its two domains, and its z-score in each.
    """
    named, word, rows = {one.domain: one for one in sets}, flip["word"], []
    for one, z in ((named[flip["in"]], flip["z"]), (named[flip["but in"]], flip["z there"])):
        has = [
            i
            for i in one.train_index
            if f" {word} " in f" {one.texts[i].lower()} " and len(one.texts[i]) < 100
        ]
        for i in sorted(has, key=lambda i: -np.sign(z) * one.rating[i])[:n]:
            rows.append({"in": one.domain, "rating": f"{one.rating[i]:+.1f}", f"with “{word}”": one.texts[i]})
    return rows


def missed(tested: Sequence[Domain], predicted: Predicted) -> list[Row]:
    """The clearest short test sentence of each domain that the classifier misses at home with every seed.

    Args:
        predicted: of one model, as `domain_transfer.train_here_test_there` returns it.
    """
    rows = []
    for one in tested:
        wrong = (predicted[one.name, one.name] != one.test_label).all(axis=0)
        short = [i for i in one.test_index[wrong] if len(one.texts[i]) < 100]
        if short:
            i = max(short, key=lambda i: abs(one.rating[i]))
            rows.append({"domain": one.name, "rating": f"{one.rating[i]:+.1f}", "sentence": one.texts[i]})
    return rows


def by_strength(
    sets: Sequence[RatedSentences], tested: Sequence[Domain], predicted: Predicted, edges: Sequence[float]
) -> list[Row]:
    """How often the classifier is right at home, and one rater, by how far the mean rating is from 0.

    Args:
        predicted: of one model, as `domain_transfer.train_here_test_there` returns it.
        edges: bounds of the size of the mean rating, ascending.
    """
    strong = np.concatenate([np.abs(d.rating[d.test_index]) for d in tested])
    right = np.concatenate([(predicted[d.name, d.name] == d.test_label).mean(axis=0) for d in tested])
    votes = [dict(zip(one.texts, one.votes, strict=True)) for one in sets]
    agrees = np.concatenate(
        [
            [np.mean((vote[d.texts[i]] > 0) == d.label[i]) for i in d.test_index]
            for d, vote in zip(tested, votes, strict=True)
        ]
    )
    top = edges[-1]  # the last bin holds its upper bound, too
    bins = [(low, high, (strong >= low) & (strong < high + (high == top))) for low, high in pairwise(edges)]
    return [
        {
            "mean rating, either sign": f"{low:g} to {high:g}",
            "sentences": int(inside.sum()),
            "classifier": f"{right[inside].mean():.0%}",
            "one rater": f"{agrees[inside].mean():.0%}",
        }
        for low, high, inside in bins
    ]
