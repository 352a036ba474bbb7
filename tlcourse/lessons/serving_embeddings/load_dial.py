"""A dial: how many clients, how many texts in a request, how long; what comes out, and who waits how long."""

import ipywidgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from tlcourse.show.explorer import Explorer, slider
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.records import Records

RATE, WAIT, SLOWEST = "texts a second", "seconds", "seconds, the slowest twentieth"


class LoadDial(Explorer):
    """Made by `load_dial`."""

    widest = "900px"

    def __init__(self, measured: Records):
        self.measured = measured
        self.clients, self.at_once, self.lengths = (
            sorted(measured.values(field)) for field in ("clients", "at once", "length")
        )
        self.first = {
            "clients": self.clients[len(self.clients) // 2],
            "at_once": self.at_once[0],
            "length": self.lengths[0],
        }
        self.alt = f"A load dial. {self.told(**self.first)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "clients": slider("Clients", self.clients, self.first["clients"]),
            "at_once": slider("Texts in a request", self.at_once, self.first["at_once"]),
            "length": slider("Tokens of a text", self.lengths, self.first["length"]),
        }

    def _of(self, measure: str, clients: int, at_once: int, length: int) -> Records:
        return self.measured.where(
            **{"measure": measure, "clients": clients, "at once": at_once, "length": length}
        )

    def told(self, clients: int, at_once: int, length: int) -> str:
        rate, wait, slowest = (self._of(m, clients, at_once, length).mean for m in (RATE, WAIT, SLOWEST))
        alone = self._of(RATE, self.clients[0], self.at_once[0], length).mean
        quickest = self._of(WAIT, self.clients[0], self.at_once[0], length).mean
        one, text = ("client", "text") if clients == 1 else ("clients", "text")
        sends = f"{at_once} {text if at_once == 1 else 'texts'}"
        each = (
            f"{clients} {one}, {sends} of {length} tokens in {'its' if clients == 1 else 'their'} request: "
        )
        inside = f"{clients * at_once} text{'s' if clients * at_once > 1 else ''}"
        return (
            f"{each}as many as {inside} inside. The server answers {rate:.0f} texts a second, "
            f"{rate / alone:.1f} times as many as for one client with one text; a text waits "
            f"{1000 * wait:.0f} ms on average, {wait / quickest:.1f} times as long, and one in twenty "
            f"{1000 * slowest:.0f} ms or more. {rate:.0f} a second × {wait:.3f} s = {rate * wait:.1f} "
            "inside on "
            "average; it is less than above where a wait is long beside a round of a second or more: clients "
            "come and go one by one."
        )

    def draw(self, clients: int, at_once: int, length: int) -> Figure:
        fig, axes = plt.subplots(1, 2, figsize=(11, 4.3))
        measures = ((RATE, 1, "texts a second"), (WAIT, 1000, "milliseconds that a text waits"))
        for ax, (measure, scale, what) in zip(axes, measures, strict=True):
            for size, style in zip(self.at_once, cycle(len(self.at_once)), strict=True):
                cells = [self._of(measure, n, size, length) for n in self.clients]
                ax.errorbar(
                    self.clients,
                    [scale * cell.mean for cell in cells],
                    [scale * cell.spread for cell in cells],
                    color=style["color"],
                    marker=style["marker"],
                    linestyle=style["linestyle"],
                    label=f"{size} in a request",
                )
            chosen = scale * self._of(measure, clients, at_once, length).mean
            ax.plot([clients], [chosen], "o", ms=19, mfc="none", mec=COLOURS["black"], mew=2.5, ls="")
            ax.set_xscale("log", base=2)
            ax.set_xticks(self.clients, [str(n) for n in self.clients])
            ax.set(xlabel="clients", ylabel=what)
            ax.minorticks_off()
        axes[0].set_ylim(0, None)
        axes[1].set_yscale("log")
        axes[1].yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        handles, labels = axes[0].get_legend_handles_labels()
        title = f"texts of {length} tokens; ring: what the sliders choose; bars: standard deviation"
        fig.legend(handles, labels, title=title, loc="outside upper center", ncols=3)
        return fig

    def static(self) -> Figure:
        return self.draw(**self.first)


def load_dial(measured: Records) -> LoadDial:
    """Turn through what was measured.

    Args:
        measured: records with `clients`, `at once`, `length`, `measure` and `seed`, each combination there.
    """
    return LoadDial(measured)
