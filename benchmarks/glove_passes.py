"""Why does GloVe's fit stay loose on a million words: too few dimensions, or too few passes?

    python benchmarks/glove_passes.py --json data/results/static_word_vectors/glove_passes.json

Lesson 03 counts within a window of 5 and asks, over the pairs that met 20 times or more, how well the trained
sum follows log X, and how well w · w̃ alone follows PMI once the best number for each row and column is taken
out of both. Here the same with more passes and, as the control, with more dimensions. Trainings that the JSON
file has already are not repeated.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import provenance
import torch
from arguments import file_to_write, from_one_up

from tlcourse import files

OFTEN = 20  # pairs that met so often are counted well
WINDOW = 5


def measure(text, counts, vector_size: int, passes: int, seed: int) -> dict:
    """One training → a record of how well it fits, and of what the vectors are worth."""
    from tlcourse.data import word_tests
    from tlcourse.models.vectors import glove, pmi
    from tlcourse.probe.word_vectors import similarity

    settings = glove.Settings(vector_size=vector_size, epochs=passes, seed=seed)
    started = time.perf_counter()
    model = glove.train(text.words, counts, settings)
    seconds = time.perf_counter() - started

    i, j = (counts >= OFTEN).nonzero()
    log_x, of_pair = np.log(np.asarray(counts[i, j]).ravel()), np.asarray(pmi.pmi(counts)[i, j]).ravel()
    product = model.word[torch.from_numpy(i)] * model.context[torch.from_numpy(j)]
    alone, whole = product[:, :-2].sum(1).numpy(), product.sum(1).numpy()
    pair = [pmi.without_margins(i, j, values) for values in (of_pair, alone)]
    vectors = model.vectors()
    return {
        "dimensions": vector_size,
        "passes": passes,
        "seed": seed,
        "r_whole_sum": float(np.corrcoef(log_x, whole)[0, 1]),
        "r_pair_alone": float(np.corrcoef(*pair)[0, 1]),
        "loss_per_entry": glove.loss(model, counts, settings.x_max) / counts.nnz,
        "WordSim-353": similarity(vectors, *word_tests.wordsim353()).spearman,
        "SimLex-999": similarity(vectors, *word_tests.simlex999()).spearman,
        "seconds": round(seconds),
    }


def markdown(report: dict) -> str:
    """The records as a Markdown table: means over the seeds, and from the lowest to the highest."""
    columns = ["r_whole_sum", "r_pair_alone", "loss_per_entry", "WordSim-353", "SimLex-999"]
    lines = [f"| dimensions | passes | {' | '.join(columns)} |", "|---" * (2 + len(columns)) + "|"]
    for key in dict.fromkeys((r["dimensions"], r["passes"]) for r in report["records"]):
        rows = [r for r in report["records"] if (r["dimensions"], r["passes"]) == key]
        cells = [
            f"{np.mean(values):.3f} ({min(values):.3f} … {max(values):.3f})"
            for values in ([r[c] for r in rows] for c in columns)
        ]
        lines.append(f"| {key[0]} | {key[1]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def dimensions_and_passes(value: str | tuple[int, int]) -> tuple[int, int]:
    """`100x40` → (100, 40)."""
    if isinstance(value, tuple):
        return value
    vector_size, _, passes = value.partition("x")
    return from_one_up(vector_size), from_one_up(passes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument(
        "--trainings", type=dimensions_and_passes, nargs="+", help="dimensions x passes of each",
        default=["100x10", "100x40", "300x10", "300x40"],
    )  # fmt: skip
    parser.add_argument("--seeds", type=from_one_up, default=2)
    parser.add_argument("--text", type=Path, help="text to train on, UTF-8, one sentence or paragraph a line")
    parser.add_argument("--json", type=file_to_write, help="the report, written after each training")
    arguments = parser.parse_args()

    from tlcourse.data import running_text
    from tlcourse.models.vectors import glove

    sentences = running_text.sentences()
    if arguments.text:
        lines = arguments.text.read_text(encoding="utf-8").splitlines()
        sentences = [running_text.tokenise(line) for line in lines]
    text = running_text.encode(sentences, min_count=5)
    counts = glove.cooccurrences(text, window=WINDOW)
    report = {
        "command": provenance.command(),
        **provenance.machine(),
        "seeds": list(range(arguments.seeds)),
        "text": {"tokens": text.raw_tokens, "words": len(text.words), "entries": counts.nnz},
        "records": [],
    }
    if arguments.json and arguments.json.is_file():
        before = json.loads(arguments.json.read_text(encoding="utf-8"))
        report["records"] = before["records"] if before["text"] == report["text"] else []
    done = {(r["dimensions"], r["passes"], r["seed"]) for r in report["records"]}
    for seed in report["seeds"]:
        for vector_size, passes in map(dimensions_and_passes, arguments.trainings):
            if (vector_size, passes, seed) not in done:
                report["records"].append(measure(text, counts, vector_size, passes, seed))
            if arguments.json:
                files.write_json(arguments.json, report, indent=1)
    print(markdown(report))


if __name__ == "__main__":
    main()
