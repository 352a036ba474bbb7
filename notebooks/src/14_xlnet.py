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
# # 14 · XLNet
# **You look both ways without `[MASK]`: turn an order into a mask, predict words one after the other in any order, and measure the two faults of BERT that
# this is to mend.**
#
# <!-- badges -->
#
# **Time** 90 minutes, 78 without the optional section; the computer needs about two of them · **You need** lesson 04 (attention and its masks), lesson 07
# (GPT, left to right), lesson 08 (BERT, hidden words) · **You will be able to**
# *turn* an order into the masks of two streams, *say* which words are predicted and why only those, *compute* what two hidden words have to do with each
# other, *measure* what `[MASK]` does to the states of other words, and *say* what a memory is worth, and where.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import json

import numpy as np
import torch

from tlcourse import exercises, models, profiles, show
from tlcourse.data import bbc_news, sentences, tokeniser
from tlcourse.lessons.xlnet import (
    figures,
    in_words,
    in_words_of_rows,
    kept,
    live,
    orders,
    published,
)
from tlcourse.models.parts.relative_attention import RelativeAttention, relative_positions
from tlcourse.models.pretrained import zoo
from tlcourse.probe import as_in_training, joint_probability, loss_by_place, neighbours
from tlcourse.show import zoo_results
from tlcourse.show.records import results_dir
from tlcourse.train.pretraining import permutation

pick = profiles.chooser(profile)
show.style()
check = exercises.start("xlnet", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("neighbour_known")

# %%
check.predict("where_memory")

# %% [markdown]
# ## 1. Two faults of BERT · 5 minutes
# BERT sees both sides of a hidden word. For that it pays twice, says the paper of this lesson (Yang et al. 2019, section 2.1):
#
# 1. **Independence.** It predicts all hidden words at once. In *▢ ▢ is a city*, with *new york* hidden, it says what may stand at the first place, and what may
#    stand at the second: *new*, *los*, *san* here, *york*, *angeles*, *francisco* there. That *new* goes with *york*, its loss never asks:
#    it adds up $\log p(\text{new}) + \log p(\text{york})$, each given *is a city*.
# 2. **A sign that never comes again.** In its pretraining there is `[MASK]` in the text. In the texts that it is used on later, there is none.
#
# A language model has neither fault: it predicts one word after the other, each from those before, and by the chain rule of probability that is exact:
#
# $$\log p(\text{new}, \text{york}) = \log p(\text{new}) + \log p(\text{york} \mid \text{new})$$
#
# But it sees one side only. Can one have both?
#
# ## 2. Any order will do · 16 minutes
# The chain rule does not ask for an order from left to right. $\log p(\text{york}) + \log p(\text{new} \mid \text{york})$ is as exact. Take any order $z$ of the places of a
# text, and predict each word from those that come earlier *in that order*, wherever they stand (section 2.2):
#
# $$\max_\theta\; \mathbb{E}_{z}\Big[\sum_{t=1}^{T} \log p_\theta(x_{z_t} \mid x_{z_1}, \dots, x_{z_{t-1}})\Big]$$
#
# $T$ is the number of words, $z_t$ the place that comes at step $t$, $\theta$ the weights, and $\mathbb{E}_z$ the mean over orders, drawn at random, a new one for each text. *york* in three orders:

# %%
figures.seen_in_orders(
    ["new", "york", "is", "a", "city"],
    asked=1,
    orders={"left to right": [0, 1, 2, 3, 4], "an order": [4, 2, 1, 3, 0], "another": [3, 0, 4, 2, 1]},
)

# %% [markdown]
# So over many orders, the model learns to look at both sides; and no sign is needed for what is hidden: it has just not come yet. The text itself stays as it is, word after word, with its
# positions. The order is imposed by the mask of the attention.
#
# ### Your turn: the content mask
# `order` says which place comes first, which second …: with `[2, 0, 1]`, place 2 comes first. Places are counted from 0.


# %% tags=["exercise"]
def content_mask(order):
    """Return bool (T, T): at [i, j], may place i look at place j? At those earlier in the order, and itself."""
    ...


# %%
check.content_mask(content_mask)

# %% [markdown]
# A state that looks at its own word can't predict it. Leave its own place out? Then it can't tell later words what stands there. And there is a second trouble: let *is a city* be in sight, and let place 0 come next, or place 1. A state that is made
# of *is a city* is the same in both cases, so it would say the same of both places (appendix A.1). GPT always predicts the next word; here the state has to know *where* without knowing *what*.
#
# So there are two states for each place (section 2.3). The **content stream** $h$ knows what stands there: its first layer begins with the word's embedding. The **query stream** $g$ knows only where it stands. It begins with one learned vector $w$, the same
# for all places; where it stands comes in through the attention, whose scores count how far each key is from the query (section 7 of this lesson). Both look at the content stream of what is earlier, with the same weights, from layer $m - 1$ to layer $m$ ($Q$: who
# asks; $KV$: what is looked at):
#
# $$g^{(m)}_{z_t} \leftarrow \mathrm{Attention}(Q = g^{(m-1)}_{z_t},\; KV = h^{(m-1)}_{z_1 \dots z_{t-1}}) \qquad h^{(m)}_{z_t} \leftarrow \mathrm{Attention}(Q = h^{(m-1)}_{z_t},\; KV = h^{(m-1)}_{z_1 \dots z_t})$$
#
# The word is predicted from $g$. Later, when the model is used, $g$ is thrown away, and $h$ looks at the whole text, as BERT does. In a way $w$ is a `[MASK]`, too; but no word ever looks at it.
#
# ### Your turn: the query mask
# Only the last `n` of the order are predicted (why, comes soon): a row for each of them. `order` is a list.


# %% tags=["exercise"]
def query_mask(order, n):
    """Return bool (n, T): for each of the last n places of the order, in that order, what may it look at?"""
    ...


# %%
check.query_mask(query_mask)

# %% [markdown]
# ## 3. Two streams in a few lines · 8 minutes
# All of permutation language modelling, from an order to the logits of every place, on the layers of a trained model. The second and third line are your two masks, as tensors, for all places. `xlnet-mini` has six layers of 256 numbers and has
# learned from the same texts as `bert-mini`, with the same pieces:

# %%
tokenizer = tokeniser.load(zoo.folder_of("xlnet-mini"))
xlnet = models.load("xlnet-mini", heads=True)
bert = models.load("bert-mini", heads=True)


# %%
def two_streams(model, ids, order):
    """The logits of the piece at each place, from the pieces that come earlier in the order: (T, V)."""
    rank = torch.tensor(order).argsort()  # at which step each place comes
    query_sees = rank[None, :] < rank[:, None]  # (T, T): row i, place i; column j, earlier or not
    content_sees = query_sees | torch.eye(len(order), dtype=torch.bool)
    body, size = model.transformer, model.config.hidden_size
    distances = relative_positions(len(order), len(order), size, ids.device)
    h = body.word(ids)[None]  # content: what stands there
    g = body.mask_embedding.expand(1, len(order), -1)  # query: the same for all
    for layer in body.layers:
        new_g, _ = layer(g, h, distances, query_sees[None])  # same weights, same keys …
        h, _ = layer(h, h, distances, content_sees[None])
        g = new_g  # … both made from the h below
    return model.lm_loss(g)[0]


# %%
ids = torch.tensor(tokenizer.encode("new york is a very very big city", add_special_tokens=False).ids)
order = np.random.default_rng(seed).permutation(len(ids)).tolist()
_, earlier = orders.masks(order)  # content, query
with torch.inference_mode():
    ours = two_streams(xlnet, ids, order)
    theirs, _ = xlnet(ids[None], torch.arange(len(ids))[None], torch.from_numpy(earlier)[None])
print(f"largest difference from the model's own code: {(ours - theirs[0]).abs().max():.1e}")

# %% [markdown]
# (The model's own code agrees with `transformers`, in both streams; the course's tests hold it.) And does a prediction really not see what comes later? Change the word that comes last:

# %%
changed = ids.clone()
changed[order[-1]] = tokenizer.token_to_id("minister")
with torch.inference_mode():
    moved = (two_streams(xlnet, changed, order) - ours).abs().amax(dim=1)
print(f"by how much the prediction of any place changes, at most: {moved.max():.1e}")

# %% [markdown]
# Not even its own: each place is predicted without a look at what stands there.
#
# ### Try it
# Put eight words (or fewer) into any order. Left, what each content state may look at; in the middle, what each query may look at; right, what xlnet-mini says of the asked word. ([SEP] and [CLS] stand behind the words, as in the training, in
# sight of all; so the first in the order has those, and the numbers are not those of `two_streams` above.) Move *york* before *new*. Watch log p of *all* words together: by the chain rule, the order should not matter. A model that has learned each prediction by itself need not
# keep to that.

# %%
explorer = orders.order_words(xlnet, tokenizer)
explorer

# %% [markdown]
# ## 4. Which words are predicted · 7 minutes
# What comes first in an order is predicted from nothing. Let xlnet-mini predict whole rows of 64 pieces in random orders, and look at the loss by sixths of the order: BBC articles that it has not read, three draws (each has a seed, so the tables say *3 seeds*). All kept
# results of this lesson are made by `benchmarks/xlnet.py`. Two things to know before: a guess among 8,192 pieces costs 9.0 nats; and the last sixth is all that xlnet-mini was trained to predict, so of the first ones a part is that it never had to.

# %%
sight = show.Records.load("xlnet/sight")
show.results(kept.by_sixth(sight), rows="sixth of the order", spec=".2f", best=None)

# %%
show.md(in_words_of_rows.of_sight(sight))

# %% [markdown]
# So only the last $1/K$ of each order is predicted, with $K = 6$ (a number here, no keys; the paper's section 2.3, *partial prediction*). The paper's reasons: it converges sooner, and the query stream of all others need not be computed. That makes one piece in six, about as many as the paper's BERT hides.
#
# ### Your turn: the last part


# %% tags=["exercise"]
def predicted(order, k):
    """Return the places that are predicted, as `order` has them: its last 1/k, rounded down, 1 at least."""
    ...


# %%
check.predicted(predicted)

# %% [markdown]
# That is how section 2.3 of the paper has it. Its code, and the course's (`permute` in `tlcourse/train/pretraining/permutation.py`), turns it round: it chooses first what is predicted, and puts that last in the order. What comes before is seen by all, so its own order does not matter. And it
# chooses not single pieces, but *spans* of one to five, each in a stretch of $K$ times its length (section 3.1), so that neighbours are often predicted together, *new* and then *york*:

# %%
news = bbc_news.load()
text = tokenizer.encode(news.texts[news.test_index[2]], add_special_tokens=False).ids[:60]
asked = permutation.permute(np.array([text]), np.random.default_rng(seed))
places = set(asked.positions[0][asked.targets[0] >= 0].tolist())
show.md(in_words.spans([tokenizer.id_to_token(piece) for piece in text], places))

# %% [markdown]
# ## 5. First fault: two words that belong together · 15 minutes
# Now to what it is for. Which neighbours belong together? Those with a high PMI, *pointwise mutual information* (lesson 03): $\log \frac{p(a\,b)}{p(a)\,p(b)}$, how much more often $b$
# follows $a$ than it would by chance. Counted in BBC's training articles; looked up in its test articles, which no model has read. Beside each pair of
# high PMI (5 nats and more: 150 times as often as by chance) stands a *control*: two neighbours from the same articles, each word as frequent, and in the training
# articles never side by side, or no more often than chance would have it. All are words of one piece; XLNet reads the sentence without a memory.

# %%
counts = neighbours.count(s for i in news.train_index for s in sentences.words_of(news.texts[i]))
unread = [s for i in news.test_index for s in sentences.words_of(news.texts[i])]
found = list(neighbours.find(tokenizer, unread[: pick(full=9475, fast=2500)], counts))
matched = neighbours.matched(found, pick(full=360, fast=60), seed)
ask = {
    "BERT": lambda pairs: joint_probability.of_bert(bert, pairs),
    "XLNet": lambda pairs: joint_probability.of_xlnet(xlnet, pairs),
}
show.table(live.examples(tokenizer, matched, ask))

# %% [markdown]
# For each pair in its sentence there are four numbers: log p of each *alone*, with both hidden, and of each *given* the other. XLNet is asked in both orders. BERT can be asked, too: hide both, then
# fill in one and hide the other alone. That is BERT *one by one*, against *at once*. (In its training most hidden words have their neighbours in sight. What it never does is to predict one and then the other.)
#
# ### Your turn: both together


# %% tags=["exercise"]
def joint(alone, given):
    """Return log p of both words, (N, 2): column 0 says the first word first, column 1 the second first.

    `alone`: log p of the first and of the second, both hidden; `given`: each with the other one in sight.
    """
    ...


# %%
check.joint(joint)

# %% [markdown]
# The mean of both orders (that is *one by one*), minus the sum $\log p(a) + \log p(b)$, is what the chain rule adds; we call it the *gap*. It is what the words say of each other that the sentence does not say already. Three
# draws of other pairs, measured now, one by one:

# %%
measured = live.pairs(matched, 3, ask, seed)
show.results(measured.where(measure="gap"), rows="pairs", spec=".2f", best=None, caption="gap in nats")

# %%
kept_pairs = show.Records.load("xlnet/pairs")
show.md(in_words.of_gaps(kept_pairs))

# %% [markdown]
# *Outside the spread* and *within luck* are as in every lesson (01 says what they are): the 95 % interval of the mean difference over the draws leaves out 0, or does not.

# %%
check.recall("neighbour_known")

# %%
show.md(in_words.of_chain(kept_pairs))

# %%
show.results(
    in_words.joints(kept_pairs), rows="pairs", spec=".2f", best=None, caption="log p of both words, nats"
)

# %% [markdown]
# Does the gap grow with the PMI? Pairs by how much they belong together, of whatever frequency (bars: standard deviation over three draws):

# %%
by_pmi = show.Records.load("xlnet/pmi")
figures.gap_by_pmi(by_pmi)

# %%
show.md(in_words.of_pmi(by_pmi))

# %% [markdown]
# ## 6. Second fault: the sign that never comes · 8 minutes
# Read the same rows of BBC news twice: as in the pretraining, and as they are. Take a word that stands there both times, unchanged, and compare its two states. For BERT,
# 15 % of the *other* words are hidden the first time (80/10/10, lesson 08; `bert-mini` itself was trained on with more hidden). For XLNet, a sixth of the others are out of sight for it. As a control, BERT again, with random pieces and no `[MASK]`.
#
# Two measures. How far does the state move, as a share of how far the states of two words in different rows are apart (in the same layer)? And can a *linear probe* (lesson 02) tell from one word's state, in rows that it was not fitted to, which reading
# it is from? Here in short, with one draw and few rows:

# %%
articles = loss_by_place.long_articles(tokenizer, [news.texts[i] for i in news.test_index], 320)
rows = articles.reshape(-1, 64)[:: pick(full=8, fast=30)]
readings = {
    "bert-mini": as_in_training.of_bert(bert, rows, seed),
    "xlnet-mini": as_in_training.of_xlnet(xlnet, rows, seed),
}
show.table(
    [
        {"model": name, "rows": len(rows), "moves by": f"{as_in_training.shift(two)[-1]:.1%}",
         "probe is right": f"{as_in_training.told_apart(two, 6, seed):.0%}", "chance": "50%"}
        for name, two in readings.items()
    ]
)  # fmt: skip

# %% [markdown]
# And with more rows, to fit the probe on, too; layer by layer (bars: standard deviation over three draws):

# %%
shifts = show.Records.load("xlnet/shift")
figures.shift_by_layer(shifts)

# %%
show.md(in_words.of_shift(shifts))

# %% [markdown]
# ## 7. *Optional:* distances in place of positions · 12 minutes
# If you skip this section, keep one sentence of it for section 8: XLNet's attention looks at how far a key is from the query, and knows no positions.
#
# BERT adds a learned vector for each position, 0 to 255 in `bert-mini`: after that, its table ends. XLNet takes over from Transformer-XL (Dai et al. 2019) that only *distances* count. With the query vector $q_i$ of one place and the key vector $k_j$ of another, the score is a sum
# (divided by $\sqrt{d}$ as ever):
#
# $$\underbrace{(q_i + u)^\top k_j}_{\text{what stands there}} + \underbrace{(q_i + v)^\top W_r R_{i-j}}_{\text{how far away}} + \underbrace{(q_i + b)^\top s_{ij}}_{\text{same segment or not}}$$
#
# $R_{i-j}$ holds sines and cosines of the distance, $W_r$ is a learned matrix, $u$, $v$, $b$ are learned vectors, one for each head, and $s_{ij}$ is one of two. No place has a number of its own. A key to the right has a negative distance.
#
# The scores by distance of all queries are one product of matrices, with a column for each distance, from the largest to the most negative one. But the distance to key $j$ is another one for each query. So each row has to be moved.
#
# ### Your turn: from distances to keys


# %% tags=["exercise"]
def by_key(scores, n_keys):
    """Return each query's scores by key, (T, n_keys), from its scores by distance, (T, n_keys + T).

    Column c is for the distance n_keys − c, from n_keys down to 1 − T. There may be more keys than queries
    (section 8): the queries are the last T of the keys. A query's distance from key j is its own place minus j.
    """
    ...


# %%
check.by_key(by_key)

# %% [markdown]
# Here it is in the model, as `relative_shift`; for a query stream, whose places are not one after the other, by `gather`:

# %%
show.source(RelativeAttention.forward, docstring=False)

# %%
check.predict("beyond_training")

# %% [markdown]
# Always the same pieces, in spans near the end of an article, predicted in rows of more and more pieces that end there. Drawn is how the loss changes against rows of 64 (bars: standard deviation over three draws of
# articles):

# %%
lengths = show.Records.load("xlnet/lengths")
figures.by_length(lengths, kept.furthest())

# %%
show.md(in_words_of_rows.of_lengths(lengths, kept.furthest()))

# %%
check.recall("beyond_training")

# %% [markdown]
# ## 8. Memory · 9 minutes
# A text is longer than a row. Transformer-XL keeps the states of each layer, and the next row may look at them as at its own (section 2.4). They are not computed again and get no gradient. For that, attention has to count distances, not positions (section 7): by position,
# the remembered piece and the new one would both be number 3. `xlnet-mini` remembers 96 pieces.
#
# A row of its training is [text | A | B]: 64 pieces of running text, then two passages, A and B, as in BERT's rows (lesson 08), so that tasks on pairs find a form that they know; whether B follows A is not asked. The states of the text go into the memory. In the next step the text has moved on by 64: what was A and B is then text, and so read twice. So the text must not look at A
# and B, or the memory would have seen what it helps to predict.
#
# What is a memory worth? Rows of 64 pieces of articles that it has not read, with its memory, without, and with the memory of *another* article. What is predicted, and from what in the row, is the same three times.
# Here with few articles:

# %%
some = articles[: pick(full=24, fast=6)]
losses = loss_by_place.with_and_without_memory(xlnet, some, 64, loss_by_place.PERMUTED, seed)
show.table(
    [{"": way, "loss, whole row": f"{np.nanmean(loss):.2f}", "first 8 places": f"{loss[0]:.2f}",
      "last 8 places": f"{loss[-1]:.2f}"} for way, loss in losses.items()]
)  # fmt: skip

# %% [markdown]
# With more, three draws of articles (bars: their standard deviation): what a memory takes off the loss. Left, as in its training, where five sixths of the row are in sight. Right, the row from left to right, where
# the first piece has only the memory:

# %%
memory = show.Records.load("xlnet/memory")
figures.memory_by_place(memory)

# %%
show.md(in_words_of_rows.of_memory(memory) + "\n" + in_words_of_rows.of_left_to_right(memory))

# %%
check.recall("where_memory")

# %%
show.md(in_words.of_card(kept.changes()))

# %% [markdown]
# ## 9. Against BERT · 5 minutes
# The same text, the same pieces, the same size: whose states are worth more? Frozen, a linear model on top, 100 labels, three draws of labels (`data/results/zoo/tasks.json`; *random* has the same shape and was
# never trained, *counts* are words without a model). Who has read how much of that text, is said below.
# *Films, whole reviews* are IMDb's; *sentiment of films* has single snippets. (Lessons 11 and 12 asked the same states for trees and senses.)

# %%
everything = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
of_zoo = kept.tasks(zoo_results.records(everything))
show.results(of_zoo, rows="task", caption="100 labels; names: F1, the others: accuracy")

# %%
show.md(in_words.of_tasks(of_zoo) + "\n\n" + in_words.of_counts(of_zoo))

# %% [markdown]
# That is one training of each: another seed of the *pretraining* could turn small differences. And which part of XLNet makes the difference, this table can't say. The paper took it apart, at the size of BERT-base
# (its table 6; medians of five runs, but for BERT's RACE, which is another paper's):

# %%
show.table(published.ablations())

# %% [markdown]
# Read it from the top: BERT's own task on XLNet's architecture gains a part (not on SST-2), the order the next. Having no memory costs most on RACE, whose texts are longest. (*All rows forwards*: the authors
# read half of their rows from right to left, and this row leaves that out. So does `xlnet-mini`.)
#
# ## Paper says / we get / why they differ · 2 minutes

# %%
show.compare(published.rows(of_zoo, memory, kept_pairs, sight))

# %%
check

# %% [markdown]
# ## What to remember
# 1. The chain rule holds in any order. Over many orders a model learns to look at both sides, and each word is predicted from those before it in the order.
# 2. The order is a mask; the text stays as it is. Two streams share their weights: the content knows what stands there, the query only where.
# 3. Only the last sixth of an order is predicted: the first ones have nothing to go by.
# 4. BERT's sum of single predictions can't say that two words belong together. Its weights know it, when they are asked one by one.
# 5. Distances let a model go on where a table of positions ends, and let it remember. That it can read further does not mean that it has learned to.
#
# **What it got wrong.** Much of what made it famous was won by more text and longer training: with both, and with hidden words alone, RoBERTa (Liu et al. 2019) reached it or passed it. (On the same text XLNet was ahead of BERT: its
# table 1.) And each order gives a probability of its own to one and the same text.
#
# **What came next.** ERNIE 2.0 (**next**: 15) stays with BERT's architecture, and adds tasks. Distances in place of positions stayed: as turned vectors (RoPE, Su et al. 2021) they are in most of today's language models.
#
# **Reading**: Yang et al. 2019, *XLNet: Generalized Autoregressive Pretraining for Language Understanding* (sections 2 and 3.4); Dai et al. 2019, *Transformer-XL* (section 3);
# `tlcourse/models/language/xlnet.py`, to be read beside section 2.3, and `data/checkpoints/xlnet-mini/README.md`, its card.
