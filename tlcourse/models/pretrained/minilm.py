"""MiniLM as a frozen sentence encoder: the packaged BERT-family network, its last states averaged over the
words.

The network is `all-MiniLM-L6-v2`: six Transformer layers of width 384, distilled from a larger BERT-like
teacher (Wang et al. 2020, arXiv 2002.10957), then trained to put sentences that belong together (a question
and its answer, a title and its text) close to one another (Reimers and Gurevych 2019, arXiv 1908.10084). None
of its sentences was labelled with a sentiment.

Taught in lesson *What is transfer learning*.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from tlcourse import assets
from tlcourse.data.near_duplicates import fingerprint
from tlcourse.data.texts import as_texts
from tlcourse.models.pretrained.loading_quietly import no_progress_bar

if TYPE_CHECKING:
    from transformers import BertModel, PreTrainedTokenizerFast

HIDDEN_SIZE = 384
MAX_LENGTH = 128  # word pieces, [CLS] and [SEP] among them; the rated sentences have 26 on average
BATCH_SIZE = 16  # larger batches are no faster on a CPU, and take more memory
_VERSION = 1  # part of the cache's key: raise it when the same texts would get other features

Watch = Callable[[Sequence], Iterable]  # shows how far a loop is, such as `show.progress`


@dataclass(frozen=True)
class Encoder:
    """The network in evaluation mode, and the tokenizer it was trained with."""

    tokenizer: "PreTrainedTokenizerFast"
    model: "BertModel"


@functools.cache
def load() -> Encoder:
    """Load the packaged encoder; later calls return the same object.

    Raises:
        AssetMissing: not fetched yet.
    """
    from transformers import AutoTokenizer, BertModel

    folder = assets.path("minilm")
    with no_progress_bar():
        model = BertModel.from_pretrained(folder)
    return Encoder(AutoTokenizer.from_pretrained(folder), model.eval())


def mean_pool(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Average the states of the real tokens: (B, T, H) states and a (B, T) mask of 0 and 1 give (B, H).

    Sentence-BERT's MEAN strategy (Reimers and Gurevych 2019, section 3). Padding is neither added nor
    counted.
    """
    mask = attention_mask.unsqueeze(-1).to(states.dtype)  # (B, T, 1)
    return (states * mask).sum(dim=1) / mask.sum(dim=1)


def batches_by_length(lengths: Sequence[int], batch_size: int) -> list[np.ndarray]:
    """Indices of the items in batches of like length, longest first, so that hardly any padding is computed.

    Longest first, because then the first batch is the one that needs most memory, and the time left is never
    longer than the first batches promise.
    """
    order = np.argsort(-np.asarray(lengths), kind="stable")
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def encode(texts: Sequence[str], progress: Watch = iter) -> np.ndarray:
    """Mean-pooled last states of `texts`: float32, (N, 384), in the order of `texts`.

    Args:
        texts: sentences; what is longer than 128 word pieces is cut.
        progress: wraps the sequence of batches, to show how far it is.

    Raises:
        TypeError: `texts` is a single string.
        AssetMissing: the network is not fetched yet.
    """
    texts = as_texts(texts)
    encoder = load()
    features = np.zeros((len(texts), HIDDEN_SIZE), dtype=np.float32)
    for index, batch in _batches(texts, encoder.tokenizer, progress):
        with torch.inference_mode():
            states = encoder.model(**batch).last_hidden_state  # (B, T, 384)
            features[index] = mean_pool(states, batch["attention_mask"]).numpy()
    return features


def _batches(
    texts: list[str], tokenizer: "PreTrainedTokenizerFast", progress: Watch
) -> Iterator[tuple[np.ndarray, dict[str, torch.Tensor]]]:
    """(indices into `texts`, padded `input_ids` and `attention_mask`) for each batch."""
    if not texts:
        return
    pieces = tokenizer(texts, truncation=True, max_length=MAX_LENGTH)["input_ids"]
    for index in progress(batches_by_length([len(p) for p in pieces], BATCH_SIZE)):
        ids = {"input_ids": [pieces[i] for i in index]}
        padded = tokenizer.pad(ids, return_tensors="pt", return_attention_mask=True)
        yield index, {name: padded[name] for name in ("input_ids", "attention_mask")}


def features(texts: Sequence[str], progress: Watch = iter) -> np.ndarray:
    """`encode`, computed once and then read from the cache of derived results."""
    key = {
        "asset": assets.catalogue()["minilm"].manifest_id,
        "texts": fingerprint(texts),
        "max_length": MAX_LENGTH,
        "version": _VERSION,
    }
    return assets.cached_arrays("minilm-mean", key, lambda: {"features": encode(texts, progress)})["features"]
