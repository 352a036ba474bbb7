"""The decision dial: so many labels, milliseconds and megabytes, and what to use then."""

import ipywidgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from tlcourse.lessons.state_of_the_art_and_after import deciding
from tlcourse.lessons.state_of_the_art_and_after.board import BASELINE, LABELS, MB, Board
from tlcourse.lessons.state_of_the_art_and_after.deciding import RULE, Budget
from tlcourse.lessons.state_of_the_art_and_after.figures import names_beside
from tlcourse.lessons.state_of_the_art_and_after.in_words.costs import two_digits
from tlcourse.show.differences import difference
from tlcourse.show.explorer import Explorer, chooser, slider
from tlcourse.show.figure_style import COLOURS

MANY_LABELS = (30, 100, 300, 1000, 3000)
MILLISECONDS = (0.1, 0.3, 1, 3, 10, 30, 100, 300)
MEGABYTES = (3, 10, 30, 100, 300, 1000)
AT_ONCE = {"one by one": 1, "32 together": 32}

WHO_ASKS = {
    "a small budget": (100, 10, 100, "one by one"),
    "a server": (1000, 30, 1000, "32 together"),
    "a hobby": (300, 3, 300, "one by one"),
}


class Dial(Explorer):
    """Made by `dial`."""

    def __init__(self, board: Board):
        self.board = board
        self._known: dict[Budget, tuple[str | None, str]] = {}
        self.alt = "Mean points against milliseconds a text, one mark a system. " + self.told(**self.start)

    @property
    def start(self) -> dict[str, object]:
        return {"labels": 100, "ms": 30, "memory": 300, "at_once": "one by one"}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        start = self.start
        return {
            "labels": slider("labels you have", MANY_LABELS, start["labels"], ","),
            "ms": slider("milliseconds a text", MILLISECONDS, start["ms"], "g"),
            "memory": slider("memory, MB", MEGABYTES, start["memory"], ","),
            "at_once": chooser("texts come", list(AT_ONCE), start["at_once"]),
        }

    def budget(self, labels: int, ms: float, memory: int, at_once: str) -> Budget:
        return Budget(deciding.nearest(labels, LABELS), ms, memory * MB, AT_ONCE[at_once])

    def told(self, labels: int, ms: float, memory: int, at_once: str) -> str:
        asked = f"{labels:,} labels, at most {ms:g} ms a text and {memory:,} MB, {at_once}"
        budget = self.budget(labels, ms, memory, at_once)
        _, said = self._chosen(budget)
        if budget.labels != labels:
            said += f" Measured nearest to {labels:,} labels were {budget.labels:,}: this is for those."
        return f"{asked}. {said}"

    def examples(self) -> str:
        """What it says for three who ask, as a list."""
        return "\n".join(f"- *{who}*: {self.told(*asked)}" for who, asked in WHO_ASKS.items())

    def _chosen(self, budget: Budget) -> tuple[str | None, str]:
        if budget not in self._known:
            self._known[budget] = self._worked_out(budget)
        return self._known[budget]

    def _worked_out(self, budget: Budget) -> tuple[str | None, str]:
        board, (ranked, tasks) = self.board, self.board.ranked(budget.labels)
        able = [one for one in ranked if one in deciding.affordable(board, budget)]
        if not able:
            cheapest = min(ranked, key=lambda one: board.costs[one].ms[budget.batch].mean())
            return None, f"Nothing here keeps within that. {cheapest} needs {self._costs(cheapest, budget)}."
        chosen = deciding.choose(board, able, budget.labels, board.tasks(budget.labels))
        gains = {one: board.mean_gain(one, budget.labels, tasks) for one in able}
        said = (
            f"Use {chosen}: {_points(gains[chosen].mean)} above {BASELINE} on average over {len(tasks)} "
            f"tasks, {self._costs(chosen, budget)}."
            if chosen != BASELINE
            else f"Use {BASELINE}: nothing that you can afford is better on average over {len(tasks)} tasks "
            f"({self._costs(BASELINE, budget)})."
        )
        level = [
            f"{one} ({self._costs(one, budget)})"
            for one in able
            if one != chosen
            and self._spares(one, chosen, budget)
            and difference(gains[chosen], gains[one]).verdict in ("luck", "once")
        ]
        if level:
            said += f" Within luck of it, and quicker or smaller: {', '.join(level)}."
        return chosen, said + self._sure(budget)

    def _costs(self, system: str, budget: Budget) -> str:
        cost = self.board.costs[system]
        return f"{two_digits(cost.ms[budget.batch].mean())} ms a text, {cost.bytes / MB:.0f} MB"

    def _spares(self, one: str, other: str, budget: Budget) -> bool:
        """Whether one is quicker or smaller than the other."""
        a, b = self.board.costs[one], self.board.costs[other]
        return a.ms[budget.batch].mean() < b.ms[budget.batch].mean() or a.bytes < b.bytes

    def _sure(self, budget: Budget) -> str:
        """How the same rule with the same budget did on tasks that were kept out."""
        rows = deciding.kept_out(self.board, [budget], [RULE])
        if not len(rows):
            return " There is no choice to be made, so nothing to be wrong about."
        found = deciding.summary(rows)
        right = round(found["right"] * found["choices"])
        often = {0: "never", 1: "once"}.get(right, f"{right} times")
        said = (
            " How sure? With one task kept out at a time, the rule with this budget took the best one that "
            f"fits {often} in {found['choices']}, and was {100 * found['regret']:.1f} points behind it on "
            f"average, {100 * found['most']:.1f} at most."
        )
        within = deciding.affordable(self.board, budget)
        able = [one for one in self.board.ranked(budget.labels)[0] if one in within]
        if right / found["choices"] >= 1 / len(able):
            return said
        return (
            f"{said} That is less often than by guessing among {len(able)}: where systems are level on "
            "average, the other tasks lean against the one that is kept out. Do not trust the rule here: "
            "measure."
        )

    def draw(self, labels: int, ms: float, memory: int, at_once: str) -> Figure:
        budget = self.budget(labels, ms, memory, at_once)
        chosen, _ = self._chosen(budget)
        ranked, tasks = self.board.ranked(budget.labels)
        able = set(deciding.affordable(self.board, budget))
        fig, ax = plt.subplots(figsize=(9, 4.6), layout="none")
        fig.subplots_adjust(left=0.09, right=0.97, bottom=0.14, top=0.91)
        places, bars = {}, {}
        for one in ranked:
            gain, x = (
                self.board.mean_gain(one, budget.labels, tasks),
                self.board.costs[one].ms[budget.batch].mean(),
            )
            strong = {"color": COLOURS["blue"], "mfc": COLOURS["blue"]}
            pale = {"color": COLOURS["grey"], "mfc": "white", "alpha": 0.5}
            looks = strong if one in able else pale
            ax.errorbar(x, 100 * gain.mean, yerr=100 * gain.spread, ls="none", marker="o", ms=9, **looks)
            places[one], bars[one] = (x, 100 * gain.mean), 100 * gain.spread
            if one == chosen:
                ax.plot(x, 100 * gain.mean, "o", ms=20, mfc="none", mec=COLOURS["vermillion"], mew=2.5)
        ax.axvspan(ms, 1e6, color=COLOURS["light"], alpha=0.6, lw=0)
        ax.set_xscale("log")
        ends = [cost.ms[budget.batch].mean() for cost in self.board.costs.values()]
        ax.set_xlim(min(ends) * 0.6, max(ends) * 4)
        ax.axhline(0, color=COLOURS["grey"], ls=":", lw=1.5)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.set(
            xlabel=f"milliseconds a text, {at_once} (grey: too slow; pale: beyond the budget)",
            ylabel=f"points above {BASELINE}",
            title=f"{budget.labels:,} labels: {chosen or 'nothing'} (ringed)",
        )
        names_beside.put(ax, places, bold=[chosen], pale=[s for s in ranked if s not in able], bars=bars)
        return fig

    def static(self) -> Figure:
        return self.draw(**self.start)


def _points(gain: float) -> str:
    return f"{100 * gain:.1f} points"


def dial(board: Board) -> Dial:
    """Show what to use for so many labels, milliseconds and megabytes, and how sure that is."""
    return Dial(board)
