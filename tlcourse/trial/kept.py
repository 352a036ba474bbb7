"""What a trial has found so far, on disk after each step, so that a run that was killed goes on.

One JSON file for each content of a CSV and each choice of options. It is written beside and renamed, so it
is whole or not there; one that cannot be read, or is of other contents, counts as not there.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tlcourse import files
from tlcourse.assets import derived_dir

VERSION = 1  # of what is measured and how: raise it when the same file would give other records


class Kept:
    """The file of one trial.

    Attributes:
        path: where it lies.
        found: what was there when the trial began.
    """

    def __init__(self, key: Mapping[str, Any]):
        self._key = json.dumps({**key, "version": VERSION}, sort_keys=True)
        name = hashlib.sha256(self._key.encode()).hexdigest()[:16]
        self.path = derived_dir() / "trials" / f"{name}.json"
        self._facts = self._read()
        self.found = len(self._facts["cells"])

    def _read(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"key": self._key, "decided": {}, "cells": []}
        try:
            facts = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return empty
        whole = isinstance(facts, dict) and facts.keys() == empty.keys() and facts["key"] == self._key
        cells = facts["cells"] if whole else None
        if not isinstance(cells, list) or not isinstance(facts["decided"], dict):
            return empty
        return facts if all(_is_cell(one) for one in cells) else empty

    def decided(self, what: str) -> Any | None:
        """A decision that was made before, such as how many texts are read; None if it was not."""
        return self._facts["decided"].get(what)

    def decide(self, what: str, value: Any) -> Any:
        self._facts["decided"][what] = value
        self._save()
        return value

    def cell(self, model: str, labels: int, seed: int) -> dict[str, Any] | None:
        """What was measured of one model with so many labels and this seed; None if nothing was."""
        key = {"model": model, "labels": labels, "seed": seed}
        return next((one for one in self._facts["cells"] if key.items() <= one.items()), None)

    def add(self, cell: dict[str, Any]) -> dict[str, Any]:
        """Keep what was measured: `model`, `labels`, `seed`, `scores` by metric, and what else there is."""
        self._facts["cells"].append(cell)
        self._save()
        return cell

    @property
    def cells(self) -> list[dict[str, Any]]:
        return [*self._facts["cells"]]

    def _save(self) -> None:
        with suppress(OSError):  # a full or read-only disk costs the resuming, not the trial
            files.write_json(self.path, self._facts, indent=0)


def _is_cell(one: object) -> bool:
    fields = {"model": str, "labels": int, "seed": int, "scores": dict, "predicted": list}
    return isinstance(one, dict) and all(isinstance(one.get(name), kind) for name, kind in fields.items())
