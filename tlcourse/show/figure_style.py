"""The course's figure style: readable from the back row, by colour-blind eyes, and in black and white.

Colour never stands alone: every series also has its own marker, line style or hatch. The palette is Okabe
and Ito's (Color Universal Design, 2008), ordered so that neighbours differ in lightness as well as hue.
"""

import matplotlib as mpl
from cycler import cycler

COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "black": "#000000",
    "yellow": "#F0E442",
    "grey": "#6E6E6E",  # for baselines and annotations; the palette's yellow is too pale for a line
    "light": "#D9D9D9",  # background areas
}

_SERIES = ("blue", "orange", "green", "vermillion", "purple", "sky", "black", "grey")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)))
_HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---", "+++", "ooo")


def cycle(n: int) -> list[dict[str, object]]:
    """Return `n` series styles, each a dict with `color`, `marker`, `linestyle` and `hatch`.

    The first eight differ in all four; from the ninth on colours come back with another line style, marker
    and hatch.

    Raises:
        ValueError: `n` is not a positive whole number.
    """
    if not isinstance(n, int) or n < 1:
        raise ValueError(f"show.cycle needs the number of series, a whole number from 1 on; got {n!r}")
    size = len(_SERIES)
    return [
        {
            "color": COLOURS[_SERIES[i % size]],
            "marker": _MARKERS[(i + i // size) % size],
            "linestyle": _LINES[(i + i // size) % size],
            "hatch": _HATCHES[(i + i // size) % size],
        }
        for i in range(n)
    ]


def style() -> None:
    """Set matplotlib's defaults for a lesson: colours with line styles, text of 12 pt and more.

    Markers are not among them, for a curve of a thousand points would drown in its own: give a series of
    few points the `marker` of `cycle`.
    """
    series = cycle(len(_SERIES))
    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=[s["color"] for s in series])
            + cycler(linestyle=[s["linestyle"] for s in series]),
            "axes.axisbelow": True,
            "axes.grid": True,
            "axes.labelsize": 13,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 14,
            "axes.titleweight": "bold",
            "errorbar.capsize": 4,
            "figure.constrained_layout.use": True,
            "figure.dpi": 100,
            "figure.facecolor": "white",  # a dark notebook theme must not swallow black text
            "figure.figsize": (8.0, 4.5),
            "font.size": 12,
            "grid.alpha": 0.35,
            "hatch.linewidth": 0.8,
            "image.cmap": "cividis",  # lightness rises evenly: the same map in grey
            "legend.fontsize": 12,
            "legend.edgecolor": "none",
            "legend.framealpha": 0.85,  # a curve behind the legend must not cross its words
            "lines.linewidth": 2.0,
            "lines.markersize": 7,
            "savefig.facecolor": "white",
            "xtick.labelsize": 12,
            "ytick.labelsize": 12,
        }
    )
