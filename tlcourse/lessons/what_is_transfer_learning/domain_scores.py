"""Figures on domain transfer: train-here-test-there matrices, what foreign labels add, and unseen words."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from tlcourse.show.differences import difference
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread


def transfer_matrices(scores: Mapping[str, np.ndarray], domains: Sequence[str], what: str) -> Described:
    """Draw one matrix for each representation: rows are trained on, columns tested on.

    Args:
        scores: representation → (S, D, D) as `domain_transfer.score` returns them, shares of 1;
            the mean over the S seeds is drawn and written.
        domains: D names.
        what: what the figures are, such as `"balanced accuracy"`.

    Raises:
        ValueError: a matrix is not D × D.
    """
    means = {}
    for name, matrix in scores.items():
        means[name] = np.mean(matrix, axis=0)
        if means[name].shape != (len(domains), len(domains)):
            raise ValueError(f"{name} has a matrix of shape {means[name].shape} for {len(domains)} domains")
    low = np.floor(min(m.min() for m in means.values()) * 20) / 20
    high = np.ceil(max(m.max() for m in means.values()) * 20) / 20
    fig, axes = plt.subplots(1, len(means), figsize=(3.9 * len(means) + 1, 4.4), squeeze=False)
    for ax, (name, mean) in zip(axes[0], means.items(), strict=True):
        image = ax.imshow(mean, vmin=low, vmax=high, cmap="viridis")  # more steps in the middle
        for i, j in np.ndindex(mean.shape):
            ink = COLOURS["black"] if mean[i, j] > (low + high) / 2 else "white"
            ax.text(j, i, f"{mean[i, j]:.0%}", ha="center", va="center", color=ink, fontsize=14)
        for i in range(len(domains)):
            ax.add_patch(
                Rectangle(
                    (i - 0.46, i - 0.46), 0.92, 0.92, fill=False, edgecolor="black", linewidth=2.5,
                    path_effects=[withStroke(linewidth=5, foreground="white")],  # seen on dark cells, too
                )
            )  # fmt: skip
        ax.set_xticks(range(len(domains)), domains, rotation=25, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(len(domains)), domains if ax is axes[0][0] else [])
        ax.set(title=name, xlabel="tested on …")
        ax.grid(visible=False)
    axes[0][0].set_ylabel("trained on …")
    axes[0][0].set_title("compare down ↓", loc="right", fontsize=13, fontweight="normal")
    bar = fig.colorbar(image, ax=axes, shrink=0.8, pad=0.01)
    bar.ax.yaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
    bar.set_label(what)
    return Described(fig, alt=_told(means, domains, what))


def _told(means: Mapping[str, np.ndarray], domains: Sequence[str], what: str) -> str:
    away = ~np.eye(len(domains), dtype=bool)
    parts = [
        f"{name}: {np.diag(mean).mean():.0%} on the domain it was trained on, {mean[away].mean():.0%} on "
        "another"
        for name, mean in means.items()
    ]
    return (
        f"{len(means)} matrices of {what}, rows trained on and columns tested on {', '.join(domains)}, "
        f"the diagonal framed. Means: {'; '.join(parts)}."
    )


def foreign_labels(gains: Records, what: str, n_foreign: int) -> Described:
    """Draw what labels of another domain add to one's own, as a point for each pair and number of own labels.

    Args:
        gains: `own` (labels), `pair`, such as `"movie → tweets"`, `seed`, and the gain as the score.
        what: what is gained, such as `"balanced accuracy"`.
        n_foreign: how many labels of the other domain are added.
    """
    by_own = {own: group.by("pair") for own, group in gains.by("own").items()}
    first = next(iter(by_own.values()))
    pairs = sorted(first, key=lambda pair: first[pair].mean)
    fig, ax = plt.subplots(figsize=(9, 0.36 * len(pairs) + 1.4))
    shift = np.linspace(0.12, -0.12, len(by_own))
    looks = cycle(3 + len(by_own))[3:]  # not those of the three representations: here it is one of them
    for (own, by_pair), look, dy in zip(by_own.items(), looks, shift, strict=True):
        mean = np.array([100 * by_pair[pair].mean for pair in pairs])
        spread = [100 * by_pair[pair].spread for pair in pairs]
        style = {"color": look["color"], "marker": look["marker"], "linestyle": ""}
        ax.errorbar(mean, np.arange(len(pairs)) + dy, xerr=spread, label=f"{own:,} own labels", **style)
    ax.axvline(0, color=COLOURS["black"], linewidth=1.5, linestyle="-", marker="")
    ax.set_yticks(range(len(pairs)), pairs)
    ax.set_xlabel(f"change of {what} by adding the other domain's labels, in points\n← hurts      helps →")
    ax.legend(loc="lower right")
    hurt = {own: sum(group.mean < 0 for group in by_pair.values()) for own, by_pair in by_own.items()}
    ax.set_title(f"{n_foreign:,} foreign labels, on average:\n{_helps(gains)}")
    ax.text(
        -0.01,
        1.01,
        "foreign → own",
        transform=ax.transAxes,
        ha="right",
        va="bottom",
        fontsize=12,
    )
    told = "; ".join(
        f"with {own:,} own labels the mean is below 0 in {n} of {len(pairs)} pairs" for own, n in hurt.items()
    )
    return Described(
        fig,
        alt=f"Points, one row for each pair of domains: the change of {what} by {n_foreign:,} foreign "
        f"labels; {told}.",
    )


def _helps(gains: Records) -> str:
    """Whether the mean over the pairs is above or below doing without, for each number of own labels."""
    told = []
    for own, some in gains.mean_over("pair").by("own").items():
        side = difference(some, [0.0] * len(some)).says(above="a help", below="a harm", luck="within luck")
        told.append(f"{side} beside {own:,} own")
    return ", ".join(told)


def unseen_words(
    pairs: Mapping[str, tuple[np.ndarray, np.ndarray]],
    sentences: Mapping[str, np.ndarray],
    edges: Sequence[float],
    what: str,
) -> Described:
    """Draw how little the share of unseen words explains: for pairs of domains, and for single sentences.

    Args:
        pairs: representation → (share of unseen words, loss against home), (P,) each, shares of 1.
        sentences: representation → (S, B), the score on the sentences in each of B bins of that share.
        edges: the B + 1 bounds of the bins; the first bin holds the sentences without an unseen word.
        what: what the scores are.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(11.5, 4.4))
    told = []
    for (name, (share, loss)), look in zip(pairs.items(), cycle(len(pairs)), strict=True):
        r = np.corrcoef(share, loss)[0, 1]
        dot = {"color": look["color"], "marker": look["marker"], "linestyle": ""}
        left.plot(100 * share, 100 * loss, label=f"{name}: r = {r:.2f}", markevery=1, **dot)
        told.append(f"{name} r = {r:.2f}")
    left.axhline(0, color=COLOURS["black"], linewidth=1.2, linestyle="-", marker="")
    left.set(
        title="Pairs of domains", xlabel="unseen words of the target, %", ylabel="lost against home, points"
    )
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.legend()
    bins = ["none", *(f"{100 * a:.0f}–{100 * b:.0f}%" for a, b in pairwise(edges[1:]))]
    for (name, rows), look in zip(sentences.items(), cycle(len(sentences)), strict=True):
        line = {key: look[key] for key in ("color", "marker", "linestyle")}
        mean, spread = mean_and_spread(rows)
        right.errorbar(range(len(bins)), mean, yerr=spread, label=name, markevery=1, **line)
        told.append(f"{name} from {mean[0]:.0%} to {mean[-1]:.0%} over the bins")
    right.set_xticks(range(len(bins)), bins)
    right.yaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
    right.set(title="Single sentences, away from home", xlabel="unseen words in the sentence", ylabel=what)
    right.legend()
    return Described(
        fig,
        alt=f"Left: loss over unseen words for pairs of domains. Right: {what} by unseen words in a "
        f"sentence. {'; '.join(told)}.",
    )
