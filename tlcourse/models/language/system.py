"""What the course needs to know of a system of the talk, said once, by the system's own module.

Each module of this package that builds a system ends in `SYSTEM = System(…)`; `models/pretrained/registry.py`
lists them. A configuration says the `widths` of the states, embeddings first; the network that is transferred
has two methods that all use, whatever is inside:

    named_layers()          name → module from the bottom up, for freezing and rates; together they hold all
                            that is to be trained
    states(**batch)         → the states, embeddings first: (B, T, widths[k]) each
"""

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn

from tlcourse.models.language.counterpart import Counterpart


@dataclass(frozen=True)
class Marks:
    """What a system puts around its texts, as pieces, and where it then has read what.

    Attributes:
        before, between, after: what stands before a text, between two texts, after the last.
        summary: the place of the state that a classifier reads, 0 or −1.
        word_at: a word is known at its `"first"` piece (Devlin et al. 2019, section 5.3), or, to what reads
            from left to right, at its `"last"`.
        segments: each piece has a segment, 0 in the first text and 1 in the second. The marks are then the
            tokeniser's own in transformers, too.
        last_segment: that of the last mark, where it has one of its own.
        blank: what begins a word that is given alone.
    """

    before: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    summary: int = -1
    word_at: str = "last"
    segments: bool = False
    last_segment: int | None = None
    blank: str = ""

    @property
    def templates(self) -> tuple[str, str] | None:
        """The marks around one text and around two, as the `tokenizers` library writes them."""
        if not self.segments:
            return None
        in_second = [f"{piece}:1" for piece in ("$B", *self.after)]
        single, pair = [*self.before, "$A", *self.after], [*self.before, "$A", *self.between, *in_second]
        if self.last_segment is not None:
            single[-1] = pair[-1] = f"{self.after[-1]}:{self.last_segment}"
        return " ".join(single), " ".join(pair)


@dataclass(frozen=True)
class System:
    """One system.

    Attributes:
        config: the class of its configurations, by which a system is told.
        model: with its pretraining heads, made from a configuration.
        encoder: the part that is transferred, without them.
        encoder_name: the attribute of `model` that holds it; empty where it is the model itself.
        summary: for a model card, with its paper.
        marks: around pieces; None for what reads words, spelt.
        counterparts: its classes in transformers, if it has any there; the first that `fits` a configuration.
    """

    config: type
    model: type[nn.Module]
    encoder: type[nn.Module]
    encoder_name: str
    summary: str
    marks: Marks | None
    counterparts: tuple[Counterpart, ...] = ()


def name_layers(embeddings: nn.Module, blocks: Iterable[nn.Module]) -> dict[str, nn.Module]:
    """`embeddings`, then `layer 1`, `layer 2`, …: the names of layers, from the bottom up."""
    return {"embeddings": embeddings} | {f"layer {i}": block for i, block in enumerate(blocks, start=1)}
