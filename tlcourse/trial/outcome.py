"""What a trial found: records, a figure, tables and sentences, and the page that holds them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display

from tlcourse import files
from tlcourse.data.tasks import CLASSES
from tlcourse.show.figure_style import style
from tlcourse.show.figures import Described, figure
from tlcourse.show.label_curves import learning_curve
from tlcourse.show.records import Records
from tlcourse.show.result_tables import as_results
from tlcourse.show.tables import Bundle, as_table, mean_sd
from tlcourse.trial import examples, yardstick
from tlcourse.trial.in_words import BY_COST, Reading
from tlcourse.trial.own_data import OwnData
from tlcourse.trial.split import OwnTask

PAGE, DATA = "report.html", "report.json"


class Outcome:
    """Shows itself as the page's figure and table.

    Attributes:
        data: the texts that were tried, with what was assumed of the file.
        records: model, labels, seed, metric, score.
        metric: the one that is drawn.
        path: of the page, once it is written.
        untuned: why nothing was fine-tuned; empty if something was.
    """

    path: Path

    def __init__(
        self,
        data: OwnData,
        task: OwnTask,
        cells: Sequence[Mapping[str, Any]],
        budget: float,
        seed: int,
        untuned: str,
        resumed: int,
    ):
        self.data, self.task, self.budget, self.seed = data, task, budget, seed
        self.untuned, self.resumed, self.cells = untuned, resumed, list(cells)
        self.metric = yardstick.headline(data)
        self.records = Records(
            {field: cell[field] for field in ("model", "labels", "seed")} | {"metric": metric, "score": score}
            for cell in cells
            for metric, score in cell["scores"].items()
        )
        self.reading = Reading(self.scores, self.metric, data.kind)

    @property
    def scores(self) -> Records:
        """The records of the metric that is drawn."""
        return self.records.where(metric=self.metric)

    @cached_property
    def figure(self) -> Described:
        """The learning curves."""
        models = [model for model in BY_COST if model in self.scores.values("model")]
        level = None
        if self.data.kind == CLASSES:
            level = (
                "most frequent class",
                self.scores.where(model="majority", labels=self.reading.most).mean,
            )
        drawn = Records(row for model in models for row in _with_common_seeds(self.scores.where(model=model)))
        with plt.rc_context():
            style()
            return _legend_below(learning_curve(drawn, self.metric, baseline=level, spec=self._spec(0)))

    @cached_property
    def table(self) -> Bundle:
        """Scores by labels and model, as HTML and as text."""
        return as_results(
            self._in_order, caption=f"{self.metric} on texts that were not learned from", spec=self._spec(1)
        )

    @cached_property
    def with_all_labels(self) -> Bundle:
        """Every metric, and what a training took, with as many labels as a model was given."""
        rows = []
        for model in self._in_order.values("model"):
            of_model = self.records.where(model=model)
            most = max(of_model.values("labels"))
            row: dict[str, object] = {"model": model, "labels": most}
            for metric in of_model.values("metric"):
                row[metric] = mean_sd(of_model.where(metric=metric, labels=most).scores, self._spec(1))
            took = [c["seconds"] for c in self.cells if (c["model"], c["labels"]) == (model, most)]
            row["seconds of training"] = f"{np.mean(took):.1f}"
            rows.append(row)
        return as_table(rows, "With the most labels")

    @property
    def _in_order(self) -> Records:
        there = self.scores.values("model")
        order = [model for model in (self.reading.nothing, *BY_COST) if model in there]
        rows = [row for model in order for row in self.scores.where(model=model)]
        return Records(sorted(rows, key=lambda row: row["labels"]))

    def _spec(self, digits: int) -> str:
        return f".{digits}%" if self.data.kind == CLASSES else ".2f"

    @cached_property
    def sentences(self) -> list[str]:
        """What came out, the most important first."""
        return [*self.reading.sentences(), self._of_the_test_texts(), *filter(None, [self.untuned])]

    def _of_the_test_texts(self) -> str:
        """How many texts all are judged on, and that these are a draw, too."""
        n = len(self.task.tests["own"])
        same = f"All are judged on the same {n:,} texts. They are a draw, too, which no seed shows"
        if self.data.kind != CLASSES:
            return f"{same}: do not lean on a small difference."
        best = self.scores.where(model=self.reading.best, labels=self.reading.most).mean
        error = 100 * (best * (1 - best) / n) ** 0.5
        return f"{same}: another {n:,} would move a score by some {error:.0f} points (the standard error)."

    @cached_property
    def _last(self) -> dict[str, dict[str, Any]]:
        """Model → what it said with all labels in the first seed."""
        return {
            c["model"]: c
            for c in self.cells
            if (c["labels"], c["seed"]) == (self.reading.most, self.seed)
            and c["model"] != self.reading.nothing
        }

    @cached_property
    def confusions(self) -> list[examples.Confusion]:
        """What the model that is advised confuses."""
        return examples.confusions(self.task, self._last[self.reading.choice])

    @cached_property
    def matrix(self) -> np.ndarray:
        """The same as a table of all classes, (C, C)."""
        return examples.matrix(self.task, self._last[self.reading.choice])

    @cached_property
    def misread(self) -> list[examples.Misread]:
        """Test texts that were misread."""
        return examples.misread(self.data, self.task, [*self._last.values()], self.reading.choice)

    @cached_property
    def telling_words(self) -> dict[str, list[str]]:
        """Class → words that speak for it."""
        return examples.telling_words(self.data)

    @property
    def next_steps(self) -> list[str]:
        """What to do next."""
        sizes = np.bincount(self.data.targets) if self.data.names else ()
        classes = dict(zip(self.data.names, map(int, sizes), strict=True))
        return self.reading.next_steps(self.confusions, len(self.misread), classes)

    def write(self, folder: Path) -> None:
        """Write the page and its data into `folder`."""
        from tlcourse.trial.page import page

        self.path = folder / PAGE
        files.write_json(folder / DATA, self.as_json())
        files.write_text(self.path, page(self))

    def as_json(self) -> dict[str, Any]:
        """All of the page as data."""
        return {
            "file": self.data.name,
            "sha256": self.data.digest,
            "columns": dict(zip(("text", "label"), self.data.columns, strict=True)),
            "kind": self.data.kind,
            "classes": [*self.data.names],
            "records in the file": self.data.n_records,
            "texts tried": len(self.data.texts),
            "budget in minutes": self.budget,
            "seed": self.seed,
            "assumed": self.data.notes,
            "metric": self.metric,
            "sentences": self.sentences,
            "next steps": self.next_steps,
            "telling words": self.telling_words,
            "records": [*self.records],
        }

    def _ipython_display_(self) -> None:
        figure(self.figure)
        display(self.table, raw=True)


def _legend_below(drawn: Described) -> Described:
    """Where no curve runs: what a learner's texts give may run anywhere."""
    (axes,) = drawn.fig.axes
    title = axes.get_legend().get_title().get_text()
    axes.get_legend().remove()
    handles, names = axes.get_legend_handles_labels()
    drawn.fig.legend(handles, names, title=title, loc="outside lower center", ncols=3)
    return drawn


def _with_common_seeds(records: Records) -> Records:
    """The records of one model, of those seeds that were measured with each number of labels."""
    seeds = [{row["seed"] for row in group} for group in records.by("labels").values()]
    return records.where(seed=set.intersection(*seeds))
