"""The paper's tables beside what came out here; and the published GPT-2, where it has been fetched."""

from collections.abc import Sequence

import numpy as np

from tlcourse import assets
from tlcourse.data import short_questions, story_cloze
from tlcourse.data.story_cloze import Cloze
from tlcourse.lessons.gpt2.four import ALL, SMALL, Size
from tlcourse.lessons.gpt2.in_words import rows_of
from tlcourse.models.pretrained.loading_quietly import no_progress_bar
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe import bits_per_byte, story_answers, summaries, zero_shot
from tlcourse.show.records import Records

ASSET, NAME = "gpt2", "GPT-2, 124M"
_RADFORD = "Radford et al. 2019, "


def _ends(values: Sequence[float], spec: str) -> str:
    """`nano → mini; SmolLM2`."""
    first, _, last, other = values
    return f"{first:{spec}} → {last:{spec}}, nano to mini; SmolLM2 {other:{spec}}"


def paper_rows(
    bits: Records, zero: Records, words: Records, tldr: Records, overlap: Records
) -> list[tuple[str, str, str, str, str]]:
    """(what, paper's figure, its source, ours, why they differ) for `show.compare`."""

    def share(task: str) -> str:
        return _ends([rows_of(zero, task, name).mean for name in ALL], ".0%")

    hinted, plain = summaries.HINTS
    news = bits.where(texts="news")
    perplexity = [np.exp(np.mean(np.log(words.where(model=name, way="as it says").scores))) for name in ALL]
    said = tldr.where(model=SMOLLM2)
    facts = [np.mean([rows_of(zero, kind, name).mean for kind in short_questions.KINDS]) for name in ALL]
    people, drawn = (
        overlap.where(run=8, model="people"),
        overlap.where(run=8, way="top-k, k = 40", model=SMALL[-1]),
    )
    return [
        (
            "bits per byte, zero-shot",
            "1.16 → 0.93, 117M to 1542M, enwik8",
            _RADFORD + "table 3",
            _ends([news.where(model=name).mean for name in ALL], ".2f") + ", BBC news",
            "Even mini is far smaller than their smallest, and has read 16 million pieces where theirs read "
            "40 GB. Ours spell no capitals; enwik8 is Wikipedia with all its markup.",
        ),
        (
            "cloze, common nouns",
            "87.65% → 93.30%",
            _RADFORD + "table 3, CBT-CN",
            share(story_cloze.NOUNS),
            "Size and reading: on the same questions SmolLM2 is close to theirs. The form differs too: "
            "news, 130 words of context instead of twenty sentences, nouns by a tagger.",
        ),
        (
            "cloze, names",
            "83.4% → 89.05%",
            _RADFORD + "table 3, CBT-NE",
            share(story_cloze.NAMES),
            "As above. We think that a book has few names, which come back often, and a news item many.",
        ),
        (
            "last word, without function words",
            "45.99% → 63.24%",
            _RADFORD + "table 3, LAMBADA",
            share(story_cloze.LAST),
            "Size and reading, again. And LAMBADA's words were chosen so that people who read the whole "
            "can tell them; ours only stand in the context.",
        ),
        (
            "perplexity of the last word",
            "35.13 → 8.63",
            _RADFORD + "table 3, LAMBADA",
            _ends(perplexity, ",.0f"),
            "As above. A word of several pieces may be less likely than a guess among all 8,192.",
        ),
        (
            "questions without a text",
            "≤ 1.0% → 4.1%, exact answers",
            _RADFORD + "section 3.8",
            _ends(facts, ".0%") + ", of ten choices each",
            "Theirs are what people asked a search engine, and the answer has to be written; ours "
            "are easy, and chosen "
            "from ten: chance is 10%.",
        ),
        (
            "TL;DR: against no hint",
            "21.40 against 15.03 (a random-3: 20.98)",
            _RADFORD + "table 4, R-AVG, 1542M",
            f"{100 * said.where(way=hinted).mean:.1f} against "
            f"{100 * said.where(way=plain).mean:.1f}, SmolLM2 "
            f"(a random sentence: {100 * tldr.where(way=summaries.BASELINES[1]).mean:.1f})",
            "Another measure (ROUGE-1 alone), headlines for summaries, a model that was tuned to "
            "follow instructions.",
        ),
        (
            "runs of eight words that stand in the training text",
            "median 2.6% of held-out text; most samples under 1%",
            _RADFORD + "figure 5, k = 40",
            f"{people.mean:.1%} of people's, {drawn.mean:.1%} of gpt2-mini's",
            "Their text is hundreds of times as long, so more runs stand in it. Means instead of a median.",
        ),
    ]


def is_there() -> bool:
    """Whether the published GPT-2 has been fetched."""
    try:
        assets.path(ASSET)
    except assets.AssetMissing:
        return False
    return True


def load() -> Size:
    """GPT-2 of 124 million numbers, as OpenAI published it.

    Raises AssetMissing, whose message says the command that gets it.
    """
    from transformers import AutoTokenizer, GPT2LMHeadModel

    folder = assets.path(ASSET)
    with no_progress_bar():
        model = GPT2LMHeadModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    total = sum(p.numel() for p in model.parameters())
    tables = model.transformer.wte.weight.numel() + model.transformer.wpe.weight.numel()
    return Size(
        NAME, model, zero_shot.of_transformers(model, tokenizer, 256), tokenizer, total, total - tables
    )


def answers(texts: Sequence[str], asked: Cloze) -> list[dict[str, str]]:
    """A table's row: the published model in the lesson's measurements; or what fetches it."""
    if not is_there():
        entry = assets.catalogue()[ASSET]
        told = f"not fetched here ({entry.size / 1e6:.0f} MB): `{entry.command}`, then run this cell again"
        return [{"model": NAME, "bits per byte": "–", "cloze": "–", "note": told}]
    size = load()
    bits = bits_per_byte.per_byte(bits_per_byte.of_texts(size.ask, texts))
    right = story_answers.accuracy(story_answers.choice_scores(size.ask, asked), asked.right)
    note = f"{len(texts)} articles, {len(asked)} {asked.kind}"
    return [{"model": NAME, "bits per byte": f"{bits:.2f}", "cloze": f"{right:.0%}", "note": note}]
