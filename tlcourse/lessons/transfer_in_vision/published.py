"""What two papers report, beside what the lesson measures: the rows of its `show.compare`."""

from tlcourse.show.prose import signed
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

_DEITSCH = "Deitsch et al. 2019, arXiv 1807.02894, abstract"
_UNSURE = (
    "How they count the cells that the experts were unsure of, we could not verify: we split at one half."
)


def comparison(results: Records, resolution: int, n_steps: int) -> list[tuple[object, ...]]:
    """The rows of paper says / we get / why.

    Args:
        results: way, labels, seed; with all labels, the whole network on one split.
        resolution: of our pictures, in pixels.
        n_steps: of our fine-tuning with all labels.
    """
    n = max(results.values("labels"))
    probe, top = (results.where(way=way, labels=n) for way in ("classifier only", "stage 6 and up"))
    frozen, all_learn = (results.where(way=way) for way in ("stage 6 and up", "whole"))
    gains = [
        100 * (frozen.where(labels=size, seed=rows.values("seed")).mean - rows.mean)
        for size, rows in all_learn.by("labels").items()
    ]
    return [
        (
            "linear classifier on features",
            "82.44%",
            _DEITSCH,
            _percent(probe),
            f"An SVM on features designed by hand; ours are ImageNet's, at {resolution} × {resolution} "
            f"pixels. {_UNSURE}",
        ),
        (
            "fine-tuned network",
            "88.42%",
            _DEITSCH,
            _percent(top),
            f"They train end to end on a GPU; we the top of a phone's network, {n_steps} steps on one core.",
        ),
        (
            "to freeze the lower layers",
            "layers 1–2: costs almost nothing",
            "Yosinski et al. 2014, arXiv 1411.1792, section 4.1",
            f"{signed(min(gains))} to {signed(max(gains))} points, by the number of labels; one split",
            "They cut a network in two and transfer to other photos; we to solar cells, and freeze more. Our "
            "whole network saw fewer cells than its top, so this is no verdict.",
        ),
    ]


def _percent(results: Records) -> str:
    return mean_sd(results.scores, ".1%")
