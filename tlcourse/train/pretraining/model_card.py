"""The card of a trained model, `README.md`, made from the files beside it and from nothing else.

After Mitchell et al. 2019, "Model Cards for Model Reporting": what it is, what it learned from, how well it
does on text it never read, what it is not for. No figure is typed by hand, so none can differ from the files.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tlcourse import assets, files
from tlcourse.models.pretrained.how_trained import TRAINING, pieces_new, tokens_before
from tlcourse.models.pretrained.registry import SYSTEMS

_LICENCE_OF_NOVELS = "public domain; the edition CC BY 4.0"
_OLD = ", among them novels of 1840 to 1920, with the views of their time on women, class and race"
_BLOCKS = "▁▂▃▄▅▆▇█"


def write(folder: str | Path) -> Path:
    """Write `README.md` beside the model in `folder`, and return its path.

    Raises FileNotFoundError if the folder has no `training.json`.
    """
    folder = Path(folder)
    if not (folder / TRAINING).is_file():
        raise FileNotFoundError(
            f"{folder / 'training.json'} is not there: `tlcourse pretrain` writes it with the weights."
        )
    facts = json.loads((folder / TRAINING).read_text(encoding="utf-8"))
    card = folder / "README.md"
    files.write_text(card, text(facts, _files(folder)))
    return card


def _files(folder: Path) -> dict[str, int]:
    """Name → bytes of the files that hold weights and vocabulary."""
    names = ("model.safetensors", "heads.safetensors", "config.json", "tokenizer.json", "vocabulary.txt")
    return {name: (folder / name).stat().st_size for name in names if (folder / name).is_file()}


def text(facts: dict[str, Any], files: dict[str, int]) -> str:
    """The card as Markdown, from what stands in `training.json` and the sizes of the files."""
    recipe, name = facts["recipe"], facts["name"]
    (system,) = (one for one in SYSTEMS if one.config.__name__ == recipe["config_class"])
    in_transformers = bool(system.counterparts)
    opened = f"""```python
from tlcourse import models

encoder = models.load("{name}")  # heads=True: with the layers that predict
```"""
    if in_transformers:
        opened += f"""

`transformers.AutoModel.from_pretrained("data/checkpoints/{name}")` opens the same folder."""
    sections = [
        _front_matter(in_transformers),
        f"# {name}\n\n{system.summary}, small enough for a laptop, {_begun(facts)} "
        "to be looked at and compared: the models of this family read the same text, each for its own "
        "task.",
        opened,
        "## Size\n\n" + _table(("", ""), _size(facts, files)),
        f"## How it does on text it never read\n\n{_held_out(facts)}",
        f"## What it learned from\n\n{_sources(facts)}",
        f"## How it was trained\n\n{_table(('', ''), _training(facts))}\n\n{_curve(facts['log'])}",
        _made_with(facts),
        *_changes(facts.get("changed_since", [])),
        "## What it is not for\n\nIt is small, has read little, knows little of the world, and repeats "
        f"what is in its texts{_OLD if 'eltec' in facts['text']['sources'] else ''}. Do not use it to "
        "decide about people, to inform anybody, or to write for readers. It was tested in English "
        "alone, on the tasks of this course alone.",
        "## Licence\n\nFor research and teaching, not for commercial use: some of the texts are licensed for "
        "that alone (the table above). The code that made it is under the licences of this repository.",
    ]
    return "\n\n".join(sections) + "\n"


def _begun(facts: dict[str, Any]) -> str:
    """Where its weights came from: a clause."""
    before = facts.get("before")
    if not before:
        return "trained from random weights"
    return f"begun from {before[-1]['name']}, which had read {tokens_before(facts):,} tokens, and trained on"


def _made_with(facts: dict[str, Any]) -> str:
    before = facts.get("before", [])
    commands = "\n".join(stage["command"] for stage in [*before, facts])
    told = f"## Made with\n\n```\n{commands}\n```\n\n"
    if before:
        told += (
            "`--from` is the model that the command before it made: "
            f"`{before[-1]['weights'][:16]}` are the first digits of the sha256 of its weights. "
        )
    return told + (
        f"PyTorch {facts['torch']}; the text's fingerprint is `{facts['text']['fingerprint']}`. "
        "All other settings stand in `training.json`."
    )


def _changes(changes: Sequence[str]) -> list[str]:
    """What the command would do otherwise today: a section, or none."""
    return (
        ["## What has changed since\n\n" + "\n".join(f"- {change}" for change in changes)] if changes else []
    )


def _front_matter(in_transformers: bool) -> str:
    library = "library_name: transformers\n" if in_transformers else ""
    return f"---\nlanguage: en\nlicense: other\n{library}---"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    align = "|".join(["---"] + ["---:"] * (len(head) - 1))
    return "\n".join([f"| {' | '.join(head)} |", f"|{align}|", *(f"| {' | '.join(row)} |" for row in rows)])


def _size(facts: dict[str, Any], files: dict[str, int]) -> list[tuple[str, str]]:
    parameters = facts["parameters"]
    rows = [
        ("parameters", f"{parameters['total']:,}"),
        ("of these not in a row for each piece or position", f"{parameters['body']:,}"),
    ]
    return rows + [(f"`{file}`", f"{size:,} bytes") for file, size in files.items()]


def _held_out(facts: dict[str, Any]) -> str:
    if not facts["held_out"]:
        return "No text was held out."
    # A loss over words or pieces is a cross-entropy in nats; e to that power is the perplexity.
    rows = [
        (name, f"{loss:.4f}", f"{loss / math.log(2):.3f}", f"{math.exp(loss):.2f}")
        for name, loss in facts["held_out"].items()
    ]
    table = _table(("task", "loss (nats)", "bits", "perplexity"), rows)
    return (
        f"{table}\n\nMeasured with the weights in this folder, in float32, on documents held out of the "
        "training text, one in a hundred of each source."
    )


def licence(source: str) -> str:
    """Under which licence a source of the training text stands."""
    entry = assets.catalogue().get({"bbc": "bbc-news"}.get(source, source))
    return entry.licence if entry else {"eltec": _LICENCE_OF_NOVELS}.get(source, "see its source")


def times_read(facts: dict[str, Any]) -> dict[str, float]:
    """How often each source was read in all: its share of a pass, times the passes."""
    pieces, repeats = facts["text"]["pieces"], facts["recipe"]["repeats"]
    tokens = facts["tokens"] + tokens_before(facts)
    one_pass = sum(repeats.get(source, 1.0) * n for source, n in pieces.items())
    return {source: repeats.get(source, 1.0) * tokens / one_pass for source in pieces}


def _sources(facts: dict[str, Any]) -> str:
    report, pieces, times = facts["text"]["report"], facts["text"]["pieces"], times_read(facts)
    total = sum(pieces[source] * times[source] for source in pieces)
    rows = [
        (
            source,
            f"{report.get('kept', {}).get(source, 0):,}",
            f"{report.get('words', {}).get(source, 0):,}",
            f"{n:,}",
            f"{times[source]:.2f}",
            f"{n * times[source] / total:.1%}",
            licence(source),
        )
        for source, n in pieces.items()
    ]
    head = ("source", "documents", "words", "pieces", "times read", "share of what was read", "licence")
    leaking = sum(report.get("leaking", {}).values())
    again = sum(report.get("repeated", {}).values())
    return (
        f"{_table(head, rows)}\n\nBefore that, {again:,} repeated documents were dropped, and {leaking:,} "
        f"that share a run of {report.get('words_in_a_run', 13)} words with a text that models are tested on "
        "or with one that is held out."
    )


def _training(facts: dict[str, Any]) -> list[tuple[str, str]]:
    recipe = facts["recipe"]
    hours, minutes = divmod(round(facts["seconds"] / 60), 60)
    ends = np.cumsum([share for share, _ in recipe["lengths"]]) * recipe["tokens"]
    phases = [(round(end), length) for end, (_, length) in zip(ends, recipe["lengths"], strict=True)]
    rows = [f"{length} until {tokens:,} tokens" for tokens, length in [*recipe["growth"], *phases]]
    how = [label for key, label in (("bf16", "bfloat16"), ("compile", "compiled")) if recipe[key]]
    return [
        ("tokens read", f"{facts['tokens']:,}"),
        *_read_before(facts),
        *_read_again(facts),
        *_masked(recipe),
        ("steps", f"{facts['steps']:,}"),
        ("time", f"{hours} h {minutes:02d} min" if hours else f"{facts['seconds']} s"),
        ("tokens a second", f"{facts['tokens'] / max(1, facts['seconds']):,.0f}"),
        ("places in a batch", f"{recipe['batch_tokens']:,}"),
        ("places in a row", ", then ".join(rows)),
        ("AdamW", f"rate {recipe['learning_rate']:g}, β {recipe['betas']}"),
        ("weight decay", f"{recipe['weight_decay']:g}"),
        ("warm-up", f"{recipe['warmup']:,} tokens"),
        ("decay", f"in a straight line, in the last {recipe['decay']:.0%} of the tokens"),
        ("computed in", ", ".join(how) or "float32"),
        ("seed", f"{recipe['seed']}"),
    ]


def _read_before(facts: dict[str, Any]) -> list[tuple[str, str]]:
    before = tokens_before(facts)
    return [("and before that, in other trainings", f"{before:,}")] if before else []


def _masked(recipe: dict[str, Any]) -> list[tuple[str, str]]:
    """Of BERT: how much it has to predict. Recipes from before there was a choice say nothing."""
    if recipe["config_class"] != "BertConfig" or "masked" not in recipe:
        return []
    return [("pieces to predict", f"{recipe['masked']:.0%}{', rows packed' if recipe['packed'] else ''}")]


def _read_again(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Of a model whose rows overlap, as XLNet's do with `reuse_len`: the tokens that a row has first."""
    if facts["recipe"]["config"].get("reuse_len") is None:
        return []
    return [("of these new, and not of the row before", f"{pieces_new(facts):,}")]


def _curve(log: Sequence[dict[str, Any]]) -> str:
    """Each loss as a line of blocks over the tokens read, and what it was at some of them."""
    lines = [line for line in log if line.get("losses")]
    if not lines:
        return ""
    names = list(dict.fromkeys(name for line in lines for name in line["losses"]))
    drawn = "\n".join(f"{name:>20}  {sparkline(_series(lines, name))}" for name in names)
    total = lines[-1]["tokens"]
    at = [next(line for line in lines if line["tokens"] >= s * total) for s in (0, 0.01, 0.1, 0.25, 0.5, 1)]
    rows = [
        (f"{line['tokens']:,}", *(f"{line['losses'][n]:.3f}" if n in line["losses"] else "" for n in names))
        for line in {line["step"]: line for line in at}.values()
    ]
    return f"Training losses, from the first step to the last:\n\n```\n{drawn}\n```\n\n" + _table(
        ("tokens", *names), rows
    )


def _series(lines: Sequence[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([line["losses"][name] for line in lines if name in line["losses"]])


def sparkline(values: np.ndarray, width: int = 60) -> str:
    """Numbers as a line of up to `width` blocks, the lowest for the smallest mean."""
    means = np.array([part.mean() for part in np.array_split(values, min(width, len(values)))])
    spread = np.ptp(means) or 1.0
    heights = ((means - means.min()) / spread * (len(_BLOCKS) - 1)).round().astype(int)
    return "".join(_BLOCKS[height] for height in heights)
