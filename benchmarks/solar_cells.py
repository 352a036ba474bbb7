"""Frozen or fine-tuned, on solar cells: the row for vision in the one figure of To tune or not to tune.

    python benchmarks/solar_cells.py            # some minutes of one core

As in lesson Transfer in vision: EfficientNet-Lite0 at 128 pixels, split by cell; *frozen* is a linear probe
on the head's features, *fine-tuned* trains from stage 6 up at that lesson's rate. A thousand labels.
"""

from pathlib import Path

import torch
from results_file import RecordsFile

from tlcourse.data import solar_cells
from tlcourse.models.vision import efficientnet
from tlcourse.train.finetuning import image_batches
from tlcourse.train.finetuning.images import ImageRecipe
from tlcourse.train.measuring import features, few_labels

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "to_tune_or_not_to_tune"
SEEDS = (0, 1, 2)
LABELS, RESOLUTION = 1000, 128
RECIPE = ImageRecipe(lowest="stage6", n_steps=130)


def main() -> None:
    torch.set_num_threads(1)
    cells, network = solar_cells.load(), efficientnet.load()
    pixels = image_batches.Images(cells.images, RESOLUTION, network.mean, network.std)
    found = features.cached(pixels.pixels(), RESOLUTION, below="stage6")
    results = RecordsFile(HERE / "solar_cells.json")
    for seed in SEEDS:
        train, test = cells.split(seed)
        drawn = few_labels.draw_stratified(train, cells.label, LABELS, seed)
        key = {"system": "EfficientNet", "task": "solar cells", "labels": LABELS, "seed": seed}
        if not results.has(**key, way="frozen"):
            frozen = few_labels.probe(found["head"], cells.label, drawn, test)
            results.add(**key, way="frozen", score=frozen.accuracy)
        if not results.has(**key, way="fine-tuned"):
            tuned = few_labels.tune_and_test(
                efficientnet.load(), image_batches.Maps(found["maps"]), cells.label, drawn, test, RECIPE,
                seed, "stage6",
            )  # fmt: skip
            results.add(**key, way="fine-tuned", score=tuned.accuracy)
            print(key, tuned.accuracy, f"{tuned.seconds:.0f} s", flush=True)
    key = {"system": "always “fine”", "task": "solar cells", "way": "baseline", "labels": 0}
    for seed in SEEDS:
        if not results.has(**key, seed=seed):
            results.add(**key, seed=seed, score=float(1 - cells.label[cells.split(seed)[1]].mean()))


if __name__ == "__main__":
    main()
