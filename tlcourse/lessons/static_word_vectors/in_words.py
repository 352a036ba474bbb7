"""What lesson 03's own trainings say, in words: sentences that are true whatever came out.

Each function returns Markdown.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse

from tlcourse.data.running_text import RunningText
from tlcourse.lessons.static_word_vectors import kept_results, trials
from tlcourse.lessons.static_word_vectors.factorisation import Panel
from tlcourse.models.vectors import fasttext
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed, signed
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
        gap = difference(*(results.where(model=m, test=test) for m in ("ours", "gensim")), share=False)
        which = gap.says(above="ours is above", below="gensim’s is above", luck="within luck")
        told.append(
            f"{test}: {which}; seed by seed, ours minus gensim’s is "
            f"{_signed(gap.of_seed.min())} to {_signed(gap.of_seed.max())}."
        )
    slower = trials.seconds(results.where(model="gensim")) / trials.seconds(results.where(model="ours"))
    return (
        f"{pairs} have both words in the vocabulary. {' '.join(told)} Side by side, one core each, a "
        "training of "
        f"gensim's took **{slower:.1f} times** as long as one of ours."
    )


def _signed(value: float) -> str:
    return signed(value, ".3f")


def reach(results: Records, test: str) -> float:
    """By how much one more training may differ from our mean by luck: see `trials.luck`."""
    groups = results.where(test=test).by("model")
    return trials.luck(groups.values(), first=1, second=len(groups["ours"]))


def verdict(one: Records, results: Records) -> str:
    """On which tests one training differs from our mean by more than luck, and by how much."""
    gaps = {t: one.where(test=t).mean - results.where(model="ours", test=t).mean for t in TESTS}
    more = [f"{_signed(gap)} on {t}" for t, gap in gaps.items() if abs(gap) > reach(results, t)]
    return ", ".join(more) or "within luck"


def tricks(off: Records, results: Records) -> str:
    """How far luck reaches, which tricks are within it, and what the tricks do to the time."""
    within = [name for name, one in off.by("model").items() if verdict(one, results) == "within luck"]
    base = trials.seconds(results.where(model="ours"))
    times = {name: trials.seconds(one) / base for name, one in off.by("model").items()}
    slow = [f"{name.partition(':')[0]}, {t:.1f} ×" for name, t in times.items() if t > 1.25]
    return (
        f"Luck reaches to {' and '.join(f'±{reach(results, t):.3f} on {t}' for t in TESTS)}. Within it: "
        f"**{'; '.join(name.partition(':')[0] for name in within) or 'none'}**. Clearly slower than with all "
        f"tricks on (all ran two at a time): {'; '.join(slow) or 'none'}."
    )


def cbow(one: Records, results: Records) -> str:
    """CBOW's one training against skip-gram's mean."""
    scores = ", ".join(
        f"ρ = {one.where(test=t).mean:.3f} against {results.where(model='ours', test=t).mean:.3f} on {t}"
        for t in TESTS
    )
    said = verdict(one, results)
    more = said if said == "within luck" else f"by more than luck {said}"
    return f"CBOW against skip-gram: {scores}; {more}."


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
    size = f"by {abs(gap.mean):.3f} on average over three methods and two seeds"
    rise = gap.says(
        above=f"Shuffling the sentences raises what gensim gets {size}, more than luck",
        below=f"Shuffling the sentences lowers what gensim gets {size}",
        luck="What shuffling the sentences does to gensim is within luck",
    )
    return (
        f"{rise}. fastText on WordSim-353: gensim's {fast['gensim, text in order']:.3f} on the "
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
    """For each test, the methods whose one training is within luck of the highest, and those that are not."""
    told = []
    for test in TESTS:
        of = {name: rows.mean for name, rows in similarity.where(test=test).by("model").items()}
        far = trials.luck(results.where(test=test).by("model").values())
        top = max(of, key=of.get)
        near = [name for name in of if name != top and of[top] - of[name] <= far]
        behind = [name for name in of if name != top and name not in near]
        how = f"with {listed(near)} within luck" if near else "by more than luck"
        less = f"; {listed(behind)} {'is' if len(behind) == 1 else 'are'} behind" if near and behind else ""
        told.append(f"{test}: {top} is highest, {how} (±{far:.3f} for two single trainings){less}.")
    return f"{' '.join(told)} That luck was measured on skip-gram; we take it for the others as well."
