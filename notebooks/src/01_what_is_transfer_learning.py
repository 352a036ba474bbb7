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
# **Time** 60 minutes · **You need** lesson 00, numpy, what a classifier and a test set are · **You will be able to**
# *name* domain, task and kind of transfer in a problem, *compare* a pretrained representation with a baseline fairly,
# *read off* what labels it saves, *tell* a hard test set from a bad classifier, and *spot* negative transfer.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
from itertools import combinations, pairwise, permutations

import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from tlcourse import exercises, profiles, show
from tlcourse.data import glove, rated_sentences
from tlcourse.lessons.what_is_transfer_learning import domain_gains, domain_scores, transfer_sketches
from tlcourse.models.pretrained import minilm
from tlcourse.probe import domain_shift
from tlcourse.train.measuring import baselines, domain_transfer, label_efficiency

pick = profiles.chooser(profile)
show.style()
check = exercises.start("what_is_transfer_learning", solutions=solutions)

# %% [markdown]
# ## Predict first
# You have labelled a hundred sentences by hand, and it took the morning. Somebody hands you a network that has read millions
# of sentences, but never a label like yours. What is it worth? Commit to an answer; you measure it below.

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
# ## The data: one question, four kinds of text
# Sentences from movie reviews, product reviews, newspaper editorials and tweets. People rated how each feels, from −4 to 4
# (Hutto and Gilbert 2014). The question is always the same: is the mean rating **positive**?

# %%
sets = [rated_sentences.load(name) for name in rated_sentences.DOMAINS]
rows = []
for one in sets:
    short = [i for i in one.train_index if 30 < len(one.texts[i]) < 70]
    for i in (max(short, key=lambda i: one.rating[i]), min(short, key=lambda i: one.rating[i])):
        rows.append({"domain": one.domain, "rating": one.rating[i], "sentence": one.texts[i]})
show.table(rows, caption="The highest and the lowest rating among the short sentences", formats="+.1f")

# %% [markdown]
# Before any model, three baselines. Always giving the more frequent answer. A coin. And people: how often does *one* rater's
# sign agree with the mean of all? Accuracy flatters the first of them. **Balanced accuracy** does not: it is the mean of two
# shares, how many of the positive sentences are found, and how many of the others. A coin gets 50%, and so does any constant
# answer. It is what we report from here on.


# %%
def one_rater(sentences):
    """Return the balanced accuracy of a single rater against the mean rating, over all raters."""
    says_positive = np.array([(votes > 0).mean() for votes in sentences.votes])
    positive = sentences.label == 1
    return (says_positive[positive].mean() + 1 - says_positive[~positive].mean()) / 2


rows = [
    {
        "domain": one.domain,
        "train": len(one.train_index),
        "test": len(one.test_index),
        "words a sentence": f"{np.mean([len(text.split()) for text in one.texts]):.0f}",
        "positive": f"{one.label.mean():.0%}",
        "accuracy of the majority": f"{max(one.label.mean(), 1 - one.label.mean()):.0%}",
        "one rater, balanced": f"{one_rater(one):.0%}",
    }
    for one in sets
]
show.table(rows, caption="Four domains")

# %% [markdown]
# Look at the last column. Editorials report more than they feel: one rater agrees with the others far less often. So they are
# hard *for people*, and no classifier is to blame for all of that. (A rater who says 0 counts as *not positive*. And a rater is
# part of the mean that he is held against, which flatters people a little.)
#
# ## The idea
# Pan and Yang (2010, section 2) give the words that everybody uses.
#
# A **domain** is a space of inputs and how the inputs are distributed: $\mathcal{D} = \{\mathcal{X}, P(X)\}$. A **task** is a
# space of labels and how labels follow from inputs: $\mathcal{T} = \{\mathcal{Y}, P(Y \mid X)\}$. Transfer learning uses what
# was learned in a source, $\mathcal{D}_S$ and $\mathcal{T}_S$, to do better in a target, where
#
# $$\mathcal{D}_S \neq \mathcal{D}_T \quad \text{or} \quad \mathcal{T}_S \neq \mathcal{T}_T .$$
#
# Which of the two differs, and where there are labels, gives the kinds of transfer. Ruder (2019, section 3.1.3) sorts NLP by
# them.

# %%
transfer_sketches.transfer_taxonomy()

# %% [markdown]
# You do both of the framed ones. First **sequential transfer**: a network trained on one task (which sentences belong
# together) is used for another (is it positive?). Then **domain adaptation** at its plainest: the task stays, and you only
# carry the classifier from movies to tweets.
#
# Our four domains differ in everything the definitions name. Here is movies against tweets, each line computed:

# %%
movie, tweets = sets[0], sets[3]
train_texts = {one.domain: [one.texts[i] for i in one.train_index] for one in sets}
unseen = domain_shift.unseen_share(train_texts["tweets"], train_texts["movie"]).mean()


def positive_with(word, one):
    """Return the share of positive sentences among those of a domain that have the word."""
    return np.mean(
        [y for text, y in zip(one.texts, one.label, strict=True) if f" {word} " in f" {text.lower()} "]
    )


what = ["words of a tweet that no movie review has", "positive sentences", "positive among those with “like”"]
signs = ["P(X)", "P(Y)", "P(Y | X)"]
values = [
    ("–", f"{unseen:.0%}"),
    tuple(f"{one.label.mean():.0%}" for one in (movie, tweets)),
    tuple(f"{positive_with('like', one):.0%}" for one in (movie, tweets)),
]
rows = [
    {"": w, "differs in": s, "movie": a, "tweets": b}
    for w, s, (a, b) in zip(what, signs, values, strict=True)
]
show.table(rows, caption="Movies and tweets")

# %% [markdown]
# In movie reviews *like* compares (“feels like a sitcom”). In tweets it likes. So the third line is a change of
# $P(Y \mid X)$, and by the strict definition the task itself has changed a little. Real transfer is seldom pure.
#
# ## The whole method in a few lines
# Three ways to turn a sentence into numbers, from no transfer to much of it:
#
# | | what it knows before it sees your labels | numbers a sentence |
# |---|---|---|
# | **TF-IDF** | nothing: it counts the words of your labelled sentences | one a word |
# | **GloVe** | a vector for each of 400,000 words, from 6 billion words of text; we average them | 50 |
# | **MiniLM** | a network that reads the sentence, trained on sentence pairs; we average its last states | 384 |
#
# Both pretrained ones stay **frozen**. The same kind of classifier is trained on top of each, with the same labels. MiniLM was
# trained on pairs such as questions with answers, Reddit threads and captions. None of it was labelled with a feeling.

# %%
show.source(baselines.classifier)

# %%
show.source(minilm.mean_pool)

# %% [markdown]
# Now compute the inputs. MiniLM reads every sentence once: two minutes the first time, nothing after that, because the
# features are kept on your disk. That is the charm of frozen features.

# %%
vectors = glove.load()
n_train = pick(full=(None,) * 4, fast=(800, 300, 300, 300))
n_test = pick(full=(None,) * 4, fast=(300, 100, 100, 100))
domains = [
    domain_transfer.prepare(
        one, vectors, train, test, lambda batches, name=one.domain: show.progress(batches, name)
    )
    for one, train, test in zip(sets, n_train, n_test, strict=True)
]
names = [domain.name for domain in domains]
representations = ["MiniLM", "GloVe", "TF-IDF"]

# %% [markdown]
# Try it: train on the movie snippets, and judge three sentences of your own. The second one is praise. Who sees that?

# %%
mine = ["A dull and lifeless film.", "A film that is never dull.", "The best two hours of my week."]
inputs = baselines.inputs(mine, vectors)
for name in representations:
    model = domain_transfer.fit([(domains[0], len(domains[0].train_index))], name, seed)
    chances = model.predict_proba(inputs[name])[:, 1]
    print(f"{name:7}", *(f"{p:.0%} positive" for p in chances), sep="   ")

# %% [markdown]
# *Dull* outweighs *never*. An average does not say which word belongs to which; MiniLM read them in order, but was never taught
# that this turns a judgement. Change the sentences, and find one that fools the others but not MiniLM.
#
# %% [markdown]
# ## How many labels is pretraining worth?
# One run with a hundred labels proves little: another hundred would give another figure. So each point below is a mean over
# several draws (**seeds**), with the standard deviation as a band. All three representations get *the same* sentences.
# The test sentences stay the same throughout.

# %%
seeds = range(seed, seed + pick(full=10, fast=3))
everything = len(domains[0].train_index)
labels = [n for n in (25, 50, 100, 250, 500, 1000, 2000, 4000) if n < everything] + [everything]
curves = {}
for name in show.progress(representations, "learning curves"):
    curves[name] = label_efficiency.learning_curve(domains[0], name, labels, seeds, balanced_accuracy_score)

# %%
show.labels_worth(labels, curves)

# %% [markdown]
# Read the arrow: start where MiniLM is with 100 labels, and go right until you meet TF-IDF. Its length is what pretraining
# saves you. Move the slider: is it as long for 25 labels, and for 2,000? The table has the answer for every start. The *factor*
# is the labels that TF-IDF needs, divided by those that the other had.


# %%
def factor(name, n):
    """Return how many times as many labels TF-IDF needs, as text: the median over seeds, the least and the most."""
    worth = label_efficiency.labels_worth(labels, curves[name], curves["TF-IDF"], n) / n
    return (
        "more than we have"
        if np.isinf(np.median(worth))
        else f"{np.median(worth):.1f} ({worth.min():.1f}–{worth.max():.1f})"
    )


rows = [
    {"labels": f"{n:,}"}
    | {
        f"{name}, %": f"{100 * curves[name][:, i].mean():.1f} ± {100 * curves[name][:, i].std(ddof=1):.1f}"
        for name in curves
    }
    | {f"factor of {name}": factor(name, n) for name in ("MiniLM", "GloVe")}
    for i, n in enumerate(labels)
]
show.table(rows, caption=f"Balanced accuracy on movie snippets, {len(seeds)} seeds")

# %%
ahead = curves["TF-IDF"].mean(axis=0) - curves["MiniLM"].mean(axis=0)
error = np.sqrt(0.25 / len(domains[0].test_index))
last = (
    f"With all {everything:,} labels TF-IDF is {100 * ahead[-1]:.1f} points **ahead**."
    if ahead[-1] > 0
    else f"With {everything:,} labels MiniLM is still {-100 * ahead[-1]:.1f} points ahead."
)
show.md(f"""
{last} The bands end in a point there, because all seeds then train on the same sentences. They do not say how lucky this *test*
set is: {len(domains[0].test_index):,} test sentences leave a standard error of up to {100 * error:.1f} points on every figure,
though less on the difference of two methods that are tested on the same sentences.
""")
check.recall("worth")

# %% [markdown]
# Two lessons in one figure. **Pretraining is worth labels**: most where you have few. **It is not magic**: a frozen
# representation cannot learn. The curve of averaged GloVe flattens early: fifty numbers hold no more. Counting words goes on
# learning what this domain means by them, and with enough labels it overtakes both. From lesson 06 on you will *fine-tune* the
# network itself, and then it learns as well.
#
# ## How far does a classifier travel?
# Now the other kind of transfer. Train on one domain, test on all four, with equally many labels each. Before you look:

# %%
check.predict("best_home")

# %%
n_labels = pick(full=2000, fast=300)
budgets = [100, pick(full=500, fast=200), n_labels]
draws = range(seed, seed + pick(full=5, fast=3))
predictions = {
    n: {name: domain_transfer.train_here_test_there(domains, name, n, draws) for name in representations}
    for n in show.progress(budgets, "train here, test there")
}
scores = {
    name: domain_transfer.score(predictions[n_labels][name], domains, balanced_accuracy_score)
    for name in representations
}
domain_scores.transfer_matrices(scores, names, f"balanced accuracy, {n_labels:,} labels")

# %%
away = ~np.eye(len(names), dtype=bool)
rows = [
    {
        "": name,
        "at home": [score.diagonal().mean() for score in scores[name]],
        "away": [score[away].mean() for score in scores[name]],
        "lost": [(score.diagonal()[None, :] - score)[away].mean() for score in scores[name]],
    }
    for name in representations
]
show.table(rows, caption="Means over the four domains (home) and the twelve pairs (away)", formats=".1%")
row = scores["MiniLM"].mean(axis=0)[names.index("editorial")]
show.md(
    "MiniLM, trained on editorials: "
    + ", ".join(f"{s:.0%} on {name}" for name, s in zip(names, row, strict=True))
)
check.recall("best_home")

# %% [markdown]
# So **read down a column, never along a row**. Along a row the test set changes, and you see mostly which set is easy. Down a
# column the test set stays, and the framed cell is what training at home would give. The difference is the **transfer gap**:
# the table's last column.
#
# Now compare two entries of the table: MiniLM *away* and TF-IDF *at home*. On average, a pretrained representation taught in the
# wrong domain does as well as none taught in the right one. The two kinds of transfer add up.
#
# ## When transfer hurts
# **Against a constant.** The matrix again, as plain accuracy. How many cells does the most frequent label beat?

# %%
plain = {
    name: domain_transfer.score(predictions[n_labels][name], domains, accuracy_score).mean(axis=0)
    for name in representations
}
majority = np.array([max(d.test_label.mean(), 1 - d.test_label.mean()) for d in domains])
rows = [
    {
        "": name,
        "cells below the majority": int((plain[name] < majority)[away].sum()),
        "of": int(away.sum()),
        "the worst": f"{names[i]} → {names[j]}",
        "accuracy": f"{plain[name][i, j]:.0%}",
        "majority": f"{majority[j]:.0%}",
        "balanced": f"{scores[name].mean(axis=0)[i, j]:.0%}",
    }
    for name in representations
    for i, j in [np.unravel_index((plain[name] - majority).argmin(), plain[name].shape)]
]
show.table(rows, caption="Away from home, in plain accuracy")

# %% [markdown]
# Part of this is $P(Y)$: a classifier that learned where half is positive says “negative” too often where most is positive. But
# the balanced column, which is immune to that, stays above 50%: something did travel, and a new threshold would use it.
#
# **Against doing without.** That is what *negative transfer* means (Pan and Yang 2010): the source makes you
# worse than the target alone. So suppose you have some labels of your own. Do you add a pile of foreign ones?


# %%
def gain(source, target, own, draw, name="MiniLM"):
    """Return what foreign labels add to the balanced accuracy of ``own`` labels of the target."""
    sources = [(target, own)], [(target, own), (source, n_labels)]
    models = [domain_transfer.fit(some, name, draw) for some in sources]
    alone, joined = (
        balanced_accuracy_score(target.test_label, domain_transfer.predict(model, target, name))
        for model in models
    )
    return joined - alone


pairs = list(permutations(domains, 2))
gains = {
    own: {f"{s.name} → {t.name}": [gain(s, t, own, draw) for draw in draws] for s, t in pairs}
    for own in show.progress(budgets[:2], "foreign labels")
}
domain_scores.foreign_labels(gains, "balanced accuracy")

# %%
told = []
for own, by_pair in gains.items():
    means = {pair: np.mean(values) for pair, values in by_pair.items()}
    worst = min(means, key=means.get)
    told.append(
        f"With **{own:,}** labels of your own, {n_labels:,} foreign ones change MiniLM's score by "
        f"{100 * np.mean(list(means.values())):+.1f} points on average, and hurt in "
        f"{sum(value < 0 for value in means.values())} of {len(means)} pairs (worst: {worst}, {100 * means[worst]:+.1f})."
    )
show.md(" ".join(told))

# %% [markdown]
# The same foreign labels help the poor and hurt the rich. No rule says “these two domains fit”: it depends on what you already
# have. If you mix, weigh your own labels more, and always keep the run without the source as a baseline.
#
# **Why?** First suspect: words that the classifier never saw. Left, each point is a pair of domains. Right, single
# sentences, away from home, by how many of their words the training sentences lack.

# %%
edges = [-1, 0, 0.1, 0.2, 0.3, 0.45, 1]
cells = list(permutations(range(len(domains)), 2))  # (source, target) of the twelve pairs
shares, lost, by_sentence = [], {name: [] for name in representations}, {name: [] for name in representations}
for k, draw in enumerate(draws):
    known = [[d.texts[i] for i in domain_transfer.draw_nested(d, n_labels, draw)] for d in domains]
    asked = [[d.texts[i] for i in d.test_index] for d in domains]
    unseen = [domain_shift.unseen_share(asked[j], known[i]) for i, j in cells]
    shares.append([share.mean() for share in unseen])
    truth = np.concatenate([domains[j].test_label for _, j in cells])
    for name in representations:
        guess = np.concatenate([predictions[n_labels][name][names[i], names[j]][k] for i, j in cells])
        by_sentence[name].append(domain_shift.score_by_share(np.concatenate(unseen), truth, guess, edges))
        lost[name].append([scores[name][k, j, j] - scores[name][k, i, j] for i, j in cells])
by_pair = {name: (np.mean(shares, axis=0), np.mean(lost[name], axis=0)) for name in representations}
by_sentence = {name: np.array(rows) for name, rows in by_sentence.items()}
domain_scores.unseen_words(by_pair, by_sentence, edges, "balanced accuracy")

# %% [markdown]
# Twelve points that share four sets are a weak test, so trust the right side more. TF-IDF cannot use a word that it never saw, and
# the more of them, the worse it does. The other two drop once and then stay level (and the sentences of the first bin are also
# shorter). That is a good part of what pretraining buys: a word that is new to your *classifier* is not new to your *network*.

# %%
fewest = by_sentence["TF-IDF"].mean(axis=0)[0]
show.md(f"""
But unseen words are not the whole gap: even on sentences without one, TF-IDF gets **{fewest:.0%}** away from home, against
**{scores["TF-IDF"].diagonal(axis1=1, axis2=2).mean():.0%}** at home on all sentences.
""")

# %% [markdown]
# Second suspect: **words that change sides**. For every word that two domains share, ask how strongly it speaks for *positive*
# in each (a z-score: log-odds with a prior, Monroe, Colaresi and Quinn 2008). Here are the clearest that turn round.

# %%
words, counts = domain_shift.which_words(*train_texts.values())
sides = [(table, one.label[one.train_index]) for table, one in zip(counts, sets, strict=True)]
rows = []
for i, j in combinations(range(len(sets)), 2):
    for flip in domain_shift.flips(words, sides[i], sides[j]):
        rows.append({"word": flip["word"], "in": sets[i].domain, "z": flip["z1"], "but in": sets[j].domain, "z ": flip["z2"]}
                    | {"clear": min(abs(flip["z1"]), abs(flip["z2"]))})  # fmt: skip
rows = sorted(rows, key=lambda row: -row.pop("clear"))
show.table(
    rows[:12],
    caption=f"The clearest of {len(rows)} words that change sides (z above 0: positive)",
    formats="+.1f",
)

# %% [markdown]
# Why do they turn? Look at the sentences that pull a word to either side. Then try other words of the list.

# %%
word, pulls = "better", {"movie": -1, "tweets": +1}
found = []
for name, side in pulls.items():
    one = sets[names.index(name)]
    has = [
        i for i in one.train_index if f" {word} " in f" {one.texts[i].lower()} " and len(one.texts[i]) < 100
    ]
    for i in sorted(has, key=lambda i: -side * one.rating[i])[:3]:
        found.append({"in": name, "rating": one.rating[i], f"with “{word}”": one.texts[i]})
show.table(found, formats="+.1f")

# %% [markdown]
# A reviewer says *better* of what the film should have been; on Twitter, somebody feels *better*. A film review is *human* in
# praise; an editorial writes of *human* rights, where they are broken. But be careful with such lists: among hundreds of words,
# some turn round by luck. How many? Shuffle the labels of one domain, and count again.

# %%
rng = np.random.default_rng(seed)
by_luck = []
for _ in range(pick(full=20, fast=3)):
    mixed = [(table, rng.permutation(label)) for table, label in sides]
    by_luck.append(
        sum(len(domain_shift.flips(words, sides[i], mixed[j])) for i, j in combinations(range(4), 2))
    )
show.md(
    f"**{len(rows)}** words change sides over the six pairs; with shuffled labels **{np.mean(by_luck):.0f}** "
    f"({min(by_luck)}–{max(by_luck)}) do. So the effect is real, and a good part of the list is luck: believe its top."
)

# %% [markdown]
# So neither suspect explains the whole gap. What is left: each domain says the same things in its own way, and a classifier
# with few labels learns the way. That is why a representation helps that puts *different* ways of saying a thing close together.
#
# ## Paper says / we get / why they differ

# %%
# As reported from Hutto and Gilbert 2014, Table 5, maximum entropy: F1 of rows trained on, columns tested on
# tweets, movie, product, editorial.
reported = """0.83 0.56 0.58 0.45
0.56 0.75 0.51 0.45
0.67 0.55 0.60 0.43
0.58 0.55 0.51 0.50"""
theirs = np.array([row.split() for row in reported.splitlines()], dtype=float)
ours, (e, t) = scores["TF-IDF"], (names.index("editorial"), names.index("tweets"))
their_gap, *our_gaps = (100 * (m.diagonal()[None, :] - m)[away].mean() for m in [theirs, *ours])

# %%
table_5 = "Hutto and Gilbert 2014, Table 5, as reported"
home = f"{theirs[3, 3]:.2f} → {theirs[3, 0]:.2f}", f"{ours[:, e, e].mean():.2f} → {ours[:, e, t].mean():.2f}"
what, worth = "MiniLM instead of TF-IDF: factor in labels, at 100", factor("MiniLM", 100)
documents = (
    "They fine-tune, against the same network from scratch, on whole documents. We freeze, on sentences."
)
task = "Another task, more labels and a strong recurrent baseline. The order of magnitude is the point."
gap = (
    "Same sentences and kind of classifier. They score F1 with a third class, and train on half of each set."
)
same = "They agree: at home is not always best. Theirs is F1, ours is balanced accuracy."
rows = [
    (what, "10 (IMDb), 20 (AG)", "ULMFiT, arXiv 1801.06146, low-shot learning", worth, documents),
    (what, "10: 1% of the data for 10%", "ELMo, arXiv 1802.05365, as reported", worth, task),
    ("TF-IDF: lost away from home, points", f"{their_gap:.1f}", table_5, show.mean_sd(our_gaps, ".1f"), gap),
    ("TF-IDF: editorials at home → on tweets", home[0], table_5, home[1], same),
]
show.compare(rows)

# %% [markdown]
# ## Move it: whose sentences are gained?
# A score hides what changed. Choose where to train, where to test, a representation and the number of labels. You see the score,
# and the sentences that the representation gets right where TF-IDF fails, and the other way round. Three questions:
# is there a pair in which GloVe *loses* against TF-IDF? With how few labels does MiniLM still carry from editorials to tweets?
# Do the lost sentences have something in common? (The sentences are real, and so is their language.)

# %%
domain_gains.domain_explorer(domains, predictions)

# %% [markdown]
# ## Exercises
# ### 1. Change one number
# From how many labels on does TF-IDF beat *averaged GloVe* on movie snippets? Change `n` to other entries of `labels`, run the
# cell, and find the **smallest** budget where the mean of TF-IDF is higher (0 if there is none).

# %%
n = 25
print("labels:", labels)
for name in ("TF-IDF", "GloVe"):
    print(f"{name:7} {curves[name][:, labels.index(n)].mean():.3f}")

# %% tags=["exercise"]
overtakes = ...

# %%
check.overtakes(overtakes, labels, curves)

# %% [markdown]
# ### 2. A metric that no majority can fool
# Write balanced accuracy. `label` and `predicted` hold 0 and 1, both classes occur.


# %% tags=["exercise"]
def balanced_accuracy(label, predicted):
    """Return the mean over the classes 0 and 1 of the share that is predicted right."""
    ...


# %%
check.balanced_accuracy(balanced_accuracy)

# %% [markdown]
# ### 3. The transfer gap
# From a matrix of scores (rows trained on, columns tested on) compute what each source loses on each target against training
# at home. Positive where something is lost, 0 on the diagonal.


# %% tags=["exercise"]
def transfer_gap(scores):
    """Return the gaps, an array of the same shape as ``scores``."""
    ...


# %%
check.transfer_gap(transfer_gap)

# %% [markdown]
# ### 4. From word states to a sentence
# MiniLM gives a state for every token, and short sentences in a batch are padded. Write the mean over the real tokens. Do not
# look at `minilm.mean_pool` above first; look afterwards.


# %% tags=["exercise"]
def mean_pool(states, mask):
    """Return (B, H) from ``states``, a tensor (B, T, H), and ``mask``, (B, T): 1 for a real token, 0 for padding."""
    ...


# %%
check.mean_pool(mean_pool)

# %% [markdown]
# ### 5. What does a score cost?
# Write the method behind the arrow. `labels` are budgets (ascending), `scores` the scores there (ascending too). At how many
# labels does the curve reach `target`? It is straight between two budgets if you draw it over the *logarithm* of the labels, as
# in the figure. Return `labels[0]` if even that is enough, and infinity if the curve never gets there.


# %% tags=["exercise"]
def labels_needed(labels, scores, target):
    """Return the number of labels, a float."""
    ...


# %%
check.labels_needed(labels_needed)

# %% [markdown]
# ## What to remember
# 1. A domain is inputs and their distribution; a task is labels and how they follow. Transfer changes one or both.
# 2. Pretraining is worth labels: many times as many while you have few, nothing once you have plenty.
# 3. Compare down a column: same test set, same labels, several seeds, and a metric that the majority cannot fool.
# 4. A pretrained representation also travels better from domain to domain.
# 5. Foreign labels help when your own are few, and hurt when they are not. Keep the run without them.
#
# **What it got wrong.** Which sentences does the best classifier here still miss, and would a person?

# %%
strong = np.concatenate([np.abs(d.rating[d.test_index]) for d in domains])
right = np.concatenate(
    [(predictions[n_labels]["MiniLM"][d.name, d.name] == d.test_label).mean(axis=0) for d in domains]
)
votes = [dict(zip(one.texts, one.votes, strict=True)) for one in sets]
agrees = np.concatenate(
    [
        [np.mean((vote[d.texts[i]] > 0) == d.label[i]) for i in d.test_index]
        for d, vote in zip(domains, votes, strict=True)
    ]
)
rows = [
    {
        "mean rating, size": f"{low:g} to {high:g}",
        "sentences": int(mask.sum()),
        "MiniLM, at home": right[mask].mean(),
        "one rater": agrees[mask].mean(),
    }
    for low, high in pairwise([0, 0.5, 1, 1.5, 2, 4])
    for mask in [(strong >= low) & (strong < high + (high == 4))]
]
title = f"Share of test sentences that are right, four domains, {n_labels:,} labels each"
show.table(rows, title, dict.fromkeys(("MiniLM, at home", "one rater"), ".0%"))

# %% [markdown]
# Near zero, people disagree too, and there is little to get right. But where people are nearly unanimous, the classifier still
# errs: it averages the states of a network that was never taught about feeling, and it may not change the network.
#
# **What came next.** [Lesson 02](02_transfer_in_vision.ipynb) transfers from photographs, and unfreezes. Lesson 03 asks what a
# static vector knows, lessons 05 to 08 train the models of 2018, and lesson 06 earns ULMFiT's factor the way ULMFiT did.
#
# **Reading.** Pan and Yang 2010, *A survey on transfer learning*, section 2 (the definitions); Ruder 2019, *Neural transfer
# learning for natural language processing*, section 3.1.3 (the taxonomy); Howard and Ruder 2018, *ULMFiT*, low-shot learning;
# Hutto and Gilbert 2014, *VADER*, Table 5 (these data, ten years ago); `tlcourse/train/measuring/label_efficiency.py` and
# `tlcourse/train/measuring/domain_transfer.py` (the code).
