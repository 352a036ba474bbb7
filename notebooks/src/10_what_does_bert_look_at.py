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
# # 10 · What does BERT look at
# **You look at what every head of a BERT looks at, find heads that read grammar, take heads out until it hurts, and test whether what a head looks at explains
# the answer.**
#
# <!-- badges -->
#
# **Time** 92 minutes, of which the computer needs about three; the core without the optional section 84 · **You need** lessons 01 (MiniLM), 04 (attention), 08
# (BERT) and 09 (DistilBERT) · **You will be able to** *read* a map of attention, *name* the habits that most heads have, *test* a head as a parser against a fair
# baseline, *measure* which heads a model needs, *take* them out, and *say* what a map of attention proves and what it does not.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import numpy as np  # noqa: F401  (for your own code in the exercises)

from tlcourse import exercises, profiles, show
from tlcourse.lessons.what_does_bert_look_at import (
    agreement,
    explained,
    figures,
    habits,
    in_words,
    marked,
    pruning_slider,
    published,
    relations,
    tuned,
)
from tlcourse.models.pretrained import encoders
from tlcourse.probe import attention_probe, head_masks, head_parsers, pruning

pick = profiles.chooser(profile)
show.style()
check = exercises.start("what_does_bert_look_at", solutions=solutions)
results = in_words.results()  # of benchmarks/heads.py: see the files in data/results/what_does_bert_look_at

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("where_to_rest")

# %%
check.predict("how_many_heads")

# %% [markdown]
# Two models do most of the work. You look into DistilBERT (lesson 09) as it comes. In section 4 you take heads out of MiniLM (lesson 01), and for that it has to be good at something: all of its
# weights are tuned to tell the topic of a BBC headline (not, as in lesson 09, whether it belongs to an article). Is it business, entertainment, politics, sports or tech? That is done now, while you read on:

# %%
mine = tuned.tune(
    labels=pick(full=1000, fast=100),
    tested=pick(full=500, fast=60),
    seed=seed,
    min_steps=pick(full=120, fast=25),
)
encoder = encoders.load("distilbert")

# %% [markdown]
# ## 1. One head, one sentence · 12 minutes
# In each layer of a Transformer every *head* (of attention, lesson 04; not what lesson 09 puts on an encoder) gives every piece of the text a share of 1 to spread over all pieces: with the query $q_i$ of the piece that looks
# and the keys $k_j$ of those that are looked at, both of $d$ numbers (lesson 04's $D$),
#
# $$\alpha_{ij} = \frac{\exp(q_i \cdot k_j / \sqrt{d})}{\sum_{j'} \exp(q_i \cdot k_{j'} / \sqrt{d})}$$
#
# The table of all $\alpha_{ij}$ of one head is its *map*: row $i$ looks, column $j$ is looked at, each row adds up to 1.
#
# The model of this lesson is DistilBERT (Sanh et al. 2019): every second layer of BERT-base, 6 of 12, taught by BERT to do as BERT does; 12 heads a layer, so 72 maps for
# each sentence. The packaged one tells upper from lower case, and was then tuned to correct grammar: section 5 makes use of that.
#
# Click on a head in the grid, point at a word to see its row alone, type a sentence of your own. The thicker and darker a line, the more. Find a head that looks at the word before,
# one that looks at the word after, and one where all look at the same place, before you read section 2. (In the small maps of the grid a row looks and a column is looked at; the last column is [SEP]. What the shares below leave out goes to other words.)

# %%
sentence = "The old chef cooked a wonderful soup for her neighbours ."
view = show.attention(encoder, sentence, layer=3, head=9)
view

# %% [markdown]
# ### Your turn: from pieces to words
# BERT reads pieces, grammar (section 3) is about words. So maps are put together: attention *to* a word is the sum over its pieces, attention *from* a word the mean over them
# (Clark et al. 2019, section 4.1). Two NumPy arrays, as in all exercises of this lesson: `weights`, a map between pieces; `words`, which
# word each piece belongs to. A mark, [CLS] or [SEP], counts as a word of its own.


# %% tags=["exercise"]
def word_attention(weights, words):
    """Return the attention between W words, (W, W), of weights (T, T) between T pieces: row = from.

    To a word: the sum over its pieces. From a word: the mean over its pieces.
    `words`, int (T,): words[i] is the number of the word, 0 to W − 1, that piece i belongs to.
    """
    ...


# %%
check.word_attention(word_attention)

# %% [markdown]
# ## 2. Habits · 10 minutes
# Three maps of the same sentence, the darker the more:

# %%
typical = habits.typical(results["statistics"], "distilbert")
figures.maps(view.shown, typical)

# %% [markdown]
# A diagonal is a head that looks at a neighbour, nearly whatever it is (not always: on the left *chef* looks at [CLS]). A vertical line is a head in which all look at one place. How many heads do so? For each head the
# mean over all words of a *treebank*, sentences whose grammar people have drawn (section 3; results in `data/results/what_does_bert_look_at/`). A number, in percent, stands where it is more than half:

# %%
figures.habits_of_heads(results["statistics"], "distilbert", "DistilBERT")

# %% [markdown]
# Two more models of BERT's family: MiniLM (lesson 01), also six layers of twelve heads, tuned so that texts which mean the same get similar vectors; and `bert-mini`
# (lesson 08), six layers of four heads, trained here with little text. A bar is a layer, the mean over its heads:

# %%
models = {"distilbert": "DistilBERT", "minilm": "MiniLM", "bert-mini": "bert-mini"}
figures.where_layers_look(results["statistics"], models)

# %%
show.md(habits.told(results["statistics"], models))

# %% [markdown]
# Does it hold in other text? The same numbers from BBC news, now:

# %%
now = habits.of_news(encoder, pick(full=200, fast=30))
show.md(habits.live(now, results["statistics"], "distilbert"))

# %% [markdown]
# And most heads of the upper layers, the subject of your first prediction?

# %%
show.md(habits.upper_layers(results["statistics"], models))

# %%
check.recall("where_to_rest")

# %% [markdown]
# Why look at a mark that says nothing? A row has to add up to 1, also where a head finds nothing of its kind. Clark et al. take [SEP] for the place
# where it can then rest, a *no-op* (section 3.2). If so, these heads should not fill [SEP] with words either. (What other heads and lower layers have put there, this does not see.)

# %%
show.md(habits.no_operation(results["statistics"], "distilbert", "DistilBERT"))

# %% [markdown]
# ## 3. A head as a parser · 20 minutes
# Some heads look elsewhere. In a *dependency tree* each word but one, the root, hangs on another: it is the *dependent* of that word, which grammarians call its head, too. Here that is *its head in the tree*.
# *soup* hangs on *cooked*, as its object; *old* on *chef*. Take one head of the network, cut [CLS] and [SEP] out of its map, for most words look at them most, and say that each word hangs on the *word* that it looks at most. How often is that right?
#
# ### Your turn: the parser


# %% tags=["exercise"]
def most_attended(between):
    """Return, for each word, the place of the other word that it looks at most: int (W,).

    `between` (W, W) is the attention between words, W ≥ 2, without marks: row = from, column = to. A word's attention to
    itself does not count. `between` itself stays as it is.
    """
    ...


# %%
check.most_attended(most_attended)

# %% [markdown]
# What must it beat? Often a word hangs on the next one. So the baseline is the best *fixed offset*: a word hangs on the one $k$ places on.
#
# ### Your turn: the baseline


# %% tags=["exercise"]
def best_offset(heads):
    """Return the share of heads that the best rule of the kind “the head is the word k places on” finds.

    `heads`, int (W,), is one sentence: heads[i] is the place of the word that word i depends on, its head in
    the tree; −1 for the root, which is left out: it has none. k is any number but 0, below 0 to the left.
    """
    ...


# %%
check.best_offset(best_offset)

# %% [markdown]
# Your function chose $k$ and scored it on the same sentence: that flatters it. With a whole treebank (Universal Dependencies, English-EWT: blogs, e-mails, reviews, with trees drawn by people) it can be done fairly:
#
# 1. Read each head in two directions: a word hangs on the word that *it* looks at most (→), or on the word that looks at *it* most (←). 72 heads make 144 readings.
# 2. On one part of the treebank, note for each relation (objects, subjects, …) the reading that finds most, and the offset that does.
# 3. Score these two on another part. The best of 144 is partly luck where it was chosen; here it is not.
#
# This is the counting in 2 and 3. `predicted` holds what a function like your `most_attended` returns, for each direction, layer and head; `ALL` counts all relations together:

# %%
show.source(head_parsers.count)

# %% [markdown]
# Behind a bar stand the layer and the head that were chosen, counted from 1, and the direction in which it is read. A diamond is the same search in a twin of the model with random weights. (*Alone* this would prove little for DistilBERT: it was tuned to mend grammar. MiniLM was not.)

# %%
two = {"distilbert": "DistilBERT", "minilm": "MiniLM"}
figures.heads_as_parsers(results["relations"], two)

# %%
show.md(relations.told(results["relations"], models, drawn=two))

# %%
show.md(relations.of_untrained(results["relations"], two))

# %% [markdown]
# Nine of the paper's relations, the highest of BERT-base's heads first: best head / best fixed offset, in percent. The paper's trees are of the Wall Street Journal and of another
# grammar: there a noun hangs on its preposition (*on* ← *board*), in UD the preposition on its noun (*on* → *board*), so that UD has no `prep`. BERT-base is the paper's column, without intervals. Bold, in ours: above the best offset, with the whole 95% interval.

# %%
show.table(relations.beside_the_paper(results["relations"], two))

# %% [markdown]
# Here is the head that finds objects, in the clearest of twenty sentences that were written for this lesson, some pairs marked by hand. The object's lines stand out, those of the other words are grey and mostly end at [SEP]. Before you go on: would you bet that it
# is right in the sentence about the soup, too?

# %%
chosen = results["relations"].where(model="distilbert", part="test")
objects = relations.of_model(results["relations"], "distilbert")["obj"]
clearest = marked.clearest(encoder, chosen, "obj")
marked.view(encoder, clearest, objects)

# %%
show.md(clearest.told)

# %%
show.md(marked.asked(encoder, chosen, "obj", sentence, ("soup", "cooked")))

# %% [markdown]
# All twenty, with the heads and offsets that were chosen in the treebank:

# %%
by_hand = marked.measure(encoder, chosen)
show.table(marked.rows(by_hand))

# %%
show.md(in_words.of_marked(by_hand))

# %% [markdown]
# Nobody taught MiniLM grammar, and single heads have it in part. That a head looks at objects does not say that the model
# needs it. What is needed has to be tried: section 4 does so for topics, section 5 for a question of grammar.
#
# ## 4. Turn heads off · 25 minutes
# The output of a layer's attention is the sum of what its heads say. Michel et al. (2019, section 2.3) put a gate $\xi_h$ before each: 1, and all is as before; 0, and the
# head is gone:
#
# $$\mathrm{MHAtt}(x) = \sum_h \xi_h \, \mathrm{Att}_h(x)$$
#
# In code the heads' outputs stand side by side, and one matrix joins them (lesson 04). To multiply a head's slice before that matrix is to multiply its term of the sum. A *hook*, which PyTorch calls before a layer, does it:

# %%
show.source(head_masks.gated, docstring=False)

# %% [markdown]
# MiniLM, tuned on 1,000 headlines with each of three seeds, and asked about 500 others (`benchmarks/heads.py`). Left, a dot is a head that goes alone; right,
# one that stays alone in its layer, the other layers whole; the cross is a layer without any head:

# %%
topics = {name: results[name].where(model="minilm", task=tuned.TASK) for name in in_words.OF_TASK}
figures.single_heads(topics["each_off"], topics["one_head"], topics["no_head"])

# %%
show.md(in_words.of_single_heads(topics["each_off"], topics["one_head"], topics["no_head"]))

# %% [markdown]
# One at a time, most heads can be spared. How many can go together? All sets of 72 heads cannot be tried. Michel et al. ask how the loss $\mathcal{L}$ would change if a gate moved a little:
#
# $$I_h = \mathbb{E}_x \left| \frac{\partial \mathcal{L}(x)}{\partial \xi_h} \right|$$
#
# without sign, or else heads that help here and harm there would look idle. Gradients of lower and higher layers differ in scale, whatever the heads do; so each layer is divided by its length (its ℓ2 norm; section 4.1). The price: all layers then weigh the same,
# though you have just seen that some can go altogether. And a gradient knows of a small move of the gate, not of the way down to 0. It is a guess; the curve below tests it.
#
# ### Your turn: importance


# %% tags=["exercise"]
def head_importance(gradients):
    """Return how much each head matters, (L, H): the mean of |gradient| over examples, by layer of length 1.

    gradients[n, l, h] (N, L, H) is how the loss of example n changes with the gate of head h of layer l. Each
    layer is divided by its ℓ2 norm: the squares of a row of the result add up to 1.
    """
    ...


# %%
check.head_importance(head_importance)

# %% [markdown]
# ### Your turn: who stays?


# %% tags=["exercise"]
def keep_best(importance, share):
    """Return which heads stay, bool (L, H): of the whole network the most important ones, one head at least.

    Of importance (L, H), share · L · H heads stay, rounded to the nearest whole number.
    """
    ...


# %%
check.keep_best(keep_best)

# %% [markdown]
# One model was tuned at the top of this page. Its importance comes from the labels that it has learned from; then the least important heads are masked, and nothing is trained again:

# %%
importance = tuned.importance(mine)

# %%
gone = (0.0, 0.3, 0.6, 0.9)
masks = dict(
    zip(gone, (stay for _, stay in pruning.keeping(importance, gone)), strict=True)
)  # share gone → who stays
now = show.Records(
    {"share": share, "seed": seed, "score": tuned.accuracy(mine, stay)} for share, stay in masks.items()
)
show.table(in_words.live_rows(now, topics["pruning"]))

# %%
show.md(in_words.of_live_pruning(now, len(mine.train), len(mine.test)))

# %% [markdown]
# Three seeds in full, and the controls: heads in random order, and the most important first. (Lesson 01's rule: a difference is *outside the spread* if its 95% interval leaves out 0.)

# %%
always = topics["pruning"].where(order=in_words.ALWAYS).mean
figures.pruning_curve(topics["pruning"], in_words.ORDERS, always)

# %%
show.md(in_words.of_curve(topics["pruning"]))

# %%
check.recall("how_many_heads")

# %% [markdown]
# ### Try it
# Which heads are left, what does that cost, and when does the verdict on *your* headline turn? The picture's curve is that of the three seeds; the verdict is that of the model just tuned.

# %%
pruning_slider.prune(mine, importance, topics["pruning"])

# %% [markdown]
# ### Really removed
# A masked head is still computed. To save something, its rows and columns have to go: of the query, the key and the value, and of the matrix that joins the heads.

# %%
smaller = tuned.twin(mine)
pruning.remove(smaller.network, masks[0.6])  # 60% gone
headline = pruning_slider.EXAMPLE
p = [tuned.topics(mine, headline), tuned.topics(mine, headline, masks[0.6]), tuned.topics(smaller, headline)]
show.md(in_words.of_removed(p, mine.task.names, mine.network, smaller.network))

# %% [markdown]
# Milliseconds, on one thread, texts of 64 pieces, medians of several runs (`speed.json`):

# %%
show.table(in_words.speed_rows(results["speed"]))

# %%
show.md(in_words.of_speed(results["speed"]))

# %% [markdown]
# ## 5. Is attention an explanation? · 12 minutes
# A map looks like a reason: *it chose this, since it looked there*. Jain and Wallace (2019, *Attention is not Explanation*) doubted it: in their networks, attention hardly agreed with other measures of what
# an answer hangs on, and other weights could give the same answer. Wiegreffe and Pinter (2019, *Attention is not not Explanation*) answered that it depends on
# what one calls an explanation, and that weights which were trained cannot be exchanged at will. One part of the quarrel can be tested: **if the head that looks there is gone, does the answer change?**
#
# Here the packaged DistilBERT can do what it was tuned for: for each word it names one of 213 *edits*, such as keep, delete, or replace by *were*. In *The keys near the table was old* it gives *was* the edit *were*, since *keys* is plural: the verb has to learn
# about its subject. The sentences are made of a few parts, some without a noun between subject and verb; only those that the whole model mends are asked. All have a plural subject and a wrong verb, so a head that merely pushes towards the plural would look needed, too. Three of them:

# %%
corrector = agreement.corrector(encoder)
show.md(agreement.examples(corrector, 3, seed))

# %% [markdown]
# Each head has two numbers: how much of the verb's attention goes to the subject, and how much probability the right edit loses when this head is off:

# %%
looks = agreement.measure(corrector, n=pick(full=16, fast=3), seeds=range(seed, seed + 3))
figures.looks_and_matters(looks)

# %%
show.md(explained.of_looks(looks, habits.rests(results["statistics"], "distilbert")))

# %%
show.md(explained.of_order(looks))
show.table(explained.order_by_layer(looks))

# %% [markdown]
# Perhaps several heads do the same work. So off with six at once, in other sentences of the kind: those that look at the subject most, against as many others of the same
# layers. The last row knows more than a map can say: the six whose loss was worst, one by one. *Mended* is a sentence whose right edit is the most probable one; with all heads that is each of them, as only those were taken.

# %%
many = agreement.without_many(corrector, looks, 6, n=pick(full=30, fast=6), seeds=range(seed, seed + 3))
show.results(many, rows="off", columns="what", best=None)

# %%
show.md(explained.of_many(many, 6, looks))

# %% [markdown]
# And the other way round: leave out a *word* instead of a head. The tuned MiniLM answers with a topic; how far does the probability of that topic move without the word that `[CLS]` looks at most? Three seeds, 200 headlines each. To compare: the word with the steepest *slope*, the gradient of the answer by the
# word's vector, which needs no attention. (MiniLM's answer is read from `[CLS]` and from the mean and the maximum over all pieces.)

# %%
show.table(explained.of_words_left_out(topics["explains"]), caption="Mean ± standard deviation over 3 seeds.")

# %%
show.md(explained.of_agreement(topics["explains"]))

# %% [markdown]
# (Jain and Wallace found hardly any agreement, in recurrent networks: compare.) So a map says where a head takes its values from. Whether the answer hangs on them is another question, and it has its own test: take it away.
#
# ## 6. *Optional:* all heads together as a parser · 8 minutes
# Above, each relation was given its best head. What do all heads know together? Clark et al. (2019, section 5) give each head two numbers ($k$ counts heads here), $w_k$ for what the word $j$ gets from $i$, $u_k$ for what it gives, and learn
#
# $$p(i \mid j) \propto \exp \sum_k \left( w_k \, \alpha^k_{ij} + u_k \, \alpha^k_{ji} \right)$$
#
# the probability that $j$ hangs on $i$. With 72 heads that is 144 numbers, learned from 600 sentences. *Position* learns one number for each distance between $i$ and $j$ instead (the far ones have one together), and sees no
# attention. The score is UAS, the share of the words whose head in the tree is found. Twins with random weights were not tried here:

# %%
show.source(attention_probe.AttentionParser.forward, docstring=False)

# %%
show.results(in_words.parser_table(results["parser"], two), rows="way", columns="model", best=None)

# %%
show.md(in_words.of_parser(results["parser"], two))

# %% [markdown]
# ## Paper says / we get / why they differ

# %%
show.compare(published.paper_rows(results, topics))

# %%
check

# %% [markdown]
# ## What to remember
# 1. A head spreads a share of 1 over all places. Many heads have habits: the word before, the word after, a mark, where they may rest.
# 2. A few heads find relations of grammar, such as a verb's object, more often than the best fixed offset. Choose the head on other sentences than those you report.
# 3. Many heads can be spared at once, without training again. The gradients of their gates, from one pass through the labelled texts, say in which order: in each of our three seeds
#    a better one than its reverse and than a random order (three seeds that differ much are too few to be sure of the second).
# 4. Masked is not removed: only what is really gone saves parameters, and half of the heads save far less than half of the time.
# 5. What a head looks at is a guess at what the answer hangs on, sometimes a good one, and no proof. Turn it off, and see.
#
# **What it got wrong.** Each head has a job of its own that the model needs, one thinks; yet some heads are the best for several relations, and most can go alone. Whether others fill in for them, or they had nothing to do for the task, this lesson does not tell apart. A map is a reason, one thinks: only where taking it away bears it out. And the question “are sixteen
# heads better than one?” is answered for a model that was trained with many, and loses heads afterwards; to train with few from the start is another question.
#
# **What came next.** Voita et al. (2019) sorted the heads of a translator, found few kinds (position, grammar, rare words), and pruned by gates that are learned. Is there a whole tree in the vectors, rather than
# pieces of it in the heads? (**next**: 11.)
#
# **Reading**: Clark et al. 2019, *What Does BERT Look At?* (sections 3 to 5); Michel et al. 2019, *Are Sixteen Heads Really Better than One?* (sections 3 and 4); `tlcourse/probe/head_parsers.py` and `pruning.py`, to be read beside them.
