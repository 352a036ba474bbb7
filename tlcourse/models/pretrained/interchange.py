"""Our weights ↔ those of the `transformers` classes of the same architecture, name by name.

Nothing is retrained or approximated: tensors are renamed, transposed, or put side by side. So a model of
this course opens with `AutoModel.from_pretrained`, and a published BERT, DistilBERT, GPT, GPT-2, XLNet or
ERNIE runs in our code.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from tlcourse.models.language.bert import BertConfig, BertForPreTraining, BertModel
from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining, ErnieModel
from tlcourse.models.language.gpt import GPTConfig, GPTForCausalLM, GPTModel
from tlcourse.models.language.xlnet import XLNetConfig, XLNetForPreTraining, XLNetModel
from tlcourse.models.pretrained.distilbert import DistilBertConfig, DistilBertModel
from tlcourse.models.pretrained.transformers_configs import config_from_transformers

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Pair(NamedTuple):
    """One tensor of theirs and the tensor or tensors of ours that hold the same numbers."""

    ours: tuple[str, ...]
    theirs: str
    to: Callable[..., Tensor] = lambda tensor: tensor
    back: Callable[[Tensor], tuple[Tensor, ...]] = lambda tensor: (tensor,)


def _layer(ours: str, theirs: str) -> Iterator[Pair]:
    """A linear layer or a layer norm."""
    yield Pair((f"{ours}.weight",), f"{theirs}.weight")
    yield Pair((f"{ours}.bias",), f"{theirs}.bias")


def _conv1d(ours: tuple[str, ...], theirs: str) -> Iterator[Pair]:
    """GPT's "Conv1D" is a linear layer with its weight transposed; query, key and value stand in one."""
    n = len(ours)
    yield Pair(
        tuple(f"{name}.weight" for name in ours),
        f"{theirs}.weight",
        lambda *weights: torch.cat(weights).T,
        lambda weight: weight.T.chunk(n),
    )
    yield Pair(
        tuple(f"{name}.bias" for name in ours),
        f"{theirs}.bias",
        lambda *biases: torch.cat(biases),
        lambda bias: bias.chunk(n),
    )


def _bert_pairs(config: BertConfig) -> Iterator[Pair]:
    yield Pair(("embeddings.word.weight",), "embeddings.word_embeddings.weight")
    yield Pair(("embeddings.position.weight",), "embeddings.position_embeddings.weight")
    yield Pair(("embeddings.token_type.weight",), "embeddings.token_type_embeddings.weight")
    if isinstance(config, ErnieConfig):
        yield Pair(("embeddings.task_type.weight",), "embeddings.task_type_embeddings.weight")
    yield from _layer("embeddings.norm", "embeddings.LayerNorm")
    for i in range(config.num_hidden_layers):
        ours, theirs = f"encoder.blocks.{i}", f"encoder.layer.{i}"
        for name in ("query", "key", "value"):
            yield from _layer(f"{ours}.attention.{name}", f"{theirs}.attention.self.{name}")
        yield from _layer(f"{ours}.attention.output", f"{theirs}.attention.output.dense")
        yield from _layer(f"{ours}.attention_norm", f"{theirs}.attention.output.LayerNorm")
        yield from _layer(f"{ours}.feed_forward.intermediate", f"{theirs}.intermediate.dense")
        yield from _layer(f"{ours}.feed_forward.output", f"{theirs}.output.dense")
        yield from _layer(f"{ours}.feed_forward_norm", f"{theirs}.output.LayerNorm")
    yield from _layer("pooler.dense", "pooler.dense")


def _distilbert_pairs(config: DistilBertConfig) -> Iterator[Pair]:
    yield Pair(("embeddings.word.weight",), "embeddings.word_embeddings.weight")
    yield Pair(("embeddings.position.weight",), "embeddings.position_embeddings.weight")
    yield from _layer("embeddings.norm", "embeddings.LayerNorm")
    for i in range(config.num_hidden_layers):
        ours, theirs = f"encoder.blocks.{i}", f"transformer.layer.{i}"
        for name in ("query", "key", "value", "output"):
            short = "out" if name == "output" else name[0]
            yield from _layer(f"{ours}.attention.{name}", f"{theirs}.attention.{short}_lin")
        yield from _layer(f"{ours}.attention_norm", f"{theirs}.sa_layer_norm")
        yield from _layer(f"{ours}.feed_forward.intermediate", f"{theirs}.ffn.lin1")
        yield from _layer(f"{ours}.feed_forward.output", f"{theirs}.ffn.lin2")
        yield from _layer(f"{ours}.feed_forward_norm", f"{theirs}.output_layer_norm")


def _masked_lm_pairs() -> Iterator[Pair]:
    yield from _layer("predictions.dense", "cls.predictions.transform.dense")
    yield from _layer("predictions.norm", "cls.predictions.transform.LayerNorm")
    yield Pair(("predictions.decoder.bias",), "cls.predictions.bias")


def _gpt_pairs(config: GPTConfig) -> Iterator[Pair]:
    word, position = ("wte", "wpe") if config.norm == "pre" else ("tokens_embed", "positions_embed")
    yield Pair(("embeddings.word.weight",), f"{word}.weight")
    yield Pair(("embeddings.position.weight",), f"{position}.weight")
    for i in range(config.num_hidden_layers):
        ours, theirs = f"decoder.blocks.{i}", f"h.{i}"
        fused = tuple(f"{ours}.attention.{name}" for name in ("query", "key", "value"))
        yield from _conv1d(fused, f"{theirs}.attn.c_attn")
        yield from _conv1d((f"{ours}.attention.output",), f"{theirs}.attn.c_proj")
        yield from _layer(f"{ours}.attention_norm", f"{theirs}.ln_1")
        yield from _conv1d((f"{ours}.feed_forward.intermediate",), f"{theirs}.mlp.c_fc")
        yield from _conv1d((f"{ours}.feed_forward.output",), f"{theirs}.mlp.c_proj")
        yield from _layer(f"{ours}.feed_forward_norm", f"{theirs}.ln_2")
    if config.norm == "pre":
        yield from _layer("norm", "ln_f")


def _xlnet_pairs(config: XLNetConfig) -> Iterator[Pair]:
    hidden, heads = config.hidden_size, config.num_attention_heads
    yield Pair(("word.weight",), "word_embedding.weight")
    yield Pair(("mask_embedding",), "mask_emb")

    def by_head(weight: Tensor) -> Tensor:  # (heads·D, H) → (H, heads, D)
        return weight.T.reshape(hidden, heads, -1)

    def by_row(weight: Tensor) -> tuple[Tensor, ...]:
        return (weight.reshape(hidden, -1).T,)

    for i in range(config.num_hidden_layers):
        ours, theirs = f"layers.{i}.attention", f"layer.{i}.rel_attn"
        for name, letter in (("query", "q"), ("key", "k"), ("value", "v"), ("relative_key", "r")):
            yield Pair((f"{ours}.{name}.weight",), f"{theirs}.{letter}", by_head, by_row)
        yield Pair(
            (f"{ours}.output.weight",),
            f"{theirs}.o",
            lambda weight: weight.reshape(hidden, heads, -1),
            lambda weight: (weight.reshape(hidden, -1),),
        )
        for name, letter in (("content", "w"), ("distance", "r"), ("segment", "s")):
            yield Pair(
                (f"{ours}.{name}_bias",),
                f"{theirs}.r_{letter}_bias",
                lambda bias: bias.squeeze(1),
                lambda bias: (bias.unsqueeze(1),),
            )
        yield Pair(
            (f"{ours}.segment_embedding",),
            f"{theirs}.seg_embed",
            lambda table: table.transpose(0, 1),
            lambda table: (table.transpose(0, 1),),
        )
        yield from _layer(f"layers.{i}.attention_norm", f"{theirs}.layer_norm")
        yield from _layer(f"layers.{i}.feed_forward.intermediate", f"layer.{i}.ff.layer_1")
        yield from _layer(f"layers.{i}.feed_forward.output", f"layer.{i}.ff.layer_2")
        yield from _layer(f"layers.{i}.feed_forward_norm", f"layer.{i}.ff.layer_norm")


def _inside(prefix: str, pairs: Iterator[Pair]) -> Iterator[Pair]:
    for pair in pairs:
        yield pair._replace(ours=tuple(prefix + name for name in pair.ours), theirs=prefix + pair.theirs)


def name_pairs(model: nn.Module) -> list[Pair]:
    """Every parameter of `model` that the transformers class of the same architecture has too.

    Raises TypeError for a model without such a class (ELMo and ULMFiT have none).
    """
    match model:
        case BertForPreTraining():
            heads = (*_masked_lm_pairs(), *_layer("seq_relationship", "cls.seq_relationship"))
            return [*_inside("bert.", _bert_pairs(model.config)), *heads]
        case ErnieForPreTraining():
            return [*_inside("ernie.", _bert_pairs(model.config)), *_masked_lm_pairs()]
        case DistilBertModel():
            return list(_distilbert_pairs(model.config))
        case BertModel():
            return list(_bert_pairs(model.config))
        case GPTForCausalLM():
            return list(_inside("transformer.", _gpt_pairs(model.config)))
        case GPTModel():
            return list(_gpt_pairs(model.config))
        case XLNetForPreTraining():
            output_bias = Pair(("lm_loss.bias",), "lm_loss.bias")
            return [*_inside("transformer.", _xlnet_pairs(model.config)), output_bias]
        case XLNetModel():
            return list(_xlnet_pairs(model.config))
    raise _no_counterpart(model)


def _no_counterpart(model: nn.Module) -> TypeError:
    return TypeError(
        f"{type(model).__name__} has no counterpart in transformers; BERT, DistilBERT, ERNIE, GPT, GPT-2 "
        "and XLNet have."
    )


def state_for_transformers(model: nn.Module) -> dict[str, Tensor]:
    """The parameters of `model` under their transformers names. Tied ones appear once."""
    ours = dict(model.named_parameters())
    return {
        pair.theirs: pair.to(*(ours[name].detach() for name in pair.ours)).clone().contiguous()
        for pair in name_pairs(model)
    }


def load_from_transformers(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Copy tensors under their transformers names into `model`.

    Raises ValueError for a tensor that is missing or of another shape.
    """
    ours = dict(model.named_parameters())
    for pair in name_pairs(model):
        if pair.theirs not in state:
            raise ValueError(
                f"{pair.theirs} is missing: these are not the weights of a {type(model).__name__}."
            )
        for name, tensor in zip(pair.ours, pair.back(state[pair.theirs]), strict=True):
            if tensor.shape != ours[name].shape:
                raise ValueError(
                    f"{pair.theirs} gives {name} the shape {tuple(tensor.shape)}, but the configuration asks "
                    f"for {tuple(ours[name].shape)}: check vocab_size, hidden_size and the number of heads."
                )
            ours[name].data.copy_(tensor)


_CLASSES = {
    "BertForPreTraining": BertForPreTraining,
    "OpenAIGPTLMHeadModel": GPTForCausalLM,
    "GPT2LMHeadModel": GPTForCausalLM,
    "XLNetLMHeadModel": XLNetForPreTraining,
    "BertModel": BertModel,
    "DistilBertModel": DistilBertModel,
    "ErnieModel": ErnieModel,
    "OpenAIGPTModel": GPTModel,
    "GPT2Model": GPTModel,
    "XLNetModel": XLNetModel,
}


def transformers_class(model: nn.Module) -> str:
    """The transformers class that opens what `state_for_transformers` gives, for `config.json`.

    Raises TypeError for a model without such a class.
    """
    match model:
        case ErnieForPreTraining():  # of ERNIE's five heads transformers has the one for masked pieces
            return "ErnieForMaskedLM"
        case GPTForCausalLM():
            return "GPT2LMHeadModel" if model.config.norm == "pre" else "OpenAIGPTLMHeadModel"
        case GPTModel():
            return "GPT2Model" if model.config.norm == "pre" else "OpenAIGPTModel"
    for theirs, ours in _CLASSES.items():
        if type(model) is ours:
            return theirs
    raise _no_counterpart(model)


def from_transformers(theirs: "PreTrainedModel") -> nn.Module:
    """A transformers model as ours, with a copy of its weights, in eval mode.

    Raises ValueError for a class that this course does not build.
    """
    name = type(theirs).__name__
    if name not in _CLASSES:
        raise ValueError(f"{name} is not one of the classes this course builds: {', '.join(_CLASSES)}.")
    model = _CLASSES[name](config_from_transformers(theirs.config.to_dict()))
    load_from_transformers(model, theirs.state_dict())
    return model.eval()
