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
# # 07 · OpenAI GPT
# **You take a Transformer that has only ever predicted the next piece of a text, let it write, ask it questions that it was never taught, turn
# four kinds of task into its input, and fine-tune it for one of them with nothing new but three marks and a matrix.**
#
# <!-- badges -->
#
# **Time** 82 minutes: a core of 78, and an optional part of 4, marked as such; the computer needs about three of them · **You need** lesson 04 (attention and the Transformer
# block), lesson 06 (fine-tuning a language model) · **You will be able to**
# *read* a decoder line by line, *say* what the causal mask is for, *choose* pieces by temperature, top-k and nucleus, *turn* four kinds
# of task into sequences, *measure* what pretrained layers are worth, and *ask* a language model without a single label.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import math

import torch
from safetensors.torch import load_file

from tlcourse import exercises, models, profiles, show
from tlcourse.data import bbc_news, rated_sentences, tasks, tokeniser
from tlcourse.lessons.openai_gpt import figures, in_words, next_piece, published, real_pairs, written
from tlcourse.models.language import sampling
from tlcourse.models.pretrained import zoo
from tlcourse.probe import zero_shot
from tlcourse.train.finetuning.generative import NOTHING, GenerativeRecipe
from tlcourse.train.measuring import transferred_layers

pick = profiles.chooser(profile)
show.style()
check = exercises.start("openai_gpt", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("likeliest")

# %%
check.predict("layers")

# %% [markdown]
# ## 1. A decoder on one screen · 12 minutes
# ULMFiT (lesson 06) fine-tunes an LSTM. A few months later Radford et al. (2018) do it with a Transformer, and one model serves twelve
# data sets. Their GPT has twelve layers of width 768 and has read thousands of books. Ours, `gpt-mini`, is built the same way, but for
# the rule that cuts words into pieces:

# %%
gpt = models.load("gpt-mini", heads=True)  # with what predicts the next piece
tokenizer = tokeniser.load(zoo.folder_of("gpt-mini"))
c = gpt.config
show.md(
    f"**{sum(p.numel() for p in gpt.parameters()) / 1e6:.1f} million numbers**: {c.num_hidden_layers} layers of width {c.hidden_size}, "
    f"{c.num_attention_heads} heads. It has read 16 million *pieces*: whole words, or parts of rarer ones, of a "
    f"vocabulary of {c.vocab_size:,}, all in lower case. A piece that continues a word begins with `##`."
)

# %% [markdown]
# It *is* lesson 04's block, in its post-norm form and with its causal **mask**, six times. Here is all of it, in plain tensors. `w` holds the weights, under the
# names that GPT's published weights have: `attn.c_attn` makes queries, keys and values at once, `attn.c_proj` is attention's output,
# `mlp.c_fc` and `mlp.c_proj` are the feed-forward layer, with a GELU between them: a ReLU whose corner is rounded. The vectors of the positions are learned. One table
# of vectors is used twice: it reads the pieces, and at the end it says how likely each is.

# %%
w = load_file(zoo.folder_of("gpt-mini") / "model.safetensors")
w = {name.removeprefix("transformer."): tensor.float() for name, tensor in w.items()}


def linear(x, name):  # GPT's files hold a weight as (in, out), torch.nn.Linear as (out, in)
    return x @ w[f"{name}.weight"] + w[f"{name}.bias"]


def norm(x, name):
    return torch.nn.functional.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"])


def split_heads(x):  # (T, H) → (heads, T, H / heads)
    return x.unflatten(-1, (c.num_attention_heads, -1)).transpose(0, 1)


def decoder(ids):
    """Numbers of T pieces → the logits of the next piece after each, (T, V): width H, vocabulary V."""
    x = w["tokens_embed.weight"][ids] + w["positions_embed.weight"][: len(ids)]  # (T, H)
    may_look = torch.ones(len(ids), len(ids)).tril().bool()  # row t: pieces 0 … t, and no later one
    for i in range(c.num_hidden_layers):
        q, k, v = (split_heads(part) for part in linear(x, f"h.{i}.attn.c_attn").chunk(3, dim=-1))
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~may_look, -torch.inf)
        context = (scores.softmax(dim=-1) @ v).transpose(0, 1).flatten(1)  # (T, H)
        x = norm(x + linear(context, f"h.{i}.attn.c_proj"), f"h.{i}.ln_1")
        hidden = torch.nn.functional.gelu(linear(x, f"h.{i}.mlp.c_fc"), approximate="tanh")
        x = norm(x + linear(hidden, f"h.{i}.mlp.c_proj"), f"h.{i}.ln_2")
    return x @ w["tokens_embed.weight"].T  # the table of the pieces, once more, now to say how likely each is


# %% [markdown]
# Is that the whole model? Compare it with the course's own module, on a sentence:

# %%
sentence = tokenizer.encode("The film was so boring that I fell asleep.", add_special_tokens=False)
ids = torch.tensor([tokeniser.SEP, *sentence.ids])  # [SEP] stood between documents: a text begins after it
with torch.inference_mode():
    apart = (decoder(ids) - gpt(ids[None])[0]).abs().max()
show.md(f"The largest difference of any of {len(ids) * c.vocab_size:,} logits: {apart:.0e}.")

# %% [markdown]
# ### The causal mask
# Position $t$ is asked for piece $t+1$. If it could look at piece $t+1$, there would be nothing to learn. So row $t$ of the attention sees
# columns $0 \dots t$ alone. Below: the attention weights of the third layer, mean over its heads;
# those under 10% carry no number. What is hatched is hidden. (`[SEP]` is the mark that stood between two documents in pretraining, so each text
# begins after one. Every row may look at it; its own row has nothing else. Much goes to it: each row has to add up to 100%, and a head that finds nothing
# of use must put its weight somewhere. So Clark et al. 2019 read the same in BERT.) Which earlier words does *asleep* look at?

# %%
with torch.inference_mode():
    attention = gpt.transformer(ids[None], need_weights=True).attentions[2][0].mean(dim=0)  # (T, T)
figures.causal([tokenizer.id_to_token(i) for i in ids.tolist()], attention)

# %% [markdown]
# The mask buys a lot: one pass through a text gives a prediction, and a loss, at *every* position at once. An LSTM cannot look ahead
# either, but has to go word by word. (That is in training, where the text is known. To write, a decoder, too, goes piece by piece.) The price: the state of a piece
# knows nothing of what comes after it. BERT (lesson 08) looks both ways, and pays for it elsewhere.
#
# ## 2. Why does predicting the next word teach anything? · 10 minutes
# The loss of pretraining, with $u_1 \dots u_n$ the pieces of the text (paper, section 3.1, equation 1; $L_1$ is maximised, so the loss is its negative):
#
# $$L_1 = \sum_i \log P(u_i \mid u_1, \dots, u_{i-1})$$
#
# It asks for one thing only. But look at what it takes to do it well. What `gpt-mini` expects (two rows have a *control* below
# them, which differs in a word or two and asks for another piece):

# %%
contexts = {
    "He was born in the United": "names of things in the world",
    "The Prime": "a fixed phrase",
    "She put on her coat and walked out of the": "what people do with coats",
    "They have been waiting for the bus, and they": "that “they” are many",
    "He has been waiting for the bus, and he": "control: “he” is one",
    "The film was so boring that I fell": "cause and effect?",
    "The film was so exciting that I fell": "control: who falls asleep then?",
    "The keys to the cabinet": "that the keys “are”, not that the cabinet “is”",
}
show.table(in_words.expected(gpt, tokenizer, contexts))

# %% [markdown]
# Grammar, facts, phrases: whatever makes the next word less of a surprise lowers the loss, and nobody had to label it. Compare each control with the row above it.
# Do *are* and *were* go with *they*, *is* and *was* with *he*? Which is likelier after *The keys to the cabinet*, *are* or *is*?
# Does *asleep* lose anything where the film is exciting? If not, the model knows which words go together, and no cause.
#
# ### Your turn: the loss
# Write the loss for a batch of texts, with padding on the right: the mean over all real pieces that are predicted, so that long batches do not weigh more. Mind
# which position predicts which piece.


# %% tags=["exercise"]
def next_piece_loss(logits, ids, mask):
    """Return the mean −log p of the next piece: logits (B, T, V), ids (B, T), mask (B, T) 0 = padding."""
    ...


# %%
check.next_piece_loss(next_piece_loss)

# %% [markdown]
# ## 3. How to choose the next piece · 12 minutes
# A language model gives probabilities; to write, one has to choose. Four ways, all of them in use today:
#
# - **the likeliest** piece each time (*greedy*);
# - **temperature** $\tau$ (lesson 00 called it $T$, which counts pieces here): divide the logits by $\tau$ and draw; below 1, likely pieces become
#   likelier;
# - **top-k**: draw among the $k$ likeliest (Fan et al. 2018);
# - **nucleus**, or top-p: draw among the fewest, likeliest pieces that together have probability $p$ (Holtzman et al. 2020, section 3.1).
#
# Beside them, as a yardstick: draw from *all pieces*, at temperature 1 and with no cut. GPT's paper is about tasks and not about writing; GPT-2 (lesson 13)
# writes, and then the choice matters.
#
# ### Try it: let a text grow
# The bars are what may come next. Choose a piece yourself, or draw one with these probabilities. Push the temperature to both ends: what happens to
# the bars? And how many pieces are left to draw from? (The model knows film reviews, news and old novels; begin like one of them.)

# %%
next_piece.grow(gpt, tokenizer)

# %% [markdown]
# Here is the code: temperature 0 stands for the likeliest, and the cuts give what is left out a logit of $-\infty$.

# %%
show.source(sampling.distribution, docstring=False)

# %% [markdown]
# ### Your turn: the nucleus
# After "united", one piece may have nine tenths; after "the", a thousand share them. $k$ is the same for both, the nucleus is not.
# A numpy array comes in, and a new one goes out.


# %% tags=["exercise"]
def nucleus(probabilities, p):
    """Return (V,): 0 for all but the fewest, likeliest pieces with p or more together; these add up to 1."""
    ...


# %%
check.nucleus(nucleus)

# %% [markdown]
# Now let the model go on from the first four pieces of articles and reviews that people wrote, and compare with what the people wrote. (Shown: of the last
# seed's texts the one in which the likeliest piece repeats itself most.)

# %%
texts = [*bbc_news.load().texts[:300], *rated_sentences.load("movie").texts[:600]]
length = pick(full=45, fast=32)
people = written.beginnings(texts, tokenizer, length)
draws = [seed + i for i in range(3)]
repeats, last_texts = written.compared(gpt, people, draws, n_texts=pick(full=6, fast=3))
show.table(written.shown(last_texts, tokenizer))

# %%
show.results(
    repeats,
    rows="measured",
    columns="text",
    best=None,
    caption=f"Texts of {length} pieces; each seed draws other beginnings. Repeated: the share of runs of four "
    "pieces that have stood in the text before. Probability: what the model, at temperature 1, gives to a piece "
    "that was written (geometric mean: 1 / perplexity)",
)
show.md(in_words.of_texts(repeats))

# %% [markdown]
# The likeliest has too little surprise and loops; *all pieces* takes from the tail, too, what hardly anyone would write. So Holtzman et al. draw, and cut off the
# tail.

# %%
check.recall("likeliest")

# %% [markdown]
# ### Optional: why it does not get out of the loop · 4 minutes
# Give it one sentence again and again, and ask how likely it finds its pieces each time. The second
# line is the control: the same sentence after as many *other* sentences.

# %%
said = ["I don't know.", "The film was very good.", "She looked at him and said nothing.", "He went to the door.",
        "The government has no plans.", "It was a cold and quiet night.", "We have to wait and see.", "That is all."]  # fmt: skip
rows_of_sentences = written.in_a_row(gpt, tokenizer, said, times=8)
figures.repetition(rows_of_sentences)

# %%
show.md(in_words.of_rows(rows_of_sentences))

# %% [markdown]
# ## 4. Four tasks, one model · 14 minutes
# So much for pretraining. To fine-tune, others of that year built a new network on top for each kind of task. GPT leaves the network
# alone and changes the **input** (paper, section 3.3): every task becomes one or more sequences with three new marks, **start**, **delimiter** and
# **extract**. The state of the extract, which stands last and so has seen everything, goes through one new matrix $W_y$.
# Real examples (the pairs are from RTE-2, Bar-Haim et al. 2006, and the STS benchmark, Cer et al. 2017):

# %%
news, films = bbc_news.load(), rated_sentences.load("movie")
choice = zero_shot.question(zero_shot.HEADLINE)
which = 4
review = films.test_index[3]
label = ("negative", "positive")[films.label[review]]
figures.input_transformations(
    real_pairs.rows(
        (films.texts[review], label),
        choice.contexts[which],
        choice.answers[which],
        int(choice.right[which]),
    )
)

# %% [markdown]
# Entailment asks whether the second text follows from the first; it is one sequence. Similarity has no order, but a decoder has: the pair is read
# both ways and the two states are added. A question with several answers is read once with each answer, and a softmax over the readings chooses.
# $W_y$ has a row per class; for similarity and for a choice it has one: a number per pair, or per reading. $W_y$ and the vectors of the marks (*start* is a new one, not `[SEP]`) are all that is new.
#
# ### Your turn: a pair that has no order
# `first` and `second` are lists of the numbers of pieces, the three marks are numbers.


# %% tags=["exercise"]
def both_orders(first, second, start, delimiter, extract):
    """Return two sequences, start text delimiter text extract: `first` before `second`, and the other way."""
    ...


# %%
check.both_orders(both_orders)

# %% [markdown]
# ### The auxiliary loss
# While fine-tuning, the model may go on predicting the next piece of the task's own texts (paper, section 3.2, equation 5):
#
# $$L_3 = L_2 + \lambda L_1$$
#
# $L_2$ is the task's log-probability of the right labels; the paper takes $\lambda = 0.5$. The next part of this lesson asks what it is worth.
#
# ### Is pretraining worth it?
# Two trainings here: `gpt-mini`, and the same
# network with random weights; beside them counts (TF-IDF), on the beginnings of 100 news articles, five topics. (By the task's loss alone, $\lambda = 0$. Both get the
# same few steps. With more, the random one may come closer: the gap is what pretraining is worth for this budget.)

# %%
topic = tasks.load("topic")
# As many passes as give both: the steps, and the epochs.
recipe = GenerativeRecipe(lm_weight=0.0, min_steps=pick(full=49, fast=4), epochs=pick(full=3, fast=1))
test = transferred_layers.held_for_test(topic, pick(full=None, fast=40))  # articles that are not trained on
train = topic.draw(pick(full=100, fast=32), seed)
live = show.Records(
    {"task": "topic, now", "taken over": name, "seed": seed,
     "score": transferred_layers.measure(topic, train, test, k, recipe, seed)}
    for name, k in (("nothing", NOTHING), ("all six layers", 6))
)  # fmt: skip
counted = transferred_layers.counts(topic, train, test)
live += show.Records([{"task": "topic, now", "taken over": "TF-IDF", "seed": seed, "score": counted}])
n_pieces = transferred_layers.LONGEST["topic"]
caption = f"Accuracy on {len(test)} articles, of each the first {n_pieces} pieces"
show.results(live, rows="task", columns="taken over", caption=caption)

# %% [markdown]
# ## 5. What does each transferred layer buy? · 8 minutes
# The paper's figure 2, left, remade: take over nothing, the embeddings alone, or so many of the lowest layers (a point for each number that we
# measured); all above is random, and everything is trained on. (Measured by `benchmarks/openai_gpt.py`, three seeds: other labels, other random weights, another order.)

# %%
tuned = show.Records.load("openai_gpt/finetuned")
by_layer = tuned.where(weight=0.0)
counts = show.Records.load("openai_gpt/counts")
figures.layers(by_layer, transferred_layers.NAMES, counts)

# %%
show.md(in_words.of_layers(by_layer))
show.md(in_words.of_top(by_layer))
show.md(in_words.of_counts(by_layer, counts))

# %% [markdown]
# That was ours. What the paper reports:

# %%
check.recall("layers")

# %% [markdown]
# And the auxiliary loss, on ($\lambda = 0.5$) and off, all layers taken over? The paper finds that it helps on its larger data sets and not on the smaller ones
# (paper, section 5). Our one task is small:

# %%
show.md(in_words.of_auxiliary(tuned.where(layers=6)))

# %% [markdown]
# ## 6. Asked without a single label · 15 minutes
# Why should pretraining help at all? The authors' guess: to predict well, a model has to learn to *do* many of these tasks on the way. If so, it should be able to do
# them **before** any fine-tuning: *zero-shot*. They ask in words (paper, section 5):
#
# - **sentiment**: put *very* after the review. Which is likelier next, *positive* or *negative*?
# - **topic** (ours): put *This is about* after the article. Which of five names is likelier?
# - **headline** (ours: which of four belongs to the article? In the paper it is RACE, questions on texts): the answer with the highest mean
#   log-probability per piece, after the text.
# - **acceptability** (CoLA: would a speaker of English say so?): the sentences with the highest mean log-probability per piece count as acceptable, as large
#   a share as is acceptable in the training sentences. Scored by the correlation with the labels (Matthews): 1 is perfect, 0 what guessing gives.
#
# ### Your turn: the best answer
# This answers *headline*. Row $k$ of `log_p`, a numpy array, is the context of `n_context` pieces, then answer $k$, then padding. `lengths[k]` counts context
# and answer together. `log_p[k, t]` is the log-probability of the piece at place $t$ itself: the shift has been made.


# %% tags=["exercise"]
def best_answer(log_p, n_context, lengths):
    """Return which answer has the highest mean log-probability per piece, from (K, T); of two, the first."""
    ...


# %%
check.best_answer(best_answer)

# %% [markdown]
# Now ask `gpt-mini`. One thing gets in the way: an answer can be likelier only because its *words* are common. So we look at two
# scores: *as it says*, and **levelled**, less what the same answer scores anyway, its mean over all texts (for a headline, its score without an article). That needs
# texts, and no labels. (*headline* and *acceptability* take longer: they follow in the figure.)

# %%
asking = zero_shot.of_gpt(gpt, tokenizer)
now = []
for name in (zero_shot.SENTIMENT, zero_shot.TOPIC):
    asked = zero_shot.question(name).head(pick(full=200, fast=40))
    scores = zero_shot.answer_scores(asking, asked)
    levelled = zero_shot.levelled(asking, asked, scores)
    for way, some in (("as it says", scores), ("levelled", levelled)):
        now.append({"task": f"{name}, now", "way": way, "seed": 0, "score": zero_shot.measure(asked, some)})
by_chance = ", ".join(
    f"{name} {zero_shot.CHANCE[name]:.0%}" for name in (zero_shot.SENTIMENT, zero_shot.TOPIC)
)
caption = f"Asked without a label, gpt-mini (by chance: {by_chance})"
show.results(show.Records(now), rows="task", columns="way", best=None, caption=caption)

# %% [markdown]
# Hold each number against chance: with so few questions, luck alone moves a share by several points. Where levelling lifts a score by more than that,
# the answers' own words had stood in its way.
#
# The paper's figure 2, right, shows such scores *growing during pretraining*. Remade: a small GPT, three layers of width 128, trained anew three times, and asked
# along the way (the line; the band is the spread of the three); and models that have read more, each asked once it was done. All levelled, but
# for acceptability. If the guess is right, the scores rise along the line, where one and the same model reads on. The models at the right differ in
# size and kind as well, so their lead may have other reasons. (Measured by `benchmarks/openai_gpt.py`.)

# %%
zero = show.Records.load("openai_gpt/zero_shot")
ends = [name for name in ("gpt2-nano", "gpt-mini", "ulmfit-mini", "SmolLM2") if name in zero.values("model")]
grown = in_words.best_way(zero)
show.md(in_words.of_ends(zero, ends))

# %%
figures.zero_shot(grown, zero_shot.CHANCE, ends)

# %%
show.md(in_words.of_zero_shot(grown, ends))
show.md(in_words.of_the_guess(grown, ends[0]))

# %% [markdown]
# ## Paper says / we get / why they differ · 4 minutes

# %%
show.compare(published.paper_rows(tuned, grown, repeats))

# %%
check

# %% [markdown]
# ## What to remember
# 1. GPT is a stack of Transformer blocks with a causal mask: position $t$ sees pieces up to $t$ and is asked for the next.
# 2. Predicting the next piece needs no labels, and whatever helps to guess it lowers the loss: grammar, phrases, facts. A small model gets as far as
#    which words go together, and not to why.
# 3. One network for every task: the input changes, with a start, a delimiter and an extract; one new matrix reads the last state.
# 4. Take over layers, not only embeddings, and train everything on. The auxiliary loss is a detail.
# 5. Likely is not good: the likeliest piece each time runs into loops. Draw instead; Holtzman et al. also cut off the tail.
# 6. A language model can be asked without labels, by what it finds likelier. Level the answers first, and hold them against chance.
#
# **What it got wrong.** It reads one way only: the state of a word does not know the rest of its sentence. And a label still has to be learned by fine-tuning
# a copy of the whole network for each task.
#
# **What came next.** BERT (**next**: [08](08_bert.ipynb)) looks both ways. GPT-2 (13) stays with the decoder and bets on the zero-shot curve: what if the model were only larger?
#
# **Reading**: Radford et al. 2018, *Improving Language Understanding by Generative Pre-Training* (sections 3 and 5); Fan et al. 2018, *Hierarchical Neural Story
# Generation*; Holtzman et al. 2020, *The Curious Case of Neural Text Degeneration*; `tlcourse/models/language/gpt.py`, to be read beside section 3, and `data/checkpoints/gpt-mini/README.md`, its card.
