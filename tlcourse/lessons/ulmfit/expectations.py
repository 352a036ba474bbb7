"""What the language model expects after some words, before and after it has read the task's text."""

from collections.abc import Mapping, Sequence

import torch

from tlcourse.data.tokeniser import SEP
from tlcourse.models.language.ulmfit import UlmfitForPreTraining
from tlcourse.models.pretrained.text_encoders import PieceEncoder


@torch.inference_mode()
def next_pieces(lm: UlmfitForPreTraining, encoder: PieceEncoder, text: str, n: int) -> list[str]:
    """The `n` likeliest words after `text`, without signs and parts of words."""
    lm.eval()
    ids = encoder.tokenizer.encode(text, add_special_tokens=False).ids
    logits = lm(torch.tensor([[SEP, *ids]]))[0][0, -1]
    pieces = [encoder.tokenizer.id_to_token(int(i)) for i in logits.argsort(descending=True)[: 8 * n]]
    return [piece for piece in pieces if piece.isalpha()][:n]


def rows(
    lms: Mapping[str, UlmfitForPreTraining], encoder: PieceEncoder, texts: Sequence[str], n: int = 6
) -> list[dict[str, str]]:
    """Rows of a table: a text, and what each language model expects next."""
    return [
        {"the text so far": f"{text} …"}
        | {name: " · ".join(next_pieces(lm, encoder, text, n)) for name, lm in lms.items()}
        for text in texts
    ]
