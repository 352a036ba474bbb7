"""The papers' figures beside ours."""

from typing import Any

from tlcourse.lessons.probing_for_structure import results
from tlcourse.lessons.probing_for_structure.in_words import EDGE_WAYS, edge_ways
from tlcourse.lessons.probing_for_structure.live import RANK
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

_HEWITT = "Hewitt and Manning 2019, table 1; quoted from memory, unverified: look it up before you cite it"
_TENNEY = "Tenney et al. 2019, table 2, development part"
_SAME = (
    "They: 40,000 sentences of the Wall Street Journal, BERT-base and BERT-large, up to 40 epochs. We: "
    "{sentences} of the web, distilled models of six layers, rank {rank}, as many epochs, states of one "
    "length. Both were tuned after their pretraining: DistilBERT to correct grammar, MiniLM to compare "
    "sentences. Their trees are made from phrases by rule, ours are Universal Dependencies, in which "
    "prepositions, too, hang on words of content."
)


_OURS = "Ours is a distilled and tuned model, and a probe of a few hundred steps."
_WHY_EDGES = {
    "parts of speech": f"They: OntoNotes, 48 tags. We: 1,200 sentences of English-EWT, 17 tags. {_OURS}",
    "dependencies": "The same treebank, English-EWT. They learn from its training part, we from 1,200 "
    f"sentences of its development part. {_OURS}",
    "names": f"They: OntoNotes, 18 kinds of names. We: 1,200 sentences of CoNLL-2003, 4 kinds. {_OURS}",
}


def _score(rows: Records, **fields: Any) -> str:
    return mean_sd(rows.where(**fields).scores, ".3f" if fields.get("measure") in ("DSpr", "NSpr") else ".1%")


def _ours(structural: Records, measure: str, models: list[str]) -> str:
    """Each model's layer that was chosen beforehand."""
    told = []
    for model in models:
        rows = structural.where(model=model, measure=measure)
        layer = results.compared_at(results.on_one_axis(structural, "UUAS"), model)
        if any(row["states"] == "trained" and row["layer"] == layer for row in rows):
            told.append(
                f"{model} layer {layer}: {_score(rows, states='trained', layer=layer, measure=measure)}"
            )
    return "; ".join(told)


def paper_rows(
    structural: Records, edge: Records, live_control: Records, sentences: str = "1,586 sentences"
) -> list[tuple[Any, ...]]:
    """Rows for `show.compare`: trees, baselines, depths, edge probing, control tasks.

    Args:
        live_control: as `in_words.with_selectivity` makes it.
    """
    models = [model for model in results.PUBLISHED if model in structural.values("model")]
    baselines = ", ".join(
        f"{name} {_score(structural.where(measure='UUAS', states=states, **more), measure='UUAS')}"
        for name, states, more in (
            ("left to right", "none", {}),
            ("random BiLSTM", "random BiLSTM over layer 0", {"model": models[0]}),
        )
        if any(row["states"] == states for row in structural)
    )
    rows = [
        (
            "distances, trained: UUAS",
            "ELMo layer 1 77.0, BERT-base layer 7 79.8, BERT-large layer 15 82.5",
            _HEWITT,
            _ours(structural, "UUAS", models),
            _SAME.format(sentences=sentences, rank=RANK),
        ),
        (
            "distances, trained: DSpr",
            "ELMo layer 1 0.83, BERT-base layer 7 0.85, BERT-large layer 15 0.86",
            _HEWITT,
            _ours(structural, "DSpr", models),
            "As above. Sentences of 5 to 50 words, punctuation counted, as theirs.",
        ),
        (
            "distances, baselines: UUAS",
            "left to right 48.9, random BiLSTM (Proj0) 59.8",
            _HEWITT,
            f"{baselines} ({models[0]}'s layer 0)",
            "Another treebank and convention decide how many edges join neighbours. Their Proj0 reads ELMo's "
            "characters, ours pieces.",
        ),
    ]
    if any(row["probe"] == "depth" and row["states"] == "trained" for row in structural):
        rows.append(
            (
                "depths: root %, NSpr",
                "BERT-base layer 7 88.0, 0.87; left to right 2.9, 0.27",
                _HEWITT,
                f"{_ours(structural, 'Root %', models)}; NSpr {_ours(structural, 'NSpr', models)}",
                "As in the first row.",
            )
        )
    return [*rows, *_edge_rows(edge_ways(edge)), _control_row(live_control)]


def _edge_rows(ways: Records) -> list[tuple[Any, ...]]:
    papers = {
        "parts of speech": "BERT-base lex 88.3, mix 96.5 F1",
        "dependencies": "BERT-base lex 80.2, mix 95.4 F1",
        "names": "BERT-base lex 89.7, mix 96.0 F1",
    }
    short = {name: way for way, name in EDGE_WAYS.items()}
    found = []
    for task, paper in papers.items():
        if task not in ways.values("task"):
            continue
        model = ways.where(task=task).values("model")[0]
        one = ways.where(task=task, model=model)
        told = ", ".join(f"{short[name]} {mean_sd(rows.scores, '.1%')}"
                         for name, rows in one.by("way").items() if short[name] != "cat")  # fmt: skip
        found.append(
            (
                f"edge probing: {task}",
                paper,
                _TENNEY,
                f"{model}: {told}",
                _WHY_EDGES[task],
            )
        )
    return found


def _control_row(rows: Records) -> tuple[Any, ...]:
    told = "; ".join(
        f"{reads}: selectivity {mean_sd(one.scores, '.1%')}"
        for reads, one in rows.where(task="selectivity").by("reads").items()
    )
    return (
        "parts of speech and their control task",
        "popular probes of ELMo are not selective; its layer 1 is tagged slightly better than 2, and layer "
        "2 is substantially more selective",
        "Hewitt and Liang 2019, abstract",
        told,
        "They: ELMo, the Wall Street Journal. We: DistilBERT, 17 tags, a few hundred "
        "sentences; of words that were not among them no probe can know the answer that was drawn, which "
        "keeps it selective.",
    )
