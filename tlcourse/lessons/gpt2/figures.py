"""The figures of lesson GPT-2, drawn here so that its cells stay short."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch

from tlcourse.lessons.gpt2.four import ALL, BODIES, SMALL
from tlcourse.models.language.gpt import GPTConfig, GPTModel
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe.generated_text import WAYS
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread
from tlcourse.train.measuring import power_law

_SHORT = dict(zip(ALL, ("nano", "micro", "mini", "SmolLM2"), strict=True))


@torch.no_grad()
def stream_sizes(n_layers: int, scaled: bool, seed: int) -> np.ndarray:
    """Standard deviation of the states before and after each block of a new pre-LN GPT: (n_layers + 1,).

    `scaled`: with GPT-2's initialisation; without it, the layers that write begin like all others.
    """
    torch.manual_seed(seed)
    config = GPTConfig(
        vocab_size=100, hidden_size=64, num_hidden_layers=n_layers, num_attention_heads=4, norm="pre",
        intermediate_size=256, max_position_embeddings=32, hidden_dropout_prob=0.0,
    )  # fmt: skip
    model = GPTModel(config).eval()
    if not scaled:
        for block in model.decoder.blocks:
            for layer in (block.attention.output, block.feed_forward.output):
                layer.weight *= (2 * n_layers) ** 0.5
    out = model.decoder(model.embeddings(torch.randint(100, (4, 32))))
    return np.array([float(states.std()) for states in out.hidden_states])


def stream(n_layers: int = 48, seeds: Sequence[int] = (0, 1, 2)) -> Described:
    """Draw how the states grow through a new network, with GPT-2's initialisation and without."""
    fig, ax = plt.subplots(figsize=(7.5, 3.8))
    told = []
    names = {False: "all weights drawn alike", True: "what writes divided by √N"}
    for (scaled, name), style in zip(names.items(), cycle(2), strict=True):
        found = np.array([stream_sizes(n_layers, scaled, seed) for seed in seeds])
        found = found / found[:, :1]
        mean, spread = mean_and_spread(found)
        x = np.arange(n_layers + 1)
        line = {key: style[key] for key in ("color", "linestyle", "marker")}
        ax.plot(x, mean, label=name, markevery=8, **line)
        ax.fill_between(x, mean - spread, mean + spread, color=style["color"], alpha=0.2, lw=0)
        told.append(f"{name}: {mean[-1]:.1f} times after {n_layers} blocks")
    ax.set(xlabel="blocks passed", ylabel="size of the states,\nembeddings = 1")
    ax.set_ylim(bottom=0)
    ax.legend(title=f"mean of {len(seeds)} networks; band: standard deviation")
    return Described(fig, f"Size of the states through an untrained network. {'; '.join(told)}.")


def shared(pieces: Sequence[str], may_look: torch.Tensor, n_context: int) -> Described:
    """Draw who may look at whom in a row of a context and several continuations."""
    n = len(pieces)
    fig, ax = plt.subplots(figsize=(6.4, 5.6))
    ax.imshow(np.where(may_look.numpy(), 1.0, 0.0), cmap="Blues", vmin=0, vmax=1.6)
    ax.set_xticks(range(n), pieces, rotation=90)
    ax.set_yticks(range(n), pieces)
    ax.axhline(n_context - 0.5, color="black", lw=1.4, ls="-", marker="")
    ax.axvline(n_context - 0.5, color="black", lw=1.4, ls="-", marker="")
    ax.set(xlabel="looked at", ylabel="who looks")
    ax.set_title("blue: may look; black lines: end of the context", fontsize=12, weight="normal")
    ax.grid(visible=False)
    return Described(
        fig,
        f"A mask of {n} pieces: {n_context} of the context, then continuations. Each piece looks at the "
        f"context and at what stands before it in its own continuation: {int(may_look.sum())} of {n * n}.",
    )


def law(bits: Records) -> Described:
    """Draw bits per byte over size, the law of the three sizes that read the same text, and SmolLM2."""
    places = [on for on in bits.values("texts") if on in ("news", "films")]
    fig, axes = plt.subplots(1, len(places), figsize=(5.6 * len(places), 4.6), sharey=True)
    told = []
    for ax, on in zip(np.atleast_1d(axes), places, strict=True):
        rows = bits.where(texts=on)
        sizes = np.array([BODIES[name] for name in SMALL])
        found = [tables(rows, name) for name in SMALL]
        losses = [rows.where(model=name).mean for name in SMALL]
        grid = np.geomspace(sizes[0], 1.3 * BODIES[SMOLLM2], 12)
        said = [power_law.predict(sizes, found, size, draws=200) for size in grid]
        ax.fill_between(grid, [s.low for s in said], [s.high for s in said], color=COLOURS["blue"], alpha=0.2,
                        lw=0, label="95% of the laws, texts drawn again")  # fmt: skip
        ax.plot(
            grid, [s.value for s in said], color=COLOURS["blue"], ls="--", marker="", label="law of the three"
        )
        ax.plot(sizes, losses, color=COLOURS["blue"], marker="o", ls="", ms=9, label="nano, micro, mini")
        other = rows.where(model=SMOLLM2).mean
        ax.plot([BODIES[SMOLLM2]], [other], color=COLOURS["vermillion"], marker="D", ls="", ms=10,
                label="SmolLM2: another text")  # fmt: skip
        counted = rows.where(model="trigrams").mean
        ax.axhline(counted, color=COLOURS["grey"], ls=":", marker="", label="trigrams of BBC articles")
        ax.set(xscale="log", title=on, xlabel="numbers in the blocks")
        last = power_law.predict(sizes, found, BODIES[SMOLLM2], draws=200)
        told.append(
            f"{on}: {', '.join(f'{v:.2f}' for v in losses)} for the three, the law says {last.value:.2f} "
            f"for SmolLM2's size, which has {other:.2f}; trigrams {counted:.2f}"
        )
    np.atleast_1d(axes)[0].set_ylabel("bits per byte")
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=3)
    return Described(fig, f"Bits per byte by size, a straight line in logarithms. {'; '.join(told)}.")


def tables(bits: Records, model: str) -> np.ndarray:
    """Bits and bytes of each text, (N, 2)."""
    (row,) = bits.where(model=model)
    return np.array([row["bits"], row["bytes"]]).T


def tasks(zero: Records, chance: Mapping[str, float], baselines: Mapping[str, Sequence[str]]) -> Described:
    """Draw accuracy by model, a panel for each task, with chance and what needs no network."""
    names = [task for task in chance if task in zero.values("task")]
    columns = 4
    fig, axes = plt.subplots(
        -(-len(names) // columns), columns, figsize=(12.5, 3.1 * -(-len(names) // columns)), sharey=True
    )
    told, styles = [], {"trigrams": ("vermillion", "--"), "most frequent": ("green", "-.")}
    for ax, task in zip(axes.flat, names, strict=False):
        rows = zero.where(task=task)
        there = [name for name in ALL if name in rows.values("model")]
        mean, spread = mean_and_spread(np.array([rows.where(model=name).scores for name in there]), axis=1)
        ax.errorbar(
            range(len(there)), mean, spread, color=COLOURS["blue"], marker="o", ls="-", label="the model"
        )
        ax.axhline(chance[task], color=COLOURS["grey"], ls=":", marker="", label="chance")
        for name in baselines.get(task, ()):
            colour, line = styles[name]
            ax.axhline(rows.where(model=name).mean, color=COLOURS[colour], ls=line, marker="", label=name)
        ax.set_xticks(range(len(there)), [_SHORT[name] for name in there], rotation=45, ha="right")
        ax.axvspan(2.5, 3.4, color=COLOURS["light"], alpha=0.6, lw=0, label="read another text")
        ax.set_title(task, fontsize=13)
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        told.append(f"{task} {', '.join(f'{v:.0%}' for v in mean)} (chance {chance[task]:.0%})")
    for ax in axes.flat[len(names) :]:
        ax.axis("off")
    found = {}
    for ax in axes.flat:
        found |= {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    fig.legend(found.values(), found.keys(), loc="outside upper center", ncols=5)
    fig.supylabel("share right")
    return Described(fig, f"Accuracy of nano, micro, mini and SmolLM2, nothing trained. {'; '.join(told)}.")


def detected(records: Records, judge: str, by: Sequence[str] = ("log rank", "classifier")) -> Described:
    """Draw how well texts are told apart, by who wrote and how: a panel for each way to judge."""
    rows = records.where(judge=judge)
    fig, axes = plt.subplots(1, len(by), figsize=(11.5, 4.4), sharey=True)
    told = []
    for ax, how in zip(axes, by, strict=True):
        for (name, some), style in zip(rows.where(by=how).by("model").items(), cycle(4), strict=True):
            there = [i for i, way in enumerate(WAYS) if way in some.values("way")]
            cells = [some.where(way=[*WAYS][i]).scores for i in there]
            mean, spread = mean_and_spread(np.array(cells), axis=1)
            line = {key: style[key] for key in ("color", "marker", "linestyle")}
            ax.errorbar(there, mean, spread, label=name, **line)
            told.append(f"{how}, {name}: {', '.join(f'{v:.2f}' for v in mean)}")
        ax.axhline(0.5, color=COLOURS["grey"], ls=":", marker="", label="chance")
        ax.set_xticks(range(len(WAYS)), list(WAYS), rotation=20, ha="right")
        ax.set_title(f"by {how}", fontsize=13)
    axes[0].set_ylabel("AUROC")
    handles, labels = axes[0].get_legend_handles_labels()
    title = "who wrote; mean ± standard deviation, 3 draws (SmolLM2 did not draw from the nucleus)"
    fig.legend(handles, labels, title=title, loc="outside upper center", ncols=5)
    return Described(
        fig,
        f"AUROC of telling texts from people's, judged by {judge}; ways {', '.join(WAYS)}. "
        f"{'; '.join(told)}.",
    )
