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
# # 00 · Start here
# **In a quarter of an hour you know that your machine is ready, where this course goes, and how every lesson works.**
#
# <!-- badges -->
#
# **Time** 15 minutes · **You need** a little Python and numpy; nothing about language or neural networks yet ·
# **You will be able to**
# *check* your set-up, *find* your way through the lessons, *commit* to a prediction, *move* a widget,
# *solve* an exercise and get help with it, and *switch* a lesson between its two sizes.
#
# Click into a cell and press **Shift + Enter** to run it. Go from top to bottom.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import numpy as np

from tlcourse import doctor, exercises, profiles, show
from tlcourse.data import glove
from tlcourse.lessons.start_here import figures, softmax_temperature

pick = profiles.chooser(profile)
show.style()
check = exercises.start("start_here", solutions=solutions)

# %% [markdown]
# ## Is your machine ready?
# Each line below is a thing that the lessons need (*assets* are the models and data that others made; this lesson needs
# `glove-6b-50d` alone). A line with ✗ says what to do. Where that is a command, type it in a terminal.

# %%
found = doctor.checks()
show.table([{"": "✓" if c.ok else "✗", "needed": c.name, "found": c.detail, "fix": c.fix} for c in found])
missing = ", ".join(c.name for c in found if not c.ok)
show.md(f"**To mend: {missing}.** Do it, then run this cell again." if missing else "**All is there.**")

# %% [markdown]
# ## Where the course goes
# *Transfer learning* takes a model that was trained for one purpose, mostly where data are plentiful, and uses it for another, where
# they are scarce. The course shows how it went from photographs to language. Where you can, you borrow what others have trained.
# Where you train from scratch, it is to see how that is done, or to measure what borrowing buys. *Stands on* names the lessons to do
# before. Words in a question that are new to you are explained in its lesson.

# %%
figures.course_map()

# %% [markdown]
# ## How a lesson works
# Every lesson has the same parts: you **predict**, meet **one idea**, see **the real thing** run, **move** something, hold the
# results against **the paper**, and **write** a few lines yourself. Here is a small lesson of that kind.
#
# ## 1. Predict first
# A *softmax* turns scores into probabilities that add up to 1: the higher the score, the higher the probability. It can
# divide the scores by a *temperature* first. What will a high temperature do? Choose, press *Commit to this answer*, and go on cell by cell. The lesson keeps your
# choice and comes back to it once it has measured the answer: a wrong guess that you made yourself teaches more than a right
# answer that you read.

# %%
check.predict("raise_temperature")

# %% [markdown]
# ## 2. The idea
# $$p_i = \frac{\exp(s_i / T)}{\sum_j \exp(s_j / T)}$$
#
# $s_i$ are the scores, $T$ is the temperature. From lesson 03 on you will meet this line in most lessons.
#
# How undecided are such probabilities? Their **entropy** says it, in bits:
#
# $$H = -\sum_i p_i \log_2 p_i$$
#
# It is 0 when one item has all the probability. It is largest, $\log_2 n$, when all $n$ have the same.
#
# ## 3. The real thing
# A *word vector* is a list of numbers that stands for a word, here 50 of them. It is computed from much text, so that words used
# in similar company get similar lists. These are *pretrained*: others computed them beforehand, from an encyclopedia and years of
# news (GloVe, Pennington et al. 2014). That is transfer learning at its smallest: they computed 400,000 vectors, you use six. The
# score of a word is the cosine of the angle between its vector and the vector of *bank*: 1 if both point the same way.

# %%
vectors = glove.load(limit=pick(full=400_000, fast=20_000))


def cosine(a, b):
    """Return the cosine of the angle between two words' vectors."""
    u, v = vectors[a], vectors[b]
    return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))


words = ["banks", "loan", "money", "river", "guitar"]
scores = {word: cosine("bank", word) for word in words}
title = f"Cosine with “bank”, from {len(vectors):,} pretrained vectors"
show.table({"word": words, "score": list(scores.values())}, title, formats=".2f")

# %% [markdown]
# ## 4. Move it
# A widget answers what a still figure can't. Move the slider from left to right. At which temperature does *river* first reach
# a probability of 5%? Find it, then run the cell below. On a page without a running kernel (GitHub, a printout) you see three
# positions of the slider instead.

# %%
bars = softmax_temperature.temperature(scores, title="Which of five words is closest to “bank”?")
bars

# %%
show.md(bars.reached("river", 0.05))

# %% [markdown]
# And the highest score? That is measured now. What had you predicted?

# %%
check.recall("raise_temperature")

# %% [markdown]
# ## 5. Paper says / we get / why they differ
# Results are worth little alone. Each lesson sets its own beside the paper's, and says why they differ. *As reported*, behind a
# source, means that we took the number from somebody who quotes the paper. Where luck plays a part, you see a mean ± a spread
# (lesson 01 explains how to read it), or are told that it was measured once.

# %% tags=["nbval-check-output"]
from tlcourse.lessons.start_here.softmax_temperature import entropy, probabilities

cold, warm = (entropy(probabilities(list(scores.values()), t)) for t in (0.1, 1.0))
paper, source = "“a softer probability distribution over classes”", "Hinton, Vinyals and Dean 2015, section 2"
ours = f"softer: entropy {cold:.2f} bits at 0.1, {warm:.2f} bits at 1 (the most is {np.log2(5):.2f})"
why = "No difference. They soften a classifier, to teach a smaller one; we soften cosines."
show.compare([("what a higher temperature gives", paper, source, ours, why)])

# %% [markdown]
# ## 6. Your turn
# Replace the `...` with your code, run the cell, then run the check below it. The check tries your function on random inputs
# and tells you what is wrong, by how much, and on which input. Run it once before you write anything, to see what it says.


# %% tags=["exercise"]
def soften(scores, temperature):
    """Return softmax(scores / temperature), shape (n,), for a numpy array of scores, shape (n,)."""
    ...


# %% tags=["nbval-check-output"]
check.soften(soften)

# %% [markdown]
# Stuck? Take the `# ` away in the next cell and run it. Run it again for the second hint, and again for the third.
# `check.soften.solution()` shows the code. Both are noted in your progress, which only you see.

# %%
# check.soften.hint()

# %% [markdown]
# Solved? With large scores `np.exp` overflows. Real code subtracts the largest score first, which changes no probability.
#
# `check` alone lists the exercises of a lesson and how far you are.

# %%
check

# %% [markdown]
# ## Two sizes of every lesson
# A lesson runs as `full`, with all the data, in at most eight minutes, or as `fast`, on a part of it, in less than one. The
# code is the same; only sizes change, through `pick`. Above it chose how many word vectors to read. To switch, write
# `profile = "fast"` in the cell near the top that sets `profile`, and run the notebook again; or set `TLCOURSE_PROFILE=fast` before you
# start JupyterLab. This lesson's six words are frequent enough for both sizes, so its scores stay the same.
#
# In the same cell `seed` fixes what is drawn at random, which here is nothing. `solutions = True` puts the solution in the place of
# every exercise that you left open; your progress does not count it.

# %%
sizes = {name: profiles.chooser(name)(full=400_000, fast=20_000) for name in profiles.PROFILES}
show.table([{"profile": p, "word vectors": n, "now": "←" if p == profile else ""} for p, n in sizes.items()])

# %% [markdown]
# ## Your progress so far
# It is kept in one small file on this machine, and nothing leaves it. `tlcourse progress` prints the same in a terminal.

# %%
figures.progress_figure(exercises.progress.summary())

# %% [markdown]
# ## What to remember
# 1. Run from top to bottom; commit to a prediction before you look.
# 2. `check.soften(soften)` checks, `check.soften.hint()` gives the next of three hints, `check.soften.solution()` shows the code.
# 3. A widget is live while the kernel runs, and a figure everywhere else.
# 4. The main results stand beside the paper's, with the reason why they differ.
# 5. A temperature decides how sure a softmax sounds. The scores stay the same.
#
# **What the vectors miss.** A river has banks too, yet *river* scores below *money*. There is one vector for both meanings of
# *bank*, and it leans towards money, probably because newspapers write about that. Lesson 03 looks at what is lost, and the models of
# 2018 give each use of a word a vector of its own.
#
# **Next**: [01 · What is transfer learning](01_what_is_transfer_learning.ipynb). How many labelled examples is a pretrained
# model worth?
#
# **Reading**: Hinton, Vinyals and Dean 2015, *Distilling the knowledge in a neural network*, arXiv 1503.02531, section 2 (the
# temperature); Pennington, Socher and Manning 2014, *GloVe* (the vectors); `tlcourse/lessons/start_here/softmax_temperature.py` (the widget).
