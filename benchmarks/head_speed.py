"""Part of `heads.py`: what heads cost, masked and taken out for good."""

import copy
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile
from torch import Tensor, nn

from tlcourse.models.pretrained import encoders
from tlcourse.probe import head_masks, pruning

SHARES, BATCHES, LENGTH, REPEATS = (0.0, 0.25, 0.5, 0.75), (1, 16), 64, 9
HIGHEST = 5000  # number of a piece that is read, drawn at random
SAME = 1e-5  # what masked and removed may differ by


def speed(folder: Path, name: str) -> None:
    """What heads cost: masked, and taken out for good, in turn. The answers of both have to be the same."""
    results = RecordsFile(folder / "speed.json")
    if results.has(model=name):
        return
    network, rows = encoders.load(name).network, []
    shape = head_masks.shape(network)
    for share, (_, keep_them) in zip(
        SHARES, pruning.keeping(np.random.default_rng(0).random(shape), SHARES), strict=True
    ):
        smaller = copy.deepcopy(network)
        pruning.remove(smaller, keep_them)
        for batch_size in BATCHES:
            key = {"model": name, "share": share, "batch": batch_size, "length": LENGTH, "seed": 0}
            ids = torch.from_numpy(np.random.default_rng(0).integers(5, HIGHEST, size=(batch_size, LENGTH)))
            for repeat in range(REPEATS + 1):  # the first is not counted
                seconds, states = timed(network, smaller, keep_them, ids)
                if not repeat:
                    apart = float((states["masked"] - states["removed"]).abs().max())
                    if not apart < SAME:
                        raise RuntimeError(f"{key}: masked and removed differ by {apart}, expected < {SAME}")
                    rows.append({**key, "measure": "largest difference", "repeat": 0, "score": apart})
                    continue
                rows += [
                    {**key, "measure": f"seconds, {way}", "repeat": repeat, "score": score}
                    for way, score in seconds.items()
                ]
        n = sum(parameter.numel() for parameter in smaller.encoder.parameters())
        rows.append({**key, "measure": "parameters", "batch": 0, "repeat": 0, "score": n})
    results.add_all(rows)


@torch.inference_mode()
def timed(
    network: nn.Module, smaller: nn.Module, keep_them: np.ndarray, ids: Tensor
) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Whole, masked and smaller, one after the other: seconds, and the states of the last layer.

    Seconds of the processor: on one thread those of the clock, but for what else the machine does.
    """

    def masked() -> Tensor:
        with head_masks.masked(network, keep_them):
            return network(ids).last_hidden_state

    ways: dict[str, Callable[[], Tensor]] = {
        "whole": lambda: network(ids).last_hidden_state,
        "masked": masked,
        "removed": lambda: smaller(ids).last_hidden_state,
    }
    seconds, states = {}, {}
    for way, run in ways.items():
        started = time.process_time()
        states[way] = run()
        seconds[way] = time.process_time() - started
    return seconds, states
