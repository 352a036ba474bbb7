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
# # 08 · BERT
# **You let a Transformer look both ways without showing it the answer, hide words from a trained one and read its guesses layer by layer, and
# measure what the tenths are for that it does not hide, and what so small a training can't tell.**
#
# <!-- badges -->
#
# **Time** 80 minutes, of which the computer needs about three; the core without the optional sections 60 · **You need** lesson 04 (attention), lesson 05
# (two directions that never meet), lesson 07 (GPT, left to right) · **You will be able to**
# *explain* why a model of both sides must not see the word that it predicts, *hide* words as BERT does, *write* its loss, *cut* words into pieces,
# *read* guesses and features from any layer, and *say* what a masked model pays for seeing both sides.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import json
from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F

from tlcourse import exercises, models, profiles, show
from tlcourse.data import bbc_news, tagged_sentences, tasks, tokeniser
from tlcourse.lessons.bert import figures, hidden_words, in_words, kinds, peeking, published, wordpieces
from tlcourse.models.language.bert import BertConfig, BertForPreTraining
from tlcourse.models.parts.embeddings import TransformerEmbeddings
from tlcourse.models.pretrained import distilbert, encoders, zoo
from tlcourse.probe import masked_words
from tlcourse.probe.layer_by_layer import ByLayer, reader
from tlcourse.show import zoo_results
from tlcourse.show.records import results_dir
from tlcourse.train.pretraining import masking, objectives

pick = profiles.chooser(profile)
show.style()
check = exercises.start("bert", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("answer_in_sight")

# %%
check.predict("which_kinds")

# %% [markdown]
# ## 1. Who sees whom? · 4 minutes
# GPT's states have seen the words to their left. ELMo's have two halves, one for each side, and nothing in the model ever combines them. BERT (Devlin
# et al. 2019) is a Transformer like GPT's without the causal mask: in every layer, every state looks at every word. A square is
# what a state has seen; of ELMo's halves, the plain one comes from the left, the hatched one from the right:

# %%
figures.who_sees_whom(["She", "sat", "by", "the", "bank", "."])

# %% [markdown]
# What comes in is the sum of three learned vectors, for the piece, for its position, and for the *segment*: is it in the first text or in the second (section 3: why two)?
# `[CLS]` begins the input and its state stands for the whole; `[SEP]` ends each text. (`task_type` below is ERNIE 2.0's, lesson 15; BERT has none.)

# %%
show.source(TransformerEmbeddings.forward, docstring=False)

# %% [markdown]
# ## 2. Why not simply both directions? · 8 minutes
# A language model predicts words. So give this one a sentence, let it look both ways, and ask at each place which word stands there. Two layers
# of 64 numbers; BBC news:

# %%
tokenizer = tokeniser.load(zoo.folder_of("bert-mini"))
news = bbc_news.load()
rows = peeking.text_rows(tokenizer, [news.texts[i] for i in news.train_index[:200]], length=32)

# %%
torch.manual_seed(seed)
peeking_model = BertForPreTraining(
    BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=2, hidden_dropout_prob=0.0)
)
optimizer = torch.optim.AdamW(peeking_model.parameters(), lr=5e-3)
for _step in range(pick(full=400, fast=150)):
    ids = rows[torch.randint(len(rows), (8,))]  # (8, 32) pieces
    logits, _ = peeking_model(ids)  # nothing is hidden
    loss = F.cross_entropy(logits.flatten(0, 1), ids.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

# %%
tags = tagged_sentences.bbc_silver("parts of speech")
unseen = [tags.words[i] for i in tags.test_index[: pick(full=1000, fast=200)]]
questions = [question for _, question in masked_words.ask_each(tokenizer, unseen, seed)]
show.md(in_words.of_peeking(loss.item(), peeking.can_do(peeking_model, questions)))

# %%
check.recall("answer_in_sight")

# %% [markdown]
# Then hide from each state its own word and let it look at all the others? One layer would do that. In a second layer each state looks at states that
# have seen its word.
#
# ### Your turn: what has a state seen?
# Leave aside that a block also passes its own state on. `mask`, a bool tensor (T, T), says at `[i, j]` whether state $i$ may look at place $j$, the same in each layer.


# %% tags=["exercise"]
def reach(mask, layers):
    """Return bool (T, T): may the state at i, after so many layers, depend on the word at j?"""
    ...


# %%
check.reach(reach)

# %% [markdown]
# So where each looks at all the others, two layers bring the answer back. It stays away only where no chain of looks, from state to state, ends at the word
# that is asked for. In GPT and in each half of ELMo a state sees its own word too, but has to say the *next* one in its direction, and no chain leads there. A model
# of both sides has no such next one. BERT leaves all open and takes the word itself out of the input.
#
# ## 3. Hide the answer · 10 minutes
# *Masked language modelling*: choose 15 % of the pieces, hide them, predict those, and only those (section 3.1 of the paper). With $M$ the
# chosen places and $\tilde x$ the text with those hidden:
#
# $$\mathcal{L}_{\mathrm{MLM}} = -\frac{1}{|M|} \sum_{t \in M} \log p(x_t \mid \tilde x)$$
#
# Each is guessed without knowing what is said for the others: hide both words of *New York*, and *New Angeles* may come out.
#
# `[MASK]`, the mark for *hidden*, never stands in a text that BERT is used on later. So of the chosen pieces only 80 % become `[MASK]`; 10 % become a random piece, and 10 % stay
# as they are. The paper's reason: where a word stands in sight, the model can't know whether it is the right one or one to be predicted, and
# has to keep a state for each (the paper's appendix A.1).
#
# ### Your turn: 80, 10, 10
# Four NumPy arrays (T,): the pieces' numbers `ids`; `chosen`, bool; `fate`, a random number from 0 to 1 for each piece; `others`, a random piece for each.


# %% tags=["exercise"]
def corrupt(ids, chosen, fate, others):
    """Return what the model sees, (T,): of the chosen, fate < 0.8 gives 4, for [MASK], fate < 0.9 `others`."""
    ...


# %%
check.corrupt(corrupt)

# %% [markdown]
# ### Your turn: the loss
# Torch tensors this time. Row $t$ of `log_p` has the log-probabilities of all $V$ pieces of the vocabulary at place $t$; `chosen` is bool.


# %% tags=["exercise"]
def masked_loss(log_p, ids, chosen):
    """Return the mean of − ln p of the true pieces at the chosen places: log_p (T, V), ids, chosen (T,)."""
    ...


# %%
check.masked_loss(masked_loss)

# %% [markdown]
# How the course's training draws them, for whole batches: each piece draws a random number (marks ∞), in each row the smallest 15 % are chosen (the paper's share; section 5 says when `bert-mini` had more), and `_corrupt` does what
# yours does. Below the code a sentence three times; in brackets what stands where a piece is asked for: `[MASK]`, a random piece, or the piece itself.

# %%
show.source(masking.mask_pieces, docstring=False)

# %%
sentence = "The prime minister said he would resign after the election, and the pound fell against the euro."
pieces = np.array([[tokeniser.CLS, *tokenizer.encode(sentence).ids, tokeniser.SEP]])
rng, name = np.random.default_rng(seed), tokenizer.id_to_token
lines = []
for _ in range(3):
    m = masking.mask_pieces(pieces, tokenizer.get_vocab_size(), rng)
    seen, asked = m.input_ids[0], sorted(zip(m.positions[0], m.targets[0], strict=True))
    lines.append(
        {
            "what the model sees": " ".join(map(name, seen)),
            "what it has to say (what stands there)": ", ".join(
                f"{name(target)} ({name(seen[place])})" for place, target in asked if target >= 0
            ),
        }
    )
show.table(lines)

# %% [markdown]
# The second task, *next sentence prediction* (NSP): the input is two passages, A and B. In half of the cases B follows A, in half it is from another document. Which,
# is read from the state of `[CLS]`. The paper wants it for tasks on pairs of texts. Here are both losses; the trainer adds them. (`carry` is
# for other lessons' models.)

# %%
show.source(objectives.MaskedPairs.forward, docstring=False)

# %% [markdown]
# ## 4. *Optional:* pieces, learned by hand · 12 minutes
# A masked word has to be one of a fixed list. BERT's list has pieces: frequent words whole, others in parts, with `##` where a part goes on. Learning it starts
# from letters and joins two neighbours, again and again. *Byte-pair encoding*, GPT's way (lesson 13 does it by hand), joins the most frequent pair. WordPiece asks which pair occurs
# more often than its parts would let one expect:
#
# $$\mathrm{score}(a, b) = \frac{\mathrm{count}(ab)}{\mathrm{count}(a)\,\mathrm{count}(b)}$$
#
# The authors never published the code that learned BERT's list; this is how the paper behind it is usually read (Schuster and Nakajima 2012).
#
# ### Your turn: which pair?


# %% tags=["exercise"]
def best_pair(words):
    """Return the neighbours (a, b) with the largest count(ab) / (count(a) · count(b)).

    `words` is a list of (pieces, how often the word occurs), such as (["p", "##l", "##a", "##y"], 12).
    """
    ...


# %%
check.best_pair(best_pair)

# %%
show.source(wordpieces.learn)

# %%
small = [
    w.lower() for i in news.train_index[: pick(full=30, fast=8)] for w in tokeniser.find_words(news.texts[i])
]
counts = Counter(w for w in small if w.isascii() and w.isalpha())
joins = pick(full=200, fast=60)
learned = {way: wordpieces.learn(counts, joins, way) for way in wordpieces.WAYS}
show.table(
    [{"way": way, "its first twelve joins": ", ".join(v[-joins:][:12])} for way, v in learned.items()],
    caption=f"{sum(counts.values()):,} words of BBC news, {len(counts):,} different ones",
)

# %% [markdown]
# The score likes letters that are rare and always together; frequency likes what is frequent. (The 8,192 pieces of the course's own models, its *zoo*, were joined by frequency: `tlcourse/data/tokeniser.py`.)
# Whichever way they were learned, BERT cuts a word in one way: from the left, the longest piece that fits; it never goes back for a shorter one. (In the table below, DistilBERT is a smaller copy of BERT, of which
# lesson 09 makes use; its list is the one that BERT's authors published.)
#
# ### Your turn: cut a word


# %% tags=["exercise"]
def wordpiece(word, vocabulary):
    """Return the word's pieces, the longest first from the left; ["[UNK]"] if a rest fits no piece."""
    ...


# %%
check.wordpiece(wordpiece)

# %%
cutters = {f"by hand, {way}": wordpieces.tokenizer(v) for way, v in learned.items()}
cutters |= {"bert-mini": tokenizer, "DistilBERT (BERT's own, cased)": tokeniser.load(distilbert.folder())}
show.table(
    [
        {"pieces of": name, **{w: " ".join(cut.encode(w, add_special_tokens=False).tokens) for w in
         ("minister", "unplayable", "tokenisation")}}
        for name, cut in cutters.items()
    ]
)  # fmt: skip

# %% [markdown]
# So few joins go to rare pairs by the score, to common endings by frequency. With thousands, as in the last two lists, frequent words are whole.
#
# ## 5. Hidden words · 12 minutes
# The real thing, small: `bert-mini`, six layers of 256 numbers. Half of what it has read are film reviews, a fifth novels, the rest news and speeches
# and more. `gpt-mini` has the same size, the same pieces and the same
# text, and reads it from the left.

# %%
show.md(in_words.of_reading())

# %% [markdown]
# One word is hidden in each of many sentences of BBC articles that neither has read (a word that is one piece). Who
# guesses it? The kinds are *silver*, tagged by a program, and most labels list examples
# (*to, not, ’s* are what taggers call particles); n is how many words a draw has, and a thin line the standard deviation over three draws of sentences:

# %%
bert = models.load("bert-mini", heads=True)
gpt = models.load("gpt-mini", heads=True)
ask = {
    kinds.BOTH: lambda asked: masked_words.from_both_sides(bert, asked),
    kinds.LEFT: lambda asked: masked_words.from_the_left(gpt, asked),
    kinds.COMMONEST: kinds.always(tokenizer.token_to_id("the"), tokenizer.get_vocab_size()),
}
seeds = list(range(seed, seed + 3))
hidden = kinds.measure(tags, tokenizer, ask, pick(full=500, fast=80), seeds)
figures.by_kind(hidden, [kinds.BOTH, kinds.LEFT])

# %%
show.md(in_words.of_kinds(hidden))

# %%
check.recall("which_kinds")

# %% [markdown]
# What does it get wrong? Five guesses each:

# %%
explorer = hidden_words.hide_words(bert, tokenizer)
ours = [explorer.guessed(sentence, number)[2][-1] for sentence, number in published.ASKED]
show.table(published.rows(ours))

# %%
show.md(published.command())

# %% [markdown]
# It is sure where a phrase recurs in what it has read: *did not know*, *prime minister*. About a film it expects an opinion, but cannot say which. Of tea and of Paris it
# knows nothing but the kind of word that fits. To know more, one has to have read far more.
#
# ### Try it
# Hide any word of any sentence. Each row is a layer: its state is put through the head that was trained for the top, so the lower rows are what those states would say
# if they were the last. A frame marks the word that was hidden; the darker, the more probable. From which layer on is the
# guess there? Try a comma, *not*, a name, or a word that the right side gives away: *Neither* in “Neither he nor she came .”

# %%
explorer

# %% [markdown]
# ## 6. And its states? · 6 minutes
# It guesses better. Are its states worth more, too? Frozen, a linear model on top, 100 labels, three draws (`data/results/zoo/tasks.json`).
# MiniLM is a published model of BERT's family, which has read far more; the *random twin* is bert-mini before its training, *counts* (lesson 05) know no model. Articles are
# read whole here; lesson 07 read their beginnings, which makes topics harder, for counts as well:

# %%
everything = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
of_zoo = in_words.of_zoo(zoo_results.records(everything))
show.results(of_zoo, rows="task", columns="model", caption="100 labels; names: F1, the others: accuracy")

# %%
show.md(in_words.of_tasks(of_zoo) + "\n\n" + in_words.of_fewer_lessons(of_zoo))

# %% [markdown]
# (Even a gap of many points is *within luck* where its size differs much between the three draws: lesson 01.)
#
# ## 7. What is each part for? · 10 minutes
# The paper takes BERT apart in tables 5 and 8. In miniature: two layers of 64 numbers, a vocabulary of only 256 pieces, BBC, ABC and Brown, each way trained anew with three seeds
# (`benchmarks/bert.py`). *100/0/0* says what share of the chosen pieces becomes `[MASK]`, stays as it is, becomes random (the paper's order). First the loss on text that none has read:

# %%
raw = show.Records.load("bert/ablations")
show.md(in_words.of_losses(raw))

# %% [markdown]
# Then all answer the same questions. A *piece in sight*: the word stands there, as it will when the model is used; is it the first guess of the head on top? (The random twin's
# head is untrained, so its 0 says nothing about its states. Only
# short sentences are asked, since the training had short rows.) And, frozen: parts of speech, whether B follows A, whether a headline belongs to an article.

# %%
ablated = in_words.readouts(raw)
show.results(ablated, rows="way", columns="readout", best=None)

# %%
ways = [way for way in ablated.values("way") if way != in_words.BERTS]
show.md("Against BERT's own way, in points:\n\n" + "\n".join(in_words.of_ablations(ablated, w) for w in ways))

# %%
show.md(in_words.of_tenths(ablated))

# %% [markdown]
# ## 8. *Optional:* features from each layer · 8 minutes
# BERT can be fine-tuned (lesson 09) or read like ELMo, frozen. Which layer? Names in BBC news, silver, 300 labelled sentences, three seeds (bars: their standard deviation), a linear model on
# one layer alone; dotted, the last four side by side. Beside ours a published model, DistilBERT, which has read far more and sees capitals. Then two layers of ours measured now, with one seed. (Section 6 has more with 100 sentences: there four layers are read side by side, and the
# linear model is fitted in another way and tested on other sentences. Compare within this section.)

# %%
by_layer = in_words.whole(show.Records.load("bert/layers").where(task="entities"))
figures.layers(by_layer, by_layer.values("model"), in_words.JOINED, "names, F1")

# %%
n_labels = pick(full=300, fast=60)
read = reader(encoders.load("bert-mini"), 7)  # states of 7 heights: the embeddings and six layers
names = ByLayer(tasks.load("entities"), read, [seed], most=n_labels, tested=n_labels)
live = show.Records(
    {
        "layer": layer,
        "model": "bert-mini, now",
        "seed": seed,
        "score": names.measure([layer], n_labels, seed)[0],  # the F1; the other is the linear model
    }
    for layer in (0, 6)
)
show.results(live, rows="layer", caption=f"Names, F1, {n_labels} sentences")

# %%
show.md("\n".join(in_words.of_layers(by_layer, model) for model in by_layer.values("model")))

# %% [markdown]
# ## Paper says / we get / why they differ · 7 minutes

# %%
show.compare(published.paper_rows(ablated, by_layer))

# %%
check

# %% [markdown]
# ## What to remember
# 1. A model that sees both sides must not see the word that it predicts. To close its own place to each state is not enough: with two layers the word comes back.
# 2. BERT hides 15 % of the pieces in the input: 80 % as `[MASK]`, 10 % random, 10 % as they are, since later there will be no `[MASK]`.
# 3. In the full run, it was ahead of the model that reads from the left most with punctuation and some small words, and hardly with nouns and names; we think because what decides them often stands on the right.
# 4. The price: it learns from the hidden pieces alone. With as little text as here, the model that reads from the left had the better states.
# 5. Its layers can be read like ELMo's. The last is not always the best.
#
# **What it got wrong.** `[MASK]` is in no real text. Hidden words are guessed as if none depended on the others (*New Angeles*). And next sentence prediction: RoBERTa
# (Liu et al. 2019) left it out, and lost nothing.
#
# **What came next.** Feature or fine-tune? (**next**: 09.) What do its heads look at (10), is there a tree in its vectors (11)? XLNet (14) looks both ways without `[MASK]`,
# ERNIE 2.0 (15) adds tasks.
#
# **Reading**: Devlin et al. 2019, *BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding* (sections 3, 5, appendices A and C);
# `tlcourse/models/language/bert.py`, to be read beside section 3, and `data/checkpoints/bert-mini/README.md`, its card.
