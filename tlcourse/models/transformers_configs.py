"""Our configurations ↔ the `config.json` of the transformers class of the same architecture."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tlcourse.models.bert import BertConfig
from tlcourse.models.ernie import ErnieConfig
from tlcourse.models.gpt import GPTConfig
from tlcourse.models.transformer import TransformerConfig
from tlcourse.models.xlnet import XLNetConfig

# GPT and XLNet have names of their own for the same things.
_BERT_NAMES = {field.name: field.name for field in dataclasses.fields(BertConfig)}
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


def transformers_config(config: TransformerConfig) -> dict[str, Any]:
    """`config` in the names of the transformers configuration of the same architecture, with `model_type`.

    Raises TypeError for an architecture that transformers does not have, ValueError for a GPT of 2018 with
    another width or activation than the one that its configuration implies.
    """

    def renamed(names: Mapping[str, str]) -> dict[str, Any]:
        return {theirs: getattr(config, ours) for theirs, ours in names.items()}

    match config:
        case ErnieConfig():
            more = {"use_task_id": True, "task_type_vocab_size": config.task_type_vocab_size}
            return {"model_type": "ernie"} | renamed(_BERT_NAMES) | more
        case BertConfig():
            return {"model_type": "bert"} | renamed(_BERT_NAMES)
        case GPTConfig(norm="pre"):
            more = {"n_inner": config.intermediate_size, "activation_function": config.hidden_act}
            return {"model_type": "gpt2"} | renamed(_GPT_NAMES) | more
        case GPTConfig():
            _refuse_what_openai_gpt_cannot_say(config)
            return {"model_type": "openai-gpt"} | renamed(_GPT_NAMES) | {"afn": "gelu"}
        case XLNetConfig():
            return {"model_type": "xlnet"} | renamed(_XLNET_NAMES)
    raise TypeError(f"{type(config).__name__} has no counterpart in transformers.")


def _refuse_what_openai_gpt_cannot_say(config: GPTConfig) -> None:
    if config.intermediate_size != 4 * config.hidden_size or config.hidden_act != "gelu_new":
        raise ValueError(
            f"intermediate_size is {config.intermediate_size} and hidden_act {config.hidden_act!r}; an "
            f"openai-gpt configuration has no place for them and means {4 * config.hidden_size} and "
            "'gelu_new'. Keep those, or take norm='pre', whose gpt2 configuration has both."
        )


def config_from_transformers(fields: Mapping[str, Any]) -> TransformerConfig:
    """The other way round, from a parsed `config.json`. Raises ValueError for another architecture."""

    def renamed(names: Mapping[str, str]) -> dict[str, Any]:
        return {ours: fields[theirs] for theirs, ours in names.items() if theirs in fields}

    model_type = fields.get("model_type")
    match model_type:
        case "bert":
            return BertConfig(**renamed(_BERT_NAMES))
        case "ernie":
            if not fields.get("use_task_id"):
                raise ValueError("this ERNIE has no task embedding (use_task_id is false): it is a BERT.")
            same = renamed(_BERT_NAMES)
            return ErnieConfig(**same, task_type_vocab_size=fields["task_type_vocab_size"])
        case "openai-gpt":
            if (afn := fields.get("afn", "gelu")) != "gelu":
                raise ValueError(f"this openai-gpt has afn {afn!r}; the course has 'gelu', GPT's own, alone.")
            return GPTConfig(**renamed(_GPT_NAMES), intermediate_size=4 * fields["n_embd"])
        case "gpt2":
            width = fields.get("n_inner") or 4 * fields["n_embd"]
            act = fields.get("activation_function", "gelu_new")
            return GPTConfig(**renamed(_GPT_NAMES), intermediate_size=width, hidden_act=act, norm="pre")
        case "xlnet":
            return XLNetConfig(**renamed(_XLNET_NAMES) | {"mem_len": fields.get("mem_len") or 0})
    raise ValueError(
        f"model_type is {model_type!r}; this course has 'bert', 'ernie', 'openai-gpt', 'gpt2' and 'xlnet'."
    )
