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
# **You train word vectors from raw text in seconds, ask famous ones for analogies and find their prejudice, and see where one
# vector per word breaks.**
#
# <!-- badges -->
#
# **Time** 125 minutes: a core of 75, and four optional sections of 10, 5, 25 and 10, marked as such. If you skip one, run its cells all
# the same: tables further down use what they compute. The computer needs eight minutes of that, mostly while you read · **You need** lesson
# 01 (few labels, TF-IDF), numpy, what a gradient is · **You will be able to** *train* skip-gram with negative sampling, *count* what GloVe counts (optional), *build* a
# vector for a word nobody has seen, *evaluate* vectors by similarity and analogy, *transfer* them to a classifier, *measure* bias in
# them, and *say* why 2018 needed something better.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
from dataclasses import replace
from functools import partial

import numpy as np

from tlcourse import exercises, profiles, show
from tlcourse.data import glove, running_text, word_tests
from tlcourse.lessons.static_word_vectors import (
    figures,
    glove_in_words,
    in_words,
    kept_results,
    trials,
    word_tables,
)
from tlcourse.models.vectors import fasttext, pmi, word2vec
from tlcourse.models.vectors import glove as glove_model
from tlcourse.probe import bias, word_vectors

pick = profiles.chooser(profile)
show.style()
check = exercises.start("static_word_vectors", solutions=solutions)

# %% [markdown]
# ## Predict first
# You have met vectors that others trained, in lessons 00 and 01. They are famous for their arithmetic: take the vector of *king*,
# subtract *man*, add *woman*. What lies nearest to the result? (Nearest means: with the highest **cosine**, the dot product of two
# vectors brought to length 1.) Commit to an answer; the lesson comes back to it.

# %%
check.predict("king_without_rules")

# %% [markdown]
# ## The idea (15 minutes)
# Words that stand in the same places mean similar things. So: slide a window over text, and train vectors so that a word's
# vector can *predict the words around it*. Two words that predict the same neighbours end up close together.
#
# Skip-gram (Mikolov et al. 2013a) gives each word two vectors: $v$ for when it stands in the centre, $u$ for when it stands
# around. A score is their dot product. (Skip-gram and its sister CBOW are known by the name of their program, **word2vec**.)

# %%
example = ["the", "bank", "raised", "its", "interest", "rate", "after", "a", "quiet", "year"]
figures.window(example, center=4, reach=2, noise=["striker", "album", "the", "galaxy", "minister"])

# %% [markdown]
# A softmax over the whole vocabulary would cost as many dot products as there are words. *Negative sampling* asks $1 + k$
# yes-or-no questions instead (Mikolov et al. 2013b): is $o$ a real neighbour of the centre word $c$, and are these $k$ words $n_1 \dots n_k$ noise, drawn by
# chance? Maximise
#
# $$\log \sigma(u_o^\top v_c) + \sum_{i=1}^{k} \log \sigma(-u_{n_i}^\top v_c), \qquad n_i \sim P_n, \quad P_n(j) \propto \text{count}(j)^{3/4}$$
#
# where $\sigma(x) = 1/(1+e^{-x})$ turns a score into the probability of *yes*, and $P_n$ is the **noise distribution**: how often word
# $j$ occurs, to the power of ¾, so that rare words get a little more than their share.
#
# ### Exercise: the loss
# Write the loss of **one** pair: the formula above with the sign turned, since a loss falls as things get better. What you get
# are numpy arrays.


# %% tags=["exercise"]
def negative_sampling_loss(center, context, noise):
    """Return the loss of one pair: `center` (D,), its `context` (D,), and k words of `noise` (k, D)."""
    ...


# %%
check.negative_sampling_loss(negative_sampling_loss)

# %% [markdown]
# The course's own skip-gram takes one step for many pairs at once. The gradient of the formula is plain: a true neighbour pulls with
# $1 - \sigma(u_o^\top v_c)$, a noise word pushes with $\sigma(u_{n_i}^\top v_c)$. Two things are not in the formula. *Blocks*:
# `L` neighbouring centre words are scored together against all that their windows can reach, `L + 2C` words (with blocks of 4 and windows of 2: eight),
# and `inside` is 1 where a word lies in a centre word's window, else 0. `T` blocks make a step. *Shared noise*: the pairs of a block have their `N` noise
# words in common (Ji et al. 2016), each weighed so that the expected gradient stays the formula's. (`embedding` takes rows out of a table, `add_to_…` adds
# to them, `.mT` transposes the last two axes.) Read it aloud: scores, what pulls, what pushes, three additions.

# %%
show.source(word2vec.SkipGram.step)

# %% [markdown]
# ### Exercise: most of the text is *the*
# Frequent words are in every window and say little. So most of their tokens (a token: a word, every time that it stands in the text) are thrown
# away, each with probability $1 - \sqrt{t/f}$, where $f$ is the word's relative frequency, its share of all tokens, and $t$ a threshold around $10^{-5}$ to
# $10^{-3}$ (Mikolov et al. 2013b, section 2.3). How likely is it *kept*?


# %% tags=["exercise"]
def keep_probability(frequency, t):
    """Return the probability that a token is kept, for an array of relative frequencies (V,)."""
    ...


# %%
check.keep_probability(keep_probability)

# %% [markdown]
# That is the paper's formula. The program that came with it keeps a little more, $\sqrt{t/f} + t/f$; gensim does as the program does, and
# so do we in all that follows.
#
# ## The real thing: train on raw text (10 minutes)
# The text is what the course's packaged data holds: BBC news articles, film and product reviews, editorials, tweets. The
# papers had about a thousand times as much, or more. Words that occur fewer than five times are left out.

# %%
sentences = running_text.sentences()[:: pick(full=1, fast=12)]
text = running_text.encode(sentences, min_count=5)
show.md(in_words.text_size(text))

# %%
settings = word2vec.Settings(
    vector_size=100, window=5, sample=1e-4, alpha=0.075, epochs=pick(full=5, fast=2), seed=seed
)
skipgram = word2vec.train(text, settings, watch=lambda run: show.progress(run, "skip-gram, epochs"))

# %% [markdown]
# `sample` is $t$, `alpha` the learning rate, and an epoch is one pass over the text. `window` is the *farthest* reach: for each centre word a reach from
# 1 to 5 is drawn, so that near words count more. $k$ is 5, the default. All trainings of this lesson run on **one thread**: their
# steps take a millisecond, too little to share. And the same seed gives the same vectors again.
#
# From here on a word's vector is its $v$; the $u$ have done their work. A few passes over the text, and look at what lies together. Which of these could
# stand in the word's *place*, and which stand *beside* it, as *prime* does beside *minister*? On little text and with this window, vectors tell the topic
# before they tell the meaning.

# %%
own_space = word_vectors.WordSpace(skipgram.vectors())
wanted = ("football", "minister", "film", "profits", "software", "injury", "virus")
show.table(word_tables.nearest(own_space, wanted))

# %% [markdown]
# ### Is it as good as the reference?
# *gensim* is the library that people use. Train it on the same sentences with the same settings, one thread too, and ask both
# the same question: do their cosines rank pairs of words as people do? For WordSim-353 people said from 0 to 10 how *related*
# two words are, for SimLex-999 how *similar*. That is not the same:

# %%
show.table(word_tables.judged(("coast", "shore"), ("professor", "student")))

# %% [markdown]
# Spearman's ρ compares two rankings: 1 if they are the same, 0 if they have nothing to do with each other. One seed proves little, so
# both train with several; two trainings run side by side, one on each core.

# %%
seeds = range(seed, seed + pick(full=3, fast=2))
results = trials.over_seeds(text, sentences, settings, seeds, partial(show.progress, desc="trained"))
show.results(results, "test", "model", "Spearman's ρ; same text and settings", ".3f")
show.md(in_words.against_gensim(results, trials.pairs_used(skipgram.vectors())))

# %% [markdown]
# What makes a program in PyTorch alone fast enough: one matrix product scores a whole block of centre words.
#
# ## Optional: turn the tricks off (10 minutes)
# A trick that nobody would miss is no trick. Each row below changes one thing and trains once. How far may one training differ by its seed alone?
# The spread of the seeds above tells, ours and gensim's together: by Student's t, 95% of further trainings lie in an interval about the mean. What
# lies inside is *within luck*. (A single training has no partner to be compared with seed by seed, as in lesson 01.)

# %%
off = trials.tricks_off(text, settings, partial(show.progress, desc="variants"))
ours = trials.Records({**row, "model": trials.ALL_ON} for row in results.where(model="ours"))
columns = {
    "seconds": lambda name: f"{trials.seconds((ours + off).where(model=name)):.0f}",
    "difference": lambda name: (
        "" if name == trials.ALL_ON else in_words.verdict(off.where(model=name), results)
    ),
}
show.results(ours + off, "model", "test", "Spearman's ρ", ".3f", best=None, also=columns)
show.md(in_words.tricks(off, results))

# %% [markdown]
# The papers tuned these tricks on a thousand times as much text. Here, much of what they bring can't be told from a lucky seed, and a table
# with one run a row, read without the last column, would have told you a story. (Drawing noise by plain count puts *the* into so many pairs that our
# program makes smaller steps, and that takes time.)
#
# **CBOW** turns the question round: from the mean of the words in the window, predict the one in the middle. One question for
# each window instead of one for each pair; each word of the window gets only its share of the gradient, so the rate must be larger.

# %%
cbow = word2vec.train(
    text, replace(settings, alpha=0.3), word2vec.CBOW, watch=lambda run: show.progress(run, "CBOW, epochs")
)
of_cbow = trials.Records(trials.score(cbow.vectors(), model="CBOW", seed=seed))
show.md(in_words.cbow(of_cbow, results))

# %% [markdown]
# ## Pieces of words: fastText (10 minutes)
# *fastText* (Bojanowski et al. 2017) is skip-gram with one change: the centre word's vector is made of the vectors of its
# pieces, the **n-grams** (runs of letters) of 3 to 6 characters of `<word>`, and one of its own. `where` becomes `<where>`, with the 3-grams `<wh`,
# `whe`, `her`, `ere`, `re>`: the marks, which you put on, tell the piece `her` from the word `<her>`. A word that nobody has seen has pieces
# too. The paper *sums* them (section 3.2); the program that came with it takes their *mean*, and we follow the program.
#
# ### Exercise: the pieces


# %% tags=["exercise"]
def ngrams(word, shortest, longest):
    """Return the set of n-grams of the word between `<` and `>`, `shortest` to `longest` characters long."""
    ...


# %%
check.ngrams(ngrams)

# %%
if check.ngrams.works():
    print("In a typo and in its word:", *sorted(ngrams("goverment", 3, 6) & ngrams("government", 3, 6)))

# %% [markdown]
# There are far more pieces than words, so fastText keeps no list of them: a hash function says in which row (*bucket*) of one
# big table a piece lives, and pieces that fall into one bucket share it.

# %%
fast_settings = fasttext.Settings(
    vector_size=100, sample=1e-4, alpha=0.05, epochs=pick(full=5, fast=1), bucket=pick(full=200_000, fast=20_000), seed=seed
)  # fmt: skip
fast = word2vec.train(
    text, fast_settings, fasttext.FastText, watch=lambda run: show.progress(run, "fastText, epochs")
)
fast_space = word_vectors.WordSpace(fast.vectors())
show.md(in_words.pieces(text, fast_settings))

# %% [markdown]
# ### Words it never saw
# Typos, inflections and names that are not in the training text. word2vec has *nothing* for these: no vector at all. Nor has GloVe (vectors fitted to
# counts of neighbours; an optional section below shows how). fastText puts one together.

# %%
unseen = [
    "goverment", "beautifull", "footballing", "unwatchably", "blairism", "microsofts", "economistic", "rebroadcasted",
]  # fmt: skip
show.table(word_tables.unseen(unseen, own_space, fast, fast_space))

# %% [markdown]
# Examples can be picked. So take many words, swap two neighbouring letters in the middle of each, and see how often the right
# word comes back first, or among the first ten.

# %%
from tlcourse.lessons.static_word_vectors import typos

show.md(in_words.typos(typos.ranks(fast, fast_space, seed=seed)))

# %% [markdown]
# ## Optional: the order of the text (5 minutes)
# With gensim's fastText you may get less than with ours on the very same text. These results are from an earlier run, kept with the course, two seeds
# each. Skip-gram's rate is the usual one here, 0.025 (above it was 0.075, as a few passes over so little text are short); fastText's is 0.05. CBOW's is
# 0.3 in ours, and 0.05 in gensim's, which gives each word of a window the whole gradient.

# %%
kept = kept_results.against_gensim()
show.results(kept.where(test="WordSim-353"), "model", "whose", "Spearman's ρ on WordSim-353", ".3f")
show.md(in_words.order_of_text(kept))

# %% [markdown]
# For fastText the cause is **the order in which the text is read**: on shuffled text, gensim's comes to where ours is. Ours shuffles blocks of it in
# each epoch; gensim reads from beginning to end, where reviews and tweets are. Words share their pieces, so we think that what comes last bends what was
# read before. For CBOW a gap stays: our output vectors learn six times as fast, and we think that this is why.
#
# ## Optional: count instead of predict (25 minutes)
# Skip-gram meets each pair again and again. *GloVe* (Pennington et al. 2014) counts them once: $X_{ij}$ is how often $j$
# stands near $i$, a neighbour at distance $d$ counting $1/d$. Then it fits the logarithm of the counts, with two vectors $w_i$ and
# $\tilde w_j$ and two **biases** $b_i$ and $\tilde b_j$, a number for each word by itself:
#
# $$J = \sum_{X_{ij}>0} f(X_{ij}) \,(w_i^\top \tilde w_j + b_i + \tilde b_j - \log X_{ij})^2, \qquad
# f(x) = \min\!\big(1, (x/x_{\max})^{3/4}\big)$$
#
# $f$ gives rare counts, which are mostly noise, less weight. The step below uses *AdaGrad*: gradient descent in which each number has its
# own rate, and the more it has moved, the smaller the rate becomes. In the code the biases are two more columns of the
# vectors, so that one dot product gives the whole sum: one of the two holds the bias, the other is 1, to meet the partner's bias, and stays 1, as its
# `squares` start at infinity. A word's vector is $w + \tilde w$. Two constants are not the paper's: $x_{\max}$ is 10 instead of 100, which
# suits a smaller text, and we make fewer passes: the paper 50, the full run of this lesson 10.

# %%
show.source(glove_model.GloVe.step)

# %%
counts = glove_model.cooccurrences(text, window=5)
show.md(in_words.filled(counts))
own_glove = glove_model.train(
    text.words, counts, glove_model.Settings(vector_size=100, epochs=pick(full=10, fast=2), seed=seed),
    watch=lambda run: show.progress(run, "GloVe, passes"),
)  # fmt: skip

# %% [markdown]
# ### What they have in common
# Three programs, three objectives. Levy and Goldberg (2014) worked out what skip-gram with negative sampling converges to when
# it has dimensions enough. If $\#(i,j)$ is how often $j$ stood in the window of $i$, $\#(i)$ the sum of row $i$ of these counts, and noise is drawn
# from $P_n$,
#
# $$u_j^\top v_i = \log \frac{\#(i,j)}{\#(i)\,P_n(j)} - \log k .$$
#
# If noise were drawn as words come, from $P(j) = \#(j)/N$, the share of context $j$ among all $N$ pairs ($N$ counts pairs from here on), the logarithm would be
# *pointwise mutual information*, $\mathrm{PMI}(i,j) = \log \frac{\#(i,j)}{\#(i)\,P(j)}$: how much more often do $i$ and $j$ meet than by chance? So skip-gram
# factorises a table of counts (writes it as a product of two narrow ones, the $v$ and the $u$), just as GloVe does openly. Write the table first, with $P$.
#
# ### Exercise: shifted positive PMI
# Negative values come from pairs that hardly ever met, and are noise (or −∞). So they are cut at 0. Row $i$ of `counts` holds $\#(i,j)$; $\#(j)$
# is the sum of column $j$, and $N$ the sum of all.


# %% tags=["exercise"]
def shifted_ppmi(counts, k):
    """Return max(PMI − log k, 0), (V, V), from counts (V, V) of word i (row) in the context j (column); no row is empty."""
    ...


# %%
check.shifted_ppmi(shifted_ppmi)

# %% [markdown]
# Now see whether it is true. Count the pairs that skip-gram saw, take those that met often enough to be counted well, and hold
# the trained dot products against the formula, with the noise $P_n$ that was really used.
#
# GloVe's $\log X_{ij}$ is nearly PMI too. With $X_i$ and $X_j$ for the sums of row $i$ and column $j$ and $N$ for the sum of all of $X$,
#
# $$\mathrm{PMI}(i,j) = \log X_{ij} - \log X_i - \log X_j + \log N ,$$
#
# and what separates the two is one number for the row and one for the column, just like biases. But nothing *makes*
# the biases hold them: part of how frequent a word is may as well sit in the dot product. So ask GloVe twice. Does the whole sum
# follow $\log X$? And do the dot products follow PMI, once the best number for each row and each column is taken out of both?
#
# In the figure, darker means more pairs, on a logarithmic scale, and $r$ is Pearson's correlation: 1 on any straight line that rises. In the
# upper panels, PMI stands for the logarithm with $P_n$. The dark dot at zero in the last panel: words with one such pair. Take out their number, and nothing is left.

# %%
from tlcourse.lessons.static_word_vectors import factorisation

often = pick(full=20, fast=5)
table, i, j = factorisation.noise_pmi(text, settings, epochs=pick(full=3, fast=2), often=often)
panels = [
    factorisation.of_skipgram("skip-gram", skipgram, table, i, j, settings.negative),
    factorisation.of_skipgram("fastText", fast, table, i, j, settings.negative),
    *factorisation.of_glove(own_glove, counts, often),
]
whole, as_they_are, pair_alone = panels[2:]
figures.factorisation([*panels[:2], whole, pair_alone])

# %%
show.md(in_words.fits(panels, often))

# %% [markdown]
# (The two count pairs differently, by drawn windows or by $1/d$, so their numbers of pairs differ.) On the dashed line, counts and training would agree
# exactly. They don't. Where a cloud bends away at high PMI, those are rare words, which were trained least, we think. Are 100 numbers a word too few, or
# were the passes too few? For GloVe both were tried, each with two seeds on the full text:

# %%
control = kept_results.glove_passes()
show.results(control, "training", "measure", "GloVe with more passes, or more numbers", ".3f", best=None)
show.md(in_words.passes(control))

# %% [markdown]
# For skip-gram and fastText we think that it is the same, but have not tried. What the three learn about a *pair* is much alike.
#
# ### Then factorise it
# If skip-gram comes close to factorising a table, a *singular value decomposition* (SVD) does it outright: it finds the table of rank 100 that is
# closest to the given one, as a product $U \Sigma V^\top$ with a diagonal $\Sigma$, and needs no training at all. Words get the rows of $U\sqrt{\Sigma}$ (Levy
# and Goldberg 2014, section 4.2). All five methods below learned from the same text.

# %%
svd = pmi.factorise(text.words, pmi.shifted_positive(table, settings.negative), 100, seed)
methods = {
    "skip-gram": skipgram.vectors(), "CBOW": cbow.vectors(), "fastText": fast.vectors(),
    "GloVe": own_glove.vectors(), "SVD of shifted PPMI": svd,
}  # fmt: skip
similarity = trials.Records(
    row for name, v in methods.items() for row in trials.score(v, model=name, seed=seed)
)
show.results(similarity, "model", "test", "Spearman's ρ, 100 numbers a word", ".3f", best=None)
show.md(in_words.methods(similarity, results))

# %% [markdown]
# And **analogies**: *a is to b as c is to ?* A question is asked if all four words are in the vocabulary. *Semantic* ones ask for capitals,
# currencies, states and family, *syntactic* ones for the forms of a word. They are asked once, so there is no spread to judge them by.

# %%
questions = word_tests.analogies()
solved = {
    name: word_vectors.analogies(word_vectors.WordSpace(vectors), questions)
    for name, vectors in methods.items()
}
show.table(word_tables.analogy_totals(solved), caption="Analogies: correct of those asked", formats=".1%")

# %% [markdown]
# GloVe is undertrained here, as you saw. Counts can be a rival: Levy, Goldberg and Dagan 2015 made the case that settings matter more than the
# method. About fastText's *syntactic* column: *walk* and *walking* share their pieces, so an answer that is spelt like
# the question is near it from the start. That, we think, is what it measures.
#
# The models above have done their work, and what comes next needs the memory. (To run their cells again, start from the top.)

# %%
del fast, fast_space, cbow, own_glove, counts, table, methods, svd

# %% [markdown]
# ## Real vectors: GloVe 6B (15 minutes)
# The course's own text is small. These vectors come from six billion words (Wikipedia 2014 and newspapers): 50 numbers each, for
# 400,000 words. You can't train them here; you can use them. That is the whole point of this course.

# %%
space = word_vectors.WordSpace(glove.load())
show.table(word_tables.by_rule(space, "king - man + woman"))
show.md(glove_in_words.short_step(space))
check.recall("king_without_rules")

# %% [markdown]
# The famous answer needs a rule that is seldom told: **the three question words are ruled out.** Keep this in mind when you read an analogy score, and
# write the rule into your own solver.
#
# ### Exercise: solve an analogy
# 3CosAdd: the row with the largest cosine to $b - a + c$, with $a$, $b$ and $c$ each at length 1. (It adds three cosines:
# $\cos(d, b) - \cos(d, a) + \cos(d, c)$.) You get the three as row *numbers*, and return one.


# %% tags=["exercise"]
def solve_analogy(vectors, a, b, c):
    """Return the number d of the row of `vectors` (V, D) that is to row c as row b is to row a (3CosAdd)."""
    ...


# %%
check.solve_analogy(solve_analogy)

# %%
if check.solve_analogy.works():
    rows = [space.index[word] for word in ("france", "paris", "poland")]
    print("france : paris = poland :", space.words[solve_analogy(space.directions, *rows)])

# %% [markdown]
# Try your own. The strips show the numbers, purple above 0 and orange below; a word that is subtracted has its colours turned. Which sums work, and
# which only look as if they worked because the answer is the nearest word anyway? Untick
# *Hide the words I typed* to see what the rule hides.

# %%
from tlcourse.lessons.static_word_vectors import word_neighbours

word_neighbours.neighbours(space)

# %% [markdown]
# ### Google's 19,544 analogies
# **Protocol**: all words in lower case; 3CosAdd; $a$, $b$, $c$ ruled out; a question counts if all four words are in the vocabulary. So a larger
# vocabulary changes two things: more words compete for the answer, and more questions are asked. (A semantic question is *Athens Greece Baghdad* → *Iraq*,
# a syntactic one, *gram* in the figure, *good better bad* → *worse*.)

# %%
small = word_vectors.WordSpace(glove.load(pick(full=30_000, fast=5_000)))
large = space if profile == "full" else word_vectors.WordSpace(glove.load(10_000))
sizes = {f"{len(s.words):,} words": s for s in (small, large)}
by_size = {
    name: word_vectors.analogies(s, questions) for name, s in show.progress(sizes.items(), "vocabularies")
}
figures.sections(by_size)

# %%
same = {name: [q for q in asked if all(w.lower() in small for w in q)] for name, asked in questions.items()}
found = by_size | {"the larger, with the smaller's questions": word_vectors.analogies(large, same)}
show.table(word_tables.analogy_totals(found), "GloVe 6B, 50-d: correct of those asked", ".1%")
few, many, few_again = (word_vectors.total(sections) for sections in found.values())
show.md(glove_in_words.competitors(few, few_again, many))

# %%
ask = partial(word_vectors.analogies, small, questions)
asked = {
    "3CosAdd, question words ruled out": few,
    "3CosMul, question words ruled out": word_vectors.total(ask("3CosMul")),
    "3CosAdd, any word may answer": word_vectors.total(ask(exclude_question_words=False)),
}
show.table(
    [{"how it is asked": how, "correct": s.accuracy} for how, s in asked.items()],
    caption=f"Of the {few.asked:,} questions that {len(small.words):,} words know", formats=".1%",
)  # fmt: skip
show.md(glove_in_words.rule(asked))

# %% [markdown]
# ## Optional: maps (10 minutes)
# A plane has two dimensions, the vectors have 50. *Principal component analysis* (PCA) finds the directions in which points spread most,
# and looks along them; it is *linear*, so a direction in the map is a direction among the vectors. Do the arrows from country to capital run alike?

# %%
capitals = [
    ("france", "paris"), ("italy", "rome"), ("spain", "madrid"), ("russia", "moscow"), ("japan", "tokyo"),
    ("china", "beijing"), ("greece", "athens"), ("turkey", "ankara"), ("poland", "warsaw"), ("portugal", "lisbon"),
]  # fmt: skip
figures.relation(space, capitals, "countries", "capitals")

# %%
show.md(glove_in_words.arrows(space, capitals))

# %% [markdown]
# *t-SNE* gives up on directions and distances to keep neighbours together. How many does it keep? Hover over a point to see
# its word, and search for one: the lines go to what is nearest of the words shown, in all 50 dimensions. Words in small print
# have none of their group among the five nearest on the map. What else can each of them mean?

# %%
from sklearn.manifold import TSNE

from tlcourse.lessons.static_word_vectors import vector_map

groups = {name: [w for w in words if w in space] for name, words in vector_map.THEMES.items()}
stacked = np.stack([space[w] for words in groups.values() for w in words])
xy = TSNE(perplexity=15, init="pca", metric="cosine", random_state=seed).fit_transform(stacked)
word_map = vector_map.word_map(space, groups, xy, find="turkey")
show.md(glove_in_words.kept_near(word_map))
word_map

# %% [markdown]
# ## Vectors in a classifier (10 minutes)
# Do vectors trained on other people's text help where you have few labels? These are the film-review sentences of lesson 01, positive or
# not. A text is the mean of its words' vectors, and a linear layer reads it. The vectors are GloVe's, **frozen** (they never change, as in lesson 01); GloVe's,
# **tuned** along with the classifier; or **random** at first, and learned. The baseline has no vectors: TF-IDF and logistic regression, with
# scikit-learn's usual settings (the score is plain accuracy, so the figures are not quite those of lesson 01). Before you run it:
# where will the baseline win?

# %%
check.predict("where_tfidf_wins")

# %%
from tlcourse.lessons.static_word_vectors import few_labels

show.source(few_labels.accuracy)

# %%
labels = pick(full=(100, 1000, few_labels.n_train()), fast=(100, 300))
runs = [(model, n, s) for s in seeds for n in labels for model in few_labels.MODELS]
learned = show.Records(
    {"model": model, "labels": n, "seed": s, "score": few_labels.accuracy(model, n, s)}
    for model, n, s in show.progress(runs, "classifiers")
)
show.learning_curve(learned, "test accuracy", baseline=("always the commoner label", few_labels.majority()))

# %%
show.results(learned, caption="Accuracy on the test sentences")
show.md(glove_in_words.few_and_many(learned, few_labels.n_train()))
check.recall("where_tfidf_wins")

# %% [markdown]
# Feature extraction (frozen) against fine-tuning (tuned): lesson 02 asks it of photographs, lessons 05 to 09 of language models. What holds frozen vectors
# back? Here is one suspect. Words of opposite feeling stand in the same places, so their vectors are close:

# %%
pairs = ("good", "bad"), ("best", "worst"), ("funny", "sad"), ("love", "hate")
show.table(word_tables.opposites(space, *pairs), f"Of {len(space.words):,} words, how many are nearer?")

# %% [markdown]
# We think that tuning moves such words apart. That was not tested here.
#
# ## What else they learned: bias (10 minutes)
# Vectors learn what people write, prejudice included. (*Bias* means prejudice here, not GloVe's numbers $b_i$.) The *word embedding association test*
# (WEAT, Caliskan et al. 2017) makes it a number:
# are words X nearer to words A, and words Y nearer to B, than when X and Y are shuffled? The effect $d$ is in standard
# deviations (2 is the most there can be), $p$ the share of shuffles with a larger one. The first test is harmless and shows that the
# method works: flowers are pleasant.
#
# The tests below know two genders and English names of one culture. They show that an association is there; not that
# nothing else is.

# %%
show.table(word_tables.weats(space), caption="GloVe 6B, 50-d: X / Y : A / B")

# %% [markdown]
# A model that ranks job applications with these vectors starts with these opinions. Can they be taken out? *Hard debiasing*
# (Bolukbasi et al. 2016) finds the direction that *she − he*, *woman − man* and eight more differences have most in common (their first principal
# component: the optional maps have more of these), and removes it from every word that does not mean a gender.

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
figures.leanings(before, after, "he", "she")

# %% [markdown]
# All at zero. Is it gone? Gonen and Goldberg (2019) asked differently. Take words that leaned most to either side *before*, none of them
# gendered by meaning. In the debiased vectors: do they still fall into two clusters (*k-means*, which knows no labels)? Can a classifier that
# saw some of them tell the side of the others?

# %%
neutral = [w for w in common.words if w.isalpha() and w not in bias.GENDERED_WORDS]
ranked = sorted(neutral, key=lambda w: float(common[w] @ gender))
n_words, n_train = pick(full=(2500, 1000), fast=(500, 200))
male, female = ranked[:n_words], ranked[: -n_words - 1 : -1]
spaces = {"before": common, "after": debiased}
left = {name: bias.leftover(s, female, male, n_train, seed) for name, s in spaces.items()}
show.table(word_tables.left(spaces, left), "Is the side found again, and the WEAT effects d")
show.md(glove_in_words.found_again(**left))

# %% [markdown]
# Words lean *together*: nurse stays near receptionist. The WEAT effects do not go to 0 together, one may even turn round,
# and a small one says only that *this* test finds little. What was learned is in the other directions too.
#
# ## The failure: one vector per word (5 minutes, with what follows)
# *Bank* lends money and lines a river. *Cell* is in biology, in prison, in your pocket. *Play* is a game and a drama. Each has
# one vector, whatever the sentence. Does any of the words nearest to *bank* stand at a river?

# %%
show.table(word_tables.nearest(space, ("bank", "cell", "play"), 9), "Nearest in GloVe 6B")
senses = {
    "bank": ("money", "river"), "cell": ("biology", "prison"), "play": ("game", "theatre"),
    "apple": ("microsoft", "pear"), "mouse": ("keyboard", "rat"),
}  # fmt: skip
show.table(word_tables.senses(space, senses), "Cosine with a word of one sense, and of another")

# %%
for sentence in ("he sat on the bank of the river", "the bank raised its interest rate"):
    vector = space["bank"]  # there is no way to say which
    print(f"{sentence:35} cosine with the other sentence's bank: {vector @ space['bank']:.2f}")

# %% [markdown]
# It could not be otherwise: the table has one row for *bank*. A vector that depends on the *sentence* is what ELMo, ULMFiT, GPT and
# BERT bring in 2018.
#
# ## Paper says / we get / why they differ

# %%
from tlcourse.lessons.static_word_vectors import published

largest, found = list(by_size.items())[-1]
totals = (largest, word_vectors.total(found)), word_vectors.total(solved["skip-gram"])
show.compare(published.comparison(*totals, results.where(test="WordSim-353"), panels[0].r, left))

# %% [markdown]
# Do 300 dimensions explain the gap? Where there is a network, `tlcourse fetch glove-6b-300d` gets the paper's own vectors, and this
# cell asks them the same questions. Without them it says so and goes on.

# %%
from gensim.models import KeyedVectors

from tlcourse import assets

try:
    file = next(assets.path("glove-6b-300d").glob("*.gz"))
except assets.AssetMissing:
    print("They are not on this machine. With a network, `tlcourse fetch glove-6b-300d` gets them (400 MB).")
else:
    loaded = KeyedVectors.load_word2vec_format(file, limit=len(small.words))
    wide = word_vectors.WordSpace(glove.Vectors(loaded.index_to_key, loaded.vectors))
    answers = word_vectors.total(word_vectors.analogies(wide, questions))
    print(f"300-d: {answers.accuracy:.1%} of {answers.asked:,} questions, {len(wide.words):,} words.")

# %% [markdown]
# ## What to remember
# 1. A word's vector comes from the words around it. Negative sampling makes that a handful of yes-or-no questions.
# 2. (Optional section) Skip-gram and fastText come close to factorising PMI, GloVe the logarithm of counts; apart from what a row or a column says alone,
#    that is one and the same table.
# 3. Pieces of words give a vector to any word.
# 4. An analogy score means little without its protocol: who may answer, and which questions are asked at all.
# 5. Vectors carry over to tasks with few labels; with many, let them be tuned. They carry over prejudice as well, and projecting it away leaves enough
#    to find it again.
#
# **What it got wrong.** One vector for *bank*, whatever the sentence. Order is lost too: the mean of a sentence's vectors is the same
# backwards.
#
# **Next**: [04 · Sequences and attention](04_sequences_and_attention.ipynb) reads words in order. ELMo then makes a vector for each
# word *in its sentence*.
#
# **Reading**: Mikolov et al. 2013a, *Efficient estimation of word representations in vector space*; 2013b,
# *Distributed representations of words and phrases and their compositionality* (sections 2.2, 2.3);
# Pennington et al. 2014, *GloVe* (section 3); Bojanowski et al. 2017, *Enriching word vectors with subword information*; Levy and
# Goldberg 2014, *Neural word embedding as implicit matrix factorization*, and 2014b, *Linguistic regularities in sparse and explicit word
# representations*; Levy, Goldberg and Dagan 2015, *Improving distributional
# similarity with lessons learned from word embeddings*; Bolukbasi et al. 2016, *Man is to computer
# programmer as woman is to homemaker?*; Caliskan et al. 2017, *Semantics derived automatically from language corpora contain human-like biases*;
# Gonen and Goldberg 2019, *Lipstick on a pig*; Ji et al. 2016,
# *Parallelizing word2vec in shared and distributed memory*. **Code**: `tlcourse/models/vectors/word2vec.py`, `glove.py`, `fasttext.py`.
