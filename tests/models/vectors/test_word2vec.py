"""Skip-gram and CBOW against the formula in plain loops, against autograd, and against gensim."""

from collections import Counter

import gensim.models
import numpy as np
import pytest
import torch
from torch.nn.functional import logsigmoid

from tlcourse.data import running_text
from tlcourse.models.vectors import word2vec
from tlcourse.models.vectors.word2vec import CBOW, Settings, SkipGram


def topics(n_sentences: int, seed: int = 0) -> list[list[str]]:
    """Sentences of ten words, each about one of 12 topics of 15 words, with three words of all topics."""
    rng = np.random.default_rng(seed)
    text = []
    for topic in rng.integers(12, size=n_sentences):
        words = [f"t{topic}w{w}" for w in np.minimum(rng.zipf(1.5, size=10), 15)]
        text.append([w if rng.random() > 0.2 else f"common{rng.integers(3)}" for w in words])
    return text


def purity(words: list[str], vectors: np.ndarray) -> float:
    """The share of nearest neighbours that are of the word's own topic."""
    rows = [i for i, word in enumerate(words) if word[0] == "t"]
    x = vectors[rows] / np.linalg.norm(vectors[rows], axis=1, keepdims=True)
    cosine = x @ x.T
    np.fill_diagonal(cosine, -1)
    topic = [words[i].split("w")[0] for i in rows]
    return float(np.mean([topic[i] == topic[j] for i, j in enumerate(cosine.argmax(1))]))


@pytest.fixture(scope="module")
def text() -> running_text.RunningText:
    return running_text.encode(topics(3000))


def one_batch(text: running_text.RunningText, settings: Settings) -> word2vec.Blocks:
    generator = torch.Generator().manual_seed(3)
    return next(word2vec.blocks(text, settings, generator))


def spelled_out(kind: type[SkipGram], v: torch.Tensor, u: torch.Tensor, batch: word2vec.Blocks, k: int):
    """The objective, one centre word and one pair at a time, as the formula stands in the paper."""
    total = torch.zeros(())
    share = k / batch.noise.shape[1]
    for block in range(len(batch.center)):
        for i, center in enumerate(batch.center[block]):
            near = [
                int(o)
                for o, inside in zip(batch.context[block], batch.inside[block, i], strict=True)
                if inside
            ]
            if kind is SkipGram:
                asked = [(v[center], o) for o in near]
            else:
                asked = [(v[near].mean(0), int(center))] if near else []
            for hidden, answer in asked:
                total = total + logsigmoid(u[answer] @ hidden)
                total = total + share * sum(logsigmoid(-u[n] @ hidden) for n in batch.noise[block])
    return total


@pytest.mark.parametrize("kind", [SkipGram, CBOW])
def test_a_step_adds_the_gradient_that_autograd_finds(kind, text):
    settings = Settings(vector_size=6, window=3, negative=5)
    batch = one_batch(text, settings)
    batch = word2vec.Blocks(*(getattr(batch, f)[:2] for f in ("center", "context", "inside", "noise")))
    model = kind(text.words, settings, torch.Generator().manual_seed(0))
    model.input.normal_(generator=torch.Generator().manual_seed(1))
    model.output.normal_(generator=torch.Generator().manual_seed(2))
    v, u = model.input.clone().requires_grad_(), model.output.clone().requires_grad_()
    total = spelled_out(kind, v, u, batch, settings.negative)
    total.backward()

    scores = model.step(batch, lr=0.5)

    # sums of some hundred float32 terms of size 1
    torch.testing.assert_close(model.input, (v + 0.5 * v.grad).detach(), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(model.output, (u + 0.5 * u.grad).detach(), rtol=1e-4, atol=1e-4)
    assert word2vec.objective(*scores).item() == pytest.approx(
        total.item() / scores[1].sum().item(), rel=1e-4
    )


def test_every_token_is_a_centre_once_and_windows_stay_in_their_sentence(text):
    settings = Settings(window=4, sample=None)
    centres, distances = Counter(), Counter()
    where = {}
    for position, sentence in enumerate(text.sentence):
        where.setdefault(sentence, []).append(position)
    for batch in word2vec.blocks(text, settings, torch.Generator().manual_seed(0)):
        _, i, j = batch.inside.nonzero(as_tuple=True)
        distances.update((j - i - settings.window).tolist())
        real = batch.inside.sum(-1) > 0
        centres.update(batch.center[real].tolist())
    # All sentences have ten words, so every token has a neighbour and shows up as a centre.
    assert centres == Counter(text.ids.tolist())
    assert 0 not in distances
    # Windows are drawn from 1..4 evenly, so distance d comes up (4 − d + 1)/4 as often as there are pairs.
    for d in range(1, 5):
        pairs = sum(max(0, len(positions) - d) for positions in where.values())
        expected = pairs * (4 - d + 1) / 4
        assert distances[d] == pytest.approx(expected, rel=0.03)  # thousands of draws
        assert distances[-d] == pytest.approx(expected, rel=0.03)


def test_no_pair_crosses_a_sentence():
    text = running_text.encode([["a", "b"], ["c", "d"]] * 50, min_count=1)
    sentence_of = {"a": 0, "b": 0, "c": 1, "d": 1}
    for batch in word2vec.blocks(text, Settings(sample=None), torch.Generator().manual_seed(0)):
        for block, i, j in batch.inside.nonzero().tolist():
            pair = text.words[batch.center[block, i]], text.words[batch.context[block, j]]
            assert sentence_of[pair[0]] == sentence_of[pair[1]]


def test_subsampling_and_noise_are_gensims():
    sentences = topics(2000)
    text = running_text.encode(sentences, min_count=2)
    theirs = gensim.models.Word2Vec(sentences, min_count=2, sample=1e-3, vector_size=2, epochs=1, workers=1)
    keep = word2vec.keep_probability(text.counts, 1e-3)
    noise = word2vec.noise_distribution(text.counts, 0.75)
    table = theirs.cum_table / theirs.cum_table[-1]
    for number, word in enumerate(text.words):
        row = theirs.wv.key_to_index[word]
        assert keep[number] == pytest.approx(
            theirs.wv.get_vecattr(word, "sample_int") / (2**32 - 1), abs=1e-6
        )
        assert noise[number] == pytest.approx(table[row] - (table[row - 1] if row else 0), abs=1e-6)


@pytest.mark.parametrize("kind", [SkipGram, CBOW])
def test_it_finds_topics_as_well_as_gensim(kind):
    sentences = topics(2500)
    text = running_text.encode(sentences)
    shared = {"vector_size": 20, "window": 5, "negative": 5, "epochs": 5, "sample": 1e-2, "seed": 1}
    # The mean's true gradient goes to m words in parts: it needs a larger rate than gensim's CBOW (see CBOW).
    alpha = 0.025 if kind is SkipGram else 0.075
    ours = word2vec.train(text, Settings(**shared, alpha=alpha), kind).vectors()
    theirs = gensim.models.Word2Vec(sentences, sg=int(kind is SkipGram), min_count=5, workers=1, **shared).wv
    expected = purity(theirs.index_to_key, theirs.vectors)
    assert purity(ours.words, ours.matrix) >= expected - 0.03
    assert purity(ours.words, ours.matrix) > 0.7  # chance: 1/12


def test_a_step_is_as_large_as_its_pairs_allow(text):
    """Half the rate, or half the pairs: twice the blocks, within what makes a step."""
    settings = Settings(alpha=0.025)
    wide, narrow = (word2vec.blocks_per_step(text, settings, pairs) for pairs in (6, 3))
    assert 1 < wide < word2vec.MAX_BLOCKS
    assert narrow == pytest.approx(2 * wide, abs=1)
    assert word2vec.blocks_per_step(text, Settings(alpha=0.0125), 6) == narrow
    assert SkipGram.pairs_per_word(Settings(window=5)) == 6  # the mean of 2, 4, 6, 8, 10
    assert SkipGram.pairs_per_word(Settings(window=5, shrink_windows=False)) == 10
    assert CBOW.pairs_per_word(settings) == 1


def test_the_same_seed_gives_the_same_vectors(text):
    settings = Settings(vector_size=8, epochs=1)
    once, again = (word2vec.train(text, settings).vectors().matrix for _ in range(2))
    other = word2vec.train(text, Settings(vector_size=8, epochs=1, seed=1)).vectors().matrix
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, other)


def test_the_objective_rises_and_starts_where_all_scores_are_zero(text):
    model = word2vec.train(text, Settings(vector_size=20, epochs=3, sample=1e-2))
    first, last = model.history[0][1], model.history[-1][1]
    assert first == pytest.approx(-6 * np.log(2), rel=1e-3)  # 1 pair and 5 noise words at log σ(0)
    assert last > first + 0.3


def test_a_rate_that_blows_up_is_reported(text):
    with pytest.raises(FloatingPointError, match="lower alpha"):
        word2vec.train(text, Settings(alpha=5.0, epochs=1))


def test_a_text_that_subsampling_empties_is_not_called_an_explosion():
    few = running_text.encode([["a", "b", "c"]] * 3, min_count=1)
    for kind in (SkipGram, CBOW):
        with pytest.raises(
            ValueError, match=r"sample=1e-12 keeps about 0\.0 of the text's 9 tokens.*sample=None"
        ):
            word2vec.train(few, Settings(sample=1e-12), kind)
        assert word2vec.train(few, Settings(sample=None), kind).history


def test_a_text_without_neighbours_is_not_called_an_explosion():
    alone = running_text.encode([["a"], ["b"], ["a"]] * 50, min_count=1)
    with pytest.raises(ValueError, match="no sentence of the text has two of its 2 words"):
        word2vec.train(alone, Settings(sample=None))


def test_pairs_that_are_met_late_are_enough(text):
    """The first steps see sentences of one word alone: the objective is looked at where there is a pair."""
    sparse = running_text.encode([["a"]] * 40_000 + [["a", "b"]] * 40, min_count=1)
    model = word2vec.train(sparse, Settings(vector_size=4, sample=None, epochs=2))
    assert all(value < 0 for _, value in model.history)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"window": 0}, "window"), ({"negative": 0}, "negative"), ({"sample": -1.0}, "sample")],
)
def test_settings_say_what_is_wrong(wrong, named):
    with pytest.raises(ValueError, match=named):
        Settings(**wrong)
