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
import time
from functools import partial

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_sample_images
from torchvision.models import EfficientNet_B0_Weights

from tlcourse import exercises, profiles, show
from tlcourse.data import solar_cells
from tlcourse.models import efficientnet
from tlcourse.show import vision_results, vision_sketches
from tlcourse.train import features, few_labels, finetuning, freezing, image_batches

pick = profiles.chooser(profile)
show.style()
check = exercises.start("02", solutions=solutions)

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
vision_results.cells(
    cells.images[shown],
    titles,
    4,
    "Eight solar cells, four of one crystal and four of many, from surely fine to surely defective.",
)

# %% [markdown]
# The question is yes or no: **is a defect more likely than not?** A quarter of the cells is kept for testing. Before any network,
# the baseline: always answer “fine”.

# %%
kept = np.sort(np.random.default_rng(0).permutation(len(cells.label))[: pick(full=None, fast=480)])
images, label, kind, sure = (a[kept] for a in (cells.images, cells.label, cells.kind, cells.probability))
position = {cell: i for i, cell in enumerate(kept)}


def split(number):
    """Return the positions of the training and the test cells in split ``number``."""
    return [np.array([position[i] for i in part if i in position]) for part in cells.split(number)]


seeds = range(seed, seed + pick(full=3, fast=2))
splits = {s: split(s) for s in seeds}
train, test = splits[seed]
baseline = 1 - label[test].mean()
show.md(
    f"{len(train):,} cells to train on, {len(test):,} to test. Always “fine” is right for **{baseline:.1%}**. And "
    f"{len(test):,} test cells mean a standard error of about {np.sqrt(0.85 * 0.15 / len(test)):.1%} on an accuracy of 85%: "
    f"small differences need several splits, so each result below is a mean over {len(seeds)} of them."
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
# the result is kept on your disk: run this cell again and it takes seconds. (The pass also keeps the maps that
# go into stage 6, for each cell as it is, mirrored, upside down and both. You need them later.)

# %%
resolution = pick(full=160, fast=96)
started = time.perf_counter()
found = features.cached(images, resolution, below="stage6", watch=partial(show.progress, desc="one pass"))
show.md(f"{len(images):,} cells, {resolution} × {resolution} pixels: {time.perf_counter() - started:.0f} s.")

# %%
depths = [*network.depths]
sizes = [25, 100, pick(full=500, fast=200), len(train)]
probes = {}
for n in show.progress(sizes, "probes"):
    for s, (train, test) in splits.items():
        drawn = few_labels.draw(train, label, n, s)
        for depth in depths:
            probes[depth, n, s] = few_labels.probe(found[depth], label, drawn, test)

# %%
accuracy = {n: np.array([[probes[d, n, s].accuracy for d in depths] for s in seeds]) for n in sizes}
vision_results.depth_curves(depths, accuracy, baseline)

# %%
check.recall("best_depth")
