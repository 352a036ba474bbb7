"""What each system is trained to predict: the sequences it reads and the loss it gets.

An objective is a model with two methods. `reader` turns the text into one batch per step, in numpy, as a
function of the seed and the step alone. `forward` turns a batch into sums of losses over targets, with
the number of targets, so that any number of processes can take the mean over all of them. Shapes: B rows,
T pieces or words per row, P predicted positions per row.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcourse.data.packing import (
    Epochs,
    Pairs,
    Rows,
    document_order,
    join,
    piece_stream,
    sentence_pairs,
    word_stream,
)
from tlcourse.data.text_index import TextIndex
from tlcourse.data.tokeniser import PAD
from tlcourse.models.language.elmo import character_ids
from tlcourse.models.language.ulmfit import activation_regularisation
from tlcourse.train.pretraining.masking import FATES, IGNORED, Fates, mask_pieces

Batch = dict[str, np.ndarray]  # every array has B rows; "n_tokens" (B,) says how much text a row holds
Reader = Callable[[int, float], Batch]  # step, and the share of the training that is done, in [0, 1]
Carry = tuple[Tensor, ...]  # what one batch hands to the next, B rows each
Losses = dict[str, tuple[Tensor, Tensor]]  # name → sum over the targets, number of targets


@dataclass(frozen=True)
class Reading:
    """How a text is read: `rows` sequences of `length`, each source as often as `repeats` says.

    For BERT also: which share is `masked`, what becomes of it (`fates`), and whether rows are `packed`, that
    is, filled to their end.
    """

    rows: int
    length: int
    repeats: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    held_out: bool = False
    masked: float = 0.15
    packed: bool = False
    fates: Fates = FATES

    def generator(self, *purpose: int) -> np.random.Generator:
        """A generator that depends on the seed, the shape of the batches and the `purpose` alone."""
        return np.random.default_rng([self.seed, self.length, self.held_out, *purpose])

    def order(self, index: TextIndex, epoch: int) -> np.ndarray:
        """The documents of one pass."""
        repeats = {} if self.held_out else self.repeats
        return document_order(index, repeats, self.generator(0, epoch), self.held_out)


def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (…, V), targets (…) with IGNORED among them → sum of −ln p(target), number of targets."""
    total = F.cross_entropy(
        logits.flatten(0, -2).float(), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return total, (targets != IGNORED).sum()


class Objective(nn.Module, ABC):
    """A model and what it is trained for."""

    weights: Mapping[str, float] = MappingProxyType({})  # of losses that do not count once
    n_tasks = 1  # that take turns from one held-out batch to the next
    ignores_length = True  # whether what is read at a step is the same in a longer training

    def __init__(self, model: nn.Module, index: TextIndex):
        super().__init__()
        self.model = model
        self.vocab_size = model.config.vocab_size

    @abstractmethod
    def reader(self, index: TextIndex, reading: Reading) -> Reader:
        """The batches of a text: step → arrays of B rows. The same step always gives the same batch."""

    @abstractmethod
    def forward(self, carry: Carry, **batch: Tensor) -> tuple[Losses, Carry]:
        """A batch → its losses, and what the next batch gets."""

    def initial_carry(self, rows: int) -> Carry:
        """What the first batch gets."""
        return ()

    def collate(self, batch: Batch) -> Batch:
        """The rows of one process as `forward` takes them."""
        return batch


def stream_reader(
    stream: Callable[[TextIndex, np.ndarray], np.ndarray],
    index: TextIndex,
    reading: Reading,
    n_extra: int,
    stride: int | None = None,
) -> Callable[[int], np.ndarray]:
    """Step → (B, length + n_extra) of a text read as a stream."""
    epochs = Epochs(
        lambda epoch: Rows(
            stream(index, reading.order(index, epoch)),
            reading.rows,
            reading.length + n_extra,
            stride or reading.length,
        )
    )

    def at(step: int) -> np.ndarray:
        rows, within = epochs.at(step)
        return rows.at(within).astype(np.int64)

    return at


class NextPiece(Objective):
    """GPT and GPT-2: L1 = Σ log p(u_i | u_<i) (Radford et al. 2018, equation 1)."""

    def reader(self, index: TextIndex, reading: Reading) -> Reader:
        at = stream_reader(piece_stream, index, reading, n_extra=1)

        def batch(step: int, progress: float = 0.0) -> Batch:
            pieces = at(step)  # (B, T + 1)
            return {
                "input_ids": pieces[:, :-1],
                "targets": pieces[:, 1:],
                "n_tokens": np.full(len(pieces), reading.length),
            }

        return batch

    def forward(self, carry: Carry, input_ids: Tensor, targets: Tensor) -> tuple[Losses, Carry]:
        return {"next piece": cross_entropy(self.model(input_ids), targets)}, carry


class NextPieceWithState(NextPiece):
    """ULMFiT: the same, by an LSTM whose state goes on to the next batch; with AWD-LSTM's regularisation."""

    weights = MappingProxyType({"activation": 0.1})  # a tenth, as its dropouts are a tenth of AWD-LSTM's

    def initial_carry(self, rows: int) -> Carry:
        sizes = [lstm.hidden_size for lstm in self.model.encoder.lstms]
        return tuple(torch.zeros(rows, size) for size in sizes for _ in ("h", "c"))

    def forward(self, carry: Carry, input_ids: Tensor, targets: Tensor) -> tuple[Losses, Carry]:
        states = [part.unsqueeze(0) for part in carry]  # torch's LSTM has its rows in the second place
        logits, dropped, raw, states = self.model(
            input_ids, list(zip(states[::2], states[1::2], strict=True))
        )
        losses = {"next piece": cross_entropy(logits, targets)}
        if self.training:
            n = torch.tensor(len(input_ids), device=input_ids.device)
            losses["activation"] = activation_regularisation(dropped, raw) * n, n
        return losses, tuple(part.squeeze(0).detach() for state in states for part in state)


class BothDirections(Objective):
    """ELMo: the next word and the word before, from spelt words (Peters et al. 2018, section 3.1).

    A target that is not among the words of the softmax is `<unk>`. Each row begins without a state, as a
    sentence does when the vectors are used.
    """

    def __init__(self, model: nn.Module, index: TextIndex):
        super().__init__(model, index)
        self.characters = character_ids(index.vocabulary, model.config.max_characters).to(torch.int16).numpy()

    def reader(self, index: TextIndex, reading: Reading) -> Reader:
        entries = len(index.words) + len(index.sentence_words) - 1  # words and ends of sentences
        pieces_an_entry = len(index.pieces) / entries  # so that "tokens" means the same text for all
        at = stream_reader(word_stream, index, reading, n_extra=2)

        def batch(step: int, progress: float = 0.0) -> Batch:
            words = at(step)  # (B, T + 2)
            n_tokens = np.full(len(words), round(reading.length * pieces_an_entry))
            return {"words": words, "n_tokens": n_tokens}

        return batch

    def collate(self, batch: Batch) -> Batch:
        """Each distinct word is spelt, and later convolved, once: `characters` (U, C), `inverse` (B, T)."""
        words = batch["words"]
        distinct, inverse = np.unique(words[:, 1:-1], return_inverse=True)
        target = np.where(words < self.vocab_size, words, 0)
        return {
            "characters": self.characters[distinct].astype(np.int64),
            "inverse": inverse.reshape(len(words), -1),
            "following": target[:, 2:],
            "preceding": target[:, :-2],
            "n_tokens": batch["n_tokens"],
        }

    def forward(
        self, carry: Carry, characters: Tensor, inverse: Tensor, following: Tensor, preceding: Tensor
    ) -> tuple[Losses, Carry]:
        layers = self.model.contextualise(self.model.tokens(characters)[inverse])
        forward, backward = self.model.split(layers[-1])
        return {
            "next word": cross_entropy(self.model.softmax(forward), following),
            "previous word": cross_entropy(self.model.softmax(backward), preceding),
        }, carry


def pairs_reader(index: TextIndex, reading: Reading) -> Callable[[int], tuple[Pairs, slice]]:
    """Step → the pairs of one pass, and which of them make up the batch."""

    def make(epoch: int) -> Pairs:
        rng = reading.generator(1, epoch)
        order = reading.order(index, epoch)
        return sentence_pairs(index, order, reading.length, reading.rows, rng, reading.packed)

    epochs = Epochs(make)

    def at(step: int) -> tuple[Pairs, slice]:
        pairs, within = epochs.at(step)
        return pairs, pairs.at(within)

    return at


class MaskedPairs(Objective):
    """BERT: masked pieces, and whether B follows A (Devlin et al. 2019, section 3.1)."""

    def reader(self, index: TextIndex, reading: Reading) -> Reader:
        at = pairs_reader(index, reading)

        def batch(step: int, progress: float = 0.0) -> Batch:
            pairs, rows = at(step)
            ids, segments = join(index, pairs.a[rows], pairs.b[rows], reading.length)
            rng = reading.generator(2, step)
            masked = mask_pieces(ids, self.vocab_size, rng, reading.masked, reading.fates)
            return {
                "input_ids": masked.input_ids,
                "attention_mask": (ids != PAD).astype(np.int64),
                "token_type_ids": segments,
                "positions": masked.positions,
                "targets": masked.targets,
                "is_random": pairs.is_random[rows].astype(np.int64),
                "n_tokens": (ids != PAD).sum(1),
            }

        return batch

    def forward(
        self, carry: Carry, targets: Tensor, is_random: Tensor, **inputs: Tensor
    ) -> tuple[Losses, Carry]:
        predictions, next_sentence = self.model(**inputs)
        return {
            "masked piece": cross_entropy(predictions, targets),
            "next sentence": cross_entropy(next_sentence, is_random),
        }, carry
