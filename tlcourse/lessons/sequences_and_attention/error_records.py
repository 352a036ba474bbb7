"""What a model gets wrong on the test words, as records: in sum, and by the letters of a word.

Those of the first kind have a field `measured`, those of the second `rate` and `letters`.
"""

import numpy as np

from tlcourse.show.records import Records
from tlcourse.train.measuring.error_rates import Errors

PER, SHORT, LONG, WER = "PER", "PER, up to 5 letters", "PER, 9 letters and more", "WER"
SHORTEST, LONGEST = 3, 13  # letters; words with more than LONGEST are counted as having LONGEST
FEW = 4  # letters: where lengths are compared from; words of three are hard for every model


def of(model: str, seed: int | None, errors: Errors) -> Records:
    """Records of one model: PER and WER of all words, PER of short and of long ones, both by length.

    A group without words has no record.

    Args:
        seed: that the model was trained with; None for one without chance.
    """
    length = np.minimum(errors.length, LONGEST)
    by = {"model": model, "seed": seed}
    groups = {PER: length > 0, SHORT: length <= 5, LONG: length >= 9}
    rows = [by | {"measured": what, "score": errors.per(of)} for what, of in groups.items() if of.any()]
    rows.append(by | {"measured": WER, "score": errors.wer()})
    for letters in range(SHORTEST, LONGEST + 1):
        chosen = length == letters
        if chosen.any():
            rows.append(by | {"rate": PER, "letters": letters, "score": errors.per(chosen)})
            rows.append(by | {"rate": WER, "letters": letters, "score": errors.wer(chosen)})
    return Records(rows)
