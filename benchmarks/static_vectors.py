"""Our skip-gram against gensim's: words per second and quality, in one run; then time and memory by
vocabulary size.

    python benchmarks/static_vectors.py                       # the packaged text, a few minutes
    python benchmarks/static_vectors.py --text novels.txt     # any text, one sentence or paragraph a line
    python benchmarks/static_vectors.py --epochs 2 --seeds 1 --sizes 5000 --json out.json

Both get the same sentences, dimension, window, noise words, subsampling, epochs, and one thread. Words are
tokens of the text, rare and subsampled ones included, as gensim counts them; building the vocabulary is not
timed. The table by vocabulary size uses tokens drawn from a Zipf law, so that the size can be chosen; each of
its measurements runs in a process of its own, whose peak memory is read by the system.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import provenance
import psutil

from tlcourse import files


def measure_ours(sentences: list[list[str]], settings: dict) -> tuple[float, object]:
    """Train our skip-gram; return seconds and vectors."""
    from tlcourse.data import running_text
    from tlcourse.models.vectors import word2vec

    text = running_text.encode(sentences, settings["min_count"])
    own = {k: v for k, v in settings.items() if k not in ("min_count", "workers")}
    started = time.perf_counter()
    model = word2vec.train(text, word2vec.Settings(**own))
    return time.perf_counter() - started, model.vectors()


def measure_gensim(sentences: list[list[str]], settings: dict) -> tuple[float, object]:
    """Train gensim's skip-gram; return seconds and vectors."""
    from gensim.models import Word2Vec

    from tlcourse.data.glove import Vectors

    epochs, seed = settings["epochs"], settings["seed"] + 1  # gensim's seed 0 makes all vectors alike
    others = {k: v for k, v in settings.items() if k not in ("epochs", "seed")}
    model = Word2Vec(sg=1, seed=seed, **others)
    model.build_vocab(sentences)
    started = time.perf_counter()
    model.train(sentences, total_examples=len(sentences), epochs=epochs)
    return time.perf_counter() - started, Vectors(model.wv.index_to_key, model.wv.vectors)


MEASURE = {"ours": measure_ours, "gensim": measure_gensim}


def side_by_side(sentences: list[list[str]], settings: dict, seeds: list[int]) -> dict:
    """Train both, one after the other, with each seed; return speeds and similarity scores."""
    from tlcourse.data import word_tests
    from tlcourse.probe.word_vectors import similarity

    tests = {"WordSim-353": word_tests.wordsim353(), "SimLex-999": word_tests.simlex999()}
    tokens = sum(map(len, sentences)) * settings["epochs"]
    found = {name: {"words_per_second": [], **{t: [] for t in tests}} for name in MEASURE}
    pairs = {}
    for seed in seeds:
        for name, measure in MEASURE.items():
            seconds, vectors = measure(sentences, {**settings, "seed": seed})
            found[name]["words_per_second"].append(tokens / seconds)
            for test, (words, people) in tests.items():
                score = similarity(vectors, words, people)
                found[name][test].append(score.spearman)
                pairs[test] = f"{score.used} of {score.total}"
    return {"tokens": tokens // settings["epochs"], "pairs": pairs, "results": found}


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
    MEASURE[name](zipf_sentences(100, 4_000), settings)  # what is imported once is not the vocabulary's
    sentences = zipf_sentences(vocabulary, tokens)
    with Memory() as memory:
        seconds, vectors = MEASURE[name](sentences, settings)
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
    """Measure both at each vocabulary size, each in a process of its own."""
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
    ours, theirs = (report["side_by_side"]["results"][name] for name in ("ours", "gensim"))
    s = report["settings"]
    ratio = np.mean(ours["words_per_second"]) / np.mean(theirs["words_per_second"])

    def spread(values: list[float]) -> str:
        return f"{np.mean(values):.3f}" + (f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else "")

    lines = [
        f"{report['side_by_side']['tokens']:,} tokens, {s['epochs']} epochs, {s['vector_size']} dimensions, "
        f"window {s['window']}, {s['negative']} noise words, sample {s['sample']}, one thread each, seeds "
        f"{report['seeds']}; {report['machine']}, PyTorch {report['torch']}",
        "",
        "| | words/s | "
        + " | ".join(f"{t} ρ ({n} pairs)" for t, n in report["side_by_side"]["pairs"].items())
        + " |",
        "|---|---|---|---|",
    ]
    for name, row in (("ours", ours), ("gensim", theirs)):
        scores = " | ".join(spread(row[t]) for t in report["side_by_side"]["pairs"])
        lines.append(f"| {name} | {np.mean(row['words_per_second']):,.0f} | {scores} |")
    lines += ["", f"Ours runs at **{ratio:.2f} ×** gensim's speed."]
    if report["by_vocabulary"]:
        lines += [
            "",
            f"One epoch over {report['tokens']:,} tokens drawn from a Zipf law:",
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
        **provenance.machine(),
        "settings": settings,
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
