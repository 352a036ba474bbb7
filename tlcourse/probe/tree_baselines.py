"""What a structural probe is to be compared with: no model at all, or the same probe on poorer states.

Hewitt and Manning 2019, section 3.2: a tree that goes from left to right; a word's first vector mixed with
its neighbours' by distance (*Decay0*), or by a BiLSTM with random weights (*Proj0*). What a probe finds in
those was not learnt in pretraining beyond the vectors of single words. To these comes the model itself before
any training. Each function returns what a model's layer is: for each sentence of T words, (T, H).

Taught in lesson *Probing for structure*.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from tlcourse.models.pretrained import encoders
from tlcourse.probe import sentence_states

HALF = 0.5  # what a word counts in its neighbour's mean
BATCH = 64


def linear_distances(n_words: int) -> np.ndarray:
    """How far apart two words stand: int64 (T, T). As a tree, each word hangs on the one before it."""
    place = np.arange(n_words)
    return np.abs(place[:, None] - place[None, :])


def linear_depths(n_words: int) -> np.ndarray:
    """How many words stand before a word: int64 (T,). As a tree, the first word is the root."""
    return np.arange(n_words)


def decayed(states: Sequence[np.ndarray]) -> list[np.ndarray]:
    """*Decay0*: each word's mean over its whole sentence, a word d places away counting ½ᵈ; float32.

    The paper's words; the authors' code counts the word itself twice, as it adds a mean to the left and one
    to the right.
    """
    found = []
    for one in states:
        weights = HALF ** linear_distances(len(one))
        found.append((weights / weights.sum(axis=1, keepdims=True) @ one).astype(np.float32))
    return found


@torch.inference_mode()
def random_bilstm(states: Sequence[np.ndarray], seed: int = 0) -> list[np.ndarray]:
    """*Proj0*: the states of a BiLSTM with random weights that reads the sentence, float32.

    One layer, of H/2 units in each direction, with PyTorch's own initial weights, as in the authors' code.

    Raises:
        ValueError: there are no states, or H is odd.
    """
    if not len(states) or states[0].shape[1] % 2:
        shapes = [one.shape for one in states[:1]]
        raise ValueError(f"states are {shapes}, expected one sentence or more, (T, H) with an even H")
    width = states[0].shape[1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        lstm = nn.LSTM(width, width // 2, batch_first=True, bidirectional=True)
    found: list[np.ndarray] = []
    for start in range(0, len(states), BATCH):
        some = [torch.as_tensor(one, dtype=torch.float32) for one in states[start : start + BATCH]]
        lengths = torch.tensor([len(one) for one in some])
        packed = pack_padded_sequence(pad_sequence(some, batch_first=True), lengths, True, False)
        padded, _ = nn.utils.rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True)
        found += [row[:n].numpy().copy() for row, n in zip(padded, lengths.tolist(), strict=True)]
    return found


def untrained(
    name: str, sentences: Sequence[Sequence[str]], layers: Sequence[int] | None = None, seed: int = 0
) -> sentence_states.Layers:
    """The states of a model with random weights in place of the trained ones: of each layer, float16.

    Args:
        name: as `encoders.load` knows it.
        layers: as `sentence_states.compute` takes them.

    Raises:
        ValueError: there is no such model or layer, or none with random weights.
        FileNotFoundError, AssetMissing: the model is not there; the message says what to do.
    """
    return sentence_states.compute(encoders.load(name, random_seed=seed), sentences, layers)
