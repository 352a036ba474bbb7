"""The lesson's experiments: the cells of a profile with their splits, and many trainings as records."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcourse.data.solar_cells import SolarCells
from tlcourse.models.vision import efficientnet
from tlcourse.models.vision.staged import StagedNetwork
from tlcourse.show.progress_line import progress
from tlcourse.show.records import Records
from tlcourse.train.finetuning import image_batches, trainings
from tlcourse.train.measuring import features, few_labels

Way = Hashable
Outcomes = dict[tuple[Way, int, int], few_labels.TestResult]  # (way, labels, seed) → what came of it
Split = tuple[np.ndarray, np.ndarray]

# What a training from stage 6 up takes in batches of 16: 135 MB measured, and some left of the one before.
TRAINING_BYTES = 0.2e9

# The lowest layer that learns in each way to train.
LOWEST = {
    "classifier only": "classifier",
    "stage 7 and up": "stage7",
    "stage 6 and up": "stage6",
    "whole": "stem",
}


@dataclass(frozen=True)
class Cells:
    """The cells that a profile uses. Made by `prepare`.

    Attributes:
        label: 1 for defective, int (N,).
        kind: `"mono"` or `"poly"`, (N,).
        probability: how sure the experts were of a defect: 0, ⅓, ⅔ or 1, (N,).
        pixels: what a network is trained on.
        splits: `"cell"` or `"panel"` → seed → positions of the training and of the test cells.
    """

    label: np.ndarray
    kind: np.ndarray
    probability: np.ndarray
    pixels: image_batches.Images
    splits: dict[str, dict[int, Split]]


def prepare(
    cells: SolarCells, network: StagedNetwork, resolution: int, seeds: Iterable[int], at_most: int | None
) -> Cells:
    """Shrink the cells to `resolution`, and split them by cell and by panel, once for each seed.

    Args:
        at_most: keep so many cells, drawn at random; None keeps all.
    """
    kept: slice | np.ndarray = slice(None)  # a slice copies no picture: all of them are 236 MB
    if at_most is not None:
        kept = np.sort(np.random.default_rng(0).permutation(len(cells.label))[:at_most])
    place = {cell: i for i, cell in enumerate(np.arange(len(cells.label))[kept])}

    def of_kept(parts: Iterable[np.ndarray]) -> Split:
        train, test = (np.array([place[i] for i in part if i in place]) for part in parts)
        return train, test

    ways = {"cell": cells.split, "panel": cells.split_by_module}
    return Cells(
        cells.label[kept],
        cells.kind[kept],
        cells.probability[kept],
        image_batches.Images(cells.images[kept], resolution, network.mean, network.std),
        {by: {seed: of_kept(split(seed)) for seed in seeds} for by, split in ways.items()},
    )


def run(
    train: Callable[..., few_labels.TestResult],
    ways: Mapping[Way, Mapping[str, object]],
    labels: Sequence[int],
    seeds: Sequence[int],
    desc: str,
    models: Mapping[tuple[Way, int, int], StagedNetwork] | None = None,
) -> Outcomes:
    """Call `train(n, seed, **changes)` for each way, number of labels and seed: `trainings.side_by_side`.

    Args:
        ways: name → the changes.
        desc: what the line of progress says.
        models: (way, labels, seed) → a network to train in place, as `model`, which is to be kept.
    """
    jobs = {
        (way, n, s): partial(train, n, s, **changes)
        for n in sorted(labels, reverse=True)  # the longest first
        for way, changes in ways.items()
        for s in seeds
    }
    for key, model in (models or {}).items():
        jobs[key] = partial(jobs[key], model=model)
    return trainings.side_by_side(jobs, partial(progress, desc=desc), TRAINING_BYTES)


def records(outcomes: Outcomes, fields: str | tuple[str, ...] = "way") -> Records:
    """The outcomes as records: accuracy as the score, and the seconds of training.

    Args:
        fields: what the first part of a key is called; several names where it is a tuple.
    """
    named = (fields,) if isinstance(fields, str) else fields
    return Records(
        {
            **dict(zip(named, (way,) if isinstance(fields, str) else way, strict=True)),
            "labels": n,
            "seed": seed,
            "score": outcome.accuracy,
            "seconds": outcome.seconds,
        }
        for (way, n, seed), outcome in outcomes.items()
    )


def as_few_numbers(
    found: Mapping[str, np.ndarray],
    label: np.ndarray,
    splits: Mapping[int, Split],
    depths: Sequence[str],
    n: int,
) -> Records:
    """Probes on n numbers made of each depth's features: their first principal components.

    The components are those of the training cells, each feature brought to spread 1, and no label is asked.

    Returns:
        records of the accuracy: `depth`, `seed`.
    """
    rows = []
    for seed, (train, test) in splits.items():
        for depth in depths:
            summary = make_pipeline(StandardScaler(), PCA(n, random_state=seed)).fit(found[depth][train])
            few = summary.transform(found[depth])
            score = few_labels.probe(few, label, train, test).accuracy
            rows.append({"depth": depth, "seed": seed, "score": score})
    return Records(rows)


def by_split(on_cells: Outcomes, on_panels: Outcomes, n: int, cells: Cells) -> Records:
    """Always “fine” and the ways of `on_panels`, n labels: way, split (`"by cell"`, `"by panel"`), seed."""
    wanted = dict.fromkeys(way for way, _, _ in on_panels)
    found = [
        {"way": "always “fine”", "split": f"by {by}", "seed": seed, "score": 1 - cells.label[test].mean()}
        for by, splits in cells.splits.items()
        for seed, (_, test) in splits.items()
    ]
    found += [
        {"way": way, "split": split, "seed": seed, "score": outcome.accuracy}
        for split, outcomes in (("by cell", on_cells), ("by panel", on_panels))
        for (way, labels, seed), outcome in outcomes.items()
        if labels == n and way in wanted
    ]
    return Records(found)


def costs(results: Records) -> list[dict[str, object]]:
    """Rows for `freezing_trade_off.freezing_costs`: the ways that differ in the lowest layer that learns."""
    return [
        {"lowest": LOWEST[row["way"]], "accuracy": row["score"]}
        | {field: row[field] for field in ("labels", "seed", "seconds")}
        for row in results
        if row["way"] in LOWEST
    ]


def normalised(
    network: StagedNetwork,
    cells: Cells,
    right: np.ndarray,
    ways: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    n: int,
    seeds: Sequence[int],
    n_test: int,
) -> Records:
    """A probe's accuracy with n labels, training and test cells normalised alike, rightly or wrongly.

    The test cells are the same throughout; each seed draws other labels.

    Args:
        right: the head's features of all cells, rightly normalised, (N, channels).
        ways: name → mean and standard deviation of each channel.
    """
    train, test = cells.splits["cell"][seeds[0]]
    asked = test[:n_test]
    drawn = {s: few_labels.draw_stratified(train, cells.label, n, s) for s in seeds}
    needed = np.unique(np.concatenate([asked, *drawn.values()]))
    images, label, fast = cells.pixels.pixels()[needed], cells.label[needed], efficientnet.fold(network)
    found = []
    for way, (mean, std) in progress(ways.items(), "normalisations"):
        prepare = image_batches.transform(images.shape[1], mean, std)
        known = (mean, std) == (network.mean, network.std)
        x = right[needed] if known else features.extract(fast, images, prepare)["head"]
        for s, chosen in drawn.items():
            parts = np.searchsorted(needed, chosen), np.searchsorted(needed, asked)
            found.append({"way": way, "seed": s, "score": few_labels.probe(x, label, *parts).accuracy})
    return Records(found)
