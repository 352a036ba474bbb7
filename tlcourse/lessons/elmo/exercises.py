"""Exercises of lesson ELMo: spelling, both directions, padding, the mix, the nearest use."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise, prediction

typo = prediction(
    question=(
        "The misspelling “definately” is not among the 8,192 words that the model can predict. What do you "
        "expect of its vector, before any sentence is read?"
    ),
    options=(
        "It has none: the word is not in the vocabulary",
        "It has one, the same that every unknown word gets",
        "It has one of its own, nearest to words of the same first letters, whatever they mean",
        "It has one of its own, nearest to “definitely” and other adverbs",
    ),
    answer=3,
    why=(
        "A vocabulary is needed for the softmax alone, for what is predicted. What is read is spelt.",
        "That is what a model with a table of words does. This one computes a vector from the letters.",
        "The convolutions look at pieces anywhere in the word, and endings say more about its use.",
        "The vector is computed from the letters, and the letters' pieces were learned from words that have "
        "them: -tely means an adverb.",
    ),
)

which_layer = prediction(
    question=(
        "Peters et al. read parts of speech (noun, verb …) and the senses of words from one layer at a time "
        "of their frozen model. From which layer was each read best?"
    ),
    options=(
        "Both from the top: layer 2 has seen the most",
        "Parts of speech from layer 1, senses from layer 2",
        "Parts of speech from layer 2, senses from layer 1",
        "Both from the token layer: a word's letters say most about it",
    ),
    answer=1,
    why=(
        "The top is bent to its own task, to predict the next word. That is not what every probe needs.",
        "So they found, and conclude that syntax lies low and meaning high. Whether our small model agrees "
        "by more than luck, the lines above say.",
        "The other way round: what a word means depends on more of its sentence than what kind it is.",
        "The token layer has not seen the sentence, so each use of a word is the same to it.",
    ),
)

WORDS = ("cat", "Beckham", "naïve", "in", "goverment", "a", "£40", "unbelievably")


def _word_and_room(rng: np.random.Generator) -> tuple[str, int]:
    word = WORDS[int(rng.integers(len(WORDS)))]
    return word, len(word.encode("utf-8")) + int(rng.integers(4, 9))


def _code_points(word: str, room: int) -> list[int]:
    ids = [257, *(ord(c) + 1 for c in word), 258]
    return ids + [0] * (room - len(ids))


def _unshifted(word: str, room: int) -> list[int]:
    ids = [257, *word.encode("utf-8"), 258]
    return ids + [0] * (room - len(ids))


def _unpadded(word: str, room: int) -> list[int]:
    return [257, *(b + 1 for b in word.encode("utf-8")), 258]


def _begun_twice(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.encode("utf-8")), 257], room)


def _ended_twice(word: str, room: int) -> list[int]:
    return _filled([258, *(b + 1 for b in word.encode("utf-8")), 258], room)


def _shifted_twice(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 2 for b in word.encode("utf-8")), 258], room)


def _filled_with_ones(word: str, room: int) -> list[int]:
    ids = [257, *(b + 1 for b in word.encode("utf-8")), 258]
    return ids + [1] * (room - len(ids))


def _lower(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.lower().encode("utf-8")), 258], room)


def _end_mark_missing(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.encode("utf-8"))], room)


def _shifted_down(word: str, room: int) -> list[int]:
    return _filled([257, *(b - 1 for b in word.encode("utf-8")), 258], room)


def _filled(ids: list[int], room: int) -> list[int]:
    return ids + [0] * (room - len(ids))


def _no_marks(word: str, room: int) -> list[int]:
    ids = [b + 1 for b in word.encode("utf-8")]
    return ids + [0] * (room - len(ids))


def _padding_before_the_end(word: str, room: int) -> list[int]:
    ids = [257, *(b + 1 for b in word.encode("utf-8"))]
    return [*ids, *[0] * (room - len(ids) - 1), 258]


def _marks_swapped(word: str, room: int) -> list[int]:
    ids = [258, *(b + 1 for b in word.encode("utf-8")), 257]
    return ids + [0] * (room - len(ids))


def _padded_in_front(word: str, room: int) -> list[int]:
    ids = [257, *(b + 1 for b in word.encode("utf-8")), 258]
    return [0] * (room - len(ids)) + ids


@exercise(
    title="Spell a word",
    inputs=_word_and_room,
    special={
        "a letter of two bytes": ("café", 12),
        "no room to spare": ("dog", 5),
        "an empty word": ("", 4),
        "a capital": ("Ajax", 9),
    },
    equivalent={
        "result: absolute": "numbers of characters are never negative",
        "room - len(ids) → abs(room - len(ids))": "there is room enough",
    },
    hints=(
        "What are the bytes of a word? A str has a method for that, and ï has two of them.",
        "`word.encode('utf-8')` goes through as whole numbers from 0 to 255. Add 1 to each, so that 0 stays "
        "free for padding.",
        "Build a list: 257, then the shifted bytes, then 258. How many zeros are missing up to `room`?",
    ),
    wrong=[
        (_code_points, "For *naïve* it is not the same: ï is one character, and two bytes. Take the bytes."),
        (_unshifted, "The bytes are not shifted: byte 0 would look like padding. Add 1 to each."),
        (_unpadded, "Words of a batch need one length: fill up with zeros to `room`."),
        (_begun_twice, "257 is the mark of a word's beginning. Its end is 258."),
        (_ended_twice, "258 is the mark of a word's end. Its beginning is 257."),
        (_shifted_twice, "The bytes are shifted by 2: add 1."),
        (_filled_with_ones, "You fill up with ones, which stand for byte 0. Padding is 0."),
        (_lower, "The word keeps its capitals: *Bush* and *bush* are spelt differently."),
        (_end_mark_missing, "The end is missing: 258 follows the last byte."),
        (_shifted_down, "Add 1 to each byte: you take 1 away."),
        (_no_marks, "The marks are missing: 257 where the word begins, 258 where it ends."),
        (_padding_before_the_end, "The word ends before the padding begins: 258 follows its last byte."),
        (_marks_swapped, "257 begins a word and 258 ends it, not the other way round."),
        (_padded_in_front, "Padding comes at the end here, after 258."),
    ],
)
def spell(word: str, room: int) -> list[int]:
    """Return `room` numbers: 257, each UTF-8 byte of the word plus 1, 258, then zeros."""
    ids = [257, *(byte + 1 for byte in word.encode("utf-8")), 258]
    return ids + [0] * (room - len(ids))


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


@exercise(
    title="The loss of both directions",
    inputs=_log_p_and_words,
    equivalent={
        "result: absolute": "a negative log-likelihood is never negative",
        "result: a list": "the list of one number",
        "-after.sum() - before.sum() → abs(-after.sum() - before.sum())": "it is never negative",
    },
    hints=(
        "Which word is row 0 of `forward` about, and which is the last row of `backward` about? Each "
        "direction has one row that predicts nothing.",
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
        (_first_words_only, "Only the first word of each direction counts here: sum over all of them."),
        (_one_mean, "Backward you take a mean over the words: sum, as forward."),
        (_other_mean, "Forward you take a mean over the words: sum, as backward."),
        (_mean, "The paper's is a sum over the words (section 3.1), this is a mean."),
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


@exercise(
    title="Turn the sentences round, not the padding",
    inputs=_padded,
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
        (_first_length, "Each sentence has its own length: you use one for all."),
    ],
)
def reverse_words(x: Tensor, lengths: Tensor) -> Tensor:
    """Return x (B, T) with the first `lengths[b]` entries of row b turned round, the padding where it was."""
    out = x.clone()
    for i, n in enumerate(lengths.tolist()):
        out[i, :n] = x[i, :n].flip(0)
    return out


def _layers(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    n, words, size = int(rng.integers(2, 5)), int(rng.integers(5, 8)), int(rng.integers(8, 11))
    layers = torch.from_numpy(rng.normal(size=(n, words, size))).float()
    gamma = torch.tensor(float(rng.uniform(1.5, 3.0)))
    return layers, torch.from_numpy(rng.normal(scale=1.5, size=n)).float(), gamma


def _no_softmax(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w[:, None, None] * layers).sum(dim=0)


def _no_gamma(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return (w.softmax(dim=0)[:, None, None] * layers).sum(dim=0)


def _plain_mean(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * layers.mean(dim=0)


def _divided_again(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w.softmax(dim=0)[:, None, None] * layers).mean(dim=0)


def _gamma_inside(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return ((gamma * w).softmax(dim=0)[:, None, None] * layers).sum(dim=0)


def _top(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * layers[-1]


def _stacked(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * w.softmax(dim=0)[:, None, None] * layers


def _added(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma + (w.softmax(dim=0)[:, None, None] * layers).sum(dim=0)


def _over_words(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w.softmax(dim=0)[:, None, None] * layers).sum(dim=1)


def _sum_to_one(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * ((w / w.sum())[:, None, None] * layers).sum(dim=0)


@exercise(
    title="The scalar mix",
    inputs=_layers,
    equivalent={"0 → -1 (2)": "w has one axis"},
    hints=(
        "One number for each layer, the same for all words and dimensions: which axis of `layers` has it?",
        "`w.softmax(dim=0)` has shape (L,). To multiply (L, T, H) with it, it needs shape (L, 1, 1): "
        "`[:, None, None]`.",
        "Multiply, then sum over the layers' axis, then scale the whole by γ.",
    ),
    wrong=[
        (_no_softmax, "The weights are w itself. In the formula s = softmax(w), so that they add up to 1."),
        (_no_gamma, "γ is missing: it scales the whole mix."),
        (_plain_mean, "That is the plain mean of the layers: w changes nothing."),
        (_divided_again, "You divide by the number of layers once more: the weights add up to 1 already."),
        (_gamma_inside, "γ stands outside of the softmax: it scales the mix, not w."),
        (_top, "That is the top layer alone, the way before ELMo."),
        (_stacked, "The layers are weighted and not summed yet: the result has shape (T, H)."),
        (_added, "γ is added here. It scales the mix: multiply."),
        (
            _over_words,
            "You sum over the words. One mix for each word is wanted: sum over the layers, axis 0.",
        ),
        (_sum_to_one, "Divided by their sum the weights add up to 1, but may be negative: use a softmax."),
    ],
)
def scalar_mix(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    """Return γ Σ_j s_j h_j, (T, H), with s = softmax(w): layers (L, T, H), w (L,), gamma a number."""
    return gamma * (w.softmax(dim=0)[:, None, None] * layers).sum(dim=0)


def _uses(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    n, size = int(rng.integers(8, 14)), int(rng.integers(4, 7))
    states = rng.normal(size=(n, size)) + 1.0
    place = int(rng.integers(1, n))
    like, long, against = rng.permutation([i for i in range(n) if i != place])[:3]
    states[like] = 0.3 * states[place] + 0.04 * rng.normal(size=size)
    states[long] = 6 * states[place] + 8 * rng.normal(size=size)
    states[against] = -states[place]
    return states, place


def _itself(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return int((unit @ unit[place]).argmax())


def _dot(states: np.ndarray, place: int) -> int:
    score = states @ states[place]
    score[place] = -np.inf
    return int(score.argmax())


def _second_by_dot(states: np.ndarray, place: int) -> int:
    return int(np.argsort(-(states @ states[place]))[1])


def _farthest(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return int((unit @ unit[place]).argmin())


def _euclid(states: np.ndarray, place: int) -> int:
    gap = np.linalg.norm(states - states[place], axis=1)
    gap[place] = np.inf
    return int(gap.argmin())


def _nearest_of_first(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    score = unit @ unit[0]
    score[0] = -np.inf
    return int(score.argmax())


def _shifted(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return int(np.delete(unit @ unit[place], place).argmax())


def _the_cosine(states: np.ndarray, place: int) -> float:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return float(np.delete(unit @ unit[place], place).max())


@exercise(
    title="The nearest other use",
    inputs=_uses,
    equivalent={
        "result: absolute": "a row's number is never negative",
        "cosines.argmax() → _last_of_the_best(cosines.argmax)": "no two cosines are the same",
    },
    special={"the nearest comes after": (np.array([[0.0, 1.0], [1.0, 0.2], [2.0, 0.5], [-1.0, 0.1]]), 1)},
    hints=(
        "The cosine of two vectors is the dot product of what they are after dividing each by its length.",
        "Divide every row by its `np.linalg.norm` (`axis=1, keepdims=True`); then one product gives all the "
        "cosines with row `place`.",
        "The largest cosine is that of the use with itself. Write −∞ there before you ask for `argmax`.",
    ),
    wrong=[
        (_itself, "That is the use itself, with a cosine of 1. Leave it out."),
        (_dot, "A dot product grows with the length of the vectors. Divide by the lengths: the cosine."),
        (_second_by_dot, "A dot product grows with the length of the vectors. Divide by the lengths first."),
        (_farthest, "That is the use that is least like it: the largest cosine is wanted."),
        (_euclid, "That is the smallest distance. The cosine compares directions and not lengths."),
        (_nearest_of_first, "That is the nearest to row 0: compare with row `place`."),
        (_shifted, "With a row deleted, all after it have moved up by one: write −∞ there instead."),
        (_the_cosine, "That is the cosine. Which row has it? `argmax`."),
    ],
)
def nearest_use(states: np.ndarray, place: int) -> int:
    """Return which other row of states (N, H) has the largest cosine with row `place`."""
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    cosines = unit @ unit[place]
    cosines[place] = -np.inf
    return int(cosines.argmax())
