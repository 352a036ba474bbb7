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
# **You train a network that has to squeeze a whole word into one vector, find out where it fails, and mend it with
# attention: the mechanism that GPT, BERT and all that came after them are made of.**
#
# <!-- badges -->
#
# **Time** 90 minutes: a core of 75, and two optional sections of 5 and 10, marked as such. About six of these minutes are the computer's,
# most of them while you read · **You need** lesson 03 (vectors), and to have seen a PyTorch module · **You will be able to** *train* a
# network that turns one sequence into another, *measure* where it fails, *write* the pieces of attention, *read* an alignment without
# reading too much into it, *decode* with a beam, and *check* a Transformer block.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import math

import torch

from tlcourse import exercises, profiles, show
from tlcourse.data import cmudict
from tlcourse.data.symbols import Symbols
from tlcourse.lessons.sequences_and_attention import (
    alignment,
    alignment_tables,
    error_records,
    figures,
    in_words,
    published,
)
from tlcourse.models.parts import attention, transformer
from tlcourse.models.sequences.letter_to_sound import LetterToSound
from tlcourse.models.sequences.pronouncer import Pronouncer
from tlcourse.models.sequences.seq2seq import EncoderDecoder
from tlcourse.probe.letter_alignment import agreement
from tlcourse.train.finetuning.seq2seq import training_steps
from tlcourse.train.measuring.error_rates import count_errors, edit_distance

# %%
pick = profiles.chooser(profile)
show.style()
check = exercises.start("sequences_and_attention", solutions=solutions)
torch.set_num_threads(1)  # thousands of small products: two threads would mostly wait for each other

# %% [markdown]
# ## Predict first

# %%
check.predict("long_words")

# %% [markdown]
# ## The task: say a word you have never heard (5 minutes)
# A word's vector, as in lesson 03, has one size for every word. A *sequence* has not: a word has two letters or twenty, and
# its pronunciation has yet another length. The CMU Pronouncing Dictionary says how English words are spoken in North
# America, in 39 sounds called *phonemes*. The network reads letters and writes phonemes. It is translation in miniature:
# small enough to train here, with the same difficulties. Letters are silent (**k**night), two make one sound (**ph**),
# one makes two (e**x**act), and the sound depends on letters further on (wr**i**te, wr**i**t).

# %%
lexicon = cmudict.load()
letters = Symbols("abcdefghijklmnopqrstuvwxyz")
phonemes = Symbols(sound for _, said in lexicon.entries for sound in said)

train_entries = [lexicon.entries[i] for i in lexicon.train_index[:: pick(full=1, fast=5)]]
test_words = list(dict.fromkeys(lexicon.entries[i][0] for i in lexicon.test_index))[:: pick(full=1, fast=20)]
examples = ["knight", "phonetic", "exact", "write", "writ", "either"]
counted = f"From {len(train_entries):,} pronunciations to learn from; {len(test_words):,} words are kept for the test"
show.table(alignment_tables.pronunciations(lexicon, examples), counted)

# %% [markdown]
# No word of the test is in the training set, nor is one of its inflections: whoever has learned *bake* knows most of
# *baking*. A word with several pronunciations is right in any of them. Read AY as in *my*, EY *day*, IY *see*, IH *sit*,
# EH *bed*, AE *cat*, AH *but*, AO *saw*, OW *go*, ER *her*, DH *the*, JH *jam*; the others are as you expect.
#
# ## The idea (10 minutes)
# ### In one figure
# A *GRU* is a network that goes through a sequence one symbol at a time and keeps a vector, its **state**, of what it has seen; it learns
# what to keep and what to overwrite. Both our models have two parts. The **encoder** reads the letters with two GRUs, one from each end;
# the two states at letter $j$ together are its vector $h_j$. The **decoder** writes the phonemes one by one with another GRU, whose state
# is $s_i$ at phoneme $i$; a small network and a softmax give each phoneme a probability. It begins with a symbol *start* in place of the
# phoneme before, and stops where it writes *end*. The models differ in what passes from the one to the other.

# %%
figures.bottleneck()

# %% [markdown]
# Arrows say what a state is computed from, the dashed ones from the phoneme before. **Left**, one vector $c$: the last states of the two
# GRUs that read are all that the decoder ever gets. It carries the word, however long that is. (So it was in Cho et al. 2014 and
# Sutskever et al. 2014, whose encoders read one way only. Ours read both ways in *both* models, so that they differ in one thing.)
#
# **Right**, attention (Bahdanau et al. 2015): before it writes phoneme $i$, the decoder asks every letter "do you matter now?" The
# answers become weights, and with them it averages the letters' vectors $h_j$ into $c_i$. Here a thick line is a large weight. (These are
# made up. Yours will be real.)
#
# ### In one formula
# $$e_{ij} = v_a^\top \tanh(W_a s_{i-1} + U_a h_j) \qquad \alpha_{ij} = \frac{\exp e_{ij}}{\sum_k \exp e_{ik}}
# \qquad c_i = \sum_j \alpha_{ij} h_j$$
#
# Here $i$ counts phonemes, $j$ and $k$ count letters, $s_{i-1}$ is the decoder's state so far, and the matrices $W_a$, $U_a$ and the
# vector $v_a$ are learned. A **score** $e_{ij}$ for every letter, from this small network. A softmax turns the scores into **weights**
# $\alpha_{ij}$ that add up to 1. The **context** $c_i$ is the weighted average. Nobody tells the network where to look: the weights are
# differentiable, so the loss, the cross-entropy of the right phonemes, teaches them.
#
# ### In code
# The formula is three lines of code, the last three of `forward`. It does it for a whole *batch* of words, $s_{i-1}$ being `query` and
# the $h_j$ being `keys`, and two things differ from the formula. $U_a h_j$ is the same for all $i$, so it may be handed in, computed once,
# as `projected_keys`. And words of a batch have different lengths, so short ones are filled up with *padding*. `attention_mask` says
# which letters are real: a **mask** is True where one may look.
#
# The decoder needs one `if`: the two models share all the rest. `embedded` is a vector of the phoneme before, `encoded.annotations` are
# all the $h_j$, `encoded.summary` is $c$.

# %%
show.source(attention.AdditiveAttention.forward, EncoderDecoder.step, docstring=False)

# %% [markdown]
# ### Exercise: a softmax that cannot see
# Write what is called `masked_softmax` in there. A row of `scores` belongs to one phoneme that asks (a *query*; there are T), a column to
# one letter that may be looked at (a *key*; S). Padding must get a weight of exactly 0, and the rest of the row must add up to 1.


# %% tags=["exercise"]
def masked_softmax(scores, mask):
    """Return weights (T, S): a softmax over the last axis of scores (T, S), 0 where mask (T, S) is False."""
    ...


# %%
check.masked_softmax(masked_softmax)

# %% [markdown]
# ## How wrong is a pronunciation? (5 minutes)
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
# ### Two baselines without a network
# First find out which letter says what, by *expectation maximisation* (EM): guess how likely each letter is to say each sound, align
# every word as that makes likeliest, count in these alignments how often a letter says a sound, and again. (At first *k* may say
# anything. But *kite*, *kit* and *king* all have a K.) Then two ways to use it. **Each letter alone**: say what the letter says most
# often. **Letters in context**: look the letter up with as many neighbours, up to four on either side, as the training words have shown
# (after Van den Bosch and Daelemans 1993). This is counting, and it takes seconds.

# %%
ALONE, IN_CONTEXT, ONE_VECTOR, ATTENTION = (
    "each letter alone",
    "letters in context",
    "one vector",
    "attention",
)
table = LetterToSound(train_entries)


def errors_of(model, said, seed=None):
    """Return what a model gets wrong in the test words, as records: `said` is word → phonemes."""
    return error_records.of(model, seed, count_errors(said, lexicon.pronunciations))


counts = errors_of(ALONE, table.say(test_words, 0)) + errors_of(IN_CONTEXT, table.say(test_words, 4))
aligned = "What each letter says: – is nothing, + joins two sounds"
show.table(alignment_tables.letter_by_letter(table, lexicon, examples[:4]), aligned)
show.table(alignment_tables.wrong_by_counting(counts), "Counting, on the test words", formats=".1%")

# %% [markdown]
# ## The real thing (10 minutes)
# Both models get embeddings and states of 64 numbers (so $h_j$ and $c$, of two states, have 128), the same words in the same order, the
# same number of steps. In training, the decoder is given the right phoneme before (*teacher forcing*); in the test, it has to live with
# its own. Words of about equal length share a batch, so that little is padding. Learning rate and sizes, the same for both, were chosen
# on words that are neither in the training set nor in the test.

# %%
pairs = [(letters.encode(word), phonemes.encode(said)) for word, said in train_entries]
seeds = [seed + i for i in range(pick(full=3, fast=1))]
n_steps = pick(full=1000, fast=60)


def train(name, model_seed, attention, hidden_size=64, steps=n_steps):
    """Train an encoder–decoder on `pairs`, and return it ready to say words."""
    torch.manual_seed(model_seed)
    model = EncoderDecoder(len(letters), len(phonemes), 64, hidden_size, attention)
    training = training_steps(model, pairs, steps, model_seed)
    for _ in show.progress(training, f"{name}, seed {model_seed}", steps):
        pass
    return Pronouncer(model, letters, phonemes)


trained = {(ATTENTION, s): train(ATTENTION, s, "additive") for s in seeds}
trained |= {(ONE_VECTOR, s): train(ONE_VECTOR, s, None) for s in seeds}

# %%
errors = counts.where(model=IN_CONTEXT)
for (name, s), model in trained.items():
    errors = errors + errors_of(name, model.say(test_words), s)
show.results(errors, rows="model", columns="measured", best=None, caption="Test words")
show.md(in_words.counts_as_rival(errors, IN_CONTEXT, ATTENTION))

# %% [markdown]
# ## See the bottleneck (5 minutes)
# Now the same errors by the length of the word, left in phonemes, right in whole words: did you predict this? Each line is the mean over
# the seeds, its band goes from the lowest seed to the highest (the counts have no seeds, so no band).

# %%
figures.errors_by_length(errors, [ATTENTION, ONE_VECTOR, IN_CONTEXT])

# %%
show.md(in_words.on_long_words(errors, ATTENTION, ONE_VECTOR))
show.md(in_words.short_words(errors, [ATTENTION, ONE_VECTOR, IN_CONTEXT]))
check.recall("long_words")

# %% [markdown]
# Are long words harder to say, then? Ask all three:

# %%
show.md(in_words.are_long_words_harder(errors, IN_CONTEXT, ATTENTION, ONE_VECTOR))
show.md(in_words.whole_words(errors, IN_CONTEXT, ATTENTION, ONE_VECTOR))

# %% [markdown]
# ## Was that fair? (5 minutes)
# A good sceptic has two questions. Attention adds parameters: is it those? And is one vector too small, or has the model just not
# learned long enough to use it? So we train the one-vector model twice more: wider, until it has **as many parameters**, and
# for **twice the steps**.


# %%
def size(attention, hidden_size):
    """Return how many parameters a model has."""
    model = EncoderDecoder(len(letters), len(phonemes), 64, hidden_size, attention)
    return sum(p.numel() for p in model.parameters())


SAME_SIZE, LONGER = "one vector, as many parameters", "one vector, twice the steps"
wider = next(h for h in range(64, 128) if size(None, h) >= size("additive", 64))
trained[SAME_SIZE, seed] = train(SAME_SIZE, seed, None, hidden_size=wider)
trained[LONGER, seed] = train(LONGER, seed, None, steps=2 * n_steps)
print(f"Parameters: {size(None, 64):,} with one vector, {size('additive', 64):,} with attention,")
print(f"{size(None, wider):,} with one vector and states of {wider} numbers instead of 64")

# %%
controls = errors.where(model=[ONE_VECTOR, ATTENTION])
for name in (SAME_SIZE, LONGER):
    controls = controls + errors_of(name, trained[name, seed].say(test_words), seed)
same_seed = controls.where(seed=seed)
show.results(same_seed, rows="model", columns="measured", best=None, caption=f"Test words, seed {seed}")
show.md(in_words.what_closes_the_gap(controls, ATTENTION, ONE_VECTOR, LONGER, SAME_SIZE, seed))

# %% [markdown]
# ## What does it look at? (10 minutes)
# Four words that training never saw. One row per phoneme as it is written, one column per letter, white is a weight of 0, black of 1, and
# a row adds up to 1. Before you read on: find the silent *k* and *gh*, the *ph*, and the *x* that makes two sounds.

# %%
pronouncer = trained[ATTENTION, seed]
words = ["knit", "freight", "orphan", "exalted"]
assert not {word for word, _ in train_entries} & set(words), "chosen because training never saw them"
alignment.alignments(pronouncer, words)

# %%
show.md(in_words.silent_letters(*pronouncer.attend(["freight"])["freight"]))

# %% [markdown]
# Four pictures can be chosen to please. So take all test words, and average. How much weight do the letters of a spelling get while
# its phoneme is written, and how much goes elsewhere?

# %%
looked = pronouncer.attend(test_words)
show.table(
    alignment_tables.weights_by_spelling(looked),
    "Over all test words that have the spelling and the sound once",
)
show.md(in_words.reads_in_order(looked))

# %% [markdown]
# Does it look at *the right* letter? The EM alignment of the baseline says which letter stands for each phoneme. It knows nothing of the
# network. (Where two letters make one sound, it has to choose one, and a look at the other counts as wrong: so read the second column,
# too.) And to have something to compare with: draw a straight line from top left to bottom right.

# %%
found = agreement(looked, table)
show.table(alignment_tables.which_letter(found), f"Agreement with EM, {found.n:,} phonemes", formats=".0%")
show.md(in_words.looks_with_care(found))

# %% [markdown]
# **Read it with care.** $h_j$ is not letter $j$: it comes from a network that has read the neighbours, so looking at *h* can mean reading
# *ght*. We think that this is why a letter that says nothing gets weight, and one that says something can do with little. The weights
# show where information was fetched, not what it was. Lesson 10 comes back to that with BERT.
#
# ## Optional: move it (5 minutes)
# Type a word, your name, or a word that does not exist, and press Enter. Then play it, or move the slider: which letters does
# each phoneme look at? Can you find a spelling that confuses it? (Without a kernel you see two words.)

# %%
alignment.pronounce(pronouncer, ["psychology", "transformer"])

# %% [markdown]
# ## Optional: greedy or beam (10 minutes)
# So far the model wrote its likeliest phoneme at every step and never looked back: **greedy**. But a likely beginning can end
# badly. A **beam** keeps the $K$ likeliest beginnings at every step, and picks the best once they have ended. It runs the decoder $K$ times
# as often. Because every further phoneme makes a sequence less probable, a beam prefers short ones; **length normalisation** divides the
# log-probability by the length.

# %%
some = test_words[:: pick(full=5, fast=2)]
ways = {"greedy": (None, 0), "K = 3": (3, 0), "K = 10": (10, 0), "K = 10, normalised": (10, 1)}
wanted = sum(len(lexicon.pronunciations[word][0]) for word in some) / len(some)
guesses = {way: pronouncer.say(some, width, alpha) for way, (width, alpha) in ways.items()}
written = {way: sum(map(len, said.values())) / len(some) for way, said in guesses.items()}
beams = show.Records(record for way, said in guesses.items() for record in errors_of(way, said, seed))
show.results(
    beams.where(measured=["PER", "WER"]), rows="model", columns="measured", spec=".2%", best=None,
    caption=f"{len(some):,} test words, in truth of {wanted:.3f} phonemes on average",
    also={"phonemes per word": lambda way: f"{written[way]:.3f}"},
)  # fmt: skip
show.md(in_words.what_a_beam_changes(guesses["greedy"], guesses["K = 10"], lexicon.pronunciations))

# %%
greedily = pronouncer.say(test_words)
longest = max(greedily, key=lambda word: len(greedily[word]) - len(lexicon.pronunciations[word][0]))
wide = pronouncer.say([longest], width=10)
show.md(in_words.runs_on(greedily, wide, longest, lexicon.pronunciations[longest][0]))

# %% [markdown]
# What it buys depends on the task. In translation, Sutskever et al. (2014, table 1, as reported), with five networks together, go from a
# BLEU of 33.0 with $K = 1$, which is greedy, to 34.8 with $K = 12$. (*BLEU* scores a translation from 0 to 100 by the runs of words that
# it shares with a person's; more is better.)
#
# ### Exercise: one step of a beam
# `total` has the log-probabilities of $K$ beginnings, `log_p` those of every symbol after each of them ($V$ symbols).
# Which $K$ continuations are the likeliest?


# %% tags=["exercise"]
def beam_step(total, log_p):
    """Return, for the K best of total (K,) with log_p (K, V), best first: their beginnings (K,), symbols (K,)."""
    ...


# %%
check.beam_step(beam_step)

# %% [markdown]
# ## From here to the Transformer, in five small steps (25 minutes)
# From lesson 07 on, every new model of the course uses another attention than the one above.
#
# ### Step 1: multiply instead of add
# Bahdanau's score adds the two vectors and sends them through a small network. Luong et al. (2015) multiply instead: the score is the dot
# product of a *query* (what do I need?) and a *key* (what is here?). Here a linear layer makes each of them, $W_q s_{i-1}$ and $W_k h_j$.
# No tanh, no $v_a$. What is averaged is called the *values*; here these are the $h_j$ themselves. In our code one class changes:

# %%
show.source(attention.DotProductAttention.forward, docstring=False)

# %%
DOT_PRODUCT = "dot-product attention"
trained[DOT_PRODUCT, seed] = train(DOT_PRODUCT, seed, "dot-product")
multiplied = errors_of(DOT_PRODUCT, trained[DOT_PRODUCT, seed].say(test_words), seed)
scores = errors.where(model=[ONE_VECTOR, ATTENTION]) + multiplied
show.results(scores, rows="model", columns="measured", best=None, caption="Test words")
show.md(in_words.dot_product(scores, DOT_PRODUCT, ATTENTION, ONE_VECTOR))

# %% [markdown]
# Its advantage is that scores and contexts are two matrix products, which every numerical library is built for. On words this short that
# may save little: compare how long the models took to train.
#
# ### Step 2: divide by the square root
# `scaled_dot_product` in there hides a detail: it divides the scores by $\sqrt D$, where $D$ is the length of a query. What happens
# without?

# %%
check.predict("undivided")


# %%
def of_random_keys(d, divisor):
    """Return the largest of 16 weights, and how much the scores can still move them: means of 500 draws."""
    generator = torch.Generator().manual_seed(seed)
    query, keys = torch.randn(500, 1, d, generator=generator), torch.randn(500, 16, d, generator=generator)
    p = ((query * keys).sum(-1) / divisor).softmax(-1)  # (500, 16)
    jacobian = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]  # ∂p_i / ∂score_j
    return p.amax(-1).mean().item(), jacobian.norm(dim=(1, 2)).mean().item()


sizes = [8, 32, 128, 512, 2048]
plain = [of_random_keys(d, 1) for d in sizes]
divided = [of_random_keys(d, math.sqrt(d)) for d in sizes]
figures.softmax_by_size(sizes, plain, divided)

# %% [markdown]
# Left, what the key with the largest score gets. Right, how strongly the weights react to a small change of the scores: the norm of all
# derivatives of a weight by a score, the *gradient* below. Where it is near 0, an error cannot correct the scores.

# %%
show.md(in_words.undivided(sizes, plain, divided, d=512))
check.recall("undivided")

# %% [markdown]
# Here a dot product is a sum of $D$ products, each of mean 0 and standard deviation 1: its own is $\sqrt D$. Large scores make the
# softmax a hard choice before anything has been learned, and a choice that is all but made has little gradient to learn from. Dividing by
# $\sqrt D$ keeps the scores at the same size for every $D$ (Vaswani et al. 2017, section 3.2.1). You know such a division: $\sqrt D$
# stands where the temperature $T$ stood in lesson 00.
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt D}\right) V$$
#
# Each row of $Q$ is a query, each row of $K$ a key, and the row of $V$ with the same number is what that key stands for, its value. The softmax
# is over the keys.
#
# ### Exercise: scaled dot-product attention
# Write this formula, without a mask. (`math` is imported. T, S, D and V in the docstring are sizes, D of a query and a key, V of a
# value; $K$ and $V$ are not what they were for the beam.)


# %% tags=["exercise"]
def scaled_dot_product(query, key, value):
    """Return softmax(query keyᵀ / √D) value, (T, V), of query (T, D), key (S, D) and value (S, V)."""
    ...


# %%
check.scaled_dot_product(scaled_dot_product)

# %% [markdown]
# ### Step 3: all queries at once, and from the sequence itself
# The decoder asked one query at a time, because its state was not known before. But nothing says that queries must come from a decoder.
# Let **every letter ask every letter**: queries, keys and values are three projections of the same sequence, each by a linear layer of
# its own. That is *self-attention*. There is no recurrence left: all positions are computed in one product, and fast. The numbers stay
# the same:

# %%
torch.manual_seed(seed)
x = torch.randn(512, 64)  # a sequence of 512 vectors
q, k, v = (torch.nn.Linear(64, 64)(x) for _ in range(3))
at_once, _ = attention.scaled_dot_product(q, k, v)  # context and weights
one_by_one = torch.cat([attention.scaled_dot_product(query[None], k, v)[0] for query in q])
print(f"512 queries in 512 products or in one: largest difference {(one_by_one - at_once).abs().max():.0e}")

# %% [markdown]
# ### Step 4: several heads
# One softmax can look at one thing well. So cut the vectors into pieces, let each piece (*head*) attend for itself, and put
# the results side by side. (The head of lesson 02, the last layer of a network, is something else.)
#
# ### Exercise: split into heads
# The step where most home-made Transformers go wrong without anybody noticing: the shapes are right, and the numbers are not.


# %% tags=["exercise"]
def split_heads(x, heads):
    """Return (heads, T, D) from x (T, H), where D = H / heads: head h has the h-th piece of every row."""
    ...


# %%
check.split_heads(split_heads)

# %% [markdown]
# The course's code does this for a batch. Before it come the three projections; after it, the heads are put side by side again, and one
# more linear layer, `output`, mixes them. (Without `need_weights`, PyTorch's own function computes the same and keeps no weights. With
# `key_value_states`, keys and values come from another sequence, as in a decoder.)

# %%
show.source(attention.MultiHeadAttention.split_heads, attention.MultiHeadAttention.forward, docstring=False)

# %% [markdown]
# Is it right? PyTorch has the same module. Give both the same weights and the same input:


# %%
def copy_attention(ours, theirs):
    """Put our weights into PyTorch's module, which keeps query, key and value in one matrix."""
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
        theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key.bias, ours.value.bias]))
    theirs.out_proj.load_state_dict(ours.output.state_dict())


ours, theirs = attention.MultiHeadAttention(64, 4), torch.nn.MultiheadAttention(64, 4, batch_first=True)
copy_attention(ours, theirs)
x = torch.randn(2, 9, 64)  # 2 words of 9 letters
context, weights = ours(x, need_weights=True)
expected, expected_weights = theirs(x, x, x, average_attn_weights=False)
off = max((context - expected).abs().max().item(), (weights - expected_weights).abs().max().item())
assert off < 1e-5, off
print(f"Context and weights of all heads: largest difference from torch.nn.MultiheadAttention {off:.0e}")

# %% [markdown]
# ### Step 5: a Transformer block
# Add what makes attention stackable. Each position passes by itself through a small network, the *feed-forward*, the same for all
# positions: two linear layers (here 64 → 256 → 64) with a *GELU*, a smooth ReLU, between them. Each part adds to what came in instead of
# replacing it, the *residual connection*, so that a deep stack keeps a direct way through. And a *layer norm* shifts and scales the
# numbers of each vector to mean 0 and standard deviation 1, then once more by learned numbers. It stands in one of two places.
# **Post-norm**, after the sum: $x \leftarrow \mathrm{LN}(x + f(x))$, as in the first Transformer, GPT and BERT. **Pre-norm**, before each
# part $f$: $x \leftarrow x + f(\mathrm{LN}(x))$, as in GPT-2. The code has both. GPT, BERT and GPT-2 are this block, twelve times or
# more. (*Dropout* sets random numbers to 0 while training. Here it is off.)

# %%
show.source(transformer.TransformerBlock.forward, docstring=False)

# %%
block = transformer.TransformerBlock(64, 4, 256, norm="pre", layer_norm_eps=1e-5)
layer = torch.nn.TransformerEncoderLayer(
    64, 4, 256, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
)
copy_attention(block.attention, layer.self_attn)
layer.linear1.load_state_dict(block.feed_forward.intermediate.state_dict())
layer.linear2.load_state_dict(block.feed_forward.output.state_dict())
off = (block(x, need_weights=True)[0] - layer(x)).abs().max().item()
assert off < 1e-5, off
print(f"One block: largest difference from torch.nn.TransformerEncoderLayer {off:.0e}")

# %% [markdown]
# ### Exercise: a causal mask
# In self-attention every position sees every other, unless a mask forbids it. GPT may look back, not ahead. Return a mask that is True where
# position $i$ (row) may see position $j$ (column).


# %% tags=["exercise"]
def causal_mask(length):
    """Return a bool tensor (length, length), True where row i may look at column j."""
    ...


# %%
check.causal_mask(causal_mask)

# %% [markdown]
# Change the **order** of the letters: what changes? Change the **last** letter: do the others notice? (A change of 1e-6 is rounding.)

# %%
order = torch.randperm(9)
changed = torch.cat([x[:, :-1], torch.randn(2, 1, 64)], dim=1)  # another last letter
causal = transformer.causal_mask(9)
gaps = {
    "letters shuffled, outputs shuffled back": block(x[:, order])[0][:, order.argsort()] - block(x)[0],
    "last letter changed: outputs before it": (block(changed)[0] - block(x)[0])[:, :-1],
    "the same, with a causal mask": (block(changed, causal)[0] - block(x, causal)[0])[:, :-1],
}
show.table([{"what is done": what, "largest change": f"{gap.abs().max():.0e}"} for what, gap in gaps.items()])

# %% [markdown]
# Order means nothing to attention: it sees a bag of letters. That is why Transformers add *position embeddings*. And every
# position sees every other, but for the mask: BERT looks both ways, GPT only back.
#
# ## Paper says / we get / why they differ

# %%
show.compare(published.comparison(errors, ONE_VECTOR, ATTENTION, n_steps, len(pairs)))

# %%
check

# %% [markdown]
# ## What to remember
# 1. An encoder–decoder turns one sequence into another of any length. If all passes through one vector, long inputs suffer.
# 2. Attention is a weighted average, with weights computed from a query and keys. It is learned from the error alone.
# 3. Additive or dot product, it is the same idea. Divide dot products by $\sqrt D$, or long vectors leave the softmax little to learn from.
# 4. Self-attention lets every position ask every other, at once. It knows no order unless you add positions.
# 5. A picture of weights is a hint, not a proof: compare it with a straight line first.
#
# **What it got wrong.** The GRUs around the attention still read and write one symbol after the other. Counting, which takes seconds,
# says long words better than both networks: on a small, regular task, knowledge of the task makes up for a general method. And the
# decoder sees only its own last phoneme in the test, but always the right one in training.
#
# **What came next.** 2017: the Transformer drops the GRUs and keeps the attention. 2018: both roads lead to transfer. ELMo keeps the
# recurrent networks, GPT and BERT take the Transformer. **Next**: [05 · ELMo](05_elmo.ipynb).
#
# **Reading**: Bahdanau, Cho and Bengio 2015, *Neural machine translation by jointly learning to align and translate* (section 3 is
# this lesson); Cho et al. 2014, *Learning phrase representations using RNN encoder–decoder*; Vaswani et al. 2017, *Attention is all
# you need*, section 3; Toshniwal and Livescu 2016, *Jointly learning to align and convert graphemes to phonemes with neural
# attention models*; `tlcourse/models/parts/attention.py` and `tlcourse/models/sequences/seq2seq.py`, which are short.
