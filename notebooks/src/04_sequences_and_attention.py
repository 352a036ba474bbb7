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
# # 04 · Sequences and attention
# **You train a network that has to squeeze a whole word into one vector, watch it fail on long words, and mend it with
# attention: the mechanism that every later model of this course is made of.**
#
# <!-- badges -->
#
# **Time** 60 to 90 minutes, of which the computer needs about six · **You need** lesson 03 (vectors), and to have seen a
# PyTorch module · **You will be able to**
# *train* a network that turns one sequence into another, *measure* where it fails, *write* attention in its three common
# forms, *read* an alignment without reading too much into it, *decode* with a beam, and *check* a Transformer block.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch

from tlcourse import exercises, profiles, show
from tlcourse.data import cmudict
from tlcourse.data.symbols import Symbols
from tlcourse.lessons.sequences_and_attention import alignment, bottleneck_figure
from tlcourse.models.parts.attention import AdditiveAttention, DotProductAttention, MultiHeadAttention
from tlcourse.models.parts.transformer import TransformerBlock
from tlcourse.models.sequences.letter_to_sound import LetterToSound
from tlcourse.models.sequences.pronouncer import Pronouncer
from tlcourse.models.sequences.seq2seq import EncoderDecoder
from tlcourse.probe.letter_alignment import agreement, weight_on
from tlcourse.train.finetuning.seq2seq import training_steps
from tlcourse.train.measuring.error_rates import count_errors, edit_distance

pick = profiles.chooser(profile)
show.style()
check = exercises.start("sequences_and_attention", solutions=solutions)
torch.set_num_threads(1)  # thousands of small products: two threads would mostly wait for each other

# %% [markdown]
# ## Predict first

# %%
check.predict("long_words")

# %% [markdown]
# ## The task: say a word you have never heard
# A word's vector, as in lesson 03, has one size for every word. A *sequence* has not: a word has two letters or twenty, and
# its pronunciation has yet another length. The CMU Pronouncing Dictionary says how English words are spoken in North
# America, in 39 sounds called *phonemes*. The network reads letters and writes phonemes. It is translation in miniature:
# small enough to train here, with the same difficulties. Letters are silent (**k**night), two make one sound (**ph**),
# one makes two (e**x**act), and the sound depends on what stands far away (wr**i**te, wr**i**t).

# %%
lexicon = cmudict.load()
letters = Symbols("abcdefghijklmnopqrstuvwxyz")
phonemes = Symbols(sound for _, said in lexicon.entries for sound in said)

train_entries = [lexicon.entries[i] for i in lexicon.train_index[:: pick(full=1, fast=5)]]
test_words = list(dict.fromkeys(lexicon.entries[i][0] for i in lexicon.test_index))[:: pick(full=1, fast=20)]
examples = ["knight", "phonetic", "exact", "write", "writ", "either"]
show.table(
    [{"word": w, "said": " or ".join(" ".join(p) for p in lexicon.pronunciations[w])} for w in examples],
    caption=f"From {len(train_entries):,} pronunciations to learn from; {len(test_words):,} words are kept for the test",
)

# %% [markdown]
# No word of the test is in the training set, nor is one of its inflections: whoever has learned *bake* knows most of
# *baking*. A word with several pronunciations is right in any of them.
#
# ## The idea in one figure
# A *GRU* is a network that goes through a sequence one symbol at a time and keeps a vector, its state, of what it has seen; it
# learns what to keep and what to overwrite. Both our models read the letters with two of them, one from each end, which gives a
# vector $h_j$ per letter. Both write the phonemes one by one with another, whose state is $s_i$. They differ in what passes
# between reading and writing.

# %%
show.figure(
    bottleneck_figure.bottleneck(),
    alt="Two sketches of the word phone becoming F OW N. Left: five letter vectors end in one vector c, which "
    "alone feeds the three steps that write. Right: every step that writes has its own lines to the letter "
    "vectors, thick to those it looks at: F to p and h, OW to o and e, N to n.",
)

# %% [markdown]
# **Left** (Cho et al. 2014; Sutskever et al. 2014): the last states of the two readers are all that the writer ever gets. One
# vector $c$ carries the word, however long it is.
#
# **Right** (Bahdanau et al. 2015): before it writes phoneme $i$, the writer asks every letter "do you matter now?" and takes
# a weighted average of the answers.
#
# ## In one formula
# $$e_{ij} = v_a^\top \tanh(W_a s_{i-1} + U_a h_j) \qquad \alpha_{ij} = \frac{\exp e_{ij}}{\sum_k \exp e_{ik}}
# \qquad c_i = \sum_j \alpha_{ij} h_j$$
#
# A **score** $e_{ij}$ for every letter, from a small network. A softmax turns the scores into **weights** $\alpha_{ij}$ that add up
# to 1. The **context** $c_i$ is the weighted average. Nobody tells the network where to look: the weights are differentiable,
# so the error of the phonemes teaches them.
#
# ## In code
# The formula is three lines of code. The decoder needs one `if`: the two models share all the rest.

# %%
show.source(AdditiveAttention.forward, EncoderDecoder.step, docstring=False)

# %% [markdown]
# ## How wrong is a pronunciation?
# Count the fewest phonemes to insert, delete or replace (the *edit distance*), and divide by how many there are to say: the
# **phoneme error rate**, PER. The **word error rate**, WER, is harsher: one wrong phoneme and the word is wrong.

# %%
right, guess = lexicon.pronunciations["phonetic"][0], ("P", "HH", "OW", "N", "EH", "T", "IH", "K")
edits = edit_distance(guess, right)
show.md(
    f"Who says `{' '.join(guess)}` for *phonetic*, `{' '.join(right)}`, needs {edits} edits for {len(right)} "
    f"phonemes: a PER of {edits / len(right):.0%}. The word counts as wrong."
)

# %% [markdown]
# ## Two baselines without a network
# First find out which letter says what, by expectation maximisation: guess a table of letters and sounds, align every word as
# the table makes likeliest, count a new table, and again. Then two ways to use it. **Each letter alone**: say what the letter
# says most often. **Letters in context**: look the letter up with as many neighbours, up to four on either side, as the training
# words have shown (after Van den Bosch and Daelemans 1993). This is counting, and it takes seconds.

# %%
start = time.perf_counter()
table = LetterToSound(train_entries)
seconds = {"letters in context": time.perf_counter() - start}


def aligned(word):
    """Return a word's letters, each with what it says."""
    chunks = table.align(word, lexicon.pronunciations[word][0])
    return "  ".join(f"{letter}:{'+'.join(chunk) or '–'}" for letter, chunk in zip(word, chunks, strict=True))


errors = {}
for name, widest in [("each letter alone", 0), ("letters in context", 4)]:
    errors[name] = [count_errors(table.say(test_words, widest), lexicon.pronunciations)]
show.table([{"word": w, "found by EM": aligned(w)} for w in examples[:4]])
show.table([{"": name, "PER": e[0].per(), "WER": e[0].wer()} for name, e in errors.items()], formats=".1%")

# %% [markdown]
# The plain table gets nearly every word wrong. The one with context is a serious rival, with a head start: it is built on the
# knowledge that sounds come from letters nearby, in the same order. The networks have to find that out.
#
# ## The real thing
# Both models get vectors of the same size (64 numbers), the same words in the same order, the same number of steps. In training, the writer is
# given the right phoneme before (*teacher forcing*); in the test, it has to live with its own. Words of about equal length share
# a batch, so that little is padding. Learning rate and sizes were chosen on the validation words, not on the test.

# %%
pairs = [(letters.encode(word), phonemes.encode(said)) for word, said in train_entries]
seeds = [seed + i for i in range(pick(full=3, fast=1))]
n_steps = pick(full=1000, fast=60)
ATTENTION, ONE_VECTOR = "attention", "one vector"


def train(name, model_seed, attention, hidden_size=64, steps=n_steps):
    """Train a model, and add its errors on the test words and its time to what is known of `name`."""
    torch.manual_seed(model_seed)
    model = EncoderDecoder(len(letters), len(phonemes), 64, hidden_size, attention)
    start = time.perf_counter()
    for _ in show.progress(
        training_steps(model, pairs, steps, model_seed), f"{name}, seed {model_seed}", steps
    ):
        pass
    seconds[name] = time.perf_counter() - start
    pronouncer = Pronouncer(model, letters, phonemes)
    errors.setdefault(name, []).append(count_errors(pronouncer.say(test_words), lexicon.pronunciations))
    return pronouncer


with_attention = [train(ATTENTION, s, "additive") for s in seeds]
without = [train(ONE_VECTOR, s, None) for s in seeds]


# %%
def results(names):
    """Show PER and WER of some models, over all test words, short ones and long ones."""
    rows = []
    for name in names:
        row = {"": name, "PER": [e.per() for e in errors[name]]}
        row["PER, up to 5 letters"] = [e.per(e.length <= 5) for e in errors[name]]
        row["PER, 9 and more"] = [e.per(e.length >= 9) for e in errors[name]]
        rows.append(row | {"WER": [e.wer() for e in errors[name]], "trained in": f"{seconds[name]:.0f} s"})
    caption = "Test words; mean ± standard deviation where there is more than one seed"
    show.table(rows, caption=caption, formats=".1%")


results(["letters in context", ONE_VECTOR, ATTENTION])

# %% [markdown]
# ## See the bottleneck
# Now the same errors by the length of the word: did you predict this? (Words of three letters are hard for everybody. Some are
# acronyms, said letter by letter, as *bmw* and *nfl* are.)

# %%
groups = [(n, n) for n in range(3, 13)] + [(13, 99)]
styles = dict(zip([ATTENTION, ONE_VECTOR, "letters in context"], show.cycle(3), strict=True))
fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
for ax, rate in zip(axes, ("per", "wer"), strict=True):
    for name, style in styles.items():
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        curves = []  # one per seed
        for e in errors[name]:
            chosen = [(e.length >= low) & (e.length <= high) for low, high in groups]
            curves.append([getattr(e, rate)(c) if c.any() else np.nan for c in chosen])
        x = [low for low, _ in groups]
        ax.plot(x, np.mean(curves, axis=0), label=name, markevery=1, **line)
        ax.fill_between(x, np.min(curves, axis=0), np.max(curves, axis=0), color=line["color"], alpha=0.2)
    ax.set(xlabel="letters in the word (13: and more)", ylim=(0, None))
axes[0].set(title="Phonemes wrong", ylabel="phoneme error rate")
axes[1].set(title="Words wrong", ylabel="word error rate")
axes[0].legend(loc="upper left")
show.figure(
    fig,
    alt="Phoneme and word error rate against word length. The phoneme error of the model with one vector climbs "
    "with every letter; with attention, and for the table, it stays about level. Bands span the seeds.",
)

# %%
attended, squeezed = ([e.per(e.length >= 9) for e in errors[name]] for name in (ATTENTION, ONE_VECTOR))
lower = [1 - a / b for a, b in zip(attended, squeezed, strict=True)]
show.md(
    f"On words of nine letters and more, attention makes **{np.mean(lower):.0%} fewer** phoneme errors "
    f"(by seed: {', '.join(f'{x:.0%}' for x in lower)}): {show.mean_sd(attended, '.1%')} against "
    f"{show.mean_sd(squeezed, '.1%')}. The table of counts, made for this task alone, has "
    f"{errors['letters in context'][0].per(errors['letters in context'][0].length >= 9):.1%}."
)
check.recall("long_words")

# %% [markdown]
# Long words are hardly harder phoneme by phoneme: the table and the attention model say so. What gets harder is to pack the word
# into $c$, and to unpack it in the right order.
#
# ## Was that fair?
# A good sceptic has two questions. Attention adds parameters: is it those? And is one vector too small, or has the model just not
# learned long enough to use it? So we train the one-vector model twice more: wider, until it has **as many parameters**, and
# for **twice the steps**, which takes longer than attention does.


# %%
def size(attention, hidden_size):
    """Return how many parameters a model has."""
    model = EncoderDecoder(len(letters), len(phonemes), 64, hidden_size, attention)
    return sum(p.numel() for p in model.parameters())


wider = next(h for h in range(64, 128) if size(None, h) >= size("additive", 64))
SAME_SIZE, LONGER = "one vector, as many parameters", "one vector, twice the steps"
train(SAME_SIZE, seed, None, hidden_size=wider)
train(LONGER, seed, None, steps=2 * n_steps)
results([ONE_VECTOR, SAME_SIZE, LONGER, ATTENTION])
show.md(
    f"Parameters: {size(None, 64):,} with one vector, {size(None, wider):,} at hidden size {wider}, "
    f"{size('additive', 64):,} with attention."
)

# %%
gap = np.mean(squeezed) - np.mean(attended)
closed, more_parameters = (
    (np.mean(squeezed) - errors[name][0].per(errors[name][0].length >= 9)) / gap
    for name in (LONGER, SAME_SIZE)
)
show.md(
    f"Twice the steps close **{closed:.0%}** of the gap on long words. So part of the bottleneck is the *time it takes to learn* "
    "to use the vector, not its room: with days instead of a minute, one vector gets much further "
    "(Sutskever et al. 2014 translated whole sentences through one). Attention makes it easy to learn. "
    f"As many parameters close {more_parameters:.0%}: they are not what does it. (One seed each.)"
)

# %% [markdown]
# ## What does it look at?
# Four words that training never saw. One row per phoneme as it is written, one column per letter, dark where the weight is
# large. Before you read on: find the silent *k* and *gh*, the *ph*, and the *x* that makes two sounds.

# %%
reader = with_attention[0]
words = ["knit", "freight", "orphan", "exalted"]
assert not {word for word, _ in train_entries} & set(words), "chosen because training never saw them"
said = reader.say(words)
show.figure(
    alignment.alignments(reader, words),
    alt="Attention weights as grey squares for "
    + ", ".join(f"{w} said {' '.join(said[w])}" for w in words)
    + ". "
    "Dark squares run from the top left to the bottom right: letters are read in order.",
)

# %% [markdown]
# The dark squares run from top left to bottom right: the network has found out that English is written in the order in which it
# is spoken. Nobody told it. Four pictures can be chosen to please, though. So take all test words, and average.

# %%
looked = reader.attend(test_words)
rows = []
for spelling, sound in [
    ("x", "K"),
    ("x", "S"),
    ("ph", "F"),
    ("sh", "SH"),
    ("kn", "N"),
    ("igh", "AY"),
    ("qu", "W"),
]:
    n, weights = weight_on(looked, spelling, sound)
    each = "  ".join(f"{letter} {w:.0%}" for letter, w in zip(spelling, weights, strict=True)) if n else "–"
    elsewhere = f"{1 - weights.sum():.0%}" if n else "–"
    rows.append(
        {"spelt": spelling, "while it writes": sound, "it looks at": each, "elsewhere": elsewhere, "words": n}
    )
show.table(rows, caption="Where the weight goes, over all test words with that spelling and sound")

# %%
found = agreement(looked, table)
show.table(
    [
        {"guess": "letter with the most weight", "right": found.exact, "right, or next to it": found.near},
        {
            "guess": "a straight line",
            "right": found.diagonal_exact,
            "right, or next to it": found.diagonal_near,
        },
    ],
    caption=f"Which letter says the phoneme? Agreement with the EM alignment, {found.n:,} phonemes",
    formats=".0%",
)
show.md(
    f"A letter that says something gets {found.sounding:.2f} in weight, summed over all steps; a silent one still gets "
    f"{found.silent:.2f}. And while it writes the last phoneme of *freight*, the last letter gets "
    f"{reader.attend(['freight'])['freight'][1][-1:, -1].sum():.0%} of the weight."
)

# %% [markdown]
# **Read it with care.** The pictures look like an alignment, and within a letter they are one. But a straight line through each
# picture does as well: most of what you admire is "left to right". Silent letters are looked at, too, and the *t* of *freight* can
# be written without looking at it. There is a reason. $h_j$ is not letter $j$: it comes from a network that has read the
# neighbours, so looking at *h* can mean reading *ght*. The weights show where information was fetched, not what it was. Lesson 09
# comes back to that with BERT.
#
# ## Move it
# Type a word, your name, or a word that does not exist, and press Enter. Then play it, or move the slider: which letters does
# each phoneme look at? Can you find a spelling that confuses it?

# %%
alignment.pronounce(reader, ["psychology", "wrestling", "transformer"])

# %% [markdown]
# ## Greedy or beam
# So far the model wrote its likeliest phoneme at every step and never looked back: **greedy**. But a likely beginning can end
# badly. A **beam** keeps the $K$ likeliest beginnings at every step, and picks the best once they have ended. Because every further
# phoneme makes a sequence less probable, a beam prefers short ones; **length normalisation** divides the log-probability by the
# length.

# %%
some = test_words[:: pick(full=5, fast=2)]
rows = []
for name, width, alpha in [("greedy", None, 0), ("beam", 3, 0), ("beam", 10, 0), ("beam, normalised", 10, 1)]:
    start = time.perf_counter()
    guesses = reader.say(some, width, alpha)
    took = time.perf_counter() - start
    e = count_errors(guesses, lexicon.pronunciations)
    row = {"": name, "width": width or 1, "PER": f"{e.per():.2%}", "WER": f"{e.wer():.2%}"}
    row["phonemes per word"] = f"{np.mean([len(g) for g in guesses.values()]):.3f}"
    rows.append(row | {"words per second": round(len(some) / took)})
show.table(rows, caption=f"{len(some):,} test words, one model")

# %%
greedily = reader.say(test_words)
longest = max(greedily, key=lambda word: len(greedily[word]) - len(lexicon.pronunciations[word][0]))
wide = reader.say([longest], width=10)[longest]
show.md(
    f"Where greedy goes most wrong: for *{longest}* it says `{' '.join(greedily[longest][:12])}` and so on, "
    f"{len(greedily[longest])} phonemes. The beam says `{' '.join(wide)}`; right is "
    f"`{' '.join(lexicon.pronunciations[longest][0])}`."
)

# %% [markdown]
# A beam buys little here for what it costs: the model is mostly sure of the next phoneme. It pays where beginnings mislead: in
# translation, and when a greedy writer gets caught in a loop.
#
# ## From here to the Transformer, in five small steps
# Every later model of the course uses another attention than the one above. It is nearer than it looks.
#
# ### Step 1: multiply instead of add
# Bahdanau's score adds the two vectors and sends them through a small network. Luong et al. (2015) multiply instead: the score is the
# dot product of a *query* (what do I need?) and a *key* (what is here?). No tanh, no $v_a$. In our code one class changes:

# %%
show.source(DotProductAttention.forward, docstring=False)
DOT_PRODUCT = "scaled dot-product attention"
train(DOT_PRODUCT, seed, "dot-product")
results([ONE_VECTOR, ATTENTION, DOT_PRODUCT])

# %% [markdown]
# It works about as well (one seed), and it is two matrix products, which computers do fastest of all.
#
# ### Step 2: divide by the square root
# `scaled_dot_product` in there hides a detail: it divides the scores by $\sqrt D$, where $D$ is the length of a query. What happens
# without?

# %%
check.predict("undivided")

# %%
generator = torch.Generator().manual_seed(seed)
dims = [8, 32, 128, 512, 2048]
largest, gradient = {False: [], True: []}, {False: [], True: []}
for d in dims:
    query, keys = torch.randn(500, 1, d, generator=generator), torch.randn(500, 16, d, generator=generator)
    for scaled in (False, True):
        scores = (query * keys).sum(-1) / (math.sqrt(d) if scaled else 1)
        p = scores.softmax(-1)  # (500, 16)
        jacobian = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]  # ∂p_i / ∂score_j
        largest[scaled].append(p.amax(-1).mean().item())
        gradient[scaled].append(jacobian.norm(dim=(1, 2)).mean().item())

# %%
fig, axes = plt.subplots(1, 2, figsize=(11, 3.8))
for scaled, style in zip((False, True), show.cycle(2), strict=True):
    line = {key: style[key] for key in ("color", "marker", "linestyle")} | {"markevery": 1}
    label = "divided by √D" if scaled else "not divided"
    axes[0].plot(dims, largest[scaled], label=label, **line)
    axes[1].plot(dims, gradient[scaled], label=label, **line)
axes[0].set(title="Weight of the largest of 16", ylim=(0, 1.05), ylabel="mean weight")
axes[1].set(title="How much a score can still move it", ylim=(0, None), ylabel="norm of ∂weights/∂scores")
for ax in axes:
    ax.set(xscale="log", xlabel="D, length of query and keys", xticks=dims, xticklabels=dims)
    ax.minorticks_off()
axes[0].legend(loc="center right")
show.figure(
    fig,
    alt="Left: without division the largest of 16 weights grows from a half to nearly 1 as D grows from 8 to 2048; "
    "divided it stays level. Right: the gradient of the weights falls towards 0 without division, stays level with it.",
)

# %%
show.md(
    f"At D = {dims[3]}, the largest of sixteen random keys gets {largest[False][3]:.0%} of the weight "
    f"({largest[True][3]:.0%} after dividing), and the gradient has shrunk to "
    f"{gradient[False][3] / gradient[True][3]:.0%} of what it is with the division."
)
check.recall("undivided")

# %% [markdown]
# A dot product of two random vectors is a sum of $D$ terms: its standard deviation is $\sqrt D$. Large scores make the softmax a hard
# choice before anything has been learned, and a hard choice has no gradient to learn from. Dividing by $\sqrt D$ keeps the scores
# at the same size for every $D$ (Vaswani et al. 2017, section 3.2.1).
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt D}\right) V$$
#
# You will write this one yourself below.
#
# ### Step 3: all queries at once, and from the sequence itself
# The decoder asked one query at a time, because its state was not known before. But nothing says that queries must come from a
# decoder. Let **every letter ask every letter**: queries, keys and values are three projections of the same sequence. That is
# *self-attention*. There is no recurrence left, and all positions are computed in one product.

# %%
from tlcourse.models.parts.attention import scaled_dot_product

q, k, v = torch.randn(3, 512, 64, generator=generator)
start = time.perf_counter()
one_by_one = torch.stack([scaled_dot_product(row[None], k, v)[0][0] for row in q])
loop = time.perf_counter() - start
start = time.perf_counter()
at_once, _ = scaled_dot_product(q, k, v)
product = time.perf_counter() - start
show.md(
    f"512 queries one by one: {loop * 1e3:.1f} ms. All at once: {product * 1e3:.1f} ms. "
    f"Largest difference: {(one_by_one - at_once).abs().max():.0e}."
)

# %% [markdown]
# ### Step 4: several heads
# One softmax can look at one thing well. So cut the vectors into pieces, let each piece (*head*) attend for itself, and put
# the results side by side. Compared with one head, the code gains `split_heads` and a transpose:

# %%
show.source(MultiHeadAttention.split_heads, MultiHeadAttention.forward, docstring=False)

# %% [markdown]
# Is it right? PyTorch has the same module. Give both the same weights and the same input:

# %%
torch.manual_seed(seed)
ours, theirs = MultiHeadAttention(64, 4), torch.nn.MultiheadAttention(64, 4, batch_first=True)


def copy_attention(ours, theirs):
    """Put our weights into PyTorch's module, which keeps query, key and value in one matrix."""
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
        theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key.bias, ours.value.bias]))
    theirs.out_proj.load_state_dict(ours.output.state_dict())


copy_attention(ours, theirs)
x = torch.randn(2, 9, 64, generator=generator)  # 2 words of 9 letters
context, weights = ours(x, need_weights=True)
expected, expected_weights = theirs(x, x, x, average_attn_weights=False)
off = max((context - expected).abs().max().item(), (weights - expected_weights).abs().max().item())
assert off < 1e-5, off
show.md(f"Context and weights of all heads: largest difference from `torch.nn.MultiheadAttention` {off:.0e}.")

# %% [markdown]
# ### Step 5: a Transformer block
# Add what makes attention stackable: each position passes through a small network of its own (*feed-forward*), each part adds to
# what came in instead of replacing it (*residual connection*), and a *layer norm* keeps the sizes in hand. GPT, BERT, GPT-2 and
# XLNet are this block, twelve times or more.

# %%
show.source(TransformerBlock.forward, docstring=False)
block = TransformerBlock(64, 4, 256, norm="pre", layer_norm_eps=1e-5)
layer = torch.nn.TransformerEncoderLayer(
    64, 4, 256, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
)
copy_attention(block.attention, layer.self_attn)
layer.linear1.load_state_dict(block.feed_forward.intermediate.state_dict())
layer.linear2.load_state_dict(block.feed_forward.output.state_dict())
off = (block(x, need_weights=True)[0] - layer(x)).abs().max().item()
assert off < 1e-5, off
show.md(f"One block: largest difference from `torch.nn.TransformerEncoderLayer` {off:.0e}.")

# %% [markdown]
# Two properties of the block decide what later lessons do with it. Change the **order** of the letters: what changes? Change the
# **last** letter: do the others notice?

# %%
order = torch.randperm(9, generator=generator)
changed = torch.cat([x[:, :-1], torch.randn(2, 1, 64, generator=generator)], dim=1)  # another last letter
causal = torch.ones(9, 9, dtype=torch.bool).tril()
rows = [
    ("letters shuffled, outputs shuffled back", block(x[:, order])[0][:, order.argsort()] - block(x)[0]),
    ("last letter changed: outputs before it", (block(changed)[0] - block(x)[0])[:, :-1]),
    ("the same, with a causal mask", (block(changed, causal)[0] - block(x, causal)[0])[:, :-1]),
]
show.table([{"what is done": what, "largest change": f"{gap.abs().max():.1e}"} for what, gap in rows])

# %% [markdown]
# Order means nothing to attention: it sees a bag of letters. That is why Transformers add *position embeddings*. And every
# position sees every other, unless a *mask* forbids it: BERT looks both ways, GPT only back.
#
# ## Paper says / we get / why they differ


# %%
def share(name, low, high=99, rate="per"):
    """Return an error rate over words of a range of lengths, one value per seed."""
    return [getattr(e, rate)((e.length >= low) & (e.length <= high)) for e in errors[name]]


def both(*values):
    """Return "with one vector → with attention"."""
    return " → ".join(show.mean_sd(v, ".1%") for v in values)


one_to_attention = both(share(ONE_VECTOR, 1), share(ATTENTION, 1))
per, wer = (show.mean_sd(share(ATTENTION, 1, rate=rate), ".1%") for rate in ("per", "wer"))

# %%
bahdanau = "Bahdanau et al. 2015, "
translation = (
    "The same change to the same architecture. They: sentences, 1,000 units, days of training; BLEU, where more is better. "
    "We: words, 64 units, a minute; errors, where less is better."
)
dictionary = (
    "An ensemble, three layers of 512 units, many epochs, an older and cleaner dictionary. Ours sees each word about once, "
    "and no inflection of a test word."
)
newest = "The newest has more names and acronyms. Its split does not keep inflections apart; ours does."
show.compare(
    [
        ("one vector → attention", "17.82 → 26.75 BLEU, English to French", bahdanau + "table 1, reported as",
         f"{one_to_attention} PER", translation),
        ("short → long, one vector", "falls with the length", bahdanau + "figure 2, reported as",
         f"{both(share(ONE_VECTOR, 4, 5), share(ONE_VECTOR, 11))} PER", "They agree."),
        ("short → long, attention", "does not fall, even at 50 words and more", bahdanau + "figure 2, reported as",
         f"{both(share(ATTENTION, 4, 5), share(ATTENTION, 11))} PER", "They agree, nearly: ours has seen few words this long."),
        ("best with attention on this dictionary", "4.69% PER, 20.24% WER", "Toshniwal and Livescu 2016, reported as",
         f"{per} PER, {wer} WER", dictionary),
        ("a Transformer on this dictionary, older → newest", "20.2% → about 31% WER", "README of CMUSphinx g2p-seq2seq",
         f"{wer} WER, newest", newest),
    ]
)  # fmt: skip

# %% [markdown]
# ## Your turn
# From one line to the heart of it. Tensors come in, tensors go out.
#
# **A causal mask.** GPT may look back, not ahead. Return a mask that is True where position $i$ (row) may see position $j$ (column).


# %% tags=["exercise"]
def causal_mask(length):
    """Return a bool tensor (length, length), True where row i may look at column j."""
    ...


# %%
check.causal_mask(causal_mask)

# %% [markdown]
# **A softmax that cannot see.** Words in a batch have different lengths. Padding must get a weight of exactly 0, and the rest of
# the row must add up to 1.


# %% tags=["exercise"]
def masked_softmax(scores, mask):
    """Return weights (T, S): a softmax over the last axis of scores (T, S), 0 where mask (T, S) is False."""
    ...


# %%
check.masked_softmax(masked_softmax)

# %% [markdown]
# **Scaled dot-product attention**, the formula of step 2, without a mask. (`math` is imported.)


# %% tags=["exercise"]
def scaled_dot_product(query, key, value):
    """Return softmax(query keyᵀ / √D) value, (T, V), of query (T, D), key (S, D) and value (S, V)."""
    ...


# %%
check.scaled_dot_product(scaled_dot_product)

# %% [markdown]
# **Split into heads.** The step where most home-made Transformers go wrong without anybody noticing: the shapes are right, and the
# numbers are not.


# %% tags=["exercise"]
def split_heads(x, heads):
    """Return (heads, T, D) from x (T, H), where D = H / heads: head h has the h-th piece of every row."""
    ...


# %%
check.split_heads(split_heads)

# %% [markdown]
# **One step of a beam.** `total` has the log-probabilities of $K$ beginnings, `log_p` those of every symbol after each of them.
# Which $K$ continuations are the likeliest?


# %% tags=["exercise"]
def beam_step(total, log_p):
    """Return, for the K best of total (K,) with log_p (K, V), best first: their beginnings (K,), symbols (K,)."""
    ...


# %%
check.beam_step(beam_step)

# %%
check

# %% [markdown]
# ## What to remember
# 1. An encoder–decoder turns one sequence into another of any length. If all passes through one vector, long inputs suffer.
# 2. Attention is a weighted average, with weights computed from a query and keys. It is learned from the error alone.
# 3. Additive or dot product, it is the same idea. Divide dot products by $\sqrt D$, or the softmax stops learning.
# 4. Self-attention lets every position ask every other, at once. It knows no order unless you add positions.
# 5. A picture of weights is a hint, not a proof: compare it with a straight line first.
#
# **What it got wrong.** The GRUs around the attention still read and write one symbol after the other. The table of counts, which takes
# seconds, holds its own: on a small, regular task, knowledge of the task makes up for a general method. And the writer sees
# only its own last phoneme in the test, but always the right one in training.
#
# **What came next.** 2017: the Transformer drops the GRUs and keeps the attention. 2018: both roads lead to transfer. ELMo keeps the
# recurrent networks, GPT and BERT take the Transformer. **Next**: 05 · ELMo.
#
# **Reading**: Bahdanau, Cho and Bengio 2015, *Neural machine translation by jointly learning to align and translate* (section 3 is
# this lesson); Cho et al. 2014, *Learning phrase representations using RNN encoder–decoder*; Vaswani et al. 2017, *Attention is all
# you need*, section 3; Toshniwal and Livescu 2016, *Jointly learning to align and convert graphemes to phonemes with neural
# attention models*; `tlcourse/models/parts/attention.py` and `tlcourse/models/sequences/seq2seq.py`, which are short.
