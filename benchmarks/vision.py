"""Images per second through EfficientNet-Lite0: ours against timm's own inference loop, in one run.

    python benchmarks/vision.py                     # three minutes
    python benchmarks/vision.py --images 64 --repeats 3 --json out.json

Same weights, same solar cells, same resolution, same machine; pooled features come out, and are compared.
*Network*: ready tensors go in. *From pixels*: uint8 images go in, through timm's own transform and loader on
one side, through ours on the other. Each side first tries its batch sizes (and timm both memory layouts, and
with pixels both with and without a worker process), and goes on with its own fastest. Then the two take
turns, so that a slow moment of the machine hits both; the ratio is the median over the turns, with the lowest
and the highest.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
import provenance

from tlcourse import files

RESOLUTION = 224
Run = Callable[[], np.ndarray]


def rate(run: Run, n_images: int) -> float:
    """Images per second of one run."""
    started = time.perf_counter()
    run()
    return n_images / (time.perf_counter() - started)


def fastest(ways: dict[str, Run], n_images: int) -> tuple[str, Run]:
    """The way with the highest rate, by one run each after a warm-up."""
    rates = {}
    for name, way in ways.items():
        way()
        rates[name] = rate(way, n_images)
        print(f"  {name}: {rates[name]:.1f} images/s", flush=True)
    best = max(rates, key=rates.get)
    return best, ways[best]


def side_by_side(
    title: str, ours: dict[str, Run], theirs: dict[str, Run], n_images: int, repeats: int
) -> dict:
    """Tune each side, then let them take turns, each first in every other turn."""
    print(title, flush=True)
    chosen = {"ours": fastest(ours, n_images), "timm": fastest(theirs, n_images)}
    features = {side: run() for side, (_, run) in chosen.items()}
    rates: dict[str, list[float]] = {side: [] for side in chosen}
    for turn in range(repeats):
        for side in [*chosen][:: 1 if turn % 2 else -1]:
            rates[side].append(rate(chosen[side][1], n_images))
    ratios = np.array(rates["ours"]) / np.array(rates["timm"])
    found = {
        side: {"settings": name, "images_per_second": round(float(np.median(rates[side])), 1)}
        for side, (name, _) in chosen.items()
    }
    found |= {
        "ratio": round(float(np.median(ratios)), 2),
        "ratio_lowest": round(float(ratios.min()), 2),
        "ratio_highest": round(float(ratios.max()), 2),
        "largest_difference_of_a_feature": float(np.abs(features["ours"] - features["timm"]).max()),
    }
    print(
        f"  ours {found['ours']['images_per_second']}/s, timm {found['timm']['images_per_second']}/s: ratio "
        f"{found['ratio']} ({found['ratio_lowest']} to {found['ratio_highest']} {repeats} turns), largest "
        f"difference of a feature {found['largest_difference_of_a_feature']:.1e}",
        flush=True,
    )
    return found


def measure(n_images: int, repeats: int) -> dict:
    """Both comparisons."""
    import timm
    import torch
    from PIL import Image
    from timm.data import create_loader

    from tlcourse.data import solar_cells
    from tlcourse.models.vision import efficientnet
    from tlcourse.train.finetuning import image_batches
    from tlcourse.train.measuring import features

    images = solar_cells.load().images[:n_images]
    n_images = len(images)
    original = efficientnet.load()
    folded = efficientnet.fold(original)
    prepare = image_batches.transform(RESOLUTION, original.mean, original.std)
    ready = prepare(torch.from_numpy(images)[:, None])

    weights = original.state_dict().values()
    layouts = {"channels last": torch.channels_last, "channels first": torch.contiguous_format}
    timms = {}
    for layout, memory_format in layouts.items():
        model = timm.create_model("tf_efficientnet_lite0")
        model.load_state_dict(dict(zip(model.state_dict(), weights, strict=True)))
        model.reset_classifier(0)  # pooled features come out
        timms[layout] = model.eval().to(memory_format=memory_format)

    def our_network(batch: int) -> np.ndarray:
        with torch.inference_mode():
            return torch.cat([folded.features(part) for part in ready.split(batch)]).numpy()

    def timm_network(batch: int, layout: str) -> np.ndarray:
        # The loop of timm's benchmark.py: the model in evaluation mode, inference mode, ready tensors.
        with torch.inference_mode():
            x = ready.contiguous(memory_format=layouts[layout])
            return torch.cat([timms[layout](part) for part in x.split(batch)]).numpy()

    class Photographs(torch.utils.data.Dataset):
        transform = None  # create_loader puts timm's in

        def __len__(self) -> int:
            return n_images

        def __getitem__(self, i: int) -> tuple:
            return self.transform(Image.fromarray(images[i]).convert("RGB")), 0

    def our_pixels(batch: int) -> np.ndarray:
        return features.extract(folded, images, prepare, batch=batch)["head"]

    def timm_pixels(batch: int, layout: str, workers: int) -> np.ndarray:
        # The loop of timm's inference.py: its loader with its transform, the model in evaluation mode.
        loader = create_loader(
            Photographs(),
            input_size=(3, RESOLUTION, RESOLUTION),
            batch_size=batch,
            use_prefetcher=False,
            mean=original.mean,
            std=original.std,
            crop_pct=1.0,
            num_workers=workers,
            persistent_workers=False,
        )
        with torch.inference_mode():
            parts = [timms[layout](x.contiguous(memory_format=layouts[layout])) for x, _ in loader]
        return torch.cat(parts).numpy()

    sizes = (2, 4, 8, 16, 32)
    return {
        "images": n_images,
        "resolution": RESOLUTION,
        "network": side_by_side(
            "the network alone",
            {f"batch {b}": lambda b=b: our_network(b) for b in sizes},
            {f"batch {b}, {k}": lambda b=b, k=k: timm_network(b, k) for b in sizes for k in layouts},
            n_images,
            repeats,
        ),
        "from_pixels": side_by_side(
            "from pixels",
            {f"batch {b}": lambda b=b: our_pixels(b) for b in sizes},
            {
                f"batch {b}, channels last, {w} workers": lambda b=b, w=w: timm_pixels(b, "channels last", w)
                for b in sizes
                for w in (0, 1)
            },
            n_images,
            repeats,
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", help="also write the result to this file")
    options = parser.parse_args()
    found = provenance.machine() | measure(options.images, options.repeats)
    print(json.dumps(found, indent=2))
    if options.json:
        files.write_json(options.json, found)


if __name__ == "__main__":
    main()
