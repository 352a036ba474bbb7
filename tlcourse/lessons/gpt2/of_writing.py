"""The sentences and tables of lesson GPT-2 on what models write: summaries, repetition, detection."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from tlcourse.data import bbc_news, runs_of_words
from tlcourse.lessons.gpt2.four import ALL, SMALL, Size
from tlcourse.lessons.gpt2.in_words import MINI
from tlcourse.models.pretrained import writers
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe import generated_text, summaries, token_ranks
from tlcourse.probe.generated_text import WAYS, Begun
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed, signed
from tlcourse.show.records import Records
from tlcourse.train.finetuning import trainings

PEOPLE = "people"
RUNS = (4, 6, 8)
_SAID = tuple(WAYS)
_LIVE = 72  # pieces that gpt2-mini writes here: its pieces are those that are judged


def of_tldr(tldr: Records) -> str:
    """Does the hint help, and is the summary better than a sentence of the article?"""
    hinted, plain = summaries.HINTS
    told = []
    for name in ALL:
        rows = tldr.where(model=name)
        gap = difference(rows.where(way=hinted), rows.where(way=plain))
        luck = "" if gap.verdict in ("above", "below") else " (within luck)"
        told.append(f"{name} {signed(100 * gap.mean, '.1f')}{luck}")
    rows = tldr.where(model=SMOLLM2, way=hinted)
    beside = []
    for way in summaries.BASELINES:
        gap = difference(rows, tldr.where(way=way, model="–"))
        beside.append(f"{gap.says(above='above', below='below', luck='level, for these draws, with')} {way}")
    return (
        f"What the hint adds to ROUGE-1, in points: {listed(told)}. With it, {SMOLLM2} is "
        f"{listed(beside)} of the article: "
        "the first words of a news article are a summary already, and hard to beat."
    )


def written(
    n_texts: int, ways: Sequence[str] = _SAID, seed: int = 0, name: str = MINI
) -> tuple[Begun, dict[str, list[str]]]:
    """Beginnings of articles with what people wrote then, and for each way what a model writes."""
    writer, begun = writers.load(name), generated_text.beginnings(seed, n_texts)
    texts = {way: generated_text.continued(writer, begun, WAYS[way], seed, _LIVE) for way in ways}
    trainings.give_back_memory()
    return begun, texts


def shown(begun: Begun, texts: Mapping[str, list[str]], which: int = 0, n: int = 34) -> list[dict[str, str]]:
    """Rows of a table: how one of the texts goes on."""
    given, people = begun[which]
    rows = [{"chosen by": "given", "the text": f"{given} …"}]
    for name, text in {PEOPLE: people, **{way: some[which] for way, some in texts.items()}}.items():
        rows.append({"chosen by": name, "the text": " ".join(text.split()[:n]) + " …"})
    return rows


def read_before(begun: Begun, texts: Mapping[str, list[str]], seed: int, run: int = 4) -> Records:
    """The share of each one's runs of words that stand in the BBC's training articles, now."""
    flat = {PEOPLE: [people for _, people in begun], **texts}
    asked = runs_of_words.Asked([generated_text.cut(text) for some in flat.values() for text in some], run)
    news = bbc_news.load()
    asked.look_in_texts(news.texts[i] for i in news.train_index)
    shares = asked.shares().reshape(len(flat), -1)
    return Records(
        {"chosen by": name, "run": f"runs of {run}, now", "seed": seed, "score": float(np.nanmean(row))}
        for name, row in zip(flat, shares, strict=True)
    )


def overlap_table(overlap: Records, name: str = MINI) -> Records:
    """People's texts and one model's, way by way, for each length of run."""
    rows = [*overlap.where(model=PEOPLE), *overlap.where(model=name)]
    return Records(
        {"chosen by": PEOPLE if row["model"] == PEOPLE else row["way"], "run": f"runs of {row['run']}",
         "seed": row["seed"], "score": row["score"]} for row in rows
    )  # fmt: skip


def of_overlap(overlap: Records, run: int = 6) -> str:
    """Who repeats what was read: each way against people, the sizes, and runs of the paper's length."""
    rows = overlap.where(run=run)
    people = rows.where(model=PEOPLE)
    more, fewer, luck = [], [], []
    for way in WAYS:
        gap = difference(rows.where(model=MINI, way=way), people)
        {"above": more, "below": fewer}.get(gap.verdict, luck).append(way)
    sides = [
        f"{word}: {listed(ways)}"
        for word, ways in (
            ("more often than people's", more),
            ("less often", fewer),
            ("cannot be told", luck),
        )
        if ways
    ]
    sizes = [rows.where(model=name, way="the likeliest") for name in SMALL]
    told = listed(f"{name} {some.mean:.1%}" for name, some in zip(SMALL, sizes, strict=True))
    trend = difference(sizes[-1], sizes[0]).says(
        above="the larger model repeats more, outside the spread",
        below="the *smallest* model repeats more than the largest, outside the spread",
        luck="three draws cannot tell which size repeats more",
    )
    longest = overlap.where(run=8, model=[PEOPLE, MINI])
    eight = listed(
        f"{name} {some.mean:.2%}"
        for name, some in (
            (PEOPLE, longest.where(model=PEOPLE)),
            ("the likeliest", longest.where(model=MINI, way="the likeliest")),
            ("top-k", longest.where(model=MINI, way="top-k, k = 40")),
        )
    )
    return (
        f"Runs of {run} words of people's articles, which no model has read, stand in the sources in "
        f"{people.mean:.1%} of cases: phrases that everybody uses. {MINI}'s runs beside them, "
        f"outside the spread: "
        f"{'; '.join(sides)}. With the likeliest piece each time, by size: {told}; {trend}. Runs of "
        f"eight, the "
        f"paper's length, are rare with everybody here ({eight})."
    )


def of_other_text(overlap: Records, run: int = 6) -> str:
    """A model that read another text; it is larger, too."""
    rows = overlap.where(run=run, way="the likeliest")
    gap = difference(rows.where(model=SMOLLM2), rows.where(model=MINI))
    said = gap.says(above="more than", below="fewer than", luck="within luck of")
    return (
        f"{SMOLLM2} learned from another text. Its likeliest pieces make runs of {run} that stand "
        f"in *these* sources "
        f"in {rows.where(model=SMOLLM2).mean:.1%} of cases, {said} gpt2-mini's. But it is also "
        f"larger, loops less, and "
        "does not write film reviews: this cannot tell reading from size."
    )


def by_heart(overlap: Records) -> str:
    """The answer to the section's question, as far as there is one."""
    most = max(overlap.where(run=8, model=name, way=way).mean for name in SMALL for way in WAYS)
    eight = "Runs of eight words, which could be" if most < 0.1 else "Runs of eight words, which may be"
    return (
        "So, learned, or learned by heart? What the likeliest pieces repeat are commonplaces of "
        "four and six words (*it "
        f"is a very good film*), again and again. {eight} cuttings, are at most {most:.1%} of what "
        f"any of our three "
        "writes, in any of the four ways."
    )


def told_apart(judge: Size, begun: Begun, texts: Mapping[str, list[str]], seed: int) -> Records:
    """AUROC of each way's texts against people's, judged now."""
    rows = []
    for way, some in texts.items():
        found = generated_text.detected(judge.model, generated_text.pairs(begun, some), seed)
        rows += [{"chosen by": way, "by": how, "seed": seed, "score": score} for how, score in found.items()]
    trainings.give_back_memory()
    return Records(rows)


def of_detected(detected: Records) -> str:
    """Which way and which writer are hardest to tell."""
    rows = detected.where(judge=MINI, by="classifier")
    lines = []
    for name, some in rows.by("model").items():
        hardest = min(some.values("way"), key=lambda way: some.where(way=way).mean)
        first, last = (some.where(way=way) for way in (hardest, "the likeliest"))
        gap = difference(last, first)
        lines.append(
            f"- **{name}**: hardest to tell is “{hardest}” ({first.mean:.2f}), "
            + gap.says(
                above=f"below the likeliest ({last.mean:.2f}) outside the spread",
                below=f"and yet the likeliest has {last.mean:.2f}",
                luck=f"which three draws cannot tell from the likeliest ({last.mean:.2f})",
            )
        )
    own = rows.where(way="all pieces")
    sizes = [own.where(model=name) for name in SMALL]
    gap = difference(sizes[-1], sizes[0])
    trend = gap.says(
        below="Drawn from all pieces, the larger of our models is harder to tell than the smallest.",
        above="Drawn from all pieces, the larger of our models is *easier* to tell than the smallest.",
        luck="Drawn from all pieces, three draws cannot tell the smallest of our models from the largest.",
    )
    nucleus = [rows.where(way="nucleus, p = 0.9", model=name) for name in SMALL]
    told = listed(f"{name} {some.mean:.2f}" for name, some in zip(SMALL, nucleus, strict=True))
    side = difference(nucleus[-1], nucleus[0]).says(
        above="it is the other way round: the largest is easier to tell than the smallest",
        below="the largest is harder to tell than the smallest, too",
        luck="three draws cannot tell the largest from the smallest",
    )
    trend += f" From the nucleus ({told}) {side}."
    control = np.mean([row["score"] for row in detected.where(by=generated_text.CONTROL)])
    return (
        "\n".join(lines) + f"\n\n{trend} The control, people against people, comes to {control:.2f} "
        "(0.50 is chance)."
    )


def of_tails(detected: Records) -> str:
    """Log-rank on the wrong side of chance: texts that are wilder than people's."""
    rows = detected.where(judge=MINI, by="log rank", way="all pieces")
    found = {name: rows.where(model=name) for name in SMALL}
    wild = [
        name for name, some in found.items() if difference(some.scores.tolist(), [0.5] * 3).verdict == "below"
    ]
    if not wild:
        return (
            "By log-rank, none of our three is below 0.50 outside the spread where it draws from "
            "all pieces: their "
            "texts do not come further from the end of the list than people's."
        )
    told = listed(f"{name} {found[name].mean:.2f}" for name in wild)
    other = rows.where(model=SMOLLM2).mean
    return (
        f"Below 0.50 the score points the wrong way: drawn from all pieces ({told}), the texts come "
        f"from *further "
        "down* gpt2-mini's list than people's. Each of thousands of unfit pieces is unlikely, but "
        "together they are "
        "drawn often; the nucleus cuts them off. Who is not gpt2-mini also chooses what *it* would not: "
        f"{SMOLLM2}, the largest, has {other:.2f}. These figures do not tell the two reasons apart. "
        f"A classifier uses "
        "either side."
    )


def of_judges(detected: Records) -> str:
    """Does it take the model itself to tell its texts?"""
    told, lowest = [], 1.0
    for writer in (SMALL[0], MINI):
        rows = detected.where(model=writer, way="top-k, k = 40", by="log rank")
        mini, nano = rows.where(judge=MINI).mean, rows.where(judge=SMALL[0]).mean
        told.append(f"{writer}'s texts: {mini:.2f} judged by {MINI}, {nano:.2f} by {SMALL[0]}")
        lowest = min(lowest, mini, nano)
    so = (
        "No: for so safe a way of drawing, the other size does as well."
        if lowest > 0.95
        else "It is not the same for every judge."
    )
    return (
        f"Does it take the very model that wrote? By log-rank, from the 40 likeliest, {'; '.join(told)}. {so}"
    )


def examples(
    begun: Begun, texts: Mapping[str, list[str]], which: int = 0, n_words: int = 45
) -> dict[str, str]:
    """Texts for the widget: what people wrote, and each way's."""
    found = {"people, an article of the BBC": begun[which][1]}
    found |= {f"gpt2-mini: {way}": some[which] for way, some in texts.items()}
    return {name: " ".join(text.split()[:n_words]) for name, text in found.items()}


@torch.inference_mode()
def first_ranks(judge: Size, text: str, n: int = 8) -> list[dict[str, str]]:
    """Rows of a table: the first pieces of a text, with probability, rank and entropy."""
    ids = [*judge.ask.start, *judge.ask.encode(text)][: n + 1]
    found = token_ranks.places(judge.model, torch.tensor([ids]), 1)
    return [
        {"piece": judge.tokenizer.id_to_token(piece), "probability": f"{np.exp(p):.2%}", "rank": f"{rank:,}",
         "entropy": f"{entropy:.1f}"}
        for piece, p, rank, entropy in zip(
            ids[1:], found.log_p[0], found.rank[0].tolist(), found.entropy[0], strict=True
        )
    ]  # fmt: skip
