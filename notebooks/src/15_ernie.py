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
# # 15 · ERNIE 2.0
# **You ask plain text five questions at once, find out which of them a small model has really learned, and see what is forgotten when tasks are learned
# one after the other.**
#
# <!-- badges -->
#
# **Time** 80 minutes, of which the computer needs about two; the core without the optional section 75 · **You need** lesson 08 (BERT: hidden pieces,
# wordpieces, `[CLS]`) · **You will be able to**
# *make* pretraining tasks and their answers from text alone, *hide* whole words and names, *judge* a loss by what a guess would reach, *plan* which task
# is trained when, and *say* what more tasks brought here.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import json
from itertools import permutations  # noqa: F401  (for your own code in the exercises)
from math import factorial  # noqa: F401

import numpy as np  # noqa: F401

from tlcourse import exercises, models, profiles, show
from tlcourse.data import tokeniser
from tlcourse.lessons.ernie import (
    figures,
    in_words,
    in_words_of_strategies,
    news,
    on_news,
    published,
    suite,
    timeline,
    two_masks,
)
from tlcourse.models.language.ernie import ErnieForPreTraining
from tlcourse.models.pretrained import zoo
from tlcourse.show.records import results_dir
from tlcourse.train.pretraining import ernie_tasks, task_strategies

pick = profiles.chooser(profile)
show.style()
check = exercises.start("ernie", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("one_piece_hidden")

# %%
check.predict("forgotten")

# %% [markdown]
# ## 1. One text, many questions · 5 minutes
# BERT asks its text two questions: which pieces are hidden, and does B follow A? But a text answers many more. Is this word written with a capital? Does it also stand
# elsewhere in the document? In which order did these sentences stand? Nobody has to label anything. ERNIE 2.0 (Sun et al. 2020) asks seven. Each *batch* (the rows that are read in one
# step) is made for one task; in ours, words are hidden in all of them, and their loss is always added. A new vector, the *task embedding*, tells the encoder which task it is:

# %%
figures.one_encoder()

# %%
show.source(ErnieForPreTraining.forward, docstring=False)

# %% [markdown]
# The seven tasks (the authors’ README), and the five that `ernie-mini` learned:

# %%
show.table(published.tasks())

# %% [markdown]
# *Discourse relation* needs pairs of sentences with their connective (“because”, “but”) taken out and labelled; *relevance* needs the logs of a search engine. We have neither, so
# `ernie-mini` learned the other five. It has BERT's six layers of 256 numbers.

# %%
show.md(published.of_reading())

# %% [markdown]
# ## 2. Hide whole units · 14 minutes
# The first task is BERT's, with one change. Hide *##ham* in *birming ##ham*, and the rest of the word gives it away: nothing about the sentence is needed. So ERNIE
# hides *units*: a whole word, a name of several words, a phrase. (The idea is ERNIE 1.0's, Sun et al. 2019; BERT's authors hid whole words in later models, too.) The loss is BERT's, over
# the hidden places $M$ of the text as it is shown, $\tilde x$:
#
# $$\mathcal{L} = -\frac{1}{|M|} \sum_{t \in M} \log p(x_t \mid \tilde x), \qquad M \text{ made of whole units, about 15 \% of the pieces}$$
#
# The authors find names and phrases with a tagger and a chunker. Here a name is a run of words with capitals inside a sentence, a phrase is a pair of words
# that meet far more often than by chance; and training began with rows of 16 pieces (longer ones came later, as for `bert-mini`), of which 15 % are two: there, no longer unit was ever hidden.
#
# ### Your turn: whole units
# `unit` says which unit each piece is of, such as `[0, 0, 1, 2, 2, 2]`; `order`, in which order the units are tried; `budget`, how many pieces may be hidden.


# %% tags=["exercise"]
def whole_units(unit, order, budget):
    """Return the places of the hidden pieces, ascending. A unit is hidden whole, or, if it does not fit, left out."""
    ...


# %%
check.whole_units(whole_units)

# %% [markdown]
# The same row of a BBC article that no model has read, hidden in both ways, twice each. (As with BERT, one in ten shows random pieces, and one in ten shows
# itself. Of a whole unit, all pieces share that fate: there no `[MASK]` stands beside half of a word.) Which of them could you
# guess from their neighbours alone?

# %%
tokenizer = tokeniser.load(zoo.folder_of("ernie-mini"))
index = news.index(tokenizer, n_train=pick(full=None, fast=400), n_test=pick(full=None, fast=200))
show.table(two_masks.side_by_side(index, tokenizer, seed))

# %%
both = {name: models.load(name, heads=True) for name in ("bert-mini", "ernie-mini")}
seeds = list(range(seed, seed + 3))
masks = two_masks.losses(both, index, pick(full=96, fast=12), 64, seeds)
figures.bars(masks, "mask", "model", "loss, nats per hidden piece")

# %% [markdown]
# Each model was trained once: the spread, here and in the next sections (thin bars, ±), is that of three draws of articles, and models are compared draw by draw.

# %%
show.md(in_words.of_masks(masks))

# %% [markdown]
# Whole units contain other pieces than single ones do: longer words, more names. So ask for *one and the same piece* of the same sentence, hidden alone or
# together with its unit. In `full`, about 130 sentences for each of three draws. *Frequency alone* knows how often each piece occurs, no more. In nats:

# %%
same = two_masks.same_pieces(both, index, pick(full=130, fast=20), 64, seeds)
wrong = two_masks.wrong_kind(both, index, pick(full=130, fast=20), 64, seeds)
show.results(two_masks.told_apart(same), rows="hidden", columns="model", spec=".2f", best=None)

# %%
show.md(in_words.of_same_pieces(same, wrong))

# %%
check.recall("one_piece_hidden")

# %% [markdown]
# ## 3. Four more questions · 14 minutes
# *Capitalisation.* Our pieces are in small letters, so whether a word had a capital is gone from the input, and can be asked.
#
# ### Your turn: capitals


# %% tags=["exercise"]
def capital_labels(words, sizes):
    """Return 1 or 0 for each piece: does its word begin with a capital? `words` as written, cut into `sizes` pieces."""
    ...


# %%
check.capital_labels(capital_labels)

# %% [markdown]
# *Token in document.* Does this piece also stand elsewhere in the document that the row was cut from? Words that do tend to be frequent, or what the document is about.
#
# ### Your turn: does it stand elsewhere?


# %% tags=["exercise"]
def recurs(pieces, first, last):
    """Return 1 or 0 for each piece of the passage `pieces[first:last]`: is it anywhere else in the document `pieces`?"""
    ...


# %%
check.recurs(recurs)

# %% [markdown]
# *Sentence order.* A passage is cut into one to $m$ segments (parts of it; not BERT's segments), which are put in any order. Which order it is, is one of $1! + 2! + \dots + m!$ classes; with our $m = 3$
# that is nine.
#
# ### Your turn: which class?


# %% tags=["exercise"]
def order_class(order):
    """Return the class of an order: of one segment 0; of two, as they were 1, exchanged 2; of three 3 to 8; and so on.

    `order` says which segment stands at each place: [1, 0] has the second one first. Orders of as many segments come
    as `permutations(range(n))` gives them.
    """
    ...


# %%
check.order_class(order_class)

# %% [markdown]
# *Sentence distance.* Two passages: does B follow A (class 0), are both of one document (1), or of two (2)? Care is needed: if what follows were longer than what is taken
# from elsewhere, lengths would tell the class. So all three candidates are made, and cut to one length (`n_second`), before one is drawn (`kind`); read that part, and skip the rest:

# %%
show.source(ernie_tasks.two_passages, docstring=False)

# %% [markdown]
# A row for each task, as the model sees it (units are hidden in all of them):

# %%
asker = on_news.Asker(
    both["ernie-mini"], index, pick(full=8, fast=4), pick(full=128, fast=64), pick(full=600, fast=300)
)
show.table(asker.examples(seed))

# %% [markdown]
# ## 4. What has it learned? · 8 minutes
# A loss of 0.9 nats says nothing by itself. Put two guesses beside it, on the same rows of the test articles:
#
# - **shares**: knows how frequent each answer is (for hidden words that is section 2's *frequency alone*; in the figures of section 6, *one who guesses*). In sentence order it also counts the segments, which the `[SEP]`s tell; then every order is as likely, $\ln n!$ nats for $n$ of them.
# - **counts**: has counted on the training articles how often each answer goes with *one clue*: the piece to the left of a hidden one; the piece itself; the first piece of each
#   segment; the number of rare pieces that two passages share.
#
# In nats per question, lower is better:

# %%
reached = asker.reached(pick(full=4, fast=1), seeds)
show.results(reached, rows="task", columns="who", spec=".2f", best="min")

# %%
uncounted = asker.uncounted(pick(full=4, fast=1), seeds)
show.md(in_words.of_reached(reached) + "\n\n" + in_words.summary_of_reached(reached, uncounted))

# %% [markdown]
# Three cautions. The counts come from BBC's training articles, and so know this kind of text; `ernie-mini` read them among much else (its card, `data/checkpoints/ernie-mini/README.md`, says how often). Rows
# here are shorter than the longest it was trained on. And it learned each task for a part of its training only, and most of them late.
#
# ## 5. *Optional:* the task embedding, swapped · 5 minutes
# Does the encoder need to be told which task a row is for? Name another task in the input, and leave all else as it is. Which row of the figure do you expect to change most?
# Bold: the loss with the right name, in nats; the other cells: how much it changes (purple: up, orange: down).

# %%
swapped = asker.swapped(pick(full=2, fast=1), seeds)
figures.swapped(swapped)

# %%
show.md(in_words.of_swapped(swapped))

# %% [markdown]
# For fine-tuning on a new task the paper takes any of the names.
#
# ## 6. Which task when? · 20 minutes
# Several tasks, one budget. The paper compares three *strategies*. **One after the other**: each task has its turn, and is then read no more. **All at once**: they take turns from
# the start. **Continual**, its own: the tasks come in one by one, and those that are there go on. Its point: a task can be added to a model that exists, without beginning anew. Each task gets $N$ steps
# in all. For four tasks and $N$ = 50,000 it is reported that a new task gets 20, 30, 40 and 50 thousand steps, stage by stage, and an old one 10 thousand in each later *stage*. A rule that fits: an old task
# gets $N / (T + 1)$ in each later stage, with $T$ tasks in all ($T$ counts tasks here, not places in a text), and a new one what is then left of its $N$.
#
# ### Your turn: the table of stages


# %% tags=["exercise"]
def steps_by_stage(n_tasks, n_steps):
    """Return a table (stages, tasks), T × T: the steps that each task gets in each stage; each gets `n_steps` in all.

    Task t is new in stage t, and gets nothing before; in each later stage it is old and gets N / (T + 1); what is then
    left of its N it gets when it is new.
    """
    ...


# %%
check.steps_by_stage(steps_by_stage)

# %%
ways = in_words_of_strategies.measured()
figures.stages({way: task_strategies.STRATEGIES[way](4) for way in ways})

# %% [markdown]
# The comparison in miniature (`benchmarks/ernie.py`): two layers of 128 numbers, four of the tasks (the authors' English model had no sentence distance), one million pieces, three trainings each; with the same seed the
# same first weights and the same text. Each batch has the loss of its own task alone, so that what is not read can be forgotten. Thick lines: the mean of the trainings; thin: each of them. The grey line is
# section 4's *shares*; mind that each panel has its own scale, and that the start is cut off.

# %%
over_time, guess = in_words_of_strategies.over_time()
figures.over_time(over_time, ways, guess)

# %%
show.md(in_words_of_strategies.of_forgetting(over_time, guess))

# %%
check.recall("forgotten")

# %% [markdown]
# And at the end, on ten times as much unread text (so the numbers differ a little from the ends of the lines), in nats per question:

# %%
final = in_words_of_strategies.final()
show.results(final, rows="task", columns="way", spec=".2f", best="min")

# %%
show.md(in_words_of_strategies.of_final(final))

# %%
show.md(in_words_of_strategies.verdict(final, in_words_of_strategies.uncounted()))

# %% [markdown]
# (The paper compares the three after fine-tuning, on tasks of GLUE. Its own tables were not at hand to check, so they are left out.) Are the states of one strategy worth more, then? Frozen, a linear
# model on top; *silver*: the tags are a program's, not people's:

# %%
frozen = in_words_of_strategies.frozen()
show.results(frozen, rows="task", columns="way")

# %%
training = json.loads((zoo.folder_of("ernie-mini") / "training.json").read_text(encoding="utf-8"))
show.md(in_words_of_strategies.of_frozen(frozen) + "\n\n" + published.of_card(training))

# %% [markdown]
# ### Try it
# Put the four tasks on a time line. *Begin from* sets the controls to a strategy that was measured; then move when a task comes in, and what becomes of the old ones. Above: what would be read when.
# Below: the losses of the *measured* strategy that comes nearest (the words below, in the live notebook, say how near). Look at a moment: which loss is rising there, and what is being read?

# %%
timeline.time_line(over_time, guess)

# %% [markdown]
# ## 7. ERNIE against BERT · 6 minutes
# Same text, same size; the tasks and the masks differ, each was trained once, and section 1 says how much each has read. Frozen, a linear model on top (`data/results/zoo/tasks.json`), and on pairs of sentences like GLUE's
# (`benchmarks/ernie.py`); the spread is that of three draws of labels. *Random twin*: a network of ernie-mini's shape, never trained. *Counts*: TF-IDF or spelling under a linear model, no network. Rows of one task share its test. Accuracy; for names, F1:

# %%
everything = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
compared = suite.of_zoo(everything)
show.results(compared, rows="task", columns="model")

# %%
show.md(in_words.of_models(compared) + " " + in_words.of_counts(compared))

# %% [markdown]
# On pairs of sentences, with 600 labels (acceptability: Matthews correlation; similarity: Spearman’s ρ; entailment: accuracy):

# %%
pairs = suite.of_pairs()
show.results(pairs, rows="task", columns="model", spec=".3f")

# %%
show.md(in_words.of_pairs(pairs) + "\n\n" + published.CLAIM)

# %% [markdown]
# ## Paper says / we get / why they differ · 5 minutes

# %%
show.compare(published.paper_rows(compared, pairs))

# %%
check

# %% [markdown]
# ## What to remember
# 1. Plain text answers many questions; a task is a function that makes rows and answers. Watch what else in a row tells the answer: lengths, marks, shares.
# 2. Whole units are hidden so that a word's own rest can't give it away. A model is good at the questions that it was asked: hidden alone, a piece is another question.
# 3. A loss needs a guess beside it. Whether a task was learned, only that comparison tells.
# 4. What is no longer trained can be forgotten: states are shared, and move on (section 6 says of which tasks it is sure). Old tasks have to go on being read; how much, and when, is a schedule.
# 5. More tasks are no gain by themselves: compare with the same text and the same number of pieces, seed by seed. Which task helps which was not taken apart here.
#
# **What it got wrong.** Many tasks, each with its own turn, are hard to tune, and each has its own ways to be solved without being understood. RoBERTa (Liu et al. 2019), of the same month, has
# hidden pieces alone, more text, longer training.
#
# **What came next.** ERNIE 3.0 (Sun et al. 2021) adds generation and a knowledge graph. Many tasks at once came back in another form: T5 and instruction tuning ask them all as text.
# To serve such states to many users is lesson 16 (**next**).
#
# **Reading**: Sun et al. 2020, *ERNIE 2.0: A Continual Pre-training Framework for Language Understanding*; Sun et al. 2019, *ERNIE: Enhanced Representation through Knowledge Integration* (the masks);
# `tlcourse/models/language/ernie.py` and `tlcourse/train/pretraining/ernie_tasks.py`, to be read beside the first.
