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
# # 11 · Probing for structure
# **You ask frozen vectors for parts of speech and for whole trees, and learn to tell what a probe has found from what it has brought along.**
#
# <!-- badges -->
#
# **Time** 95 minutes, of which the computer needs about four; the core without the optional section 90 · **You need** lesson 05 (a weighted sum of layers),
# lesson 08 (BERT), lesson 10 (dependency trees, heads as parsers) · **You will be able to**
# *train* a probe and *say* what its score is worth, *read* parts of speech and relations of words from frozen layers, *write* the structural probe of Hewitt and
# Manning, *draw* the tree that lies in a model's vectors, and *name* the control that each claim needs.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import numpy as np
import torch

from tlcourse import exercises, profiles, show
from tlcourse.data import silver_trees
from tlcourse.lessons.probing_for_structure import (
    drawn,
    figures,
    in_words,
    live,
    published,
    results,
    trees_in_words,
    widget,
)
from tlcourse.models.pretrained import encoders
from tlcourse.probe import control_tasks, edge_probing, edge_tasks, sentence_states
from tlcourse.probe.structural import DepthProbe, DistanceProbe
from tlcourse.show import Records

pick = profiles.chooser(profile)
show.style()
check = exercises.start("probing_for_structure", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("control")

# %%
check.predict("which_layer")

# %% [markdown]
# ## 1. What is a probe? · 14 minutes
# A *probe* is a small model that reads the frozen states of a big one and has to answer a question about language: which part of speech is this word? If it answers
# well, the states know, or so it is said. Try it. The sentences are the first ones of BBC articles. Their tags and trees are *silver*: a parser (spaCy's small pipeline) drew them,
# nobody looked through them, and they come with the course.

# %%
bbc = silver_trees.load().fewer(train=pick(full=400, fast=60), test=pick(full=120, fast=30))
words = [tree.words for tree in bbc.trees]
tags, tag_names = live.numbered([tree.tags for tree in bbc.trees])
layer = 3  # of six, the middle one
vectors = live.vectors_of_a_network(words, layer, seed)
vectors[0].shape  # of the first sentence: words, numbers

# %% [markdown]
# A word's vector is the mean over its pieces. The probe, whole: linear, or with one hidden layer.

# %%
show.source(live.train_word_probe, docstring=False)

# %%
steps = pick(full=200, fast=60)
accuracy = live.word_accuracy(vectors, tags, bbc, hidden=256, steps=steps, seed=seed)
show.md(in_words.of_first_probe(accuracy, live.commonest(tags, bbc)))

# %% [markdown]
# Nothing was learned in there, but the vocabulary of pieces. What a random network does keep is which word it was given: another word, another vector. The rest the probe has learned by itself, word by word: “the” is a
# determiner, “said” is a verb. A high score says that the *probe* can do the task from these vectors. Who knows the language, the vectors or the probe, it does not say.
#
# Hewitt and Liang (2019) make that measurable. A *control task* has the same words and as many answers, but each word *type* (a word as it is spelt) gets an answer by lot, the same wherever it
# stands. Nothing but learning by heart helps. *Selectivity* is what remains (their section 2.3):
#
# $$\mathrm{selectivity} = \text{accuracy on the task} - \text{accuracy on its control task}$$

# %%
show.source(control_tasks.control_tags, docstring=False)

# %% [markdown]
# Now the trained network, *DistilBERT*, beside this *untrained twin*, a network of the same shape with random weights: two probes, both tasks, three seeds (each draws the control answers anew; they are seeds of the
# probe, the networks stay the same). One thing to keep in mind to the end: this DistilBERT was tuned, after its pretraining, to correct grammar. What is found in it, pretraining alone need not have put there; section 5 asks models that were only pretrained.

# %%
# layers[k][i]: (T, 768), layer k, sentence i
layers = sentence_states.compute(encoders.load("distilbert"), words)
seeds = range(seed, seed + 3)
learnt = np.concatenate([tags[i] for i in bbc.train_index])
shares = np.bincount(learnt, minlength=len(tag_names)) / len(learnt)
asked = {
    "parts of speech": [tags] * len(seeds),
    "control task": [control_tasks.control_tags(words, shares, s) for s in seeds],
}
read = {"untrained": vectors, f"DistilBERT, layer {layer}": layers[layer]}
by_word = live.word_records(read, asked, bbc, steps, seeds)

# %%
show.results(in_words.with_selectivity(by_word), rows="reads", columns="task", best=None)

# %%
train_words, test_words = ([words[i] for i in index] for index in (bbc.train_index, bbc.test_index))
by_heart = control_tasks.ceiling(train_words, test_words, shares.max())
show.md(in_words.of_selectivity(by_word, live.commonest(asked["control task"][0], bbc), by_heart))

# %%
check.recall("control")

# %%
show.md(in_words.of_trained_against_untrained(by_word, live.from_a_table(words, tags, bbc)))

# %% [markdown]
# So the scores of the next three sections stand beside controls: the same probe on an untrained network, on a task whose answers are drawn at random, or on vectors that have not seen their neighbours.
# (*Outside the spread* and *within luck*, in the tables and sentences: lesson 01.)
#
# ## 2. What do the layers add, and where? · 14 minutes
# *Edge probing* (Tenney et al. 2019) asks for the label of a span of words, or of a pair of spans: is this word a noun? is it the subject of that one? The probe is told where the
# spans are and sees nothing but their states. Each span becomes one vector, by an attention of its own over its words; an MLP on one or two such vectors says yes or no to each label.

# %%
show.source(edge_probing.EdgeProbe.pool, docstring=False)

# %%
show.source(edge_probing.EdgeProbe.forward, docstring=False)

# %% [markdown]
# Its control is in what it reads: *lex*, the embeddings alone, which know the word and its place and have not seen the sentence; *cat*, the top layer beside them; *mix*, a weighted sum of all $L + 1$ layers, $\gamma \sum_\ell s_\ell h_\ell$, with
# learned shares $s$ that add up to 1 (lesson 05). What *mix* scores above *lex*, the layers add. Each label is a yes or a no, and the score is *F1*: precision and recall of all the probe's yeses in one number. Here the question is what a word is to its head: `nsubj`, a subject, or `det`, a determiner?

# %%
task = edge_tasks.dependencies(bbc)
edges_now = live.edge_records(task, layers, ("lex", "mix"), seeds, steps=pick(full=200, fast=40))
show.results(edges_now, rows="task", columns="reads", caption="F1, silver relations")

# %%
show.md(in_words.of_edges(edges_now))

# %% [markdown]
# The same with gold labels, given by people (`benchmarks/probing.py`; English-EWT, texts of the web, and for names news, CoNLL-2003), and beside it the control that tells training from mixing: the mix of all layers of an *untrained* twin.

# %%
edge = Records.load("probing_for_structure/edge")
show.results(in_words.edge_ways(edge), rows="what", columns="way", caption="F1, gold")

# %%
show.md(in_words.of_edge_ways(edge))

# %% [markdown]
# *Where* in the network does it come up? Two numbers say (Tenney, Das and Pavlick 2019). The *centre of gravity* $\sum_\ell \ell\, s_\ell$ says which layers the mix weighs most. The *expected layer* takes mixes of
# layers 0 to $\ell$ only, with score $S_\ell$, and asks where the score is gained, $\Delta_\ell = S_\ell - S_{\ell-1}$:
#
# $$E[\ell] = \frac{\sum_{\ell=1}^{L} \ell\, \Delta_\ell}{\sum_{\ell=1}^{L} \Delta_\ell}$$
#
# ### Your turn: the expected layer


# %% tags=["exercise"]
def expected_layer(scores):
    """Return Σ ℓ·Δ_ℓ / Σ Δ_ℓ over ℓ = 1, 2, …, where Δ_ℓ = score of ℓ minus score of ℓ − 1.

    scores (L,): that at place ℓ is of a probe that reads layers 0 (the embeddings) to ℓ.
    """
    ...


# %%
check.expected_layer(expected_layer)

# %% [markdown]
# Here are scores to give to yours, $S_0$ to $S_6$ on gold labels:

# %%
show.table(in_words.growth(edge))

# %%
weights = Records.load("probing_for_structure/mix_weights")
show.table(in_words.places(edge, weights))

# %% [markdown]
# In BERT-large, with 24 layers, the expected layer is 3.4 for parts of speech, 4.6 for names, 5.7 for dependencies, and 9.5 for what refers to what (their figure 1): as in a classical pipeline, words first. Six layers leave
# little room for an order. Ours, from the lowest up:

# %%
show.md(in_words.of_places(edge, weights))

# %% [markdown]
# ## 3. A tree in the distances · 35 minutes
# A label is a small piece of structure. Is the whole tree in there? Hewitt and Manning (2019) turn the tree into numbers that vectors can have: the number of edges between each two words.

# %%
drawn.tree_and_distances()

# %% [markdown]
# Whoever knows all distances knows the tree's edges: they are the pairs at distance 1. What is not in there is which word is the root; that gets a probe of its own below.
#
# ### Your turn: from heads to distances


# %% tags=["exercise"]
def tree_distances(heads):
    """Return how many edges lie between words i and j of a tree, (T, T).

    `heads` (T,) has for each word the place of its head, counted from 0; for the root it has −1.
    """
    ...


# %%
check.tree_distances(tree_distances)

# %% [markdown]
# Now to the vectors. The states of a sentence serve many ends; its tree, if it is there, need not lie in all directions. So the probe may choose some, by one linear map $B$ of `rank` × $H$ numbers, $H$ = 768 in DistilBERT, and nothing
# else, and measures *squared* distances (a tree's distances fit squares: lesson 12 shows why):
#
# $$d_B(h_i, h_j)^2 = \lVert B(h_i - h_j) \rVert^2$$
#
# ### Your turn: the probe's distances


# %% tags=["exercise"]
def probe_distances(states, B):
    """Return ‖B(h_i − h_j)‖² for all pairs of words: states (T, H), B (rank, H) → (T, T)."""
    ...


# %%
check.probe_distances(probe_distances)

# %% [markdown]
# $B$ is learned so that over the sentences $s$ of $|s|$ words, with $d_T$ the tree's distances, this is least (their section 2.2):
#
# $$\min_B \sum_s \frac{1}{|s|^2} \sum_{i,j} \bigl|\, d_T(i, j) - \lVert B(h_i - h_j) \rVert^2 \,\bigr|$$
#
# ### Your turn: the loss of one sentence


# %% tags=["exercise"]
def distance_loss(predicted, gold):
    """Return the loss of one sentence s, 1/|s|² · Σ |gold − predicted| over all i and j; both (T, T)."""
    ...


# %%
check.distance_loss(distance_loss)

# %% [markdown]
# That is the method. Here it is whole, with both of your formulas in it, a sentence at a time, two rounds through the training sentences:

# %%
torch.manual_seed(seed)
scale = live.MEAN_NORM / np.mean([np.linalg.norm(layers[layer][i], axis=1).mean() for i in bbc.train_index])
gold = [torch.from_numpy(DistanceProbe.gold(tree)) for tree in bbc.trees]
B = torch.empty(live.RANK, 768).uniform_(-0.05, 0.05).requires_grad_()
optimizer = torch.optim.Adam([B], lr=1e-3)
for _epoch in range(2):
    losses = []
    for i in np.random.default_rng(_epoch).permutation(bbc.train_index):
        x = scale * torch.from_numpy(layers[layer][i]).float() @ B.T  # (T, rank)
        distances = (x[:, None] - x[None]).square().sum(dim=-1)  # (T, T)
        loss = (distances - gold[i]).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"round {_epoch + 1}: {np.mean(losses):.2f} edges off on average")

# %%
show.md(trees_in_words.of_loop(live.map_scores(scale * B, layers[layer], bbc)))

# %% [markdown]
# (All states are multiplied by one number, so that those of trained and untrained networks are of one length: with so few sentences it decides how far training comes, and without it trained and
# untrained states would differ in length, too. Section 6 has the scores. `live.RANK` rows, 128, were chosen with it.)
#
# A tree is drawn from the distances by joining what is near: the *minimum spanning tree*, the shortest one that connects all words. How many of the true edges does it have? That is
# **UUAS**, the undirected unlabelled attachment score; punctuation is left out.
#
# ### Your turn: the tree of least length


# %% tags=["exercise"]
def uuas(distances, edges):
    """Return the share of `edges` that are in the tree of least total length over all words.

    distances (T, T), symmetric; edges are the T − 1 true pairs (i, j), with i < j.
    """
    ...


# %%
check.uuas(uuas)

# %% [markdown]
# Two more scores need no tree. **DSpr**: for each word, the rank correlation (Spearman's) of predicted with true distances. And *depth* gets a probe of its own, which asks of each word how far it is from the root,
# $\lVert B h_i \rVert^2$: **NSpr** is the rank correlation of predicted with true depths, **Root %** the share of sentences whose root is the word of least depth.
#
# Now the course's probe (twenty sentences a step, a tenth held out to stop on), three seeds. *No model* says that each word hangs on the one before it.

# %%
shown = pick(full=list(range(len(layers))), fast=[0, layer])
read = {f"layer {k}": layers[k] for k in shown} | {f"untrained layer {layer}": vectors}
now, probes = live.measure_trees(DistanceProbe, read, bbc, seeds)
trained, twin = f"layer {layer}", f"untrained layer {layer}"
few = now.where(states=["no model", "layer 0", trained, twin])
show.results(few, rows="states", columns="measure", best=None, caption="silver trees, DSpr × 100")

# %%
show.md(trees_in_words.of_live_trees(few, trained, twin))

# %%
depths, _ = live.measure_trees(DepthProbe, {name: read[name] for name in (trained, twin)}, bbc, seeds)
show.results(depths, rows="states", columns="measure", best=None, caption="silver trees, NSpr × 100")

# %%
show.md(trees_in_words.of_live_trees(depths, trained, twin, "Root %"))

# %% [markdown]
# ## 4. Every baseline on the same axes · 10 minutes
# Silver trees are a parser's. Now gold ones, drawn by people, and a second model, `minilm` (lesson 01): English-EWT, 1,586 sentences of its development part to learn from, 1,634 of its test part to test on, the same probe, three seeds (bars: their standard deviation; `benchmarks/probing.py`). The horizontal lines and the square
# are what the trained layers have to beat; the cross is section 1's idea once more, the same layer asked for *control trees*. *Decay* mixes into a word's embedding those of its neighbours, half as much for each step away. The *random BiLSTM* reads the embeddings with weights that nobody trained. The
# *untrained* twin has the same shape and random weights. *Control trees* are made by lot: whether a word hangs on the first word, on the previous or on the last one is drawn for its type (the last word itself always hangs on the first).

# %%
structural = Records.load("probing_for_structure/structural")
control = Records.load("probing_for_structure/control")
axes = results.on_one_axis(structural, "UUAS", control)
models = results.whole(axes, results.PUBLISHED)
figures.by_layer(axes, models, "UUAS, gold trees")

# %%
show.md(trees_in_words.of_gold_layers(axes, models))

# %% [markdown]
# (MiniLM, too, was tuned after its pretraining, to compare sentences. We think that tuning has changed the last layers of both most; it was not tried on models before that.)

# %%
check.recall("which_layer")

# %% [markdown]
# For comparison, the silver trees, with the probes of section 3:

# %%
show.md(trees_in_words.of_layers(now, shown))

# %% [markdown]
# Now the margins on gold trees, seed by seed (the least and the most in brackets). Which layer is compared was fixed before: the middle one, for which the untrained twin was measured.

# %%
show.md(trees_in_words.of_margins(axes, models))

# %%
show.md(trees_in_words.of_decay(axes, models))

# %% [markdown]
# And how selective is the probe of distances? Gold trees against control trees, the same layer:

# %%
show.md(trees_in_words.of_control_trees(axes, models))

# %% [markdown]
# ## 5. Other objectives on the same trees · 6 minutes
# The course's own models, its *zoo*, have read the same text, each with another task. Which one puts most of a tree into its vectors? Same trees, same probe.
# But they differ in more than their task: ELMo and ULMFiT are LSTMs, and ELMo alone sees letters and capitals (ELMo has two layers above its embeddings and ULMFiT three, so their lines end early; XLNet and ERNIE 2.0 come in lessons 14 and 15). And no untrained twin stands beside them here: the figure
# compares the six, and does not say what training brought to each.

# %%
zoo = results.whole(axes, results.ZOO)  # those measured with three seeds at every layer
objectives = structural.where(model=zoo, states="trained", measure="UUAS")
no_model = results.NO_MODEL, structural.where(states="none", measure="UUAS").mean
show.lines(objectives, "layer", "model", "UUAS, gold trees", "layer (0: embeddings)", level=no_model)

# %%
show.md(trees_in_words.of_objectives(structural, zoo))

# %% [markdown]
# ## 6. *Optional:* how many directions does a tree need? · 5 minutes
# $B$ has as many rows as you allow it. If the tree lies in a few directions, more rows than these don't help any more:

# %%
rank = results.by_rank(Records.load("probing_for_structure/rank"), structural, live.RANK)
show.lines(rank, "rank", "model", "UUAS, gold trees", "rank of B", log=True)

# %%
show.md(trees_in_words.of_rank(rank))

# %% [markdown]
# And the length to which all states are brought, `live.MEAN_NORM`? It was chosen, with the rank, on a quarter of the training sentences, for the trained models together; it is fair to say that a baseline was not given a choice of its own. UUAS there:

# %%
choose = Records.load("probing_for_structure/choose")
show.md(trees_in_words.of_lengths(choose, live.RANK, live.EPOCHS))

# %% [markdown]
# ## Paper says / we get / why they differ · 3 minutes

# %%
show.compare(published.paper_rows(structural, edge, in_words.with_selectivity(by_word)))

# %% [markdown]
# ## Try it: a tree from vectors · 5 minutes
# Below the words, the tree that the probe finds in DistilBERT's states; above, the parser's. Thick edges are in both. The probes are those that you have just trained. Move the layer: what is found first? Type a sentence of your own: whose
# mistake is it where they differ? (For your own sentence the parser's tree needs spaCy; without it the probe's stands alone.)

# %%
by_layer = {k: probes[f"layer {k}"] for k in shown}
examples = widget.short_ones([bbc.trees[i] for i in bbc.test_index])
widget.trees_by_layer(encoders.load("distilbert"), by_layer, examples)

# %%
check

# %% [markdown]
# ## What to remember

# %%
show.md(in_words.to_remember(by_word, live.commonest(tags, bbc), axes, models[0]))

# %% [markdown]
# **What it got wrong.** The models with which we did most of this were tuned, one of them on grammar: that pretraining alone puts trees into vectors is not shown here. The zoo's models of section 5 were only pretrained, but no untrained twins stand beside them. That something *can* be read from the states does not say that the model uses it: for that one has to change the states and see what becomes of the answers. And which tree? A probe learns one treebank's
# convention; that the vectors fit it better than another was not asked.
#
# **What came next.** Probes that change what they find and watch the model (Elazar et al. 2021, *amnesic probing*), probes that count the bits which they need (Voita and Titov 2020). Why *squared* distances, and
# what the space looks like: lesson 12 (**next**).
#
# **Reading**: Hewitt and Manning 2019, *A Structural Probe for Finding Syntax in Word Representations*; Tenney et al. 2019, *What do you learn from context?*; Hewitt and Liang 2019, *Designing and Interpreting Probes with
# Control Tasks*; `tlcourse/probe/structural.py`, to be read beside section 2 of the first.
