"""Take heads out by a slider: which are left, how accurate that is, what the model says of a text."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.lessons.what_does_bert_look_at import figures, in_words
from tlcourse.lessons.what_does_bert_look_at.tuned import Tuned, topics
from tlcourse.probe import pruning
from tlcourse.show.explorer import Explorer, NotShown, chooser, slider, text_box
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.records import Records

SHARES = tuple(round(0.1 * k, 1) for k in range(11))
EXAMPLE = "England players sign record deal with phone maker"
MOST_WORDS = 60  # more would take longer than an answer may


class PruningSlider(Explorer):
    """Made by `prune`."""

    widest = "900px"

    def __init__(self, tuned: Tuned, importance: np.ndarray, curve: Records, share: float):
        self.tuned, self.curve, self.share = tuned, curve, share
        self.values = {
            in_words.IMPORTANCE: importance,
            in_words.RANDOM: np.random.default_rng(0).random(importance.shape),
            in_words.WRONG: -importance,
        }
        self.orders = {shown: order for order, shown in in_words.ORDERS.items()}
        self.order = in_words.ORDERS[in_words.IMPORTANCE]
        self.alt = f"Heads taken out of MiniLM. {self.told(share, self.order, EXAMPLE)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "share": slider("Heads gone", SHARES, self.share, ".0%"),
            "order": chooser("Order:", [*self.orders], self.order),
            "headline": text_box("Headline:", EXAMPLE, "type a headline, press Enter", width="48em"),
        }

    def keep(self, share: float, order: str) -> np.ndarray:
        """Which heads are left, bool (L, A); `order` as it is shown."""
        ((_, kept),) = pruning.keeping(self.values[self.orders[order]], [share])
        return kept

    def draw(self, share: float, order: str, headline: str) -> Figure:
        _check(headline)
        kept = self.keep(share, order)
        layers, heads = kept.shape
        fig, (grid, ax) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(1, 1.1))
        for (layer, head), stays in np.ndenumerate(kept):
            style = {"facecolor": COLOURS["blue"]} if stays else {"facecolor": "white", "hatch": "//"}
            grid.add_patch(
                plt.Rectangle((head - 0.42, layer - 0.42), 0.84, 0.84, edgecolor=COLOURS["grey"], **style)
            )
        grid.set(
            xlim=(-0.6, heads - 0.4), ylim=(layers - 0.4, -0.6), xlabel="head", ylabel="layer",
            aspect="equal", title=f"{int(kept.sum())} of {kept.size} heads are left",
        )  # fmt: skip
        grid.set_xticks(range(heads), range(1, heads + 1))
        grid.set_yticks(range(layers), range(1, layers + 1))
        grid.grid(visible=False)
        known = {one: shown for one, shown in in_words.ORDERS.items() if one in self.curve.values("order")}
        always = self.curve.where(order=in_words.ALWAYS).mean
        figures.draw_curve(ax, self.curve, known, always, at=share)
        ax.set_title("mean ± sd of three trainings")
        ax.legend(loc="lower left", fontsize=10)
        return fig

    def told(self, share: float, order: str, headline: str) -> str:
        _check(headline)
        kept = self.keep(share, order)
        names = self.tuned.task.names
        whole, now = (topics(self.tuned, headline, one) for one in (np.ones_like(kept), kept))
        verdict = "the same verdict" if whole.argmax() == now.argmax() else "the verdict turns"
        told = [f"{names[p.argmax()]} ({p.max():.0%})" for p in (now, whole)]
        return (
            f"{int((~kept).sum())} of {kept.size} heads are gone, {order}. “{headline}” is {told[0]}; "
            f"with all heads {told[1]}: {verdict}."
        )

    def static(self) -> Figure:
        return self.draw(self.share, self.order, EXAMPLE)


def _check(headline: str) -> None:
    n = len(headline.split())
    if not 1 <= n <= MOST_WORDS:
        raise NotShown(f"The headline has {n} words: 1 to {MOST_WORDS}, please.")


def prune(tuned: Tuned, importance: np.ndarray, curve: Records, share: float = 0.5) -> PruningSlider:
    """Show a tuned model with some of its heads.

    Args:
        importance: (L, A), of the tuned model.
        curve: accuracies as `pruning.json` has them, of this task.
        share: of the heads that are gone at first, one of `SHARES`.
    """
    return PruningSlider(tuned, importance, curve, share)
