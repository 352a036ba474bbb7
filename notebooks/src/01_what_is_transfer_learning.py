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
# # 01 · What is transfer learning
# **You measure how many labels a pretrained model is worth, how far a classifier travels, and when what it brings along
# does harm.**
#
# <!-- badges -->
#
# **Time** 90 minutes: a core of 65, and two optional sections of 15 and 10, marked as such. The computer needs a few minutes of
# that the first time, while you read · **You need** lesson 00, numpy, what a classifier and a test set are · **You will be able to**
# *name* domain, task and kind of transfer in a problem, *compare* a pretrained representation with a baseline fairly,
# *read off* what labels it saves, *tell* a hard test set from a bad classifier, and *spot* negative transfer.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
from functools import partial

import numpy as np  # noqa: F401  (for your own code in the exercises, as torch is)
import torch  # noqa: F401
from sklearn.metrics import balanced_accuracy_score

from tlcourse import exercises, profiles, show
from tlcourse.data import glove, rated_sentences
from tlcourse.lessons.what_is_transfer_learning import (
    domain_gains,
    domain_scores,
    domain_tables,
    in_words,
    published,
    transfer_sketches,
    unseen,
)
from tlcourse.probe import domain_shift
from tlcourse.train.measuring import baselines, domain_transfer, label_efficiency

pick = profiles.chooser(profile)
show.style()
check = exercises.start("what_is_transfer_learning", solutions=solutions)

# %% [markdown]
# ## Predict first
# You have labelled a hundred sentences by hand, and it took the morning. Somebody hands you a network that has read far more
# text, but never a label like yours: it is *pretrained*. You leave it as it is, *frozen*, and train a small classifier on
# the numbers that it computes for a sentence. What is it worth? Commit to an answer; you measure it below.

# %%
check.predict("worth")

# %% [markdown]
# ## Why people care
# In a tutorial at NIPS 2016, Andrew Ng drew what he expected to drive the commercial success of machine learning: first
# supervised learning, and *after that, transfer learning*. Here is his chart, redrawn by eye (Ruder's 2017 blog post on transfer
# learning shows the original). It has no numbers, and no data behind it. Take it for what it is: one man's forecast.

# %%
transfer_sketches.ng_drivers()

# %% [markdown]
# A forecast is not a measurement, so you make one. The rest of this lesson is data.
#
# ## The data: one question, four kinds of text (10 minutes)
# Sentences from movie reviews, product reviews, newspaper editorials and tweets. People rated how each feels, from −4 to 4
# (Hutto and Gilbert 2014). The question is always the same: is the mean rating **positive**?

# %%
sets = [rated_sentences.load(name) for name in rated_sentences.DOMAINS]
show.table(domain_tables.extremes(sets), "The highest and the lowest rating among the short sentences")

# %% [markdown]
# Before any model, two baselines. Always giving the more frequent answer, the *majority*. And people: how often does
# *one* rater's sign agree with the mean of all?
#
# Accuracy flatters the majority. **Balanced accuracy** does not: it is the mean of two shares, how many of the positive sentences
# are found, and how many of the others. A coin gets 50%, and so does any constant answer. It is what this lesson reports, unless it
# says otherwise.

# %%
show.table(domain_tables.domains(sets), "Four domains")

# %% [markdown]
# Look at the last column. On editorials one rater agrees with the others far less often, perhaps because they report more than they
# feel. So they are hard *for people*, and no classifier is to blame for all of that. (A rater who says 0 counts as *not positive*. And a
# rater is part of the mean that he is held against, which flatters people a little.)
#
# ### Exercise: a metric that no majority can fool
# Write balanced accuracy, without `balanced_accuracy_score`. `label` and `predicted` are numpy arrays of 0 and 1, equally long, and both
# classes occur. `check.balanced_accuracy.hint()` gives a hint; each exercise has three. Once it is right, try
# `balanced_accuracy(sets[3].label, np.ones_like(sets[3].label))`: always *positive*, on tweets.


# %% tags=["exercise"]
def balanced_accuracy(label, predicted):
    """Return the mean over the classes 0 and 1 of the share that is predicted right."""
    ...


# %%
check.balanced_accuracy(balanced_accuracy)

# %% [markdown]
# ## The idea (5 minutes)
# Pan and Yang (2010, section 2) give the words that everybody uses.
#
# A **domain** is a space of inputs and how the inputs are distributed: $\mathcal{D} = \{\mathcal{X}, P(X)\}$. A **task** is a
# space of labels and how labels follow from inputs: $\mathcal{T} = \{\mathcal{Y}, P(Y \mid X)\}$. Here $\mathcal{X}$ are all
# sentences, $X$ is one of them, $\mathcal{Y}$ is {not positive, positive}, and $Y$ the label of $X$. Transfer learning uses what
# was learned in a source $S$, with $\mathcal{D}_S$ and $\mathcal{T}_S$, to do better in a target $T$, where
#
# $$\mathcal{D}_S \neq \mathcal{D}_T \quad \text{or} \quad \mathcal{T}_S \neq \mathcal{T}_T .$$
#
# Which of the two differs, and where there are labels, gives the kinds of transfer. Ruder (2019, section 3.1.3) sorts NLP by
# them.

# %%
transfer_sketches.transfer_taxonomy()

# %% [markdown]
# In a *transductive* transfer the task stays, and only the source has labels. In an *inductive* one the task changes, and the
# target has labels of its own. You do both of the framed ones. First **sequential transfer**: a network trained on one task
# (which sentences belong together: MiniLM, introduced below) is used for another (is it positive?). Then **domain adaptation** at
# its plainest: the task stays, and you only carry the classifier from movies to tweets.
#
# In our four domains $\mathcal{X}$ and $\mathcal{Y}$ are the same, and the distributions differ. Here is movies against tweets, each
# line computed. ($P(Y)$, the share of positive sentences, follows from the two that the definitions name.)

# %%
show.table(domain_tables.what_differs(sets[0], sets[3], word="like"), "Movies and tweets")

# %% [markdown]
# In movie reviews *like* compares (“Ararat feels like a book report”). In tweets it likes. To a model that sees no more of a sentence than whether
# it has *like*, what *like* says has changed, by more than $P(Y)$ moves: its task is another. A model that reads the words around *like* may
# notice no change, but for the sentences themselves, $P(X)$. So which of the two differs depends on what $X$ is to the model. Real transfer is seldom pure.
#
# ## The whole method in a few lines (10 minutes)
# Three ways to turn a sentence into numbers, its *representation*, from no transfer to much of it:
#
# | | what it knows before it sees your labels | numbers a sentence |
# |---|---|---|
# | **TF-IDF** (term frequency, inverse document frequency) | nothing: it counts the words of your labelled sentences; rare words count more | one for each word in them |
# | **GloVe** | the vectors of lesson 00, one for each of 400,000 words, from 6 billion words of text; we average them | 50 |
# | **MiniLM** (`all-MiniLM-L6-v2`) | a network that reads the sentence, trained on text and sentence pairs; we average its last states | 384 |
#
# MiniLM cuts a sentence into **tokens**, words or pieces of words, and computes a vector for each, again and again, layer upon
# layer. The vectors of the last layer are its last **states**. It first learned to
# imitate a larger network that had read plain text. Then it learned from about a billion pairs, such as questions with answers, Reddit
# threads and captions, which texts belong together. None of it was labelled with a feeling.
#
# Both pretrained ones stay **frozen**: their numbers never change. The same kind of classifier is trained on top of each
# representation, with the same labels: a *logistic regression*, which has one weight for each number. `C` says how freely its weights may grow. It was chosen once for each representation, by trying
# several on training sentences with 100 and 1,000 labels. With fewer or more, another `C` may be better:

# %%
show.source(baselines.classifier)

# %% [markdown]
# ### Exercise: from states to a sentence
# MiniLM gives a state for every token, and the short sentences of a batch are filled up with *padding*, on the right or on the
# left, to the length of the longest. Write the mean over the real tokens; `mask` says which those are. Both arguments are
# *tensors*, torch's arrays. B is how many sentences there are, T how many tokens with the padding, and H how many numbers a state
# has, 384 here. (The course's own is `tlcourse.models.pretrained.minilm.mean_pool`. Look at it afterwards.)


# %% tags=["exercise"]
def mean_pool(states, mask):
    """Return (B, H) from `states`, a tensor (B, T, H), and `mask`, (B, T): 1 for a real token, 0 for padding."""
    ...


# %%
check.mean_pool(mean_pool)

# %% [markdown]
# Now compute the inputs. MiniLM reads every sentence once: a few minutes the first time, nothing after that, because the
# features are kept on your disk. That is the charm of frozen features.

# %%
vectors = glove.load()
n_train = pick(full=(None,) * 4, fast=(500, 300, 300, 300))  # None: all
n_test = pick(full=(None,) * 4, fast=(200, 100, 100, 100))
domains = [
    domain_transfer.prepare(one, vectors, train, test, partial(show.progress, desc=f"{one.domain}, batches"))
    for one, train, test in zip(sets, n_train, n_test, strict=True)
]
movie = domains[0]
names = [domain.name for domain in domains]
representations = ["MiniLM", "GloVe", "TF-IDF"]

# %% [markdown]
# Try it: train on the movie sentences, and judge three sentences of your own. The second one is praise. Who sees that?

# %%
mine = ["A dull and lifeless film.", "A film that is never dull.", "The best two hours of my week."]
inputs = baselines.inputs(mine, vectors)
sees_praise = []
for name in representations:
    model = domain_transfer.fit([(movie, len(movie.train_index))], name, seed)
    chances = model.predict_proba(inputs[name])[:, 1]
    sees_praise += [name] if chances[1] > 0.5 else []
    print(f"{name:7}", *(f"{p:.0%} positive" for p in chances), sep="   ")
print("Praise is seen in the second by:", ", ".join(sees_praise) or "nobody")

# %% [markdown]
# A count or an average does not say which word belongs to which, so *dull* counts whether or not *never* stands before it. (Do
# not read much into a chance near 50%, or into the order of two such: fifty averaged numbers are a blur.) MiniLM did read the
# words in order, though its training never asked for a judgement. Change the sentences, and find one that fools GloVe but not
# MiniLM. Begin with “You will not regret seeing it.”
#
# ## How many labels is pretraining worth? (15 minutes)
# One run with a hundred labels proves little: another hundred would give another figure. So each point below is a mean over
# several draws (**seeds**), with the standard deviation as a band. All three representations get *the same* sentences.
# The test sentences stay the same throughout.

# %%
seeds = range(seed, seed + pick(full=10, fast=3))
everything = len(movie.train_index)
labels = [n for n in (25, 50, 100, 250, 500, 1000, 2000, 4000) if n < everything] + [everything]
results = show.Records(
    record
    for name in show.progress(representations, "learning curves")
    for record in label_efficiency.learning_curve(movie, name, labels, seeds, balanced_accuracy_score)
)

# %%
worth = show.labels_worth(results)
worth

# %% [markdown]
# Read the arrow: start where MiniLM is with 100 labels, and go right until you meet TF-IDF. Each step of the axis about doubles the labels, so the
# arrow's length is a *factor*: the labels that TF-IDF needs, divided by those that MiniLM had. (It is the median over the seeds, so its tip may lie a
# little beside the mean curve.) Move the slider: is it as long for 25 labels, and for the most there are? The table has the factor for every start, with
# the least and the most over the seeds.

# %%
factors = {f"factor of {name}": lambda n, name=name: worth.factor(name, n) for name in ("MiniLM", "GloVe")}
show.results(results, caption="Balanced accuracy on movie sentences", also=factors)
show.md(in_words.first_reading(worth))
check.recall("worth")
show.md(in_words.overlapping_bands(results))

# %% [markdown]
# This is the rule of the whole course. Take the difference of two results for each seed. From these differences comes an interval
# (Student's t): in 95 of 100 such comparisons it holds the mean that you would get with endlessly many seeds. If 0 lies outside it, the one
# result is better **outside the spread**. If 0 lies inside, the two are **within luck** of each other: these seeds cannot tell
# them apart, which does not make them equal. So what counts is how well the seeds agree and how many there are, not only how large the
# difference is: one point can lie outside the spread, and ten points within luck. (Where a sentence says “by 0.5 to 1.6 points in each of
# 5 seeds”, these are the smallest and the largest difference, and not the interval.)
#
# And what the seeds do not say: each draws other *training* sentences, and all are judged on the same test sentences. Others would move every difference
# on this page, too, as you see next.
#
# And with all the labels there are?

# %%
models = {name: domain_transfer.fit([(movie, everything)], name, seed) for name in representations}
said = {name: domain_transfer.predict(model, movie, name) for name, model in models.items()}
show.md(in_words.with_all_labels(results, movie, said))

# %% [markdown]
# Two lessons in one figure. **Pretraining is worth labels** while you have few. **It is not magic.** On top of all three the same kind of classifier
# learns, but on TF-IDF it has a weight for each of thousands of words, on MiniLM 384 and on GloVe 50: we think that more labels can use more
# weights. Look at the right end of the curves:

# %%
show.md(in_words.right_end(results))

# %% [markdown]
# (`C` was not chosen anew for so many labels; with another one the ends may differ.) Lesson
# 02 *fine-tunes* the network itself for pictures, lesson 06 for text. Then all of its weights can learn, and you measure whether that helps.
#
# ### Exercise: change one number
# From how many labels on is TF-IDF better than *averaged GloVe* on movie sentences, **outside the spread**? Change `n` to other entries of
# `labels`, run the cell, and find the **smallest** such number (0 if there is none).

# %%
n = 25
gap = show.difference(results.where(model="TF-IDF", labels=n), results.where(model="GloVe", labels=n))
print("labels:", labels)
print("TF-IDF minus GloVe:", in_words.interval(gap))

# %% tags=["exercise"]
overtakes = ...

# %%
_, curves = results.curves()  # representation → scores, a row for each seed, a column for each of labels
check.overtakes(overtakes, labels, curves)

# %% [markdown]
# ### Exercise: what does a score cost?
# Write the method behind the arrow. `labels` and `scores` are numpy arrays. `labels` ascend, `scores` are the scores there
# (ascending too). At how many labels does the curve reach `target`? It is straight between two points if you draw it over the
# *logarithm* of the labels, as in the figure. Return `labels[0]` if even that is enough, and infinity if the curve never gets
# there.


# %% tags=["exercise"]
def labels_needed(labels, scores, target):
    """Return the number of labels, a float."""
    ...


# %%
check.labels_needed(labels_needed)

# %% [markdown]
# ## How far does a classifier travel? (10 minutes)
# Now the other kind of transfer. Train on one domain, test on all four, with equally many labels each. Before you look:

# %%
check.predict("best_home")

# %%
n_labels = pick(full=2000, fast=300)
sizes = [100, pick(full=500, fast=200), n_labels]
draws = range(seed, seed + pick(full=5, fast=3))
predictions = {
    n: {name: domain_transfer.train_here_test_there(domains, name, n, draws) for name in representations}
    for n in show.progress(sizes, "train here, test there, numbers of labels")
}
scores = {
    name: domain_transfer.score(predictions[n_labels][name], domains, balanced_accuracy_score)
    for name in representations
}
domain_scores.transfer_matrices(scores, names, f"balanced accuracy, {n_labels:,} labels")

# %%
show.md(in_words.easy_for_whom(scores, sets, source="editorial"))
check.recall("best_home")

# %% [markdown]
# So **read down a column, never along a row**. Along a row two things change at once, how hard the test set is and how far it lies from home,
# and you cannot tell them apart. Down a column the test set stays, and the framed cell is what training at home would give. The difference is the **transfer gap**.
#
# What is easy for people need not be easy for a classifier. A framed cell may even lie above *one rater*, as MiniLM's on editorials does in the `full` profile. The classifier learned
# from means, and one person's rating is noisier than a mean.
#
# ### Exercise: the transfer gap
# From a matrix of scores (rows trained on, columns tested on) compute what each source loses on each target against training
# at home. Positive where something is lost, 0 on the diagonal.


# %% tags=["exercise"]
def transfer_gap(scores):
    """Return the gaps, an array of the same shape as `scores`."""
    ...


# %%
check.transfer_gap(transfer_gap)

# %%
travelled = domain_tables.home_and_away(scores)
title = "Means over the four domains (at home) and the twelve pairs (away); lost: the mean transfer gap"
show.results(travelled, rows="model", columns="where", caption=title, best=None)
show.md(in_words.wrong_and_right_home(travelled, scores, names))

# %% [markdown]
# ## When transfer hurts (10 minutes)
# **Against the majority.** Always giving the target's more frequent answer is a baseline too. Does a classifier from elsewhere beat it?

# %%
rows = domain_tables.below_the_majority(predictions[n_labels], domains, scores)
show.table(rows, "Away from home, in plain accuracy; beside the worst pair its balanced accuracy")

# %% [markdown]
# So not always. Part of this may be $P(Y)$: our classifiers are trained with both classes weighing the same, so each answers as if half were
# positive, and where most are, plain accuracy punishes that. Balanced
# accuracy does not depend on how many target sentences are positive. Where it stays well above 50%, something did travel, and another
# threshold may use it.
#
# **Against doing without.** That is what *negative transfer* means (Pan and Yang 2010): the source makes you
# worse than the target alone. So suppose you have some labels of your own. (The tree above has no box for that: practice is less tidy.)
# Do you add a pile of foreign ones? Bet first: with 100 of your own, and with several hundred, in how many of the twelve pairs do foreign ones help? (In the figure, bars are
# ± standard deviations over the seeds. More sentences also count more against the same `C`, which was not chosen anew: part of the changes may come from that.)


# %%
def gain(source, target, own, draw, weight=1.0):
    """Return what foreign labels add to MiniLM's balanced accuracy, if your own count `weight` times as much."""
    alone = domain_transfer.fit([(target, own)], "MiniLM", draw)
    joined = domain_transfer.fit([(target, own), (source, n_labels)], "MiniLM", draw, [weight, 1])
    before, after = (
        balanced_accuracy_score(target.test_label, domain_transfer.predict(model, target, "MiniLM"))
        for model in (alone, joined)
    )
    return after - before


pairs = [(s, t) for s in domains for t in domains if s is not t]
gains = show.Records(
    {"own": own, "weight": weight, "pair": f"{s.name} → {t.name}", "seed": k, "score": gain(s, t, own, k, weight)}
    for own in show.progress(sizes[:2], "foreign labels, numbers of own")
    for weight in (1, 5, 20)
    for s, t in pairs
    for k in draws
)  # fmt: skip
domain_scores.foreign_labels(gains.where(weight=1), "balanced accuracy", n_labels)

# %%
show.md(in_words.foreign_labels(gains.where(weight=1), n_labels))

# %% [markdown]
# No rule says “these two domains fit”: whether the same foreign labels help depends on what you already have. Would it help to weigh your
# own labels more, so that a sentence of yours counts as 5 or 20 foreign ones? We tried:

# %%
title = "Mean gain over the twelve pairs, by how much each of your own labels counts (1% is one point)"
show.results(gains.mean_over("pair"), rows="own", columns="weight", caption=title, spec="+.1%")
show.md(in_words.weighed(gains))

# %% [markdown]
# Whatever you choose, keep the run without the source as a baseline: it is the only way to know.
#
# ## Optional: why does it lose? (15 minutes)
# First suspect: words that the classifier never saw. TF-IDF cannot use such a word at all, so its loss should follow the share of
# unseen words most closely. Left, each point is a pair of domains (*r* is the correlation of its two coordinates). Right, single
# sentences, away from home, by how many of their words the training sentences lack; the bars are ± standard deviations.

# %%
lost = unseen.measure(domains, predictions[n_labels], scores, n_labels, draws)
domain_scores.unseen_words(lost.by_pair, lost.by_sentence, unseen.EDGES, "balanced accuracy")

# %%
show.md(in_words.unseen_words(lost, travelled.where(model="TF-IDF", where="at home").mean))

# %% [markdown]
# It is tempting to say that a word which is new to your *classifier* need not be new to your *network*, and that this is what
# pretraining buys. It may be part of it. But neither side of the figure proves it, and the sentences of the first bin are also
# shorter. A good idea is not yet an explanation.
#
# Second suspect: **words that change sides**. For every word that two domains share, ask how strongly it speaks for *positive* in
# each. The measure is a z-score: the log-odds of the word in positive against other sentences, divided by its standard error
# (Monroe, Colaresi and Quinn 2008). Above 0 it speaks for positive. A word that 10 sentences or more of both domains have
# changes sides if its z is 1.96 or more from 0 in both, on opposite sides. It counts once for each pair of domains. The clearest come first: those whose weaker z is farthest
# from 0. How many would turn by luck, if one domain's labels are shuffled?

# %%
words, counts = domain_shift.which_words(*([one.texts[i] for i in one.train_index] for one in sets))
sides = [(table, one.label[one.train_index]) for table, one in zip(counts, sets, strict=True)]
flips = domain_shift.all_flips(words, sides, names)
by_luck = domain_shift.flips_by_luck(words, sides, pick(full=20, fast=3), seed)
show.table(flips[:12], f"The clearest of {len(flips)} changes of side", formats="+.1f")
show.md(in_words.by_luck(len(flips), by_luck))

# %% [markdown]
# Why do they turn? Look at the sentences that pull a word to its side: does it praise, or compare? Then try other rows of the list.

# %%
flip = flips[2]  # the rows are counted from 0
show.table(domain_tables.with_word(sets, flip), "The clearest sentences with the word, in its two domains")

# %% [markdown]
# A few sentences illustrate a turn; they do not count how often it has the reason that you see in them.
#
# Do the two suspects explain the whole gap? We do not know. We think that more is left: each domain says the same things in its
# own way, and a classifier with few labels learns the way. A representation helps if it puts *different* ways of saying a thing
# close together.
#
# ## Paper says / we get / why they differ
# ULMFiT and ELMo are two language models of 2018, which you meet in lessons 06 and 05. *Low-shot* means: with few labels.
# *As reported*: we have the figure from somebody else's summary of the paper.

# %%
show.compare(published.comparison(worth, scores, names))

# %% [markdown]
# ## Optional: move it, whose sentences are gained? (10 minutes)
# A score hides what changed. Choose where to train, where to test, a representation and the number of labels. You see the score
# (bars, ± standard deviation; the diamond is training on the target itself), and the sentences that the representation gets right where
# TF-IDF fails, and the other way round. Two questions:
# in which pairs does GloVe *lose* against TF-IDF? With how few labels is MiniLM, from editorials, above 70% on tweets?
# (The sentences are real, and so is their language.)

# %%
domain_gains.domain_explorer(domains, predictions)

# %%
show.md(in_words.explored(domains, predictions))

# %% [markdown]
# ## What to remember
# 1. A domain is inputs and their distribution; a task is labels and how they follow. Transfer changes one or both.
# 2. Pretraining is worth labels: many times as many while you have few, and less and less as you get more.
# 3. Compare down a column: same test set, same labels, several seeds, and a metric that the majority cannot fool.
# 4. Away from home, too, a pretrained representation does better than counting words, on average.
# 5. Foreign labels can help and can hurt: here with MiniLM it depends on how many you have of your own. Keep the run without them.
#
# **What it got wrong.** Where does MiniLM, trained at home, still go wrong, and would a person?

# %%
rows = domain_tables.by_strength(sets, domains, predictions[n_labels]["MiniLM"], edges=[0, 0.5, 1, 1.5, 2, 4])
show.table(
    rows, f"MiniLM at home and one rater: share of test sentences that are right, {n_labels:,} labels each"
)
show.md(in_words.near_zero(rows))
show.table(
    domain_tables.missed(domains, predictions[n_labels]["MiniLM"]),
    "The clearest that it misses, with every seed",
)

# %% [markdown]
# The classifier reads averaged states of a network that was never taught about feeling, and it may not change the network. We think that
# this is part of what is missing where people are sure.
#
# **What came next.** [Lesson 02](02_transfer_in_vision.ipynb) transfers from photographs, and unfreezes. Lesson 03 asks what a
# static vector knows, and lessons 05 to 08 take up the models of 2018. Lesson 06 goes ULMFiT's way, fine-tuning, and asks what is left
# of its factor at our size.
#
# **Reading.** Pan and Yang 2010, *A survey on transfer learning*, section 2 (the definitions); Ruder 2019, *Neural transfer
# learning for natural language processing*, section 3.1.3 (the taxonomy); Howard and Ruder 2018, *ULMFiT*, low-shot learning;
# Hutto and Gilbert 2014, *VADER*, Table 5 (these data); `tlcourse/train/measuring/label_efficiency.py` and
# `tlcourse/train/measuring/domain_transfer.py` (the code).
