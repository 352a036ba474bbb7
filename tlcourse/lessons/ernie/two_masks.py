"""Pieces hidden one by one, as BERT hides them, or whole units, as ERNIE does: what is shown, and which is
easier.

The same rows of the same articles, hidden in both ways, are asked of both models. Then the control: the same
piece of the same sentence, hidden alone or with all of its unit. Shapes: B rows of T pieces.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.text_index import TextIndex
from tlcourse.data.tokeniser import CLS, MASK, PAD, SEP, SPECIAL
from tlcourse.lessons.ernie import news
from tlcourse.show.records import Records
from tlcourse.train.pretraining.masking import IGNORED, Masked, mask_pieces, mask_units

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PIECES, UNITS = "pieces", "whole units"
ALONE, WITH_UNIT = "alone", "with its unit"
FREQUENCY = "frequency alone"
AT_ONCE = 16  # rows


@dataclass(frozen=True)
class Rows:
    """Stretches of test articles, [CLS] … [SEP]. `ids`, `unit` int64 (B, T); the marks have the unit −1."""

    ids: np.ndarray
    unit: np.ndarray
    kinds: list[list[str | None]]  # of each row's units


def draw(index: TextIndex, n: int, length: int, seed: int) -> Rows:
    """`n` rows of `length`, each from somewhere in a held-out article that is long enough."""
    rng, room = np.random.default_rng(seed), length - 2
    sizes = np.diff(index.document_pieces)
    documents = rng.choice(np.flatnonzero(np.asarray(index.held_out) & (sizes >= room)), n)
    ids, unit = np.full((n, length), CLS, dtype=np.int64), np.full((n, length), -1, dtype=np.int64)
    ids[:, -1], kinds = SEP, []
    for i, document in enumerate(documents):
        first = int(index.document_pieces[document] + rng.integers(sizes[document] - room + 1))
        ids[i, 1:-1] = index.pieces[first : first + room]
        flags = np.asarray(index.flags[first : first + room])
        unit[i, 1:-1] = news.unit_numbers(flags)
        kinds.append([news.kind_of(flags[unit[i, 1:-1] == u]) for u in range(unit[i].max() + 1)])
    return Rows(ids, unit, kinds)


def hidden(rows: Rows, way: str, vocab_size: int, seed: int) -> Masked:
    """The rows as a model sees them: 15% of the pieces hidden, one by one or in whole units."""
    rng = np.random.default_rng(seed)
    if way == PIECES:
        return mask_pieces(rows.ids, vocab_size, rng)
    return mask_units(rows.ids, rows.unit, vocab_size, rng)


@torch.inference_mode()
def log_p(model: nn.Module, ids: np.ndarray, positions: np.ndarray) -> Tensor:
    """ln p of every piece at the positions (B, P) of rows (B, T), by BERT or ERNIE: (B, P, V)."""
    found = []
    for begin in range(0, len(ids), AT_ONCE):
        part, places = (torch.from_numpy(a[begin : begin + AT_ONCE]) for a in (ids, positions))
        logits = model(part, attention_mask=(part != PAD).long(), positions=places)[0]
        logits[..., : len(SPECIAL)] = -torch.inf  # marks are no answer
        found.append(logits.log_softmax(dim=-1))
    return torch.cat(found)


def losses(
    models: dict[str, nn.Module], index: TextIndex, n: int, length: int, seeds: Sequence[int]
) -> Records:
    """Nats per hidden piece: each model on each kind of mask, on the same rows; `model`, `mask`, `seed`."""
    found = []
    for seed in seeds:
        rows = draw(index, n, length, seed)
        for way in (PIECES, UNITS):
            for name, model in models.items():
                masked = hidden(rows, way, model.config.vocab_size, seed)
                asked = masked.targets != IGNORED
                right = torch.from_numpy(np.where(asked, masked.targets, 0))
                p = log_p(model, masked.input_ids, masked.positions).gather(2, right[..., None])[..., 0]
                found.append(
                    {"model": name, "mask": way, "seed": seed, "score": -float(p.numpy()[asked].mean())}
                )
    return Records(found)


def one_unit_each(rows: Rows, rng: np.random.Generator) -> Iterator[tuple[int, str, np.ndarray, int]]:
    """For each row with a unit of several pieces: the row, the unit's kind and places, and one of these."""
    for i, kinds in enumerate(rows.kinds):
        several = [u for u, kind in enumerate(kinds) if kind is not None and u not in (0, len(kinds) - 1)]
        if several:
            places = np.flatnonzero(rows.unit[i] == (chosen := int(rng.choice(several))))
            yield i, kinds[chosen], places, int(rng.choice(places))


def same_pieces(
    models: dict[str, nn.Module], index: TextIndex, n: int, length: int, seeds: Sequence[int]
) -> Records:
    """Nats for one and the same piece, hidden alone or with its unit; `model`, `kind`, `hidden`, `seed`."""
    found, frequency = [], _log_frequency(index)
    for seed in seeds:
        rows, rng = draw(index, n, length, seed), np.random.default_rng(seed)
        asked = [*one_unit_each(rows, rng)]
        kinds = np.array([kind for _, kind, _, _ in asked])
        place = np.array([[p] for _, _, _, p in asked])
        target = torch.tensor([[rows.ids[i, p]] for i, _, _, p in asked])
        for way in (ALONE, WITH_UNIT):
            ids = rows.ids[[i for i, _, _, _ in asked]].copy()
            for row, (_, _, places, p) in zip(ids, asked, strict=True):
                row[[p] if way == ALONE else places] = MASK
            asked_of = {
                name: -log_p(model, ids, place).gather(2, target[..., None])[:, 0, 0].numpy()
                for name, model in models.items()
            } | {FREQUENCY: -frequency[target[:, 0].numpy()]}
            for name, nats in asked_of.items():
                for kind in dict.fromkeys(kinds.tolist()):
                    found.append(
                        {"model": name, "kind": kind, "hidden": way, "seed": seed,
                         "score": float(nats[kinds == kind].mean()), "n": int((kinds == kind).sum())}
                    )  # fmt: skip
    return Records(found)


def _log_frequency(index: TextIndex) -> np.ndarray:
    """ln of each piece's share in the training articles, (V,); what never occurs counts as half a time."""
    trained = np.repeat(~np.asarray(index.held_out), np.diff(index.document_pieces))
    pieces = np.asarray(index.pieces)[trained].astype(np.int64)
    counts = np.bincount(pieces, minlength=index.tokenizer.get_vocab_size()) + 0.5
    return np.log(counts / counts.sum())


def wrong_kind(
    models: dict[str, nn.Module], index: TextIndex, n: int, length: int, seeds: Sequence[int]
) -> Records:
    """The end or middle of a word is hidden, its other pieces in sight: how often is the first guess such a
    piece?

    Records with `model`, `seed`; the score is the share of first guesses that begin with “##”.
    """
    inside = np.array([token.startswith("##") for token in _tokens(index)])
    found = []
    for seed in seeds:
        rows, rng = draw(index, n, length, seed), np.random.default_rng(seed)
        asked = [
            (i, p)
            for i, kind, _, p in one_unit_each(rows, rng)
            if kind == news.WORD and inside[rows.ids[i, p]]
        ]
        ids = rows.ids[[i for i, _ in asked]].copy()
        place = np.array([[p] for _, p in asked])
        np.put_along_axis(ids, place, MASK, axis=1)
        for name, model in models.items():
            first = log_p(model, ids, place)[:, 0].argmax(dim=-1).numpy()
            found.append({"model": name, "seed": seed, "score": float(inside[first].mean())})
    return Records(found)


def _tokens(index: TextIndex) -> list[str]:
    return [index.tokenizer.id_to_token(i) for i in range(index.tokenizer.get_vocab_size())]


def told_apart(records: Records) -> Records:
    """The same records with kind and way in one field, `hidden`, as rows of a table."""
    return Records(
        {
            "hidden": f"{row['kind']}, {row['hidden']}",
            "model": row["model"],
            "seed": row["seed"],
            "score": row["score"],
        }
        for kind in (news.WORD, news.NAME, news.PHRASE)
        for row in records
        if row["kind"] == kind
    )


def side_by_side(index: TextIndex, tokenizer: "Tokenizer", seed: int, n: int = 2) -> list[dict[str, str]]:
    """Rows of a table: a stretch of an article, hidden in both ways, `n` times each."""
    rows, found = draw(index, 1, 34, seed), []
    for way in (PIECES, UNITS):
        for draw_again in range(n):
            masked = hidden(rows, way, tokenizer.get_vocab_size(), seed + draw_again)
            places = zip(masked.positions[0], masked.targets[0], strict=True)
            answers = [tokenizer.id_to_token(int(t)) for _, t in sorted(places) if t != IGNORED]
            found.append(
                {
                    "hidden": way,
                    "what the model sees": " ".join(map(tokenizer.id_to_token, masked.input_ids[0].tolist())),
                    "what it has to say": ", ".join(answers),
                }
            )
    return found
