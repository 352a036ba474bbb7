"""How well counting predicts the very pieces that a left-to-right model is asked for.

The trigram model counts either all of the training text, each document once, or as much of it as the model
has read, in the same mixture. It predicts the same held-out targets with what stands before them in the same
row, or for a model whose state goes on from row to row, in the row before. Masked and permuted pieces have no
such counterpart.

Taught in lesson *GPT-2*.
"""

import itertools
import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from tlcourse.data.packing import piece_stream, word_stream
from tlcourse.data.text_index import TextIndex
from tlcourse.models.language.kneser_ney import KneserNey
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import held_out
from tlcourse.train.pretraining.objectives import (
    Batch,
    BothDirections,
    NextPiece,
    NextPieceWithState,
    Objective,
    Reading,
)
from tlcourse.train.pretraining.recipes import PretrainingRecipe, objective_of


class Trigrams:
    """Kneser–Ney models of one text, each counted when it is first asked for; the last two are kept."""

    def __init__(self, index: TextIndex):
        self.index = index
        self.model = lru_cache(maxsize=2)(self._model)

    def losses(
        self, objective: Objective, recipe: PretrainingRecipe, as_much: bool = False
    ) -> dict[str, float]:
        """Mean −ln p of each left-to-right or right-to-left target that `objective` has on held-out text.

        Args:
            as_much: count the documents that are read in the recipe's tokens; all of the text otherwise.
        """
        documents = self._as_much(recipe) if as_much else self._all()
        if isinstance(objective, NextPiece):
            streams = {"next piece": (_pieces, "pieces")}
        elif isinstance(objective, BothDirections):
            streams = {"next word": (_words, "words"), "previous word": (_words_backwards, "words backwards")}
        else:
            return {}
        batches = list(held_out.batches(objective, self.index, recipe))
        found = {}
        for name, (rows_of, stream) in streams.items():
            model = self.model(stream, objective.vocab_size, documents)
            total, count = 0.0, 0
            before: np.ndarray | None = None  # (B, order − 2): the first of a row is known as well
            for batch in batches:
                rows = rows_of(batch, objective.vocab_size)
                known = rows if before is None else np.concatenate([before, rows], axis=1)
                loss, n = model.loss(known, n_given=known.shape[1] - rows.shape[1] + 1)
                total, count = total + loss, count + n
                if isinstance(objective, NextPieceWithState):
                    before = rows[:, 1 - model.order : -1]
            if count:
                found[name] = total / count
        return found

    def beside(self, folder: Path) -> dict[str, dict[str, float]]:
        """Held-out losses of a trained model, and of both trigram models if they can be asked for the same.

        Raises ValueError if the model was trained on another text.
        """
        facts = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        if facts["text"]["fingerprint"] != self.index.fingerprint():
            raise ValueError(
                f"{folder.name} was trained on the text {facts['text']['fingerprint']}, and this one is "
                f"{self.index.fingerprint()}: make it of the same sources, with "
                f"`tlcourse text --pieces {folder}`."
            )
        model, trained = zoo.load(folder, heads=True), facts["recipe"]
        same = {key: trained[key] for key in ("batch_tokens", "repeats", "seed")}
        recipe = PretrainingRecipe(
            model.config, facts["tokens"], lengths=tuple(map(tuple, trained["lengths"])), **same
        )
        objective = objective_of(model.config)(model, self.index)
        return {
            "model": held_out.losses(objective, self.index, recipe),
            "trigram": self.losses(objective, recipe),
            "trigram that has read as much": self.losses(objective, recipe, as_much=True),
        }

    def _all(self) -> tuple[int, ...]:
        return tuple(np.flatnonzero(~np.asarray(self.index.held_out)).tolist())

    def _as_much(self, recipe: PretrainingRecipe) -> tuple[int, ...]:
        """What is read in the recipe's tokens, once each: n-grams that occur once set Kneser–Ney's discounts,
        and in text that is counted twice there would be none.
        """
        pieces, found = np.diff(self.index.document_pieces), np.array([], dtype=np.int64)
        reading = Reading(1, 1, recipe.repeats, recipe.seed)
        epochs = itertools.count()
        while pieces[found].sum() < recipe.tokens:
            found = np.append(found, reading.order(self.index, next(epochs)))
        enough = np.searchsorted(np.cumsum(pieces[found]), recipe.tokens) + 1
        return tuple(np.unique(found[:enough]).tolist())

    def _model(self, stream: str, vocab_size: int, documents: tuple[int, ...]) -> KneserNey:
        order = np.array(documents)
        if stream == "pieces":
            return KneserNey(piece_stream(self.index, order), vocab_size)
        words = _known(word_stream(self.index, order), vocab_size)
        return KneserNey(words if stream == "words" else words[::-1], vocab_size)


def _known(words: np.ndarray, vocab_size: int) -> np.ndarray:
    """Words outside the softmax are word 0, `<unk>`, as in the objective."""
    return np.where(words < vocab_size, words, 0)


def _pieces(batch: Batch, vocab_size: int) -> np.ndarray:
    return np.concatenate([batch["input_ids"], batch["targets"][:, -1:]], axis=1)


def _words(batch: Batch, vocab_size: int) -> np.ndarray:
    return _known(batch["words"][:, 1:], vocab_size)  # the first target follows the first word that is read


def _words_backwards(batch: Batch, vocab_size: int) -> np.ndarray:
    return _known(batch["words"][:, -2::-1], vocab_size)
