"""Two directions: their loss, and sentences turned round in a batch."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _log_p_and_words(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    length, size = int(rng.integers(4, 8)), int(rng.integers(9, 13))
    forward, backward = (
        torch.from_numpy(rng.normal(scale=2.0, size=(length, size))).float().log_softmax(dim=-1) for _ in "fb"
    )
    return forward, backward, torch.from_numpy(rng.permutation(size)[:length])


def _forward_alone(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -forward[t, words[1:]].sum()


def _its_own_word(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words))
    return -forward[t, words].sum() - backward[t, words].sum()


def _same_way_twice(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -forward[t, words[1:]].sum() - backward[t, words[1:]].sum()


def _swapped(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -backward[t, words[1:]].sum() - forward[t + 1, words[:-1]].sum()


def _sign(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return forward[t, words[1:]].sum() + backward[t + 1, words[:-1]].sum()


def _mean(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -forward[t, words[1:]].mean() - backward[t + 1, words[:-1]].mean()


def _off_by_one(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -forward[t, words[1:]].sum() - backward[t, words[:-1]].sum()


def _first_words_only(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    return -forward[0, words[1]] - backward[1, words[0]]


def _one_mean(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -forward[t, words[1:]].sum() - backward[t + 1, words[:-1]].mean()


def _other_mean(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -forward[t, words[1:]].mean() - backward[t + 1, words[:-1]].sum()


def _backward_alone(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words) - 1)
    return -backward[t + 1, words[:-1]].sum()


def _round_the_corner(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words))
    return -forward[t, words.roll(-1)].sum() - backward[t, words.roll(1)].sum()


def _round_the_front(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    return -sum(forward[k, words[k + 1]] + backward[k, words[k - 1]] for k in range(len(words) - 1))


def _round_the_front_whole(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(len(words))
    return -forward[t[:-1], words[1:]].sum() - backward[t, words.roll(1)].sum()


def _each_in_every_row(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    return -forward[:-1, words[1:]].sum() - backward[1:, words[:-1]].sum()


def _log_once_more(forward: Tensor, backward: Tensor, words: Tensor) -> float:
    return float("nan")  # log of what is below 0; a float, as NaN in a tensor stands for any number


def _softmax_once_more(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    return bilm_loss(forward.exp(), backward.exp(), words)


def _mean_of_all(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    return _mean(forward, backward, words) / 2


def _forward_own_word(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    t = torch.arange(1, len(words))
    return -forward[t, words[1:]].sum() - backward[t, words[:-1]].sum()


_ROUND = "`words[-1]` is the last word: the first one has nothing before it, and the last nothing after it."


@exercise(
    title="The loss of both directions",
    inputs=_log_p_and_words,
    equivalent={
        "result: absolute": "a negative log-likelihood is never negative",
        "result: a list": "the list of one number",
        "-after.sum() - before.sum() → abs(-after.sum() - before.sum())": "it is never negative",
    },
    hints=(
        "Which word should the last row of `forward` predict, and which row 0 of `backward`? Each direction "
        "has one row that predicts nothing.",
        "Forward: rows 0 … T − 2 predict `words[1:]`. Backward: rows 1 … T − 1 predict `words[:-1]`.",
        "`log_p[rows, wanted]` with two index tensors, or `log_p.gather(1, wanted[:, None])`, picks one "
        "number from each row. Add up the picked ones of both directions, and turn the sign.",
    ),
    wrong=[
        (_forward_alone, "That is one direction. Add the words before, as `backward` predicts them."),
        (_backward_alone, "That is one direction. Add the words after, as `forward` predicts them."),
        (_its_own_word, "Row k has read word k already. Forward it predicts word k + 1, backward k − 1."),
        (_same_way_twice, "`backward` goes from right to left: its row k predicts word k − 1."),
        (_swapped, "The two are swapped: `forward` predicts the word after, `backward` the word before."),
        (_sign, "A loss falls as things get better: turn the sign."),
        (
            _off_by_one,
            "Backward is off by one: its rows 1 … T − 1 predict the words 0 … T − 2.",
        ),
        (
            _forward_own_word,
            "Forward is off by one: its rows 0 … T − 2 predict the words 1 … T − 1.",
        ),
        (_first_words_only, "Only the first word of each direction counts here: sum over all of them."),
        (_round_the_corner, f"Both directions go round the end. {_ROUND}"),
        (_round_the_front, f"Backward begins one word too early. {_ROUND}"),
        (_round_the_front_whole, f"Backward goes round the front. {_ROUND}"),
        (
            _each_in_every_row,
            "You take every word from every row. One number from each row: see the third hint.",
        ),
        (_one_mean, "Backward you take a mean over the words: sum, as forward."),
        (_other_mean, "Forward you take a mean over the words: sum, as backward."),
        (_mean, "The paper's is a sum over the words (section 3.1), this is a mean."),
        (_mean_of_all, "You divide by how many there are: the paper's is a sum (section 3.1)."),
        (
            _log_once_more,
            "The loss is not a number. These are log-probabilities already: another log gives NaN, and so "
            "does a mean over nothing.",
        ),
        (
            _softmax_once_more,
            "You add up probabilities: the rows are log-probabilities, take them as they are.",
        ),
    ],
)
def bilm_loss(forward: Tensor, backward: Tensor, words: Tensor) -> Tensor:
    """Return − Σ (log p of the next word + log p of the word before), from (T, V), (T, V), and words (T,)."""
    after = forward[:-1].gather(1, words[1:, None])
    before = backward[1:].gather(1, words[:-1, None])
    return -after.sum() - before.sum()


def _padded(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    batch, longest = int(rng.integers(2, 5)), int(rng.integers(6, 9))
    lengths = rng.integers(2, longest, size=batch)
    lengths[0] = longest
    lengths[1] = int(rng.integers(2, longest - 1))
    x = np.zeros((batch, longest), dtype=np.int64)
    for row, n in zip(x, lengths, strict=True):
        row[:n] = rng.permutation(90)[:n] + 1
    return torch.from_numpy(x), torch.from_numpy(lengths)


def _flipped_whole(x: Tensor, lengths: Tensor) -> Tensor:
    return x.flip(1)


def _flipped_sentences(x: Tensor, lengths: Tensor) -> Tensor:
    return x.flip(0)


def _unchanged(x: Tensor, lengths: Tensor) -> Tensor:
    return x.clone()


def _one_short(x: Tensor, lengths: Tensor) -> Tensor:
    out = x.clone()
    for row, n in zip(out, lengths, strict=True):
        row[: n - 1] = row[: n - 1].flip(0)
    return out


def _first_length(x: Tensor, lengths: Tensor) -> Tensor:
    out = x.clone()
    out[:, : lengths[1]] = out[:, : lengths[1]].flip(1)
    return out


def _first_sentence_only(x: Tensor, lengths: Tensor) -> Tensor:
    out = x.clone()
    out[0, : lengths[0]] = x[0, : lengths[0]].flip(0)
    return out


def _over_itself(x: Tensor, lengths: Tensor) -> Tensor:
    out = x.clone()
    for row, n in zip(out, lengths.tolist(), strict=True):
        for k in range(n):
            row[k] = row[n - 1 - k]
    return out


def _padded_with_zeros(x: Tensor, lengths: Tensor) -> Tensor:
    out = torch.zeros_like(x)
    for i, n in enumerate(lengths.tolist()):
        out[i, :n] = x[i, :n].flip(0)
    return out


def _from_the_end(x: Tensor, lengths: Tensor) -> Tensor:
    out = x.clone()
    for i, n in enumerate(lengths.tolist()):
        out[i, -n:] = x[i, -n:].flip(0)
    return out


@exercise(
    title="Turn the sentences round, not the padding",
    inputs=_padded,
    special={
        "padding that is not 0": (torch.tensor([[5, 7, 9, 3, 3], [4, 8, 6, 2, 1]]), torch.tensor([3, 5]))
    },
    equivalent={
        "result: absolute": "numbers of words are never negative",
        "lengths.tolist() → lengths": "a tensor of one number is as good to cut with",
        "0 → -1": "a part of one row has one axis",
    },
    hints=(
        "Take the row `[5, 7, 9, 0, 0]` with length 3. What should it become? What does `flip` make of it?",
        "Go through the rows: the first n entries are turned round, the rest stays. `row[:n].flip(0)` turns "
        "a part round.",
        "Work on a clone, and write into the first n places of each of its rows what stands there in x, "
        "turned round; nothing else of the row changes.",
    ),
    wrong=[
        (_flipped_whole, "The padding has come to the front: the backward LSTM would read zeros first."),
        (
            _flipped_sentences,
            "You turned the batch round, not the words: the sentences are in another order.",
        ),
        (_unchanged, "Nothing is turned round yet."),
        (_one_short, "The last word of each sentence has stayed where it was: up to n, n not included."),
        (
            _first_sentence_only,
            "Only the first sentence is turned round: does the `return` stand inside the loop?",
        ),
        (
            _over_itself,
            "You read from the row that you are writing: half of it is overwritten already. Read from x.",
        ),
        (
            _from_the_end,
            "The words stand at the front of each row: `[:n]`. `[-n:]` takes the padding with them.",
        ),
        (_padded_with_zeros, "Padding need not be 0: what comes after the first n stays as it is in x."),
        (_first_length, "Each sentence has its own length: you use one for all."),
    ],
)
def reverse_words(x: Tensor, lengths: Tensor) -> Tensor:
    """Return x (B, T) with the first `lengths[b]` entries of row b turned round, the padding where it was."""
    out = x.clone()
    for i, n in enumerate(lengths.tolist()):
        out[i, :n] = x[i, :n].flip(0)
    return out
