"""Our configurations ↔ the `config.json` of the transformers class of the same architecture."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tlcourse.models.language.bert import BertConfig
from tlcourse.models.language.ernie import ErnieConfig
from tlcourse.models.language.gpt import GPTConfig
from tlcourse.models.language.xlnet import XLNetConfig
from tlcourse.models.parts.transformer import TransformerConfig
from tlcourse.models.pretrained.distilbert import DistilBertConfig

# DistilBERT, GPT and XLNet have names of their own for the same things.
_BERT_NAMES = {field.name: field.name for field in dataclasses.fields(BertConfig)}
_DISTILBERT_NAMES = {
    "vocab_size": "vocab_size",
    "dim": "hidden_size",
    "n_layers": "num_hidden_layers",
    "n_heads": "num_attention_heads",
    "hidden_dim": "intermediate_size",
    "max_position_embeddings": "max_position_embeddings",
    "activation": "hidden_act",
    "dropout": "hidden_dropout_prob",
    "attention_dropout": "attention_probs_dropout_prob",
    "initializer_range": "initializer_range",
}
_GPT_NAMES = {
    "vocab_size": "vocab_size",
    "n_embd": "hidden_size",
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "n_positions": "max_position_embeddings",
    "resid_pdrop": "hidden_dropout_prob",
    "embd_pdrop": "hidden_dropout_prob",
    "attn_pdrop": "attention_probs_dropout_prob",
    "layer_norm_epsilon": "layer_norm_eps",
    "initializer_range": "initializer_range",
}
_XLNET_NAMES = {
    "vocab_size": "vocab_size",
    "d_model": "hidden_size",
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "d_inner": "intermediate_size",
    "ff_activation": "hidden_act",
    "dropout": "hidden_dropout_prob",
    "mem_len": "mem_len",
    "reuse_len": "reuse_len",
    "initializer_range": "initializer_range",
    "layer_norm_eps": "layer_norm_eps",
}


# What changes the arithmetic in a way that ours does not have: the only value that is ours.
_ONLY: dict[str, dict[str, Any]] = {
    "bert": {"is_decoder": False, "add_cross_attention": False},
    "distilbert": {"sinusoidal_pos_embds": False},
    "ernie": {"is_decoder": False, "add_cross_attention": False},
    "openai-gpt": {"afn": "gelu"},
    "gpt2": {
        "add_cross_attention": False,
        "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False,
    },
    "xlnet": {
        "attn_type": "bi",
        "bi_data": False,
        "clamp_len": -1,
        "same_length": False,
        "untie_r": True,
    },
}


def transformers_config(config: TransformerConfig) -> dict[str, Any]:
    """`config` in the names of the transformers configuration of the same architecture, with `model_type`.

    Raises TypeError for an architecture that transformers does not have, ValueError for what its
    configuration there has no place for: GPT's width and activation, XLNet's second rate of dropout.
    """

    def renamed(names: Mapping[str, str]) -> dict[str, Any]:
        return {theirs: getattr(config, ours) for theirs, ours in names.items()}

    match config:
        case ErnieConfig():
            more = {"use_task_id": True, "task_type_vocab_size": config.task_type_vocab_size}
            return {"model_type": "ernie"} | renamed(_BERT_NAMES) | more
        case DistilBertConfig():
            return {"model_type": "distilbert"} | renamed(_DISTILBERT_NAMES)
        case BertConfig():
            return {"model_type": "bert"} | renamed(_BERT_NAMES)
        case GPTConfig(norm="pre"):
            more = {"n_inner": config.intermediate_size, "activation_function": config.hidden_act}
            return {"model_type": "gpt2"} | renamed(_GPT_NAMES) | more
        case GPTConfig():
            _refuse_what_openai_gpt_cannot_say(config)
            return {"model_type": "openai-gpt"} | renamed(_GPT_NAMES) | {"afn": "gelu"}
        case XLNetConfig():
            _refuse_two_dropouts(config)
            return {"model_type": "xlnet"} | renamed(_XLNET_NAMES)
    raise TypeError(f"{type(config).__name__} has no counterpart in transformers.")


def _refuse_what_openai_gpt_cannot_say(config: GPTConfig) -> None:
    if config.intermediate_size != 4 * config.hidden_size or config.hidden_act != "gelu_new":
        raise ValueError(
            f"intermediate_size is {config.intermediate_size} and hidden_act {config.hidden_act!r}; an "
            f"openai-gpt configuration has no place for them and means {4 * config.hidden_size} and "
            "'gelu_new'. Keep those, or take norm='pre', whose gpt2 configuration has both."
        )


def _refuse_two_dropouts(config: XLNetConfig) -> None:
    if config.hidden_dropout_prob != config.attention_probs_dropout_prob:
        raise ValueError(
            f"hidden_dropout_prob is {config.hidden_dropout_prob} and attention_probs_dropout_prob "
            f"{config.attention_probs_dropout_prob}: an xlnet configuration has one `dropout` for both."
        )


def config_from_transformers(fields: Mapping[str, Any]) -> TransformerConfig:
    """The other way round, from a parsed `config.json`.

    Raises ValueError for another architecture, or a variant of one whose arithmetic is not ours.
    """

    def renamed(names: Mapping[str, str]) -> dict[str, Any]:
        return {ours: fields[theirs] for theirs, ours in names.items() if theirs in fields}

    model_type = fields.get("model_type")
    for name, value in _ONLY.get(model_type, {}).items():
        if fields.get(name, value) != value:
            raise ValueError(
                f"{name} is {fields[name]!r} in this {model_type}; the course has {value!r} alone."
            )
    match model_type:
        case "bert":
            return BertConfig(**renamed(_BERT_NAMES))
        case "distilbert":
            return DistilBertConfig(**renamed(_DISTILBERT_NAMES))
        case "ernie":
            if not fields.get("use_task_id"):
                raise ValueError("this ERNIE has no task embedding (use_task_id is false): it is a BERT.")
            same = renamed(_BERT_NAMES)
            return ErnieConfig(**same, task_type_vocab_size=fields["task_type_vocab_size"])
        case "openai-gpt":
            return GPTConfig(**renamed(_GPT_NAMES), intermediate_size=4 * fields["n_embd"])
        case "gpt2":
            width = fields.get("n_inner") or 4 * fields["n_embd"]
            act = fields.get("activation_function", "gelu_new")
            return GPTConfig(**renamed(_GPT_NAMES), intermediate_size=width, hidden_act=act, norm="pre")
        case "xlnet":
            more = {"mem_len": fields.get("mem_len") or 0}
            if "dropout" in fields:
                more["attention_probs_dropout_prob"] = fields["dropout"]
            return XLNetConfig(**renamed(_XLNET_NAMES) | more)
    raise ValueError(
        f"model_type is {model_type!r}; this course has 'bert', 'distilbert', 'ernie', 'openai-gpt', 'gpt2' "
        "and 'xlnet'."
    )
