"""`tlcourse pretrain --all`: train every model of the zoo, one after the other, on the same text."""

import json
import sys
from pathlib import Path
from typing import TextIO

import torch
from accelerate import PartialState

from tlcourse.data import text_index
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.how_trained import TRAINING
from tlcourse.train.pretraining import recipes
from tlcourse.train.pretraining.loop import CHECKPOINT
from tlcourse.train.pretraining.pretrain import RUNS, packaged_text, pretrain


def pretrain_all(
    tokens: int = recipes.TOKENS,
    text: Path | None = None,
    runs: Path = RUNS,
    resume: bool = False,
    seed: int = 0,
    out: TextIO = sys.stdout,
) -> list[Path]:
    """Train all models of the zoo for so many tokens each; return the folders of the finished ones.

    ERNIE goes on from the BERT that was trained before it (`recipes.BEGINS_FROM`), and reads as many tokens
    besides. With `resume`, models that are finished, and began as they would here, are left as they are; the
    one that was stopped goes on from its last checkpoint. The arguments are those of `pretrain`, and so are
    the errors.
    """
    runs = Path(runs)
    index = text_index.load(text) if text else packaged_text()
    asked = {"tokens": tokens, "seed": seed, "text": index.fingerprint()}
    made = []
    for name in zoo.ZOO:
        folder, other = runs / name, recipes.BEGINS_FROM.get(name)
        if resume and _finished(folder / "model") == asked | {"begins_from": other}:
            if PartialState().is_main_process:
                out.write(f"{name} is finished: {folder / 'model'}\n")
            made.append(folder / "model")
            continue
        begins_from = str(runs / other / "model") if other else None
        goes_on = resume and (folder / CHECKPOINT).exists()
        made.append(pretrain(name, tokens, text, runs, goes_on, seed, begins_from, out))
        # Each model is compiled anew: what was compiled for the last one would only count against the limit.
        torch.compiler.reset()
    return made


def _finished(folder: Path) -> dict[str, int | str | None] | None:
    """What the model in a folder was trained for; None if there is none."""
    if not (folder / TRAINING).is_file():
        return None
    facts = json.loads((folder / TRAINING).read_text(encoding="utf-8"))
    recipe = facts["recipe"]
    return {
        "tokens": recipe["tokens"],
        "seed": recipe["seed"],
        "text": facts["text"]["fingerprint"],
        "begins_from": recipe.get("begins_from"),
    }
