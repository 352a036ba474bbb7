"""Heads as parsers: what the treebank's results say of a model, and the paper's relations beside ours."""

from collections.abc import Collection
from dataclasses import dataclass

from tlcourse.probe import head_parsers
from tlcourse.show.prose import listed
from tlcourse.show.records import Records
from tlcourse.show.tables import Strong

# Nine of the relations of Clark et al. 2019, table 1, the highest of BERT-base's heads first: the name in
# Universal Dependencies, the best head's accuracy, the best fixed offset's. UD has none for `prep`: there a
# preposition depends on its noun.
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
        outwards: the dependent looks at its head in the tree; else that head looks at it.
        words: how many there are of it.
        low, high: the 95 % interval of `head` − `offset`.
    """

    relation: str
    layer: int
    number: int
    head: float
    offset: float
    low: float
    high: float
    outwards: bool
    words: int

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

    @property
    def label(self) -> str:
        """The same in a figure: → where the dependent looks at its head, ← where it is looked at."""
        return f"{self.layer + 1}·{self.number + 1} {'→' if self.outwards else '←'}"


def of_model(results: Records, model: str, seed: int = 0) -> dict[str, Found]:
    """The relations of `PAPER`, in its order, as far as UD has them."""
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
            relation,
            head["layer"],
            head["head"],
            head["score"],
            offset["score"],
            gap["low"],
            gap["high"],
            head["direction"] == head_parsers.DIRECTIONS[0],
            head["words"],
        )
    return found


def untrained(results: Records, model: str) -> dict[str, list[float]]:
    """The same of twins with random weights: relation → the best head's accuracy, a number for each seed."""
    rows = results.where(model=f"{model}, untrained", part="test", reader="head")
    return {relation: list(rows.where(relation=relation).scores) for relation in MEANS}


def beside_the_paper(results: Records, models: dict[str, str]) -> list[dict[str, object]]:
    """Rows of a table: nine of the paper's relations, best head / best offset, in BERT-base and in ours.

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


def told(results: Records, models: dict[str, str], drawn: Collection[str]) -> str:
    """For each model how many of the relations a head finds more often than the best offset, and which not.

    Args:
        models: as the results name them → as the text does.
        drawn: those of them that the figure shows; the others are marked, and left out of the last sentence.
    """
    lines = [
        "A head *beats* the best offset if the whole 95% interval of the difference is above 0 (bootstrap: "
        "the sentences are drawn anew, with repeats, many times).\n"
    ]
    for model, shown in models.items():
        name = f"**{shown}**" if model in drawn else f"**{shown}** (not drawn)"
        lines.append(f"- {name}: {_of_one(of_model(results, model))}")
    heads = listed(f"{_over_all(results, model, 'head'):.0%} in {models[model]}" for model in drawn)
    offset = max(_over_all(results, model, "offset") for model in drawn)
    lines.append(
        f"\nOver all relations together the best single head finds {heads}, the best offset {offset:.0%}."
    )
    return "\n".join(lines)


def _over_all(results: Records, model: str, reader: str) -> float:
    return results.where(model=model, part="test", seed=0, relation=head_parsers.ALL, reader=reader)[0][
        "score"
    ]


def _of_one(found: dict[str, Found]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for one in found.values():
        by_verdict.setdefault(one.verdict, []).append(one.relation)
    above = by_verdict.get("above", [])
    if not above:
        return f"no head beats the best offset, for any of {len(found)} relations."
    best = max((found[name] for name in above), key=lambda one: one.head - one.offset)
    most = "each of the" if len(above) == len(found) else f"{len(above)} of"
    text = (
        f"a single head beats the best offset for {most} {len(found)} relations, by most for "
        f"`{best.relation}`, {best.head:.0%} against {best.offset:.0%} ({best.name})"
    )
    for verdict, words in (("luck", "within luck of it"), ("below", "below it")):
        if names := by_verdict.get(verdict):
            text += f"; for {listed(f'`{name}`' for name in names)} the head is {words}"
    return f"{text}.{_several([found[name] for name in above])}"


def _several(above: list[Found]) -> str:
    """Which heads serve several relations, if any."""
    served: dict[str, list[str]] = {}
    for one in above:
        served.setdefault(one.name, []).append(f"`{one.relation}` ({'→' if one.outwards else '←'})")
    told = [f"{name} for {listed(some)}" for name, some in served.items() if len(some) > 1]
    return f" Some heads are the best for several: {'; '.join(told)}." if told else ""


def of_untrained(results: Records, models: dict[str, str]) -> str:
    """Whether heads with random weights do as well."""
    measured = {one: name for one, name in models.items() if f"{one}, untrained" in results.values("model")}
    text = ""
    if measured:
        told = []
        for model, shown in measured.items():
            trained, blind = of_model(results, model), untrained(results, model)
            ahead = [name for name, one in trained.items() if one.head > max(blind[name])]
            same = "all" if len(ahead) == len(trained) else f"{len(ahead)}"
            n = len(next(iter(blind.values())))
            told.append(f"{same} of the {len(trained)} relations in {shown} ({n} twins)")
        text = (
            "Choosing the best of many heads could find something in noise. So the same was done with "
            "random weights, on a part of these sentences: the trained head is above the best untrained "
            f"one for {listed(told)}. "
        )
    if missing := [name for one, name in models.items() if one not in measured]:
        text += (
            f"No twin of {listed(missing)} with random weights was measured: how much of this heads find "
            "without any training, we do not know."
        )
    return text.strip()
