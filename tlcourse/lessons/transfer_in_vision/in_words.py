"""What the lesson's results say, in words: sentences that are true whatever came out.

Each function returns Markdown. What is done to the inputs of a network has its words in
`tlcourse.lessons.transfer_in_vision.in_words_of_traps`.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from tlcourse.lessons.transfer_in_vision.trials import Cells, Outcomes, Split
from tlcourse.show.differences import difference
from tlcourse.show.prose import capitalised
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

NEIGHBOURS = 10


def the_cells(train: np.ndarray, test: np.ndarray, baseline: float, n_splits: int) -> str:
    """How many cells there are, what always “fine” gives, and what luck of the test set to expect."""
    return (
        f"{len(train):,} cells to train on, {len(test):,} to test. Always “fine” is right for "
        f"**{baseline:.1%}**. And {len(test):,} test cells mean a standard error of about "
        f"{100 * np.sqrt(0.85 * 0.15 / len(test)):.1f} points on an accuracy of 85%, so small differences "
        f"need several splits: most results below are means over {n_splits} of them."
    )


def depths(probed: Records) -> str:
    """Which depth does best with all labels, and by how much above the bottom."""
    n = max(probed.values("labels"))
    here = {depth: rows for depth, rows in probed.where(labels=n).by("depth").items() if depth != "names"}
    best, bottom = max(here, key=lambda depth: here[depth].mean), next(iter(here))
    top = [*here][-1]
    text = f"With all {n:,} labels the best depth is **{best}** ({here[best].mean:.1%})"
    if best == bottom:
        return f"{text}: here it does not pay to go up."
    up = difference(here[best], here[bottom]).sentence
    last = f" The last depth, {top}, has {here[top].mean:.1%}." if best != top else ""
    return f"{text}. {capitalised(up)}.{last}"


def as_few_numbers(few: Records, probed: Records, n: int) -> str:
    """Whether the top is better because it has more features: n numbers made of the bottom's, and of its own.

    Args:
        few: of `trials.as_few_numbers`, the bottom first.
        probed: the probes on all features.
    """
    low, high = few.by("depth").values()
    bottom, top = few.values("depth")
    all_of = probed.where(labels=max(probed.values("labels")), depth=top)
    same = difference(
        high, low, names=(f"a probe on {n} numbers of the {top}", f"one on {n} of the {bottom}")
    )
    verdict = same.says(
        above="So what the top has is better, and not only more",
        below="So in as few numbers the top holds less: here it wins by their number",
        luck="So whether what the top has is better, or only more, these splits cannot tell",
    )
    added = difference(all_of, high).says(
        above="their number helps, too",
        below="more of them do not help",
        luck="more of them add nothing sure",
    )
    return (
        f"{capitalised(same.sentence)} ({high.mean:.1%} and {low.mean:.1%}). {verdict}. With all its "
        f"features the {top} has {all_of.mean:.1%}: {added}."
    )


def names_of_imagenet(probed: Records, baseline: float) -> str:
    """The thousand names against the head below them, and against always “fine”."""
    n = max(probed.values("labels"))
    head, names = (probed.where(labels=n, depth=depth) for depth in ("head", "names"))
    lost = difference(head, names, names=("the head", "the names"))
    above = difference(names, [baseline] * len(names))
    still = above.says(
        above=f"And the names still say a lot about a cell: {100 * above.mean:.1f} points more than always "
        "“fine”.",
        below="And the names say less about a cell than always “fine” does.",
        luck="And what the names say cannot be told from always “fine”.",
    )
    return f"With all {n:,} labels, {lost.sentence}. {still}"


def plane(points: Mapping[str, np.ndarray], label: np.ndarray, kind: np.ndarray) -> str:
    """How much of a cell's neighbourhood in the plane is of its sort, at each depth, and where that grows.

    Args:
        points: depth → (N, 2).
        label: 1 for defective, (N,).
        kind: `"mono"` or `"poly"`, (N,).
    """
    told = {"defective": label == 1, "mono": kind == "mono"}
    shares = {
        word: {depth: _alike(xy, chosen) for depth, xy in points.items()} for word, chosen in told.items()
    }
    parts = [
        f"of those of a {word} cell, "
        + ", ".join(f"{share:.0%} at {depth}" for depth, share in shares[word].items())
        + f" are {word} too (by chance: {told[word].mean():.0%})"
        for word in told
    ]
    first, last = next(iter(points)), [*points][-1]
    grown = " and ".join(f"{_points(by[last] - by[first], 0)} ({word})" for word, by in shares.items())
    return (
        f"Count the {NEIGHBOURS} nearest neighbours in the plane: {'; '.join(parts)}. From {first} to {last} "
        f"the change is, in points, {grown}. What a linear probe finds in many features need not show in two."
    )


def _points(share: float, digits: int = 1) -> str:
    """A change of a share, in points, with its sign."""
    return f"{100 * share:+.{digits}f}".replace("-", "−")


def _alike(xy: np.ndarray, chosen: np.ndarray) -> float:
    """The share of the neighbours of chosen points that are chosen as well."""
    near = (
        NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(xy) - 1)).fit(xy).kneighbors(return_distance=False)
    )
    return float(chosen[near[chosen]].mean())


def fine_tuned(results: Records) -> str:
    """What fine-tuning from stage 6 up brings over the probe, with all labels and with the fewest."""
    sizes = sorted(results.values("labels"))
    parts = []
    for n in (sizes[-1], sizes[0]):
        gain = difference(
            results.where(way="stage 6 and up", labels=n),
            results.where(way="classifier only", labels=n),
            names=("fine-tuning from stage 6 up", "the probe on the same cells"),
        )
        parts.append(f"With **{n:,}** labels, {gain.sentence}.")
    return " ".join(parts)


def gradually(results: Records) -> str:
    """Whether gradual unfreezing is cheaper, and whether it is better."""
    n = max(results.where(way="gradually").values("labels"))
    slow, once = (results.where(way=way, labels=n) for way in ("gradually", "stage 6 and up"))
    seconds = [np.mean(rows.values("seconds")) for rows in (slow, once)]
    cheap = f"Cheaper, yes: {seconds[0]:.1f} s in place of {seconds[1]:.1f}."
    costly = f"Not even cheaper here: {seconds[0]:.1f} s and {seconds[1]:.1f}."
    against = difference(slow, once, names=("gradual unfreezing", "all at once"))
    better = against.says(
        above="Better, too", below="Better? No, worse", luck="Better? Not that these seeds could show it"
    )
    return f"{cheap if seconds[0] < seconds[1] else costly} {better}: {against.sentence}."


def from_pixels(results: Records, outcomes: Outcomes, baseline: float) -> str:
    """What the network from scratch learned, and the whole network against its top: one split."""
    seed, scratch = results.where(way="whole").values("seed")[0], results.where(way="from scratch")
    whole, top = (results.where(way=way, seed=seed) for way in ("whole", "stage 6 and up"))
    said = {n: outcomes["from scratch", n, seed].probability > 0.5 for n in scratch.values("labels")}
    constant = [
        f" With {' and '.join(f'{n:,}' for n in sizes)} labels it calls every cell {word}."
        for word, answer in (("defective", 1.0), ("fine", 0.0))
        if (sizes := [n for n, yes in said.items() if yes.mean() == answer])
    ]
    best = max(row["score"] for row in scratch)
    behind = ", ".join(
        f"{_points(rows.mean - top.where(labels=n).mean)} with {n:,} labels"
        for n, rows in whole.by("labels").items()
    )
    one_cell = 100 / len(next(iter(said.values())))
    return (
        f"From scratch, the best that comes out is {best:.1%}; always “fine” gives {baseline:.1%}."
        f"{''.join(constant)} The whole network against its top, in points: {behind}. (One "
        f"test cell makes {one_cell:.2f}.)"
    )


def what_buys(results: Records) -> str:
    """What more labels bring to the classifier alone, and what fine-tuning brings and costs instead."""
    alone, tuned = (results.where(way=way).by("labels") for way in ("classifier only", "stage 6 and up"))
    sizes = sorted(alone)
    labels = ", ".join(
        f"{_points(alone[more].mean - alone[n].mean)} from {n:,} to {more:,}" for n, more in pairwise(sizes)
    )
    gains = [tuned[n].mean - alone[n].mean for n in sizes]
    seconds = [np.mean(tuned[n].values("seconds")) for n in sizes]
    return (
        f"More labels bring the classifier alone, in points: {labels}. With the same labels, stage 6 and up "
        f"brings {_points(min(gains))} to {_points(max(gains))}, for {min(seconds):.1f} to "
        f"{max(seconds):.1f} s."
    )


def new_panels(results: Records) -> str:
    """What is lost from new cells to new panels, and whether fine-tuning still wins there.

    Args:
        results: way (always “fine” first), split (`"by cell"`, `"by panel"`), seed.
    """
    fine, *ways = results.values("way")
    cell, panel = (
        {way: results.where(way=way, split=f"by {by}") for way in (fine, *ways)} for by in ("cell", "panel")
    )
    change = {way: panel[way].mean - cell[way].mean for way in (fine, *ways)}
    told = " and ".join(f"{_points(change[way])} points ({way})" for way in ways)
    above = ", ".join(
        f"{way} from {100 * (cell[way].mean - cell[fine].mean):.1f} to "
        f"{100 * (panel[way].mean - panel[fine].mean):.1f}"
        for way in ways
    )
    spread = [f"{100 * cell[way].spread:.1f} to {100 * panel[way].spread:.1f}" for way in (ways[-1], fine)]
    gains = [
        difference(rows[ways[1]], rows[ways[0]], names=("fine-tuning", "the classifier alone")).sentence
        for rows in (cell, panel)
    ]
    sober = "Sobering: f" if max(change[way] - change[fine] for way in ways) < -0.02 else "F"
    return (
        f"{sober}rom new cells to new panels the accuracy changes by {told}. The test cells are others, "
        f"too: {fine} changes by {_points(change[fine])}. Above it, {above}. The standard deviation over "
        f"the splits goes from {spread[0]} points ({ways[-1]}), that of {fine} from {spread[1]}. "
        f"On new cells, {gains[0]}. On new panels, {gains[1]}."
    )


def from_poly(said: np.ndarray, label: np.ndarray, n_poly: int) -> str:
    """What a network trained on poly cells alone says to mono cells.

    Args:
        said: its probability of a defect for each mono cell, (M,).
        label: of the mono cells, (M,).
    """
    right, fine = ((said > 0.5) == label).mean(), 1 - label.mean()
    if right > fine + 0.01:
        verdict = "So it is a head start."
    else:
        verdict = (
            "So its *threshold* is no use here. Leave it aside: of a defective and a fine cell, "
            f"the defective one has the higher probability in {roc_auc_score(label, said):.0%} of all pairs "
            "(by chance: 50%). So it does tell them apart; but what is new to it in mono cells moves nearly "
            "all its answers to one side. Whether its *features* are the better start is yet to be measured."
        )
    return (
        f"Trained on {n_poly:,} poly cells alone, the network is right about **{right:.1%}** of the mono "
        f"cells before it has seen a single one of them, and calls {(said > 0.5).mean():.0%} of them "
        f"defective, where {label.mean():.0%} are. Always “fine” gives {fine:.1%}. {verdict}"
    )


def where_errors_lie(outcomes: Outcomes, n: int, splits: Mapping[int, Split], cells: Cells) -> str:
    """Accuracy of fine-tuning on test cells that the experts were sure of, and on the others."""
    sure, unsure, share = [], [], []
    for seed, (_, test) in splits.items():
        certain = np.isin(np.round(3 * cells.probability[test]), (0, 3))
        right = (outcomes["stage 6 and up", n, seed].probability > 0.5) == cells.label[test]
        sure.append(right[certain].mean())
        unsure.append(right[~certain].mean())
        share.append(1 - certain.mean())
    return (
        "Where do the errors lie? On the test cells that the experts were sure of, fine-tuning from stage 6 "
        f"up is right about **{mean_sd(sure, '.1%')}**; on the others, {np.mean(share):.0%} of all, about "
        f"**{mean_sd(unsure, '.1%')}**."
    )
