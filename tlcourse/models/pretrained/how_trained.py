"""How a model of the zoo came about: what stands in `training.json`, beside its weights.

A model may have been trained in several goes, each begun from the one before (`tlcourse pretrain --from`);
those before the last are in `before`.
"""

import json
from typing import Any

from tlcourse.models.pretrained import zoo

TRAINING = "training.json"
BERTS_SHARE = 0.15  # of the pieces are to be predicted, where nothing else is noted


def facts(name: str) -> dict[str, Any]:
    """All of the file. Raises FileNotFoundError for a folder without one."""
    return json.loads((zoo.folder_of(name) / TRAINING).read_text(encoding="utf-8"))


def tokens_before(facts: dict[str, Any]) -> int:
    """What was read in the trainings before the last."""
    return sum(stage["tokens"] for stage in facts.get("before", []))


def pieces_read(name: str) -> int:
    """In all its trainings; a piece that is read twice counts twice."""
    own = facts(name)
    return own["tokens"] + tokens_before(own)


def pieces_new(facts: dict[str, Any]) -> int:
    """Of the last training, what no row had in common with the row before it (XLNet's `reuse_len`)."""
    recipe = facts["recipe"]
    reused = recipe["config"].get("reuse_len")
    new = 1.0 if reused is None else sum(share * reused / length for share, length in recipe["lengths"])
    return round(facts["tokens"] * new)


def share_hidden(recorded: dict[str, Any]) -> float:
    """Of a recipe, or of a training before: the share that BERT predicts; the paper's if none is noted."""
    return recorded.get("masked", BERTS_SHARE)


def stages(name: str) -> list[tuple[int, float]]:
    """Of a BERT, the trainings in their order: pieces read, and the share of them to be predicted."""
    own = facts(name)
    before = [(one["tokens"], share_hidden(one)) for one in own.get("before", [])]
    return [*before, (own["tokens"], share_hidden(own["recipe"]))]


def pieces_hidden(name: str) -> int:
    """How many of its pieces a BERT had to predict, about."""
    return round(sum(tokens * share for tokens, share in stages(name)))
