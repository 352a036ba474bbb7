"""The file that a benchmark writes as it goes: a run that was killed goes on where it was.

    results = RecordsFile(Path("data/results/elmo/layers.json"))
    for layer, seed in ...:
        key = {"model": "elmo-mini", "task": "entities", "labels": 100, "layer": layer, "seed": seed}
        if not results.has(**key):
            results.add(**key, score=measure(...))

It writes what `show.Records.load("elmo/layers")` reads: `{"command", "machine", "seeds", "records"}`.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import provenance

from tlcourse import files


class ResultsFile:
    """JSON that is read at first, if it is there, and written whole each time that something is added.

    Args:
        empty: what a file without results holds; each of these keys is in every file.

    Raises:
        ValueError: the file is there and holds something else.
    """

    def __init__(self, path: Path, empty: dict[str, Any]):
        self.path, self.facts = path, empty
        if path.exists():
            self.facts = self._read()

    def _read(self) -> dict[str, Any]:
        try:
            facts = json.loads(self.path.read_text(encoding="utf-8"))
        except ValueError:  # no JSON, or no UTF-8
            facts = None
        if isinstance(facts, dict) and self.facts.keys() <= facts.keys():
            return facts
        raise ValueError(
            f"argument --out: {self.path} holds no results of this benchmark; move it, or give another name"
        )

    def save(self) -> None:
        files.write_json(self.path, self.facts, indent=1)


class RecordsFile(ResultsFile):
    """Records of a benchmark: see the top of this module.

    The command is that of the last run that added something, the machine that of the first; a record that
    was measured on another machine says so itself.
    """

    def __init__(self, path: Path):
        machine = ", ".join(
            f"{key} {value}".removeprefix("machine ") for key, value in provenance.machine().items()
        )
        super().__init__(path, {"command": "", "machine": machine, "seeds": [], "records": []})
        self._machine = machine

    def has(self, **key: Any) -> bool:
        """Whether a record with these fields is there."""
        return any(key.items() <= record.items() for record in self.facts["records"])

    def add(self, *, score: float, **key: Any) -> None:
        """Add a record and write the file; one with the same fields, `seed` among them, gives way.

        Raises:
            KeyError: the record has no `seed`.
        """
        self.add_all([{**key, "score": score}])

    def add_all(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add records that were measured together, each with its `seed` and `score`; written once."""
        records, seeds = self.facts["records"], set(self.facts["seeds"])
        for row in rows:
            key = {field: value for field, value in row.items() if field != "score"}
            seeds.add(key["seed"])
            records = [record for record in records if not key.items() <= record.items()]
            if self._machine != self.facts["machine"]:
                key["machine"] = self._machine
            records.append({**key, "score": round(float(row["score"]), 5)})
        self.facts |= {"records": records, "seeds": sorted(seeds), "command": provenance.command()}
        self.save()
