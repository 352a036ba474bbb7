"""How far predicted distances are from those of a tree."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _predicted_and_gold(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    words = int(rng.integers(4, 8))
    places = rng.permutation(words)
    gold = abs(places[:, None] - places)  # of words that hang in a chain
    noise = rng.normal(scale=1.0, size=gold.shape)
    predicted = np.abs(gold + np.triu(noise, 1) + np.triu(noise, 1).T) * (gold > 0)
    return torch.from_numpy(predicted).float(), torch.from_numpy(gold).float()


def _squares(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).square().mean()


def _root_of_squares(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).square().mean().sqrt()


def _sum(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs().sum()


def _sum_of_squares(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).square().sum()


def _by_words(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs().sum() / len(gold)


def _apart(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs()[~torch.eye(len(gold), dtype=torch.bool)].mean()


def _each_pair_once(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs().triu().mean()


def _by_pairs(predicted: Tensor, gold: Tensor) -> Tensor:
    return 2 * _apart(predicted, gold)


def _signed(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).mean()


def _signed_the_other_way(predicted: Tensor, gold: Tensor) -> Tensor:
    return (gold - predicted).mean()


def _size_of_the_mean(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).mean().abs()


def _root_of_predicted(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted.sqrt() - gold).abs().mean()


def _predicted_squared(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted.square() - gold).abs().mean()


def _gold_squared(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold.square()).abs().mean()


def _both_squared(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted.square() - gold.square()).abs().mean()


def _added(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted + gold).abs().mean()


def _gold_alone(predicted: Tensor, gold: Tensor) -> Tensor:
    return gold.mean()


def _predicted_alone(predicted: Tensor, gold: Tensor) -> Tensor:
    return predicted.mean()


def _each_word(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs().mean(dim=-1)


def _each_pair(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs()


def _worst(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs().max()


def _median(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).abs().median()


def _length(predicted: Tensor, gold: Tensor) -> Tensor:
    return (predicted - gold).norm()


def _relative(predicted: Tensor, gold: Tensor) -> Tensor:
    apart = gold > 0
    return ((predicted - gold).abs()[apart] / gold[apart]).sum() / gold.numel()


def _smooth(predicted: Tensor, gold: Tensor) -> Tensor:
    return torch.nn.functional.smooth_l1_loss(predicted, gold)


@exercise(
    title="The probe's loss",
    inputs=_predicted_and_gold,
    special={
        "all is right": (torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])),
    },
    equivalent={
        "predicted - gold → gold - predicted": "the size of a difference, either way round",
        "predicted - gold → abs(predicted - gold)": "it is made positive anyhow",
        "predicted: transposed": "as far from j to i as from i to j",
        "gold: transposed": "as far from j to i as from i to j",
        "gold: rounded": "the distances of a tree are whole numbers",
        "predicted and gold swapped": "the size of a difference, either way round",
        "result: absolute": "a mean of sizes is never negative",
        "result: a list": "the list of one number",
    },
    hints=(
        "How far off is each pair, whichever way it is off? Of how many pairs is the mean taken?",
        "In the formula, 1/|s|² is before the sum over *all* i and j: the diagonal and both halves count.",
        "Three steps on tensors: a difference, `.abs()`, and the mean of all T² numbers.",
    ),
    wrong=[
        (_squares, "You square the errors: the loss has absolute values, by which a few far pairs count "
         "less."),
        (_root_of_squares, "You square the errors, and take the root of their mean: absolute values are "
         "wanted."),
        (_sum, "That is the sum over all pairs: it is divided by |s|², their number."),
        (_sum_of_squares, "Two things: absolute values instead of squares, and divide by |s|², the number "
         "of pairs."),
        (_by_words, "You divide by the number of words: there are |s|² pairs."),
        (_apart, "You leave out the diagonal, or count each pair once: in the formula i and j go over all "
         "words, so divide by |s|²."),
        (_by_pairs, "You add up (i, j) and (j, i), and divide by the number of pairs with i < j: divide "
         "by |s|²."),
        (_each_pair_once, "Each pair counts once here, and you divide by |s|²: let i and j both go over "
         "all words."),
        (_signed, "Errors above and below cancel out: take the absolute value of each."),
        (_signed_the_other_way, "Errors above and below cancel out, whichever is subtracted from the "
         "other: take the absolute value of each."),
        (_size_of_the_mean, "You take the mean first, so that errors cancel out: the absolute value of "
         "each comes before."),
        (_root_of_predicted, "You take the root of the predicted distances: the paper compares their "
         "squares as they are, and `predicted` is squared already."),
        (_predicted_squared, "`predicted` is squared already, ‖B(h_i − h_j)‖²: take it as it is."),
        (_gold_squared, "You square the distances of the tree: take them as they are."),
        (_both_squared, "You square both: take them as they are."),
        (_added, "You add the two: what counts is how far they are apart."),
        (_gold_alone, "That is the mean distance in the tree: what was predicted makes no difference yet."),
        (_predicted_alone, "That is the mean predicted distance: the tree makes no difference yet."),
        (_each_word, "One loss for each word: take the mean over both axes."),
        (_each_pair, "One error for each pair: take the mean of them."),
        (_worst, "That is the worst pair: the mean over all is wanted."),
        (_median, "That is the median: the mean is wanted."),
        (_length, "That is the root of the sum of squares (`norm`): the mean of absolute values is "
         "wanted."),
        (_relative, "You divide each error by the true distance: far pairs count as they are."),
        (_smooth, "`smooth_l1_loss` squares small errors: `l1_loss` does not."),
    ],
)  # fmt: skip
def distance_loss(predicted: Tensor, gold: Tensor) -> Tensor:
    """Return the loss of one sentence s, 1/|s|² · Σ |gold − predicted| over all i and j; both (T, T)."""
    return (predicted - gold).abs().mean()
