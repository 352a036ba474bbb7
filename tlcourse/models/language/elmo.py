"""ELMo: word vectors from the states of a character-based, two-directional LSTM language model.

Peters et al. 2018, "Deep Contextualized Word Representations". The character encoder is that of Kim et al.
2016 and Józefowicz et al. 2016.
Shapes: B sentences, T words of C characters, P projection size (one direction), V words in the softmax.

Taught in lesson *ELMo*.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tlcourse.data.texts import as_texts
from tlcourse.models.language.system import System, name_layers
from tlcourse.models.parts.config_fields import MOST, MOST_LAYERS, check_real, check_whole
from tlcourse.models.parts.lstm import initialise

# PyTorch runs these LSTMs with its own kernel and says so once; nothing is wrong, and there is nothing to do.
warnings.filterwarnings("ignore", message="LSTM with projections is not supported with oneDNN")

# A word is the bytes of its UTF-8 text, shifted by one so that 0 can be padding, between two marks.
PAD, BEGIN_WORD, END_WORD = 0, 257, 258
N_CHARACTERS = 261  # two more, for the authors' marks of a sentence's ends; here its end is a word, </s>


def character_ids(words: Sequence[str], max_characters: int) -> Tensor:
    """Words → (len(words), max_characters) int64; longer words lose their end, as in the authors' code."""
    words = as_texts(words, "words")
    ids = torch.zeros(len(words), max_characters, dtype=torch.long)
    for row, word in zip(ids, words, strict=True):
        characters = [byte + 1 for byte in word.encode("utf-8")[: max_characters - 2]]
        row[: len(characters) + 2] = torch.tensor([BEGIN_WORD, *characters, END_WORD])
    return ids


@dataclass(frozen=True)
class ElmoConfig:
    """Section 3.4 has 2,048 filters, 4,096 LSTM units and a projection to 512 numbers."""

    vocab_size: int = 8192  # words of the softmax, most frequent first; word 0 is <unk>
    max_characters: int = 24
    character_size: int = 16
    # (width, number)
    filters: tuple[tuple[int, int], ...] = ((1, 16), (2, 16), (3, 32), (4, 64), (5, 128), (6, 128))
    num_highway_layers: int = 2
    projection_size: int = 256
    lstm_size: int = 512
    num_hidden_layers: int = 2
    dropout: float = 0.1

    def __post_init__(self) -> None:
        check_whole(self, "vocab_size", "character_size", "projection_size", "lstm_size")
        check_whole(self, "num_highway_layers", least=0, most=MOST_LAYERS)
        check_whole(self, "num_hidden_layers", most=MOST_LAYERS)
        check_real(self, "dropout")
        if not isinstance(self.filters, tuple) or not self.filters:
            raise ValueError(f"filters is {self.filters!r:.40}, expected pairs of a width and a number")
        for pair in self.filters:
            if not isinstance(pair, tuple) or len(pair) != 2 or not all(_is_size(n) for n in pair):
                raise ValueError(f"filters has {pair!r:.40}, expected a width and a number, such as (3, 32)")
        check_whole(self, "max_characters", least=max(2, *(width for width, _ in self.filters)))

    @property
    def widths(self) -> list[int]:
        """Of the states, token layer first."""
        return [2 * self.projection_size] * (self.num_hidden_layers + 1)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST


class Highway(nn.Module):
    """y = t ∘ relu(W_H x + b_H) + (1 − t) ∘ x, gate t = σ(W_T x + b_T): Srivastava et al. 2015, equation 3.

    The gate's bias starts below 0, so that at first most of x is carried through (their section 2.2).
    """

    def __init__(self, size: int):
        super().__init__()
        self.transform = nn.Linear(size, size)
        self.gate = nn.Linear(size, size)
        nn.init.constant_(self.gate.bias, -2.0)

    def forward(self, x: Tensor) -> Tensor:
        """(…, size) → (…, size)."""
        t = torch.sigmoid(self.gate(x))
        return t * torch.relu(self.transform(x)) + (1 - t) * x


class CharacterEncoder(nn.Module):
    """A word's vector from its characters alone, so that no word is unknown (section 3.4).

    Character embeddings, convolutions of several widths, the maximum of each over the word, ReLU, highway
    layers, a projection.
    """

    def __init__(self, config: ElmoConfig):
        super().__init__()
        self.embedding = nn.Embedding(N_CHARACTERS, config.character_size, padding_idx=PAD)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(config.character_size, number, kernel_size=width) for width, number in config.filters
        )
        n_filters = sum(number for _, number in config.filters)
        self.highways = nn.Sequential(*(Highway(n_filters) for _ in range(config.num_highway_layers)))
        self.projection = nn.Linear(n_filters, config.projection_size)

    def forward(self, characters: Tensor) -> Tensor:
        """(N, C) → (N, P)."""
        x = self.embedding(characters).transpose(1, 2)  # (N, character_size, C)
        best = [convolution(x).amax(dim=-1) for convolution in self.convolutions]  # each (N, number)
        return self.projection(self.highways(torch.relu(torch.cat(best, dim=-1))))

    def encode(self, characters: Tensor) -> Tensor:
        """(B, T, C) → (B, T, P). A word that occurs several times is computed once."""
        words, index = characters.flatten(0, 1).unique(dim=0, return_inverse=True)
        return self(words)[index].view(*characters.shape[:2], -1)


def reverse_each(x: Tensor, lengths: Tensor) -> Tensor:
    """(B, T, …) with the first `lengths` entries of each sequence reversed and the padding left in place."""
    position = torch.arange(x.shape[1], device=x.device)
    mirrored = lengths[:, None] - 1 - position  # (B, T)
    index = torch.where(mirrored >= 0, mirrored, position)
    return x.gather(1, index.view(*index.shape, *[1] * (x.ndim - 2)).expand_as(x))


class BiLM(nn.Module):
    """A forward and a backward language model that share the token layer and the softmax (section 3.1).

    Each has `num_hidden_layers` LSTMs with projections (Sak et al. 2014); from the second layer on the input
    is added to the output (section 3.4). A word is predicted from one side only: the two never meet.
    """

    def __init__(self, config: ElmoConfig):
        super().__init__()
        self.config = config
        self.tokens = CharacterEncoder(config)

        def direction() -> nn.ModuleList:
            return nn.ModuleList(
                initialise(
                    nn.LSTM(
                        config.projection_size,
                        config.lstm_size,
                        proj_size=config.projection_size,
                        batch_first=True,
                    )
                )
                for _ in range(config.num_hidden_layers)
            )

        self.forward_lstms, self.backward_lstms = direction(), direction()
        # One for each layer's input: a layer that is frozen is read without, whatever the others do.
        self.dropouts = nn.ModuleList(nn.Dropout(config.dropout) for _ in range(config.num_hidden_layers))
        self.output_dropout = nn.Dropout(config.dropout)
        self.softmax = nn.Linear(config.projection_size, config.vocab_size)

    def forward(self, characters: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
        """(B, T, C), padded on the right to T from `lengths` (B,) → L + 1 of (B, T, 2P), h_{k,0} … h_{k,L}.

        h_{k,0} is the token layer, twice; h_{k,j} is [forward; backward] of layer j.
        """
        return self.contextualise(self.tokens.encode(characters), lengths)

    def contextualise(self, x: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
        """The same from the token layer's vectors (B, T, P)."""
        if lengths is None:
            lengths = torch.full(x.shape[:1], x.shape[1], device=x.device)
        layers = [torch.cat([x, x], dim=-1)]
        forward, backward = x, reverse_each(x, lengths)
        layer_modules = zip(self.forward_lstms, self.backward_lstms, self.dropouts, strict=True)
        for i, (left, right, dropout) in enumerate(layer_modules):
            forward_out, _ = left(dropout(forward))  # from left to right
            backward_out, _ = right(dropout(backward))  # from right to left
            forward = forward_out + forward if i else forward_out  # nothing is added in the first layer
            backward = backward_out + backward if i else backward_out
            layers.append(torch.cat([forward, reverse_each(backward, lengths)], dim=-1))
        return tuple(layers)

    def split(self, top: Tensor) -> tuple[Tensor, Tensor]:
        """The last layer (B, T, 2P) → the states that predict word k + 1, those that predict word k − 1."""
        forward, backward = top.chunk(2, dim=-1)
        return self.output_dropout(forward), self.output_dropout(backward)

    def named_layers(self) -> dict[str, nn.Module]:
        """From the bottom up, both directions of a layer together, with its dropout."""
        each = zip(self.dropouts, self.forward_lstms, self.backward_lstms, strict=True)
        return name_layers(self.tokens, map(nn.ModuleList, each))

    def states(self, characters: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """(B, T, C), and (B, T) with 1 = word and 0 = padding → h_{k,0} … h_{k,L}, (B, T, 2P) each."""
        return self(characters, attention_mask.sum(dim=1))


class ScalarMix(nn.Module):
    """ELMo_k = γ Σ_j s_j h_{k,j}, s = softmax(w) (section 3.2, equation 1)."""

    def __init__(self, n_layers: int):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers: Sequence[Tensor]) -> Tensor:
        """L + 1 tensors of one shape → one of that shape. Raises ValueError for another number of layers."""
        if len(layers) != len(self.w):
            raise ValueError(f"got {len(layers)} layers, but this mix has {len(self.w)} weights.")
        s = self.w.softmax(dim=0)
        return self.gamma * sum(weight * layer for weight, layer in zip(s, layers, strict=True))

    def penalty(self, strength: float) -> Tensor:
        """λ‖w‖² (section 3.3): a large λ holds the mix near the mean, λ = 0.001 leaves it free (table 2)."""
        return strength * self.w.square().sum()


class Elmo(nn.Module):
    """A frozen biLM and the task's own mix of its layers, with dropout (sections 3.2 and 3.3)."""

    def __init__(self, bilm: BiLM, dropout: float = 0.5):
        super().__init__()
        self.bilm = bilm.requires_grad_(False)
        self.mix = ScalarMix(bilm.config.num_hidden_layers + 1)
        self.dropout = nn.Dropout(dropout)

    def train(self, mode: bool = True) -> "Elmo":
        """The biLM stays in eval mode: it is not trained, so it must not drop anything."""
        super().train(mode)
        self.bilm.eval()
        return self

    def forward(self, characters: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, T, C) → (B, T, 2P)."""
        with torch.no_grad():
            layers = self.bilm(characters, lengths)
        return self.dropout(self.mix(layers))


SYSTEM = System(
    ElmoConfig,
    BiLM,
    BiLM,
    "",
    "ELMo: a bidirectional LSTM language model that spells its words (Peters et al. 2018)",
    marks=None,
)
