"""The rate of each layer at each step, drawn anew as cut_frac, ratio, factor and the plan are moved."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.show.explorer import Explorer, chooser, slider
from tlcourse.show.figure_style import cycle
from tlcourse.train.finetuning import freezing
from tlcourse.train.finetuning.lm_classifier import ClassifierRecipe
from tlcourse.train.schedules import slanted_triangular

LAYERS = ("embeddings", "layer 1", "layer 2", "layer 3", "head")  # from the bottom up
N_STEPS, TOP = 100, 0.01
EARLY, EQUAL = "one by one, in the first half", "one by one, in equal shares"
AT_ONCE, TOP_ONLY = "all at once", "the head alone"
PLANS = (EARLY, EQUAL, AT_ONCE, TOP_ONLY)
START = {"cut_frac": 0.1, "ratio": 32, "factor": 2.6, "plan": EARLY}  # the paper's, and our plan


def rates(cut_frac: float, ratio: float, factor: float, plan: str) -> np.ndarray:
    """The rate of each layer at each step, (layers, steps), the bottom layer first; 0 while it is frozen."""
    layers = dict.fromkeys(LAYERS)
    of_layer = freezing.discriminative_rates(layers, TOP, factor)
    highest = np.array([of_layer[name] for name in LAYERS])
    triangle = np.array([slanted_triangular(step, N_STEPS, cut_frac, ratio) for step in range(N_STEPS)])
    always = {AT_ONCE: LAYERS[0], TOP_ONLY: LAYERS[-1]}
    joining = ClassifierRecipe().joining if plan == EARLY else 1.0
    learns = np.zeros((len(LAYERS), N_STEPS), dtype=bool)
    for step in range(N_STEPS):
        first = always.get(plan) or freezing.thawed(layers, LAYERS[0], step / N_STEPS / joining)
        learns[LAYERS.index(first) :, step] = True
    return np.where(learns, highest[:, None] * triangle, 0.0)


class RatesDrawn(Explorer):
    """Made by `draw_rates`."""

    def __init__(self) -> None:
        self.alt = (
            "The head's learning rate over the steps, a slanted triangle; beside it a line for each layer, "
            f"with an axis in powers of 10, which bends the sides. {self.told(**START)}"
        )

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "cut_frac": slider("cut_frac", (0.02, 0.05, 0.1, 0.2, 0.5, 0.9), START["cut_frac"]),
            "ratio": slider("ratio", (1, 2, 8, 32, 100), START["ratio"]),
            "factor": slider("factor", (1.0, 1.5, 2.0, 2.6, 4.0, 8.0), START["factor"]),
            "plan": chooser("unfreezing", PLANS, START["plan"]),
        }

    def draw(self, cut_frac: float, ratio: float, factor: float, plan: str) -> Figure:
        found = rates(cut_frac, ratio, factor, plan)
        fig, (triangle, left, right) = plt.subplots(1, 3, figsize=(12, 4.4), width_ratios=(0.75, 1.7, 1.15))
        triangle.plot(found[-1], color=cycle(len(LAYERS))[-1]["color"])
        triangle.set(ylim=(0, TOP * 1.05), xlabel="step", ylabel="learning rate", title="the head")
        looks = cycle(len(LAYERS))
        for row, name, look in [*zip(found, LAYERS, looks, strict=True)][::-1]:
            line = {key: look[key] for key in ("color", "marker", "linestyle")}
            left.plot(np.where(row > 0, row, np.nan), label=name, markevery=10, **line)
        left.set(
            yscale="log", ylim=(TOP / 50_000, TOP * 2), xlim=(-2, N_STEPS + 1),
            xlabel=f"step of {N_STEPS}", title="each layer (no line: frozen)",
        )  # fmt: skip
        left.legend(loc="lower right", ncols=2)
        shares = found.sum(axis=1) / found[-1].sum()
        bars = right.barh(LAYERS, np.maximum(100 * shares, 1e-9), color=[look["color"] for look in looks])
        for bar, look, share in zip(bars, looks, shares, strict=True):
            bar.set(hatch=look["hatch"], edgecolor="white")
            right.text(100 * share + 2, bar.get_y() + bar.get_height() / 2, f"{100 * share:.3g}", va="center")
        right.set(xlim=(0, 122), xlabel="sum of its rates (head = 100)", title="how far each can move")
        right.grid(axis="y", visible=False)
        return fig

    def told(self, cut_frac: float, ratio: float, factor: float, plan: str) -> str:
        found = rates(cut_frac, ratio, factor, plan)
        peaks = found.max(axis=1)
        shares = 100 * found.sum(axis=1) / found[-1].sum()
        at = int(found[-1].argmax())
        never = [name for name, peak in zip(LAYERS, peaks, strict=True) if peak == 0]
        told = [
            f"{name} at most {peak:.2g}, in sum {share:.3g} of the head's 100"
            for name, peak, share in zip(LAYERS[:-1], peaks, shares, strict=False)
            if peak > 0
        ]
        frozen = f" Never: {', '.join(never)}." if never else ""
        return (
            f"The head's rate is highest at step {at} of {N_STEPS}, {peaks[-1]:.2g}. "
            f"{'; '.join(told)}{'.' if told else ''}{frozen}"
        )

    def static(self) -> Figure:
        return self.draw(**START)


def draw_rates() -> RatesDrawn:
    """Show the rates of ULMFiT's classifier by layer and step, with the paper's settings at first."""
    return RatesDrawn()
