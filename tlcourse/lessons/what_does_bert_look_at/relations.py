"""Heads as parsers: what the treebank's results say of a model, and the paper's relations beside ours."""

from dataclasses import dataclass

from tlcourse.show.records import Records
from tlcourse.show.tables import Strong

# Clark et al. 2019, table 1, in the paper's order: the name in Universal Dependencies, the best head's
# accuracy, the best fixed offset's. UD has none for `prep`: there a preposition depends on its noun.
PAPER = {
    "det": ("det", 94.3, 51.7),
    "dobj": ("obj", 86.8, 40.0),
    "auxpass": ("aux:pass", 82.5, 40.5),
    "aux": ("aux", 81.1, 71.5),
    "poss": ("nmod:poss", 80.5, 47.7),
    "pobj": ("case", 76.3, 34.6),
    "amod": ("amod", 75.6, 68.3),
    "prep": (None, 66.7, 61.8),
    "nsubj": ("nsubj", 58.5, 45.5),
}
# UD's names in plain words.
MEANS = {
    "det": "article → noun",
    "obj": "object → verb",
    "aux:pass": "passive auxiliary → verb",
    "aux": "auxiliary → verb",
    "nmod:poss": "owner → noun",
    "case": "preposition → noun",
    "amod": "adjective → noun",
    "nsubj": "subject → verb",
}


@dataclass(frozen=True)
class Found:
    """One relation in one model, on test sentences; layer and head count from 0, as in the results.

    Attributes:
        low, high: the 95 % interval of `head` − `offset`.
    """

    relation: str
    layer: int
    number: int
    head: float
    offset: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Of the head against the offset: above, below, or within luck."""
        if self.low > 0:
            return "above"
        return "below" if self.high < 0 else "luck"

    @property
    def name(self) -> str:
        """As figures and the attention view count."""
        return f"layer {self.layer + 1}, head {self.number + 1}"


def of_model(results: Records, model: str, seed: int = 0) -> dict[str, Found]:
    """The paper's relations, in its order, as far as UD has them."""
    rows = results.where(model=model, part="test", seed=seed)
    found = {}
    for relation, _, _ in PAPER.values():
        if relation is None:
            continue
        head, offset, gap = (
            rows.where(relation=relation, reader=reader)[0]
            for reader in ("head", "offset", "head minus offset")
        )
        found[relation] = Found(
            relation, head["layer"], head["head"], head["score"], offset["score"], gap["low"], gap["high"]
        )
    return found


def untrained(results: Records, model: str) -> dict[str, list[float]]:
    """The same of twins with random weights: relation → the best head's accuracy, a number for each seed."""
    rows = results.where(model=f"{model}, untrained", part="test", reader="head")
    return {relation: list(rows.where(relation=relation).scores) for relation in MEANS}


def beside_the_paper(results: Records, models: dict[str, str]) -> list[dict[str, object]]:
    """Rows of a table: the paper's nine relations, best head / best fixed offset, in BERT-base and in ours.

    Args:
        models: as the results name them → as the table does.
    """
    ours = {model: of_model(results, model) for model in models}
    lines = []
    for name, (relation, head, offset) in PAPER.items():
        line: dict[str, object] = {
            "paper": name,
            "UD": f"{relation}: {MEANS[relation]}" if relation else "none: there the noun is the head",
            "BERT-base": f"{head} / {offset}",
        }
        for model, shown in models.items():
            line[shown] = _cell(ours[model][relation]) if relation else "–"
        lines.append(line)
    return lines


def _cell(one: Found) -> str:
    text = f"{100 * one.head:.1f} / {100 * one.offset:.1f}"
    return Strong(text) if one.verdict == "above" else text


def told(results: Records, model: str, shown: str) -> str:
    """How many of the relations a head finds more often than the best offset, and which it does not."""
    found = of_model(results, model)
    by_verdict: dict[str, list[str]] = {}
    for one in found.values():
        by_verdict.setdefault(one.verdict, []).append(one.relation)
    above = by_verdict.get("above", [])
    if not above:
        return (
            f"In {shown} no head beats the best offset outside the spread, for any of {len(found)} relations."
        )
    best = max((found[name] for name in above), key=lambda one: one.head - one.offset)
    most = "each of the" if len(above) == len(found) else f"{len(above)} of"
    text = (
        f"In {shown} a single head beats the best offset, outside the spread, for {most} {len(found)} "
        "relations: by "
        f"most for `{best.relation}`, {best.head:.0%} against {best.offset:.0%} ({best.name})"
    )
    for verdict, words in (("luck", "within luck of it"), ("below", "below it")):
        if names := by_verdict.get(verdict):
            text += f"; for {' and '.join(f'`{name}`' for name in names)} the head is {words}"
    return text + "."


def of_untrained(results: Records, model: str, shown: str) -> str:
    """Whether heads with random weights do as well."""
    if f"{model}, untrained" not in results.values("model"):
        return (
            f"No twin of {shown} with random weights was measured: how much of this heads find without any "
            "training, we do not know."
        )
    trained, blind = of_model(results, model), untrained(results, model)
    ahead = [name for name, one in trained.items() if one.head > max(blind[name])]
    n = len(next(iter(blind.values())))
    same = "all" if len(ahead) == len(trained) else f"{len(ahead)}"
    return (
        "Choosing the best of many heads could find something in noise. So the same was done, on a part of "
        f"these sentences, in {n} {'twins' if n > 1 else 'twin'} of {shown} with random weights: the trained "
        f"head is above the best untrained one for {same} of the {len(trained)} relations."
    )
