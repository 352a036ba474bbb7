"""What bert-as-service published, beside ours: as ratios of its own first row, for the machines differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from tlcourse.lessons.serving_embeddings.in_words_of_choices import BY_DEFAULT, LAST, gap_of, of_layer, told
from tlcourse.show.records import Records

SOURCE = "bert-as-service, benchmark of release 1.4 (December 2018), the same up to 1.9.9; one Tesla M40"
FAQ = "bert-as-service, its list of questions, release 1.9.9"
SBERT = "Reimers and Gurevych 2019, table 1; sbert.net, STS models"
SBERT_MEAN, SBERT_CLS, SBERT_GLOVE = 0.4635, 0.1650, 0.5802  # Spearman's correlation
# Texts a second of BERT-base, one GPU.
BY_LENGTH = {20: 903, 40: 473, 80: 231, 320: 54}
BY_REQUEST = {1: 75, 16: 332, 256: 382}


def ratios(values: Mapping[int, float]) -> dict[int, float]:
    """Each as a part of the first."""
    first = next(iter(values.values()))
    return {key: value / first for key, value in values.items()}


def _listed(values: Mapping[int, float], spec: str) -> str:
    return ", ".join(f"{key}: {value:{spec}}" for key, value in [*ratios(values).items()][1:])


def _measured(speed: Records, way: str, field: str) -> dict[int, float]:
    some = speed.where(measure="texts a second", way=way)
    return {key: some.where(**{field: key}).mean for key in sorted(some.values(field))}


def paper_rows(speed: Records, layers: Records) -> list[tuple[Any, ...]]:
    """Rows for `show.compare`: length, texts in a request, the layer, [CLS]."""
    return [
        _length_row(speed),
        _request_row(speed),
        *_layer_rows(layers, ("bert-mini", "minilm")),
        _cls_row(layers),
        _glove_row(layers),
    ]


def _length_row(speed: Records) -> tuple[Any, ...]:
    ours = _measured(speed, "served, by length", "length")
    theirs, mine = ratios(BY_LENGTH), ratios(ours)
    both = [length for length in theirs if length in mine][1:]
    steeper = [length for length in both if mine[length] < theirs[length]]
    how = "falls at least as steeply" if len(steeper) == len(both) else "falls less steeply"
    return (
        f"texts a second by length, as a part of that with {next(iter(BY_LENGTH))} tokens",
        _listed(BY_LENGTH, ".2f"),
        SOURCE,
        _listed(ours, ".2f"),
        f"Twice as long, half as many: the work is in products for each token, there and here. Ours {how} "
        f"at {' and '.join(map(str, both))} tokens. They: BERT-base on a GPU; we: MiniLM on two cores, "
        "which reads no more than 256 tokens.",
    )


def _request_row(speed: Records) -> tuple[Any, ...]:
    ours = _measured(speed, "served, by request", "at_once")
    theirs, mine = ratios(BY_REQUEST)[16], ratios(ours)[16]
    more = "more" if mine > theirs else "less"
    return (
        "texts a second by texts in a request, as multiples of a single one",
        _listed(BY_REQUEST, ".1f"),
        SOURCE,
        _listed(ours, ".1f"),
        f"One client, 40 tokens. With 16 in a request we gain {more} than they do. A GPU computes "
        "thousands of products at once, and one text leaves most of it idle; two cores are busy sooner, "
        "and a lone text keeps the second one idle.",
    )


def _layer_rows(layers: Records, models: Sequence[str]) -> list[tuple[Any, ...]]:
    rows = []
    for model in models:
        gap = gap_of(layers, model, BY_DEFAULT, LAST)
        ours = f"{told(of_layer(layers, model, BY_DEFAULT))} and {told(of_layer(layers, model, LAST))}"
        trained = (
            "was trained on, for sentences: its last layer is what was trained"
            if model == "minilm"
            else "was trained to guess hidden words, as BERT was"
        )
        verdict = gap.says(
            above="The one before the last is better",
            below="The last is better",
            luck="The two cannot be told apart",
        )
        rows.append(
            (
                f"layer −2 and the last, {model}: agreement with people",
                "−2 is the default; the last “may be biased” to the pretraining targets; no figure",
                FAQ,
                ours,
                f"{verdict}. This model {trained}.",
            )
        )
    return rows


def _cls_row(layers: Records) -> tuple[Any, ...]:
    mean, first = (
        of_layer(layers, "bert-mini", BY_DEFAULT, pooling) for pooling in ("REDUCE_MEAN", "CLS_TOKEN")
    )
    gap = gap_of(layers, "bert-mini", BY_DEFAULT, BY_DEFAULT, ("REDUCE_MEAN", "CLS_TOKEN"))
    return (
        "[CLS] of a model that was not tuned, bert-mini, layer −2: agreement with people",
        f"{SBERT_CLS:.3f} by bert-as-service; the mean {SBERT_MEAN:.3f}",
        SBERT,
        f"{told(first)}; the mean {told(mean)}",
        gap.says(
            above="So it is: nothing in its pretraining asks [CLS] for the meaning of one sentence.",
            below="Not here: [CLS] is the better vector of the two.",
            luck="Here the two cannot be told apart.",
        ),
    )


def _glove_row(layers: Records) -> tuple[Any, ...]:
    ours = layers.where(task="alike", model="GloVe, averaged")
    return (
        "GloVe, averaged: agreement with people",
        f"{SBERT_GLOVE:.3f}",
        SBERT,
        told(ours),
        "Theirs has 300 numbers for a word, ours 50, and ours is a plain mean: function words count as "
        "much as all "
        "others. There GloVe is above the mean of BERT; here it is not, so take our dashed line for a "
        "low one.",
    )
