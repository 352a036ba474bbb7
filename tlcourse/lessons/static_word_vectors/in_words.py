"""What lesson 03's results say, in words: sentences that are true whatever came out.

Each function returns Markdown.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse

from tlcourse.data.running_text import RunningText
from tlcourse.lessons.static_word_vectors import kept_results, trials
from tlcourse.lessons.static_word_vectors.factorisation import Panel
from tlcourse.models.vectors import fasttext
from tlcourse.probe.bias import Leftover
from tlcourse.probe.word_vectors import Section
from tlcourse.show.differences import difference
from tlcourse.show.records import Records

TESTS = ("WordSim-353", "SimLex-999")


def text_size(text: RunningText) -> str:
    """How long the text is, and how much of it the ten commonest words are."""
    share = text.counts[:10].sum() / text.raw_tokens
    return (
        f"**{text.raw_tokens:,} tokens, {len(text.words):,} different words** that occur five times or more. "
        f"The ten commonest ({', '.join(text.words[:10])}) make up {share:.0%} of the text."
    )


def against_gensim(results: Records, pairs: str) -> str:
    """Ours against gensim's: on each test, and in time."""
    told = []
    for test in TESTS:
        ours, theirs = (results.where(model=m, test=test) for m in ("ours", "gensim"))
        told.append(f"{test}: {difference(ours, theirs, ('ours', 'gensim’s'), share=False).sentence}.")
    slower = trials.seconds(results.where(model="gensim")) / trials.seconds(results.where(model="ours"))
    return (
        f"{pairs} have both words in the vocabulary. {' '.join(told)} Side by side, one core each, a "
        "training of "
        f"gensim's took **{slower:.1f} times** as long as one of ours."
    )


def reach(results: Records, test: str) -> float:
    """By how much one more training may differ from our mean by luck: see `trials.luck`."""
    groups = results.where(test=test).by("model")
    return trials.luck(groups.values(), first=1, second=len(groups["ours"]))


def verdict(one: Records, results: Records) -> str:
    """On which tests one training differs from our mean by more than luck, and by how much."""
    gaps = {t: one.where(test=t).mean - results.where(model="ours", test=t).mean for t in TESTS}
    more = [
        f"{gap:+.3f} on {t}".replace("-", "−", 1) for t, gap in gaps.items() if abs(gap) > reach(results, t)
    ]
    return ", ".join(more) or "within luck"


def tricks(off: Records, results: Records) -> str:
    """How far luck reaches, which tricks are within it, and what the tricks do to the time."""
    within = [name for name, one in off.by("model").items() if verdict(one, results) == "within luck"]
    base = trials.seconds(results.where(model="ours"))
    times = {name: trials.seconds(one) / base for name, one in off.by("model").items()}
    slow = [f"{name.partition(':')[0]}, {t:.1f} ×" for name, t in times.items() if t > 1.25]
    return (
        f"Luck reaches to {' and '.join(f'±{reach(results, t):.3f} on {t}' for t in TESTS)}. Within it: "
        f"**{'; '.join(name.partition(':')[0] for name in within) or 'none'}**. Trainings that took a "
        "quarter longer "
        f"or more than with all tricks on, all of them two at a time: {'; '.join(slow) or 'none'}."
    )


def pieces(text: RunningText, settings: fasttext.Settings) -> str:
    """How many different pieces share how many buckets."""
    found = {piece for word in text.words for piece in fasttext.ngrams(word)}
    used = {fasttext.fnv1a(piece.encode()) % settings.bucket for piece in found}
    return (
        f"{len(found):,} different pieces fall into {len(used):,} of {settings.bucket:,} buckets. The "
        "program's "
        "default is 2,000,000 buckets; we take fewer to save memory, and accept more sharing."
    )


def typos(ranks: np.ndarray) -> str:
    """How often the word behind a typo comes first, or among ten."""
    return (
        f"Of {len(ranks)} words with a typo, fastText finds the right one **first for "
        f"{(ranks == 1).mean():.0%}**, "
        f"among ten for {(ranks > 0).mean():.0%}. For skip-gram and GloVe both are 0%: a typo has no vector."
    )


def order_of_text(kept: Records) -> str:
    """What shuffling the sentences does to gensim's three methods, and where that leaves ours."""
    wordsim = kept.where(test="WordSim-353")
    shuffled, in_order = (wordsim.where(whose=w) for w in ("gensim, text shuffled", "gensim, text in order"))
    gap = difference(
        [row["score"] for row in shuffled],
        [row["score"] for row in in_order],
        ("gensim’s on shuffled text", "on text in order"),
        share=False,
    )
    fast = {whose: rows.mean for whose, rows in wordsim.where(model="fastText").by("whose").items()}
    rise = gap.says(
        above="Shuffling the sentences raises what gensim gets, over three methods and two seeds, by more "
        "than luck",
        below="Shuffling the sentences lowers what gensim gets",
        luck="What shuffling the sentences does to gensim is within luck",
    )
    return (
        f"{rise} ({gap}). fastText on WordSim-353: gensim's {fast['gensim, text in order']:.3f} on the "
        "text in order, "
        f"**{fast['gensim, text shuffled']:.3f} shuffled, ours {fast['ours']:.3f}**."
    )


def filled(counts: scipy.sparse.sparray) -> str:
    """How many entries of a table of counts are not zero."""
    size = counts.shape[0] * counts.shape[1]
    share = counts.nnz / size
    return f"{counts.nnz:,} of the {size:,} entries of X are not zero ({share:.1%}). Only these are fitted."


def fits(panels: Sequence[Panel], often: int) -> str:
    """How closely the trained sums follow the counts."""
    r, n = {p.title: p.r for p in panels}, {p.title: len(p.x) for p in panels}
    return (
        f"Over {n['skip-gram']:,} pairs that met {often} times or more, skip-gram's dot products follow "
        "the formula "
        f"with **r = {r['skip-gram']:.2f}**, fastText's with {r['fastText']:.2f}. GloVe's whole sum "
        "follows log X "
        f"with **{r['GloVe, the whole sum']:.2f}**. Its dot products, just as they are, follow PMI with "
        f"{r['GloVe, dot products']:.2f}; with row and column numbers taken out of both, with "
        f"**{r['GloVe, the pair alone']:.2f}** ({n['GloVe, the pair alone']:,} pairs)."
    )


def passes(kept: Records) -> str:
    """Whether GloVe wants more passes or more dimensions, by the kept control."""
    base, longer, wider = (kept_results.training(*of) for of in ((100, 10), (100, 40), (300, 10)))
    r = kept.where(measure=kept_results.MEASURES["r_whole_sum"]).by("training")
    loss = kept.where(measure=kept_results.MEASURES["loss_per_entry"]).by("training")
    more_passes = difference(r[longer], r[base], share=False).says(
        above="raise", below="lower", luck="may by luck have moved"
    )
    more_numbers = difference(r[wider], r[base], share=False).says(
        above="raises it", below="lowers it", luck="changes it by no more than luck"
    )
    return (
        f"Four times the passes {more_passes} GloVe's r from {r[base].mean:.3f} to "
        f"**{r[longer].mean:.3f}**, and the loss goes from {loss[base].mean:.3f} to "
        f"{loss[longer].mean:.3f}. Tripling the dimensions {more_numbers} ({r[wider].mean:.3f}). With 10 "
        "passes, GloVe is *undertrained*; it does not lack dimensions. On WordSim-353 40 passes give "
        f"ρ = {kept_results.glove_similarity(100, 40):.2f} instead of "
        f"{kept_results.glove_similarity(100, 10):.2f}."
    )


def methods(similarity: Records, results: Records) -> str:
    """For each test, the methods whose one training is within luck of the highest."""
    told = []
    for test in TESTS:
        of = {name: rows.mean for name, rows in similarity.where(test=test).by("model").items()}
        far = trials.luck(results.where(test=test).by("model").values())
        top = max(of, key=of.get)
        near = [name for name in of if name != top and of[top] - of[name] <= far]
        how = f"with {' and '.join(near)} within luck" if near else "by more than luck"
        told.append(
            f"{test}: {top} is highest, {how} (two single trainings may be {far:.3f} apart by their seeds)"
        )
    return (
        f"{'; '.join(told)}. That luck was measured on skip-gram; we take it for the others as well. The "
        "analogies "
        "were asked once each, and we have no spread to judge them by."
    )


def rule(asked: Mapping[str, Section]) -> str:
    """How much of an analogy score is owed to ruling out the question's own words."""
    by_rule, multiplied, unruled = (s.accuracy for s in asked.values())
    side = "better" if multiplied > by_rule else "not better"
    return (
        f"Arithmetic alone solves {unruled:.1%}; the rule brings it to {by_rule:.1%}. So "
        f"**{1 - unruled / by_rule:.0%} of "
        "the score is owed to the rule**: there the nearest word was one of the question's own. The third "
        "way, 3CosMul "
        "(Levy and Goldberg 2014b), multiplies cosines so that no single one can dominate. In its paper "
        "it was better "
        f"than 3CosAdd. On these vectors of 50 numbers it is {side}."
    )


def few_and_many(results: Records) -> str:
    """Pretrained vectors against TF-IDF with the fewest and the most labels, and tuning against freezing."""
    told = []
    labels = results.values("labels")
    for n in dict.fromkeys((labels[0], labels[-1])):
        of = results.where(labels=n).by("model")
        pairs = (("frozen GloVe", "TF-IDF"), ("tuned GloVe", "frozen GloVe"))
        sentences = "; ".join(difference(of[a], of[b], (a, b)).sentence for a, b in pairs)
        told.append(f"With {n:,} labels, {sentences}.")
    return " ".join(told)


def found_again(before: Leftover, after: Leftover) -> str:
    """What clusters and a classifier still find after debiasing."""
    return (
        f"Every one of these words now has a component of zero, and still the classifier finds the side for "
        f"**{after.classifier:.0%}** ({before.classifier:.0%} before), two clusters for {after.clusters:.0%} "
        f"({before.clusters:.0%}). Chance is 50%."
    )
