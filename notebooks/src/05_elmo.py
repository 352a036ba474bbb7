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
# # 05 · ELMo
# **You take a word's vector from its sentence instead of from a table: you look into a language model that reads both ways, mix its
# layers for a task, and measure what each layer is good for.**
#
# <!-- badges -->
#
# **Time** 95 minutes: a core of 90, and an optional section of 5, marked as such. The computer needs about two of them · **You need** lesson 03
# (vectors of words), lesson 04 (what an LSTM's cousin, the GRU, does) · **You will be able to**
# *spell* words for a network that knows no unknown word, *write* the loss of a language model in two directions, *mix* layers for a task,
# *measure* which layer knows what, *find* uses of a word that are alike, and *say* where this model is no better than counting.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import numpy as np  # noqa: F401  (for your own code in the exercises)
import torch

from tlcourse import exercises, models, profiles, show
from tlcourse.data import bbc_news, sentences, tasks
from tlcourse.lessons.elmo import characters, expected, figures, in_words, published, results, tables
from tlcourse.lessons.elmo.uses_compared import compare_uses
from tlcourse.models.language.elmo import BiLM, CharacterEncoder, ScalarMix
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.text_encoders import WordEncoder
from tlcourse.probe.layer_by_layer import LAYERS, READINGS, ByLayer, reader
from tlcourse.probe.word_uses import find_uses

pick = profiles.chooser(profile)
show.style()
check = exercises.start("elmo", solutions=solutions)

# %% [markdown]
# ## Predict first

# %%
check.predict("typo")

# %%
check.predict("which_layer")

# %% [markdown]
# ## The problem: one word, one vector (5 minutes)
# In lesson 03 each word had one vector, whatever it meant. Here are the neighbours of *play* and of *bank* in GloVe:

# %%
show.table(tables.in_glove(["play", "bank"], 9))

# %% [markdown]
# Games and money: a *play* on a stage and the *bank* of a river are not among them. A table has to choose, or to average.
#
# ELMo (Peters et al. 2018) has no table of words. It reads the sentence with a *language model*, a network trained to guess the next word from
# those before it, and takes the model's *states* as vectors: what it has kept in mind when it has read a word, as the encoder of lesson 04 did.
# So there is one vector for each **use** of a word.
#
# The model here, `elmo-mini`, is built like the paper's and much smaller: its *LSTMs* have 512 units in place of 4,096. (An LSTM is the GRU's
# older cousin. It, too, goes through a sequence and learns what to keep. But it keeps two vectors: one that it gives out, and a memory
# behind it. A *unit* is one number of the memory.) It has read 16
# million words: film reviews above all, then old novels, and some news. That will show in what it expects.

# %%
bilm = models.load("elmo-mini", heads=True)
encoder = WordEncoder(bilm)
vocabulary = (zoo.folder_of("elmo-mini") / "vocabulary.txt").read_text(encoding="utf-8").split()
show.md(in_words.of_size(bilm))

# %% [markdown]
# ## No unknown words (15 minutes)
# What comes in is spelt: $N$ words of $C$ characters, which are the bytes of a word's letters between two marks. Each byte has a learned vector
# (an *embedding*). Convolutions go along them and look at pieces of one to six, and of each only the strongest answer anywhere in the word is kept.
# Two *highway* layers follow, which let part of their input through unchanged, and a projection to a shorter vector.

# %%
show.source(CharacterEncoder.forward, docstring=False)

# %% [markdown]
# ### Exercise: spell a word
# 257 begins a word and 258 ends it. Between them stand the word's UTF-8 bytes, each plus 1, so that 0 can fill up the rest. There is always
# room enough.


# %% tags=["exercise"]
def spell(word, room):
    """Return a list of `room` numbers: 257, each UTF-8 byte of the word plus 1, 258, then zeros."""
    ...


# %%
check.spell(spell)

# %% [markdown]
# What has it learned about letters? For words that are not in its vocabulary (misspelt, invented, names), here are the nearest
# of those that are, by the cosine of the vectors that come out of the projection. No sentence is read, only the word. Beside it the *random
# twin*, the same network before any training: what it finds too comes from the architecture alone. The last column says whether GloVe's table of
# 400,000 words has the word.

# %%
torch.manual_seed(seed)
letters = {"elmo-mini": bilm, "random twin": zoo.build(zoo.ZOO["elmo-mini"]).eval()}
common = [w for w in vocabulary if w.isalpha() and len(w) > 2]
unlisted = ["definately", "beautifull", "walkings", "Smithson", "googled", "covid", "Beckhamovic"]
show.table(tables.by_letters(letters, unlisted, common, 4))

# %%
check.recall("typo")

# %% [markdown]
# Both find *definitely*: so much the architecture does by itself, with any weights. What training has brought is the other neighbours. In its table
# *Smithson* stands among surnames, *Beckhamovic* among names (out of Dickens, some of them) and *googled* among verbs in the past tense, while the twin gives
# words of any kind that look alike. So an ending and a capital say what **kind** of word it is. They do not say what it means: *covid* gets words that look like it.
#
# Each has a vector, whether GloVe has it or not. How often does a slip of the pen not matter? Swap two neighbouring letters inside each
# word, and ask whether the word that was meant is still the nearest.

# %%
longer = [w for w in common if len(w) >= 6 and len(set(w[1:-1])) > 1][: pick(full=2000, fast=300)]
seeds = [seed, seed + 1, seed + 2]
again = show.Records(
    {"model": name, "seed": s, "score": share}
    for name, model in letters.items()
    for s, share in zip(seeds, characters.found_again(model, longer, seeds), strict=True)
)
show.md(in_words.of_typos(again, len(longer)))

# %% [markdown]
# ## Two directions that never meet (20 minutes)
# An LSTM goes through the sentence like the GRU of lesson 04, and from its state at each word a softmax guesses the next one. ELMo trains **two** stacks of
# LSTMs: one reads from left to right and predicts the next word, one from right to left and predicts the word
# before. They share the network of characters and the softmax, and nothing else. In the figure a coloured box is a state, a white one the vector
# that the network of characters makes of a word: the **token layer**. A grey arrow goes up or down
# to the next layer, a coloured one to the next word that is read. At the top and at the bottom, the likeliest word that `elmo-mini` expects there.

# %%
figures.two_directions(
    *expected.of_sentence(
        bilm, encoder, vocabulary, ["The", "bank", "raised", "its", "interest", "rate", "."]
    )
)

# %% [markdown]
# Training makes both as sure as possible of what really stands there. For a sentence $t_1 \dots t_N$ it maximises (section 3.1 of the paper)
#
# $$\sum_{k=1}^{N} \big( \log p(t_k \mid t_1, \dots, t_{k-1}) + \log p(t_k \mid t_{k+1}, \dots, t_N) \big)$$
#
# where $p(t_k \mid \dots)$ is the probability that the model gives the word $t_k$ after the words named. (Before the first and after the last, there is
# only the mark of a sentence's end.)
#
# The whole model, from the characters' vectors `x` on: $B$ sentences, of $T$ words at most. `reverse_each` turns each sentence round; from the
# second layer on, what went in is added to what comes out (a residual connection, lesson 04). `layers` collects what ELMo is made of: $h_{k,0}$,
# word $k$'s vector from the token layer, twice, so that it is as long as the others; and for each layer $j$ the two states of the word side by side,
# $h_{k,j} = [\overrightarrow{h}_{k,j}; \overleftarrow{h}_{k,j}]$, from left to right and from right to left:

# %%
show.source(BiLM.contextualise, docstring=False)

# %% [markdown]
# Why two models and not one that sees both sides? Take *They play England on Saturday*. Layer 1 at *play* has read *England* with its backward half. If
# the forward layer 2 read that half too, it would have seen *England* when it is asked what comes after *play*: a model that sees what it is asked
# has nothing to learn. Check that no state has seen more than its side: change one word, and see where states move.

# %%
before = ["They", "play", "England", "on", "Saturday", "."]
after = ["They", "play", "Chopin", "on", "Saturday", "."]
show.table(
    tables.moved(encoder, before, after),
    "England → Chopin: the largest change of any number in each word's states",
)

# %% [markdown]
# Forward, nothing before *England* has moved; backward, nothing after it. So *play* learns of *England* from its backward half alone. The two
# halves are put side by side and never combined inside: BERT (lesson 08) will change that.
#
# ### Exercise: the loss of both directions
# A loss is to be small, so it is minus the sum above. `words` has the numbers of the $T$ words of a sentence. Row $k$ of `forward` has a
# log-probability for each of $V$ words to come **after** word $k$, row $k$ of `backward` for each to come **before** it. Here the ends have no marks:
# one row of `forward` and one of `backward` have nothing to predict, and are left out.


# %% tags=["exercise"]
def bilm_loss(forward, backward, words):
    """Return − Σ (log p of the next word + log p of the word before), from (T, V), (T, V), and words (T,)."""
    ...


# %%
check.bilm_loss(bilm_loss)

# %% [markdown]
# ### Exercise: backwards through a batch
# The backward LSTM is an ordinary one that gets its sentences turned round. In a batch of $B$ sentences the shorter ones are padded to the length $T$ of
# the longest, and the padding has to stay where it is: otherwise the model reads padding before it reads a word. To see it, take a number for each
# word in place of a vector.


# %% tags=["exercise"]
def reverse_words(x, lengths):
    """Return x (B, T) with the first `lengths[b]` entries of row b turned round, the padding where it was."""
    ...


# %%
check.reverse_words(reverse_words)

# %% [markdown]
# ## The mix (10 minutes)
# Before ELMo, one took the top layer (section 5.1). ELMo lets each task choose (section 3.2, equation 1):
#
# $$\mathrm{ELMo}_k = \gamma \sum_{j=0}^{L} s_j\, h_{k,j}, \qquad s = \mathrm{softmax}(w)$$
#
# $h_{k,j}$ is word $k$'s state in layer $j$ and $L = 2$ the last layer. $w$ has one number for each layer, $s_j$ is the layer's share, and
# $\gamma$ scales the whole: four numbers, here, that a task learns. The language model itself is *frozen*: its weights stay as they are.
# (The letters are the paper's. In lesson 04 $s$ was a state, and $j$ and $k$ counted letters; here $s$ is a share, $j$ a layer and $k$ a place.)
#
# ### Exercise: mix the layers
# Without a loop, if you can. `layers` has all $J = L + 1$ of them, the token layer included, each $T$ words by $H$ numbers.


# %% tags=["exercise"]
def scalar_mix(layers, w, gamma):
    """Return γ Σ_j s_j h_j, (T, H), with s = softmax(w): layers (L, T, H), w (L,), gamma a number."""
    ...


# %%
check.scalar_mix(scalar_mix)

# %% [markdown]
# The course's own learns `w` and `gamma` with the task:

# %%
show.source(ScalarMix.forward, docstring=False)

# %% [markdown]
# ## Is it worth anything? (10 minutes)
# The real thing: `elmo-mini` frozen, a linear model on its states, 100 labelled texts or sentences, three draws of the labels.
#
# - **What is read**: the layer that does best on labelled examples held back in turn; for a text, the mean over its words.
# - **Beside it**: the random twin; GloVe (of a tagged word, its vector and its two neighbours'); and *counts*, which know nothing but the
#   labelled examples (of a tagged word: its letters and its neighbours).
# - **Tags** of parts of speech and names in BBC news are *silver*: a program gave them, with its mistakes.
# - **Score**: accuracy; for names F1, which is high only if most names are found and most of what is found are names.
#
# The numbers are from the course's benchmark of all its models, `data/results/zoo/tasks.json`:

# %%
of_zoo = results.beside_baselines()
show.results(of_zoo, "task", "model", "100 labelled sentences or texts; names: F1, the others: accuracy")

# %%
show.md(in_words.of_tasks(of_zoo))

# %% [markdown]
# (*Within luck*, as in lesson 01: these seeds cannot tell the two apart.) For the tags of words, which hang on a word's neighbours, the states
# are worth a lot, and it is training that makes them so: the twin is far behind. (GloVe is hardly ahead of the twin on
# parts of speech, we think because it sees no endings and no capitals.) For whole texts nothing shows that
# `elmo-mini` is better than GloVe or counts; on topics GloVe is ahead. We think that sentiment and topic are more a matter of *which* words a text has, and of those GloVe has seen
# more: six billion words, `elmo-mini` sixteen million. That these were film reviews above all is no help seen here: to guess the next word, we
# think, a model need not learn what is praise. The paper's model read a billion, ten times over; the course has no ELMo of that size to try it.
#
# ## Which layer knows what? (10 minutes)
# A *probe*, a linear model on frozen states as above, on each layer by itself, on the mean of all, and on a mix that it learns. Parts of speech are *gold* here, tagged by people (English Web
# Treebank: other texts and other tags than above), and so are the senses of four words, *hard*, *interest*, *line* and *serve* (Senseval). These
# texts do not come with the course, so the table shows what `benchmarks/elmo.py` measured. The last column is the control: the random twin, read by a mix.

# %%
kept, commonest = results.by_reading(), results.commonest_sense()
asked = "Accuracy with 1,000 labelled sentences; senses: 300 uses of each of four words, mean over the words"
show.results(kept, "task", "reading", f"{asked}. Always the commonest sense: {commonest:.1%}")

# %%
show.md(in_words.of_training(kept, commonest))

# %% [markdown]
# The texts of one row do come with the course: sentences from film reviews. Measure a part of it now. (In a full run the seeds draw the labels of the
# table, so expect its numbers, or nearly.)

# %%
n_labels, tested = pick(full=1000, fast=150), pick(full=1000, fast=150)
live_seeds = seeds[: pick(full=3, fast=1)]
film = ByLayer(tasks.load("sentiment"), reader(encoder), live_seeds, n_labels, tested)
live = show.Records(
    {"task": "sentiment, now", "reading": name, "seed": s, "score": score}
    for name in ("layer 1", "layer 2", "mix")
    for s in live_seeds
    # free: the probe learns the mix; with one layer there is nothing to mix
    for score, _ in [film.measure(READINGS[name], n_labels, s, free=name == "mix")]
)
show.results(live, "task", "reading", f"{n_labels:,} sentences to learn from, {tested:,} to test on")

# %% [markdown]
# As a figure: what each layer adds to the token layer, which has read no neighbour.

# %%
figures.by_layer(kept, kept.values("task"), LAYERS)

# %%
show.md(in_words.of_layers(kept))

# %%
check.recall("which_layer")

# %% [markdown]
# And the mixes? Each layer was standardised first, so that its share $s_j$ says how much it is used, not how large its numbers are.

# %%
shares = results.shares()
figures.mixes(shares, shares.values("task"), LAYERS)

# %%
show.md(in_words.of_shares(shares))

# %% [markdown]
# Is the mix worth learning, or is it enough to take all the layers?

# %%
show.md(in_words.of_mixes(kept))

# %% [markdown]
# ## Optional: what are the states worth in labels? (5 minutes)
# The paper's figure 1 asks how many labels ELMo saves. Remade with parts of speech, gold, and 10 to 1,000 labelled sentences. `elmo-mini` is read
# by the mix, and so is its twin:

# %%
curves = results.over_sentences()
show.learning_curve(curves, "accuracy of tags", over="labelled sentences")

# %%
show.md(in_words.of_labels(curves))

# %% [markdown]
# ## Uses of a word (15 minutes)
# Now the first question again: which uses of *play* are alike? The paper's table 4 shows nearest neighbours of a *use* instead of a word. Here BBC
# news is searched (of which the model read two thirds in training), up to 400 sentences with the word. For each sentence on the left, the two
# nearest uses of the same word, by the cosine of layer 2:

# %%
news = [s for text in bbc_news.load().texts for s in sentences.words_of(text) if 6 <= len(s) <= 30]
uses = {word: find_uses(encoder, word, news, most=400) for word in ("play", "match", "bank")}
questions = [
    ("play", "They play England on Saturday ."),
    ("play", "The play opens in London next week ."),
    ("match", "The match ended in a draw ."),
    ("match", "No other product can match it ."),
    ("bank", "They sat on the bank of the river ."),
]
show.table(tables.neighbours(encoder, uses, questions, layer=2, n=2))

# %% [markdown]
# The verb finds verbs, the noun finds nouns, and the theatre's *play* finds theatre. The last two rows show the limit: in this news no bank lies by
# a river, so the nearest is a bank with money all the same, with a lower cosine. The model finds what is like; it does not say that nothing is. Five
# sentences, picked by hand, prove little: the measurement is the row of senses above.
#
# ### Exercise: the nearest other use
# `states` is a numpy array, one row of $H$ numbers for each of $N$ uses. Which row is most like row `place`?


# %% tags=["exercise"]
def nearest_use(states, place):
    """Return which other row of states (N, H) has the largest cosine with row `place`."""
    ...


# %%
check.nearest_use(nearest_use)

# %% [markdown]
# ### Try it
# Two sentences with the same word: how alike are the two uses, layer by layer? The states of a layer have much in common, so that uses which differ
# can have a high cosine, too, as in the last rows of the table above. So here the layer's mean state over ordinary text is taken away first; 0 then means no
# more alike than two words picked at random. The token layer always says 1, as it sees the letters alone. The black marks are two uses in one sense, to
# compare. Type your own sentences and press Enter: *pitch* or *light* or *right* in two senses. Look for pairs that fool it.

# %%
compare_uses(encoder, news[: pick(full=300, fast=100)])

# %% [markdown]
# ## Paper says / we get / why they differ (5 minutes)
# In the paper's table 2 a penalty $\lambda$ on $w$ holds the mix near the mean of the layers ($\lambda = 1$) or leaves it nearly free
# ($\lambda = 0.001$, as ours).

# %%
show.compare(published.paper_rows(kept, shares, of_zoo))

# %%
check

# %% [markdown]
# ## What to remember
# 1. A word's vector can come from a language model's states: one for each use, not one for each word.
# 2. Spelling words makes every word readable, though not every slip harmless. It says what kind of word it is; what it means has to come from the
#    sentence.
# 3. Two language models, one each way, put side by side: neither has seen both sides at once.
# 4. Reading all the layers was never found worse here than the top alone, and on parts of speech it was a little better. The paper lets each task learn
#    a mix; here no difference to the plain mean was found.
# 5. The model stays frozen. What is gained depends on the task: much for tags of words; for sentiment no gain was found, and for topics GloVe
#    is ahead.
#
# **What it got wrong.** Forward and backward never meet. An LSTM has to wait for the state of the word before, so the words of a sentence cannot be
# computed side by side. And with frozen
# features each task still needs a model of its own; the paper put a large one on top of ELMo for every task, we only a linear layer.
#
# **What came next.** In the same year ULMFiT *fine-tuned* the language model itself (**next**: [06](06_ulmfit.ipynb)), GPT did so with a Transformer (07), and BERT found a way to look both
# ways at once (08). Lesson 09 compares taking features with fine-tuning.
#
# **Reading**: Peters et al. 2018, *Deep contextualized word representations* (sections 3 and 5); Kim et al. 2016, *Character-aware neural language
# models*; `tlcourse/models/language/elmo.py`, to be read beside the paper's section 3, and `data/checkpoints/elmo-mini/README.md`, its card.
