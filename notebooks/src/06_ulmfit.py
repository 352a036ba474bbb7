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
# # 06 · ULMFiT
# **You take a language model through ULMFiT's three stages, switch each of its tricks on and off, and watch what it forgets.**
#
# <!-- badges -->
#
# **Time** 70 minutes, of which the computer needs about three · **You need** lesson 02 (freezing, a rate for each layer), lesson 05 (language
# models) · **You will be able to** *measure* a language model by its perplexity, *write* a slanted triangular schedule and concat pooling, *combine* a
# rate for each layer with gradual unfreezing, *show* forgetting, and *say* which tricks were worth something and which were not.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import copy
from dataclasses import replace

import numpy as np
import torch

from tlcourse import exercises, profiles, show
from tlcourse.data import rated_sentences
from tlcourse.lessons.ulmfit import expectations, figures, in_words, trials
from tlcourse.lessons.ulmfit.rates_drawn import draw_rates
from tlcourse.models.language.ulmfit import AwdLstm, PoolingClassifier
from tlcourse.train.finetuning import freezing, lm_finetuning
from tlcourse.train.finetuning.lm_finetuning import mean_loss, piece_stream

pick = profiles.chooser(profile)
show.style()
torch.manual_seed(seed)
check = exercises.start("ulmfit", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("second_stage")

# %%
check.predict("forgetting")

# %% [markdown]
# ## The idea: train the language model itself · 4 minutes
# ELMo left its language model frozen, and gave each task a model of its own on top. In vision (lesson 02) one did more: all of the network
# learned on. Tried with language models, that had failed, write Howard and Ruder (2018, section 1): with few labels the network fits them and
# loses what it knew. They say that the model was not to blame, but how it was trained. ULMFiT (*Universal Language Model Fine-tuning*) has
# one network, three stages, and a few tricks that keep it from forgetting:

# %%
figures.three_stages()

# %% [markdown]
# Labels are expensive, text without labels is cheap: stage 2 uses what nobody has labelled.
#
# ## Stage 1: a language model of general text · 9 minutes
# The network is an AWD-LSTM (Merity et al. 2018): three LSTM layers that read from left to right. *WD* is for *weight-dropped*: at each batch
# some of the weights that lead from state to state are set to 0 (below: inside `self.lstms`). Howard and Ruder's has layers of 1,150 units (the
# last 400) and read 103 million words of Wikipedia. Ours, `ulmfit-mini`, is smaller:

# %%
lm = trials.language_model()
encoder = trials.reader(lm)
show.md(in_words.of_model(lm))

# %%
show.source(AwdLstm.forward, docstring=False)

# %% [markdown]
# That it has read reviews matters. In the paper the general model has not, so that stage 2 has more to add there. What this one has not read:
# short film snippets, reviews of products, tweets, the questions of TREC-6 (of six kinds), and BBC's test articles, which are the *news* below.
#
# How good is it? With $p$ the probability that it gave to the piece that really came, a language model is measured by its **loss**, the mean of
# $-\ln p$ over all pieces (with the natural logarithm it is counted in *nats*), or by the exponential of that, its **perplexity**. With a perplexity
# of 100 it is as unsure as if it chose among 100 equally likely pieces.
#
# ### Your turn: perplexity
# `log_p` holds, for each text, the logarithm of the probability that the model gave to each piece that really came.


# %% tags=["exercise"]
def perplexity(log_p):
    """Return e to the mean of −ln p over all pieces: `log_p` has an array of ln p for each text."""
    ...


# %%
check.perplexity(perplexity)

# %%
task = trials.snippets(encoder, tested=pick(full=500, fast=100), unlabelled=pick(full=24_000, fast=2_500))
some = pick(full=5_000, fast=1_100)
unread = {
    "film snippets": task.held_out[:some],
    "product reviews": piece_stream(encoder, rated_sentences.load("product").texts[: some // 10])[:some],
    "tweets": piece_stream(encoder, rated_sentences.load("tweets").texts[: some // 10])[:some],
    "news": trials.general_text(encoder, some),
}
before = {name: float(np.exp(mean_loss(lm, stream))) for name, stream in unread.items()}
show.table(in_words.perplexities(before=before))

# %% [markdown]
# ## Stage 2: it goes on reading, the task's text · 10 minutes
# The same loss, other text: film snippets without their labels. None of these is tested on or labelled later. Two of the tricks are used here.
# **Discriminative rates**: each layer learns 2.6 times slower than the one above it, $\eta^{l-1} = \eta^l / 2.6$, with $\eta^l$ the learning rate of
# layer $l$ (lesson 02 has the exercise). And a **slanted triangular rate**, STLR (below). Which layer is above which? The embeddings are read
# first, but the softmax uses the same weights, so in this stage they count as the top (in stage 3 there is no softmax, and they are the lowest again):

# %%
show.source(lm_finetuning.layers_of)

# %%
read_on = copy.deepcopy(lm)
recipe = trials.STAGE_2["+ discr + STLR"]
losses = [*show.progress(lm_finetuning.training_steps(read_on, task.stream, recipe, seed), "reading on")]
after = {name: float(np.exp(mean_loss(read_on, stream))) for name, stream in unread.items()}
show.table(
    in_words.perplexities(before=before, after=after), f"Reading {len(task.stream):,} pieces of film snippets"
)

# %%
show.md(in_words.of_stage_2(before, after, "film snippets"))

# %%
check.recall("second_stage")

# %% [markdown]
# Ask both models how a text goes on: the likeliest next words. Look for words that move up or down; most stay, even where perplexity has changed.
# *The government said* is a control: the snippets hardly speak of that.

# %%
prompts = ["This film is", "A thoroughly", "A deeply", "The government said"]
show.table(expectations.rows({"stage 1": lm, "stage 2": read_on}, encoder, prompts))

# %% [markdown]
# How much stage 2 moves the model depends on how new the text is. The benchmark, `benchmarks/ulmfit.py`, did the same with IMDb reviews, of
# which the model had read others, and with TREC-6's questions, of which it had read none (and a shorter or
# longer stretch of news than yours):

# %%
stage_2 = show.Records.load("ulmfit/perplexity_imdb") + show.Records.load("ulmfit/perplexity_trec")
show.table(in_words.perplexity_rows(stage_2))

# %%
show.md(in_words.of_new_and_known_text(stage_2))

# %% [markdown]
# ## The rates: a triangle that leans · 12 minutes
# At first the rate should rise fast, to find the right region; then it should fall for long, to settle there. At step $t$ of $T$, with the
# peak at step $cut = \lfloor T \cdot cut\_frac \rfloor$, the rate is $\eta_t$ (section 3.2, equation 3):
#
# $$p = \begin{cases} t / cut & t < cut \\ 1 - \dfrac{t - cut}{cut \cdot (1/cut\_frac - 1)} & \text{otherwise} \end{cases}
# \qquad \eta_t = \eta_{max} \cdot \frac{1 + p \cdot (ratio - 1)}{ratio}$$
#
# $p$ (the paper's letter, no probability this time) goes from 0 up to 1 and down to 0, and $\eta_{max}$ is the highest rate. $cut\_frac$ is the share of the steps in which it rises, 0.1 in the
# paper; $ratio$ says how much smaller the lowest rate is than the highest, 32. (The long denominator is $T - cut$, the steps of the way down.)
#
# ### Your turn: the triangle


# %% tags=["exercise"]
def slanted(step, n_steps, cut_frac, ratio):
    """Return the share of the highest rate at `step` (equation 3); n_steps · cut_frac is a whole number."""
    ...


# %%
check.slanted(slanted)

# %% [markdown]
# In stage 3 comes **gradual unfreezing**: at first only the new layers (the *head*) learn, then the top LSTM layer joins, then the next. In the
# paper one joins in each pass over the labels; here they join in the first half of the steps. In the exercise each joins after an equal share
# of all steps, which is simpler. Discriminative rates, triangle and unfreezing together give each layer (the head is the top one) a rate at each step:
#
# ### Your turn: all three at once
# The top layer's highest rate is `top`; that of each layer below is that of the one above divided by `factor`. Each follows
# `triangle`, its share at each step. The top layer learns from step 0, the next joins after 1/n_layers of the steps, the next after 2/n_layers, and so on; until then its rate is 0.
# The number of steps is a multiple of n_layers.


# %% tags=["exercise"]
def layer_rates(triangle, n_layers, top, factor):
    """Return the rates (n_layers, n_steps), row 0 the bottom layer; `triangle` (n_steps,) as a share of 1."""
    ...


# %%
check.layer_rates(layer_rates)

# %% [markdown]
# In the training code the unfreezing is a line: the lowest layer that learns by now. There `progress` goes from 0 to 1 in the first half of the steps.

# %%
show.source(freezing.thawed)

# %% [markdown]
# ### Try it
# On the left is the triangle; an axis in powers of 10, as in the middle, bends its sides. Which of the four controls (`cut_frac`, `ratio`, the
# factor, the plan of unfreezing, at first that of the training) takes most from the lowest layers? Look at the sums on the right: the rates of a
# layer added up say about how far it can move, as a step of Adam (AdamW here) is about as long as the rate.
# Set the factor to 1, then unfreeze all at once, and find settings with which the embeddings may move about a tenth as far as the head.
#
# <details><summary>Answer</summary>The factor: the embeddings are divided by it four times. To join last costs them less (<i>the head alone</i>, of
# course, all), and <code>cut_frac</code> and <code>ratio</code> change little. About a tenth: a factor of 1.5, one by one in the first half.</details>

# %%
draw_rates()

# %% [markdown]
# ## Stage 3: the classifier · 12 minutes
# On top of the last LSTM layer come two new linear blocks. What do they read? The last state alone may have lost a word that stood far
# before. So it gets company (section 3.3): $h_c = [h_T;\ \mathrm{maxpool}(H);\ \mathrm{meanpool}(H)]$. $H$ are the states of all $T$ pieces of a text
# ($T$ counts steps no longer), $h_T$ is the last;
# the largest and the mean are taken in each dimension, and $[\,;\,]$ puts the three side by side.

# %%
show.source(PoolingClassifier, docstring=False)

# %% [markdown]
# ### Your turn: concat pooling
# Texts of a batch differ in length; the padding, on the right, must not count.


# %% tags=["exercise"]
def concat_pool(states, mask):
    """Return [last state; maximum; mean], (B, 3E): states (B, T, E), mask (B, T), 1 = text, 0 = padding."""
    ...


# %%
check.concat_pool(concat_pool)

# %% [markdown]
# ### Forgetting, shown
# Now train the classifier on labelled snippets, in two ways: with all of ULMFiT's tricks, and with *one rate for all layers*, that of the head
# (which was searched with the tricks, not for this way). The language model shares its network with the classifier. So at any moment you can ask it
# to predict news, and see what it has forgotten: `LossWatched` does it after every fifth of the steps (*done*: their share).

# %%
searched = show.Records.load("ulmfit/search_trec")  # rates, chosen on TREC-6: see below
ways, n_labels = ("ULMFiT", "one rate for all layers"), pick(full=100, fast=32)
watched = {
    way: trials.LossWatched(copy.deepcopy(read_on), trials.general_text(encoder, pick(full=2100, fast=1100)))
    for way in ways
}


def trained(way):
    watch = watched[way]
    rate, least = trials.rate_of(way, searched), pick(full=40, fast=16)
    recipe = replace(trials.WAYS[way].recipe, learning_rate=rate, min_steps=least)
    return trials.train_classifier(watch.lm, task, recipe, n_labels, seed, watch)


classifiers = {way: trained(way) for way in show.progress(ways, "two trainings")}
live = show.Records(
    {"way": way, "done": done, "seed": seed, "score": loss}
    for way in ways
    for done, loss in watched[way].losses.items()
)
figures.forgetting(live, lm.config.vocab_size)

# %%
accuracies = show.Records(
    {"way": way, "seed": seed, "score": trials.accuracy(model, task)} for way, model in classifiers.items()
)
show.md(in_words.of_one_training(live, accuracies, task.test_labels, n_labels, lm.config.vocab_size))

# %%
check.recall("forgetting")

# %% [markdown]
# One training proves little. The benchmark watched four ways on TREC-6, with three draws of 100 labels. *All layers at once* is ULMFiT without
# gradual unfreezing; *full: no trick* (the paper's *Full*) trains all layers at once, at one rate, which is constant. (*Within luck* and *outside the
# spread* are lesson 01's: outside, if the interval of the mean difference, from three draws, leaves out 0. A small difference can be outside if
# the draws agree, a large one within luck if they do not.)

# %%
forgetting = show.Records.load("ulmfit/forgetting_trec")
figures.forgetting(forgetting)

# %%
parts = ("trec", "two_stages", "stage_2", "tricks", "constant", "language_models")
trec = sum((show.Records.load(f"ulmfit/{part}") for part in parts), show.Records([]))
show.md(f"{in_words.of_forgetting(forgetting)} {in_words.what_forgetting_costs(forgetting, trec)}")

# %% [markdown]
# Look at *full: no trick*. Its rate was searched, too, and is far below that of ULMFiT's head, which *one rate for all layers* gives to all (the
# table of rates is below). So it forgets little, as well, although its embeddings and layer 1 learn *faster*
# on the whole than ULMFiT's, and only layers 2 and 3 slower: what counts is how fast the *pretrained* layers learn, the upper ones among them.
# ULMFiT's point is another: the head may learn far faster without the network being lost.
#
# ## Is it worth it? IMDb with 100 labels · 6 minutes
# IMDb is the paper's own headline task. Its reviews do not come with the course, so this is what `benchmarks/ulmfit.py` measured: 100 labelled
# reviews, three draws; the network reads the last 64 pieces of each review, TF-IDF all of it (and, as a control, the last 64 pieces alone: *TF-IDF of the end*). *Frozen* is a
# linear model on the pooled states of stage 1; *no LM fine-tuning* leaves stage 2 out; *from scratch* begins
# stage 3 with random weights, all layers at once and at one rate.

# %%
imdb = sum(
    (show.Records.load(f"ulmfit/{part}") for part in ("imdb", "imdb_two_stages", "ends")), show.Records([])
)
show.results(imdb, rows="labels", columns="way", caption="Accuracy on 600 reviews")

# %%
show.md(in_words.of_arms(imdb, "ULMFiT, all three stages, on IMDb"))

# %% [markdown]
# Before a method is said not to win, its rates have to be searched: a rate ten times too low makes any method look bad. Each was trained on 100
# labels and tested on 300 other *training* items. Used (✓) is the lowest rate within one standard error of the best (2.9 points), the gentlest.
# The search is short: where ✓ stands at the lowest rate tried, a lower one may be better. And it is one draw of labels: compare the rates of a way,
# not the ways. Ways that the table does not list, ULMFiT among them, take the rate of *no LM fine-tuning*.

# %%
show.table(in_words.searched(show.Records.load("ulmfit/search_imdb") + searched))

# %% [markdown]
# ## How many labels does it save? · 4 minutes
# The paper's figure 3 draws the error over the number of labels: with all the task's text in stage 2, with the labelled texts alone, and from scratch.
# Remade with TREC-6's questions, with 30 and with 100 labels: *ULMFiT* is the first of these, *from scratch* the third. In place of the second stands *no LM
# fine-tuning*, with two baselines, *frozen* and *TF-IDF*. A dot is one draw of the labels, a bar their mean. Does any way stand clear of the others?

# %%
curve = show.Records.load("ulmfit/curve") + in_words.on_the_curve(trec)
figures.few_labels(curve)

# %%
show.md(f"{in_words.worth_of_reading(curve)} {in_words.of_labels(curve, 100)}")

# %% [markdown]
# ## Which trick does what? · 8 minutes
# Each trick is taken away, and all else stays. The paper's ablation, with all labels of TREC-6, beside ours with 100. *No pretraining* has random
# weights before stage 2, *last layer only* trains the head alone, and *the last state alone* is without the pooling. Of these only *no LM fine-tuning*,
# *from scratch* and *full* had their rate searched: where another is worse, a rate of its own may mend it.

# %%
show.table(in_words.ablation_rows(trec), caption="Error in %. Paper: validation, tables 4, 6 and 7")

# %% [markdown]
# The same as differences in accuracy. A dot is one draw of the labels, a bar their mean; it is filled if it is outside the spread (of a bar near 0
# you see hardly more than the outline):

# %%
figures.ablation(trec, in_words.measured(trec)[1:])

# %%
show.md(in_words.of_ablation(trec))

# %% [markdown]
# ## Paper says / we get / why they differ · 2 minutes

# %%
show.compare(in_words.paper_rows(imdb, trec, curve))

# %%
check

# %% [markdown]
# ## What to remember
# 1. Three stages: a general language model, the same model on the task's text, then a classifier on top. Only the last needs labels.
# 2. Perplexity says how far the model is from a kind of text. Reading on brings it nearer where the text is new to it, and need not where it is known.
# 3. Lower layers learn slower and later, and the rate falls early: that is what the three tricks say. It lets the head learn fast and keeps the
#    language model intact; a small rate for all layers keeps it, too.
# 4. Forgetting can be measured: ask the language model while the classifier trains. To forget is not yet to be worse at the task.
# 5. A trick counts if it helps outside the spread. Look at the ablation before you copy a recipe.
#
# **What it got wrong.** An LSTM reads one word after the other: its steps cannot be computed at the same time, so that
# pretraining is slow. The recipe has many settings that were found by hand. And with a hundred labels and so small a model it did not win here: on
# IMDb, counting words was far better, and on TREC-6 three draws cannot tell it from training from scratch.
#
# **What came next.** A few months later GPT (**next**: [07](07_openai_gpt.ipynb)) fine-tuned a Transformer, all layers at once and at one small rate that rises and falls: of the
# tricks, the triangle stayed in use. Lesson 09 compares fine-tuning with frozen features for all the models.
#
# **Reading**: Howard and Ruder 2018, *Universal Language Model Fine-tuning for Text Classification* (sections 3 and 5); Merity et al. 2018,
# *Regularizing and Optimizing LSTM Language Models*; `tlcourse/train/finetuning/lm_finetuning.py` and `lm_classifier.py`, to be read beside section 3.
