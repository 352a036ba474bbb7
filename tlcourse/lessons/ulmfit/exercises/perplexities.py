"""How surprised a language model is."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _texts(rng: np.random.Generator) -> list[np.ndarray]:
    """Log-probabilities of the pieces of texts that differ in length and in how well they are predicted."""
    lengths = rng.permutation([3, 5, 9, 14])[: int(rng.integers(3, 5))]
    return [rng.normal(-2.5 - 0.8 * i, 0.6, size=n).clip(max=-0.05) for i, n in enumerate(lengths)]


def _each_text_first(log_p):
    return np.exp(-np.mean([text.mean() for text in log_p]))


def _mean_of_perplexities(log_p):
    return np.mean([np.exp(-text.mean()) for text in log_p])


def _no_sign(log_p):
    return np.exp(np.concatenate(log_p).mean())


def _the_loss(log_p):
    return -np.concatenate(log_p).mean()


def _of_the_sum(log_p):
    return np.exp(-np.concatenate(log_p).sum())


def _base_two(log_p):
    return 2 ** -np.concatenate(log_p).mean()


def _mean_of_inverses(log_p):
    return np.exp(-np.concatenate(log_p)).mean()


def _by_texts(log_p):
    return np.exp(-np.concatenate(log_p).sum() / len(log_p))


def _mean_probability(log_p):
    return 1 / np.exp(np.concatenate(log_p)).mean()


@exercise(
    title="Perplexity",
    inputs=_texts,
    equivalent={
        "result: absolute": "an exponential is never negative",
        "result: a list": "the list of one number",
    },
    hints=(
        "The loss is the mean of −ln p over the pieces. Over the pieces of which text?",
        "All pieces count once, whichever text they are in: put the arrays together first.",
        "`np.concatenate` makes one array of them. Its mean with the sign turned is the loss in nats; "
        "perplexity is e to the power of that.",
    ),
    wrong=[
        (_each_text_first, "You take the mean of each text first, so that a piece of a short text counts "
         "more. Every piece counts once."),
        (_mean_of_perplexities, "That is the mean of the texts' perplexities. Take one mean over all pieces "
         "first, then the exponential."),
        (_no_sign, "The sign is missing: this is between 0 and 1, the probability of a typical piece."),
        (_the_loss, "That is the loss in nats. Perplexity is its exponential."),
        (_of_the_sum, "You take the sum over the pieces. Perplexity is of the mean: per piece."),
        (_base_two, "The logarithms are natural ones: e to the power, not 2."),
        (_mean_of_inverses, "That is the mean of 1/p. The mean is taken of the logarithms, before the "
         "exponential."),
        (_by_texts, "You divide by the number of texts. Divide by the number of pieces."),
        (_mean_probability, "You average the probabilities. Average their logarithms."),
    ],
)  # fmt: skip
def perplexity(log_p: list[np.ndarray]) -> float:
    """Return e to the mean of −ln p over all pieces: `log_p` has an array of ln p for each text."""
    return np.exp(-np.concatenate(log_p).mean())
