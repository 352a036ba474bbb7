"""What the lesson's results say, in words: sentences that are true whatever came out.

Each function returns Markdown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tlcourse.lessons.what_is_transfer_learning.unseen import Unseen
from tlcourse.show.differences import difference
from tlcourse.show.label_curves import LabelsWorth
from tlcourse.show.records import Records
from tlcourse.train.measuring.domain_transfer import Domain
from tlcourse.train.measuring.scores import error_of_difference


def _points(share: float, spec: str = ".1f") -> str:
    return f"{100 * share:+{spec}}".replace("-", "−")


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
    text = f"From {before:,} to {last:,}, more labels bring {told}."
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
        f"With all {n:,} labels, TF-IDF is {100 * abs(gap):.1f} points {side} MiniLM. Every seed then trains "
        "on the same sentences, so the bands end in a point. What is left to luck is the *test* set: its "
        f"{len(domain.test_index):,} sentences leave a standard error of {100 * error:.1f} points on this "
        f"difference, so {luck}."
    )


def wrong_and_right_home(travelled: Records) -> str:
    """MiniLM away from home against TF-IDF at home."""
    away = travelled.where(model="MiniLM", where="away")
    home = travelled.where(model="TF-IDF", where="at home")
    against = difference(away, home, names=("MiniLM away from home", "TF-IDF at home"))
    return f"Two entries of the table compared: {against.sentence}."


def foreign_labels(gains: Records, n_foreign: int) -> str:
    """What foreign labels add, for each number of own labels.

    Args:
        gains: own, pair, seed, and the gain as the score.
    """
    parts = []
    for own, some in gains.by("own").items():
        means = {pair: one.mean for pair, one in some.by("pair").items()}
        worst, hurt = min(means, key=means.get), sum(mean < 0 for mean in means.values())
        sure = sum(difference(one, [0.0] * len(one)).verdict == "below" for one in some.by("pair").values())
        parts.append(
            f"With **{own:,}** labels of your own, {n_foreign:,} foreign ones change MiniLM's score by "
            f"{_points(some.mean_over('pair').mean)} points on average. They lower the mean in {hurt} of "
            f"{len(means)} pairs, in {sure or 'none'} of these by more than luck (lowest: {worst}, "
            f"{_points(means[worst])})."
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
            above="which is still better than your own labels alone",
            below="which is still worse than your own labels alone",
            luck="which cannot be told from your own labels alone",
        )
        parts.append(
            f"With **{own:,}** of your own, {'; '.join(one.sentence for one in more)}. The best weight here "
            f"is {best}, {worth}."
        )
    return "\n\n".join(parts)


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
        luck="TF-IDF does not lose clearly more than MiniLM, so this does not show it either",
    )
    changes = ", ".join(f"{_points(d.mean, '.0f')} points for {name}" for name, d in drop.items())
    fewest = lost.by_sentence["TF-IDF"].mean(axis=0)[0]
    gap = "Unseen words are not the whole gap: even" if fewest < at_home else "And"
    return (
        f"By pairs, the correlation is highest for {closest} (r = {by_r[closest]:.2f}), {fits}; but twelve "
        "points that share four sets are a weak test. By sentences, from none to the most unseen words, "
        f"balanced accuracy changes by {changes}: {who}. {gap} on sentences *without* one, TF-IDF gets "
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


def near_zero(rows: Sequence[Mapping[str, Any]]) -> str:
    """The ends of the table `domain_tables.by_strength`: where people disagree, and where they do not."""
    first, last = rows[0], rows[-1]
    return (
        f"Near zero, one rater is right about {first['one rater']} of the sentences, so there is little "
        f"to get right. Where people are clearest, one rater is right about {last['one rater']}, and the "
        f"classifier about {last['classifier']}."
    )
