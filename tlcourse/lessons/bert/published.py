"""What is published beside ours: the paper's figures, and BERT-base's answers where it has been fetched."""

from collections.abc import Sequence
from typing import Any

from tlcourse import assets
from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.bert.in_words import BERTS, JOINED, LEFT, READOUTS
from tlcourse.models.pretrained.loading_quietly import no_progress_bar
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

ASSET = "bert-base-uncased"
# A sentence, and which of its words (from 1) is hidden.
ASKED = (
    ("He did not know what to do .", 3),
    ("The prime minister said he would resign after the election .", 3),
    ("The film was very good and very funny .", 5),
    ("I have never seen such a bad movie .", 7),
    ("She drank a cup of tea .", 6),
    ("The capital of France is Paris .", 6),
    ("The doctors , who had worked all night , were tired .", 9),
)


def is_there() -> bool:
    """Whether BERT-base has been fetched."""
    try:
        assets.path(ASSET)
    except assets.AssetMissing:
        return False
    return True


def guesses(asked: Sequence[tuple[str, int]] = ASKED, n: int = 5) -> list[list[tuple[str, float]]]:
    """For each sentence, the `n` likeliest pieces where its word is hidden, with their probabilities.

    Raises AssetMissing, whose message says the command that gets it.
    """
    import torch
    from transformers import AutoTokenizer, BertForMaskedLM

    folder = assets.path(ASSET)
    with no_progress_bar():
        model = BertForMaskedLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = []
    for sentence, number in asked:
        words = find_words(sentence)
        text = " ".join([*words[: number - 1], tokenizer.mask_token, *words[number:]])
        batch = tokenizer(text, return_tensors="pt")
        place = int((batch["input_ids"][0] == tokenizer.mask_token_id).nonzero()[0])
        with torch.inference_mode():
            p = model(**batch).logits[0, place].softmax(dim=-1)
        best = p.topk(n)
        pieces = tokenizer.convert_ids_to_tokens(best.indices.tolist())
        found.append(list(zip(pieces, best.values.tolist(), strict=True)))
    return found


def rows(ours: Sequence[list[tuple[str, float]]]) -> list[dict[str, str]]:
    """A table's rows: each sentence with its gap, the hidden word, bert-mini's guesses, BERT-base's."""
    theirs = guesses() if is_there() else [None] * len(ASKED)
    lines = []
    for (sentence, number), mine, other in zip(ASKED, ours, theirs, strict=True):
        words = find_words(sentence)
        gap = " ".join([*words[: number - 1], "____", *words[number:]])
        line = {"sentence": gap, "we hid": words[number - 1], "bert-mini": told(mine)}
        lines.append(line | ({"BERT-base, published": told(other)} if other else {}))
    return lines


def told(found: Sequence[tuple[str, float]]) -> str:
    """`good 19%, bad 8%`."""
    return ", ".join(f"{piece} {p:.0%}" for piece, p in found)


def command() -> str:
    """One line: that BERT-base's answers stand beside ours, or what fetches it."""
    if is_there():
        return "On the right, the answers of the model that the authors published, BERT-base, uncased."
    asset = assets.catalogue()[ASSET]
    return (
        f"The published model's answers would stand beside these: BERT-base ({asset.size / 1e6:.0f} MB) "
        f"is not fetched here. To fetch it, run `!{asset.command}` in a new cell, then the cell above again."
    )


def paper_rows(ablations: Records, layers: Records) -> list[tuple[Any, ...]]:
    """The paper's figures beside ours."""
    devlin = "Devlin et al. 2019, "

    def pair(readout: str, *ways: str) -> str:
        rows = ablations.where(readout=READOUTS[readout])
        there = [way for way in ways if way in rows.values("way")]
        return " / ".join(f"{rows.where(way=way).mean:.1%} ({way})" for way in there)

    def read(reading: str, layer: int = -1) -> str:
        return mean_sd(layers.where(model="bert-mini", reading=reading, layer=layer).scores, ".1%")

    top = max(layers.where(model="bert-mini").values("layer"))
    return [
        (
            "BERT's task / no NSP / left to right, no NSP",
            "QNLI 88.4 / 84.9 / 84.3, SST-2 92.7 / 92.6 / 92.1, MRPC 86.7 / 86.5 / 77.5",
            devlin + "table 5, section 5.1",
            f"parts of speech {pair('parts of speech', BERTS, 'no NSP', LEFT)}; does B follow A? "
            f"{pair('next sentence', BERTS, 'no NSP', LEFT)}",
            "They fine-tune BERT-base, which went forty times through 3.3 billion words. Ours has read "
            f"{ablations.about['tokens'] / 1e6:.1f} million pieces and is frozen. We think it counts that "
            "what reads from the left learns from every piece, the others from 15 in 100 (their appendix "
            "C.1: the masked model starts slower, and is ahead almost at once). A test, which we have not "
            "run: let it learn from 15 in 100, too.",
        ),
        (
            "MASK / SAME / RND: 80/10/10, 100/0/0, 0/0/100",
            "names, frozen: 94.9, 94.0, 94.6 F1",
            devlin + "table 8, appendix C.2",
            f"parts of speech, frozen: {pair('parts of speech', BERTS, '100/0/0', '0/0/100')}; "
            f"a piece in sight: {pair('piece in sight', BERTS, '100/0/0', '0/0/100')}",
            "Their differences are below one point after a full training. Where ours are larger, the readout "
            "is what the 10 % are for: a head that still says which word stands there.",
        ),
        (
            "names, frozen: embeddings / second-to-last / last / last four side by side",
            "91.0 / 95.6 / 94.9 / 96.1 F1 (dev)",
            devlin + "table 7, section 5.3",
            f"{read('one layer', 0)} / {read('one layer', top - 1)} / {read('one layer', top)} / "
            f"{read(JOINED)} F1",
            "They: BERT-base, cased, all of CoNLL-2003, a two-layer BiLSTM on top. We: bert-mini, without "
            "capitals, 300 sentences, silver tags, a linear model.",
        ),
    ]
