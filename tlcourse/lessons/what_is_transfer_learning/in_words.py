"""What the lesson's results say, in words: sentences that are true whatever came out.

Each function returns Markdown.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score

from tlcourse.data.rated_sentences import RatedSentences
from tlcourse.lessons.what_is_transfer_learning.domain_tables import Predicted, one_rater
from tlcourse.lessons.what_is_transfer_learning.unseen import Unseen
from tlcourse.show.differences import Difference, difference
from tlcourse.show.label_curves import LabelsWorth
from tlcourse.show.prose import listed, signed
from tlcourse.show.records import Records
from tlcourse.train.measuring.domain_transfer import Domain
from tlcourse.train.measuring.scores import error_of_difference


def _points(share: float, spec: str = ".1f") -> str:
    return signed(100 * share, spec)


def interval(gap: Difference) -> str:
    """The mean of a difference and its 95% interval, in points."""
    if np.isnan(gap.low):
        return f"{_points(gap.mean)} points, and no interval, for every seed gives the same"
    return f"{_points(gap.mean)} points on average, interval {_points(gap.low)} to {_points(gap.high)}"


def overlapping_bands(results: Records) -> str:
    """MiniLM against GloVe with the fewest labels: two bands, and the interval of the difference."""
    n = min(results.values("labels"))
    one, other = (results.where(model=name, labels=n) for name in ("MiniLM", "GloVe"))
    gap, apart = difference(one, other), abs(one.mean - other.mean)
    overlap = "overlap" if apart < one.spread + other.spread else "do not overlap"
    lies = gap.says(
        above="0 lies outside: MiniLM is better outside the spread",
        below="0 lies outside: GloVe is better outside the spread",
        luck="0 lies inside: the two are within luck of each other",
    )
    return (
        f"What does *bold* mean? Look at the row of {n} labels. MiniLM has {one.mean:.1%}, GloVe "
        f"{other.mean:.1%}, and their bands (± {one.spread:.1%} and ± {other.spread:.1%}) {overlap}. But on "
        "the same sentences, seed by seed, "
        f"the difference is {interval(gap)}. {lies}."
    )


def first_reading(worth: LabelsWorth) -> str:
    """What 100 labels are worth with MiniLM, and where to look if the curves are too short to tell."""
    told = worth.told("MiniLM", 100)
    if np.isinf(np.median(worth.needed("MiniLM", 100))):
        return f"{told} It takes more to see how many: the answer below is that of the `full` profile."
    return told


def right_end(results: Records) -> str:
    """What more labels still bring to each representation, at the right end of the learning curves."""
    labels = sorted(results.values("labels"))
    last, before = labels[-1], max(n for n in labels if n <= labels[-1] / 3)
    gains = {
        model: some.where(labels=last).mean - some.where(labels=before).mean
        for model, some in results.by("model").items()
    }
    told = ", ".join(f"{_points(gain)} points to {model}" for model, gain in gains.items())
    text = f"From {before:,} to {last:,}, more labels bring {told} (from unrounded scores)."
    top = max(gains, key=gains.get)
    if top == "TF-IDF":
        return f"{text} Counting words goes on learning what this domain means by them."
    return f"{text} With so few labels, counting words has not begun to catch up with {top}."


def with_all_labels(results: Records, domain: Domain, said: Mapping[str, np.ndarray]) -> str:
    """TF-IDF against MiniLM, trained on all there is: by how much, and whether it may be the test set's luck.

    Args:
        results: learning curves.
        said: representation → the labels that it gives to the test sentences after training on all labels.
    """
    n = len(domain.train_index)
    scores = [results.where(model=name, labels=n).mean for name in ("TF-IDF", "MiniLM")]
    gap, error = scores[0] - scores[1], error_of_difference(domain.test_label, said["TF-IDF"], said["MiniLM"])
    side = "ahead of" if gap > 0 else "behind"
    luck = "another test set might turn it round" if abs(gap) < 2 * error else "that is more than luck"
    return (
        f"With all {n:,} labels, TF-IDF is {100 * abs(gap):.1f} points {side} MiniLM (from unrounded "
        "scores). Every seed then trains on the same sentences, so the bands end in a point, and nothing is "
        "bold. What is left to luck is the *test* set: its "
        f"{len(domain.test_index):,} sentences leave a standard error of {100 * error:.1f} points on this "
        f"difference, so {luck}."
    )


def easy_for_whom(scores: Mapping[str, np.ndarray], sets: Sequence[RatedSentences], source: str) -> str:
    """MiniLM trained on one domain, on each test set, and one rater beside it."""
    names = [one.domain for one in sets]
    row = scores["MiniLM"].mean(axis=0)[names.index(source)]
    told, people = (
        listed(f"{score:.0%} on {name}" for name, score in zip(names, some, strict=True))
        for some in (row, map(one_rater, sets))
    )
    return f"MiniLM, trained on {source}s, gets {told}. One rater gets {people}."


def wrong_and_right_home(travelled: Records, scores: Mapping[str, np.ndarray], domains: Sequence[str]) -> str:
    """What leaving home costs, and MiniLM away from home against TF-IDF at home: on average, by column.

    Args:
        travelled: as `domain_tables.home_and_away` returns them.
        scores: representation → (S, D, D).
        domains: D names.
    """
    lost = {model: some.where(where="lost") for model, some in travelled.by("model").items()}
    costs = listed(f"{100 * one.mean:.1f} points with {model}" for model, one in lost.items())
    more = difference(lost["TF-IDF"], lost["MiniLM"]).says(
        above="TF-IDF loses more than MiniLM", below="TF-IDF loses less than MiniLM",
        luck="whether TF-IDF or MiniLM loses more is within luck",
    )  # fmt: skip
    away = travelled.where(model="MiniLM", where="away")
    home = travelled.where(model="TF-IDF", where="at home")
    against = difference(away, home, names=("MiniLM away from home", "TF-IDF at home"))
    columns: dict[str, list[str]] = {"above": [], "below": [], "luck": []}
    for j, name in enumerate(domains):
        elsewhere = np.delete(scores["MiniLM"][:, :, j], j, axis=1).mean(axis=1)
        gap = difference(elsewhere, scores["TF-IDF"][:, j, j])
        columns[gap.says(above="above", below="below", luck="luck")].append(f"{name} ({_points(gap.mean)})")
    words = {"above": "ahead on", "below": "behind on", "luck": "within luck on"}
    mixed = "here it does in every column" if len(columns["above"]) == len(domains) else "it need not"
    told = ", ".join(f"{words[side]} {listed(names)}" for side, names in columns.items() if names)
    return (
        f"Leaving home costs {costs}: {more}. Now compare two entries of the table, a pretrained "
        f"representation from the *wrong* domain with counting words in the *right* one. "
        f"{against.sentence}. That is an average. By column, in points, MiniLM from elsewhere is {told}. So "
        f"a pretrained representation can make up for the wrong domain; {mixed}."
    )


def foreign_labels(gains: Records, n_foreign: int) -> str:
    """What foreign labels add, for each number of own labels.

    Args:
        gains: own, pair, seed, and the gain as the score.
    """
    parts = []
    for own, some in gains.by("own").items():
        means = {pair: one.mean for pair, one in some.by("pair").items()}
        worst, hurt = min(means, key=means.get), sum(mean < 0 for mean in means.values())
        verdicts = [difference(one, [0.0] * len(one)).verdict for one in some.by("pair").values()]
        parts.append(
            f"With **{own:,}** labels of your own, {n_foreign:,} foreign ones change MiniLM's score by "
            f"{_points(some.mean_over('pair').mean)} points on average. They raise the mean in "
            f"{len(means) - hurt} of {len(means)} pairs, in {verdicts.count('above') or 'none'} by more than "
            f"luck, and lower it in {hurt}, in {verdicts.count('below') or 'none'} by more than luck "
            f"(lowest: {worst}, {_points(means[worst])})."
        )
    return " ".join(parts)


def weighed(gains: Records) -> str:
    """Whether it helps to weigh one's own labels more, for each number of own labels.

    Args:
        gains: own, weight, pair, seed, and the gain over the own labels alone as the score.
    """
    parts = []
    for own, some in gains.mean_over("pair").by("own").items():
        weights = some.values("weight")
        more = [
            difference(
                some.where(weight=weight), some.where(weight=1), (f"a weight of {weight}", "a weight of 1")
            )
            for weight in weights
            if weight != 1
        ]
        best = max(weights, key=lambda weight: some.where(weight=weight).mean)
        gain = difference(some.where(weight=best), [0.0] * len(some.where(weight=best)))
        worth = gain.says(
            above="better than your own labels alone",
            below="worse than your own labels alone",
            luck="not to be told from your own labels alone",
        )
        other = difference(some.where(weight=best), some.where(weight=1)) if best != 1 else None
        luck = ", within luck of a weight of 1" if other and other.verdict == "luck" else ""
        parts.append(
            f"With **{own:,}** of your own, {'; '.join(one.sentence for one in more)}. The highest mean "
            f"(chosen on the test sets) is that of a weight of {best}{luck}; it is {worth}.{_behind(some)}"
        )
    return "\n\n".join(parts)


def _behind(gains: Records) -> str:
    """Which weights stay below doing without the foreign labels, by more than luck."""
    lower = [
        str(weight)
        for weight, some in gains.by("weight").items()
        if difference(some, [0.0] * len(some)).verdict == "below"
    ]
    many = f"weights of {listed(lower)}" if len(lower) > 1 else f"a weight of {listed(lower)}"
    return f" With {many} you do worse than without foreign labels." if lower else ""


def unseen_words(lost: Unseen, at_home: float) -> str:
    """Whether unseen words explain TF-IDF's loss, by pairs and by sentences.

    Args:
        at_home: TF-IDF's score at home, on all sentences.
    """
    by_r = {name: lost.correlation(name) for name in lost.by_pair}
    closest = max(by_r, key=by_r.get)
    fits = "which fits the argument" if closest == "TF-IDF" else "not for TF-IDF, against the argument"
    drop = {name: difference(rows[:, -1], rows[:, 0]) for name, rows in lost.by_sentence.items()}
    more = difference(*(rows[:, 0] - rows[:, -1] for rows in map(lost.by_sentence.get, ("TF-IDF", "MiniLM"))))
    who = more.says(
        above="TF-IDF loses more than MiniLM, as the argument says",
        below="TF-IDF loses less than MiniLM, against the argument",
        luck=f"the difference between TF-IDF and MiniLM is within luck over {len(more.of_seed)} seeds, so "
        "this does not show it either",
    )
    step = {name: float((rows[:, 1] - rows[:, 0]).mean()) for name, rows in lost.by_sentence.items()}
    changes = ", ".join(
        f"{_points(d.mean, '.0f')} points for {name} ({_points(step[name], '.0f')} at the first step)"
        for name, d in drop.items()
    )
    fewest = lost.by_sentence["TF-IDF"].mean(axis=0)[0]
    whole = fewest < at_home
    gap = "Unseen words are not the whole gap: even on" if whole else "They may be the whole gap: on"
    return (
        f"By pairs, the correlation is highest for {closest} (r = {by_r[closest]:.2f}), {fits}; but twelve "
        "points that share four sets are a weak test. By sentences, from none to the most unseen words, "
        f"balanced accuracy changes by {changes}: {who}. {gap} sentences *without* one, TF-IDF gets "
        f"**{fewest:.0%}** away from home, against **{at_home:.0%}** at home on all sentences."
    )


def by_luck(found: int, shuffled: Sequence[int]) -> str:
    """How often a word changes sides, and how often one does with shuffled labels."""
    real = "so some of it is real, and some is luck: believe the top of the list"
    return (
        f"Over the six pairs of domains, a word changes sides **{found}** times; with shuffled labels "
        f"**{np.mean(shuffled):.0f}** times ({min(shuffled)}–{max(shuffled)}), "
        f"{real if found > max(shuffled) else 'so all of it may be luck'}."
    )


def explored(domains: Sequence[Domain], predictions: Mapping[int, Mapping[str, Predicted]]) -> str:
    """Answers to two questions about the widget: where GloVe loses, and what carries to tweets."""
    most = max(predictions)

    def score(n: int, model: str, source: str, target: Domain) -> float:
        rows = predictions[n][model][source, target.name]
        return float(np.mean([balanced_accuracy_score(target.test_label, row) for row in rows]))

    pairs = [(s.name, t) for s, t in permutations(domains, 2)]
    loses = [f"{s} → {t.name}" for s, t in pairs if score(most, "GloVe", s, t) < score(most, "TF-IDF", s, t)]
    tweets = next(domain for domain in domains if domain.name == "tweets")
    carried = [
        f"{score(n, 'MiniLM', 'editorial', tweets):.0%} with {n:,} labels" for n in sorted(predictions)
    ]
    return (
        f"With {most:,} labels, the mean of GloVe is below TF-IDF's in {len(loses)} of {len(pairs)} pairs "
        f"({listed(loses)}). From editorials to tweets, MiniLM gets {listed(carried)}."
    )


def near_zero(rows: Sequence[Mapping[str, Any]]) -> str:
    """The ends of the table `domain_tables.by_strength`: where people disagree, and where they do not."""
    first, last = rows[0], rows[-1]
    return (
        f"Near zero, one rater is right about {first['one rater']} of the sentences, the classifier about "
        f"{first['classifier']}: there is little to get right. Where people are clearest, one rater is right "
        f"about {last['one rater']}, and the classifier about {last['classifier']}."
    )
