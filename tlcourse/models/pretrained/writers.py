"""Models that go on with a text, each step asking for one piece: what was read is kept, not read again.

A decoder's keys and values of what it has read do not change when more is read, so they are kept.
`models.language.sampling.continued` reads everything anew for each piece, which is simpler, and slow.
Shapes: B sequences, T pieces, V vocabulary.

Taught in lesson *GPT-2*.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from tlcourse.data import tokeniser
from tlcourse.models.language.llama import Cache, Llama
from tlcourse.models.language.sampling import Choice, distribution
from tlcourse.models.pretrained import smollm2, zoo
from tlcourse.models.pretrained.transformers_configs import counterpart_of

SMOLLM2 = "SmolLM2"
NextLogits = Callable[[Tensor, Cache], Tensor]


@dataclass(frozen=True)
class Writer:
    """A decoder that remembers, and its pieces.

    Attributes:
        next_logits: pieces that are new (B, T), and the cache, [] at first, which grows → (B, V).
        tokenizer: text ↔ numbers of pieces.
        start: what stands before a text.
        marks: numbers of pieces that are no text, and are never written.
    """

    next_logits: NextLogits
    tokenizer: Tokenizer
    start: tuple[int, ...]
    marks: tuple[int, ...]

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces, without marks."""
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of pieces; where the first goes on a word, without the sign that says so."""
        return self.tokenizer.decode(ids, skip_special_tokens=True).removeprefix("##")


def load(name: str, single: bool = False) -> Writer:
    """A GPT-2 of the zoo, such as `gpt2-mini`, or `SmolLM2`, if wanted in `single` precision.

    Raises:
        ValueError, FileNotFoundError: the zoo has no such model, or it is no GPT-2.
        AssetMissing: SmolLM2 is not fetched yet.
    """
    if name == SMOLLM2:
        pieces, llama = smollm2.decoder(single)
        marks = tuple(smollm2.marks(pieces))
        return Writer(of_llama(llama), pieces, (llama.config.bos_token_id,), marks)
    model, pieces = zoo.load(name, heads=True), tokeniser.load(zoo.folder_of(name))
    return Writer(of_gpt(model), pieces, (tokeniser.SEP,), tuple(range(len(tokeniser.SPECIAL))))


def of_gpt(model: nn.Module) -> NextLogits:
    """A GPT-2, its blocks asked one by one so that keys and values can be kept.

    Raises:
        ValueError: it is another model, or a GPT with its norms behind.
    """
    if counterpart_of(model.config).model_type != "gpt2":
        raise ValueError(f"this is a {type(model).__name__}; expected a GPT-2, such as gpt2-mini.")
    gpt = model.transformer

    def next_logits(ids: Tensor, cache: Cache) -> Tensor:
        read = cache[0][0].shape[2] if cache else 0
        x = gpt.embeddings.word(ids) + gpt.embeddings.position(read + torch.arange(ids.shape[1]))
        for i, block in enumerate(gpt.decoder.blocks):
            h, attention = block.attention_norm(x), block.attention
            q, k, v = (
                attention.split_heads(part(h)) for part in (attention.query, attention.key, attention.value)
            )
            if read:
                k, v = (torch.cat(pair, dim=2) for pair in zip(cache[i], (k, v), strict=True))
                cache[i] = k, v
            else:
                cache.append((k, v))
            context = F.scaled_dot_product_attention(q, k, v, is_causal=not read)
            x = x + attention.output(context.transpose(1, 2).flatten(2))
            x = x + block.feed_forward(block.feed_forward_norm(x))
        return model.lm_head(gpt.norm(x[:, -1]))

    return next_logits


def of_llama(llama: Llama) -> NextLogits:
    """The same for a Llama."""

    def next_logits(ids: Tensor, cache: Cache) -> Tensor:
        read, new = cache[0][0].shape[2] if cache else 0, ids.shape[1]
        may_look = None if read else torch.ones(new, new, dtype=torch.bool).tril()
        states = llama.states(ids, read + torch.arange(new), may_look, cache)
        return llama.logits(states[:, -1])

    return next_logits


@torch.inference_mode()
def continued(writer: Writer, ids: Tensor, n: int, choice: Choice, seed: int) -> Tensor:
    """Go on from (B, T), without padding, by `n` pieces: (B, T + n); no mark is written."""
    generator = torch.Generator().manual_seed(seed)
    cache: Cache = []
    read = ids
    for _ in range(n):
        logits = writer.next_logits(read, cache)
        logits[:, list(writer.marks)] = -torch.inf
        p = distribution(logits, choice)
        greedy = choice.temperature == 0
        read = p.argmax(dim=-1, keepdim=True) if greedy else p.multinomial(1, generator=generator)
        ids = torch.cat([ids, read], dim=1)
    return ids
