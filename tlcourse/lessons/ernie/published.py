"""What the authors report, and what is beside it here.

The figures of GLUE are the test results in the README of the authors' repository (PaddlePaddle/ERNIE, of
ERNIE 2.0), which says which tasks the English and which the Chinese model was trained on.
"""

from collections.abc import Mapping
from typing import Any

from tlcourse.lessons.ernie import in_words
from tlcourse.lessons.ernie.in_words import BERT
from tlcourse.lessons.ernie.on_news import ERNIE
from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd
from tlcourse.show.zoo_reading import have_read, read_most
from tlcourse.train.pretraining.ernie_tasks import DISTANCE, ORDER, TASKS

_README = "Sun et al. 2020, GLUE test; as in the authors’ README"
CLAIM = (
    "The talk that this course follows repeats the paper’s abstract: ERNIE 2.0 “outperforms BERT and XLNet "
    "on 16 tasks”. The authors’ README counts them: seven of GLUE (on the development sets; on MNLI, the "
    "eighth, XLNet-large is ahead, 89.8 to 89.1) and nine Chinese ones, where it is compared with BERT and "
    "ERNIE 1.0, not with XLNet. The claim is about fine-tuning; frozen states are no test of it."
)
# Task → was it used for the English model, for the Chinese one, and here (README, “Pre-Training Tasks”).
USED = (
    ("knowledge masking", "words", True, True, True),
    ("capitalisation", "words", True, False, True),
    ("token in document", "words", True, False, True),
    ("sentence order", "structure", True, True, True),
    ("sentence distance", "structure", False, True, True),
    ("discourse relation", "meaning", True, True, False),
    ("relevance of a title to a query", "meaning", False, True, False),
)


def tasks() -> list[dict[str, object]]:
    """Rows of a table: the seven tasks, and who learned them."""
    return [
        {
            "task": name,
            "about": about,
            "their English model": english,
            "their Chinese model": chinese,
            "ernie-mini": here,
        }
        for name, about, english, chinese, here in USED
    ]


def of_reading() -> str:
    """How much ernie-mini and bert-mini have read of the same text."""
    return f"Of the same text, {have_read([ERNIE, BERT])}."


def _unequal() -> bool:
    """Whether one of the two has read more."""
    return any(read_most(name, (ERNIE, BERT)) for name in (ERNIE, BERT))


def of_card(facts: Mapping[str, Any]) -> str:
    """What became of sentence order in the small model's own training, on unread text."""
    order, distance = TASKS[ORDER], TASKS[DISTANCE]
    begun = {
        task: min((line["tokens"] for line in facts["log"] if task in line.get("losses", {})), default=None)
        for task in (order, distance)
    }
    taken = [(line["tokens"], line["held_out"]) for line in facts["log"] if line.get("held_out")]
    if None in begun.values() or not taken:
        return ""
    before = [one for one in taken if begun[order] <= one[0] < begun[distance]]
    if not before or order not in taken[-1][1]:
        return ""
    (then, first), (now, last) = before[-1], taken[-1]
    moved = last[order] - first[order]
    verb = "rose" if moved > 0.02 else "fell" if moved < -0.02 else "hardly moved,"
    fate = "was forgotten in part" if moved > 0.02 else "was not forgotten: it went on being read"
    return (
        f"And `{ERNIE}` itself? After sentence distance had come in, its loss in sentence order on unread "
        f"text {verb} from {first[order]:.2f} (at {then / 1e6:.0f} million pieces) to {last[order]:.2f} (at "
        f"{now / 1e6:.0f} million). The older task {fate}. One training, no spread."
    )


def paper_rows(suite: Records, pairs: Records | None) -> list[tuple[Any, ...]]:
    """The authors' figures beside ours; of the pairs only what was measured."""
    rows: list[tuple[Any, ...]] = [
        (
            "all of GLUE: ERNIE 2.0 / BERT",
            "base 80.6 / 78.3, large 83.6 / 80.5",
            _README,
            in_words.of_models(suite),
            "They fine-tune, and ERNIE 2.0 read more than BERT (Reddit and discourse relations besides). "
            f"Ours read the same text: {have_read([ERNIE, BERT])}. They are frozen; what is compared is "
            f"the way of training{' and how much was read' if _unequal() else ''}, once each.",
        )
    ]
    theirs = {
        "acceptability": ("CoLA, Matthews correlation", "base 55.2 / 52.1"),
        "similarity": ("STS-B, Spearman’s ρ", "base 86.5 / 85.8"),
        "entailment": ("RTE, accuracy", "base 74.8 / 66.4"),
    }
    for task, (what, figures) in theirs.items():
        if pairs is not None and task in pairs.values("task"):
            rows.append(
                (f"{what}: ERNIE 2.0 / BERT", figures, _README, _both(pairs, task), _why(pairs, task))
            )
    films = "sentiment of films, all labels"
    if films in suite.values("task"):
        rows.append(
            (
                "SST-2, sentiment of film reviews, accuracy: ERNIE 2.0 / BERT",
                "base 95.0 / 93.5",
                _README,
                _both(suite, films, ".1%"),
                _of_films(suite.where(task=films)),
            )
        )
    return rows


def _both(records: Records, task: str, spec: str = ".3f") -> str:
    rows = records.where(task=task)
    return " / ".join(mean_sd(rows.where(model=model).scores, spec) for model in (ERNIE, BERT))


def _of_films(rows: Records) -> str:
    verdict = difference(rows.where(model=ERNIE), rows.where(model=BERT)).says(
        above="Ours is above bert-mini",
        below="Ours is below bert-mini",
        luck="Ours are within luck of each other",
    )
    return f"{verdict}. Snippets of reviews, 8,000 labels, frozen, a linear model on top."


def _why(pairs: Records, task: str) -> str:
    rows = pairs.where(task=task)
    twin = rows.by("model").get("random twin")
    ours = rows.where(model=ERNIE)
    if task == "entailment" and abs(ours.mean - 0.5) < 0.03:
        return "Ours are at chance, 50%: frozen, with 600 labels, no gain can be looked for."
    if difference(ours, rows.where(model=BERT)).verdict == "below":
        return (
            "The other way round: ours is below bert-mini, outside the spread. Frozen, a linear model on "
            "top; words in common alone (counts) reach much of it."
        )
    if twin is not None and difference(ours, twin).verdict != "above":
        return (
            "Frozen, ours can’t be told from weights that were never trained: what this task needs, its "
            "states do not offer. A gain can’t be looked for here."
        )
    return "Frozen, few labels, a linear model; theirs are fine-tuned, and 16 times as large."
