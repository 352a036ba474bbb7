"""A widget on domain transfer: the scores of one cell of the matrix, and the sentences behind them."""

import html
import textwrap
from collections.abc import Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import balanced_accuracy_score

from tlcourse.show.explorer import Explorer, chooser, slider
from tlcourse.show.figure_style import cycle
from tlcourse.show.spread import mean_and_spread
from tlcourse.train.measuring.domain_transfer import Domain

_EXAMPLES = 3
_LONGEST = 120  # characters of an example

Predictions = Mapping[tuple[str, str], np.ndarray]


class DomainExplorer(Explorer):
    """Scores, and sentences gained and lost, from one domain to another. Made by `domain_explorer`."""

    widest = "560px"

    def __init__(
        self,
        domains: Sequence[Domain],
        predictions: Mapping[int, Mapping[str, Predictions]],
        baseline: str,
        start: dict[str, object],
    ):
        self.domains = {domain.name: domain for domain in domains}
        self.predictions, self.baseline, self.start = predictions, baseline, start
        self.alt = f"Domain transfer. {self.told(**start)}"

    def scores(self, source: str, target: str, labels: int) -> dict[str, np.ndarray]:
        """Balanced accuracy of each representation: (S,)."""
        truth = self.domains[target].test_label
        return {
            name: np.array([balanced_accuracy_score(truth, row) for row in cells[source, target]])
            for name, cells in self.predictions[labels].items()
        }

    def changed(self, source: str, target: str, representation: str, labels: int) -> dict[str, np.ndarray]:
        """Rows of the target that `representation` gains and loses, with the first seed, clearest first."""
        domain = self.domains[target]
        ours, base = (
            self.predictions[labels][name][source, target][0] == domain.test_label
            for name in (representation, self.baseline)
        )
        order = np.argsort(-np.abs(domain.rating[domain.test_index]), kind="stable")
        return {
            kind: domain.test_index[order[mask[order]]]
            for kind, mask in (("gained", ours & ~base), ("lost", base & ~ours))
        }

    def told(self, source: str, target: str, representation: str, labels: int) -> str:
        """The result in words."""
        scores = self.scores(source, target, labels)
        changed = self.changed(source, target, representation, labels)
        total = len(self.domains[target].test_index)
        return (
            f"Trained on {labels:,} {source} sentences, tested on {total:,} {target} sentences: "
            f"{representation} {scores[representation].mean():.1%}, {self.baseline} "
            f"{scores[self.baseline].mean():.1%} balanced accuracy (a coin: 50%). With the first seed, "
            f"{representation} gets {len(changed['gained']):,} right that {self.baseline} gets wrong, and "
            f"{len(changed['lost']):,} wrong that {self.baseline} gets right."
        )

    def examples(self, rows: np.ndarray, target: str) -> list[tuple[float, str]]:
        """(rating, text) of the first few of `rows` that fit into two lines."""
        domain = self.domains[target]
        fitting = [row for row in rows if len(domain.texts[row]) <= _LONGEST][:_EXAMPLES]
        return [(float(domain.rating[row]), domain.texts[row]) for row in fitting]

    def _bars(self, ax: plt.Axes, source: str, target: str, labels: int) -> None:
        away, home = self.scores(source, target, labels), self.scores(target, target, labels)
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        for row, (name, look) in enumerate(zip(away, cycle(len(away)), strict=True)):
            mean, spread = mean_and_spread(away[name])
            face = {"color": look["color"], "hatch": look["hatch"], "edgecolor": "black"}
            ax.barh(row, mean - 0.5, left=0.5, xerr=spread, **face)
            ax.plot(
                home[name].mean(), row, "D", color="white", markeredgecolor="black", markersize=9, zorder=4
            )
            ax.text(0.508, row, f"{mean:.0%}", va="center", fontsize=14, zorder=5, bbox=paper)
        ax.set_yticks(range(len(away)), list(away))
        ax.invert_yaxis()
        ax.set(xlim=(0.5, 0.95), title=f"{labels:,} labels: {source} → {target}")
        ax.set_xlabel("balanced accuracy (◇ trained on the target itself)")
        ax.xaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
        ax.grid(axis="y", visible=False)

    def static(self) -> Figure:
        fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6), width_ratios=[1, 1.15])
        chosen = self.start
        self._bars(left, chosen["source"], chosen["target"], chosen["labels"])
        right.set_axis_off()
        lines = []
        for kind, rows in self.changed(**chosen).items():
            lines.append(
                f"{kind} by {chosen['representation']}: {len(rows):,} sentences (first seed), such as"
            )
            for rating, text in self.examples(rows, chosen["target"]):
                lines.append(textwrap.fill(f"{rating:+.1f}  {text}", 66, subsequent_indent="         "))
            lines.append("")
        plain = "\n".join(lines).replace("$", r"\$")  # between dollars matplotlib reads a formula
        right.text(0, 1, plain, va="top", fontsize=12, linespacing=1.45)
        return fig

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        start, domains = self.start, list(self.domains)
        others = [name for name in self.predictions[start["labels"]] if name != self.baseline]
        return {
            "source": chooser("trained on", domains, start["source"], "17em"),
            "target": chooser("tested on", domains, start["target"], "17em"),
            "representation": chooser("representation", others, start["representation"], "17em"),
            "labels": slider("labels", self.predictions, start["labels"], ",", "17em"),
        }

    def draw(self, source: str, target: str, representation: str, labels: int) -> Figure:
        fig, ax = plt.subplots(figsize=(7, 2.9))
        self._bars(ax, source, target, labels)
        return fig

    def told_html(self, **chosen: object) -> str:
        parts = [f"<p>{html.escape(self.told(**chosen))}</p>"]
        for kind, rows in self.changed(**chosen).items():
            lines = "".join(
                f"<li><b>{rating:+.1f}</b> {html.escape(text)}</li>"
                for rating, text in self.examples(rows, chosen["target"])
            )
            parts.append(
                f"<b>{kind}</b>, with the first seed, clearest first (human rating, sentence)<ul>{lines}</ul>"
            )
        return "".join(parts)


def domain_explorer(
    domains: Sequence[Domain],
    predictions: Mapping[int, Mapping[str, Predictions]],
    baseline: str = "TF-IDF",
    source: str = "movie",
    target: str = "product",
    representation: str = "MiniLM",
    labels: int | None = None,
) -> DomainExplorer:
    """Show what a representation gains and loses against `baseline` from one domain to another.

    Args:
        domains: what was trained and tested on.
        predictions: number of labels → representation → predicted labels, as from
            `tlcourse.train.measuring.domain_transfer.train_here_test_there`.
        baseline: the representation that gains and losses are counted against.
        source, target, representation, labels: what is shown first, and in the static twin; without
            `labels`, the most there are.

    Raises:
        ValueError: what is to be shown first was not measured.
    """
    labels = max(predictions) if labels is None else labels
    names = [domain.name for domain in domains]
    for what, value, known in (
        ("labels", labels, list(predictions)),
        ("source", source, names),
        ("target", target, names),
        ("representation", representation, list(predictions.get(labels, ()))),
    ):
        if value not in known:
            raise ValueError(f"{what} is {value!r}, expected one of {', '.join(map(str, known))}")
    start = {"source": source, "target": target, "representation": representation, "labels": labels}
    return DomainExplorer(domains, predictions, baseline, start)
