"""What three sources report, beside what the lesson measures: the rows of its `show.compare`."""

from typing import Any

from tlcourse.lessons.sequences_and_attention.error_records import FEW, LONGEST, PER, WER
from tlcourse.show.prose import signed
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd
from tlcourse.train.finetuning.seq2seq import Seq2SeqRecipe

_BAHDANAU = "Bahdanau et al. 2015, "


def comparison(
    errors: Records, one_vector: str, attention: str, n_steps: int, n_pairs: int
) -> list[dict[str, Any]]:
    """The rows of paper says / we get / why.

    Args:
        errors: as `error_records.of` makes them, of both models.
        one_vector, attention: what the models are called there.
        n_steps, n_pairs: how long they were trained, on how many pronunciations.
    """

    def of(model: str, measured: str) -> Records:
        return errors.where(model=model, measured=measured)

    def both(*results: Records) -> str:
        return " → ".join(mean_sd(one.scores, ".1%") for one in results) + " PER"

    ends = {
        model: [errors.where(model=model, rate=PER, letters=n) for n in (FEW, LONGEST)]
        for model in (one_vector, attention)
    }
    rise = {model: 100 * (long.mean - short.mean) for model, (short, long) in ends.items()}
    lengths = f"ours: {FEW} letters → {LONGEST} and more"
    ours = f"{mean_sd(of(attention, PER).scores, '.1%')} PER, {mean_sd(of(attention, WER).scores, '.1%')} WER"
    agree = "They agree" if rise[one_vector] > 0 else f"Not so after {n_steps:,} steps"
    scarce = " We think: there are few words of this length to learn from." if rise[attention] > 0 else ""
    passes = n_steps * Seq2SeqRecipe().batch_size / n_pairs
    return [
        {
            "what": "one vector → attention",
            "paper": "17.82 → 26.75 BLEU, English to French",
            "source": _BAHDANAU + "table 1, as reported",
            "ours": both(of(one_vector, PER), of(attention, PER)),
            "why": "Attention is added in both, but their model without it (RNNencdec) reads one way, ours "
            "from both ends. They: sentences, 1,000 units, days of training; BLEU, where more is better. "
            f"We: words, 64 units, {n_steps:,} steps; errors, where less is better.",
        },
        {
            "what": f"longer inputs ({lengths}), one vector",
            "paper": "BLEU falls with the length of the sentence",
            "source": _BAHDANAU + "figure 2, as reported",
            "ours": both(*ends[one_vector]),
            "why": f"{agree}: {signed(rise[one_vector])} points of error.",
        },
        {
            "what": f"longer inputs ({lengths}), attention",
            "paper": "BLEU does not fall, even at 50 words and more",
            "source": _BAHDANAU + "figure 2, as reported",
            "ours": both(*ends[attention]),
            "why": f"{signed(rise[attention])} points here, "
            f"{signed(rise[one_vector])} with one vector.{scarce}",
        },
        {
            "what": "best with attention on this dictionary",
            "paper": "4.69% PER, 20.24% WER",
            "source": "Toshniwal and Livescu 2016, as reported",
            "ours": ours,
            "why": "An ensemble, three layers of 512 units, many epochs, an older and cleaner dictionary. "
            f"Ours sees each word {passes:.1f} times on average, and no inflection of a test word.",
        },
        {
            "what": "a Transformer on this dictionary, of 2007 → latest",
            "paper": "20.2% → about 31% WER",
            "source": "README of CMUSphinx g2p-seq2seq",
            "ours": f"{mean_sd(of(attention, WER).scores, '.1%')} WER, latest",
            "why": "The latest has more names and acronyms. Its split does not keep inflections apart; "
            "ours does.",
        },
    ]
