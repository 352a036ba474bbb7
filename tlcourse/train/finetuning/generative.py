"""Fine-tuning GPT as its paper does: one new matrix, the language model's loss beside the task's.

Radford et al. 2018, sections 3.2 (the loss), 3.3 (the inputs) and 4.1 (the recipe); `transfer` is what
figure 2, left, varies: how many of the pretrained layers are taken over. `language_model` is a GPT that
predicts the next piece.

Taught in lesson *OpenAI GPT*.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.tokeniser import DELIMITER, EXTRACT, PAD, START
from tlcourse.models.language.gpt import GPTClassifier
from tlcourse.models.parts.transformer import initialise
from tlcourse.train import divergence
from tlcourse.train.labels import as_classes
from tlcourse.train.schedules import linear

Item = Sequence[Sequence[int]]  # the sequences of one example, as the input transformations give them
NOTHING = -1  # of `transfer`: not even the embeddings


@dataclass(frozen=True)
class GenerativeRecipe:
    """The paper's (section 4.1), with a higher rate and smaller batches, as the model is smaller.

    Attributes:
        learning_rate: AdamW's highest; it rises for `warmup` of the steps and falls to 0 in a straight line.
        lm_weight: λ of equation 5; 0 for the task's loss alone.
        epochs, min_steps: as many passes as give both.
    """

    learning_rate: float = 5e-4
    lm_weight: float = 0.5
    dropout: float = 0.1
    epochs: int = 3
    min_steps: int = 49
    batch_size: int = 16
    weight_decay: float = 0.01
    warmup: float = 0.1


def transfer(language_model: nn.Module, n_layers: int, seed: int = 0) -> nn.Module:
    """Make what is not taken over random again, in place: all above the lowest `n_layers` blocks.

    Args:
        n_layers: 0 takes over the embeddings alone, `NOTHING` (−1) not even these.
        seed: of the random weights.

    Raises:
        ValueError: there are not so many layers.
    """
    config = language_model.config
    if not NOTHING <= n_layers <= config.num_hidden_layers:
        raise ValueError(f"n_layers is {n_layers}, expected −1 (nothing) to {config.num_hidden_layers} (all)")
    model = language_model.transformer
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = type(language_model)(config).transformer
        if n_layers == NOTHING:
            model.embeddings.load_state_dict(fresh.embeddings.state_dict())
        for block, new in zip(
            model.decoder.blocks[max(n_layers, 0) :], fresh.decoder.blocks[max(n_layers, 0) :], strict=True
        ):
            block.load_state_dict(new.state_dict())
        if n_layers < config.num_hidden_layers:
            model.norm.load_state_dict(fresh.norm.state_dict())
    return language_model


def classifier(
    language_model: nn.Module, n_labels: int, recipe: GenerativeRecipe, seed: int
) -> GPTClassifier:
    """W_y and the embeddings of the three marks are new, all else is the language model's (section 3.2)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = GPTClassifier(language_model, n_labels, recipe.lm_weight, recipe.dropout)
        table = language_model.transformer.embeddings.word
        new = nn.Embedding(len(_MARKS), table.embedding_dim)
        initialise(new, language_model.config.initializer_range)
    with torch.no_grad():
        table.weight[list(_MARKS)] = new.weight
    for module in language_model.modules():
        if isinstance(module, nn.Dropout):
            module.p = recipe.dropout
        if hasattr(module, "attention_probs_dropout_prob"):
            module.attention_probs_dropout_prob = recipe.dropout
    return model


_MARKS = (START, DELIMITER, EXTRACT)


def padded(items: Sequence[Item]) -> tuple[Tensor, Tensor]:
    """B examples of S sequences each → numbers of pieces and mask, (B, S, T), padded on the right."""
    longest = max(len(sequence) for item in items for sequence in item)
    ids = torch.full((len(items), len(items[0]), longest), PAD)
    mask = torch.zeros_like(ids)
    for b, item in enumerate(items):
        for s, sequence in enumerate(item):
            ids[b, s, : len(sequence)] = torch.tensor(sequence)
            mask[b, s, : len(sequence)] = 1
    return ids, mask


def finetune(
    model: GPTClassifier,
    items: Sequence[Item],
    labels: Sequence[int] | np.ndarray,
    recipe: GenerativeRecipe,
    seed: int = 0,
    report: Callable[[int, int, float], None] = lambda step, n_steps, loss: None,
) -> GPTClassifier:
    """Train `model`, in place, and return it in evaluation mode.

    Args:
        items: N examples, all with as many sequences.
        labels: N classes; of multiple choice, which sequence is right.
        report: gets each step's number, the number of all, and the loss.

    Raises:
        ValueError: the labels are not N classes.
        FloatingPointError: the training diverges.
    """
    labels = as_classes(labels, len(items))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    a_pass = math.ceil(len(items) / recipe.batch_size)
    n_steps = a_pass * max(recipe.epochs, math.ceil(recipe.min_steps / a_pass))
    rng, step = np.random.default_rng(seed), 0
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        while step < n_steps:
            order = rng.permutation(len(items))
            for start in range(0, len(items), recipe.batch_size):
                rows = order[start : start + recipe.batch_size]
                for group in optimizer.param_groups:
                    factor = linear(step, n_steps, max(1, round(recipe.warmup * n_steps)))
                    group["lr"] = recipe.learning_rate * factor
                loss = model.loss(*padded([items[i] for i in rows]), torch.from_numpy(labels[rows]))
                divergence.check_loss(loss.item(), step, recipe.learning_rate)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                report(step, n_steps, loss.item())
                step += 1
    divergence.check_weights(model, recipe.learning_rate)
    return model.eval()


@torch.inference_mode()
def logits(model: GPTClassifier, items: Sequence[Item], batch_size: int = 32) -> np.ndarray:
    """N examples → their class logits, (N, classes), or (N, S) for multiple choice."""
    order = np.argsort([max(map(len, item)) for item in items], kind="stable")  # so that few are padded
    found: list[np.ndarray] = []
    for start in range(0, len(order), batch_size):
        some = [items[i] for i in order[start : start + batch_size]]
        found.append(model.classify(*padded(some))[0].numpy())
    return np.concatenate(found)[np.argsort(order)]


def accuracy(model: GPTClassifier, items: Sequence[Item], labels: Sequence[int] | np.ndarray) -> float:
    """The share of the examples that get their label."""
    return float((logits(model, items).argmax(axis=1) == np.asarray(labels)).mean())
