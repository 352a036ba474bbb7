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
# Each line below is a thing that the lessons need (*assets* are the models and data that others made). A line with ✗ says what
# to do; the rest of the course can wait until then.

# %%
found = doctor.checks()
show.table([{"": "✓" if c.ok else "✗", "needed": c.name, "found": c.detail, "fix": c.fix} for c in found])
missing = ", ".join(c.name for c in found if not c.ok)
show.md(f"**To mend: {missing}.** Do it, then run this cell again." if missing else "**All is there.**")

# %% [markdown]
# ## Where the course goes
# The course follows the agenda of a talk that an engineer gave in 2019 (you need not know it): how transfer learning went from
# photographs to language. Where you can, you borrow what others have trained. Where you train from scratch, it is to see how that is
# done, or to measure what borrowing buys. A circle is a lesson, filled if it is there and empty if it is planned; a line or an arc
# joins each to the earlier ones it needs.

# %%
figures.course_map()

# %% [markdown]
# ## How a lesson works
# Every lesson has the same parts: you **predict**, meet **one idea**, see **the real thing** run, **move** something, hold the
# results against **the paper**, and **write** a few lines yourself. Here is a small lesson of that kind.
#
# ## 1. Predict first
# A *softmax* turns scores into probabilities that add up to 1: the higher the score, the higher the probability. It can
# divide the scores by a *temperature* first. What will a high temperature do? Choose, then commit. The lesson keeps your
# choice and comes back to it once it has measured the answer: a wrong guess that you made yourself teaches more than a right
# answer that you read.

# %%
check.predict("raise_temperature")

# %% [markdown]
# ## 2. The idea
# $$p_i = \frac{\exp(s_i / T)}{\sum_j \exp(s_j / T)}$$
#
# $s_i$ are the scores, $T$ is the temperature. You will meet this line again in almost every lesson: as the last layer of
# a classifier, and inside attention.
#
# How undecided are such probabilities? Their **entropy** says it, in bits:
#
# $$H = -\sum_i p_i \log_2 p_i$$
#
# It is 0 if one has all the probability, and $\log_2 n$, the most there is, if all $n$ are alike.
#
# ## 3. The real thing
# No invented scores: these come from word vectors that others have trained, on an encyclopedia and years of news (GloVe,
# Pennington et al. 2014). That is transfer learning at its smallest: they computed, you read six rows. The score of a word
# is the cosine of the angle between its vector and the vector of *bank*.

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
# A widget answers what a still figure can't. Move the slider: from left to right, at which temperature does
# *river* first reach a probability of 10%?
# On a page without a running kernel (GitHub, a printout) you see three positions of it instead.

# %%
softmax_temperature.temperature(scores, title="Which of five words is closest to “bank”?")

# %% [markdown]
# That is measured now. What had you predicted?

# %%
check.recall("raise_temperature")

# %% [markdown]
# ## 5. Paper says / we get / why they differ
# Results are worth little alone. Each lesson sets its own beside the paper's, and says why they differ. (*As reported*, behind a
# source, means that we took the figure from somebody who quotes the paper.) Where a result depends on luck, you see the mean over
# several **seeds** ± the standard deviation. A seed fixes everything that is drawn at random; with another one, other draws come.
# Whether two such results differ by more than luck is judged by one rule in all lessons: lesson 01 has it.

# %% tags=["nbval-check-output"]
from tlcourse.lessons.start_here.softmax_temperature import entropy, probabilities

cold, warm = (entropy(probabilities(list(scores.values()), t)) for t in (0.1, 1.0))
paper, source = "gives a softer distribution", "Hinton, Vinyals and Dean 2015, section 2"
ours = f"entropy {cold:.2f} bits at 0.1, {warm:.2f} bits at 1.0 (five words alike: {np.log2(5):.2f})"
why = "They agree. The paper softens a classifier, to teach a smaller one; we soften cosines."
show.compare([("a softmax at a higher temperature", paper, source, ours, why)])

# %% [markdown]
# ## 6. Your turn
# Replace the `...` with your code, run the cell, then run the check below it. The check tries your function on random inputs
# and tells you what is wrong, by how much, and on which input. Run it once before you write anything, to see what it says.


# %% tags=["exercise"]
def soften(scores, temperature):
    """Return softmax(scores / temperature) for a numpy array of scores, as an array of the same shape."""
    ...


# %% tags=["nbval-check-output"]
check.soften(soften)

# %% [markdown]
# Stuck? Run the next cell: there are three hints, each says more than the one before. `check.soften.solution()` shows the
# code. Your progress counts both, for you alone.

# %% tags=["nbval-check-output"]
check.soften.hint()

# %% [markdown]
# `check` alone lists the exercises of a lesson and how far you are.

# %%
check

# %% [markdown]
# ## Two sizes of every lesson
# A lesson runs as `full`, with all the data, in at most eight minutes, or as `fast`, on a part of it, in less than one. The
# code is the same; only sizes change, through `pick`. Above it chose how many word vectors to read. To switch, write
# `profile = "fast"` in the cell near the top that sets `profile`, and run the notebook again; or set `TLCOURSE_PROFILE=fast` before you
# start JupyterLab. In the same cell `seed` fixes what is random, and `solutions = True` puts the solution in the place of every
# exercise that you left open.

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
# 2. `check.name(name)` checks, `.hint()` helps three times, `.solution()` shows.
# 3. A widget is live while the kernel runs, and a figure everywhere else.
# 4. The main results stand beside the paper's, with the reason why they differ. What depends on luck has its spread, or says that it
#    was measured once.
# 5. A temperature decides how sure a softmax sounds. The scores stay the same.
#
# **What it got wrong.** Look at *river* again. A river has banks too, but there is one vector for both meanings, and newspapers
# write about money. Lesson 03 measures that, and the models of 2018 mend it.
#
# **Next**: [01 · What is transfer learning](01_what_is_transfer_learning.ipynb). How many labelled examples is a pretrained
# model worth?
#
# **Reading**: Hinton, Vinyals and Dean 2015, *Distilling the knowledge in a neural network*, section 2 (the temperature);
# Pennington, Socher and Manning 2014, *GloVe* (the vectors); `tlcourse/lessons/start_here/softmax_temperature.py` (the widget).
