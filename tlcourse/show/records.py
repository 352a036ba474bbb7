"""Results as records: one flat dict for each thing that was measured, with at least a `score`.

A record says what was measured and how it came out: `{"model": "MiniLM", "task": "movie", "labels": 100,
"seed": 3, "score": 0.71}`. There may be further fields (`layer`, `rate`, `way`). Everything
that a lesson shows of its results is made from records: `tlcourse.show.results` (a table),
`tlcourse.show.learning_curve` (a figure), `tlcourse.show.difference` (a sentence, and whether it
may be said), and a cell of `tlcourse.show.compare`.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tlcourse import checkout
from tlcourse.show.spread import mean_and_spread

Record = Mapping[str, Any]


def results_dir() -> Path:
    """The folder of the results that come with the course: `data/results`, a folder for each lesson in it.

    Raises:
        FileNotFoundError: neither this package nor the working folder lies in a clone of the course.
    """
    root = checkout.of_package() or checkout.above(Path.cwd())
    if root is None:
        raise FileNotFoundError(
            f"the results that come with the course lie in data/results of its folder, and {Path.cwd()} is "
            "not inside it: start from a clone of the course"
        )
    return root / "data" / "results"


class Records(Sequence[Record]):
    """Records in the order in which they were measured; never changed in place.

    Args:
        rows: dicts with a `score`, a number, and whatever says what was measured.
        about: what a results file says of itself: command, machine, seeds.

    Raises:
        ValueError: a row has no score, or one that is not a number.
    """

    def __init__(self, rows: Iterable[Record], about: Mapping[str, Any] | None = None):
        self._rows = [dict(row) for row in rows]
        self.about = dict(about or {})
        for row in self._rows:
            try:
                row["score"] = float(row["score"])
            except (KeyError, TypeError, ValueError):
                raise ValueError(f"a record needs a 'score', one number; got {row!r}") from None

    @classmethod
    def load(cls, path: str | Path) -> "Records":
        """Read a results file: `"zoo/layers"` is `data/results/zoo/layers.json`; a Path is itself.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is not JSON of the form `{"command", "machine", "seeds", "records"}`.
        """
        file = path if isinstance(path, Path) else results_dir() / f"{path}.json"
        if not file.is_file():
            there = sorted(p.stem for p in file.parent.glob("*.json"))
            raise FileNotFoundError(
                f"{file} is not there; that folder has {', '.join(there) or 'no results'}"
            )
        try:
            facts = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{file} is not JSON: {error}") from None
        wanted = ("command", "machine", "seeds", "records")
        missing = [key for key in wanted if not isinstance(facts, dict) or key not in facts]
        if missing:
            raise ValueError(f"{file} lacks {missing[0]!r}; a results file has {', '.join(wanted)}")
        return cls(facts.pop("records"), facts)

    @classmethod
    def of_curves(
        cls, labels: Sequence[int], curves: Mapping[str, np.ndarray], seeds: Sequence[int], **fields: Any
    ) -> "Records":
        """Make records from learning curves, model → (S, L), measured with S seeds at L numbers of labels."""
        return cls(
            {"model": name, "labels": n, "seed": seed, **fields, "score": score}
            for name, rows in curves.items()
            for seed, row in zip(seeds, rows, strict=True)
            for n, score in zip(labels, row, strict=True)
        )

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._rows)

    def __getitem__(self, index):
        return Records(self._rows[index], self.about) if isinstance(index, slice) else self._rows[index]

    def __add__(self, other: "Records") -> "Records":
        return Records([*self, *other], self.about)

    def __repr__(self) -> str:
        fields = dict.fromkeys(field for row in self for field in row if field != "score")
        counted = ", ".join(f"{len(self.values(field))} × {field}" for field in fields)
        return f"Records({len(self)}: {counted or 'scores alone'})"

    def values(self, field: str) -> list[Any]:
        """The different values of a field, in the order in which they first appear.

        Raises:
            KeyError: no record has such a field.
        """
        found = list(dict.fromkeys(row[field] for row in self if field in row))
        if not found:
            raise KeyError(f"no record has a field {field!r}: {self._fields()}")
        return found

    def where(self, **fields: Any) -> "Records":
        """The records whose fields have these values; a list, set or range says one of several.

        Raises:
            ValueError: no record is left. Half a table is a fault that should show.
        """
        kept = [row for row in self if all(_is(row.get(key), want) for key, want in fields.items())]
        if not kept:
            asked = ", ".join(f"{key} {want!r}" for key, want in fields.items())
            there = "; ".join(
                f"{key}: {self.values(key)}" for key in fields if any(key in row for row in self)
            )
            raise ValueError(f"nothing was measured with {asked}; there are {there or self._fields()}")
        return Records(kept, self.about)

    def by(self, *fields: str) -> dict[Any, "Records"]:
        """Value → its records, in order of appearance; for several fields the keys are tuples."""
        groups: dict[Any, list[Record]] = {}
        for row in self:
            key = tuple(row.get(field) for field in fields)
            groups.setdefault(key if len(fields) > 1 else key[0], []).append(row)
        return {key: Records(rows, self.about) for key, rows in groups.items()}

    def mean_over(self, *fields: str) -> "Records":
        """One record for each seed (and whatever else differs): the mean score over `fields`.

        `results.mean_over("target")` is, for each seed, the mean over the targets.

        Raises:
            ValueError: one seed has a target that another lacks, so that their means are of different things.
        """
        groups: dict[frozenset, list[Record]] = {}
        for row in self:
            rest = frozenset(item for item in row.items() if item[0] not in (*fields, "score"))
            groups.setdefault(rest, []).append(row)
        over: dict[frozenset, set[tuple]] = {}
        for rest, rows in groups.items():
            there = {tuple(row.get(field) for field in fields) for row in rows}
            others = over.setdefault(frozenset(item for item in rest if item[0] != "seed"), there)
            if there != others:
                value = ", ".join(map(str, min(there ^ others, key=str)))
                raise ValueError(
                    f"{', '.join(fields)} {value} was not measured with every seed of {dict(rest)}"
                )
        return Records(
            (
                {key: value for key, value in rows[0].items() if key not in fields}
                | {"score": np.mean([row["score"] for row in rows])}
                for rows in groups.values()
            ),
            self.about,
        )

    @property
    def of_seed(self) -> dict[Any, float]:
        """Seed → score, from the lowest seed up.

        Raises:
            ValueError: a seed has more than one record, so there is something left to choose.
        """
        found: dict[Any, float] = {}
        for row in self:
            if row.get("seed") in found:
                varies = [f for f in self._fields() if f not in ("seed", "score") and len(self.values(f)) > 1]
                raise ValueError(
                    f"seed {row.get('seed')} has several scores, which differ in "
                    f"{', '.join(varies) or 'nothing'}: choose with where(…), or average with mean_over(…)"
                )
            found[row.get("seed")] = row["score"]
        return dict(sorted(found.items(), key=lambda item: (item[0] is not None, item[0])))

    @property
    def scores(self) -> np.ndarray:
        """float64, (S,): one score for each seed, from the lowest seed up. Raises as `of_seed` does."""
        return np.array([*self.of_seed.values()])

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(mean_and_spread(self.scores)[0])

    @property
    def spread(self) -> float:
        """The sample standard deviation over the seeds; 0 for one alone."""
        return float(mean_and_spread(self.scores)[1])

    def curves(self, series: str = "model", over: str = "labels") -> tuple[list[Any], dict[Any, np.ndarray]]:
        """The places along `over`, ascending, and for each of `series` its scores there, (S, L).

        Raises:
            ValueError: a series was not measured everywhere with the same seeds.
        """
        places = sorted(self.values(over))
        found = {}
        for name, group in self.by(series).items():
            cells = {place: rows.of_seed for place, rows in group.by(over).items()}
            seeds = sorted(set().union(*cells.values()))
            missing = [(p, s) for p in places for s in seeds if s not in cells.get(p, {})]
            if missing:
                place, seed = missing[0]
                raise ValueError(f"{series} {name!r} was not measured at {over} {place!r} with seed {seed!r}")
            found[name] = np.array([[cells[place][seed] for place in places] for seed in seeds])
        return places, found

    def _fields(self) -> list[str]:
        return list(dict.fromkeys(field for row in self for field in row))


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Collection) and not isinstance(wanted, (str, bytes, tuple, Mapping)):
        return value in wanted
    return value == wanted
