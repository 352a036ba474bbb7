"""MiniLM's sentences per second against the same network in transformers' own pipeline, and how strongly to
regularise the baselines.

    python benchmarks/sentences.py                # speed: two minutes
    python benchmarks/sentences.py --sentences 500
    python benchmarks/sentences.py --strength     # the choice of STRENGTH in train/measuring/baselines.py

Speed: movie snippets in the order of their file, same network and machine, one run, the ways in turn. The
pipeline is transformers' "feature-extraction" with the same batch size: it pads each batch as it comes, and
its word states are then averaged. The third way is ours in bfloat16, with the largest difference of any
feature.

Strength: each C is tried on the training splits alone. A classifier is trained on so many sentences of a
split and scored on the others of it, over four domains and several seeds; the mean balanced accuracy is
printed.
"""

import argparse
import json
import time

import numpy as np
import provenance


def speed(n_sentences: int, repeats: int) -> dict:
    """Sentences per second of each way: the best of `repeats`."""
    import torch
    from transformers import pipeline

    from tlcourse.data import rated_sentences
    from tlcourse.models.pretrained import minilm

    texts = rated_sentences.load("movie").texts[:n_sentences]
    encoder = minilm.load()
    extract = pipeline("feature-extraction", model=encoder.model, tokenizer=encoder.tokenizer, device="cpu")

    def pipelined() -> np.ndarray:
        options = {"truncation": True, "max_length": minilm.MAX_LENGTH}
        rows = extract(texts, batch_size=minilm.BATCH_SIZE, tokenize_kwargs=options, return_tensors=True)
        lengths = [len(ids) for ids in encoder.tokenizer(texts, **options)["input_ids"]]
        return np.stack([row[0, :n].mean(dim=0).numpy() for row, n in zip(rows, lengths, strict=True)])

    def ours() -> np.ndarray:
        return minilm.encode(texts)

    def ours_bf16() -> np.ndarray:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return minilm.encode(texts)

    ways = {"pipeline": pipelined, "ours": ours, "ours, bfloat16": ours_bf16}
    seconds, features = {name: [] for name in ways}, {}
    for _ in range(repeats):
        for name, way in ways.items():  # in turn, so that a slow minute of the machine hits all of them
            started = time.perf_counter()
            features[name] = way()
            seconds[name].append(time.perf_counter() - started)
    rates = {name: len(texts) / min(values) for name, values in seconds.items()}
    return {
        "sentences": len(texts),
        "sentences_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "ratio_to_pipeline": {name: round(rate / rates["pipeline"], 2) for name, rate in rates.items()},
        "largest_difference": {
            name: float(np.abs(value - features["pipeline"]).max()) for name, value in features.items()
        },
    }


def strength(budgets: list[int], seeds: int) -> dict:
    """Mean balanced accuracy on held-out training sentences: representation → budget → C → score."""
    from sklearn.metrics import balanced_accuracy_score

    from tlcourse.data import glove, rated_sentences
    from tlcourse.train.measuring import baselines

    vectors = glove.load()
    sets = [rated_sentences.load(name) for name in rated_sentences.DOMAINS]
    inputs = [baselines.inputs(one.texts, vectors) for one in sets]
    found: dict = {}
    for name, chosen in baselines.STRENGTH.items():
        for n in budgets:
            for c in (chosen / 10, chosen / 3, chosen, chosen * 3, chosen * 10):
                scores = []
                for one, x in zip(sets, inputs, strict=True):
                    for seed in range(seeds):
                        rows = np.random.default_rng(seed).permutation(one.train_index)
                        few, rest = rows[:n], rows[n : n + 1500]
                        model = baselines.classifier(name).set_params(logisticregression__C=c)
                        guess = model.fit(x[name][few], one.label[few]).predict(x[name][rest])
                        scores.append(balanced_accuracy_score(one.label[rest], guess))
                found.setdefault(name, {}).setdefault(n, {})[f"{c:.2g}"] = round(float(np.mean(scores)), 4)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--strength", action="store_true", help="search C instead of measuring speed")
    parser.add_argument("--budgets", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--seeds", type=int, default=4)
    arguments = parser.parse_args()
    if arguments.strength:
        print(json.dumps(strength(arguments.budgets, arguments.seeds), indent=1))
        return
    print(json.dumps(provenance.machine() | speed(arguments.sentences, arguments.repeats), indent=1))


if __name__ == "__main__":
    main()
