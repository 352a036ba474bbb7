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
# # 09 · To tune or not to tune
# **You put four kinds of head on one encoder, take its states as they are or train it on, and find out which is better, for which task, and what
# it costs.**
#
# <!-- badges -->
#
# **Time** 58 minutes, of which the computer needs about four; the core without the optional section 53 · **You need** lesson 05 (a frozen model and its layers), lesson 08 (BERT and its
# pieces) · **You will be able to**
# *put* a head for a text, a pair, words or an answer on an encoder, *read* its layers in six ways, *measure* names as the field does, *choose* between
# frozen and fine-tuned, and *say* how far a result travels.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
from dataclasses import replace

import numpy as np  # noqa: F401  (for your own code in the exercises)
import torch

from tlcourse import exercises, profiles, show
from tlcourse.data import tasks
from tlcourse.lessons.to_tune_or_not_to_tune import (
    beside_the_papers,
    choices,
    figures,
    in_words,
    in_words_of_names,
    kept,
    live,
    published,
)
from tlcourse.models.pretrained import encoders
from tlcourse.train.finetuning.heads import HEAVY, Head, LayerReading, Recurrent
from tlcourse.train.finetuning.text_model import TextModel
from tlcourse.train.finetuning.texts import TextRecipe
from tlcourse.train.measuring import evaluate

pick = profiles.chooser(profile)
show.style()
check = exercises.start("to_tune_or_not_to_tune", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes
# *F1* is the measure for names that you met in lesson 05, from 0 to 1 or in percent; section 2 says how it is made.

# %%
check.predict("frozen_or_tuned")

# %%
check.predict("other_domain")

# %% [markdown]
# ## 1. One encoder, four heads · 15 minutes
# Lesson 05 took the states of a frozen ELMo, lesson 06 trained ULMFiT's whole network on, lesson 07 did so with GPT, and lesson 08 only read BERT's states. They differ in
# two things that can be chosen apart: whether the encoder **learns**, and what is put **on** it, its *head* (not a head of attention: those are inside). Four heads serve nearly every task.
# Each reads some of the encoder's states, the filled circles:

# %%
figures.four_heads()

# %% [markdown]
# A head is small. For a text or a pair it makes one vector of the states and puts a linear layer on it. (BERT takes the state of [CLS] for that vector; ours puts the maximum
# and the mean of all states beside it, ULMFiT's trick.) For words it puts that layer on each word's first piece.
# For an answer the layer has two outputs for each piece of a paragraph: how well the answer would begin there, and how well it would end there. With the states
# $h_1, h_2, \dots$ of the paragraph and two learned vectors $S$ and $E$ (Devlin et al. 2019, section 4.2), the answer begins at piece $i$ with probability $P_i$, and ends likewise with $E$ in place of $S$:
#
# $$P_i = \frac{e^{S \cdot h_i}}{\sum_j e^{S \cdot h_j}}, \qquad \text{answer} = \underset{i \le j}{\arg\max}\; S \cdot h_i + E \cdot h_j$$
#
# Both ends are learned like classes, with the places of the paragraph to choose from. All four heads in one function: `states` runs the encoder; `mask` is 1 at the places
# that a head reads. `encoder.summary` says that a model sums up in its last piece, as GPT does, and not in the first. `concat` gives three blocks, the last state, the maximum and
# the mean; the first is cut off, since `summary` takes its place. For an answer the function ends at the two scores: the softmax is in the loss, the arg max your exercise below.

# %%
show.source(TextModel.forward, docstring=False)

# %% [markdown]
# ### Your turn: where the words are
# BERT cuts words into pieces. A word's tag is read from its first piece. `words` has, for each place, the number of the word that the piece belongs to; marks such as
# [CLS] belong to none, and have `None`.


# %% tags=["exercise"]
def first_pieces(words):
    """Return a list: the place of each word's first piece.

    words[i] is the number of the word that piece i belongs to, or None for a mark.
    """
    ...


# %%
check.first_pieces(first_pieces)

# %% [markdown]
# Now all four are trained, each on a fresh MiniLM (lesson 01) whose six layers learn with the head. (Its piece vectors stay as they are: they are half of its 23 million numbers, and
# a hundred texts have few of the pieces. That saves time and memory.) The tasks are film reviews (good or bad?), a headline and
# the beginning of an article (do they belong together?), names in BBC news (*silver*: a program gave the tags), and blanks in BBC news. A blank is a name that was taken out of a
# sentence, and is to be found in the beginning of the article. Of an answer, *exact match* asks for the very words; its *F1* counts words, those in common against the words found
# and the words of the true answer. The F1 of names counts whole names (section 2).

# %%
n_labels, tested = pick(full=100, fast=24), pick(full=200, fast=40)
steps = pick(full=60, fast=4)
recipe = TextRecipe(learning_rate=3e-4, epochs=1, min_steps=steps, batch_size=8, lowest="layer 1")
for_head = {"a text": "sentiment", "a pair": "headline", "each word": "entities"}
found = []
for head, name in for_head.items():
    task = live.cut(tasks.load(name), tested)
    measured = evaluate.finetuned(encoders.load("minilm"), task, n_labels, seed, recipe)
    ((test, score),) = measured.scores.items()
    found.append({"head": head, "task": name, "measure": task.metrics[test], "score": f"{score:.2f}"})

# %%
for_answers = replace(recipe, batch_size=2, min_steps=2 * steps)
cloze = live.find_answers(encoders.load("minilm"), n_labels, tested, seed, for_answers)
found += [
    {"head": "an answer", "task": "blanks", "measure": k, "score": f"{v:.2f}"}
    for k, v in cloze.scores.items()
]
show.table(
    found, caption=f"MiniLM fine-tuned on {n_labels} examples of each task, {tested} to test on, one seed"
)

# %%
show.table(cloze.rows, caption="Blanks and what was found")

# %% [markdown]
# What was found may be a part of a word: nothing tells the head to begin and end at one. The same head with questions that people asked, on paragraphs of Wikipedia (XQuAD's English part, split by article; `benchmarks/answers.py`): one pass over all
# training questions. *Counting words* knows no model. It takes the name or number that has the most words of the question around it:

# %%
show.results(kept.load("answers"), rows="measure", columns="model")

# %%
show.md(in_words.of_answers(kept.load("answers")))

# %% [markdown]
# Do not compare scores from head to head: by guessing, a text or a pair is right half of the time, a name or an answer hardly ever. And a hundred examples are not the
# same for each: a review is one example of one thing, a sentence with tags is one for each of its words.
#
# ### Your turn: the best answer
# The best first piece and the best last piece, each by itself, may be the wrong way round. Find the best *pair*.


# %% tags=["exercise"]
def best_answer(first, last, longest):
    """Return the pair (i, j), i ≤ j and j − i < longest, with the highest first[i] + last[j].

    first, last: numpy arrays, (P,).
    """
    ...


# %%
check.best_answer(best_answer)

# %% [markdown]
# ## 2. Names: which layers to read · 15 minutes
# BERT's paper asks on one task what frozen states are worth: names of people, places, organisations and others in Reuters news, CoNLL-2003. A name counts as found if both its
# ends and its kind are right. *Precision* is the share of what was given that is right, *recall* the share of what is there that was given, and
#
# $$F_1 = \frac{2 \cdot \text{precision} \cdot \text{recall}}{\text{precision} + \text{recall}} = \frac{2 \cdot \text{right}}{\text{given} + \text{true}}$$
#
# ### Your turn: F1 over names
# B- begins a name, I- goes on with it, O is none.


# %% tags=["exercise"]
def entity_f1(true, given):
    """Return 2 · right / (given + true) over names; right: the same ends and kind; 0 where there are none.

    true, given: lists of tags; each I- goes on with a name of its kind, which a B- began.
    """
    ...


# %%
check.entity_f1(entity_f1)

# %% [markdown]
# What may a head read of a frozen encoder? One layer, or several. The paper has six *readings*: the embeddings, the second-to-last layer, the last one, the sum of the last four
# (weighted, in the paper), the last four one beside the other, and a weighted sum of all, ELMo's mix. That is a choice of layers, and three ways to join them. `centre` and `spread`,
# measured on the training states, bring each number to a common scale first:

# %%
show.source(LayerReading.forward, docstring=False)

# %% [markdown]
# ### Your turn: the last four, side by side
# `states` has all layers, (L, T, H): L layers, T words, H numbers for each.


# %% tags=["exercise"]
def concat_last_four(states):
    """Return (T, 4H): of each word its states in the last four layers, lowest first; states is (L, T, H)."""
    ...


# %%
check.concat_last_four(concat_last_four)

# %% [markdown]
# CoNLL-2003's texts are not given away with the course, so the figure shows what `benchmarks/to_tune_or_not_to_tune.py` measured with them. The encoder is
# `distilbert` (DistilBERT, Sanh et al. 2019): half of BERT-base's twelve layers, of width 768, taught by BERT to do as BERT does (*distilled*). It tells upper from lower case. Before it came to us, it was tuned to correct grammar.
# Names are learned from the 14,041 training sentences, less those that occur in the development or test part too. Circles have a linear layer on the frozen states; diamonds have an LSTM in each
# direction below it (a *BiLSTM*), as in the paper. Stars are the paper's BERT-base.

# %%
news = kept.load("frozen", "tuned").where(model="distilbert")
results = news.where(labels="all")
figures.readings(results.where(test="valid"), published.BERT_BASE, "development part of CoNLL-2003")

# %%
check.recall("frozen_or_tuned")

# %%
show.md(in_words_of_names.of_readings(results))
show.md(in_words_of_names.of_labels(news))

# %% [markdown]
# A linear layer judges each word's state by itself. A BiLSTM also sees the states beside it, and has many more numbers to train; which of the two matters we have not measured:

# %%
show.md(in_words_of_names.of_the_heavy_head(news))

# %% [markdown]
# Is the last layer as poor in every model? Read down a column: four models with 1,000 sentences each, F1 on the development part. `elmo-mini` and `bert-mini` are the course's own:
# smaller, and trained on far less text. `elmo-mini` has three layers, all of them its *last four*; the others have seven with the embeddings. `distilbert` was fine-tuned with all sentences only.

# %%
few = in_words_of_names.of_every_model(kept.load("frozen", "tuned"))
show.results(few, rows="reading", columns="model", best=None)

# %%
show.md(in_words_of_names.of_every_last_layer(few))

# %% [markdown]
# And with all sentences, frozen against fine-tuned:

# %%
show.md(in_words_of_names.of_tuning(results))
show.md(in_words_of_names.of_the_paper(results))

# %% [markdown]
# ### How far does it travel?
# WikiGold has the same four kinds of names in Wikipedia. Nothing is learned from it: what was learned from news is asked for names in an encyclopaedia.

# %%
best = in_words_of_names.best_reading(results)
abroad = in_words_of_names.named(
    results.where(test=["test", "wikigold"], reading=[best, "weighted sum of all", "last"])
)
abroad = in_words_of_names.one_reading_each(abroad, best)
figures.how_far(abroad, {"test": "Reuters news (CoNLL-2003, test)", "wikigold": "Wikipedia (WikiGold)"})

# %%
show.md(in_words_of_names.of_domain(abroad))

# %%
check.recall("other_domain")

# %% [markdown]
# ## 3. Frozen with a heavy head, or tuned with a light one · 15 minutes
# Peters, Ruder and Smith (2019) ask it for two models and seven tasks. They find that it depends on how alike pretraining and task are: most often both ways are about as good, but for pairs of
# sentences ELMo is better frozen, and for similarity BERT better tuned. What is frozen gets a *heavy* head, with layers of its own to train; what is tuned gets a *light* one. Our heavy head is an LSTM in each direction. To read backwards, each text is turned round up to its own end, so that the padding stays behind it:

# %%
show.source(Recurrent.forward, docstring=False)

# %% [markdown]
# The frozen encoder reads each text *once*, for all heads and all passes; so a heavy head may still be the cheaper way. First the two heads on frozen states, measured here, on film reviews (accuracy) and on
# the silver names of BBC news (F1):

# %%
on_states = TextRecipe(learning_rate=3e-3, epochs=1, min_steps=pick(full=200, fast=10), batch_size=8)
heads = {"frozen, light": Head("weighted sum of all"), "frozen, heavy": HEAVY}
seeds = list(range(seed, seed + pick(full=3, fast=2)))
anew = live.on_states("sentiment", heads, n_labels, pick(full=300, fast=40), seeds, on_states)
anew += live.on_states("entities", heads, n_labels, pick(full=200, fast=40), seeds, on_states)
show.results(anew, "task", "way", f"MiniLM, {n_labels} labels")

# %% [markdown]
# If the heavy head gains more on names than on films, a guess is: a sentence has a label for each word, a review has one. And four tasks, from `data/results/to_tune_or_not_to_tune/grid.json`: `sentiment` (films, good or bad), `conll2003` (names), the `similarity` of two
# sentences (STS-B) and `headline` (does it belong to the article?), with 100 labels each and three draws of them. Similarity is scored by Spearman's ρ (lesson 03), in percent: 30% is a ρ of 0.3, which is poor. Frozen heads are trained for 200 steps, the whole network for 60, at a rate of its own for each model.
# Sixty steps are few: a tuned score may be too low.
# Circles and diamonds are frozen, squares are tuned; bars are one standard deviation (some are shorter than their mark):

# %%
grid = kept.load("grid").where(labels=100)
metrics = in_words.measured_in(grid)
figures.tune_or_not(grid, metrics)

# %% [markdown]
# Two ways are compared seed by seed, by lesson 01's rule: *within luck*, unless the 95% interval of the difference leaves out 0. With three seeds that asks for more than that all agree. Where nothing
# differs the rule still errs once in twenty, so one of so many comparisons may be luck.

# %%
show.md(in_words.of_grid(grid, metrics))

# %%
show.md(in_words.of_heads(grid, metrics))

# %% [markdown]
# What does it cost? Seconds of one core for training, the reading of the texts included. The ways of a task were timed on one machine, different tasks perhaps on different ones: compare ways, not tasks.

# %%
seconds = kept.load("grid_seconds").where(labels=100)
show.md(in_words.of_costs(seconds))

# %% [markdown]
# In memory, tuning keeps for each number of the encoder its gradient and two averages of Adam, four numbers in place of one. Frozen, only the head has them:

# %%
torch.manual_seed(seed)
model = TextModel(encoders.load("minilm"), "classes", 2, TextRecipe(), HEAVY)
show.md(in_words.of_memory(model))

# %% [markdown]
# ### Your turn: choose
# You have so many seconds. Which way is the best that you can afford?


# %% tags=["exercise"]
def choose_way(scores, seconds, budget):
    """Return the way with the highest mean score among those with seconds[way] ≤ budget; None if none is.

    scores[way] has one score for each seed.
    """
    ...


# %%
check.choose_way(choose_way)

# %% [markdown]
# ### Try it
# Choose a task, a model and the seconds that you have. What is too slow turns pale. Where is the cheaper way as good, by all that three seeds can tell?

# %%
choices.choose(grid, seconds)

# %% [markdown]
# ## 4. Paper says / we get / why they differ · 5 minutes

# %%
show.compare(beside_the_papers.paper_rows(results, grid))
show.md(in_words.of_the_question(grid, metrics))

# %% [markdown]
# ## 5. *Optional:* the running experiment in one figure · 5 minutes
# Frozen or fine-tuned has been asked again and again since lesson 02, each time of another system (the numbers are the lessons). Here every system that reads text has the same task: film reviews, 1,000 labels, 500 to test on,
# three seeds. *Frozen* is a linear model whose reading and penalty are chosen on the training labels; *fine-tuned* is two passes over them, with nothing chosen. GloVe's vectors are averaged; *fine-tuned*, they learn too. On top, above the dotted line, is lesson 02's network with 1,000 labelled solar cells, tuned from stage 6 up.

# %%
everywhere = kept.running_experiment()
figures.everywhere(everywhere)

# %%
show.md(in_words.of_everywhere(everywhere))

# %%
check

# %% [markdown]
# ## What to remember
# 1. Two choices, not one: whether the encoder learns, and how heavy the head is.
# 2. Four heads serve nearly every task: a text, a pair, each word, the two ends of an answer.
# 3. What a frozen network is worth depends on the head, and under a light one on which layers are read: try several.
# 4. A frozen encoder reads each text once. Many heads, or many passes, then cost little.
# 5. A score is of one kind of text. Ask for another before you rely on it.
#
# **What our comparison leaves out.** "Better" depends on labels, seconds and what else is tried: with 100 labels, and steps and rates fixed beforehand, ours is narrower than the paper's, and has no tuned network under a heavy head. And between frozen and tuned there is more: some layers, or small new ones.
#
# **What came next.** Adapters (Houlsby et al. 2019) and LoRA (Hu et al. 2021) train a few new numbers inside a frozen network; prompts train none. Lesson 10 looks into the
# frozen network: what do its heads attend to?
#
# **Reading**: Peters, Ruder and Smith 2019, *To Tune or Not to Tune?*; Devlin et al. 2019, sections 4 and 5.3; `tlcourse/train/finetuning/text_model.py`.
