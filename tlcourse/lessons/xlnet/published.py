"""The paper's figures beside ours."""

from typing import Any

from tlcourse.probe import loss_by_place, neighbours
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd
from tlcourse.show.zoo_reading import have_read

# Yang et al. 2019, table 6, section 3.4: medians of five runs at BERT-base's size; RACE, SQuAD 2.0 F1, MNLI
# (matched), SST-2.
ABLATIONS = {
    "BERT-base": (64.3, 76.30, 84.34, 92.78),
    "BERT's task on Transformer-XL": (65.03, 79.56, 84.88, 92.60),
    "XLNet, K = 7": (66.05, 81.33, 85.84, 92.66),
    "XLNet, K = 6": (66.66, 80.98, 85.63, 93.35),
    "K = 6, no memory": (65.55, 80.15, 85.32, 92.78),
    "K = 6, single pieces instead of spans": (65.95, 80.61, 85.49, 93.12),
    "K = 6, all rows forwards": (66.34, 80.65, 85.31, 92.66),
    "K = 6, with next sentence prediction": (66.76, 79.83, 85.32, 92.89),
}
COLUMNS = ("RACE", "SQuAD 2.0, F1", "MNLI", "SST-2")


def ablations() -> list[dict[str, object]]:
    """The paper's table as rows of ours."""
    return [
        {"way": way}
        | {
            name: f"{value:g}" if name == "RACE" and way == "BERT-base" else f"{value:.2f}"
            for name, value in zip(COLUMNS, row, strict=True)
        }
        for way, row in ABLATIONS.items()
    ]


def rows(tasks: Records, memory: Records, pairs: Records, sight: Records) -> list[tuple[Any, ...]]:
    """Four rows: against BERT, without the memory, what is predicted, and New York."""
    yang = "Yang et al. 2019, "

    def task(name: str) -> str:
        some = tasks.where(task=name)
        return " / ".join(mean_sd(some.where(model=m).scores, ".1%") for m in ("bert-mini", "xlnet-mini"))

    def loss(way: str) -> str:
        some = memory.where(order=loss_by_place.PERMUTED, memory=way).mean_over("part")
        return mean_sd(some.scores, ".2f")

    def gap(model: str, kind: str) -> str:
        return f"{pairs.where(model=model, pairs=kind, measure='gap').mean:.2f}"

    sixths = sorted(sight.values("sixth"))
    return [
        (
            "BERT / XLNet, same text",
            "MNLI 87.3 / 88.4, RTE 74.0 / 81.2, SST-2 94.0 / 94.4 (large, fine-tuned; of three variants of "
            "BERT the best)",
            yang + "table 1, section 3.2",
            f"topic of news {task('topic of news')}, sentiment of films {task('sentiment of films')}, names "
            f"{task('names (silver)')} (100 labels, frozen)",
            "Theirs are fifty times as large, went many times through 13 GB of text, and are fine-tuned. "
            f"{have_read(['bert-mini', 'xlnet-mini'])}; BERT in pairs of passages, XLNet in rows with a "
            "memory, half of them twice.",
        ),
        (
            "memory: with / without",
            "RACE 66.66 / 65.55, MNLI 85.63 / 85.32, SST-2 93.35 / 92.78",
            yang + "table 6, section 3.4",
            f"loss {loss(loss_by_place.ON)} / {loss(loss_by_place.OFF)}; another article's memory, which "
            f"the paper has not, {loss(loss_by_place.OTHER)}",
            "They train without it. We take it away from a model that was trained with it, and look at its "
            "loss, not at a task.",
        ),
        (
            "how many are predicted: K = 7 / K = 6",
            "RACE 66.05 / 66.66, MNLI 85.84 / 85.63, SST-2 92.66 / 93.35",
            yang + "table 6, section 3.4",
            f"loss of the first sixth of an order {sight.where(sixth=sixths[0]).mean:.2f}, of the last "
            f"{sight.where(sixth=sixths[-1]).mean:.2f}",
            "We train no other K. What we can show is how little a piece has to go by that comes early.",
        ),
        (
            "log p(New York) given the rest: BERT / XLNet",
            "an example without figures: “given the same target”, XLNet “always learns more dependency "
            "pairs”",
            yang + "section 2.6",
            f"gap 0, by definition / {gap('XLNet', neighbours.HIGH)} nats (controls "
            f"{gap('XLNet', neighbours.LOW)}); bert-mini one by one {gap('BERT', neighbours.HIGH)} "
            f"(controls {gap('BERT', neighbours.LOW)})",
            "Theirs is an argument about the objective. Asked one by one, BERT's weights have learned such "
            "pairs too.",
        ),
    ]
