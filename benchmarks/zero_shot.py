"""Ten candidates of one context: read one by one, in batches, or all in one row with the context read once.

    python benchmarks/zero_shot.py

On cloze questions made from BBC news (`tlcourse.data.story_cloze`). The plain loop reads the context once for
each candidate; batches pad them; one row has the context once (`tlcourse.probe.shared_context`). Each way is
timed on the same questions, its best of three runs; that all give the same log-probabilities is checked.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile

from tlcourse.data import story_cloze, tokeniser
from tlcourse.models.pretrained import smollm2, zoo
from tlcourse.probe import zero_shot
from tlcourse.probe.shared_context import log_probabilities
from tlcourse.probe.zero_shot import LanguageModel, mean_log_probability

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "gpt2"
QUESTIONS = {"gpt2-nano": 8, "gpt2-mini": 8, "SmolLM2": 3}
Ask = Callable[[LanguageModel, str, list[str]], np.ndarray]


def plain_loop(model: LanguageModel, context: str, candidates: list[str]) -> np.ndarray:
    return np.array([mean_log_probability(model, [(context, one)], batch_size=1)[0] for one in candidates])


def batches(model: LanguageModel, context: str, candidates: list[str]) -> np.ndarray:
    return mean_log_probability(model, [(context, one) for one in candidates])


def one_row(model: LanguageModel, context: str, candidates: list[str]) -> np.ndarray:
    return log_probabilities(model, context, candidates).means


WAYS: dict[str, Ask] = {"plain loop": plain_loop, "batches": batches, "one row": one_row}


def models(names: list[str]) -> dict[str, Callable[[], LanguageModel]]:
    def of_zoo(name: str) -> LanguageModel:
        return zero_shot.of_gpt(zoo.load(name, heads=True), tokeniser.load(zoo.folder_of(name)), 256)

    def smol() -> LanguageModel:
        tokenizer, model = smollm2.decoder()
        return zero_shot.of_llama(model, tokenizer, 256)

    return {name: (smol if name == "SmolLM2" else lambda name=name: of_zoo(name)) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--models", nargs="+", choices=tuple(QUESTIONS), default=list(QUESTIONS))
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    results = RecordsFile(given.out / "speed.json")
    for name, load in models(given.models).items():
        model, asked = load(), story_cloze.load("nouns").head(QUESTIONS[name])
        found, seconds = {}, {}
        for way, ask in WAYS.items():
            runs = []
            for _ in range(3):
                begun = time.perf_counter()
                found[way] = [
                    ask(model, asked.contexts[i].replace("\n", " "), asked.continuations(i))
                    for i in range(len(asked))
                ]
                runs.append(time.perf_counter() - begun)
            seconds[way] = min(runs) / len(asked)
            results.add(model=name, way=way, candidates=10, questions=len(asked), seed=0, score=seconds[way])
            apart = np.abs(np.array(found[way]) - np.array(found["plain loop"])).max()
            if apart > 1e-3:
                raise SystemExit(
                    f"{name}, {way}: log-probabilities are {apart:.1e} apart from the plain loop's"
                )
            print(name, way, f"{seconds[way]:.3f} s a question", f"{apart:.0e} apart", flush=True)


if __name__ == "__main__":
    main()
