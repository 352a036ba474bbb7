"""The traps drawn."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tlcourse.lessons.state_of_the_art_and_after.traps import FRESH, HONEST, PICKED, TEST, TRUE, WRONG
from tlcourse.show.differences import difference
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.prose import signed
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread


def seeds(scores: Records, first: str, second: str) -> Described:
    """Draw the difference of two systems for each seed, a panel for each number of labels."""
    labels = scores.values("labels")
    fig, axes = plt.subplots(1, len(labels), figsize=(5.6 * len(labels), 4), sharey=True, squeeze=False)
    told = []
    for ax, n in zip(axes[0], labels, strict=True):
        gap = (
            100
            * difference(scores.where(system=first, labels=n), scores.where(system=second, labels=n)).of_seed
        )
        order = np.sort(gap)
        up = order > 0
        places = np.arange(len(order))
        ax.bar(places[up], order[up], color=COLOURS["blue"], width=0.8)
        ax.bar(places[~up], order[~up], color="white", ec=COLOURS["vermillion"], hatch="///", width=0.8)
        ax.axhline(0, color="black", lw=1.2, ls="-")
        ax.axhline(gap.mean(), color="black", lw=2, ls="--")
        ax.set(title=f"{n:,} labels", xlabel="seeds, by how they came out", xticks=[])
        told.append(f"{n:,} labels: {first} is ahead in {up.sum()} of {len(gap)}, mean " + signed(gap.mean()))
    axes[0, 0].set_ylabel(f"{first} minus {second},\npoints")
    marks = [
        Patch(color=COLOURS["blue"], label=f"{first} is ahead"),
        Patch(fc="white", ec=COLOURS["vermillion"], hatch="///", label=f"{second} is ahead, or level"),
        Line2D([], [], color="black", ls="--", lw=2, label="mean"),
    ]
    fig.legend(handles=marks, loc="outside upper center", ncols=3)
    return Described(fig, f"Difference of {first} and {second}, seed by seed. {'; '.join(told)}.")


def wrong_way(shares: Mapping[str, Mapping[int, float]]) -> Described:
    """Draw how often so many seeds put the wrong system in front: name of a pair → seeds → share."""
    fig, ax = plt.subplots(figsize=(8, 4))
    for (name, found), look in zip(shares.items(), cycle(len(shares)), strict=True):
        ax.plot(
            [*found], [*found.values()], label=name, **{k: look[k] for k in ("color", "marker", "linestyle")}
        )
    places = sorted({n for found in shares.values() for n in found})
    ax.set_xticks(places, places)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.set(xlabel="seeds that the mean is taken of", ylabel="the wrong one in front", ylim=(-0.02, 0.55))
    ax.axhline(0.5, color=COLOURS["grey"], ls=":", lw=1.5)
    ax.text(places[-1], 0.5, "a coin", ha="right", va="bottom", color=COLOURS["grey"])
    ax.legend()
    told = [
        f"{name}: {found[min(found)]:.0%} with {min(found)} and {found[max(found)]:.0%} with {max(found)} "
        "seeds"
        for name, found in shares.items()
    ]
    return Described(fig, f"How often the wrong system is in front. {'; '.join(told)}.")


def tries(found: Records) -> Described:
    """Draw what picking the best of k settings reports, and what it is worth."""
    ks = found.values("k")
    fig, ax = plt.subplots(figsize=(9, 4.6))
    told, seeds_ = [], found.values("seed")
    for how, look in zip((PICKED, HONEST, TRUE), cycle(3), strict=True):
        above = 100 * np.array([found.where(how=how, k=k).scores for k in ks]).T  # (S, K)
        mean, spread = mean_and_spread(above)
        line = {k: look[k] for k in ("color", "marker", "linestyle")}
        ax.plot(ks, mean, label=how, **line)
        ax.fill_between(ks, mean - spread / np.sqrt(len(seeds_)), mean + spread / np.sqrt(len(seeds_)),
                        color=look["color"], alpha=0.15, lw=0)  # fmt: skip
        told.append(f"{how}: {signed(mean[-1])} points with {ks[-1]}")
    ax.set_xscale("log", base=2)
    ax.set_xticks(ks, ks)
    ax.set(xlabel="settings that were tried (k)", ylabel="points above the mean setting,\non the same texts")
    ax.legend(title=f"band: ± standard error, {len(seeds_)} splits")
    return Described(fig, f"Score by the number of settings tried. {'; '.join(told)}.")


def leaks(found: Records) -> Described:
    """Draw what a leak adds, compared seed by seed, on the test set and on fresh texts.

    Args:
        found: as `traps.leak` returns them; the first share is that of no leak.
    """
    systems, (none, *shares) = found.values("system"), found.values("share")
    fig, axes = plt.subplots(
        1, len(systems), figsize=(4.4 * len(systems) + 0.6, 4.3), sharey=True, squeeze=False
    )
    looks = dict(zip((TEST, FRESH), cycle(2), strict=True))
    told, places = [], [0, *(100 * share for share in shares)]
    for ax, system in zip(axes[0], systems, strict=True):
        for on, look in looks.items():
            rows = found.where(system=system, on=on)
            gaps = [difference(rows.where(share=share), rows.where(share=none)) for share in shares]
            line = {k: look[k] for k in ("color", "marker", "linestyle")}
            ax.plot(places, [0, *(100 * g.mean for g in gaps)], label=on, ms=9, **line)
            ends = 100 * np.nan_to_num([[g.mean - g.low, g.high - g.mean] for g in gaps]).T
            ax.errorbar(
                places[1:], [100 * g.mean for g in gaps], yerr=ends, ls="none",
                color=look["color"], capsize=5,
            )  # fmt: skip
            told.append(f"{system}, {on}: {signed(100 * gaps[-1].mean)} points")
        most = [100 * found.where(system=system, on=WRONG, share=share).mean for share in (none, *shares)]
        ax.plot(places, most, color="black", ls=":", lw=2, label="wrong before")
        ax.axhline(0, color=COLOURS["grey"], lw=1, ls="-", zorder=0)
        ax.set(title=system, xlabel="share of the test set that leaked, %")
    axes[0, 0].set_ylabel("points that the leak adds")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return Described(fig, f"Points that {shares[-1]:.0%} of leaked test texts add. {'; '.join(told)}.")
