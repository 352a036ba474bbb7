"""The zoo's vocabulary: 8,192 uncased pieces, one for all of its models.

One vocabulary, so that "the same text, the same tokens" is literally true and a loss per piece means the
same for each model. Its pieces are learnt as GPT's are, by joining the most frequent pair again and again
(Sennrich et al. 2016), and matched as BERT's are, the longest piece first. (BERT's own were learnt by joining
the pair that makes the text most likely, Schuster and Nakajima 2012.) Lower case, because 8,192 pieces are
few. ELMo reads the same words with their capitals, letter by letter.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tlcourse import files
from tlcourse.assets import sha256sums
from tlcourse.data.texts import as_texts

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece

VOCAB_SIZE = 8192
LETTERS = 100  # letters, figures and signs that are pieces of their own

# The last three are GPT's for fine-tuning: no training text has them.
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[START]", "[DELIMITER]", "[EXTRACT]")
PAD, UNK, CLS, SEP, MASK, START, DELIMITER, EXTRACT = range(len(SPECIAL))

# A word: letters and digits, or a single sign. Python's `re` and the tokeniser's engine read it alike.
WORD = r"[^\W_]+|[^\w\s]|_"
find_words = re.compile(WORD).findall


def train(texts: Iterable[str], vocab_size: int = VOCAB_SIZE) -> "Tokenizer":
    """Learn the pieces of `texts`: the same texts always give the same pieces with the same numbers.

    Raises:
        ValueError: the texts are too few for so many pieces.
        TypeError: `texts` is a single string.
    """
    from tokenizers import models, trainers

    texts = as_texts(texts)
    # The trainer numbers letters by a hash that each process draws anew, and of two pairs that are as
    # frequent joins the one with the lower numbers first. So the letters are given, in an order of their own.
    learning = _with_rules(models.WordPiece(unk_token="[UNK]"))
    letters = _letters(texts, learning.normalizer.normalize_str)
    given = [*SPECIAL, *letters, *("##" + letter for letter in letters if letter.isalnum())]
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        special_tokens=given,
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        min_frequency=2,
        show_progress=False,
    )
    learning.train_from_iterator(texts, trainer)
    pieces = learning.get_vocab()
    if len(pieces) != vocab_size:
        raise ValueError(
            f"these texts give {len(pieces)} pieces, {vocab_size} were asked for: take more text or a "
            f"smaller vocab_size, but at least {len(given)}, for the letters."
        )
    tokenizer = _with_rules(models.WordPiece(pieces, unk_token="[UNK]"))
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def _with_rules(model: "WordPiece") -> "Tokenizer":
    """What is done to a text before it is cut into pieces, and back."""
    from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers

    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORD), behavior="removed", invert=True)
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def _letters(texts: Iterable[str], normalise: Callable[[str], str]) -> list[str]:
    """The most frequent letters, figures and signs, by their code points; rarer ones become [UNK]."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    normalised: Counter[str] = Counter()
    for letter, count in counts.items():
        for part in normalise(letter):
            if not part.isspace():
                normalised[part] += count
    return sorted(sorted(normalised, key=lambda letter: (-normalised[letter], letter))[:LETTERS])


def save(tokenizer: "Tokenizer", folder: str | Path, templates: tuple[str, str] | None = None) -> None:
    """Write the tokeniser to a model's folder, so that `AutoTokenizer.from_pretrained(folder)` opens it.

    Args:
        templates: what stands around one text and around two, with segments, such as `"[CLS] $A [SEP]"` and
            `"[CLS] $A [SEP] $B:1 [SEP]:1"`; None for a model that has neither marks nor segments.
    """
    from tokenizers import Tokenizer, processors

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    copy = Tokenizer.from_str(tokenizer.to_str())
    if templates:
        single, pair = templates
        special = [("[CLS]", CLS), ("[SEP]", SEP)]
        copy.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=special)
    with files.new_file(folder / "tokenizer.json") as beside:
        copy.save(str(beside))
    names = {"pad": PAD, "unk": UNK, "cls": CLS, "sep": SEP, "mask": MASK}
    fields = {f"{name}_token": SPECIAL[number] for name, number in names.items()}
    fields |= {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": True}
    fields["extra_special_tokens"] = list(SPECIAL[START:])
    segments = ["token_type_ids"] if templates else []  # without the name they are left out
    fields["model_input_names"] = ["input_ids", *segments, "attention_mask"]
    files.write_json(folder / "tokenizer_config.json", fields)
    sha256sums.note(folder, ["tokenizer.json", "tokenizer_config.json"])


def load(folder: str | Path) -> "Tokenizer":
    """The tokeniser in a model's folder, without the model's [CLS] and [SEP] around a text.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is damaged, or not a tokeniser that can cut a text into pieces.
    """
    path = Path(folder) / "tokenizer.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: `save` writes it beside a model's weights.")
    tokenizer = load_file(path)
    tokenizer.post_processor = None
    return tokenizer


def load_file(path: Path) -> "Tokenizer":
    """The tokeniser in a file, as it is. Raises ValueError if it is damaged or cannot cut a text."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.encode("A word, and \u4e00, which has no piece.", add_special_tokens=False)
        sha256sums.check(path)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # plain Exception for whatever is wrong, or a panic, which is not even one
        raise ValueError(
            f"{path} cannot be used as a tokeniser ({error!s:.300}). Get the folder again, or write the file "
            "with tlcourse.data.tokeniser.save."
        ) from error
    return tokenizer
