"""What word vectors are trained for: subsampling, negative sampling."""

import numpy as np

from tlcourse.exercises.machinery import exercise

# --- subsampling


def _frequencies(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    # 10⁻¹ to 10⁻⁷: some words above the threshold, some below
    return 10.0 ** rng.uniform(-7, -1, size=rng.integers(5, 12)), float(10.0 ** rng.uniform(-5, -3))


@exercise(
    title="Subsampling: how likely a token is kept",
    inputs=_frequencies,
    equivalent={"result: absolute": "probabilities are never negative"},
    hints=(
        "The paper discards a token with probability 1 − √(t/f). You want the probability of the opposite.",
        "A word rarer than t gets a root larger than 1, which is no probability: cap it.",
        "`np.minimum(1, x)` caps a whole array. Put in place of x what the paper takes off 1.",
    ),
    wrong=[
        (
            lambda frequency, t: 1 - np.minimum(1, np.sqrt(t / frequency)),
            "That is the probability that the token is discarded. Frequent words should come out with a "
            "small one.",
        ),
        (
            lambda frequency, t: np.sqrt(t / frequency),
            "Some of these are larger than 1: a word rarer than t is always kept, with probability 1.",
        ),
        (
            lambda frequency, t: 1 - np.sqrt(t / frequency),
            "That is the paper's probability to *discard*, and for rare words it is negative. Turn it "
            "round and cap it.",
        ),
        (
            lambda frequency, t: np.minimum(1, np.sqrt(t / frequency) + t / frequency),
            "That is the formula as it was run in word2vec's program. The one asked for here is the "
            "paper's: √(t/f) alone.",
        ),
        (
            lambda frequency, t: np.maximum(1, np.sqrt(t / frequency)),
            "The cap is the wrong way round: no probability is larger than 1, so the *smaller* of the two.",
        ),
        (
            lambda frequency, t: np.minimum(1, np.sqrt(frequency / t)),
            "The other way round: this keeps the frequent words and drops the rare ones. It is t/f, not f/t.",
        ),
        (
            lambda frequency, t: np.minimum(1, t / frequency),
            "The root is missing. Without it frequent words all but vanish.",
        ),
        (
            lambda frequency, t: 1 - abs(1 - np.sqrt(t / frequency)),
            "The bars turn a root of 1.3 into 0.7, but such a word is always kept. Cap it: the smaller of 1 "
            "and the root.",
        ),
    ],
    rtol=1e-6,
    atol=1e-9,
)
def keep_probability(frequency: np.ndarray, t: float) -> np.ndarray:
    """Return the probability, (V,), that a token of each word is kept; `frequency` (V,) lies in (0, 1]."""
    return np.minimum(1, np.sqrt(t / frequency))


# --- negative sampling


def _center_context_noise(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size, k = rng.integers(3, 9), rng.integers(2, 7)
    return rng.normal(size=size), rng.normal(size=size), rng.normal(size=(k, size))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _averaged_noise(center: np.ndarray, context: np.ndarray, noise: np.ndarray) -> float:
    return -np.log(_sigmoid(context @ center)) - np.log(_sigmoid(-noise @ center)).mean()


def _noise_pulled(center: np.ndarray, context: np.ndarray, noise: np.ndarray) -> float:
    return -np.log(_sigmoid(context @ center)) - np.log(_sigmoid(noise @ center)).sum()


def _softmax(center: np.ndarray, context: np.ndarray, noise: np.ndarray) -> float:
    scores = np.array([context @ center, *(noise @ center)])
    return np.log(np.exp(scores).sum()) - scores[0]


def _objective(center: np.ndarray, context: np.ndarray, noise: np.ndarray) -> float:
    return np.log(_sigmoid(context @ center)) + np.log(_sigmoid(-noise @ center)).sum()


def _one_minus_outside(center: np.ndarray, context: np.ndarray, noise: np.ndarray) -> float:
    return -np.log(_sigmoid(context @ center)) - (1 - np.log(_sigmoid(noise @ center))).sum()


@exercise(
    title="The negative-sampling loss",
    inputs=_center_context_noise,
    equivalent={
        "-log_sigmoid(context @ center) - log_sigmoid(-noise @ center).sum() → abs(-log_sigmoid(context @ "
        "center) - "
        "log_sigmoid(-noise @ center).sum())": "a loss is never negative",
        "context @ center → center @ context": "the dot product of two vectors, either way",
        "result: absolute": "a loss is never negative",
    },
    hints=(
        "Two parts: one for the word that is there, one for the k words that are not. A loss falls as "
        "things get better.",
        "`noise @ center` gives all k scores at once. They should become negative: put a minus in front, "
        "then the sigmoid.",
        "The first part is −log σ(context · center), with σ(x) = 1 / (1 + np.exp(−x)). The second is like "
        "it, with the scores of the noise turned, added up over all k.",
    ),
    wrong=[
        (
            _averaged_noise,
            "You average over the noise words. The formula adds them up: k of them push k times.",
        ),
        (
            _noise_pulled,
            "The noise words are pulled closer, as if they were contexts: their scores need a minus inside "
            "the sigmoid.",
        ),
        (
            _softmax,
            "This is a softmax over 1 + k words. Negative sampling asks 1 + k separate yes/no questions: "
            "sigmoids.",
        ),
        (
            lambda center, context, noise: (
                -np.log(_sigmoid(context @ center)) - np.log(_sigmoid(-noise @ context)).sum()
            ),
            "The noise is scored against `context`. It is the centre word's $v_c$ that meets it: `center`.",
        ),
        (
            lambda center, context, noise: (
                -np.log(_sigmoid(context @ center)) - np.log(_sigmoid(-noise @ center).sum())
            ),
            "Each noise word has a logarithm of its own: first the log, then the sum.",
        ),
        (_objective, "This is the objective, to be maximised. The loss is the same with the sign turned."),
        (
            lambda center, context, noise: (
                -np.log(_sigmoid(context @ center)) + np.log(_sigmoid(-noise @ center)).sum()
            ),
            "The noise words' part has the wrong sign: both parts are −log σ(…), and both fall as things "
            "get better.",
        ),
        (
            lambda center, context, noise: -_sigmoid(context @ center) - _sigmoid(-noise @ center).sum(),
            "The logarithms are missing: it is −log σ(…).",
        ),
        (
            lambda center, context, noise: -np.log(_sigmoid(context @ center)),
            "The noise words are missing: one more term for each of them.",
        ),
        (
            lambda center, context, noise: -np.log(_sigmoid(-noise @ center)).sum(),
            "The context is missing: −log σ(context · center) comes first.",
        ),
        (
            lambda center, context, noise: -(context @ center) + (noise @ center).sum(),
            "These are the scores alone. Each goes through −log σ before they are added up.",
        ),
        (
            lambda center, context, noise: (
                -np.log(_sigmoid(context @ center)) - np.log(_sigmoid(-(noise @ center).sum()))
            ),
            "You add the scores up first and take one sigmoid. Each noise word has a sigmoid of its own.",
        ),
        (
            _one_minus_outside,
            "1 − log σ(x) is not log(1 − σ(x)). The second one is what you want, and equals log σ(−x).",
        ),
    ],
)
def negative_sampling_loss(center: np.ndarray, context: np.ndarray, noise: np.ndarray) -> float:
    """Return the loss of one pair: `center` (D,), its `context` (D,), and k words of `noise` (k, D)."""

    def log_sigmoid(x: np.ndarray) -> np.ndarray:
        return -np.log1p(np.exp(-x))

    return -log_sigmoid(context @ center) - log_sigmoid(-noise @ center).sum()
