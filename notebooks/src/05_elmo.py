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
# **Time** 70 minutes, of which the computer needs about two · **You need** lesson 03 (vectors of words), lesson 04 (what an LSTM's cousin, the
# GRU, does) · **You will be able to**
# *spell* words for a network that knows no unknown word, *write* the loss of a language model in two directions, *mix* layers for a task,
# *measure* which layer knows what, *find* uses of a word that are alike, and *say* where this model is no better than counting.

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
from tlcourse.data import bbc_news, glove, sentences, tasks
from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.elmo import characters, expectations, figures, in_words, uses_compared
from tlcourse.models.language.elmo import BiLM, CharacterEncoder, ScalarMix
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.text_encoders import WordEncoder
from tlcourse.probe import word_uses
from tlcourse.probe.layer_by_layer import LAYERS, READINGS, ByLayer, reader
from tlcourse.probe.word_vectors import WordSpace
from tlcourse.show import zoo_results
from tlcourse.show.records import results_dir

pick = profiles.chooser(profile)
show.style()
check = exercises.start("elmo", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("typo")

# %%
check.predict("which_layer")

# %% [markdown]
# ## The problem: one word, one vector · 3 minutes
# In lesson 03 each word had one vector, whatever it meant. Here are the neighbours of *play* and of *bank* in GloVe:

# %%
space = WordSpace(glove.load())
show.table(
    [{"word": w, "nearest": ", ".join(n for n, _ in space.neighbours(w, 9))} for w in ("play", "bank")]
)

# %% [markdown]
# Games and money: a *play* on a stage and the *bank* of a river are not among them. A table has to choose, or to average.
#
# ELMo (Peters et al. 2018) has no table of words. It reads the sentence with a language model and takes the model's *states* as vectors: one for each
# **use** of a word. The model here, `elmo-mini`, is built like the paper's and
# much smaller, with 512 units in an LSTM in place of 4,096, and has read 16 million words.

# %%
bilm = models.load("elmo-mini", heads=True)
encoder = WordEncoder(bilm)
vocabulary = (zoo.folder_of("elmo-mini") / "vocabulary.txt").read_text(encoding="utf-8").split()
c = bilm.config
show.md(
    f"**{sum(p.numel() for p in bilm.parameters()) / 1e6:.1f} million numbers**: {c.num_hidden_layers} layers in each direction, of "
    f"{c.lstm_size} units projected to {c.projection_size}. It predicts among {c.vocab_size:,} words, and reads any word at all."
)

# %% [markdown]
# ## 1. No unknown words · 10 minutes
# What comes in is spelt: a word is the bytes of its letters between two marks. Convolutions of widths 1 to 6 look at pieces of one to six
# characters, and of each only the strongest answer anywhere in the word is kept. Two *highway* layers (which let part of their
# input through unchanged) and a projection follow:

# %%
show.source(CharacterEncoder.forward, docstring=False)

# %% [markdown]
# ### Your turn: spell a word
# 257 begins a word and 258 ends it. Between them stand the word's UTF-8 bytes, each plus 1, so that 0 can fill up the rest.


# %% tags=["exercise"]
def spell(word, room):
    """Return `room` numbers: 257, each UTF-8 byte of the word plus 1, 258, then zeros."""
    ...


# %%
check.spell(spell)

# %% [markdown]
# What has it learned about letters? For words that are not in its vocabulary (misspelt, invented, names), here are the nearest
# of those that are. No sentence is read, only the word:

# %%
common = [w for w in vocabulary if w.isalpha() and len(w) > 2]
unlisted = ["definately", "beautifull", "walkings", "Smithson", "googled", "covid", "Beckhamovic"]
near = characters.nearest(bilm, unlisted, common, 5)
show.table(
    [
        {
            "word": w,
            "nearest by its letters": ", ".join(near[w]),
            "in GloVe": "yes" if w.lower() in space else "no",
        }
        for w in unlisted
    ]
)

# %%
check.recall("typo")

# %% [markdown]
# *Googled* comes beside verbs in the past tense, *Smithson* beside surnames: an ending and a capital say what **kind** of word it is. They do
# not say what it means: *covid* gets words that look like it. How often does a slip of the pen not matter? Swap two
# letters inside each word, and ask whether the word that was meant is still the nearest. A model whose weights are random,
# the *random twin*, says how much of that is the architecture:

# %%
torch.manual_seed(seed)
twin = zoo.build(zoo.ZOO["elmo-mini"]).eval()
longer = [w for w in common if len(w) >= 6 and len(set(w[1:-1])) > 1][: pick(full=2000, fast=300)]
seeds = list(range(seed, seed + 3))
again = show.Records(
    {"model": name, "seed": s, "score": share}
    for name, model in (("elmo-mini", bilm), ("random twin", twin))
    for s, share in zip(seeds, characters.found_again(model, longer, seeds), strict=True)
)
show.md(in_words.of_typos(again, len(longer)))

# %% [markdown]
# ## 2. Two directions that never meet · 15 minutes
# A *language model* predicts each word from those before it. An LSTM does it like the GRU of lesson 04: it goes through the sentence and
# keeps a state. ELMo trains **two**: one reads from left to right and predicts the next word, one from right to left and predicts the word
# before. They share the characters and the softmax, and nothing else. Above and below: what `elmo-mini` expects.

# %%
figures.two_directions(
    *expectations.of_sentence(
        bilm, encoder, vocabulary, ["The", "bank", "raised", "its", "interest", "rate", "."]
    )
)

# %% [markdown]
# Training makes both as sure as possible of what really stands there. For a sentence $t_1 \dots t_N$ it maximises (section 3.1)
#
# $$\sum_{k=1}^{N} \big( \log p(t_k \mid t_1, \dots, t_{k-1}) + \log p(t_k \mid t_{k+1}, \dots, t_N) \big)$$
#
# The whole model, from the characters' vectors on. `layers` collects what ELMo is made of: $h_{k,0}$, the token layer, twice;
# and for each layer $j$ the two states side by side, $h_{k,j} = [\overrightarrow{h}_{k,j}; \overleftarrow{h}_{k,j}]$:

# %%
show.source(BiLM.contextualise, docstring=False)

# %% [markdown]
# Why two models and not one that sees both sides? Because a model that is asked for a word and sees it has nothing to learn. Check that no
# state has seen more than its side: change one word, and see where states move.

# %%
before = ["They", "play", "England", "on", "Saturday", "."]
after = [*before[:2], "Chopin", *before[3:]]
moved = word_uses.layer_states(encoder, [before]) - word_uses.layer_states(encoder, [after])  # (T, L, 2P)
size = np.abs(moved).max(axis=-1), np.abs(moved[:, :, : c.projection_size]).max(axis=-1)
size_backward = np.abs(moved[:, :, c.projection_size :]).max(axis=-1)
show.table(
    [
        {"word": w, "token layer": f"{size[0][k, 0]:.2f}", "forward, layer 2": f"{size[1][k, 2]:.2f}",
         "backward, layer 2": f"{size_backward[k, 2]:.2f}"}
        for k, w in enumerate(before)
    ],
    caption="England → Chopin: the largest change of any number in each word's states",
)  # fmt: skip

# %% [markdown]
# Forward, nothing before *England* has moved; backward, nothing after it. So *play* learns of *England* from its backward half alone. The two
# halves are put side by side and never combined inside: BERT (lesson 08) will change that.
#
# ### Your turn: the loss of both directions
# Row $k$ of `forward` has the log-probabilities of the word **after** word $k$, row $k$ of `backward` those of the word **before** it.


# %% tags=["exercise"]
def bilm_loss(forward, backward, words):
    """Return − Σ (log p of the next word + log p of the word before), from (T, V), (T, V), and words (T,)."""
    ...


# %%
check.bilm_loss(bilm_loss)

# %% [markdown]
# ### Your turn: backwards through a batch
# The backward LSTM is an ordinary one that gets its sentences turned round. In a batch the shorter ones are padded, and the padding has to stay
# where it is: otherwise the model begins to read with nothing.


# %% tags=["exercise"]
def reverse_words(x, lengths):
    """Return x (B, T) with the first `lengths[b]` entries of row b turned round, the padding where it was."""
    ...


# %%
check.reverse_words(reverse_words)

# %% [markdown]
# ## 3. The mix · 8 minutes
# Before ELMo, one took the top layer. ELMo lets each task choose (section 3.2, equation 1):
#
# $$\mathrm{ELMo}_k = \gamma \sum_{j=0}^{L} s_j\, h_{k,j}, \qquad s = \mathrm{softmax}(w)$$
#
# $w$ has one number for each layer and $\gamma$ scales the whole: four numbers, here, that a task learns. The language model itself is frozen.

# %%
show.source(ScalarMix.forward, docstring=False)

# %% [markdown]
# ### Your turn: write it
# Without a loop, if you can.


# %% tags=["exercise"]
def scalar_mix(layers, w, gamma):
    """Return γ Σ_j s_j h_j, (T, H), with s = softmax(w): layers (L, T, H), w (L,), gamma a number."""
    ...


# %%
check.scalar_mix(scalar_mix)

# %% [markdown]
# ## 4. Is it worth anything? · 8 minutes
# The real thing: `elmo-mini` frozen, a linear model on its states, 100 labelled texts or sentences, three draws of the labels. Beside it
# its twin of random weights; GloVe (of a tagged word, its vector and its two neighbours'); and counts, which know nothing but the
# labelled examples (of a tagged word: its spelling and its neighbours). The tags of parts of speech and names in BBC news are *silver*: a
# program gave them, with its mistakes. Results of the course's benchmark of all its models, from `data/results/zoo/tasks.json`:

# %%
everything = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
of_zoo = in_words.beside_baselines(zoo_results.records(everything))
show.results(
    of_zoo,
    rows="task",
    columns="model",
    caption="100 labels; names: F1, the others: accuracy",
)

# %%
show.md(in_words.of_tasks(of_zoo))

# %% [markdown]
# Where the answer lies in the *use* of a word, a language model's states are worth a lot, and it is training that makes them so: the twin is far
# behind. Sentiment and topic are a matter of *which* words a text has. GloVe had six billion words to learn about words, `elmo-mini` sixteen million; the
# paper's model had a billion, ten times over. We think that this is why; the course has no ELMo of that size to try it.
#
# ## 5. Which layer knows what? · 10 minutes
# A probe on each layer by itself, on their mean, and on a mix that it learns. Parts of speech are *gold* here, tagged by people (English Web
# Treebank), and so are the senses of four words, *hard*, *interest*, *line* and *serve* (Senseval). These texts do not come with the
# course, so the table shows what `benchmarks/elmo.py` measured; sentiment, whose texts do, is measured again below it.

# %%
measured = [show.Records.load(f"elmo/{name}") for name in ("parts_of_speech", "sentiment", "senses")]
measured[2] = measured[2].mean_over("word")
kept = sum(measured[1:], measured[0]).where(model="elmo-mini")
show.results(
    in_words.as_columns(kept),
    rows="task",
    columns="reading",
    caption="Accuracy with 1,000 labelled sentences; senses: 300 uses of each of four words, mean over the words. "
    f"Always the commonest sense: {measured[2].where(model='commonest sense').mean:.1%}",
)

# %%
n_labels, tested = pick(full=1000, fast=150), pick(full=1000, fast=150)
live_seeds = seeds[: pick(full=3, fast=1)]
film = ByLayer(tasks.load("sentiment"), reader(encoder), live_seeds, n_labels, tested)
live = show.Records(
    {"task": "sentiment, now", "reading": name, "seed": s, "score": score}
    for name in ("layer 1", "layer 2", "mix")
    for s in live_seeds
    for score, _ in [film.measure(READINGS[name], n_labels, s, free=name == "mix")]
)
show.results(live, "task", "reading", f"{n_labels:,} film reviews to learn from, {tested:,} to test on")

# %%
figures.by_layer(kept, kept.values("task"), LAYERS)

# %%
show.md(in_words.of_layers(kept))

# %%
check.recall("which_layer")

# %% [markdown]
# And the mixes? Each layer was standardised first, so that its share says how much it is used, not how large its numbers are.

# %%
mixes = [show.Records.load(f"elmo/mixes_of_{name}") for name in ("parts_of_speech", "sentiment", "senses")]
mixes[2] = mixes[2].mean_over("word")
shares = sum(mixes[1:], mixes[0]).where(model="elmo-mini")
figures.mixes(shares, shares.values("task"), LAYERS)

# %%
show.md(in_words.of_mixes(kept))

# %% [markdown]
# ## 6. What are the states worth in labels? · 5 minutes
# The paper's figure 1 asks how many labels ELMo saves. (*Spelling* is a word's letters and its neighbours, counted.) Remade with parts of speech, gold, 10 to 1,000 sentences:

# %%
curves = show.Records.load("elmo/labels").where(task="parts of speech")
show.learning_curve(curves, "accuracy of tags")

# %%
show.md(in_words.of_labels(curves))

# %% [markdown]
# ## 7. Uses of a word · 12 minutes
# Now the first question again: which uses of *play* are alike? The paper's table 4 shows nearest neighbours of a *use* instead of a word. Here BBC
# news is searched, up to 400 sentences with the word. For each sentence on the left, the nearest uses of the same word, by the cosine of layer 2:

# %%
news = [
    find_words(s)
    for text in bbc_news.load().texts
    for line in text.split("\n")
    for s in sentences.split(line)
]
news = [s for s in news if 6 <= len(s) <= 30]
uses = {word: word_uses.find_uses(encoder, word, news, most=400) for word in ("play", "match", "bank")}
questions = [
    ("play", "They play England on Saturday ."),
    ("play", "The play opens in London next week ."),
    ("match", "The match ended in a draw ."),
    ("match", "No other product can match it ."),
    ("bank", "They sat on the bank of the river ."),
]
show.table(in_words.neighbours(encoder, uses, questions, layer=2, n=2))

# %% [markdown]
# The verb finds verbs, the thing finds things, and the theatre's *play* finds theatre. The last two rows show the limit: in this news no bank lies by
# a river, so the nearest is a bank with money all the same, and the cosine is low. The model finds what is like; it does not say that nothing is.
#
# ### Your turn: the nearest other use
# Of `states`, one row for each use, which row is most like row `place`?


# %% tags=["exercise"]
def nearest_use(states, place):
    """Return which other row of states (N, H) has the largest cosine with row `place`."""
    ...


# %%
check.nearest_use(nearest_use)

# %% [markdown]
# ### Try it
# Two sentences with the same word. How alike are the two uses, layer by layer? The cosine is taken after subtracting the layer's mean state over
# ordinary text: the states of a layer have much in common, and without that most cosines are high. The token layer
# always says 1, as it sees the letters alone. Type your own sentences, *pitch* or *light* or *right* in two senses, and look for pairs that fool it.

# %%
uses_compared.compare_uses(encoder, news[: pick(full=300, fast=100)])

# %% [markdown]
# ## Paper says / we get / why they differ

# %%
show.compare(in_words.paper_rows(kept, of_zoo))

# %%
check

# %% [markdown]
# ## What to remember
# 1. A word's vector can come from a language model's states: one for each use, not one for each word.
# 2. Spelling words makes every word readable. It says what kind of word it is; what it means has to come from the sentence.
# 3. Two language models, one each way, put side by side: neither has seen both sides at once.
# 4. Read all the layers, not the top alone. The paper lets each task learn a mix; here no difference to their plain mean was found.
# 5. The model stays frozen. What is gained depends on the task: much for tags; for sentiment it could not be told from GloVe or counts.
#
# **What it got wrong.** Forward and backward never meet. LSTMs go word by word, so training is slow: ours read 938 words a second. And frozen features
# leave to each task a model of its own; the paper put a large one on top of ELMo for every task, we only a linear layer.
#
# **What came next.** Months later ULMFiT *fine-tuned* the language model itself (**next**: 06), GPT did so with a Transformer (07), and BERT found a way to look both
# ways at once (08). Lesson 09 compares taking features with fine-tuning.
#
# **Reading**: Peters et al. 2018, *Deep contextualized word representations* (sections 3 and 5); Kim et al. 2016, *Character-aware neural language
# models*; `tlcourse/models/language/elmo.py`, to be read beside section 3, and `data/checkpoints/elmo-mini/README.md`, its card.
