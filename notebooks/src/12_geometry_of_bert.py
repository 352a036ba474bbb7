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
# # 12 · The geometry of BERT
# **You lay a tree out so that squared distances are its path lengths, look for that shape in BERT's vectors, and watch the senses of a word part from layer to layer.**
#
# <!-- badges -->
#
# **Time** 86 minutes, of which the computer needs about three; the core without the optional sections 74 · **You need** lesson 05 (a word's vector in its sentence),
# lesson 10 (attention maps), lesson 11 (the structural probe, controls) · **You will be able to**
# *lay out* a tree and *explain* why squared distances fit it, *read* dependencies from attention weights and *say* what places alone would give, *tell* senses by their centroids beside
# honest baselines, and *measure* what a second sentence does to a word's vector.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import numpy as np  # noqa: F401  (for your own code in the exercises)
import torch

from tlcourse import exercises, profiles, show
from tlcourse.data import bbc_senses, silver_trees
from tlcourse.lessons.geometry_of_bert import drawn, figures, in_words, kept, live, published, widget
from tlcourse.lessons.geometry_of_bert import in_words_of_maps as maps
from tlcourse.models.pretrained import encoders
from tlcourse.probe import (
    attention_probe,
    mixed_contexts,
    senses,
)
from tlcourse.probe.senses import NearestCentroid
from tlcourse.show import Records

pick = profiles.chooser(profile)
show.style()
check = exercises.start("geometry_of_bert", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("which_layer")

# %%
check.predict("concatenated")

# %% [markdown]
# ## 1. A tree laid out · 14 minutes
# Lesson 11 found a sentence's tree in *squared* distances. Why squared? Take a node with three neighbours. Each is 1 from it, and 2 from each other. If plain distances were to be
# path lengths, the node would lie halfway between the first two neighbours, and halfway between the first and the third: then the second and the third would be the same point, and not 2 apart.
#
# Squares can do it. Put the root at 0. Each edge is a step of length 1 in a direction of its own, at right angles to all others; a node is the sum of the steps on its way from the root:

# %%
drawn.tree_in_a_cube()

# %% [markdown]
# Two nodes $x$ and $y$ differ by the edges between them. With $e_1, \dots, e_d$ these edges, of length 1 and at right angles to one another, each taken up (−) or down (+), Pythagoras says
#
# $$\lVert x - y \rVert^2 = \lVert \pm e_1 \pm \dots \pm e_d \rVert^2 = d$$
#
# Coenen et al. (2019, section 3.2) call it a *Pythagorean embedding*: every tree of $n$ nodes has one in $n - 1$ dimensions.
#
# ### Your turn: a tree laid out
# `parents[i]` is the node above node `i`, −1 for the root. Nodes stand in any order: the root need not be node 0, nor need parents come before their children. A column for each edge. In all
# exercises here, give back numpy arrays or numbers.


# %% tags=["exercise"]
def pythagorean(parents):
    """Return a point for each of the n nodes, (n, n − 1): squared distances are path lengths.

    A column for the edge above each node but the root, in the nodes' order: 1.0 if the way from the root to
    the point's node takes it, else 0.0. [2, 2, -1] is laid out as [[1, 0], [0, 1], [0, 0]].
    """
    ...


# %%
check.pythagorean(pythagorean)

# %% [markdown]
# ### Your turn: and measured
# ($d$ counted edges above. In `(n, d)` it says how many numbers a point has.)


# %% tags=["exercise"]
def squared_distances(points):
    """Return ‖points[i] − points[j]‖² for all i and j, (n, n), of points (n, d)."""
    ...


# %%
check.squared_distances(squared_distances)

# %% [markdown]
# A network has no columns to spare for each sentence's edges. It need not: where vectors have many numbers, random ones are nearly at right angles. Here each edge of real trees gets a random vector
# of about length 1. The sentences are the first ones of BBC articles, their trees *silver*, drawn by a parser (lesson 11):

# %%
bank = silver_trees.load().fewer(train=pick(full=320, fast=60), test=pick(full=100, fast=30))
asked = [bank.trees[i] for i in bank.test_index]
show.md(in_words.of_random_branches(live.random_branches_off(asked, (8, 64, 768), seed)))

# %% [markdown]
# ## 2. The shape of a real tree · 10 minutes
# Now the states of DistilBERT in a layer a little above the middle, chosen before anything was measured, after the map $B$ to 64 numbers (lesson 11 took 128, and lost little with 64) that the structural probe has learnt from other sentences. Beside it the same probe on an *untrained* twin, the
# same network with random weights.

# %%
uses = {word: senses.fewer(bbc_senses.load(word), pick(full=200, fast=70)) for word in bbc_senses.WORDS}
static = live.static_means(uses)  # this and the uses are for section 4: each network reads all at once
twin = live.Read.by(encoders.load("distilbert", random_seed=seed), bank, uses)
encoder, layer = encoders.load("distilbert"), live.LAYER
bert = live.Read.by(encoder, bank, uses)

# %%
read = {f"DistilBERT, layer {layer}": bert, f"untrained, layer {layer}": twin}
spaces = {name: live.in_probe_space(one.words, bank, seed) for name, one in read.items()}

# %% [markdown]
# A sentence that the probe has not learnt from, in four spaces; each is flattened to the plane (its first two principal components) and turned to lie over the first. Lines are the tree's edges: thick
# where the shortest tree that joins the words in that space has the edge too (that is how lesson 11 reads a tree off distances), dotted where not. A grey point is a word's place, its label near it; the root is bold.

# %%
shown = drawn.to_look_at(asked)
drawn.in_space(asked[shown], {name: space.points[shown] for name, space in spaces.items()}, 768, seed)

# %% [markdown]
# How many of the edges are thick, the picture's description counts: one sentence says little. Over all test sentences: how far apart are words that are so many edges apart, up to eight? An exact layout lies on the thin line.

# %%
lengths = live.by_path_length(spaces)
figures.path_lengths(lengths, "an exact layout")

# %%
show.md(in_words.of_path_lengths(lengths))

# %% [markdown]
# A flat line would say that all words are about as far apart, whatever the tree. A mean hides how far single pairs lie from it, so the last number says how much of all differences the path length explains. The probe was trained to give
# path lengths, so what counts is the gap between the two networks: the same probe, the same sentences, other vectors; one training of each, so without a spread. The twin is not at nothing, we think, because random weights keep which word stands where, and
# the probe learns that near words are often near in the tree. (How many edges are found, with gold trees and every baseline: lesson 11.)
#
# ## 3. Arcs in the attention · 10 minutes
# Attention is the only way by which a word's vector learns of the other words. So is an arc, a word and its head, to be seen in the weights themselves? The paper's *attention probe* describes a pair of words by what every head of every layer gives from the first to the
# second, and back (section 3.1):

# %%
show.source(attention_probe.weights_between, docstring=False)

# %% [markdown]
# A linear classifier reads these numbers, logistic regression with an L2 penalty: is there an arc? Half of the pairs have one. The other half are any two words, and any two words are mostly far apart, while arcs are short. So the control is a
# classifier that knows nothing but *places*: how many words the second stands to the right of the first. And a harder question: pairs without an arc that are *as far apart* as those with one, so that places tell nothing. Two things are left without a control:
# the second word of a pair without an arc may be a punctuation mark, and the weights may tell which words these are, a noun or a verb, and not only that they belong together.

# %%
seeds = [seed, seed + 1, seed + 2]
some = bank.fewer(train=pick(full=200, fast=40), test=pick(full=100, fast=25))
arcs_now = live.arc_records(encoder, some, seeds)
show.results(arcs_now, rows="task", columns="reads", best=None, caption="Accuracy, silver trees, DistilBERT")

# %%
show.md(in_words.of_arcs_now(arcs_now))

# %% [markdown]
# With gold trees (English-EWT; `benchmarks/geometry.py attention`), and a second task, which of the frequent relations it is. `minilm` is MiniLM, a smaller distilled BERT that lesson 01 uses; *untrained* are the twins' weights.

# %%
arcs = Records.load("geometry_of_bert/attention")
show.results(
    in_words.arcs_table(arcs), rows="reads", columns="task", best=None, caption="Accuracy, gold trees"
)

# %%
show.md(in_words.of_arcs(arcs))

# %% [markdown]
# ## 4. Senses in space · 20 minutes
# Syntax is half of it. A word has one static vector (lesson 03), and in BERT one vector for each use. Do uses in one sense lie together? *record* in BBC news, read by DistilBERT: a mark is a use. The plane is spanned by the first two principal
# components of the vectors; nobody told them of senses. The marks' senses were given for this course by one annotator in one reading, so a few may be arguable (`data/README.md`).

# %%
drawn.uses_by_layer(bert.uses["record"], uses["record"], [0, 2, 4, 6])

# %% [markdown]
# Before any layer the word is the same in each use, but for its place in the sentence and its capital letter. What the layers add comes from the words around.
#
# To measure it, let $c_k$ be the *centroid* of sense $k$, the mean vector of the uses that are known to have it. A new use $h$ gets the sense of the nearest (section 4.2):
#
# $$\hat k = \arg\max_k \frac{h \cdot c_k}{\lVert h \rVert \, \lVert c_k \rVert}$$
#
# ### Your turn: the nearest centroid


# %% tags=["exercise"]
def nearest_centroid(states, centroids):
    """Return, for each state, which centroid has the largest cosine with it: int (N,), 0 to K − 1.

    states (N, H), centroids (K, H); none of them is 0. How long they are makes no difference.
    """
    ...


# %%
check.nearest_centroid(nearest_centroid)

# %% [markdown]
# Nearer than what? Whoever knows no sentence, but how frequent senses are, says the most frequent one each time. In the field this is the *first sense*, and it is hard to beat.
#
# ### Your turn: the baseline


# %% tags=["exercise"]
def first_sense(train, test):
    """Return the share of the test uses that have the most frequent sense of the training uses.

    train, test: int, the number of the sense of each use. In training one sense is more frequent than any
    other.
    """
    ...


# %%
check.first_sense(first_sense)

# %% [markdown]
# Two more to stand beside it. *GloVe*: the mean of the static vectors of ten words to either side, with centroids of its own; it has read the neighbours, not the sentence. And the untrained twin. Half of the uses are learnt from, the
# others asked, three halvings. Mind what knowing nothing looks like here: centroids know no frequencies, so vectors without a sense in them spread the uses over all $K$ senses, and about one in $K$ is right. That is *below* the first sense; to lie above an
# untrained twin alone is little.

# %%
reads = {"DistilBERT": bert.uses, kept.UNTRAINED: twin.uses, kept.GLOVE: static}
told = live.sense_records(reads, uses, seeds)
of_layer = told.where(layer=[layer, live.NO_LAYER])
show.results(of_layer, rows="word", columns="reads", best=None, caption=f"Senses told, layer {layer}")

# %%
show.md(in_words.of_senses_now(told, "DistilBERT", layer))

# %% [markdown]
# These are few uses, and topic goes with sense: a *record* of music stands in the pages on entertainment. The real test is *senseval*: thousands of uses of *hard*, *interest*, *line* and *serve*, labelled by hand. It is not ours to ship, so here is what `benchmarks/geometry.py senses` made of it (three seeds,
# no training use in common; bars: their standard deviation; mean over the four words; the untrained twin was measured for MiniLM alone). With one answer for each use, accuracy is the F1 that papers give.

# %%
of_senses = Records.load("geometry_of_bert/senses")
models = kept.whole(of_senses, kept.PUBLISHED)
figures.senses_by_layer({model: kept.by_layer(of_senses, model) for model in models}, "senses told")

# %%
show.md(in_words.of_layers(of_senses, models))

# %% [markdown]
# That is what these networks do. Both were tuned after their pretraining (lesson 11), DistilBERT to correct grammar and MiniLM to compare sentences; we think that this has changed their last layers most. The prediction asked about
# the paper's BERT, which was only pretrained:

# %%
check.recall("which_layer")

# %% [markdown]
# ### What centroids leave out
# Word by word, the last layer against the first sense:

# %%
show.md("\n".join(f"- **{model}**: {in_words.of_words(of_senses, model)}." for model in models))

# %% [markdown]
# A centroid knows nothing of how rare its sense is. The first sense knows nothing else. So here are four other readers of the same vectors of the last layer. One has the centroids, and the logarithm of each sense's share added to a multiple of the cosine. One asks
# the five nearest uses. Two are logistic regressions, which may weigh each number; the *balanced* one counts each sense alike. *Macro F1* is the mean of the senses' F1: there, a reader that always says the first sense gets little.

# %%
ways = kept.of_ways(of_senses, models)
show.results(ways.where(measure=kept.ACCURACY), rows="way", columns="reads", best=None, caption="Senses told")

# %%
show.results(ways.where(measure=kept.MACRO), rows="way", columns="reads", best=None, caption="Macro F1")

# %%
show.md("\n".join(f"- {in_words.of_why_below(of_senses, model, 'hard')}" for model in models))

# %% [markdown]
# ## 5. *Optional:* other objectives · 4 minutes
# The zoo's models (you met ELMo, GPT and BERT in lessons 05, 07 and 08; XLNet and ERNIE 2.0 come in 14 and 15) have read the same text, each with another task. Whose vectors tell senses apart? ULMFiT was not measured here.

# %%
zoo = kept.whole(of_senses, [m for m in of_senses.values("model") if m.endswith("-mini")])
by_objective = kept.objectives(of_senses, zoo)
shown_with = kept.with_baselines(by_objective, of_senses)
show.lines(shown_with, "layer", "model", "senses told", "layer (0: the embeddings)")

# %%
show.md(in_words.of_objectives(of_senses, zoo))

# %% [markdown]
# ## 6. *Optional:* a few directions for senses · 8 minutes
# In section 2, 64 directions were enough for what the probe finds of the tree. Are a few enough for senses? The *semantic probe* is a linear map $B$ to $m$ numbers, trained so that uses of one sense point the same way more than uses of different senses (section 4.2.1). In ten lines, for *record* in an early
# layer:

# %%
learnt, asked_uses = live.halves(uses["record"], seed)
x, sense = torch.from_numpy(bert.uses["record"][:, 1]), torch.from_numpy(uses["record"].sense)
one_word = torch.zeros(len(learnt), dtype=torch.long)
B = torch.empty(32, 768).uniform_(-0.05, 0.05, generator=torch.Generator().manual_seed(seed)).requires_grad_()
optimizer = torch.optim.Adam([B], lr=1e-3)
steps = pick(full=200, fast=60)
for step in range(steps + 1):
    same, different = senses.mean_cosines(x[learnt] @ B.T, sense[learnt], one_word)
    if step in (0, 20, steps):
        new = senses.mean_cosines(x[asked_uses] @ B.T, sense[asked_uses], one_word[: len(asked_uses)])
        print(
            f"step {step:3}: same {same:.2f}, different {different:.2f}; new uses {new[0]:.2f}, {new[1]:.2f}"
        )
    optimizer.zero_grad()
    (different - same).backward()
    optimizer.step()

# %% [markdown]
# Few uses and many numbers in $B$: it fits those that it learns from far better than new uses, whose senses it has not seen. What counts is whether the gap between *same* and *different* grows for the new ones. So do its controls on senseval: a *random map* to as many numbers, which keeps angles roughly as they are, and a map trained on senses that were *shuffled*, the same ones as often (in the figure: *by lot*). One map for all four
# words; then nearest centroids (`benchmarks/geometry.py semantic`; as in the paper, training stops pushing the mean cosine of *same* or *different* once it has moved by 0.1). With a small $m$ the three draws lie far apart, as the bars show: there a large difference can be *within luck* (lesson 01), and with a large $m$ a small one outside:

# %%
semantic = Records.load("geometry_of_bert/semantic")
top = max(semantic.where(model=semantic.values("model")[0]).values("layer"))
curves = maps.semantic_curves(semantic, semantic.values("model")[0], top)
show.lines(curves, "m", "way", f"senses told, {semantic.values('model')[0]}, layer {top}", "m", log=True)

# %%
show.md(maps.of_semantic(semantic, semantic.values("model")))

# %% [markdown]
# ## 7. Two sentences, one text · 12 minutes
# If the words around make a use what it is, then other words can make it something else. Take a sentence with a word in one sense and a sentence with it in another, and write *and* between them. Each use has a centroid of its own sense and of the other's. The *similarity ratio* says to which it is nearer,
# above 1 if to its own (section 4.3):
#
# $$r = \frac{\cos(h, c_{\mathrm{own}})}{\cos(h, c_{\mathrm{other}})}$$
#
# ### Your turn: the similarity ratio


# %% tags=["exercise"]
def similarity_ratio(state, own, other):
    """Return cos(state, own) / cos(state, other): above 1 if a use lies nearer to its own sense.

    state (H,): the vector of the use. own, other (H,): the centroid of its own sense and that of the other.
    Both cosines are above 0.
    """
    ...


# %%
check.similarity_ratio(similarity_ratio)

# %% [markdown]
# Is a fall in $r$ the work of the other sentence's word and sense, or of a longer text? The paper doesn't ask. The control joins each sentence with one that does *not have the word*. (A finer control is missing here: a sentence with the word in the *same* sense. It would
# tell the other sense from the word said twice.) A few pairs of *record* now:

# %%
record, sentences = uses["record"], [tree.words for tree in bank.trees]
learnt, asked_uses = live.halves(record, seed)
centroids = [NearestCentroid(bert.uses["record"][learnt, layer], record.sense[learnt])]
pairs = mixed_contexts.draw(record, sentences, n_pairs=pick(full=40, fast=8), seed=seed, uses=asked_uses)
print(" ".join(pairs.joined[0]))
ratios = mixed_contexts.ratios_by_layer(encoder, pairs, centroids, [layer])
show.md(maps.of_joined_now(ratios))

# %% [markdown]
# And on senseval, all layers, three draws of pairs of each word (`benchmarks/geometry.py joined`; the control's sentences are uses of the other three words). Above, the mean ratio; below, the share of uses that lie nearer to the other sense:

# %%
joined = Records.load("geometry_of_bert/joined")
joined_models = kept.whole_words(joined, kept.PUBLISHED)
figures.joined(joined.mean_over("word"), joined_models)

# %%
show.md(maps.of_joined(joined, joined_models))

# %%
show.md(maps.of_recovery(joined, joined_models))

# %%
check.recall("concatenated")

# %% [markdown]
# ## Paper says / we get / why they differ

# %%
show.compare(published.paper_rows(arcs, of_senses, semantic, joined, models))

# %% [markdown]
# ## Try it: the senses of a word · 5 minutes
# Hover over a mark to read its sentence. The star is the sentence in the box: choose one, or type one of your own with *play* or *record*. Move the layer. From which layer on does the star lie among its sense? What does it take to move it: can you make a *record* of the most ever (choose *record* among the examples first)
# into one of music with one word more? (*Labelled* says what the use was given for; its own use is left out when its sense is told.)

# %%
widget.senses_in_space(encoder, uses, bert.uses, layer, widget.OWN)

# %%
check

# %% [markdown]
# ## What to remember
# 1. A tree fits squared distances exactly: an edge is a step in a direction of its own. Random directions nearly do.
# 2. A linear reader of attention weights tells arcs. How much beyond the places of the words shows only with pairs that are as far apart; how much beyond which words they are, nobody has measured here.
# 3. Uses of a word in one sense lie together. A centroid for each sense needs labelled uses and no training, and it doesn't know how frequent senses are.
# 4. A score for senses stands beside the first sense and the mean of static vectors; an untrained twin's centroids guess.
# 5. A word's vector is made of all that is read with it, another sentence too. Whether a change is the other word's work or a longer text's, only a control says.
#
# **What the paper leaves open.** That a map to a few directions *can* part senses does not say that the network uses those directions, nor that syntax has others: the paper takes none away to see whether the other stays. And our four words are four words.
#
# **What came next.** Contextual vectors turned out to lie in a narrow cone, so that raw cosines say less than they seem to (Ethayarajh 2019). Nearest neighbours in BERT's space became a strong way to tell senses (Wiedemann et al. 2019). What
# a larger model gets from text alone: lesson 13 (**next**).
#
# **Reading**: Coenen et al. 2019, *Visualizing and Measuring the Geometry of BERT*, and the authors' notes to it (*Language, trees, and geometry in neural networks*); `tlcourse/probe/pythagorean.py` and `tlcourse/probe/senses.py`, to be read beside sections 3.2 and 4.
