"""Rows of the lesson's tables that are no results of trainings."""

from collections.abc import Mapping, Sequence

import torch

from tlcourse.models.vision.staged import StagedNetwork
from tlcourse.show.differences import difference
from tlcourse.show.records import Records

Answer = Mapping[str, float]  # name → probability, the best first


def depths(network: StagedNetwork, resolution: int) -> list[dict[str, object]]:
    """A row for each depth of a network and one for its classifier: its maps and its weights."""
    rows = []
    with torch.inference_mode():
        for depth, maps in network.maps(torch.zeros(1, 3, resolution, resolution)):
            size = f"{maps.shape[2]} × {maps.shape[3]}"
            rows.append({"": depth, "maps": maps.shape[1], "of size": size})
    rows.append({"": "classifier", "maps": None, "of size": "–"})
    parts = [*network.depths.values(), network.classifier]
    return [
        row | {"weights": sum(p.numel() for p in part.parameters())}
        for row, part in zip(rows, parts, strict=True)
    ]


def first_answers(answers: Mapping[str, Sequence[Answer]], columns: Sequence[str]) -> list[dict[str, str]]:
    """A row for each way to ask: the most probable name of each picture, and its probability.

    Args:
        answers: way → an answer for each picture.
        columns: what the pictures are called.
    """
    return [
        {"": way} | {column: _first(answer) for column, answer in zip(columns, found, strict=False)}
        for way, found in answers.items()
    ]


def _first(answer: Answer) -> str:
    name, probability = next(iter(answer.items()))
    return f"{name}, {probability:{'.0%' if probability >= 0.01 else '.2%'}}"


def best_depths(probed: Records) -> list[dict[str, object]]:
    """For each number of labels: the best depth of a probe, and the head and ImageNet's names beside it."""
    rows = []
    for n, here in probed.by("labels").items():
        by = here.by("depth")
        best = max((depth for depth in by if depth != "names"), key=lambda depth, by=by: by[depth].mean)
        rows.append(
            {"labels": n, "best depth": best, "there": by[best], "head": by["head"], "names": by["names"]}
        )
    return rows


def splits(results: Records) -> list[dict[str, object]]:
    """A row for each way, a column for each kind of split, and the gain of the last way over the other."""
    by = results.by("way", "split")
    kinds, ways = results.values("split"), results.values("way")
    rows = [{"": way} | {kind: by[way, kind] for kind in kinds} for way in ways]
    gains = {kind: str(difference(by[ways[-1], kind], by[ways[-2], kind])) for kind in kinds}
    return [*rows, {"": "gain"} | gains]
