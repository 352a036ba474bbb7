# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 02 · Transfer in vision
# **A network that learned palaces and daisies from photographs finds the defects in solar cells, and you find out which part of
# it to keep, which to retrain, and what it costs.**
#
# <!-- badges -->
#
# **Time** 60 minutes · **You need** lesson 01, a little PyTorch, what a convolution is · **You will be able to**
# *use* a network as a feature extractor, *find* the depth that transfers best, *fine-tune* it on a laptop, *choose* between
# the two by labels and seconds, *recognise* the three traps of fine-tuning, and *see* what a network looks at.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import copy
import time
from functools import partial

import numpy as np
import torch
from sklearn.datasets import load_sample_images
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler
from torchvision.models import EfficientNet_B0_Weights

from tlcourse import exercises, profiles, show
from tlcourse.data import solar_cells
from tlcourse.lessons.transfer_in_vision import freezing_trade_off, threshold_outcomes
from tlcourse.lessons.transfer_in_vision import results as vision_results
from tlcourse.lessons.transfer_in_vision import sketches as vision_sketches
from tlcourse.models.vision import efficientnet
from tlcourse.probe import occlusion
from tlcourse.train.finetuning import freezing, image_batches, trainings
from tlcourse.train.finetuning import images as finetuning
from tlcourse.train.measuring import features, few_labels, linear_probe

pick = profiles.chooser(profile)
show.style()
check = exercises.start("transfer_in_vision", solutions=solutions)

# %% [markdown]
# ## Predict first
# You get a network that can name a thousand things in colour photographs, and grey pictures of solar cells, some of them
# cracked. It has never seen one. You keep the network as it is and train nothing but a linear classifier on what comes out of
# it, somewhere between the pixels and the names. Where do you tap it? Commit; you measure it below.

# %%
check.predict("best_depth")

# %% [markdown]
# ## Why vision went first
# Every year from 2010 on, ILSVRC asked: which of a thousand things is in this photograph? A program may name five. Here are the
# winners, as reported. In 2012 a deep network won for the first time, and from then on nothing else did.

# %%
vision_sketches.ilsvrc()

# %% [markdown]
# The networks were worth more than the prize. Whoever had another question about pictures, and no million labels, took one of
# them and **transferred** it. NLP did the same six years later; that is the rest of this course. In vision you can *see* it work.
#
# ## The network, at home
# This is EfficientNet-Lite0 (Tan and Le 2019), small enough for a phone. Its weights learned the thousand names; you only load them. Two
# photographs that come with scikit-learn:

# %%
network = efficientnet.load()
names = EfficientNet_B0_Weights.DEFAULT.meta["categories"]  # ImageNet's thousand, in their order
photographs = load_sample_images().images
squares = [photo[:, (photo.shape[1] - photo.shape[0]) // 2 :][:, : photo.shape[0]] for photo in photographs]


def answers(model, images, mean=network.mean, std=network.std, n=5):
    """Return the n most probable names for each photograph, name → probability."""
    prepare = image_batches.transform(efficientnet.RESOLUTION, mean, std)
    x = prepare(torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2))
    with torch.inference_mode():
        best = model(x).softmax(dim=1).topk(n)
    return [{names[i]: float(p) for p, i in zip(*row, strict=True)} for row in zip(*best, strict=True)]


vision_results.photographs(squares, answers(network, squares))

# %% [markdown]
# It consists of nine **depths**: a stem, seven stages and a head. Each turns a stack of maps into a smaller stack of richer
# ones. On top sits one linear layer, the **classifier**, with a row of weights for each of the thousand names.

# %%
x = torch.zeros(1, 3, efficientnet.RESOLUTION, efficientnet.RESOLUTION)
rows = []
with torch.inference_mode():
    for depth, maps in network.maps(x):
        size = sum(p.numel() for p in network.depths[depth].parameters())
        rows.append(
            {
                "depth": depth,
                "maps": maps.shape[1],
                "of size": f"{maps.shape[2]} × {maps.shape[3]}",
                "weights": size,
            }
        )
rows.append(
    {
        "depth": "classifier",
        "maps": None,
        "of size": "",
        "weights": sum(p.numel() for p in network.classifier.parameters()),
    }
)
show.table(rows, caption="From the pixels up")

# %% [markdown]
# ## Far from home
# Send a current through a solar cell and it glows. Where it is broken, it stays dark. Experts looked at 2,624 such pictures
# (ELPV; Deitsch et al. 2019) and said whether the cell is defective and whether they were sure. That makes four labels: 0, ⅓, ⅔ and 1.
# Some cells were cut from one crystal (*mono*), others from many (*poly*), and the crystals of those look like stains.

# %%
cells = solar_cells.load()
rng = np.random.default_rng(seed + 3)
shown = [
    rng.choice(np.flatnonzero((cells.kind == kind) & np.isclose(cells.probability, p)))
    for kind in ("mono", "poly")
    for p in (0, 1 / 3, 2 / 3, 1)
]
words = {0: "fine", 1: "fine?", 2: "defective?", 3: "defective"}
titles = [f"{cells.kind[i]}: {words[round(3 * cells.probability[i])]}" for i in shown]
about = "Eight solar cells, four of one crystal and four of many, from surely fine to surely defective."
vision_results.cells(cells.images[shown], titles, 4, about)

# %% [markdown]
# The question is yes or no: **is a defect more likely than not?** A quarter of the cells is kept for testing. But which quarter?
# The pictures come panel by panel: 44 panels, most of 60 cells. (The files do not say so, but you can see where a panel ends;
# `data/README.md` tells how.) Here are five neighbours of one panel.

# %%
first = np.flatnonzero(cells.module == 5)[25]
neighbours = range(first, first + 5)
about = "Five neighbouring cells of one panel: the same grain runs through them, for they are slices of one block."
vision_results.cells(cells.images[neighbours], [f"cell {i}" for i in neighbours], 5, about)

# %% [markdown]
# Neighbours are slices of one crystal. So there are two honest questions. Split **by cell**, at random, as the data set's authors do: most test
# cells have a neighbour in training. That asks: can I label some cells of my panels, and have the rest judged? Split **by
# panel**: no panel is on both sides. That asks: will it work on a panel that comes tomorrow? We split by cell throughout, to
# compare with the published figures. Near the end you split by panel, and see what is left.
#
# Before any network, the baseline: always answer “fine”.

# %%
resolution = pick(full=128, fast=96)
some = np.sort(np.random.default_rng(0).permutation(len(cells.label))[:280])
kept = pick(full=slice(None), fast=some)
position = {cell: i for i, cell in enumerate(np.arange(len(cells.label))[kept])}
label, kind, sure = (a[kept] for a in (cells.label, cells.kind, cells.probability))
pixels = image_batches.Images(cells.images[kept], resolution, network.mean, network.std)
images = pixels.pixels()  # from here on, all that is left of the pictures


def split(by, number):
    """Return the positions of the training and the test cells in split ``number``."""
    return [np.array([position[i] for i in part if i in position]) for part in by(number)]


seeds = range(seed, seed + pick(full=3, fast=2))
splits = {s: split(cells.split, s) for s in seeds}
panel_splits = {s: split(cells.split_by_module, s) for s in seeds}
del cells
train, test = splits[seed]
baseline = 1 - label[test].mean()
show.md(
    f"{len(train):,} cells to train on, {len(test):,} to test. Always “fine” is right for **{baseline:.1%}**. And "
    f"{len(test):,} test cells mean a standard error of about {np.sqrt(0.85 * 0.15 / len(test)):.1%} on an accuracy of 85%: "
    f"small differences need several splits, so most results below are means over {len(seeds)} of them."
)

# %% [markdown]
# ## The idea
# The network is a function $\phi_\theta$ that turns a picture into features. What you want is $f(x) = w \cdot \phi_\theta(x) + b$.
#
# - **Feature extractor**: keep $\theta$ as ImageNet left it, and learn $w$ and $b$ alone.
# - **Fine-tuning**: start from that $\theta$, and learn all of it, or its upper part, together with $w$ and $b$.
#
# What is not learned is called **frozen**.

# %%
layers = [*network.layers()]
vision_sketches.two_ways(layers)

# %% [markdown]
# Both are the same few lines. The only difference is where freezing ends:

# %%
show.source(freezing.freeze_below)

# %% [markdown]
# ## Feature extractor: which depth?
# One pass over all cells gives the features of *every* depth: the maps, averaged over all places. That is the slow part, so
# the result is kept on your disk: run this cell again and it takes a second. (The pass also keeps the maps that
# go into stage 6, for each cell and its mirror image. You need them later.)

# %%
started = time.perf_counter()
found = features.cached(images, resolution, below="stage6", watch=partial(show.progress, desc="one pass"))
show.md(f"{len(label):,} cells, {resolution} × {resolution} pixels: {time.perf_counter() - started:.0f} s.")

# %% [markdown]
# A linear probe is a logistic regression on frozen features. We fit one for each depth, with 25 labels, with 100, and so on. One more
# point comes after the head: ImageNet's own classifier, whose thousand scores are the *names*.

# %%
with torch.inference_mode():
    found["names"] = network.classifier(torch.from_numpy(found["head"])).numpy()
depths = [*pick(full=[*network.depths], fast=["stem", "stage4", "head"]), "names"]
sizes = [25, 100, *pick(full=[500], fast=[]), len(train)]
probes = {}
for n in show.progress(sizes, "probes"):
    for s, (train, test) in splits.items():
        drawn = few_labels.draw_stratified(train, label, n, s)
        for depth in depths:
            probes[depth, n, s] = few_labels.probe(found[depth], label, drawn, test)

# %%
accuracy = {n: np.array([[probes[d, n, s].accuracy for d in depths] for s in seeds]) for n in sizes}
vision_results.depth_curves(depths, accuracy, baseline)

# %% [markdown]
# A ring marks the best depth of each line. Three things to see.
#
# **The bottom knows little.** The first layers see edges and spots, and a healthy cell is full of both: busbars, crystals, the frame.
# It takes some stages to tell a crack from what belongs there.
#
# **It pays to go up, almost to the end.** With many labels the head does best: its 1,280 features are combinations that
# no linear classifier could make from lower ones. With few labels the lines are ragged. Look at the error bars before you
# believe in a ring.
#
# **The very last point falls back.** *Names* are the thousand scores of ImageNet's own classifier: how much this cell
# is like a palace, like a daisy. They are a linear function of the head, so no linear classifier can find more in them, and what
# does not tell palaces from daisies is gone. A defect is none of the thousand things.


# %%
def at(depth, n):
    """Return the probe's accuracies at a depth with n labels, one per seed."""
    return [probes[depth, n, s].accuracy for s in seeds]


best = {n: max(depths[:-1], key=lambda depth: np.mean(at(depth, n))) for n in sizes}
rows = [
    {
        "labels": n,
        "best depth": best[n],
        "there": at(best[n], n),
        "head": at("head", n),
        "names": at("names", n),
    }
    for n in sizes
]
show.table(
    rows,
    caption="A linear probe: the best depth, the last one, and ImageNet's own names",
    formats={"labels": ",", **dict.fromkeys(("there", "head", "names"), ".1%")},
)
lost = 100 * (np.array(at("head", sizes[-1])) - at("names", sizes[-1]))
show.md(
    f"From the head to the names, with all labels, split by split: {', '.join(f'{-x:+.1f}' for x in lost)} points."
)
check.recall("best_depth")

# %% [markdown]
# A point or so, in a thousand numbers: ImageNet's *names* still say a lot about a cell, and that may be the real surprise. (To pick the
# best depth by its test score flatters it a little. That is fine for asking *where* the knowledge is; to report a
# score you would choose on the training part. From here on “the probe” is the head, chosen in advance.)
#
# See it in two dimensions. Each point is a cell, placed so that neighbours stay neighbours (t-SNE). At the bottom the network
# mixes the two kinds of cell. Higher up it parts mono from poly, and within each kind defective cells gather at one side,
# although **nobody has told the network what a kind or a defect is**.

# %%
some = rng.permutation(len(label))[: pick(full=600, fast=200)]
planes = {}
for depth in ("stem", "stage4", "head"):
    scaled = StandardScaler().fit_transform(found[depth][some])
    planes[depth] = TSNE(init="pca", perplexity=40, random_state=seed).fit_transform(scaled)
vision_results.feature_plane(planes, label[some], kind[some])

# %% [markdown]
# ## Fine-tuning
# Now let the network itself learn. The loop is the one you know: a batch, a loss, a gradient, a step. Four things differ from training
# from nothing. The classifier is new and starts at zero. The rate is small, and rises and falls (a *slanted triangle*, Howard and
# Ruder 2018). What is frozen gets no gradient. And batch norms keep the statistics of ImageNet; you will soon see why.

# %%
show.source(finetuning.training_steps)

# %% [markdown]
# It is slow, and most of that time goes to the *lower* layers, whose maps are large. If they are frozen, they
# compute the same maps again and again. So compute them **once**: that is what the pass above kept. To train
# stage 6 and up, you now read the maps that go into it from memory, and never touch the pixels again. The result is the
# same, to the digits that float16 holds. Training draws each cell as it is or mirrored: a mirrored crack is a crack.
#
# The rate, 3e-4, was chosen beforehand, on the training part of a split that is not among those below. Two trainings run side by
# side, one on each core. (Under the `fast` profile there are only a handful of steps, and fine-tuning loses.)

# %%
maps = image_batches.Maps(found["maps"])
steps = dict(zip(sizes, pick(full=(30, 60, 100, 200), fast=(3, 3, 4)), strict=True))


def finetune(n, s, lowest="stage6", inputs=maps, start="stage6", model=None, splits=splits, **changes):
    """Fine-tune from the layer ``lowest`` up, with n labels of split s; return what came of it."""
    train, test = splits[s]
    recipe = finetuning.ImageRecipe(lowest=lowest, **{"n_steps": steps[n]} | changes)
    drawn = few_labels.draw_stratified(train, label, n, s)
    return few_labels.tune_and_test(
        model or efficientnet.load(), inputs, label, drawn, test, recipe, s, start
    )


def train_all(jobs, desc):
    """Run the trainings ``jobs``, two at a time."""
    return trainings.side_by_side(jobs, partial(show.progress, desc=desc))


best_network = efficientnet.load()  # kept for later: with all labels, from stage 6 up
runs = {("classifier", n, s): probes["head", n, s] for n in sizes for s in seeds}
jobs = {("new panels", sizes[-1], s): partial(finetune, sizes[-1], s, splits=panel_splits) for s in seeds}
jobs |= {("gradual", sizes[-1], s): partial(finetune, sizes[-1], s, gradual=True) for s in seeds}
jobs |= {
    (lowest, n, s): partial(finetune, n, s, lowest)
    for n in sizes[::-1]
    for lowest in ("stage6", "stage7")
    for s in seeds
}
jobs["stage6", sizes[-1], seed] = partial(finetune, sizes[-1], seed, model=best_network)
runs |= train_all(jobs, "fine-tuning")


# %%
def outcomes(lowest, n, what="accuracy"):
    """Return an attribute of the runs with n labels, one per seed."""
    return [getattr(run, what) for (layer, labels, _), run in runs.items() if (layer, labels) == (lowest, n)]


ways = ["classifier", "stage7", "stage6"]
show.table(
    [
        {"labels": n}
        | {f"{way} and up" if way != "classifier" else "classifier only": outcomes(way, n) for way in ways}
        for n in sizes
    ],
    caption=f"Accuracy on unseen cells, {len(seeds)} splits; always “fine”: {baseline:.1%}",
    formats={"labels": ","} | dict.fromkeys(("classifier only", "stage7 and up", "stage6 and up"), ".1%"),
)
gain = np.array(outcomes("stage6", sizes[-1])) - np.array(outcomes("classifier", sizes[-1]))
show.md(
    f"With all labels, fine-tuning from stage 6 up changes the accuracy by **{100 * gain.mean():+.1f} points** against the probe "
    f"on the same cells (split by split: {', '.join(f'{100 * g:+.1f}' for g in gain)})."
)

# %% [markdown]
# ### Gradually
# *Gradual unfreezing* (ULMFiT, section 3.3): first the classifier alone, then the head as well, then stage 7, then stage 6, each for a
# quarter of the steps. It is cheaper, as the lower layers wait. Is it better? (It ran with the others above.)

# %%
n = sizes[-1]
ways = {"at once": outcomes("stage6", n), "gradually": outcomes("gradual", n)}
spent = {"at once": outcomes("stage6", n, "seconds"), "gradually": outcomes("gradual", n, "seconds")}
rows = [
    {"": way, "accuracy": ways[way], "by split": ", ".join(f"{a:.1%}" for a in ways[way])} for way in ways
]
rows = [row | {"seconds": f"{np.mean(spent[row['']]):.0f}"} for row in rows]
show.table(rows, caption=f"From stage 6 up, {n:,} labels", formats={"accuracy": ".1%"})

# %% [markdown]
# Cheaper, yes; better, no. In the same number of steps the lower layers get little time to learn. ULMFiT unfreezes
# one layer an *epoch* and goes on for more of them; the trick is against forgetting in a long training, and this one is short.
#
# ### The whole network, and from scratch
# Nothing can be kept now: every step starts from the pixels, and goes back to them. And for the sake of the question:
# what if the weights are **random** to begin with? That network gets a higher rate, and batch norms that use the batch: it has
# nothing to remember. Both train in batches of 8, for your memory's sake, and with one split only, for your time's.

# %%
fewer = dict(zip(sizes, pick(full=(20, 40, 80, 120), fast=(2, 2, 2)), strict=True))
for n in show.progress(sizes, "from pixels"):
    from_pixels = partial(finetune, n, seed, "stem", pixels, "stem", batch_size=8, n_steps=fewer[n])
    runs["stem", n, seed] = from_pixels()
    own = {"learning_rate": 1e-3, "batch_statistics": True}
    torch.manual_seed(seed)  # the same random weights each time
    runs["scratch", n, seed] = from_pixels(model=efficientnet.EfficientNet(), **own)

# %%
names_of = {
    "classifier": "classifier only",
    "stage6": "stage 6 and up",
    "stem": "whole",
    "scratch": "from scratch",
}
rows = [{"labels": n} | {name: runs[way, n, seed].accuracy for way, name in names_of.items()} for n in sizes]
show.table(
    rows,
    caption=f"One split; always “fine”: {baseline:.1%}",
    formats=dict.fromkeys(names_of.values(), ".1%") | {"labels": ","},
)

# %% [markdown]
# From scratch, a network learns next to nothing in that time: with few labels it gives one answer to all. (It would get further
# with hours of training; that is the point.) The whole network does not beat its top here. One split proves little, and it saw
# fewer cells. But it costs more, and what would the lower layers learn from so few labels? Edges they know already.

# %%
rows = [
    {"lowest": lowest, "labels": n, "seed": s, "accuracy": run.accuracy, "seconds": run.seconds}
    for (lowest, n, s), run in runs.items()
    if lowest in layers
]
freezing_trade_off.freezing_costs(rows, layers, baseline)

# %% [markdown]
# ## Move it: where to freeze, with how many labels?
# Above are the trainings so far, in seconds of one core (the whole network used both, and saw fewer cells). Choose
# how much of the network learns, and with how many labels. Three questions. Where
# does another second of training still buy accuracy? With how many labels does training the whole network
# make it *worse*? And what do you gain more from: 400 more labels, or the whole network in place of its top?
#
# ## A panel that was not there
# All figures so far are for a split by cell. Now the other question: panels of which the network has seen no cell. (These
# trainings ran with the first ones, too.)

# %%
n = sizes[-1]
new = {
    "classifier only": [few_labels.probe(found["head"], label, *panel_splits[s]).accuracy for s in seeds],
    "stage 6 and up": outcomes("new panels", n),
}
rows = [
    {"": "always “fine”", "by cell": [1 - label[splits[s][1]].mean() for s in seeds]}
    | {"by panel": [1 - label[panel_splits[s][1]].mean() for s in seeds]}
]
for name, way in (("classifier only", "classifier"), ("stage 6 and up", "stage6")):
    rows.append({"": name, "by cell": outcomes(way, n), "by panel": new[name]})
gains = {how: 100 * (np.array(rows[2][how]) - rows[1][how]) for how in ("by cell", "by panel")}
rows.append({"": "gain, points"} | {how: ", ".join(f"{g:+.1f}" for g in gain) for how, gain in gains.items()})
show.table(rows, caption=f"All labels, {len(seeds)} splits of each kind", formats=dict.fromkeys(gains, ".1%"))

# %% [markdown]
# Sobering. Both fall by many points, and the splits lie far apart: with eleven panels to test on, it matters which. And fine-tuning,
# which won on every split by cell, no longer wins on every one. A likely reason: part of what it learns is how *these* panels look,
# and on another panel that is worth nothing. No score here is wrong; they answer different questions. Ask which one is yours before
# you split, and remember this when you read a figure in a paper.
#
# ## Does the textbook's advice hold?
# CS231n, the course that taught vision to a generation, gives a rule of four quadrants:
#
# | | similar to the source | different from it |
# |---|---|---|
# | **little data** | a linear classifier on the top features | a linear classifier on *earlier* features |
# | **much data** | fine-tune all | fine-tune all, or start from scratch |
#
# Is it true here? Solar cells differ from ImageNet as much as anything. What would be a *similar* source? Other
# solar cells: fine-tune a network on the polycrystalline ones, and transfer it to the monocrystalline. So the target is the
# same in all quadrants: mono cells, few or many labelled. Only the source changes. (It is a small test: the network is
# fine-tuned from stage 6 up, not whole, and two sources are no proof.)

# %%
mono, poly = np.flatnonzero(kind == "mono"), np.flatnonzero(kind == "poly")
few, many = pick(full=50, fast=30), len(mono) // 2
steps |= {few: pick(full=30, fast=2), many: pick(full=60, fast=3)}
similar = efficientnet.load()
sources = {"different source": network, "similar source": similar}


def halves(n, s):
    """Return n labelled mono cells of split s, and the other half of the mono cells, for testing."""
    half = few_labels.draw_stratified(mono, label, many, s)
    return few_labels.draw_stratified(half, label, n, s), np.setdiff1d(mono, half)


def tune_further(source, n, s):
    """Return what comes of fine-tuning a source on n mono cells."""
    model, recipe = copy.deepcopy(sources[source]), finetuning.ImageRecipe(lowest="stage6", n_steps=steps[n])
    return few_labels.tune_and_test(model, maps, label, *halves(n, s), recipe, s, "stage6")


# %%
jobs = {
    (n, source, s): partial(tune_further, source, n, s)
    for n in (many, few)
    for source in sources
    for s in seeds
}
recipe = finetuning.ImageRecipe(lowest="stage6", n_steps=steps[sizes[-1]])
first = {"poly": partial(few_labels.tune_and_test, similar, maps, label, poly, mono, recipe, seed, "stage6")}
first |= {key: job for key, job in jobs.items() if key[1] == "different source"}
further = train_all(first, "quadrants, 1 of 2")
further |= train_all({key: job for key, job in jobs.items() if key not in first}, "quadrants, 2 of 2")
heads = {name: features.above(model, maps, mono, "stage6")["head"] for name, model in sources.items()}
show.md(
    f"Trained on {len(poly):,} poly cells alone, the network is right about **{further['poly'].accuracy:.1%}** of the mono cells "
    f"before it has seen a single one of them (always “fine”: {1 - label[mono].mean():.1%}). It calls "
    f"{(further['poly'].probability > 0.5).mean():.0%} of them defective."
)

# %%
quadrants = {}
for n, data in ((few, "little data"), (many, "much data")):
    for source in sources:
        linear = {"linear, on the head": heads[source], "linear, on stage 4": found["stage4"][mono]}
        by_way = {name: [] for name in linear}
        for s in seeds:
            parts = [np.searchsorted(mono, part) for part in halves(n, s)]
            for name, x in linear.items():
                by_way[name].append(few_labels.probe(x, label[mono], *parts).accuracy)
        by_way["fine-tune"] = [further[n, source, s].accuracy for s in seeds]
        quadrants[f"{data} ({n})", source] = by_way
advised = ("linear, on stage 4", "linear, on the head", "fine-tune", "fine-tune")
vision_results.quadrants(quadrants, dict(zip(quadrants, advised, strict=True)))

# %% [markdown]
# The star is CS231n's advice, the lines are the spread over splits. Now who won?

# %%
rows = []
for (quadrant, by_way), advice in zip(quadrants.items(), advised, strict=True):
    won = max(by_way, key=lambda way: np.mean(by_way[way]))
    short = 100 * (np.mean(by_way[won]) - np.mean(by_way[advice]))
    rows.append(
        {
            "quadrant": ", ".join(quadrant),
            "advised": advice,
            "won here": won,
            "advice behind by, points": short,
        }
    )
show.table(rows, caption="The advice and the outcome", formats=".1f")

# %% [markdown]
# With much data the advice holds: fine-tune. With little data all ways lie within a point or two of each other, about what the splits
# differ by, so the rule is neither proved nor refuted. The surprise is the *similar* source. It is no head start by itself:
# the poly network takes plain mono cells for defective, and is far below always “fine”. But a few labelled cells set that
# right. Similar to your eye is not similar to a network.
#
# ## Three traps
# Fine-tuning fails quietly: nothing crashes, the accuracy is just poor. Each of these three has cost people weeks. Turn each on and
# watch.
#
# ### Trap 1: batch norm in training mode
# A batch norm subtracts a mean and divides by a standard deviation, for each of its maps. Whose? In evaluation mode, those that
# it remembers from ImageNet. In training mode, **those of the batch in front of it**. Predict what this does:

# %%
check.predict("batch_norm_trap")

# %%
unsafe = efficientnet.load().train()
palace, flower = squares
batches = {
    "evaluation mode": (network, [palace]),
    "training mode, alone": (unsafe, [palace]),
    "training mode, beside a flower": (unsafe, [palace, flower]),
}
rows = []
for name, (model, batch) in batches.items():
    first = answers(model, batch, n=1)[0]
    rows.append({"": name, "the palace is a": next(iter(first)), "probability": next(iter(first.values()))})
show.table(rows, caption="One photograph of a palace", formats=".0%")
check.recall("batch_norm_trap")

# %% [markdown]
# No weight changed. Now on the cells, with 100 labels: fine-tune from stage 6 up, with ImageNet's statistics or the batch's. The smaller
# the batch, the wilder its mean.

# %%
n = sizes[1]
norms = {"ImageNet's statistics": False, "the batch's statistics": True}
jobs = {
    (size, name, s): partial(finetune, n, s, batch_statistics=on, batch_size=size)
    for size in (16, 4)
    for name, on in norms.items()
    for s in seeds
    if on or size != 16  # that is how we trained above
}
normed = train_all(jobs, "batch norms")
normed |= {(16, "ImageNet's statistics", s): runs["stage6", n, s] for s in seeds}
rows = [
    {"batch": size} | {name: [normed[size, name, s].accuracy for s in seeds] for name in norms}
    for size in (16, 4)
]
show.table(rows, caption=f"Accuracy with {n} labels", formats=dict.fromkeys(norms, ".1%"))

# %% [markdown]
# The batch's statistics cost points on average, at 16 cells as at 4, though at 4 the splits differ by more. (Rows differ also in how many cells were seen: the steps are
# the same. So read along a row.)
#
# ### Trap 2: one learning rate for all
# The new classifier knows nothing and should move fast. The layers below know a lot and should hardly move. With one rate for all, what is
# right for one is wrong for the other. *Discriminative rates* give each layer its own: here 2.6 times less for each layer down,
# $\eta^{l-1} = \eta^l / 2.6$ (ULMFiT, section 3.2; you meet it again in lesson 06).

# %%
rates, factors = (3e-4, 3e-3), {"the same for all": 1.0, "2.6 times less a layer": 2.6}
jobs = {
    (rate, name, s): partial(finetune, n, s, learning_rate=rate, rate_factor=factor)
    for rate in rates
    for name, factor in factors.items()
    for s in seeds
    if (rate, factor) != (3e-4, 1.0)  # that is how we trained above
}
rated = train_all(jobs, "rates") | {(3e-4, "the same for all", s): runs["stage6", n, s] for s in seeds}
rows = [
    {"rate of the head": f"{rate:g}"}
    | {name: [rated[rate, name, s].accuracy for s in seeds] for name in factors}
    for rate in rates
]
show.table(rows, caption=f"Accuracy with {n} labels", formats=".1%")

# %% [markdown]
# The trap has a threshold. At 3e-4, low enough for the old layers, one rate for all does no harm, and that is how you trained above. At
# 3e-3, ten times that, it wipes out what the network knew, and always “fine” is left. Discriminative rates forgive most of
# that: the new classifier may be fast, for the layers below are slow. If you cannot search for a rate, that is worth having.
#
# ### Trap 3: the wrong normalisation
# The network was raised on pixels from −1 to 1. Feed it anything else and it does not complain. First the photographs, then the
# probe on the cells, each time with the *same* wrong normalisation for training and test:

# %%
ways = {
    "right: −1 to 1": (network.mean, network.std),
    "mean and std forgotten: 0 to 1": ((0, 0, 0), (1, 1, 1)),
    "another network's mean and std": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "not even divided by 255": ((0, 0, 0), (1 / 255,) * 3),
}
train, test = splits[seed]
drawn, asked = few_labels.draw_stratified(train, label, sizes[1], seed), test[: pick(full=400, fast=40)]
both, at_work = np.concatenate([drawn, asked]), efficientnet.fold(network)
rows = []
for name, (mean, std) in show.progress(ways.items(), "normalisations"):
    says = [next(iter(one.items())) for one in answers(network, squares, mean, std, n=1)]
    prepare = image_batches.transform(resolution, mean, std)
    wrong = features.extract(at_work, images[both], prepare)["head"]
    told = few_labels.probe(wrong, label[both], np.arange(len(drawn)), np.arange(len(drawn), len(both)))
    rows.append(
        {
            "": name,
            "palace": f"{says[0][0]}, {says[0][1]:.0%}",
            "daisy": f"{says[1][0]}, {says[1][1]:.0%}",
            "cells": told.accuracy,
        }
    )
show.table(
    rows,
    caption=f"What the network says, and the probe's accuracy with {sizes[1]} labels",
    formats={"cells": ".1%"},
)

# %% [markdown]
# The most treacherous of the three. Photographs give it away: each time at least one gets another name. The cells hardly do: a
# probe learns to live with crooked features, and you lose a point or two, no more than another draw of labels would cost, without
# ever knowing.
#
# ## What did it look at?
# Cover a patch of the cell with its median tone, and see how far the probability of a defect falls. Do it everywhere
# (*occlusion*, Zeiler and Fergus 2014). Orange: covering this makes a defect *less* likely, so it spoke for one. Purple: it
# spoke against. Above with the frozen network and its probe, below after fine-tuning. The cells are those where fine-tuning changed most.

# %%
show.source(occlusion.occlusion)

# %%
last = sizes[-1]
before, after = runs["classifier", last, seed].probability, runs["stage6", last, seed].probability
sure_defect = np.flatnonzero(sure[test] == 1)
chosen = sure_defect[np.argsort(before[sure_defect] - after[sure_defect])[: pick(full=4, fast=2)]]
fitted = linear_probe.fit(found["head"][train], label[train])


def frozen(x):
    """Return the probability of a defect by the frozen network and its probe, (batch,)."""
    return torch.from_numpy(fitted.predict_proba(at_work.features(x).numpy())[:, 1])


def finetuned(x):
    """Return the probability of a defect by the fine-tuned network, (batch,)."""
    return best_network(x).softmax(dim=1)[:, 1]


# %%
x = pixels.batch(test[chosen])
patch, stride = resolution // 6, resolution // pick(full=16, fast=8)
evidence = {
    "frozen": occlusion.occlusion(frozen, x, patch, stride),
    "fine-tuned": occlusion.occlusion(finetuned, x, patch, stride),
}
said = {"frozen": before[chosen], "fine-tuned": after[chosen]}
titles = {name: [f"defect: {p:.0%}" for p in values] for name, values in said.items()}
vision_results.looked_at(
    images[test[chosen]],
    evidence,
    titles,
    f"{len(chosen)} defective cells; below each, where covering it changes the answer of the frozen network and of the fine-tuned "
    f"one, whose probabilities of a defect are {', '.join(f'{a:.0%} and {b:.0%}' for a, b in zip(*said.values(), strict=True))}.",
)

# %% [markdown]
# The frozen network's evidence is faint, and part of it is the edge of the picture: covering that makes a defect *more*
# likely. After fine-tuning the evidence sits on the crack, where there is one. On the last cell nothing lights up, though
# the network is sure: where evidence is spread over the whole picture, no single patch matters. So such a map says *where* a
# network looked, if it looked at one place, and not *why*. It is a good lie detector, though: a network that
# looks at the frame has learned the photographer's habits.
#
# ## Move it: a threshold is a choice
# The network gives a probability; somebody has to decide. Move the slider: each cell goes to one of four outcomes, and you see the cells
# nearest to the line. A missed defect costs power for twenty years, a false alarm costs a cell. Where do you put it? Look at
# the false alarms, too: would *you* have passed them?

# %%
threshold_outcomes.threshold(images[test], after, label[test])

# %% [markdown]
# ## Paper says / we get / why they differ
# The authors of the data report two results, trained on 1,968 cells and tested on the rest. Our split by cell has as many, to a cell or
# two, but not the same cells.

# %%
paper = "Deitsch et al. 2019, arXiv 1807.02894, abstract"
unsure = (
    "How they count the cells that the experts were unsure of, we could not verify: we split at one half."
)
probed = f"An SVM on features designed by hand; ours are ImageNet's, at {resolution} × {resolution} pixels. {unsure}"
trained = (
    f"They train end to end on a GPU; we the top of a phone's network, for {steps[last]} steps on one core."
)
cut = "They cut a network in two and transfer to other photographs; we go to solar cells, and freeze more."
whole = 100 * (outcomes("stem", last)[0] - outcomes("stage6", last)[0])
rows = [
    ("linear classifier on features", "82.44%", paper, show.mean_sd(outcomes("classifier", last), ".1%"), probed),
    ("fine-tuned network", "88.42%", paper, show.mean_sd(outcomes("stage6", last), ".1%"), trained),
    ("what frozen lower layers cost", "layers 1–2: almost nothing", "Yosinski et al. 2014",
     f"{whole:+.1f} points, whole against top, one split", cut),
]  # fmt: skip
show.compare(rows)

# %%
certain = {s: np.isin(np.round(3 * sure[splits[s][1]]), (0, 3)) for s in seeds}
correct = {s: (runs["stage6", last, s].probability > 0.5) == label[splits[s][1]] for s in seeds}
sure_share, unsure_share = (
    show.mean_sd([correct[s][certain[s] == yes].mean() for s in seeds], ".1%") for yes in (True, False)
)
show.md(
    f"Where do the errors lie? On the test cells that the experts were sure of, fine-tuning from stage 6 up is right about "
    f"**{sure_share}**; on the others, {np.mean([1 - certain[s].mean() for s in seeds]):.0%} of all, about **{unsure_share}**."
)

# %% [markdown]
# Mind the protocol. The figures of this table, theirs and ours, are by cell: neighbours of most test cells are in training. On new
# panels both of ours were lower, as you saw.
#
# ## Exercises
# ### 1. Change one number
# Four kinds of defect instead of two answers: how many numbers does a *feature extractor* with this network learn? Change
# what is frozen and the number of classes, and read it off.

# %%
model = efficientnet.load()
model.new_classifier(2)
freezing.freeze_below(model.layers(), "stem")
print(f"{freezing.count_trainable(model.layers()):,} numbers learn")

# %% tags=["exercise"]
head_size = ...

# %%
check.head_size(head_size)

# %% [markdown]
# ### 2. What the network was raised on
# Turn grey images into what this network expects, in numpy. You saw what happens otherwise.


# %% tags=["exercise"]
def normalise(images):
    """Return (N, 3, h, w) from grey uint8 images (N, h, w): scaled to 0…1, mean 0.5, std 0.5, three channels."""
    ...


# %%
check.normalise(normalise)

# %% [markdown]
# ### 3. Batch norm, the safe way
# Write what a batch norm does in *evaluation* mode: normalise each channel by the remembered mean and variance, then scale and shift.


# %% tags=["exercise"]
def batch_norm(x, mean, variance, scale, shift):
    """Return what a batch norm in evaluation mode makes of ``x`` (N, C, h, w); the rest is (C,); ε is 1e-3."""
    ...


# %%
check.batch_norm(batch_norm)

# %% [markdown]
# ### 4. A learning rate for each layer
# $\eta^{l-1} = \eta^l / \text{factor}$, from the top down. Return the rates with the bottom layer first.


# %% tags=["exercise"]
def layer_rates(top_rate, n_layers, factor):
    """Return a list of ``n_layers`` learning rates, the bottom layer's first, the top layer's ``top_rate`` last."""
    ...


# %%
check.layer_rates(layer_rates)

# %% [markdown]
# ### 5. Find the most without crying wolf
# Write the method behind the slider. The plant accepts alarms if a share `promise` of them is right. Which share of the defective
# cells can you find under that promise, with the best threshold?


# %% tags=["exercise"]
def recall_at_precision(probability, label, promise):
    """Return the highest recall of any threshold whose alarms (probability ≥ threshold) are right in ``promise`` of cases.

    0.0 if no threshold keeps the promise.
    """
    ...


# %%
check.recall_at_precision(recall_at_precision)

# %%
if check.recall_at_precision.works():
    for promise in (0.8, 0.9, 0.95):
        print(
            f"precision {promise:.0%}:",
            *(
                f"{w} {recall_at_precision(p, label[test], promise):.0%}"
                for w, p in (("probe", before), ("fine-tuned", after))
            ),
        )

# %% [markdown]
# ## What to remember
# 1. A network knows more than its task: features learned on photographs find defects that it was never shown.
# 2. Start with a linear probe. It takes seconds, and it is the baseline that fine-tuning has to beat.
# 3. The upper depths transfer best; ImageNet's thousand names know a little less than the features below them.
# 4. Fine-tune the top with a small rate; compute what is frozen once. Split as the question demands: new cells, or new panels?
# 5. Evaluation mode for batch norms, one rate for each layer, the pretraining's normalisation: check these three first.
#
# **What it got wrong.** At a threshold of one half it still misses many a defective cell, and on a new panel it is right much less
# often. It judges each cell alone, and learned the experts' doubts along with their labels. And it stands on a network for
# which a million pictures had to be labelled.
#
# **What came next.** Networks that pretrain without labels, in vision as in language. For language it begins with words:
# [lesson 03](03_static_word_vectors.ipynb). Freezing, gradual unfreezing and discriminative rates come back in lesson 06, the choice
# between features and fine-tuning in lessons 05 and 08.
#
# **A bigger network?** `tlcourse fetch resnet50` gets one of 25 million weights. `tlcourse.models.vision.resnet.load()` is cut the same way,
# into a stem and four stages, so that you can probe and fine-tune it with the same functions.
#
# **Reading.** CS231n's notes on transfer learning; Yosinski et al. 2014, *How transferable are features in deep neural networks?*;
# Kornblith et al. 2019, *Do better ImageNet models transfer better?*; Tan and Le 2019, *EfficientNet*; Deitsch et al. 2019 (the
# cells); `tlcourse/models/vision/efficientnet.py`, `tlcourse/train/finetuning/freezing.py` and `tlcourse/train/finetuning/images.py` (the code).
