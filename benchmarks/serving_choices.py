"""What a server of embeddings can choose, and what each choice is worth: batches, load, layers, search, int8.

    python benchmarks/serving_choices.py batches load search int8
    TLCOURSE_FILES=gold python benchmarks/serving_choices.py layers bits

`batches`: seconds of one core for a batch, by texts and by length; texts a second with and without sorting.
`load`: a server of one worker, by clients, by texts in a request and by length. `layers`: every layer and
pooling, judged by people's ratings of pairs (STS benchmark, test) and by headlines that should find
their article; its five seeds are disjoint parts of the pairs. `search`: exact and approximate, with the order
in which vectors are put in as the seed. `int8`: a quantised encoder beside its original; `bits`: weights
rounded to fewer and fewer bits. Times are of the processor where that can be (one thread), else of the clock:
`--note` says what else the machine did. Results are written one by one; a run that was killed goes on.
"""

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile
from usearch.index import Index

from tlcourse import assets
from tlcourse.data import glove, stsb
from tlcourse.data.near_duplicates import fingerprint
from tlcourse.lessons.serving_embeddings import articles, batches, clients, int8, layers, nearest
from tlcourse.models.pretrained import encoders
from tlcourse.serve.embedding import Embedder
from tlcourse.serve.server import Server
from tlcourse.serve.settings import Settings

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "serving_embeddings"
SEEDS = (0, 1, 2)
LENGTHS, SIZES = (8, 16, 32, 64, 128), (1, 2, 4, 8, 16, 32)
CLIENTS, AT_ONCE, LONG = (1, 4, 16, 32), (1, 8), (8, 32, 128)
SECONDS = 1.0  # of a load, and until all that was asked is answered
MODELS = ("bert-mini", "distilbert", "minilm")
ARTICLES, FEWER, PAIRS = 1000, 300, 700  # headlines; for `bits` fewer, and so many pairs
K, QUERIES, KEEPS = 10, 200, (10, 32, 128, 400)


def say(*what: object) -> None:
    print(*what, flush=True)


def batches_(out: Path, note: str | None) -> None:
    results = RecordsFile(out / "batches.json")
    embedder = Embedder("minilm", max_seq_len=128)
    for seed in SEEDS:
        if results.has(measure="seconds", seed=seed):
            continue
        rows = [
            {"measure": "seconds", **row}
            for row in batches.measured(embedder.encoder, LENGTHS, SIZES, seed, least=0.3)
        ]
        results.add_all(rows)
        say("batches", seed, *(f"{r['length']}×{r['at once']} {1000 * r['score']:.2f}" for r in rows))
    for seed in SEEDS:
        texts = articles.sentences_of_all(900, least=3, most=90)[300 * seed : 300 * (seed + 1)]
        sizes = [len(example) for example in embedder.encoder.beginnings(texts)]
        for size in (8, 32):
            arrival = batches.in_order_of_arrival(len(texts), size)
            ways = {
                "as they come": arrival,
                "by length": [order.tolist() for order in by_length(sizes, size)],
            }
            for way, some in ways.items():
                key = {"way": way, "at once": size, "seed": seed}
                if results.has(measure="texts a second", **key):
                    continue
                share = batches.padded_share(sizes, some)
                results.add(measure="padded", **key, score=share)
                results.add(
                    measure="texts a second", **key, score=batches.texts_a_second(embedder, texts, some)
                )
                say(way, size, seed, round(share, 3))


def by_length(sizes: list[int], size: int) -> list[np.ndarray]:
    order = np.argsort(-np.array(sizes), kind="stable")
    return [order[i : i + size] for i in range(0, len(order), size)]


def load(out: Path, note: str | None) -> None:
    results = RecordsFile(out / "load.json")
    if note:
        results.facts["note"] = note
    settings = Settings(model="minilm", port=0, port_out=0, layers=(-1,), normalise=True)
    with Server(settings) as server:
        for seed in SEEDS:
            for length in LONG:
                text = " ".join([batches.FILLER] * (length - 2))
                for n in CLIENTS:
                    for at_once in AT_ONCE:
                        key = {"clients": n, "at once": at_once, "length": length, "seed": seed}
                        if results.has(**key):
                            continue
                        found = clients.in_turn(server.submit, [text], n, SECONDS, at_once)
                        results.add_all(
                            {**key, "measure": measure, "score": score}
                            for measure, score in (
                                ("texts a second", found.per_second),
                                ("seconds", found.waits.mean()),
                                ("seconds, the slowest twentieth", np.percentile(found.waits, 95)),
                            )
                        )
                        say(key, round(found.per_second, 1), round(1000 * found.waits.mean(), 1), "ms")


def pairs() -> tuple[list[str], list[str], np.ndarray]:
    """The test part of the STS benchmark: sentences, sentences, ratings."""
    data = stsb.load()
    first, second = ([some[i] for i in data.test_index] for some in (data.first, data.second))
    return first, second, data.score[data.test_index]


def layers_(out: Path, note: str | None) -> None:
    results = RecordsFile(out / "layers.json")
    first, second, rated = pairs()
    news = articles.load(ARTICLES)

    def keep(task: str, scores: list[float], **key: object) -> None:
        results.add_all({**key, "task": task, "seed": seed, "score": s} for seed, s in enumerate(scores))
        say(task, *key.values(), round(float(np.mean(scores)), 4))

    if not results.has(model="GloVe, averaged"):
        words = glove.load(100_000)
        read = [layers.averaged_glove(some, words) for some in (first, second)]
        keep("alike", layers.alike(*read, rated), model="GloVe, averaged", weights="trained")
        read = [layers.averaged_glove(some, words) for some in (news.headlines, news.paragraphs)]
        keep("found", layers.found(*read), model="GloVe, averaged", weights="trained")
        both = [*first, *second]
        read = [np.concatenate([*layers.tf_idf(both, some)]) for some in (first, second)]
        keep("alike", layers.alike(*read, rated), model="TF-IDF", weights="trained")
        right = articles.found_first(articles.shared_words(news.headlines, news.paragraphs))
        keep("found", [right[p].mean() for p in layers.parts(len(right))], model="TF-IDF", weights="trained")
    for model in MODELS:
        for task, texts in (("alike", (first, second)), ("found", (news.headlines, news.paragraphs))):
            if results.has(model=model, task=task):
                continue
            encoder = Embedder(model, max_seq_len=64).encoder
            read = [layers.of_all_layers(encoder, some) for some in texts]
            for layer, pooling in read[0]:
                vectors = [some[layer, pooling] for some in read]
                ways = {pooling: vectors}
                if pooling == "REDUCE_MEAN":
                    ways[layers.CENTRED] = layers.centred(vectors)
                for way, some in ways.items():
                    scores = layers.alike(*some, rated) if task == "alike" else layers.found(*some)
                    keep(task, scores, model=model, layer=layer, pooling=way)


def search(out: Path, note: str | None) -> None:
    results = RecordsFile(out / "search.json")
    embedder = Embedder("minilm", layers=(-1,), normalise=True, max_seq_len=64)
    texts = articles.sentences_of_all(4_000 + QUERIES)

    def read() -> dict[str, np.ndarray]:
        parts = [embedder(texts[i : i + 256]).vectors for i in range(0, len(texts), 256)]
        return {"vectors": np.concatenate(parts)}

    key = {"texts": fingerprint(texts), "model": "minilm", "tokens": 64}
    sentences = assets.cached_arrays("served-sentences", key, read)["vectors"]
    words = nearest.unit(glove.load().matrix)
    words = words[np.random.default_rng(0).permutation(len(words))]
    for what, vectors, sizes, rounded in (
        ("sentences", sentences, (250, 1_000, 4_000), 4_000),
        ("words", words, (16_000, 64_000, 128_000), 64_000),
    ):
        queries, vectors = vectors[:QUERIES], vectors[QUERIES:]
        for n in sizes:
            for seed in SEEDS:
                if results.has(what=what, vectors=n, seed=seed):
                    continue
                rows = one_search(
                    vectors[:n][np.random.default_rng(seed).permutation(n)], queries, n == rounded
                )
                results.add_all({"what": what, "vectors": n, "seed": seed, **row} for row in rows)
                say(what, n, seed, *(f"{r['way']} {r['measure']} {r['score']:.4g}" for r in rows))


def one_search(vectors: np.ndarray, queries: np.ndarray, both: bool) -> list[dict[str, object]]:
    """`both`: the graph of int8 vectors, too."""
    right, seconds = nearest.timed(lambda query: nearest.exact(vectors, query, K), queries)
    rows = [{"way": "exact", "measure": "seconds", "score": seconds}]
    for stored in nearest.STORED if both else ["float32"]:
        started = time.thread_time()
        index = nearest.graph(vectors, stored)
        building = time.thread_time() - started
        way = f"graph, {stored}"
        rows.append({"way": way, "measure": "seconds to build", "score": building})
        for keeps in KEEPS:
            found, seconds = nearest.timed(partial(walked, index, keeps), queries)
            key = {"way": way, "keeps": keeps}
            rows.append({**key, "measure": "seconds", "score": seconds})
            rows.append({**key, "measure": "recall", "score": nearest.recall(found, right)})
    return rows


def walked(index: Index, keeps: int, query: np.ndarray) -> np.ndarray:
    return nearest.walk(index, query, K, keeps)


def int8_(out: Path, note: str | None) -> None:
    results = RecordsFile(out / "int8.json")
    for model in ("minilm",):
        encoder = encoders.load(model)
        for way, some in (("float32", encoder), ("int8", int8.in_int8(encoder))):
            for part, size in int8.megabytes(some).items():
                results.add(model=model, way=way, measure="megabytes", part=part, seed=0, score=size)
            for seed in SEEDS:
                for length, size in ((16, 1), (16, 32), (128, 1), (128, 32)):
                    key = {"model": model, "way": way, "length": length, "at once": size, "seed": seed}
                    if not results.has(**key):
                        took = batches.seconds(some, length, size, least=0.5)
                        results.add(**key, measure="seconds", score=took)
                        say(*key.values(), round(1000 * took, 2))


def bits(out: Path, note: str | None) -> None:
    results = RecordsFile(out / "bits.json")
    first, second, rated = (some[:PAIRS] for some in pairs())
    news = articles.load(FEWER)
    encoder = encoders.load("minilm")
    ways = {"float32": encoder, "int8": int8.in_int8(encoder)}

    def judge(key: dict[str, object], network: torch.nn.Module) -> None:
        if results.has(**key):
            return
        embedder = Embedder("minilm", layers=(-1,), max_seq_len=64)
        embedder.encoder = network
        read = [embedder(some).vectors for some in (first, second, news.headlines, news.paragraphs)]
        for task, scores in (("alike", layers.alike(*read[:2], rated)), ("found", layers.found(*read[2:]))):
            results.add_all({**key, "task": task, "seed": seed, "score": s} for seed, s in enumerate(scores))
            say(*key.values(), task, round(float(np.mean(scores)), 4))

    for way, network in ways.items():
        judge({"way": way}, network)
    for n in (8, 5, 4, 3):
        for one_scale in (False, True):
            key = {
                "way": "weights rounded",
                "bits": n,
                "scale": "the whole table" if one_scale else "each row",
            }
            judge(key, int8.with_rounded_weights(encoder, n, one_scale))


PARTS = {
    "batches": batches_,
    "load": load,
    "layers": layers_,
    "search": search,
    "int8": int8_,
    "bits": bits,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--note", help="what else the machine did")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for part in asked.parts:
        PARTS[part](asked.out, asked.note)


if __name__ == "__main__":
    main()
