"""Records as the benchmarks write them, with made-up scores that come out one way or the other."""

from tlcourse.lessons.serving_embeddings import layers as judged
from tlcourse.lessons.serving_embeddings import load_dial
from tlcourse.show.records import Records

SEEDS = range(3)
MODELS, PLAIN = ("bert-mini", "distilbert", "minilm"), ("TF-IDF", "GloVe, averaged")
ABOUT = {"command": "", "machine": "", "seeds": [*SEEDS]}


def layers(falls: float = 0.03, plain: float = 0.6, noise: float = 0.002) -> Records:
    """`falls`: by how much each layer is worse than the one below it; of minilm, better."""
    rows = []
    for task in ("alike", "found"):
        for seed in range(judged.PARTS):
            for name in PLAIN:
                rows.append({"model": name, "task": task, "seed": seed, "score": plain + noise * seed})
            for model in MODELS:
                for layer in range(-1, -8, -1):
                    for n, pooling in enumerate((*judged.POOLINGS, judged.CENTRED)):
                        slope = -falls if model == "minilm" else falls
                        score = 0.5 - slope * (layer + 7) - 0.02 * n + noise * seed * (1 + 0.1 * layer)
                        key = {"model": model, "layer": layer, "pooling": pooling, "task": task, "seed": seed}
                        rows.append(key | {"score": score})
    return Records(rows, ABOUT)


def load() -> Records:
    rows = []
    for n in (1, 4, 16):
        for at_once in (1, 8):
            for length in (16, 64):
                for seed in SEEDS:
                    key = {"clients": n, "at once": at_once, "length": length, "seed": seed}
                    rate = 50 + 10 * n + seed
                    wait = n * at_once / rate
                    rows.append({**key, "measure": load_dial.RATE, "score": rate})
                    rows.append({**key, "measure": load_dial.WAIT, "score": wait})
                    rows.append({**key, "measure": load_dial.SLOWEST, "score": 2 * wait})
    return Records(rows, ABOUT)


def batches(sorted_speed: float = 100.0) -> Records:
    rows = []
    for seed in SEEDS:
        for size in (8, 32):
            for way, share, rate in (("as they come", 0.4, 60.0), ("by length", 0.05, sorted_speed)):
                key = {"way": way, "at once": size, "seed": seed}
                rows.append({**key, "measure": "padded", "score": share + seed / 100})
                rows.append({**key, "measure": "texts a second", "score": rate + seed})
    return Records(rows, ABOUT)


def search(walk_ms: float = 0.2, found: float = 0.99, building: float = 2.0) -> Records:
    rows = []
    for what, sizes in (("sentences", (1000, 16_000)), ("words", (16_000, 256_000))):
        for n in sizes:
            for seed in SEEDS:
                key = {"what": what, "vectors": n, "seed": seed}
                rows.append({**key, "way": "exact", "measure": "seconds", "score": n * 1e-7})
                rows.append({**key, "way": "exact", "measure": "megabytes", "score": n * 1e-3})
                for way, small in (("graph, float32", 1.0), ("graph, int8", 0.3)):
                    rows.append(
                        {**key, "way": way, "measure": "seconds to build", "score": building + seed / 10}
                    )
                    rows.append({**key, "way": way, "measure": "megabytes", "score": small * n * 2e-3})
                    for keeps, share in ((10, found - 0.2), (128, found)):
                        one = {**key, "way": way, "keeps": keeps}
                        rows.append(
                            {**one, "measure": "seconds", "score": walk_ms * 1e-3 * (1 + keeps / 1000)}
                        )
                        rows.append({**one, "measure": "recall", "score": share + seed / 1000})
    return Records(rows, ABOUT)


def bits(loses: float = 0.0, noise: float = 0.001) -> Records:
    """`loses`: of int8 against float32."""
    rows = []
    for task in ("alike", "found"):
        for seed in range(judged.PARTS):
            key = {"task": task, "seed": seed}
            rows.append({**key, "way": "float32", "score": 0.8 + noise * seed})
            rows.append({**key, "way": "int8", "score": 0.8 - loses + noise * (seed + (-1) ** seed / 2)})
            for n in (8, 4, 3):
                for scale, worse in (("each row", 1), ("the whole table", 3)):
                    lost = worse * 0.4 / 2**n
                    rows.append(
                        {**key, "way": "weights rounded", "bits": n, "scale": scale, "score": 0.8 - lost}
                    )
    return Records(rows, ABOUT)


def int8(faster: float = 1.5) -> Records:
    rows = []
    for way, speed, products in (("float32", 1.0, 40.0), ("int8", faster, 10.0)):
        key = {"model": "minilm", "way": way}
        for part, size in (("tables", 47.0), ("products", products), ("all", 47.0 + products)):
            rows.append({**key, "measure": "megabytes", "part": part, "seed": 0, "score": size})
        for seed in SEEDS:
            for n, (length, size) in enumerate(((16, 1), (128, 32))):
                took = (1 + n) / (speed + n / 10)
                one = {"length": length, "at once": size, "seed": seed, "measure": "seconds"}
                rows.append({**key, **one, "score": took})
    return Records(rows, ABOUT)


def ray() -> Records:
    rows = []
    for way, factor in (("this server", 1), ("Ray Serve", 3)):
        for seed in SEEDS:
            for measure in (
                "seconds to the first answer",
                "processes",
                "megabytes",
                "milliseconds of a lone text",
            ):
                rows.append({"way": way, "measure": measure, "seed": seed, "score": 5.0 * factor + seed / 10})
            for n in (1, 8, 64):
                key = {"way": way, "measure": "texts a second", "clients": n, "seed": seed}
                rows.append({**key, "score": 100.0 / factor + seed})
    return Records(rows, {**ABOUT, "note": "a quiet machine"})


def speed(gain: float = 4.0) -> Records:
    rows = []

    def add(measure: str, seed: int, score: float, **key: object) -> None:
        rows.append({"measure": measure, "seed": seed, "score": score, **key})

    for seed in SEEDS:
        for threads in (1, 2):
            name = "loop over transformers, mean of the last layer"
            add("texts a second", seed, 60.0 / threads, way=name, clients=1, threads=threads)
        for n in (1, 8, 64):
            add("texts a second", seed, 50.0, way="plain HTTP", clients=n)
            for way in ("served, ZeroMQ", "served, HTTP"):
                add("texts a second", seed, 90.0 + seed, way=way, clients=n)
                add("of the plain handler", seed, 1.8 + seed / 50, way=way, clients=n)
        for percentile in (50, 90, 99):
            add("milliseconds", seed, 1.0 * percentile, way="served, ZeroMQ", percentile=percentile, rate=60)
        for length, score in ((20, 200.0), (40, 100.0), (80, 45.0), (250, 12.0)):
            add("texts a second", seed, score, way="served, by length", length=length)
        for at_once, score in ((1, 30.0), (16, 30.0 * gain), (256, 32.0 * gain)):
            add("texts a second", seed, score, way="served, by request", at_once=at_once)
    return Records(rows, ABOUT)
