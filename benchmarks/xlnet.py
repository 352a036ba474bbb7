"""The two faults of BERT made measurable, and what XLNet's memory and distances do: results of lesson XLNet.

    python benchmarks/xlnet.py pairs pmi shift memory lengths sight      # about fifteen minutes on one core

Everything is measured on BBC's test articles, which no model of the zoo has read, with `bert-mini` and
`xlnet-mini` as they are; nothing is trained. A seed is a draw of its own: other pairs, other rows, other
articles, other places to predict. Neighbours are counted in BBC's training articles. Results are written one
by one; a run that was killed goes on.

`pairs`: log p of two hidden neighbours, at once and one by one, for pairs of high PMI and for controls.
`pmi`: the same by how much the two belong together.
`shift`: states as in pretraining and afterwards: distance, and how well a probe tells them apart.
`memory`: the loss by place in a row, with the memory, without, and with that of another article.
`lengths`: the loss of the same pieces in rows of 64 to 512 pieces.
`sight`: the loss by how much of the row comes earlier in the order.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile

from tlcourse import models
from tlcourse.data import bbc_news, sentences, tokeniser
from tlcourse.models.pretrained import zoo
from tlcourse.probe import as_in_training, joint_probability, loss_by_place, neighbours

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "xlnet"
SEEDS = (0, 1, 2)
PAIRS, OF_A_KIND, ROWS, ARTICLES, LONG = 400, 100, 600, 64, 48  # for each seed
PMI_BINS = ((-np.inf, 0.0), (0.0, 2.0), (2.0, 4.0), (4.0, 6.0), (6.0, 8.0), (8.0, np.inf))
LENGTHS = (64, 96, 128, 192, 254, 320, 384, 512)


class Parts:
    """The models and the texts, prepared once."""

    def __init__(self):
        news = bbc_news.load()
        self.tokens = tokeniser.load(zoo.folder_of("xlnet-mini"))
        self.bert = models.load("bert-mini", heads=True)
        self.xlnet = models.load("xlnet-mini", heads=True)
        self.read = [news.texts[i] for i in news.train_index]
        self.unread = [news.texts[i] for i in news.test_index]

    def neighbours(self) -> list[neighbours.HiddenPair]:
        counts = neighbours.count(s for text in self.read for s in sentences.words_of(text))
        unread = [s for text in self.unread for s in sentences.words_of(text)]
        return list(neighbours.find(self.tokens, unread, counts))

    def articles(self, length: int, n: int, seed: int) -> np.ndarray:
        """`n` articles of `length` pieces; another seed, other articles."""
        found = loss_by_place.long_articles(self.tokens, self.unread, length)
        return np.random.default_rng(0).permutation(found)[seed * n : (seed + 1) * n]


def add_log_p(
    results: RecordsFile, parts: Parts, some: list[neighbours.HiddenPair], kind: str, seed: int
) -> None:
    for model, found in (
        ("BERT", joint_probability.of_bert(parts.bert, some)),
        ("XLNet", joint_probability.of_xlnet(parts.xlnet, some)),
    ):
        key = {"model": model, "pairs": kind, "n": len(some), "seed": seed}
        for measure in ("at_once", "one_by_one", "gap"):
            results.add(**key, measure=measure, score=getattr(found, measure).mean())
        print(key, round(found.gap.mean(), 3), flush=True)


def pairs(parts: Parts, results: RecordsFile) -> None:
    matched = neighbours.matched(parts.neighbours(), PAIRS * len(SEEDS), 0)
    for seed in SEEDS:
        some = matched[seed :: len(SEEDS)]
        for side, kind in enumerate((neighbours.HIGH, neighbours.LOW)):
            if not results.has(model="XLNet", pairs=kind, seed=seed, measure="gap"):
                add_log_p(results, parts, [pair[side] for pair in some], kind, seed)


def pmi(parts: Parts, results: RecordsFile) -> None:
    once = list({pair.targets: pair for pair in parts.neighbours()}.values())
    rng = np.random.default_rng(0)
    for low, high in PMI_BINS:
        inside = [pair for pair in once if low <= pair.pmi < high]
        chosen = rng.permutation(len(inside))[: OF_A_KIND * len(SEEDS)]
        kind = f"{low:.0f} to {high:.0f}"
        for seed in SEEDS:
            if not results.has(model="XLNet", pairs=kind, seed=seed, measure="gap"):
                some = [inside[i] for i in chosen[seed :: len(SEEDS)]]
                add_log_p(results, parts, some, kind, seed)


def shift(parts: Parts, results: RecordsFile) -> None:
    ways: dict[str, Callable[[np.ndarray, int], as_in_training.TwoReadings]] = {
        way: lambda rows, seed, way=way: as_in_training.of_bert(parts.bert, rows, seed, way)
        for way in (as_in_training.BERT_MASKED, as_in_training.BERT_RANDOM)
    }
    ways[as_in_training.XLNET_ORDER] = lambda rows, seed: as_in_training.of_xlnet(parts.xlnet, rows, seed)
    for seed in SEEDS:
        rows = parts.articles(256, 150, seed).reshape(-1, 64)[:ROWS]
        for way, read in ways.items():
            if results.has(way=way, seed=seed, layer=6, measure="told apart"):
                continue
            readings = read(rows, seed)
            for layer, moved in enumerate(as_in_training.shift(readings)):
                key = {"way": way, "layer": layer, "n": len(rows), "seed": seed}
                results.add(**key, measure="moved", score=moved)
                results.add(
                    **key, measure="told apart", score=as_in_training.told_apart(readings, layer, seed)
                )
            print(way, seed, flush=True)


def memory(parts: Parts, results: RecordsFile) -> None:
    for seed in SEEDS:
        articles = parts.articles(320, ARTICLES, seed)
        for order in (loss_by_place.PERMUTED, loss_by_place.LEFT_TO_RIGHT):
            if results.has(order=order, seed=seed):
                continue
            found = loss_by_place.with_and_without_memory(parts.xlnet, articles, 64, order, seed)
            results.add_all(
                {"order": order, "memory": way, "part": part, "n": len(articles), "seed": seed, "score": loss}
                for way, losses in found.items()
                for part, loss in enumerate(losses)
            )
            print(order, seed, {way: losses.mean().round(3) for way, losses in found.items()}, flush=True)


def lengths(parts: Parts, results: RecordsFile) -> None:
    for seed in SEEDS:
        articles = parts.articles(max(LENGTHS), LONG, seed)
        asked = loss_by_place.asked_at_the_end(articles, 64, seed)
        for length in LENGTHS:
            for name, model in (("BERT", parts.bert), ("XLNet", parts.xlnet)):
                key = {"model": name, "length": length, "n": len(articles), "seed": seed}
                if results.has(**key):
                    continue
                try:
                    loss = loss_by_place.of_length(model, articles, length, asked)
                except ValueError as ends:
                    print(name, length, ends, flush=True)
                    continue
                results.add(**key, score=loss)
                print(key, round(loss, 3), flush=True)


def sight(parts: Parts, results: RecordsFile) -> None:
    for seed in SEEDS:
        if results.has(sixth=5, seed=seed):
            continue
        rows = parts.articles(128, 150, seed).reshape(-1, 64)[:200]
        losses = loss_by_place.by_share_in_sight(parts.xlnet, rows, seed)
        results.add_all(
            {"sixth": sixth, "n": len(rows), "seed": seed, "score": loss} for sixth, loss in enumerate(losses)
        )
        print("sight", seed, losses.round(2), flush=True)


WHAT = {one.__name__: one for one in (pairs, pmi, shift, memory, lengths, sight)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", nargs="+", choices=WHAT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    HERE.mkdir(parents=True, exist_ok=True)
    parts = Parts()
    for what in options.what:
        WHAT[what](parts, RecordsFile(HERE / f"{what}.json"))


if __name__ == "__main__":
    main()
