"""Part of `heads.py`: whether the words that a tuned model looks at are those that its answer hangs on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from head_pruning import Tuned
from results_file import RecordsFile
from scipy.stats import kendalltau
from torch import Tensor

from tlcourse.models.pretrained.text_encoders import Example
from tlcourse.probe import attention_maps
from tlcourse.train.finetuning.text_model import TextModel

FEWEST, MOST, TEXTS = 4, 25, 200  # words of a text whose words are left out, and how many texts


def explains(folder: Path, name: str, task: str, seeds: Sequence[int], keep: Path) -> None:
    """How far the answer moves when a word is left out: the one that [CLS] looks at most, and others.

    After Jain and Wallace 2019 (arXiv 1902.10186), section 4.1. The answer is the probability of the class
    that the whole text gets. `a word, whichever` is the mean over all words; `agreement` is Kendall's τ with
    what leaving each word out does, a text at a time.
    """
    results = RecordsFile(folder / "explains.json")
    for seed in seeds:
        key = {"model": name, "task": task, "seed": seed}
        if results.has(**key):
            continue
        tuned = Tuned.load(name, task, seed, keep)
        texts = [text.split() for text in (tuned.task.texts[i] for i in tuned.task.tests[tuned.test])]
        some = [words for words in texts if FEWEST <= len(words) <= MOST][:TEXTS]
        found = [explained(tuned.model, words) for words in some]
        rows = [
            {**key, "texts": len(some), "what": what, "measure": measure, "score": score}
            for (what, measure), score in means(found).items()
        ]
        results.add_all(rows)
        print(key, {(row["what"], row["measure"]): round(row["score"], 3) for row in rows}, flush=True)


def explained(model: TextModel, words: list[str]) -> dict[str, np.ndarray]:
    """For each word: what leaving it out does, and what attention and the slope say of it, (W,) each."""
    encoder = model.encoder
    (whole,), others = (
        encoder.words([words]),
        encoder.words([words[:i] + words[i + 1 :] for i in range(len(words))]),
    )
    answers = []
    with torch.inference_mode():
        for some in ([whole], others):
            bare = [replace(example, places=[]) for example in some]
            answers.append(model(bare).softmax(dim=1))
    which = int(answers[0].argmax())
    change = (answers[1][:, which] - answers[0][0, which]).abs().numpy()
    belongs = attention_maps.unit_of_pieces(encoder, whole, words)
    with torch.inference_mode():
        output = encoder.network(**encoder.batch([whole]), need_weights=True)
    maps = [attention_maps.joined(one[0].numpy(), belongs)[:, 0, 1:-1] for one in output.attentions]
    found = {
        "attention of the last layer": maps[-1].mean(axis=0),  # from [CLS], over the heads: (W,)
        "attention of all layers": np.mean(maps, axis=(0, 1)),
    }
    return {"left out": change, **found, "slope": slope(model, whole, which, belongs)}


def slope(model: TextModel, example: Example, which: int, belongs: np.ndarray) -> np.ndarray:
    """Of each word ‖∂p/∂e‖, by the embeddings that its pieces enter with, added up: (W,)."""
    entered: list[Tensor] = []

    def keep_it(_: object, __: object, output: Tensor) -> Tensor:
        entered.append(output.detach().requires_grad_())
        return entered[0]

    hook = model.encoder.network.embeddings.register_forward_hook(keep_it)
    try:
        p = model([replace(example, places=[])]).softmax(dim=1)[0, which]
    finally:
        hook.remove()
    (gradient,) = torch.autograd.grad(p, entered)
    return np.bincount(belongs, gradient[0].norm(dim=1).numpy())[1:-1]


def means(found: Sequence[dict[str, np.ndarray]]) -> dict[tuple[str, str], float]:
    """How far the answer moves without the word that is named, and how well all words' order agrees."""
    ways = [way for way in found[0] if way != "left out"]
    moved, agrees = "change of the answer", "agreement"
    table = {("a word, whichever", moved): np.mean([one["left out"].mean() for one in found])}
    table["the word that matters most", moved] = np.mean([one["left out"].max() for one in found])
    for way in ways:
        table[f"highest {way}", moved] = np.mean([one["left out"][one[way].argmax()] for one in found])
        taus = [kendalltau(one["left out"], one[way]).statistic for one in found]
        table[way, agrees] = np.nanmean(taus)
    return {key: float(value) for key, value in table.items()}
