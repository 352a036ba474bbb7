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
# # 13 · GPT-2
# **You take one recipe at three sizes and a fourth model from elsewhere, measure them by the byte, ask them questions that none was trained for, and find out
# what came with size, what came with reading, and who can tell what they write.**
#
# <!-- badges -->
#
# **Time** 88 minutes: a core of 84, and an optional part of 4, marked as such; the computer needs about four of them · **You need** lesson 07 (OpenAI GPT: the decoder, drawing
# pieces, questions without a label) · **You will be able to** *cut* any text into pieces that lose nothing, *compare* models whose pieces differ, *fit* a law of size and
# *try* it on a size that it has not seen, *ask* ten choices with one reading of the context, *look for* what was only repeated, and *measure* how well a written text can be told from a drawn one.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import math  # noqa: F401, for your own code
from itertools import pairwise

import numpy as np  # noqa: F401, for your own code

from tlcourse import exercises, profiles, show
from tlcourse.data import byte_pairs, story_cloze
from tlcourse.lessons.gpt2 import asked, coloured, figures, four, in_words, of_writing, published
from tlcourse.models.language.gpt import GPTModel
from tlcourse.probe import token_ranks

pick = profiles.chooser(profile)
show.style()
check = exercises.start("gpt2", solutions=solutions)

# %% [markdown]
# ## Predict first · 3 minutes

# %%
check.predict("repeats")

# %%
check.predict("told_apart")

# %% [markdown]
# ## 1. The same decoder, deeper · 6 minutes
# GPT (lesson 07) was a decoder with twelve layers, and each task cost a fine-tuning. In February 2019 Radford et al. leave the fine-tuning out. Their bet: a language model that is large
# enough, and has read enough, learns the tasks from the text itself, since people who write also translate, answer and sum up. So they read 8 million web pages, 40 GB (those to which a link on Reddit had at least three points, without Wikipedia, from which tests are made: section 2.1), and build four sizes: 12, 24, 36 and
# 48 layers, 117 to 1,542 million numbers.
#
# In the block itself two things change (section 2.3). The layer norm moves to where a block *reads*: $x \leftarrow x + f(\mathrm{LN}(x))$, called *pre-norm*, with one more norm at the end. (Lesson 07's GPT normalises the sum: $\mathrm{LN}(x + f(x))$, *post-norm*.) Then nothing but
# sums lies between the last block and the first. But a sum of 96 terms is large: so the layers that *write* into it, two in each block, begin smaller, divided by $\sqrt N$, with $N$ how many of them there are.

# %%
show.source(GPTModel.scale_residual_layers)

# %% [markdown]
# What that does to a network that has not been trained, of 48 layers as GPT-2's largest:

# %%
figures.stream(seeds=range(pick(full=3, fast=1)))

# %% [markdown]
# Without the division the states grow with each block, and what an early block wrote is soon small beside the rest. With it they keep about the size that they came in with, however deep the network is. (That it trains better so is the paper's choice; we have not measured it.)
#
# ## 2. Pieces that lose nothing · 11 minutes
# The course's own models, the *zoo*, have pieces in lower case, and a sign that is not among a hundred becomes `[UNK]`. What has become `[UNK]` has no probability of its own, so the model cannot be asked how likely the
# text is. GPT-2 begins from *bytes* (section 2.2). In UTF-8, every text is a row of bytes, of which there are 256; an *ä* has two, an emoji four. Bytes alone make long rows. So the most frequent **pair** of neighbours
# becomes a piece of its own, again and again (byte-pair encoding: Sennrich et al. 2016). Pairs never reach across a word's end; a blank belongs to the word that follows it.
#
# Here it is by hand. `cut` holds the words of a text, each as its bytes' numbers, with how often it occurs:


# %%
def learn(cut, n_pairs):
    """[(numbers, how often)] → the pairs that were joined, in their order; pair i is piece 256 + i."""
    pairs = []
    for step in range(n_pairs):
        frequency = {}
        for numbers, n in cut:
            for pair in pairwise(numbers):
                frequency[pair] = frequency.get(pair, 0) + n
        best = min(frequency, key=lambda pair: (-frequency[pair], pair))  # the most frequent
        pairs.append(best)
        cut = [(byte_pairs.joined(numbers, best, 256 + step), n) for numbers, n in cut]
    return pairs


# %% [markdown]
# `joined` puts the new piece wherever the pair stands. The course's own `byte_pairs.learn` does the same, and counts anew only where something was joined. Both on a few news articles, and then more pairs:

# %%
learned_from = asked.learning_texts(pick(full=300, fast=60))
slowly = learn(asked.cut_words(learned_from[:10]), 30)
print("the same 30 pairs:", slowly == list(byte_pairs.learn(learned_from[:10], 30).pairs))
pairs = byte_pairs.learn(learned_from, pick(full=1500, fast=400))
show.table(asked.first_joined(pairs, [0, 1, 2, 6, 20, 60, 150, len(pairs.pairs) - 1]))

# %% [markdown]
# A blank is shown as `␣`. Now cut a few texts with both, and put them together again:

# %%
show.table(asked.cut_and_back(pairs, asked.zoo_pieces(), ["The café in Zürich", "£5 😀", "ΑΒΓ, U.S."]))

# %% [markdown]
# Bytes that are only a part of a sign are shown as hexadecimal numbers. Each text comes back as it was: there is nothing that this vocabulary cannot spell. GPT-2's has 256 bytes, 50,000 pairs, and one mark for the end of a text: 50,257.
#
# ### Your turn: join a pair
# Pieces are texts here, so that you can read them.


# %% tags=["exercise"]
def join_pair(pieces, pair):
    """Return a new list in which each two neighbours that are `pair` are one piece, from left to right."""
    ...


# %%
check.join_pair(join_pair)

# %% [markdown]
# ## 3. Four sizes by the byte · 16 minutes
# Our four. The first three are one recipe at three sizes: the same text, the same pieces, in the same order. In one thing they are no GPT-2: they have the zoo's 8,192 pieces, without capitals and blanks, as all of its models, so that these can be compared. (gpt2-mini is as large as lesson 07's gpt-mini, and read the same text; they differ in what section 1 says.) SmolLM2 (Ben Allal et al. 2025) is the largest that this course carries, and differs in everything: another text, a hundred thousand times as long; another
# decoder (Llama's, a later relative); and it was tuned to follow instructions. So what changes from nano to mini is size. What changes from mini to SmolLM2 is size *and all that*. We keep it apart in every table.

# %%
sizes = four.load()
show.table(four.described(sizes))

# %%
show.md(in_words.of_memory(sizes["SmolLM2"]))

# %% [markdown]
# Perplexity per piece (lesson 06) cannot compare them: a vocabulary of 49,152 has longer pieces than one of 8,192, so there are fewer of them in a text, and each is harder to guess. What can be compared is the probability of the whole text, by a unit that is the same for all: the **byte** (section 3.1).
# With $u_1 \dots u_n$ the pieces of a text of $B$ bytes:
#
# $$\text{bits per byte} = -\frac{1}{B} \sum_i \log_2 P(u_i \mid u_1 \dots u_{i-1})$$
#
# It is also a promise: with this model and an arithmetic coder, the text can be stored in so many bits (of the zoo: the text in lower case and without its blanks).
#
# ### Your turn: bits per byte
# The models give $-\ln P$ of each piece, in nats, as a numpy array. A bit is $\ln 2$ nats.


# %% tags=["exercise"]
def bits_per_byte(nats, text):
    """Return bits per byte of a text in UTF-8; `nats` (T,) holds −ln p of each of its pieces."""
    ...


# %%
check.bits_per_byte(bits_per_byte)

# %% [markdown]
# On the beginnings of BBC's test articles, which none of the zoo has read (whether SmolLM2 met them on the web, nobody knows):

# %%
articles = four.articles(pick(full=20, fast=2))
now = four.bits(sizes, articles)
show.results(now, rows="texts", columns="model", spec=".2f", best=None)

# %% [markdown]
# And on many, with snippets of film reviews beside them. The baseline is a **trigram model**: it knows a piece by the two before it, and has only counted (with Kneser and Ney's way to leave something for what was not seen: `tlcourse/models/language/kneser_ney.py`). It counted the
# BBC's training articles: as much as a twentieth of what the zoo's models read, but of the very kind. (Measured by `benchmarks/gpt2.py`.)

# %%
bits = show.Records.load("gpt2/bits")
show.md(in_words.of_bits(bits))

# %% [markdown]
# One thing is not fair: the zoo's models spell no capitals and no blanks. Would SmolLM2 do better or worse if it had the same text to read?

# %%
show.md(in_words.of_capitals(bits))

# %% [markdown]
# ### A law, and its next size
# Loss against size has often been found to be a **power law** (Kaplan et al. 2020, a year after GPT-2), a straight line in logarithms:
#
# $$L(N) = \left(\frac{N_c}{N}\right)^{\alpha} \qquad \ln L = \alpha \ln N_c - \alpha \ln N$$
#
# $N$ is now the size of a model, and no longer section 1's count of layers: how many numbers its blocks have, without the tables of pieces and places; $\alpha$ says how steeply it falls; $N_c$ is the size at which the loss would be 1, and the only thing that the unit of the loss changes. A law is worth what it *predicts*.
#
# ### Your turn: the next size


# %% tags=["exercise"]
def next_size(sizes, losses, size):
    """Return the loss at `size` of the power law fitted, by least squares of logarithms, to all points."""
    ...


# %%
check.next_size(next_size)

# %% [markdown]
# Two trials. First within the family: fitted to nano and micro, what should mini need? Then beyond it: fitted to all three, what should a model of SmolLM2's size need? (The figure has the second line.) The band, and the
# intervals in brackets below, hold 95 % of the laws that come out when texts are drawn anew from those that we have, with replacement (a *bootstrap*).

# %%
figures.law(bits)

# %%
show.md(in_words.of_law(bits))

# %%
show.md(in_words.of_law_and_text(bits))

# %% [markdown]
# ## 4. Asked without training · 18 minutes
# Lesson 07 asked GPT zero-shot, which in GPT's own paper is a side remark. In GPT-2's it is the main thing: it asks for summaries, translations and answers, by writing the task as text, and trains nothing. One of its tests is the Children's Book Test (Hill et al. 2016): some sentences of a story, a gap in the next one, ten words to choose from, all of one kind, all from the story. Ours is
# made in the same way from BBC's test articles. One question about a noun, and how gpt2-mini answers it (the right one is bold):

# %%
cloze = {kind: story_cloze.load(kind) for kind in story_cloze.KINDS}
which = 6
show.md(asked.question(cloze["nouns"], which))

# %%
show.table(asked.scored(sizes["gpt2-mini"], cloze["nouns"], which))

# %% [markdown]
# The score is the paper's (section 3.2): the log-probability of the choice *and of the rest of the sentence*. A wrong word may fit what stands before it, and make a mess of what comes after.
#
# ### Ten choices, one reading
# Read one by one, the ten choices read the same context ten times. A decoder need not: the states of the context do not depend on what comes later. So all stand in one row: the context once, then each continuation, at the *places* that it would have right after the context. A mask keeps the
# continuations apart; the first piece of each is predicted from the context's last. Below for a short context, after the mark `[SEP]` with which texts begin, and three continuations:

# %%
pieces, may_look, n_context = asked.shared_row(
    sizes["gpt2-mini"], "The film was so", ["good and funny.", "bad.", "long and dull."]
)
figures.shared(pieces, may_look, n_context)

# %% [markdown]
# ### Your turn: who may look at whom
# `lengths` says how many pieces each continuation has. A numpy array comes out, True where the piece of this row may look at that of this column.


# %% tags=["exercise"]
def shared_mask(n_context, lengths):
    """Return bool (T, T), T = n_context + sum(lengths): may the piece of this row look at this column's?"""
    ...


# %%
check.shared_mask(shared_mask)

# %% [markdown]
# It gives the same numbers as reading each by itself, and takes this much less time:

# %%
show.md(in_words.of_speed(show.Records.load("gpt2/speed")))

# %% [markdown]
# ### The questions
# - **nouns** and **names**: the gap, asked apart, as in the Children's Book Test;
# - **last words**: the last word of a sentence, which also stands in the context, without choices, after LAMBADA (Paperno et al. 2016). The model's likeliest word has to be the right one; function words (*the*, *of* …) are ruled out, as the paper does;
# - **capitals** (of countries), **opposites, languages, young animals**: "Question: What is the capital of France? Answer:", after two examples; ten answers to choose from; from each score is taken what the answer scores anyway (*levelled*, lesson 07);
# - **sentiment**: lesson 07's, *positive* or *negative* after *very*.
#
# Baselines: chance; **most frequent**, the choice that occurs most often before the gap (for nouns, names and last words); **trigrams** (for nouns and names). For the others there is chance alone. Asked now, a few of each:

# %%
few = {kind: some.head(pick(full=10, fast=1)) for kind, some in cloze.items()}
answered = asked.answered(sizes, few, pick(full=["capitals", "opposites"], fast=["capitals"]))
show.results(answered, rows="task", columns="model", spec=".0%", best=None)

# %% [markdown]
# So few say little. In three draws of more (40 questions each on nouns and names, 50 last words, 60 reviews; for the short questions, ten after three different pairs of examples):

# %%
zero = show.Records.load("gpt2/zero_shot")
figures.tasks(in_words.reported(zero), in_words.CHANCE, in_words.BASELINES)

# %%
show.md(in_words.of_tasks(zero) + "\n\n" + in_words.of_context(zero))

# %%
show.md(in_words.of_last(show.Records.load("gpt2/last_words")))

# %% [markdown]
# ### TL;DR:
# On the web, "TL;DR:" (*too long; didn't read*) stands before a summary. A model that has read the web may know that: the paper puts these letters after an article, and lets GPT-2 go on, drawing from the two likeliest pieces (section 3.6). We compare twelve words of what
# is written with the article's headline, by **ROUGE-1**: the F1 of the words that both have. Beside it the same without the hint, the article's first words, and a random one of its sentences.

# %%
tldr = show.Records.load("gpt2/tldr")
show.results(tldr, rows="way", columns="model", spec=".1%", best=None)
show.md(in_words.tldr_columns())

# %%
show.md(of_writing.of_tldr(tldr))

# %% [markdown]
# ## 5. Learned, or learned by heart? · 10 minutes
# A large model that has read much could be a large drawer of cuttings. The paper looks for **runs of eight words** that stand in what was read, of test sets (section 4) and of what GPT-2 writes (figure 5). Let gpt2-mini go on from the first words of test articles, in four ways of choosing (lesson 07):

# %%
begun, texts = of_writing.written(pick(full=48, fast=12), seed=seed)
show.table(of_writing.shown(begun, texts))

# %% [markdown]
# The model writes like a film reviewer, whatever it is given: more than half of what it read are film reviews. Of its sources only the BBC's articles come with the course; it read them one and a half times, which makes one part in thirteen of its reading. What share of the *runs of four* words stands somewhere in
# them? (A run counts as often as it is written: a loop counts each time round.)

# %%
show.results(
    of_writing.read_before(begun, texts, seed), rows="run", columns="chosen by", spec=".1%", best=None
)

# %% [markdown]
# And in all of the sources, 26 million words (by `benchmarks/gpt2.py`, three draws of 48 beginnings). The models read somewhat less than half of it: all of the news, half of the reviews, a fifth of the novels. So "stands there" is a bit more than "was read":

# %%
overlap = show.Records.load("gpt2/overlap")
show.results(of_writing.overlap_table(overlap), rows="run", columns="chosen by", spec=".1%", best=None)

# %%
show.md(of_writing.of_overlap(overlap))

# %%
check.recall("repeats")

# %%
show.md(of_writing.of_other_text(overlap) + "\n\n" + of_writing.by_heart(overlap))

# %% [markdown]
# ## 6. Who wrote this? · 15 minutes
# **The press story.** On 14 February 2019 OpenAI presents GPT-2 and publishes its smallest size alone, "due to our concerns about malicious applications of the technology" (*Better Language Models and Their Implications*). The press makes of it an AI "so powerful that it must be kept locked up" (Metro)
# and a text generator "so good it's scary" (CNET; both quoted by Slate that month), and "too dangerous to release" is what stays. The larger sizes follow in stages: May, August, and the largest on 5 November, with a detector that finds about 95% of its texts, "not high enough accuracy for standalone detection", and "no strong
# evidence of misuse so far" (OpenAI, *GPT-2: 1.5B release*; the report is Solaiman et al. 2019).
#
# The question behind it can be measured: can one tell? **GLTR** (Gehrmann et al. 2019) asks a language model about each piece of a text: its probability, its **rank** in the model's list of what might stand here (1: the first guess), and the **entropy** of the list, which is
# high where the model has no idea. The first words of an article, judged by gpt2-mini (entropy in nats):

# %%
show.table(of_writing.first_ranks(sizes["gpt2-mini"], begun[0][0]))

# %% [markdown]
# ### Your turn: the rank of each piece


# %% tags=["exercise"]
def ranks(logits, ids):
    """Return int (T − 1,), the rank of each piece but the first: 1 is the likeliest; ties share the better.

    logits is (T, V), row t for the piece at t + 1; ids (T,) are the pieces; numpy arrays.
    """
    ...


# %%
check.ranks(ranks)

# %% [markdown]
# ### Try it: a text by its ranks
# Choose who wrote, and who judges; or type a text. The darker a piece, the further down the list it stands. What do people do that no machine here does? And can you write so that all is white?

# %%
judges = {name: sizes[name].model for name in four.SMALL}
coloured.show_ranks(judges, sizes["gpt2-mini"].tokenizer, of_writing.examples(begun, texts))

# %% [markdown]
# Now as a number. Each beginning was continued by people and by the model; both are cut to 64 pieces, so that length says nothing. The score of a text is its mean log-rank (of the rank itself a single odd piece would be most of the mean); **AUROC** is how often, of a drawn and a written text, the drawn one has the lower (0.5 is chance). The **classifier** is a logistic regression on six
# means: log-probability, log-rank, entropy, and how many pieces are among the first 10, 100 and 1,000. It learns from half of the beginnings and is tried on the other half. As a control, it also has to tell one half of people's texts from the other, which nobody can.

# %%
show.source(token_ranks.classified, docstring=False)

# %% [markdown]
# The AUROC of gpt2-mini's texts, judged by itself, now:

# %%
apart = of_writing.told_apart(sizes["gpt2-mini"], begun, texts, seed)
show.results(apart, rows="by", columns="chosen by", spec=".2f", best=None)

# %% [markdown]
# The same for all writers, three draws of 48 pairs each (by `benchmarks/gpt2.py`; SmolLM2's texts are put into the zoo's pieces, as people's are). The judge is gpt2-mini, whoever wrote. The first sentences below the figure go by the classifier, its right panel; those on what lies below 0.5 by log-rank, its left:

# %%
detected = show.Records.load("gpt2/detected")
figures.detected(detected, "gpt2-mini")

# %%
show.md(of_writing.of_detected(detected))

# %%
check.recall("told_apart")

# %%
show.md(of_writing.of_tails(detected) + "\n\n" + of_writing.of_judges(detected))

# %% [markdown]
# ### Optional: the published GPT-2 · 4 minutes
# Its smallest size, 124 million numbers (the paper says 117; OpenAI corrected it), in the same measurements, where it has been fetched:

# %%
show.table(published.answers(articles, few["nouns"]))

# %% [markdown]
# ## Paper says / we get / why they differ · 5 minutes

# %%
words = show.Records.load("gpt2/last_words")
show.compare(published.paper_rows(bits, zero, words, tldr, overlap))

# %%
check

# %% [markdown]
# ## What to remember
# 1. GPT-2 is GPT with the norm moved, weights that begin smaller with depth, and bytes under its pieces: any text has a probability.
# 2. Bits per byte compare models whose pieces differ. Perplexities per piece do not.
# 3. A law fitted to small sizes foresaw our next size, on the same text. It knows nothing of another text.
# 4. Zero-shot is a score: the probability of a choice and of what follows it. Always beside what counting gets.
# 5. A drawn text gives itself away by its ranks: too safe, and they all come from the top of the list; too wild, and they come from its end.
#
# **What it got wrong.** Zero-shot is far behind fine-tuning on most tasks, and the paper says so: its summaries are hardly better than three random sentences. And it reads one way only.
#
# **What came next.** XLNet (**next**: 14) looks both ways without `[MASK]`. Scale went on: GPT-3, a hundred times as large, answered from a few examples in its prompt (Brown et al. 2020).
#
# **Reading**: Radford et al. 2019, *Language Models are Unsupervised Multitask Learners*; Kaplan et al. 2020, *Scaling Laws for Neural Language Models* (section 1.2); Gehrmann et al. 2019, *GLTR*; Solaiman et al. 2019, *Release Strategies and the Social Impacts of Language Models*;
# `tlcourse/data/byte_pairs.py`, and the cards of the three sizes in `data/checkpoints/`.
