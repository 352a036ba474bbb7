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
# # 17 · The state of the art, and after
# **You put every system of the course on one board, with what each costs, make a rule of it that says what to use, test the rule on tasks it has not seen, and
# learn how a leaderboard fools its readers.**
#
# <!-- badges -->
#
# **Time** 75 minutes, of which the computer needs about two; the core 55 · **You need** lesson 01 (TF-IDF, GloVe, MiniLM) and lesson 09 (frozen and fine-tuned) ·
# **You will be able to**
# *read* a leaderboard with its costs, *find* what nothing cheaper beats, *test* a rule on tasks kept out, *tell* luck from a difference, *find* leaked texts, and *put* your own
# texts through the same yardstick.
#
# **Core path** sections 1, 2, 4, 5 and 6, without what is marked *Optional*.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import tempfile
from pathlib import Path

import numpy as np  # noqa: F401  (for your own code in the exercises)

from tlcourse import exercises, profiles, show, trial
from tlcourse.lessons.state_of_the_art_and_after import (
    afterwards,
    board,
    both_ways,
    deciding,
    dial,
    figures,
    in_words,
    own_texts,
    published,
    traps,
)

pick = profiles.chooser(profile)
show.style()
check = exercises.start("state_of_the_art_and_after", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes
# A *system* is what turns a text into numbers: counted words (TF-IDF), averaged word vectors (GloVe), or a network’s states. All stay *frozen*, as they were pretrained, and a linear
# model on top learns from your labels. (*Pieces* are words or parts of words. A label is the answer for one text; where words are tagged, for one sentence.)

# %%
check.predict("who_leads")

# %%
check.predict("one_seed")

# %%
check.predict("leak_buys")

# %% [markdown]
# ## 1. October 2019, and after · 5 minutes
# The talk that this course follows ends with a count. On 1 October 2019, within arXiv’s computer science (as the talk gives it):

# %%
show.table(afterwards.counts())

# %% [markdown]
# BERT’s paper was a year old then. What came after the talk’s systems? A few lines of each, far from all, and not all descended from it. Years are those of the first version.

# %%
show.table(afterwards.led_to())

# %% [markdown]
# Most of it kept the Transformer and its pretraining, with other parts, more text, other ways to tune or to ask. Which of it would *you* use? A date or a name does
# not tell. A measurement on tasks like yours does. The course can measure what runs on a laptop, and of this table that is little (SmolLM2 and DistilBERT); but how to measure is the same.
#
# ## 2. The board · 12 minutes
# Seven tasks that the course has measured all along, each in the same way: so many labels are drawn, three times (three *seeds*), a linear model learns from them, and its settings are chosen on those
# labels alone. No setting is chosen by looking at a test. (Where words are tagged, what is called TF-IDF is another baseline: how a word and its neighbours are spelt. GloVe has the vectors of a word and its neighbours.)

# %%
show.table(in_words.tasks_rows())

# %% [markdown]
# The board is made of files in `data/results/` and nothing else. Each number below is a mean over three seeds (accuracy, F1 or ρ, times 100). The colour says how far it is from TF-IDF with the *same labels*: purple
# below, orange above. Framed: the best of a task. Bold: *more than luck*, which always means here: of the differences seed by seed, the 95% interval of the mean (Student’s *t*) leaves out 0. That is the luck of the
# *labels* alone. The test texts are a draw, too, and no seed shows that: do not lean on a bold difference of two or three points, or of five where a test has few hundred texts. (An answer that is always the same gets 50 on films and long reviews.)

# %%
results = board.load()
figures.cells(results, 100)

# %%
show.md(in_words.of_bold(results, 100) + "\n\n" + in_words.of_empty_cells(results, 100))

# %%
show.md(in_words.of_ours(results, 100))

# %%
check.recall("who_leads")

# %% [markdown]
# With ten times as many labels, on what was measured there:

# %%
figures.cells(results, 1000)

# %%
show.md(in_words.of_many_labels(results, 1000))

# %% [markdown]
# A board needs one order. Ours ranks by *gain*, score minus TF-IDF’s with the same labels, averaged over the tasks that all ranked systems have (a system measured on half of the tasks or fewer is not ranked). Beside it stands what a
# system costs: its *parameters* (pretrained numbers), what it *read before*, *milliseconds* of one core of our machine for a film snippet, from string to label, one by one or 32 together (yours differs), and its *memory*. One caution: what GloVe, MiniLM, SmolLM2 and DistilBERT have read, nobody has searched for these test texts, which all stand on the web.

# %%
show.table(in_words.board_rows(results, 100), "The course’s leaderboard, 100 labels")

# %%
show.md(in_words.of_reading(results))

# %%
show.md(in_words.of_the_board(results, 100) + "\n\n" + in_words.of_scales(results, 100))

# %% [markdown]
# A board with one column of scores has one winner. With costs beside it, a system may be worth using because it is cheap. For one kind of cost, what is never worth using is what another one makes *pointless*: at least as good and at least as cheap, and
# better or cheaper. All others form the **Pareto front** of that cost.
#
# ### Your turn: the front


# %% tags=["exercise"]
def pareto_front(scores, costs):
    """Return a list: the places, ascending, of the systems that no other makes pointless.

    One makes another pointless if it is at least as good (score), at least as cheap, and better or cheaper.
    """
    ...


# %%
check.pareto_front(pareto_front)

# %% [markdown]
# Ours, by time and by memory. Up is better, left is cheaper; the line is the front, the dotted one TF-IDF itself, and bars (on the front) are the standard deviation over the seeds:

# %%
figures.front(results, 100)

# %%
show.md(in_words.of_the_front(results, 100))

# %% [markdown]
# ## 3. *Optional:* frozen against fine-tuned, over all lessons · 5 minutes
# The board’s systems are frozen. What would training them on have added? Each system and task that some lesson measured both ways, with the same labels and three seeds. In front
# stands the lesson, or *board* for the board’s own yardstick. Another lesson may read other layers and test on fewer texts, so its scores can differ from the board’s. *Headline*: do a headline and an article belong together? *Similarity*: how alike are two sentences? *Solar cells*: images,
# with an ImageNet network. On the right, both scores:

# %%
pairs = both_ways.gather()
figures.both_ways(pairs)

# %%
show.md(in_words.of_tuning(pairs))

# %% [markdown]
# ## 4. What would you use? · 13 minutes
# Make a rule of the board, as simple as it gets:
#
# > *Of the systems that keep within your milliseconds and megabytes, take the one with the highest mean gain at the nearest number of labels (100 or 1,000).*
#
# Below, `systems` are those that keep within the limits already, `labels` is 100 or 1,000, and `common` are the tasks that all ranked systems have.

# %%
show.source(deciding.choose, docstring=False)

# %% [markdown]
# Drawn for one text at a time. Find your own corner: how long may a text take, and how much memory is there? White: nothing keeps within it.

# %%
figures.decision_map(results, board.LABELS)

# %% [markdown]
# A rule drawn from a board fits that board. Is it right about a task that it has *not* seen? Keep one task out, choose by the others, and look what the choice costs on it. (A task on the same texts is kept out with it.)
# The **regret** is the best system’s score minus the chosen one’s.
#
# ### Your turn: regret


# %% tags=["exercise"]
def regrets(scores):
    """Return (T,): the best score on each task minus that of the system with the best mean on the others.

    scores: numpy array, (T, S): T tasks, each on its own texts, S systems. Of equal means take the first.
    """
    ...


# %%
check.regrets(regrets)

# %% [markdown]
# Three habits stand beside the rule: always TF-IDF, always MiniLM, and the largest that you can afford (most parameters). Each row is a task that was kept out; only what was measured on it can be chosen or be the best. Filled: within a point of the best.

# %%
kept_out = deciding.kept_out(results, deciding.unlimited(board.LABELS))
figures.regrets(kept_out)

# %%
show.table(in_words.kept_out_rows(kept_out), "No limit but the labels")

# %%
show.md(in_words.of_the_rule(kept_out, results))

# %% [markdown]
# Now with limits of time and memory: one pair of limits for each set of systems that can be left within them, for 100 labels and for 1,000. *The best* is now the best that fits. (“Always MiniLM” is left out: it does not always fit.)

# %%
limits = deciding.many_budgets(results, board.LABELS)
limited = deciding.kept_out(results, limits, (deciding.RULE, deciding.LARGEST, deciding.COUNTS))
show.table(in_words.kept_out_rows(limited), f"{len(limits)} budgets: a number of labels and two limits")

# %%
show.md(in_words.of_limits(limited))

# %% [markdown]
# ### Try it
# The dial: your labels, milliseconds and megabytes. What does it say for a small budget of time, for a server that gets texts in bundles, for a hobby with 300 labels? Where does a small step of a limit change the answer, and how sure is it there? (Without sliders: `decision.told(300, 3, 300, "one by one")`, for 300 labels, 3 ms and 300 MB.)

# %%
decision = dial.dial(results)
decision

# %%
show.md("As it stands at first: " + decision.told(**decision.start) + "\n\n" + decision.examples())

# %% [markdown]
# ## 5. A board’s own traps · 14 minutes
# A board of hundreds of numbers looks solid. Here are four ways in which it misleads, two of them optional. You produce each yourself on film snippets, with systems that learn in a moment.
#
# ### One seed · 5 minutes
# A *seed* draws the labels. Here are many, for two numbers of labels. Each bar is one seed: GloVe minus TF-IDF.

# %%
films = traps.films()
seeds = list(range(seed, seed + pick(full=40, fast=8)))
scores = traps.many_seeds(films, ["GloVe", "TF-IDF"], [100, 1000], seeds)
figures.seeds(scores, "GloVe", "TF-IDF")

# %% [markdown]
# Now draw 1, 2, … of these seeds, with replacement, again and again. How often is the one in front not the one that is in front in the mean of all the seeds? We call that *wrong*.

# %%
sizes = [1, 2, 3, 5, 10]
by_labels = {
    f"{n:,} labels": [scores.where(system=s, labels=n).scores for s in scores.values("system")]
    for n in scores.values("labels")
}
shares = {name: traps.flips(*two, sizes, seed) for name, two in by_labels.items()}
figures.wrong_way(shares)

# %%
show.md(in_words.of_seeds(scores, shares))

# %%
check.recall("one_seed")

# %% [markdown]
# ### *Optional:* the test texts · 8 minutes
# Seeds tell how much the *labels* matter. The *test texts* are a draw, too. The **bootstrap** asks what other test sets of the same kind would have said: it draws N of the N texts, with replacement, again and
# again. *Paired*: both systems get the same draw.
#
# ### Your turn: a paired bootstrap


# %% tags=["exercise"]
def paired_bootstrap(a, b, draws):
    """Return the pair (low, high): percentiles 2.5 and 97.5, over the draws, of a's accuracy minus b's.

    a, b: numpy arrays of 0 and 1, (N,): was the system right on each text? draws: (B, N), each row a test set
    of N places among the texts, drawn with replacement.
    """
    ...


# %%
check.paired_bootstrap(paired_bootstrap)

# %% [markdown]
# The same on GloVe and TF-IDF, for the course’s test set and for smaller ones:

# %%
intervals = traps.of_test_texts(films, ["GloVe", "TF-IDF"], 1000, seed, [200, 500, len(films.test)])
show.md(in_words.of_test_texts("GloVe", "TF-IDF", intervals))

# %% [markdown]
# ### *Optional:* tuned on the test set · 8 minutes
# A paper tries k settings and reports the best test score. How much of it is luck? Thirty-two settings of TF-IDF and its classifier, none of them silly, learn from the same texts. 200 texts are the test set.
# *Picked on the test set*: the best of k there, and its score there. *Picked on other texts*: the best of k on 200 others, which is honest. *Picked on the test set, scored on fresh texts*: what the first one is truly worth. Each point is a mean over all sets of k settings.

# %%
tried = traps.tries(films, [1, 2, 4, 8, 16, 32], pick(full=500, fast=100), 200, seeds[: pick(full=8, fast=2)])
figures.tries(tried)

# %%
show.md(in_words.of_tries(tried))

# %% [markdown]
# How is a mean over all sets taken, if 16 of 32 settings are 600 million sets? It is counted: one sum over the settings, sorted from the worst to the best, is enough (Tang et al. 2020, for k *different* settings). Dodge et al. 2019, who asked for such curves, of scores on validation texts, let a setting be drawn twice.
#
# ### Your turn: the best of k


# %% tags=["exercise"]
def expected_best(scores, k):
    """Return the mean, over all sets of k different scores, of the best of the set; 1 ≤ k ≤ len(scores).

    `math.comb(n, k)` says how many sets of k there are among n.
    """
    ...


# %%
check.expected_best(expected_best)

# %% [markdown]
# ### Leaked texts · 9 minutes
# Some test texts, with their labels, get into the training set. Nobody means harm: the same review stands on two sites. Here a share of 500 test texts takes the place of training texts.
# *Nearest neighbour* gives each text the label of the closest training text, by GloVe: it learns by heart. Drawn is what the leak adds, compared seed by seed, with its 95% interval. Dotted: the leaked texts that the
# system had wrong without the leak, which is what a perfect memory would add.

# %%
leaks = traps.leak(
    films,
    ["TF-IDF", "GloVe", traps.NEIGHBOUR],
    [0, 0.05, 0.1],
    1000,
    500,
    seeds[: pick(full=10, fast=4)],
)
figures.leaks(leaks)

# %%
show.md(in_words.of_leaks(leaks))

# %% [markdown]
# TF-IDF has a weight for each of thousands of words, enough to learn a single text by heart. GloVe’s linear model has 50 weights, and cannot, though the same 50 numbers tell the texts apart: the nearest neighbour reads
# no others. (Lesson 13 looks for what a large network has read before.)

# %%
check.recall("leak_buys")

# %% [markdown]
# A leak of whole texts is easy to find: two texts that share a long run of words often have one source. Look at what you find: a title or a saying is shared, too.
#
# ### Your turn: find them


# %% tags=["exercise"]
def leaked(train, test, n):
    """Return a list: the places, ascending, of test texts that share n words in a row with a training text.

    Words are what `text.lower().split()` gives; a text of fewer than n words has no run.
    """
    ...


# %%
check.leaked(leaked)

# %% [markdown]
# And in the texts that you have trained on all along?

# %%
twins = traps.shared_runs(films, 8)
show.md(in_words.of_shared_runs(twins, len(films.test), 8))

# %% [markdown]
# Of the text that the course’s own models read, whatever shared a run of 13 words with a test was dropped before training (`tlcourse/data/overlap.py`). For GloVe, MiniLM, SmolLM2 and DistilBERT that was not possible.
#
# ## 6. Your own texts · 5 minutes
# The board is about our texts. A few hundred of yours say more. The same yardstick takes a CSV with a column of texts and one of labels. As you may have none at hand, here is one, written
# from sentences of product reviews (Hutto and Gilbert 2014), which the board does not know. Each sentence was rated by itself:

# %%
folder = Path(tempfile.mkdtemp())
reviews = own_texts.write(folder / "reviews.csv", pick(full=300, fast=120), seed)
print(*reviews.read_text(encoding="utf-8").splitlines()[:5], sep="\n")

# %%
mine = trial.run(reviews, budget=2, seeds=pick(full=5, fast=2), tune=False, out=folder / "page")
mine

# %%
show.md("\n\n".join([*mine.sentences, in_words.of_own(mine.scores, results)]))

# %% [markdown]
# With your own file: `trial.run("my_texts.csv")` here, or `tlcourse try my_texts.csv` in a terminal; both write a page with the curve, the table, what was assumed about your file, and the words that tell
# the labels apart. Bold follows the rule of section 2, against every other in its row. The seeds’ draws overlap, so that such intervals are a little too narrow. With `tune=True` MiniLM is fine-tuned as well. Nothing leaves your machine.
#
# ## Paper says / we get / why they differ · 3 minutes

# %%
show.compare(published.paper_rows(results, pairs, shares))

# %%
show.md(published.NOT_MEASURED)

# %%
check

# %% [markdown]
# ## What to remember
# 1. A score without its cost, its spread and its number of labels is half a result.
# 2. No system leads everywhere. TF-IDF is the baseline that a pretrained one has to beat, on *your* task.
# 3. A rule for choosing is itself a claim: keep a task out, and see.
# 4. One seed, the best of k on the test set, leaked texts: each makes a better number and no better system.
# 5. Before you read about the newest model, put a few hundred labelled texts of your own through a yardstick.
#
# **What this board gets wrong.** Seven tasks, all English, most of them short texts of few kinds, two with a program’s labels; small systems; one core. Its rule knows nothing of pairs of texts, of search, of writing. And it has been looked at all
# through the course: whoever tunes on it now tunes on the test set.
#
# **What came next.** Boards of boards, such as MTEB; models that are asked instead of trained, and tests that they have read. The traps are the same.
#
# **Reading**: Ethayarajh and Jurafsky 2020, *Utility is in the Eye of the User* (arXiv 2009.13888); Dodge et al. 2019, *Show Your Work* (arXiv 1909.03004); Tang et al. 2020, *Showing Your Work Doesn’t Always Work* (arXiv 2004.13705); Reimers and Gurevych 2017, *Reporting Score
# Distributions Makes a Difference* (arXiv 1707.09861); `tlcourse/lessons/state_of_the_art_and_after/board.py`.
