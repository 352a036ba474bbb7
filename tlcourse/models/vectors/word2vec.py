"""word2vec: skip-gram and CBOW with negative sampling (Mikolov et al. 2013, arXiv 1310.4546 and 1301.3781).

For a centre word c and a word o beside it, skip-gram maximises (1310.4546, equation 4)

    log σ(u_o · v_c) + Σ_{i=1..k} E_{n_i ~ P(n)} log σ(−u_{n_i} · v_c),        P(n) ∝ count(n)^¾

with v from the *input* and u from the *output* table; v is what one keeps.

**How it gets fast.** The original program goes pair by pair: two vectors, one dot product, k+1 times. Here 32
neighbouring centre words form a block. All their scores with all the words around are one small matrix
product, 32 × 42 for a window of 5, of which a band is used; and the block shares one draw of N noise words, a
second product. A centre word with m words beside it wants m·k noise words and gets N, so each counts m·k/N:
the expected gradient is the formula's own. Sharing noise words to turn dot products into matrix products is
the idea of Ji et al. 2016 (arXiv 1604.04661), who share within one window. Nothing here runs over tokens or
pairs in Python.

The gradients are a few lines by hand (tests compare them with autograd's); a step adds them to the rows it
touched.

Taught in lesson *Static word vectors*.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding, logsigmoid, pad

from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import RunningText
from tlcourse.threads import single_thread

BLOCK = 32  # L: centre words in a block
SHARED_NOISE = 32  # N: noise words that a block shares
MAX_BLOCKS = 16  # a step; beyond that nothing gets faster
MAX_PULL = 5.0  # rate × pairs that one word is in, in one step: above 15 or so the vectors may explode
REPORT_EVERY = 50  # steps


@dataclass(frozen=True)
class Settings:
    """Names and defaults are gensim's; there is no `sg`, as skip-gram and CBOW are two classes here.

    Attributes:
        vector_size: D.
        window: C, the largest; each centre word draws its own from 1..C, so that near words count more,
            unless `shrink_windows` is off.
        negative: k, noise words per pair.
        ns_exponent: noise words are drawn in proportion to count to this power.
        sample: t; a token of relative frequency f is kept with probability √(t/f) + t/f, as in the program;
            the paper has √(t/f) (`keep_probability` says more). None keeps every token.
        epochs, alpha, min_alpha, seed: the rate falls linearly from `alpha` to `min_alpha`.
    """

    vector_size: int = 100
    window: int = 5
    shrink_windows: bool = True
    negative: int = 5
    ns_exponent: float = 0.75
    sample: float | None = 1e-3
    epochs: int = 5
    alpha: float = 0.025
    min_alpha: float = 0.0001
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("vector_size", "window", "negative", "epochs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected a whole number from 1 on")
        if self.sample is not None and self.sample <= 0:
            raise ValueError(
                f"sample is {self.sample!r}, expected a small positive number, or None for all tokens"
            )


def keep_probability(counts: np.ndarray, sample: float | None) -> np.ndarray:
    """Return the probability, (V,), that subsampling keeps a token of each word.

    Two formulas are in use. The paper keeps √(t/f) (1310.4546, equation 5), which is what lessons teach. The
    word2vec program, and gensim after it, keep √(t/f) + t/f, capped at 1: a little more, and all tokens of a
    word up to f = 2.6 t instead of f = t. This is the program's.
    """
    if sample is None:
        return np.ones(len(counts))
    ratio = sample * counts.sum() / counts
    return np.minimum(np.sqrt(ratio) + ratio, 1.0)


def noise_distribution(counts: np.ndarray, power: float) -> np.ndarray:
    """Return P(n), (V,): the unigram distribution to a `power`, ¾ in the paper (1310.4546, section 2.2)."""
    weight = counts.astype(np.float64) ** power
    return weight / weight.sum()


def blocks_per_step(text: RunningText, settings: Settings, pairs_per_word: float) -> int:
    """Return how many blocks make a step: as many as keep rate × pairs of the commonest word in `MAX_PULL`.

    One pair at a time, a word's vector moves, its scores saturate, and the next pull is weaker. In one step
    all its pulls are taken at the same place and added up: too many overshoot. A centre word is in
    `pairs_per_word` pairs, each with `negative` noise words: the commonest word is mostly there as noise.
    """
    kept = text.counts * keep_probability(text.counts, settings.sample)
    noise = noise_distribution(text.counts, settings.ns_exponent)
    per_pair = kept.max() / kept.sum() + settings.negative * noise.max()
    pull_of_block = settings.alpha * BLOCK * pairs_per_word * per_pair
    return int(np.clip(MAX_PULL / pull_of_block, 1, MAX_BLOCKS))


@dataclass(frozen=True)
class Blocks:
    """One step's text: T blocks of L neighbouring centre words.

    Attributes:
        center: (T, L) word numbers.
        context: (T, L + 2C): the same words with C more on each side.
        inside: float (T, L, L + 2C): 1 where a context word lies in the window of a centre word.
        noise: (T, N): the noise words that a block shares.
    """

    center: Tensor
    context: Tensor
    inside: Tensor
    noise: Tensor


def blocks(
    text: RunningText, settings: Settings, generator: torch.Generator, per_step: int = MAX_BLOCKS
) -> Iterator[Blocks]:
    """Yield one epoch of `text`: subsampled anew, cut into blocks, these shuffled, window sizes drawn.

    `per_step` blocks come at a time.
    """
    C, L = settings.window, BLOCK
    keep = torch.from_numpy(keep_probability(text.counts, settings.sample))
    cumulative = torch.from_numpy(noise_distribution(text.counts, settings.ns_exponent)).cumsum(0)
    ids, sentence = torch.from_numpy(text.ids), torch.from_numpy(text.sentence)

    kept = torch.rand(len(ids), generator=generator, dtype=torch.double) < keep[ids]
    ids, sentence = ids[kept], sentence[kept]
    n_blocks = max(1, -(-len(ids) // L))
    margin = (C, n_blocks * L - len(ids) + C)
    # Views, without copying: row b holds tokens bL−C … bL+L+C−1.  (n_blocks, L + 2C)
    ids = pad(ids, margin).unfold(0, L + 2 * C, L)
    sentence = pad(sentence, margin, value=-1).unfold(0, L + 2 * C, L)  # −1: padding

    distance = (torch.arange(L)[:, None] + C - torch.arange(L + 2 * C)).abs()  # (L, L + 2C)
    distance[distance == 0] = C + 1  # a word is not its own context
    for rows in torch.randperm(n_blocks, generator=generator).split(per_step):
        context, where = ids[rows], sentence[rows]
        shortest = 1 if settings.shrink_windows else C
        reach = torch.randint(shortest, C + 1, (len(rows), L, 1), generator=generator)
        home = where[:, C : C + L, None]
        draw = torch.rand(len(rows), SHARED_NOISE, generator=generator, dtype=torch.double)
        yield Blocks(
            center=context[:, C : C + L],
            context=context,
            inside=((distance <= reach) & (home == where[:, None]) & (home >= 0)).float(),
            noise=torch.searchsorted(cumulative, draw).clamp_(max=len(cumulative) - 1),
        )


class SkipGram:
    """Skip-gram with negative sampling: from the centre word, predict each word around it.

    Attributes:
        input: float32 (V, D), the vectors v that one keeps; uniform in ±1/(2D) at first.
        output: float32 (V, D), the vectors u; zero at first.
    """

    def __init__(self, words: list[str], settings: Settings, generator: torch.Generator):
        size = (len(words), settings.vector_size)
        self.words, self.negative = words, settings.negative
        self.input = (torch.rand(size, generator=generator) - 0.5) / settings.vector_size
        self.output = torch.zeros(size)

    def step(self, batch: Blocks, lr: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Climb the gradient of the objective once; return what `objective` takes, as it was before."""
        v = self.input_vectors(batch.center)  # (T, L, D)
        u = embedding(batch.context, self.output)  # (T, L + 2C, D)
        noise = embedding(batch.noise, self.output)  # (T, N, D)
        pairs = batch.inside  # (T, L, L + 2C)
        per_noise = pairs.sum(-1, keepdim=True) * (self.negative / noise.shape[1])  # (T, L, 1)
        scores, noise_scores = v @ u.mT, v @ noise.mT  # (T, L, L + 2C), (T, L, N)
        # d/dx log σ(x) = 1 − σ(x);  d/dx log σ(−x) = −σ(x)
        pull = (1 - torch.sigmoid(scores)) * (pairs * lr)
        push = torch.sigmoid(noise_scores) * (per_noise * -lr)
        self.add_to_input(batch.center, pull @ u + push @ noise)
        add_to_rows(self.output, batch.context, pull.mT @ v)
        add_to_rows(self.output, batch.noise, push.mT @ v)
        return scores, pairs, noise_scores, per_noise

    @staticmethod
    def pairs_per_word(settings: Settings) -> float:
        """How many pairs a centre word is in: as many as its window has words."""
        return settings.window + 1 if settings.shrink_windows else 2 * settings.window

    def input_vectors(self, ids: Tensor) -> Tensor:
        """The input vectors of words `ids` (…) → (…, D)."""
        return embedding(ids, self.input)

    def add_to_input(self, ids: Tensor, change: Tensor) -> None:
        """Add `change` (…, D) to the input vectors of words `ids` (…)."""
        add_to_rows(self.input, ids, change)

    def vectors(self) -> Vectors:
        """The words with their input vectors."""
        return Vectors(self.words, self.input_vectors(torch.arange(len(self.words))).numpy())


class CBOW(SkipGram):
    """Continuous bag of words: from the mean of the words around it, predict the centre word.

    The gradient of a mean goes to its m words in parts of 1/m. The word2vec program (and gensim) hand each of
    them the whole gradient, which is the same as a larger rate for the input table.
    """

    @staticmethod
    def pairs_per_word(settings: Settings) -> float:
        """One: the mean of the window and the centre word."""
        return 1

    def step(self, batch: Blocks, lr: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Climb the gradient of the objective once; return what `objective` takes, as it was before."""
        v = self.input_vectors(batch.context)  # (T, L + 2C, D)
        u, noise = embedding(batch.center, self.output), embedding(batch.noise, self.output)
        around = batch.inside.sum(-1, keepdim=True)  # (T, L, 1)
        share = batch.inside / around.clamp(min=1)
        h = share @ v  # (T, L, D)
        scores, noise_scores = (h * u).sum(-1, keepdim=True), h @ noise.mT  # (T, L, 1), (T, L, N)
        some = (around > 0).float()
        per_noise = some * (self.negative / noise.shape[1])
        pull = (1 - torch.sigmoid(scores)) * (some * lr)
        push = torch.sigmoid(noise_scores) * (per_noise * -lr)
        self.add_to_input(batch.context, share.mT @ (pull * u + push @ noise))
        add_to_rows(self.output, batch.center, pull * h)
        add_to_rows(self.output, batch.noise, push.mT @ h)
        return scores, some, noise_scores, per_noise


def add_to_rows(table: Tensor, ids: Tensor, change: Tensor) -> None:
    """Add `change` (…, D) to the rows `ids` (…) of `table`, in place; a row that is named twice gets both."""
    table.index_add_(0, ids.reshape(-1), change.flatten(0, -2))


def objective(scores: Tensor, weight: Tensor, noise_scores: Tensor, noise_weight: Tensor) -> Tensor:
    """Return Σ weight·log σ(scores) + Σ noise_weight·log σ(−noise_scores), per pair: higher is better."""
    total = (weight * logsigmoid(scores)).sum() + (noise_weight * logsigmoid(-noise_scores)).sum()
    return total / weight.sum().clamp(min=1)


def _why_no_pairs(text: RunningText, settings: Settings, expected: float) -> str:
    if not (text.sentence[1:] == text.sentence[:-1]).any():
        return (
            f"no sentence of the text has two of its {len(text.words):,} words, so no word has a neighbour: "
            "give longer sentences, or encode the text with a lower min_count"
        )
    kept = f"sample={settings.sample} keeps about {expected:.1f} of the text's {len(text):,} tokens"
    return f"subsampling with {kept}, no two in one window: raise sample, or keep all tokens with sample=None"


@single_thread()
def train(
    text: RunningText,
    settings: Settings,
    kind: type[SkipGram] = SkipGram,
    watch: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> SkipGram:
    """Train a model of class `kind` on `text`.

    It runs on one thread, and the same seed gives the same vectors.

    Args:
        watch: wraps the iteration over epochs, to show progress.

    Raises:
        ValueError: the first epoch has no pair of words to learn from; the message says why.
        FloatingPointError: the vectors explode: the rate is too high for this text.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    model = kind(text.words, settings, generator)
    model.history = []  # (epochs done, objective per pair)
    expected = text.counts @ keep_probability(text.counts, settings.sample)  # tokens that subsampling leaves
    per_step = blocks_per_step(text, settings, kind.pairs_per_word(settings))
    n_steps = max(1, expected / (BLOCK * per_step))
    for epoch in watch(range(settings.epochs)):
        for number, batch in enumerate(blocks(text, settings, generator, per_step)):
            done = epoch + number / n_steps
            lr = max(settings.min_alpha, settings.alpha * (1 - done / settings.epochs))
            scores = model.step(batch, lr)
            some_pairs = bool(scores[1].any())
            if some_pairs and (number % REPORT_EVERY == 0 or not model.history):
                model.history.append((done, objective(*scores).item()))
        if not model.history:
            raise ValueError(_why_no_pairs(text, settings, expected))
        start, now = model.history[0][1], model.history[-1][1]
        if not now > 10 * start:  # all scores at 0 to begin with; nan is not greater either
            raise FloatingPointError(
                f"after epoch {epoch + 1} the objective is {now:.3g}, from {start:.3g} at first: the "
                f"vectors explode; lower alpha (now {settings.alpha})"
            )
    return model
