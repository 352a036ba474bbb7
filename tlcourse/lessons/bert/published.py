"""The published BERT's answers to the sentences that bert-mini is asked, where it has been fetched."""

from collections.abc import Sequence

from tlcourse import assets
from tlcourse.data.tokeniser import find_words
from tlcourse.models.pretrained.loading_quietly import no_progress_bar

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
