"""Llama's decoder (Touvron et al. 2023): GPT-2's grandchild, to read SmolLM2 with.

What changed since GPT-2: norms without a mean (RMSNorm), positions as rotations of queries and keys (RoPE, Su
et al. 2021), a feed-forward layer with a gate (SwiGLU, Shazeer 2020), fewer keys and values than queries
(grouped-query attention, Ainslie et al. 2023), and no biases.

The weights may lie in half precision in a mapped file: each is turned to single precision when it is used.
Shapes: B sequences, T pieces, S pieces that are looked at, H hidden size, V vocabulary.

Taught in lesson *GPT-2*.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

_AT_ONCE = 4096  # rows of the table of pieces that are in single precision at a time

Cache = list[tuple[Tensor, Tensor]]  # of each layer, the keys and values of what has been read


@dataclass(frozen=True)
class LlamaConfig:
    """The fields of a `config.json` of transformers that are needed here."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    rms_norm_eps: float
    rope_theta: float
    bos_token_id: int

    @classmethod
    def read(cls, file: Path) -> "LlamaConfig":
        """Raises ValueError for another architecture, or positions that are turned in another way."""
        fields = json.loads(file.read_text(encoding="utf-8"))
        rope = fields.get("rope_parameters") or {}  # since transformers 5
        kind = rope.get("rope_type", "default")
        if fields.get("model_type") != "llama" or kind != "default" or fields.get("rope_scaling"):
            raise ValueError(
                f"{file} is of a {fields.get('model_type')} with {kind} rotations: not known here."
            )
        names = [name for name in cls.__dataclass_fields__ if name != "rope_theta"]
        theta = rope.get("rope_theta", fields.get("rope_theta"))
        return cls(**{name: fields[name] for name in names}, rope_theta=float(theta))


class Llama:
    """A decoder whose table of pieces also makes the logits; it is only read, never trained."""

    def __init__(self, config: LlamaConfig, weights: dict[str, Tensor]):
        """`weights` under the names of transformers; Raises KeyError for one that is missing."""
        self.config, self.weights = config, weights
        self.embeddings = weights["model.embed_tokens.weight"]
        size = config.hidden_size // config.num_attention_heads
        self.turns = config.rope_theta ** (-torch.arange(0, size, 2) / size)  # (D / 2,)

    @property
    def n_parameters(self) -> int:
        return sum(tensor.numel() for tensor in self.weights.values())

    def states(
        self, ids: Tensor, places: Tensor, may_look: Tensor | None = None, cache: Cache | None = None
    ) -> Tensor:
        """(B, T) → (B, T, H), after the last norm.

        Args:
            places: (T,), where each piece stands.
            may_look: bool (T, S), or None where each may look at all that is there.
            cache: [] at first; keys and values are added to it, and those in it are looked at as well.
        """
        x = F.embedding(ids, self.embeddings).float()
        angles = torch.outer(places.float(), self.turns).repeat(1, 2)  # (T, D)
        turn = angles.cos(), angles.sin()
        for i in range(self.config.num_hidden_layers):
            name = f"model.layers.{i}"
            x = x + self._attention(i, self._norm(x, f"{name}.input_layernorm"), turn, may_look, cache)
            h = self._norm(x, f"{name}.post_attention_layernorm")
            gate, up = (self._linear(h, f"{name}.mlp.{part}_proj") for part in ("gate", "up"))
            x = x + self._linear(F.silu(gate) * up, f"{name}.mlp.down_proj")
        return self._norm(x, "model.norm")

    def logits(self, states: Tensor) -> Tensor:
        """(…, H) → (…, V): the table of pieces is a fifth of the model, and goes by in parts."""
        found = states.new_empty(*states.shape[:-1], self.config.vocab_size)
        for begin in range(0, self.config.vocab_size, _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            found[..., part] = states @ self.embeddings[part].float().T
        return found

    def _attention(
        self, i: int, x: Tensor, turn: tuple[Tensor, Tensor], may_look: Tensor | None, cache: Cache | None
    ) -> Tensor:
        heads, groups = self.config.num_attention_heads, self.config.num_key_value_heads
        name = f"model.layers.{i}.self_attn"
        q, k, v = (
            self._linear(x, f"{name}.{part}_proj").unflatten(-1, (n, -1)).transpose(1, 2)  # (B, n, T, D)
            for part, n in (("q", heads), ("k", groups), ("v", groups))
        )
        q, k = (_turned(part, *turn) for part in (q, k))
        if cache is not None:
            if i < len(cache):
                k, v = (torch.cat(pair, dim=2) for pair in zip(cache[i], (k, v), strict=True))
                cache[i] = k, v
            else:
                cache.append((k, v))
        k, v = (part.repeat_interleave(heads // groups, dim=1) for part in (k, v))
        context = F.scaled_dot_product_attention(q, k, v, attn_mask=may_look)
        return self._linear(context.transpose(1, 2).flatten(2), f"{name}.o_proj")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return x @ self.weights[f"{name}.weight"].float().T

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], self.weights[f"{name}.weight"].float(), self.config.rms_norm_eps)


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Each pair of entries, i and i + D / 2, turned by the angle of its place."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin
