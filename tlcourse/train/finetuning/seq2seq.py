"""Training an encoder–decoder on pairs of sequences, in batches of about equal length.

Taught in lesson *Sequences and attention*.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from tlcourse.data.symbols import BOS, EOS, PAD, pad
from tlcourse.models.sequences.seq2seq import EncoderDecoder
from tlcourse.train import divergence
from tlcourse.train.labels import as_classes
from tlcourse.train.schedules import cosine

Pair = tuple[list[int], list[int]]  # source and target, without BOS and EOS


@dataclass(frozen=True)
class Seq2SeqRecipe:
    """How to train; the same for all models that are compared.

    Attributes:
        learning_rate: Adam's highest; up in `warmup` steps, then down along half a cosine.
        clip: the gradient's largest norm (Bahdanau et al. 2015, appendix B.2: 1).
        pool: batches are cut from this many at a time, sorted by length (appendix B.2: 20).
    """

    learning_rate: float = 0.01
    warmup: int = 50
    batch_size: int = 128
    clip: float = 1.0
    pool: int = 100


def length_batches(
    pairs: Sequence[Pair], batch_size: int, pool: int, generator: torch.Generator
) -> Iterator[list[Pair]]:
    """Endless batches of pairs of about equal length, so that little of a batch is padding.

    `pool` batches are drawn at random, sorted by length, cut, and given in random order; each pair comes once
    before any comes again (but for a last batch that would not be full).
    """
    while True:
        drawn = torch.randperm(len(pairs), generator=generator).tolist()
        for start in range(0, len(drawn), pool * batch_size):
            rows = sorted((pairs[i] for i in drawn[start : start + pool * batch_size]), key=_lengths)
            batches = [rows[i : i + batch_size] for i in range(0, len(rows), batch_size)]
            for i in torch.randperm(len(batches), generator=generator).tolist():
                if len(batches[i]) == batch_size:
                    yield batches[i]


def _lengths(pair: Pair) -> tuple[int, int]:
    return len(pair[0]), len(pair[1])


def training_steps(
    model: EncoderDecoder, pairs: Sequence[Pair], n_steps: int, seed: int, recipe: Seq2SeqRecipe | None = None
) -> Iterator[float]:
    """Train `model` in place: each item taken is one step, and its loss in nats per symbol.

    Raises:
        ValueError: there are fewer pairs than one batch holds, or symbols that the model does not have.
        FloatingPointError: the training diverges.
    """
    recipe = recipe or Seq2SeqRecipe()
    if len(pairs) < recipe.batch_size:
        raise ValueError(
            f"{len(pairs)} pairs do not fill one batch of batch_size={recipe.batch_size}: give more"
        )
    for side, table in enumerate((model.source_embedding, model.target_embedding)):
        for number, pair in enumerate(pairs):
            as_classes(pair[side], n_classes=table.num_embeddings, name=f"pairs[{number}][{side}]")
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: cosine(i, n_steps, recipe.warmup))
    batches = length_batches(pairs, recipe.batch_size, recipe.pool, torch.Generator().manual_seed(seed))
    model.train()
    for step in range(n_steps):
        batch = next(batches)
        source = pad([letters for letters, _ in batch])
        target = pad([[BOS, *said, EOS] for _, said in batch])
        logits = model(source, target[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)
        divergence.check_loss(loss.item(), step, recipe.learning_rate)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        schedule.step()
        yield loss.item()
    divergence.check_weights(model, recipe.learning_rate)
    model.eval()
