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
# # 03 · Static word vectors
# **You train word vectors from raw text in seconds, find what three famous methods have in common, and see where one
# vector per word breaks.**
#
# <!-- badges -->
#
# **Time** 90 minutes · **You need** lesson 00, numpy, what a gradient is · **You will be able to**
# *train* skip-gram with negative sampling, *count* what GloVe counts, *build* a vector for a word nobody has seen,
# *evaluate* vectors by similarity and analogy, *transfer* them to a classifier, *measure* bias in them, and *say* why
# 2018 needed something better.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import time
from dataclasses import replace
from functools import partial

import numpy as np
import torch

from tlcourse import exercises, profiles, show
from tlcourse.data import glove, rated_sentences, running_text, word_tests
from tlcourse.lessons.static_word_vectors import figures, vector_map, word_neighbours
from tlcourse.models.vectors import fasttext, pmi, word2vec
from tlcourse.models.vectors import glove as glove_model
from tlcourse.probe import bias, word_vectors
from tlcourse.train.finetuning import averaged_vectors as text_classifier
from tlcourse.train.finetuning import trainings

pick = profiles.chooser(profile)
show.style()
check = exercises.start("static_word_vectors", solutions=solutions)

# %% [markdown]
# ## 1. Predict first
# You have met vectors that others trained, in lesson 00. They are famous for their arithmetic: take the vector of *king*,
# subtract *man*, add *woman*. What lies nearest to the result? Commit to an answer; the lesson comes back to it.

# %%
check.predict("king_without_rules")

# %% [markdown]
# ## 2. The idea
# Words that stand in the same places mean similar things. So: slide a window over text, and train vectors so that a word's
# vector can *predict the words around it*. Two words that predict the same neighbours end up close together.
#
# Skip-gram (Mikolov et al. 2013) gives each word two vectors: $v$ for when it stands in the centre, $u$ for when it stands
# around. A score is their dot product.

# %%
example = ["the", "bank", "raised", "its", "interest", "rate", "after", "a", "quiet", "year"]
noise = ["striker", "album", "the", "galaxy", "minister"]
show.figure(
    figures.window(example, center=4, reach=2, noise=noise),
    alt="The sentence 'the bank raised its interest rate after a quiet year'. Arrows go from 'interest' to the two words "
    "on either side, whose scores go up; dotted lines go to five noise words below, whose scores go down.",
)

# %% [markdown]
# A softmax over the whole vocabulary would cost as many dot products as there are words. *Negative sampling* asks $1 + k$
# yes-or-no questions instead: is $o$ a real neighbour of $c$, and are these $k$ words drawn by chance? Maximise
#
# $$\log \sigma(u_o^\top v_c) + \sum_{i=1}^{k} \log \sigma(-u_{n_i}^\top v_c), \qquad n_i \sim \text{count}^{3/4}$$
#
# Here is one training step of the course's own skip-gram. Read it aloud: scores, what pulls, what pushes, three additions.
# `T` blocks of `L` neighbouring centre words go through it at once; `inside` marks which words lie in whose window.

# %%
show.source(word2vec.SkipGram.step)

# %% [markdown]
# ### Your turn: the loss
# Write the loss of **one** pair: the formula above with the sign turned, since a loss falls as things get better.


# %% tags=["exercise"]
def negative_sampling_loss(center, context, noise):
    """Return the loss of one pair: `center` (D,), its `context` (D,), and k words of `noise` (k, D)."""
    ...


# %%
check.negative_sampling_loss(negative_sampling_loss)

# %% [markdown]
# ### Your turn: most of the text is *the*
# Frequent words are in every window and say little. So a token of relative frequency $f$ is thrown away with probability
# $1 - \sqrt{t/f}$, with $t$ around $10^{-5}$ to $10^{-3}$ (Mikolov et al. 2013, section 2.3). How likely is it *kept*?


# %% tags=["exercise"]
def keep_probability(frequency, t):
    """Return the probability that a token is kept, for an array of relative frequencies (V,)."""
    ...


# %%
check.keep_probability(keep_probability)

# %% [markdown]
# ## 3. The real thing: train on a million words
# The text is what the course's packaged data holds: BBC news articles, film and product reviews, editorials, tweets. The
# papers had a thousand times as much. Words that occur fewer than five times are left out.

# %%
sentences = running_text.sentences()[:: pick(full=1, fast=12)]
text = running_text.encode(sentences, min_count=5)
share = text.counts[:10].sum() / text.raw_tokens
show.md(
    f"**{text.raw_tokens:,} tokens, {len(text.words):,} different words** that occur five times or more. "
    f"The ten commonest ({', '.join(text.words[:10])}) make up {share:.0%} of the text."
)

# %%
epochs = pick(full=5, fast=2)
seeds = list(range(seed, seed + pick(full=3, fast=1)))
settings = word2vec.Settings(vector_size=100, window=5, sample=1e-4, alpha=0.075, epochs=epochs, seed=seed)

started = time.perf_counter()
skipgram = word2vec.train(text, settings, watch=lambda run: show.progress(run, "skip-gram, epochs"))
our_seconds = time.perf_counter() - started
our_speed = text.raw_tokens * epochs / our_seconds
show.md(f"**{our_speed / 1e3:,.0f} thousand words a second**, on one core.")

# %% [markdown]
# All trainings of this lesson run on **one thread**: their steps take a millisecond, too little to share. And the same seed gives
# the same vectors again.
#
# A few passes over a million words, and the vectors know what belongs together. Nobody told them what a film is.

# %%
space = word_vectors.WordSpace(skipgram.vectors())
wanted = [w for w in ("football", "minister", "film", "profits", "software", "injury", "virus") if w in space]
show.table([{"word": w, "nearest": ", ".join(n for n, _ in space.neighbours(w, 7))} for w in wanted])

# %% [markdown]
# ### Is it as good as the reference?
# *gensim* is the library that people use. Train it on the same sentences with the same settings, one thread too, and ask both
# the same question: do their cosines rank pairs of words as people do? For WordSim-353 people said from 0 to 10 how *related*
# two words are, for SimLex-999 how *similar*. That is not the same:

# %%
TESTS = {"WordSim-353": word_tests.wordsim353(), "SimLex-999": word_tests.simlex999()}
people = {
    test: {frozenset(map(str.lower, pair)): score for pair, score in zip(*judged, strict=True)}
    for test, judged in TESTS.items()
}
show.table([
    {"pair": ", ".join(pair), **{test: people[test][frozenset(pair)] for test in TESTS}}
    for pair in (("coast", "shore"), ("professor", "student"))
])  # fmt: skip

# %% [markdown]
# Spearman's ρ compares two rankings: 1 if they are the same, 0 if they have nothing to do with each other.

# %%
from gensim.models import Word2Vec


def scores(vectors):
    """Return Spearman's ρ on both tests."""
    return {name: word_vectors.similarity(vectors, *test).spearman for name, test in TESTS.items()}


def gensim_vectors(seed):
    """Train gensim's skip-gram with our settings, on one core as ours; return its vectors and its words per second."""
    same = {k: v for k, v in vars(settings).items() if k not in ("seed", "epochs")}
    model = Word2Vec(sg=1, min_count=5, workers=1, seed=seed + 1, **same)
    model.build_vocab(sentences)
    started = time.perf_counter()
    model.train(sentences, total_examples=len(sentences), epochs=epochs)
    speed = text.raw_tokens * epochs / (time.perf_counter() - started)
    return glove.Vectors(model.wv.index_to_key, model.wv.vectors), speed


reference, gensim_speed = gensim_vectors(seed)
show.md(f"gensim: {gensim_speed / 1e3:,.0f} thousand words a second, on one core too.")

# %% [markdown]
# One seed proves little. The other seeds train two at a time, one on each core.


# %%
def train_and_score(name, **change):
    """Train gensim's with another seed, or ours with other settings; return its scores, and the seconds it took."""
    started = time.perf_counter()
    if name == "gensim":
        vectors, _ = gensim_vectors(**change)
    else:
        vectors = word2vec.train(text, replace(settings, **change)).vectors()
    seconds = time.perf_counter() - started
    return scores(vectors) | {"seconds": seconds}


def train_all(jobs, what):
    """Train all `jobs`, name → (whose, settings changed), two at a time; return name → scores."""
    return trainings.side_by_side(
        {name: partial(train_and_score, whose, **change) for name, (whose, change) in jobs.items()},
        watch=lambda futures: show.progress(futures, what, len(futures)),
    )


others = seeds[1:]
found = train_all(
    {(whose, s): (whose, {"seed": s}) for whose in ("ours", "gensim") for s in others}, "trained"
)
ours = [scores(skipgram.vectors()), *(found["ours", s] for s in others)]
theirs = [scores(reference), *(found["gensim", s] for s in others)]

# %%
rows = []
for name, results, speed in (("ours", ours, our_speed), ("gensim", theirs, gensim_speed)):
    rho = {f"{t} ρ": show.mean_sd([r[t] for r in results], ".3f") for t in TESTS}
    rows.append({"skip-gram": name, **rho, "words/s": f"{speed:,.0f}"})
show.table(rows, caption=f"Spearman's ρ; same text, same settings, {len(seeds)} seeds")
used = {t: word_vectors.similarity(skipgram.vectors(), *TESTS[t]) for t in TESTS}
pairs = " and ".join(f"{u.used} of {u.total} pairs of {t}" for t, u in used.items())
show.md(
    f"{pairs} have both words in the vocabulary. Ours runs at **{our_speed / gensim_speed:.1f} × gensim's speed**, in PyTorch "
    "alone: one matrix product scores a whole block of centre words, which share their noise words (Ji et al. 2016)."
)

# %% [markdown]
# ### Turn the tricks off
# A trick that nobody would miss is no trick. Each row changes one thing. One training each, so a difference may be luck: we believe
# it if it is more than twice the standard deviation over seeds, ours and gensim's taken together.

# %%
variants = {
    "no subsampling: every *the* counts": {"sample": None},
    "one noise word instead of five": {"negative": 1},
    "noise drawn by plain count, not count^¾": {"ns_exponent": 1.0},
    "no windows drawn: a word five away counts in full": {"shrink_windows": False},
}
found = train_all({name: ("ours", change) for name, change in variants.items()}, "variants")
mean = {t: np.mean([o[t] for o in ours]) for t in TESTS}


def spread(test):
    """Return the standard deviation over seeds, of ours and gensim's together; infinite if there is one seed."""
    if len(seeds) == 1:
        return np.inf
    return np.sqrt(np.mean([np.var([r[test] for r in of], ddof=1) for of in (ours, theirs)]))


luck = {t: 2 * spread(t) for t in TESTS}


def verdict(result):
    """Say on which tests a result differs from our mean by more than luck, and by how much."""
    more = [f"{result[t] - mean[t]:+.3f} on {t}" for t in TESTS if abs(result[t] - mean[t]) > luck[t]]
    return ", ".join(more) or "no more than luck"


rows = [
    {"skip-gram": f"all tricks on (mean of {len(seeds)})", **mean, "seconds": our_seconds, "difference": ""}
]
for name, result in found.items():
    rows.append({"skip-gram": name, **result, "difference": verdict(result)})
formats = dict.fromkeys(TESTS, ".3f") | {"seconds": ".0f"}
show.table(rows, caption="Spearman's ρ with one trick off", formats=formats)

# %%
lucky = [row["skip-gram"].partition(":")[0] for row in rows if row["difference"] == "no more than luck"]
show.md(
    f"Luck reaches to {' and '.join(f'±{luck[t]:.3f} on {t}' for t in TESTS)}. No more than luck here: "
    f"**{'; '.join(lucky) or 'none'}**. What subsampling certainly buys is time: without it, training takes "
    f"{rows[1]['seconds'] / our_seconds:.1f} × as long."
)

# %% [markdown]
# That is a lesson in itself. The papers tuned these tricks on a thousand times as much text, with thousands of test questions. On a
# million words and a few hundred pairs, most of what they bring can't be told from a lucky seed, and a table with one run a
# row would have told you a story. (Drawing noise by plain count takes long here because *the* is then in so many pairs that our
# program has to make smaller steps; windows that are not drawn are simply more pairs.)
#
# **CBOW** turns the question round: from the mean of the words in the window, predict the one in the middle. One question for
# each window instead of one for each pair, so it is faster; and the gradient of a mean goes to its words in parts, so it wants a
# larger rate.

# %%
started = time.perf_counter()
cbow = word2vec.train(text, replace(settings, alpha=0.3), word2vec.CBOW)
seconds = time.perf_counter() - started
result = scores(cbow.vectors())
show.md(
    f"CBOW: {', '.join(f'{t} ρ {r:.3f}' for t, r in result.items())}, in {seconds:.0f} s against skip-gram's "
    f"{our_seconds:.0f}. The difference: {verdict(result)}."
)

# %% [markdown]
# ## 4. Count instead of predict: GloVe
# Skip-gram meets each pair again and again. *GloVe* (Pennington et al. 2014) counts them once: $X_{ij}$ is how often $j$
# stands near $i$, a neighbour at distance $d$ counting $1/d$. Then it fits the logarithm of the counts:
#
# $$J = \sum_{X_{ij}>0} f(X_{ij}) \,(w_i^\top \tilde w_j + b_i + \tilde b_j - \log X_{ij})^2, \qquad
# f(x) = \min\!\big(1, (x/x_{\max})^{3/4}\big)$$

# %%
show.source(glove_model.GloVe.step)

# %%
counts = glove_model.cooccurrences(text, window=5)
show.md(
    f"{counts.nnz:,} of the {len(text.words) ** 2:,} entries of X are not zero ({counts.nnz / len(text.words) ** 2:.1%}). "
    "Only these are fitted."
)
glove_settings = glove_model.Settings(vector_size=100, epochs=pick(full=10, fast=2), seed=seed)
own_glove = glove_model.train(
    text.words, counts, glove_settings, watch=lambda run: show.progress(run, "GloVe, passes")
)

# %% [markdown]
# ## 5. Pieces of words: fastText
# *fastText* (Bojanowski et al. 2017) is skip-gram with one change: the centre word's vector is made of the vectors of its
# pieces, the n-grams of 3 to 6 characters of `<word>`, and one of its own. A word that nobody has seen has pieces too.
#
# ### Your turn: the pieces


# %% tags=["exercise"]
def ngrams(word, shortest, longest):
    """Return the set of n-grams of `<word>` with `shortest` to `longest` characters, both included."""
    ...


# %%
check.ngrams(ngrams)

# %% [markdown]
# There are far more pieces than words, so fastText keeps no list of them: a hash function says in which row (*bucket*) of one
# big table a piece lives, and pieces that fall into one bucket share it. To read vectors that fastText made, you must hash
# exactly as it does. It uses FNV-1a, with a quirk: each byte is cast to a *signed* 8-bit number first, so that letters beyond
# ASCII hash to other numbers than by the textbook.

# %%
show.source(fasttext.fnv1a)

# %%
fast_settings = fasttext.Settings(
    vector_size=100, sample=1e-4, alpha=0.05, epochs=pick(full=5, fast=1), bucket=pick(full=200_000, fast=20_000), seed=seed
)  # fmt: skip
fast = word2vec.train(
    text, fast_settings, fasttext.FastText, watch=lambda run: show.progress(run, "fastText, epochs")
)
pieces = {p for w in text.words for p in fasttext.ngrams(w)}
rows_used = {fasttext.fnv1a(p.encode()) % fast_settings.bucket for p in pieces}
show.md(
    f"{len(pieces):,} different pieces fall into {len(rows_used):,} of {fast_settings.bucket:,} buckets. The program's default "
    "is 2,000,000 buckets; we take fewer to save memory, and accept more sharing."
)

# %% [markdown]
# ### Words it never saw
# Typos, inflections and names that are not in the training text. word2vec and GloVe have *nothing* for these: no vector at all.
# fastText puts one together.

# %%
fast_space = word_vectors.WordSpace(fast.vectors())
unseen = [
    "goverment", "beautifull", "footballing", "unwatchably", "blairism", "microsofts", "economistic", "rebroadcasted",
]  # fmt: skip
rows = [
    {"word": w, "skip-gram": "in the vocabulary" if w in space else "no vector",
     "fastText's nearest": ", ".join(n for n, _ in fast_space.nearest(fast.vector(w), 6))}
    for w in unseen
]  # fmt: skip
show.table(rows)

# %% [markdown]
# Examples can be picked. So take many words, swap two neighbouring letters in the middle of each, and see how often the right
# word comes back first, or among the first ten.

# %%
rng = np.random.default_rng(seed)
candidates = [w for w in text.words[300:4000] if len(w) >= 7 and w.isascii() and w.isalpha()]
ranks = []
for word in rng.permutation(candidates)[:300]:
    at = rng.integers(2, len(word) - 3)
    typo = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if typo not in fast_space:
        found = [n for n, _ in fast_space.nearest(fast.vector(typo), 10)]
        ranks.append(found.index(word) + 1 if word in found else 0)
ranks = np.array(ranks)
show.md(
    f"Of {len(ranks)} words with a typo, fastText finds the right one **first for {(ranks == 1).mean():.0%}**, among ten for "
    f"{(ranks > 0).mean():.0%}. For skip-gram and GloVe both are 0 %: a typo has no vector."
)

# %% [markdown]
# ## 6. What they have in common
# Three programs, three objectives. Levy and Goldberg (2014) worked out what skip-gram with negative sampling converges to when
# it has dimensions enough:
#
# $$u_j^\top v_i = \log \frac{\#(i,j)}{\#(i)\,P(j)} - \log k$$
#
# The right side is *pointwise mutual information*: how much more often do $i$ and $j$ meet than by chance? Minus a constant. So
# skip-gram factorises a table of counts, just as GloVe does openly. Write the table first.
#
# ### Your turn: shifted positive PMI
# Negative values come from pairs that hardly ever met, and are noise (or −∞). So they are cut at 0.


# %% tags=["exercise"]
def shifted_ppmi(counts, k):
    """Return max(PMI − log k, 0), (V, V), from counts (V, V) of word i (row) in the context j (column); no row is empty."""
    ...


# %%
check.shifted_ppmi(shifted_ppmi)

# %% [markdown]
# Now look whether it is true. Count the pairs that skip-gram saw, take those that met often enough to be counted well, and hold
# the trained dot products against the formula.

# %%
trainings.give_back_memory()  # of which the trainings needed more than the tables below
frequent = pick(full=20, fast=5)
seen = pmi.pair_counts(text, settings, epochs=pick(full=3, fast=2), seed=seed)
table = pmi.pmi(seen, word2vec.noise_distribution(text.counts, 0.75))
i, j = (seen >= frequent).nonzero()
del seen  # millions of pairs
target = np.asarray(table[i, j]).ravel() - np.log(settings.negative)

i, j = torch.from_numpy(i), torch.from_numpy(j)
own_pieces = fast.input_vectors(torch.arange(len(text.words)))
panels = {
    "skip-gram": ("PMI − log k", target, "v · u", (skipgram.input[i] * skipgram.output[j]).sum(1).numpy()),
    "fastText": ("PMI − log k", target, "v · u", (own_pieces[i] * fast.output[j]).sum(1).numpy()),
}

# %% [markdown]
# GloVe fits $\log X_{ij}$ with its dot products *and* its biases. That is nearly PMI, for
#
# $$\mathrm{PMI}(i,j) = \log X_{ij} - \log X_i - \log X_j + \log |D|$$
#
# and what separates the two is one number for the row and one for the column, which is just what biases are. But nothing *makes*
# the biases hold them: part of how frequent a word is may as well sit in the dot product. So ask GloVe twice. Does the whole sum
# follow $\log X$? And do the dot products follow PMI, once the best number for each row and each column is taken out of both?

# %%
i, j = (counts >= frequent).nonzero()
log_x, of_pair = np.log(np.asarray(counts[i, j]).ravel()), np.asarray(pmi.pmi(counts)[i, j]).ravel()
w, c = (
    own_glove.word[torch.from_numpy(i)],
    own_glove.context[torch.from_numpy(j)],
)  # their last two columns: biases
dots, whole = (w * c)[:, :-2].sum(1).numpy(), (w * c).sum(1).numpy()
without = [pmi.without_margins(i, j, x) for x in (of_pair, dots)]
panels["GloVe, the whole sum"] = ("log X", log_x, "w · w̃ + b + b̃", whole)
panels["GloVe, the pair alone"] = (
    "PMI, row and column out",
    without[0],
    "w · w̃, row and column out",
    without[1],
)

# %%
correlation = {name: np.corrcoef(x, y)[0, 1] for name, (_, x, _, y) in panels.items()}
show.figure(
    figures.factorisation(panels),
    alt="Four density plots of what was trained against what was counted, each a cloud along the diagonal: "
    + ", ".join(f"{name} r = {r:.2f}" for name, r in correlation.items()) + ".",
)  # fmt: skip
fits, pair_only = (correlation[name] for name in list(panels)[2:])
show.md(
    f"Over {len(target):,} pairs that met {frequent} times or more, skip-gram's dot products follow the formula with "
    f"**r = {correlation['skip-gram']:.2f}**, fastText's with {correlation['fastText']:.2f}. GloVe's whole sum follows log X with "
    f"**{fits:.2f}**. Its dot products, just as they are, follow PMI with {np.corrcoef(of_pair, dots)[0, 1]:.2f}; with row and "
    f"column numbers taken out of both, with **{pair_only:.2f}** ({len(dots):,} pairs)."
)

# %% [markdown]
# On the dashed line, counts and training would agree exactly. They don't: a table of this size does not fit into 100 numbers a
# word, and rare words, which make the high PMI, are hardly trained. (The dark dot in the last panel: words with one such pair. Take
# out their number, and nothing is left.) But what the three learn about a *pair* is much the same.
#
# If skip-gram comes close to factorising a table, then factorise it: a singular value decomposition needs no training at all. All
# five below learned from the same text.

# %%
started = time.perf_counter()
svd = pmi.factorise(text.words, pmi.shifted_positive(table, settings.negative), 100, seed)
svd_seconds = time.perf_counter() - started
analogy_tests = word_tests.analogies()
rows, solved = [], {}
for name, vectors in {
    "skip-gram": skipgram.vectors(), "CBOW": cbow.vectors(), "fastText": fast.vectors(),
    "GloVe": own_glove.vectors(), "SVD of shifted PPMI": svd,
}.items():  # fmt: skip
    found = word_vectors.analogies(word_vectors.WordSpace(vectors), analogy_tests)
    solved[name] = word_vectors.total(found)
    kinds = {f"{k} analogies": word_vectors.total(found, k).accuracy for k in ("semantic", "syntactic")}
    rows.append({"vectors": name, **scores(vectors), **kinds})
asked, formats = solved["skip-gram"], dict.fromkeys(TESTS, ".3f") | dict.fromkeys(kinds, ".1%")
show.table(
    rows, formats=formats,
    caption=f"{text.raw_tokens:,} words, five methods, 100-d, one seed; {asked.asked:,} of {asked.total:,} analogies asked",
)  # fmt: skip

# %%
best = {column: max(rows, key=lambda row: row[column]) for column in formats}
listed = [f"{col}: **{row['vectors']}** ({row[col]:{formats[col]}})" for col, row in best.items()]
show.md(
    f"First on {'; '.join(listed)}. Mind the luck: it reaches to "
    f"{' and '.join(f'±{luck[t]:.3f} on {t}' for t in TESTS)}. The SVD took {svd_seconds:.0f} s."
)

# %% [markdown]
# Counting and a factorisation of seconds are a serious rival, in semantic analogies above all (Levy, Goldberg and Dagan 2015 made
# the case that settings matter more than the method). fastText's lead in grammar has a plain reason: *walk* and *walking* share
# their pieces, so an answer that is spelt like the question is near it from the start. GloVe was made for thousands of millions of words; on one million it has the least to show for similarity.
#
# These tables and models have done their work, and what comes next needs the memory. (To run cells above again, start from the top.)

# %%
del reference, cbow, fast, own_pieces, fast_space, own_glove, table, counts, svd, panels, without, w, c
trainings.give_back_memory()

# %% [markdown]
# ## 7. Real vectors: GloVe 6B
# A million words is little. These vectors come from six thousand million (Wikipedia 2014 and newspapers), 50 numbers each, for
# 400,000 words. You can't train them here; you can use them. That is the whole point of this course.

# %%
space = word_vectors.WordSpace(glove.load())
direction, words = space.evaluate("king - man + woman")
show.table([
    {"rule": "any word may answer", **{str(n + 1): f"{w} {c:.2f}" for n, (w, c) in enumerate(space.nearest(direction, 4))}},
    {"rule": "king, man, woman may not",
     **{str(n + 1): f"{w} {c:.2f}" for n, (w, c) in enumerate(space.nearest(direction, 4, without=words))}},
])  # fmt: skip
check.recall("king_without_rules")

# %% [markdown]
# The famous answer needs a rule that is seldom told: **the three question words are ruled out.** The sum stays so close to
# *king* that *king* itself wins. Keep this in mind when you read an analogy score, and write the rule into your own solver.
#
# ### Your turn: solve an analogy


# %% tags=["exercise"]
def solve_analogy(vectors, a, b, c):
    """Return the row d of `vectors` (V, D) that is to row c as row b is to row a (3CosAdd: cosine of b − a + c)."""
    ...


# %%
check.solve_analogy(solve_analogy)

# %% [markdown]
# Try your own. Which sums work, and which only look as if they worked because the answer is the nearest word anyway? Untick
# *Hide the words I typed* to see what the rule hides.

# %%
word_neighbours.neighbours(space)

# %% [markdown]
# ### Google's 19,544 analogies
# **Protocol**: all words in lower case; 3CosAdd, the largest cosine with $b - a + c$, each at length 1; $a$, $b$, $c$ ruled out;
# a question counts if all four words are in the vocabulary. How many words compete for the answer matters, so two sizes.

# %%
small = word_vectors.WordSpace(glove.load(pick(full=30_000, fast=5_000)))
sizes = {f"{len(s.words):,} words": s for s in (small, space if profile == "full" else small)}
results = {
    name: word_vectors.analogies(s, analogy_tests) for name, s in show.progress(sizes.items(), "vocabularies")
}
show.figure(
    figures.sections(results),
    alt="Bars of analogy accuracy for 14 sections, by size of the vocabulary. Nationality adjectives and capitals are "
    "highest, currencies, opposites and adverbs lowest.",
)

# %%
rows = []
for name, found in results.items():
    for s in [*found, *(word_vectors.total(found, k) for k in ("semantic", "syntactic", "all"))]:
        rows.append(
            {"vocabulary": name, "section": s.name, "correct": s.accuracy, "asked": s.asked, "of": s.total}
        )
show.table(rows, caption="GloVe 6B, 50-d: accuracy by section", formats={"correct": ".1%"})

# %%
plain = word_vectors.total(results[f"{len(small.words):,} words"])
others = {
    "3CosAdd, question words ruled out": plain,
    "3CosMul, question words ruled out": word_vectors.total(
        word_vectors.analogies(small, analogy_tests, "3CosMul")
    ),
    "3CosAdd, any word may answer": word_vectors.total(
        word_vectors.analogies(small, analogy_tests, exclude_question_words=False)
    ),
}
show.table(
    [{"how it is asked": name, "correct": s.accuracy} for name, s in others.items()],
    caption=f"The same vectors and questions, {len(small.words):,} words", formats=".1%",
)  # fmt: skip
by_rule, multiplied, unruled = (s.accuracy for s in others.values())
show.md(
    f"Arithmetic alone solves {unruled:.1%}; the rule brings it to {by_rule:.1%}. So **{1 - unruled / by_rule:.0%} of the score is "
    "owed to the rule**: there the nearest word was one of the question's own."
)

# %% [markdown]
# The third way, 3CosMul (Levy and Goldberg 2014b), multiplies cosines so that no single one can dominate. In its paper it was better
# than 3CosAdd. On these vectors of 50 numbers it is not.
#
# ### Maps
# A plane has two dimensions, the vectors have 50. A *linear* projection keeps directions: arrows from country to capital run
# alike.

# %%
capitals = [
    ("france", "paris"), ("italy", "rome"), ("spain", "madrid"), ("russia", "moscow"), ("japan", "tokyo"),
    ("china", "beijing"), ("greece", "athens"), ("turkey", "ankara"), ("poland", "warsaw"), ("portugal", "lisbon"),
]  # fmt: skip
show.figure(
    figures.relation(space, capitals),
    alt="Ten countries and their capitals on two principal components. Countries lie on one side, capitals on the other, "
    "and the arrows between them run in nearly the same direction.",
)

# %% [markdown]
# *t-SNE* gives up on directions and distances to keep neighbours together. How many does it keep? Hover over a point to see
# its word, and search for one: the lines go to its nearest words in all 50 dimensions, however far the map puts them.

# %%
from sklearn.manifold import TSNE

from tlcourse.lessons.static_word_vectors.vector_map import THEMES

groups = {name: [w for w in words if w in space] for name, words in THEMES.items()}
stacked = np.stack([space[w] for words in groups.values() for w in words])
xy = TSNE(perplexity=15, init="pca", metric="cosine", random_state=seed).fit_transform(stacked)
vector_map.word_map(space, groups, xy, find="turkey")

# %% [markdown]
# ## 8. Vectors in a classifier
# Do vectors trained on other people's text help where you have few labels? Film-review sentences, positive or negative. A text is
# the mean of its words' vectors, and a linear layer reads it. The vectors are GloVe's, **frozen**; GloVe's, **tuned** along with
# the classifier; or **random** at first, and learned. The baseline has no vectors: TF-IDF and logistic regression. Before you run
# it: where will the baseline win?

# %%
check.predict("where_tfidf_wins")

# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tlcourse.models.vectors.averaged_vectors import AveragedVectors, start_vectors

movies = rated_sentences.load("movie")
texts = np.array(movies.texts, dtype=object)
test_texts, test_labels = list(texts[movies.test_index]), movies.label[movies.test_index]
vectors = glove.load(100_000)  # the most frequent ones
trainings.give_back_memory()  # what the searches for analogies needed
label_counts = pick(full=(100, 1000, len(movies.train_index)), fast=(100, 500))
START = {"frozen GloVe": (vectors, True), "tuned GloVe": (vectors, False), "random, learned": (None, False)}


def accuracy(how, n, seed):
    """Train on `n` labelled sentences drawn with `seed`; return the accuracy on all the test sentences."""
    chosen = np.random.default_rng(seed).permutation(movies.train_index)[:n]
    train_texts, labels = list(texts[chosen]), movies.label[chosen]
    if how == "TF-IDF":
        model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(train_texts, labels)
        return model.score(test_texts, test_labels)
    source, frozen = START[how]
    words, start = start_vectors([*train_texts, *test_texts], source, 50, seed)
    torch.manual_seed(seed)
    model = AveragedVectors(words, start, n_classes=2, frozen=frozen)
    text_classifier.fit(model, train_texts, labels, seed)
    return text_classifier.accuracy(model, test_texts, test_labels)


# %%
curves = {how: {n: [] for n in label_counts} for how in ("TF-IDF", *START)}
runs = [(how, n, s) for s in seeds for n in label_counts for how in curves]
for how, n, s in show.progress(runs, "classifiers"):
    curves[how][n].append(accuracy(how, n, s))
chance = max(test_labels.mean(), 1 - test_labels.mean())
show.figure(
    figures.label_curves(curves, chance),
    alt="Test accuracy against the number of labels, on a logarithmic axis. "
    + " ".join(f"{n:,} labels: " + ", ".join(f"{how} {np.mean(by[n]):.0%}" for how, by in curves.items()) + "."
               for n in label_counts),
)  # fmt: skip
show.table(
    [
        {"vectors": how, **{f"{n:,} labels": show.mean_sd(v, ".1%") for n, v in by.items()}}
        for how, by in curves.items()
    ],
    caption=f"Accuracy on {len(test_texts):,} test sentences, {len(seeds)} seeds",
)

# %% [markdown]
# Pretrained vectors pay where labels are few: they know words that no label has shown. Frozen ones hit a ceiling soon. Words of
# opposite feeling stand in the same places, so their vectors are close, and 50 numbers a word leave little to tell them apart.
# Tuning lifts the ceiling. Feature extraction against fine-tuning: the question of lesson 02 again, and of every lesson to come.

# %%
check.recall("where_tfidf_wins")
show.table([
    {"word": a, "opposite": b, "cosine": f"{space[a] @ space[b]:.2f}",
     "words nearer": int((space.directions @ space[a] > space[a] @ space[b]).sum()) - 1}
    for a, b in (("good", "bad"), ("best", "worst"), ("funny", "sad"), ("love", "hate"))
], caption=f"Opposites in GloVe: how many of {len(space.words):,} words are nearer?")  # fmt: skip

# %% [markdown]
# ## 9. What else they learned: bias
# Vectors learn what people write, prejudice included. The *word embedding association test* (Caliskan et al. 2017) makes it a number:
# are words X nearer to words A, and words Y nearer to B, than when X and Y are shuffled? The effect is in standard
# deviations (2 is the most there can be). The first test is harmless and shows that the method works: flowers are pleasant.
#
# The tests below know two genders and English names of one culture. They show that an association is there; not that
# nothing else is.

# %%
show.table(
    [
        {"test": r.name, "effect d": f"{r.effect:.2f}", "p": f"{r.p:.4f}"}
        for r in (bias.weat(space, w) for w in bias.WEATS)
    ],
    caption="GloVe 6B, 50-d: flowers are pleasant, men have careers, women have families and the arts",
)

# %% [markdown]
# A model that ranks job applications with these vectors starts with these opinions. Can they be taken out? *Hard debiasing*
# (Bolukbasi et al. 2016) finds the direction in which *she − he*, *woman − man* and eight more pairs differ, and removes it from
# every word that does not mean a gender.

# %%
show.source(bias.hard_debias)

# %%
common = word_vectors.WordSpace(glove.load(50_000))
gender = bias.gender_direction(common)
debiased = bias.hard_debias(common, gender)
jobs = [
    "nurse", "receptionist", "librarian", "teacher", "homemaker", "dancer", "doctor", "lawyer", "journalist",
    "scientist", "programmer", "engineer", "boss", "captain",
]  # fmt: skip
before, after = ({w: float(s[w] @ gender) for w in jobs} for s in (common, debiased))
show.figure(
    figures.leanings(before, after, "he", "she"),
    alt="Fourteen occupations along the gender direction. Before, they spread from captain and engineer on the side of "
    "'he' to nurse and homemaker on the side of 'she'; afterwards all lie at zero.",
)

# %% [markdown]
# All at zero. Is it gone? Gonen and Goldberg (2019) asked differently. Take words that leaned most to either side *before*, none of them
# gendered by meaning. In the debiased vectors: do they still fall into two clusters? Can a classifier that saw some of
# them tell the side of the others?

# %%
neutral = [w for w in common.words if w.isalpha() and w not in bias.GENDERED_WORDS]
ranked = sorted(neutral, key=lambda w: float(common[w] @ gender))
n_words, n_train = pick(full=(2500, 1000), fast=(500, 200))
male, female = ranked[:n_words], ranked[: -n_words - 1 : -1]
rows = []
for name, s in (("before", common), ("after hard debiasing", debiased)):
    left = bias.leftover(s, female, male, n_train, seed)
    weats = {r.name.split(" :")[0]: f"{r.effect:.2f}" for r in (bias.weat(s, w) for w in bias.WEATS[1:])}
    found_again = f"{left.clusters:.0%} by clustering, {left.classifier:.0%} by a classifier"
    rows.append(
        {"": name, "two clusters": f"{left.clusters:.0%}", "classifier": f"{left.classifier:.0%}", **weats}
    )
show.table(rows, caption="Is the side found again? (chance: 50 %), and the WEAT effects d")

# %% [markdown]
# The classifier finds the side again for most words, though every one of them has a component of exactly zero. Words lean
# *together*: nurse stays near receptionist. And look at the WEAT effects: some shrink, some turn round, and none says that
# all is well. Removing a direction hides what the test looks at. It does not remove what was learned.
#
# ## 10. The failure: one vector per word
# *Bank* lends money and lines a river. *Cell* is in biology, in prison, in your pocket. *Play* is a game and a drama. Each has
# one vector, whatever the sentence.

# %%
rows = [
    {"word": w, "nearest in GloVe": ", ".join(n for n, _ in space.neighbours(w, 9))}
    for w in ("bank", "cell", "play")
]
show.table(rows)
senses = {
    "bank": ("money", "river"), "cell": ("biology", "prison"), "play": ("game", "theatre"),
    "apple": ("microsoft", "pear"), "mouse": ("keyboard", "rat"),
}  # fmt: skip
show.table([
    {"word": w, "one sense": f"{a} {space[w] @ space[a]:.2f}", "the other": f"{b} {space[w] @ space[b]:.2f}"}
    for w, (a, b) in senses.items()
])  # fmt: skip
one, other = ("he sat on the bank of the river", "the bank raised its interest rate")
show.md(
    f"“{one}” and “{other}”: cosine between the two vectors of *bank* is **{space['bank'] @ space['bank']:.2f}**."
)

# %% [markdown]
# It could not be otherwise: the table has one row for *bank*. A vector that depends on the *sentence* is what ELMo, ULMFiT, GPT and
# BERT bring in 2018.
#
# ## 11. Paper says / we get / why they differ

# %%
largest = list(results)[-1]
total = word_vectors.total(results[largest])
own = solved["skip-gram"]
of_seeds = {
    name: show.mean_sd([f["WordSim-353"] for f in found], ".3f")
    for name, found in (("ours", ours), ("gensim", theirs))
}
columns = ("what", "paper", "source", "ours", "why")
show.compare([dict(zip(columns, row, strict=True)) for row in (
    ("Google analogies, GloVe 6B", "reported as 71.7 %, 300-d", "Pennington et al. 2014, section 4.3",
     f"{total.accuracy:.1%}, 50-d, {largest}, {total.asked:,} asked",
     "50 numbers a word instead of 300; the same text. The hub tier has the 300-d vectors."),
    ("Google analogies, skip-gram", "reported as 61 %, 300-d, 15 noise words", "Mikolov et al. 2013, section 4",
     f"{own.accuracy:.1%}, 100-d, {own.asked:,} asked",
     "They train on 1,000 million words, we on one: few of the words asked for occur often enough."),
    ("skip-gram on WordSim-353, ρ", of_seeds["gensim"], "gensim, same text and settings", of_seeds["ours"],
     "Shared noise words, and the steps of many words added up: the expected gradient is the same."),
    ("dot products and shifted PMI", "equal, given dimensions enough", "Levy and Goldberg 2014, section 3",
     f"r = {correlation['skip-gram']:.2f} on frequent pairs",
     f"100 dimensions for a table of {len(text.words):,} rows, and training stops after {epochs} passes."),
    ("gender after hard debiasing", "can be recovered", "Gonen and Goldberg 2019, sections 4 and 5", found_again,
     "They used word2vec of Google News, 300-d, and a longer list of gendered words."),
)])  # fmt: skip

# %% [markdown]
# Do 300 dimensions explain the gap? Where there is a network, `tlcourse fetch glove-6b-300d` gets the paper's own vectors, and this
# cell asks them the same questions. Without them it says so and goes on.

# %%
from gensim.models import KeyedVectors

from tlcourse import assets

try:
    file = next(assets.path("glove-6b-300d").glob("*.gz"))
except assets.AssetMissing:
    show.md(
        "They are not on this machine. With a network, `tlcourse fetch glove-6b-300d` gets them (400 MB)."
    )
else:
    wide = KeyedVectors.load_word2vec_format(file, limit=len(small.words))
    wide = word_vectors.WordSpace(glove.Vectors(wide.index_to_key, wide.vectors))
    found = word_vectors.total(word_vectors.analogies(wide, analogy_tests))
    show.md(f"300-d: **{found.accuracy:.1%}** of {found.asked:,} questions, {len(wide.words):,} words.")

# %% [markdown]
# ## 12. What to remember
# 1. A word's vector comes from the words around it. Negative sampling makes that a handful of yes-or-no questions.
# 2. Skip-gram and fastText come close to factorising PMI, GloVe the logarithm of counts; apart from what a row or a column says alone,
#    that is one and the same table.
# 3. Pieces of words give a vector to any word.
# 4. An analogy score means little without its protocol: who may answer, and how many words compete.
# 5. Vectors carry over to tasks with few labels; with many, let them be tuned. They carry over prejudice as well, and projecting it away hides more than it removes.
#
# **What it got wrong.** One vector for *bank*, whatever the sentence. Order is lost too: the mean of a sentence's vectors is the same
# backwards.
#
# **Next**: [04 · Sequences and attention](04_sequences_and_attention.ipynb) reads words in order. ELMo then makes a vector for each
# word *in its sentence*.
#
# **Reading**: Mikolov et al. 2013, *Distributed representations of words and phrases and their compositionality* (sections 2.2, 2.3);
# Pennington et al. 2014, *GloVe* (section 3); Bojanowski et al. 2017, *Enriching word vectors with subword information*; Levy and
# Goldberg 2014, *Neural word embedding as implicit matrix factorization*; Levy, Goldberg and Dagan 2015, *Improving distributional
# similarity with lessons learned from word embeddings*; Gonen and Goldberg 2019, *Lipstick on a pig*; Ji et al. 2016,
# *Parallelizing word2vec in shared and distributed memory*. **Code**: `tlcourse/models/vectors/word2vec.py`, `glove.py`, `fasttext.py`.
