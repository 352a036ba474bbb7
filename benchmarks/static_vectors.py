"""Our skip-gram, CBOW and fastText against gensim's: words per second and quality, in one run; then time and
memory by vocabulary size.

    python benchmarks/static_vectors.py                       # the packaged text, half an hour
    python benchmarks/static_vectors.py --text novels.txt     # any text, one sentence or paragraph a line
    python benchmarks/static_vectors.py --epochs 2 --seeds 1 --sizes 5000 --json out.json

Both get the same sentences, dimension, window, noise words, subsampling, epochs, n-grams, buckets, and one
thread. The rates are equal except CBOW's: the word2vec program and gensim give each word of the window the
whole gradient of the mean, ours gives it its share, so ours has a rate six times as large, for the six words
that a window has on average. Its output vectors then learn six times as fast as gensim's; we think that this
is why it is ahead after few epochs. Words are tokens of the text, rare and subsampled ones included, as
gensim counts them; building the vocabulary is not timed.

gensim reads the sentences in their order, while ours shuffles blocks of the text in each epoch. With fastText
that makes the whole difference on WordSim-353, with the others a smaller one. We think that it is because
words share n-grams: what is read last moves the vectors of words that are not in it, too, and the packaged
text ends with reviews and tweets. So each of gensim's is trained a second time, on the same sentences in
random order.

The table by vocabulary size uses tokens drawn from a Zipf law, so that the size can be chosen; each of its
measurements runs in a process of its own, whose peak memory is read by the system.
"""

import argparse
import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import provenance
import psutil

from tlcourse import files

# Rates of ours and of gensim's, at which input vectors move equally far.
RATES = {"skip-gram": (0.025, 0.025), "CBOW": (0.3, 0.05), "fastText": (0.05, 0.05)}
BUCKETS = 200_000


def measure_ours(sentences: list[list[str]], settings: dict, model: str) -> tuple[float, object]:
    """Train one of ours; return seconds and vectors."""
    from tlcourse.data import running_text
    from tlcourse.models.vectors import fasttext, word2vec

    text = running_text.encode(sentences, settings["min_count"])
    own = {k: v for k, v in settings.items() if k not in ("min_count", "workers")} | {
        "alpha": RATES[model][0]
    }
    kinds = {"skip-gram": word2vec.SkipGram, "CBOW": word2vec.CBOW, "fastText": fasttext.FastText}
    chosen = fasttext.Settings(**own, bucket=BUCKETS) if model == "fastText" else word2vec.Settings(**own)
    started = time.perf_counter()
    trained = word2vec.train(text, chosen, kinds[model])
    return time.perf_counter() - started, trained.vectors()


def measure_gensim(sentences: list[list[str]], settings: dict, model: str) -> tuple[float, object]:
    """Train one of gensim's; return seconds and vectors."""
    from gensim.models import FastText, Word2Vec

    from tlcourse.data.glove import Vectors

    epochs, seed = settings["epochs"], settings["seed"] + 1  # gensim's seed 0 makes all vectors alike
    others = {k: v for k, v in settings.items() if k not in ("epochs", "seed")} | {"alpha": RATES[model][1]}
    if model == "fastText":
        trained = FastText(sg=1, seed=seed, bucket=BUCKETS, **others)
    else:
        trained = Word2Vec(sg=int(model == "skip-gram"), seed=seed, **others)
    trained.build_vocab(sentences)
    started = time.perf_counter()
    trained.train(sentences, total_examples=len(sentences), epochs=epochs)
    return time.perf_counter() - started, Vectors(trained.wv.index_to_key, trained.wv.vectors)


def measure_gensim_shuffled(sentences: list[list[str]], settings: dict, model: str) -> tuple[float, object]:
    """The same, with the sentences in random order."""
    order = random.Random(settings["seed"]).sample(range(len(sentences)), len(sentences))
    return measure_gensim([sentences[i] for i in order], settings, model)


MEASURE = {"ours": measure_ours, "gensim": measure_gensim}
IN_ANY_ORDER = {**MEASURE, "gensim, sentences shuffled": measure_gensim_shuffled}


def side_by_side(sentences: list[list[str]], settings: dict, seeds: list[int]) -> dict:
    """Train all, one after the other, with each seed; return speeds and similarity scores."""
    from tlcourse.data import word_tests
    from tlcourse.probe.word_vectors import similarity

    tests = {"WordSim-353": word_tests.wordsim353(), "SimLex-999": word_tests.simlex999()}
    tokens = sum(map(len, sentences)) * settings["epochs"]
    records, pairs = [], {}
    for seed in seeds:
        for model in RATES:
            for whose, measure in IN_ANY_ORDER.items():
                seconds, vectors = measure(sentences, {**settings, "seed": seed}, model)
                record = {"model": model, "whose": whose, "seed": seed, "words_per_second": tokens / seconds}
                for test, (words, people) in tests.items():
                    score = similarity(vectors, words, people)
                    record[test] = score.spearman
                    pairs[test] = f"{score.used} of {score.total}"
                records.append(record)
    return {"tokens": tokens // settings["epochs"], "pairs": pairs, "records": records}


def zipf_sentences(vocabulary: int, tokens: int) -> list[list[str]]:
    """Sentences of 20 words, drawn from a Zipf law over so many words; each occurs five times at least."""
    rng = np.random.default_rng(0)
    weight = 1 / np.arange(1, vocabulary + 1)
    drawn = rng.choice(vocabulary, size=tokens - 5 * vocabulary, p=weight / weight.sum())
    ids = rng.permutation(np.concatenate([drawn, np.repeat(np.arange(vocabulary), 5)]))
    words = np.array([f"w{i}" for i in range(vocabulary)])
    return [list(map(str, row)) for row in words[ids].reshape(-1, 20)]


class Memory(threading.Thread):
    """Watches this process's resident memory while a block runs; `grown` is how far it rose, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.process, self.done = psutil.Process(), threading.Event()
        self.before = self.peak = self.process.memory_info().rss

    def run(self) -> None:
        while not self.done.wait(0.01):
            self.peak = max(self.peak, self.process.memory_info().rss)

    def __enter__(self) -> "Memory":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()
        self.grown = (self.peak - self.before) / 1e6


def child(name: str, vocabulary: int, tokens: int, settings: dict) -> None:
    """Measure one model at one vocabulary size, and print JSON; runs in a process of its own."""
    settings = {**settings, "epochs": 1, "seed": 0}
    MEASURE[name](
        zipf_sentences(100, 4_000), settings, "skip-gram"
    )  # what is imported once is not the vocabulary's
    sentences = zipf_sentences(vocabulary, tokens)
    with Memory() as memory:
        seconds, vectors = MEASURE[name](sentences, settings, "skip-gram")
    print(
        json.dumps(
            {
                "model": name, "vocabulary": len(vectors.words), "seconds": seconds,
                "words_per_second": tokens / seconds,
                "tables_mb": 2 * vectors.matrix.nbytes / 1e6, "grown_mb": memory.grown,
            }
        )
    )  # fmt: skip


def by_vocabulary(sizes: list[int], tokens: int, settings: dict) -> list[dict]:
    """Measure both skip-grams at each vocabulary size, each in a process of its own."""
    rows = []
    for size in sizes:
        for name in MEASURE:
            command = [
                sys.executable,
                __file__,
                "--child",
                name,
                str(size),
                str(tokens),
                json.dumps(settings),
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            rows.append(json.loads(done.stdout.splitlines()[-1]))
    return rows


def markdown(report: dict) -> str:
    """The report as two Markdown tables."""
    s, records = report["settings"], report["side_by_side"]["records"]

    def spread(values: list[float]) -> str:
        return f"{np.mean(values):.3f}" + (f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else "")

    lines = [
        f"{report['side_by_side']['tokens']:,} tokens, {s['epochs']} epochs, {s['vector_size']} dimensions, "
        f"window {s['window']}, {s['negative']} noise words, sample {s['sample']}, one thread each, seeds "
        f"{report['seeds']}; {report['machine']}, PyTorch {report['torch']}",
        "",
        "| model | whose | words/s | "
        + " | ".join(f"{t} ρ ({n} pairs)" for t, n in report["side_by_side"]["pairs"].items())
        + " |",
        "|---|---|---|---|---|",
    ]
    for model, whose in dict.fromkeys((r["model"], r["whose"]) for r in records):
        rows = [r for r in records if (r["model"], r["whose"]) == (model, whose)]
        scores = " | ".join(spread([r[t] for r in rows]) for t in report["side_by_side"]["pairs"])
        speed = np.mean([r["words_per_second"] for r in rows])
        lines.append(f"| {model} | {whose} | {speed:,.0f} | {scores} |")
    if report["by_vocabulary"]:
        lines += [
            "",
            f"Skip-gram, one epoch over {report['tokens']:,} tokens drawn from a Zipf law:",
            "",
            "| vocabulary | model | words/s | seconds | both tables, MB | training takes, MB |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {r['vocabulary']:,} | {r['model']} | {r['words_per_second']:,.0f} | {r['seconds']:.1f} | "
            f"{r['tables_mb']:.0f} | {r['grown_mb']:.0f} |"
            for r in report["by_vocabulary"]
        ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--text", type=Path, help="text to train on, UTF-8, one sentence or paragraph a line")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sample", type=float, default=1e-4)
    parser.add_argument("--sizes", type=int, nargs="*", default=[5_000, 10_000, 20_000, 50_000])
    parser.add_argument("--json", type=Path, help="write the report there too")
    parser.add_argument("--tokens", type=int, default=2_000_000, help="drawn for that table")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    if arguments.child:
        name, size, tokens, settings = arguments.child
        child(name, int(size), int(tokens), json.loads(settings))
        return
    if arguments.sizes and arguments.tokens < 10 * max(arguments.sizes):
        parser.error(
            f"--tokens {arguments.tokens}: give ten for each of the {max(arguments.sizes)} words or more"
        )

    from tlcourse.data import running_text

    settings = {
        "vector_size": 100, "window": 5, "negative": 5, "sample": arguments.sample, "min_count": 5,
        "epochs": arguments.epochs, "workers": 1,  # ours trains on one thread
    }  # fmt: skip
    if arguments.text:
        lines = arguments.text.read_text(encoding="utf-8").splitlines()
        sentences = [words for words in map(running_text.tokenise, lines) if words]
    else:
        sentences = running_text.sentences()
    seeds = list(range(arguments.seeds))
    report = {
        "command": provenance.command(),
        **provenance.machine(),
        "settings": settings | {"rates": RATES, "bucket": BUCKETS},
        "seeds": seeds,
        "side_by_side": side_by_side(sentences, settings, seeds),
        "tokens": arguments.tokens,
        "by_vocabulary": by_vocabulary(arguments.sizes, arguments.tokens, settings),
    }
    if arguments.json:
        files.write_json(arguments.json, report, indent=1)
    print(markdown(report))
    print(f"\n```json\n{json.dumps(report)}\n```")


if __name__ == "__main__":
    main()
