"""BERT's ablations in miniature, and what each layer of real BERTs is worth: the results of lesson BERT.

    python benchmarks/bert.py text --text TEXT --nltk nltk_data     # once: the small text, in 256 pieces
    python benchmarks/bert.py ablations --text TEXT                 # about a minute a training
    python benchmarks/bert.py layers

`ablations`: two layers of 64 numbers read three kinds of news and prose (BBC, ABC, Brown), short rows first,
the same number of pieces each. Every way changes one thing: left to right, without next sentences, what
becomes of the pieces to predict. Afterwards each answers the same questions: which piece
stands at one place of a sentence that no training read; and, from frozen states, parts of speech, whether a
sentence follows another one in an article that no training read, and whether a headline belongs to an
article. The rate is the same for all ways, 3e-3: of three looks at BERT's own way, with 1e-3, 3e-3 and 5e-3,
the one whose training loss fell most. How strongly the linear models are held back is chosen on a fifth
of their training labels.

`layers`: names, silver (BBC news), from single layers of two frozen encoders and from the paper's
combinations of them (its table 7). Results are written one by one; a run that was killed goes on.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile

from tlcourse.data import (
    bbc_news,
    pretraining_text,
    sentences,
    tagged_sentences,
    tasks,
    text_index,
    text_sources,
    tokeniser,
)
from tlcourse.data.tasks import Task
from tlcourse.data.text_index import TextIndex
from tlcourse.data.tokeniser import find_words
from tlcourse.models.language.bert import BertConfig
from tlcourse.models.language.gpt import GPTConfig
from tlcourse.models.pretrained import encoders, zoo
from tlcourse.models.pretrained.registry import system_of
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import layer_mix, masked_words
from tlcourse.probe.layer_by_layer import READINGS, ByLayer, reader
from tlcourse.train.measuring.representations import parts_of
from tlcourse.train.pretraining import loop
from tlcourse.train.pretraining.recipes import PretrainingRecipe

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "bert"
SEEDS, TOKENS, PIECES, LONGEST = (0, 1, 2), 400_000, 256, 32
SIZES = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 256}
BERTS, LEFT, RANDOM = "BERT's", "left to right, no NSP", "random twin"
NO_NSP = {"left_out": ("next sentence",)}
# What each way changes; "no NSP" reads the same batches, and the loss of next sentences does not count.
WAYS = {
    BERTS: {},
    "no NSP": NO_NSP,
    LEFT: {},
    "100/0/0": {"fates": (1.0, 0.0, 0.0)},
    "0/0/100": {"fates": (0.0, 1.0, 0.0)},  # as the paper writes it: MASK / SAME / RND
}
TAGGED, PAIRED, QUESTIONS, TESTED = 200, 600, 1500, 300
LABELLED = 300  # sentences to learn from, and to test on, for `layers`


def make_text(folder: Path, nltk: Path) -> None:
    """BBC, ABC and Brown, cleared of what is tested on, in pieces that are learned from them."""
    sources = pretraining_text.Sources(nltk=nltk)
    documents = [*text_sources.bbc(), *text_sources.abc(nltk), *text_sources.brown(nltk)]
    kept, held_out, report = pretraining_text.select(documents, sources.evaluation(), print)
    tokens = tokeniser.train((d.text for d in kept if d.name not in held_out), PIECES)
    text_index.save(text_index.build(kept, tokens, held_out, report.facts()), folder)


def recipe_of(way: str, tokens: int, seed: int) -> PretrainingRecipe:
    """What the ways share; a model that reads from left to right is of the same size, with GELU and norms."""
    sizes = {**SIZES, "vocab_size": PIECES, "max_position_embeddings": LONGEST}
    sizes |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}  # little is read twice
    config = BertConfig(**sizes)
    if way == LEFT:
        config = GPTConfig(**sizes, hidden_act=config.hidden_act, layer_norm_eps=config.layer_norm_eps)
    return PretrainingRecipe(
        config,
        tokens,
        batch_tokens=512,
        growth=((tokens // 2, LONGEST // 2),),
        lengths=((1.0, LONGEST),),
        learning_rate=3e-3,
        warmup=tokens // 20,
        seed=seed,
        log_every=200,
        checkpoint_every=sys.maxsize,
        evaluate_every=sys.maxsize,
        **WAYS.get(way, {}),
    )


class Readouts:
    """What every model is asked, prepared once."""

    def __init__(self, index: TextIndex):
        self.tokens = index.tokenizer
        self.tags = tasks.load("parts of speech")
        short = np.array([self.fits(words) for words in self.tags.texts])
        tests = {k: v[short[v]][:TESTED] for k, v in self.tags.tests.items()}
        train = self.tags.train_index[short[self.tags.train_index]]
        self.tags = replace(self.tags, train_index=train, tests=tests)
        self.pairs = {"headline": tasks.load("headline"), "next sentence": next_sentences()}
        data = tagged_sentences.bbc_silver("parts of speech")
        unseen = [data.words[i] for i in data.test_index]
        asked = masked_words.ask_each(self.tokens, unseen, 0, whole_words=False, longest=LONGEST - 2)
        self.questions = [q for _, q in asked[:QUESTIONS]]

    def fits(self, words: list[str]) -> bool:
        return (
            len(words) < LONGEST
            and sum(len(e.ids) for e in self.tokens.encode_batch(words, add_special_tokens=False))
            <= LONGEST - 2
        )

    def scores(self, model: torch.nn.Module, seed: int) -> dict[str, float]:
        """Name of the readout → score."""
        with tempfile.TemporaryDirectory() as folder:
            tokeniser.save(self.tokens, folder, system_of(model.config).marks.templates)
            encoder = encoders.of_zoo(zoo.encoder_of(model), folder)
        found = self.guesses(model)
        probed = ByLayer(self.tags, reader(encoder), [seed], TAGGED)
        found["parts of speech"], _ = probed.measure(READINGS["mix"], TAGGED, seed)
        return found | {name: pair_score(encoder, task, seed) for name, task in self.pairs.items()}

    def guesses(self, model: torch.nn.Module) -> dict[str, float]:
        """One piece of a sentence, from both sides or from the left; and one that is in sight."""
        if isinstance(model.config, GPTConfig):
            log_p = masked_words.from_the_left(model, self.questions)
            return self._guessed("piece", log_p)
        found = self._guessed("piece", masked_words.from_both_sides(model, self.questions))
        seen = masked_words.from_both_sides(model, self.questions, shown=None)
        return found | self._guessed("piece in sight", seen)

    def _guessed(self, name: str, log_p: np.ndarray) -> dict[str, float]:
        return {
            name: float(masked_words.right(log_p, self.questions).mean()),
            f"{name}, loss": masked_words.loss(log_p, self.questions),
        }


def next_sentences() -> Task:
    """Does B follow A? From BBC's test articles; half of the Bs are from another one on the same topic."""
    news = bbc_news.load()
    rng, first, second, label, article = np.random.default_rng(0), [], [], [], []
    cut = {
        i: [s for line in news.texts[i].split("\n") for s in sentences.split(line) if len(find_words(s)) > 3]
        for i in news.test_index.tolist()
    }
    for i, found in cut.items():
        others = [k for k in cut if k != i and news.topic[k] == news.topic[i]]
        for place in range(0, min(len(found) - 1, 6), 2):
            follows = rng.random() < 0.5
            other = cut[int(rng.choice(others))]
            first.append(found[place])
            second.append(found[place + 1] if follows else other[int(rng.integers(len(other)))])
            label.append(int(follows))
            article.append(i)
    tested = set(news.test_index[: len(news.test_index) // 2].tolist())
    is_test = np.array([i in tested for i in article])
    return Task(
        "next sentence", tasks.CLASSES, first, np.array(label), ("no", "yes"), np.flatnonzero(~is_test),
        {"bbc": np.flatnonzero(is_test)}, {"bbc": "accuracy"}, second,
    )  # fmt: skip


def pair_score(encoder: TextEncoder, task: Task, seed: int) -> float:
    """Accuracy of a linear model on [CLS] (or the last state) and the mean state of a pair, all layers."""
    train, test = task.draw(min(PAIRED, len(task.train_index)), seed), next(iter(task.tests.values()))
    test = np.random.default_rng(0).permutation(test)[:PAIRED]
    x, y = (states_of_pairs(encoder, task, rows) for rows in (train, test))
    probe = layer_mix.fit(x, task.target(train), 2, seed, penalty=0.001)
    return float((probe.predict(y) == task.target(test)).mean())


@torch.inference_mode()
def states_of_pairs(encoder: TextEncoder, task: Task, rows: np.ndarray) -> np.ndarray:
    """(N, L, 2H): the state that a classifier reads, and the mean over the pair."""
    examples = [part for parts in parts_of(encoder, task, rows) for part in parts]
    found = []
    for begin in range(0, len(examples), 64):
        batch = encoder.batch(examples[begin : begin + 64])
        mask = batch["attention_mask"]
        states = torch.stack(encoder(batch), dim=1)  # (B, L, T, H)
        last = mask.sum(dim=1) - 1 if encoder.summary == -1 else torch.zeros(len(mask), dtype=torch.long)
        one = states[torch.arange(len(mask)), :, last]
        weights = mask[:, None, :, None] / mask.sum(dim=1)[:, None, None, None]
        found.append(torch.cat([one, (states * weights).sum(dim=2)], dim=-1).numpy())
    return np.concatenate(found)


def ablations(text: Path, tokens: int, seeds: list[int], out: Path) -> None:
    results = RecordsFile(out)
    index = text_index.load(text)
    for seed in seeds:
        key = {"way": "frequency alone", "readout": "held out, masked piece", "tokens": tokens, "seed": seed}
        results.add(**key, score=frequency_alone(index))
    readouts = Readouts(index)
    for seed in seeds:  # a seed of every way first: what is there early can be compared
        for way in (*WAYS, RANDOM):
            if results.has(way=way, readout="next sentence", seed=seed):
                continue
            found, told = {}, ""
            if way == RANDOM:
                torch.manual_seed(seed)
                model = zoo.build(recipe_of(BERTS, tokens, seed).config).eval()
            else:
                with tempfile.TemporaryDirectory() as folder:
                    result = loop.run(recipe_of(way, tokens, seed), index, folder)
                model = result.model
                told = f"({result.seconds:.0f} s, {result.tokens / result.seconds:.0f} tokens/s)"
                found = {f"held out, {name}": value for name, value in result.held_out.items()}
            found |= readouts.scores(model, seed)
            for readout, score in found.items():
                results.add(way=way, readout=readout, tokens=tokens, seed=seed, score=score)
            print(seed, way, {k: round(v, 3) for k, v in found.items()}, told, flush=True)


def combinations(top: int) -> dict[str, tuple[list[int], bool, bool]]:
    """The paper's ways to read several layers (table 7): which, whether a mix is learned, or joined."""
    last = list(range(top - 3, top + 1))
    return {
        "last four, mixed": (last, True, False),
        "last four, side by side": (last, False, True),
        "all, mixed": (list(range(top + 1)), True, False),
    }


def layers() -> None:
    results = RecordsFile(HERE / "layers.json")
    name = "entities"
    for model in ("bert-mini", "distilbert"):
        prepared = None
        encoder = encoders.load(model)
        top = len(encoder.widths) - 1
        wanted = [("one layer", k, ([k], False, False)) for k in range(top + 1)]
        wanted += [(reading, -1, how) for reading, how in combinations(top).items()]
        for reading, layer, (some, free, joined) in wanted:
            for seed in SEEDS:
                key = {"model": model, "task": name, "reading": reading, "layer": layer, "seed": seed}
                if results.has(**key):
                    continue
                prepared = prepared or ByLayer(
                    tasks.load(name), reader(encoder, top + 1), SEEDS, LABELLED, LABELLED
                )
                score, _ = prepared.measure(some, LABELLED, seed, free=free, joined=joined)
                results.add(**key, labels=LABELLED, score=score)
                print(key, round(score, 4), flush=True)


def frequency_alone(index: TextIndex) -> float:
    """Nats a piece on held-out text, for one who knows how frequent the pieces of the others are."""
    held_out = np.repeat(np.asarray(index.held_out), np.diff(index.document_pieces))
    pieces = np.asarray(index.pieces)
    counts = np.bincount(pieces[~held_out], minlength=PIECES) + 1.0
    return float(-np.log(counts / counts.sum())[pieces[held_out]].mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", nargs="+", choices=("text", "ablations", "layers"))
    parser.add_argument("--text", type=Path)
    parser.add_argument("--nltk", type=Path)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the ablations")
    parser.add_argument("--out", type=Path, default=HERE / "ablations.json", help="of the ablations")
    options = parser.parse_args()
    torch.set_num_threads(1)
    HERE.mkdir(parents=True, exist_ok=True)
    for what in options.what:
        if what == "text":
            make_text(options.text, options.nltk)
        elif what == "ablations":
            ablations(options.text, options.tokens, options.seeds, options.out)
        else:
            layers()


if __name__ == "__main__":
    main()
