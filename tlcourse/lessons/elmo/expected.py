"""What the two language models expect beside each word of a sentence."""

from collections.abc import Sequence

import torch

from tlcourse.models.language.elmo import BiLM
from tlcourse.models.pretrained.text_encoders import WordEncoder

_NOT_SHOWN = 2  # <unk> and </s>: words alone are shown


@torch.inference_mode()
def of_sentence(
    bilm: BiLM, encoder: WordEncoder, vocabulary: Sequence[str], words: Sequence[str]
) -> tuple[list[str], list[str], list[str]]:
    """The words, the likeliest word after each (forward), and the likeliest before each (backward).

    Marks such as </s> are passed over.
    """
    (example,) = encoder.words([words])
    top = bilm.states(**encoder.batch([example]))[-1]  # (1, T + 2, 2P)
    found = []
    for states in bilm.split(top):
        scores = bilm.softmax(states[0, example.places])  # (T, V)
        found.append([vocabulary[_NOT_SHOWN + int(i)] for i in scores[:, _NOT_SHOWN:].argmax(dim=-1)])
    return list(words), *found
