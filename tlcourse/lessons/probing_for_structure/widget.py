"""Type a sentence: the tree that a probe finds in any layer, and the parser's above it."""

from collections.abc import Mapping, Sequence

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from tlcourse.assets import AssetMissing
from tlcourse.data import silver_trees
from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.probing_for_structure.drawn import two_trees
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import sentence_states
from tlcourse.probe.structural import StructuralProbe
from tlcourse.probe.tree_metrics import Edge, spanning_tree, tree_depths, tree_edges
from tlcourse.show.explorer import Explorer, NotShown, chooser, slider, text_box

MOST_WORDS = 30  # as long as the sentences that the probes have learnt from
NO_PARSER = "spaCy is not installed, so the parser's tree is not shown (`pip install spacy`)."


class TreesByLayer(Explorer):
    """Made by `trees_by_layer`."""

    widest = "1000px"

    def __init__(
        self, encoder: TextEncoder, probes: Mapping[int, StructuralProbe], examples: Sequence[DependencyTree]
    ):
        self.encoder, self.probes = encoder, dict(probes)
        self.examples = {" ".join(tree.words): tree for tree in examples}
        self.first = next(iter(self.examples))
        self.layer = max(self.probes) if len(self.probes) < 3 else sorted(self.probes)[len(self.probes) // 2]
        self.read: tuple[str, DependencyTree, bool, list[np.ndarray]] | None = None  # the last sentence
        self.alt = f"The trees of parser and probe. {self.told(self.first, self.layer)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.chooser = chooser("Examples:", list(self.examples), self.first, width="60em")
        self.chooser.observe(self.guard(self._take_example), "value")
        return {
            "sentence": text_box("Sentence:", self.first, "type a sentence, press Enter", width="60em"),
            "layer": slider("Layer", sorted(self.probes), self.layer),
        }

    def rows(self) -> list[ipywidgets.Widget]:
        return [self.chooser, *self.controls.values()]

    def _take_example(self, _change: object = None) -> None:
        self.controls["sentence"].value = self.chooser.value

    def tree_of(self, sentence: str) -> tuple[DependencyTree, bool]:
        """The words with the parser's tree, and whether there is one. Raises NotShown: too many words."""
        if sentence in self.examples:
            return self.examples[sentence], True
        try:
            tree = silver_trees.parse(sentence)
        except (ModuleNotFoundError, AssetMissing):
            tree = None
        parsed = tree is not None
        words = tree.words if parsed else find_words(sentence)
        if not 2 <= len(words) <= MOST_WORDS:
            raise NotShown(f"There are {len(words)} words: 2 to {MOST_WORDS}, please.")
        if not parsed:
            marks = np.array([not any(letter.isalnum() for letter in word) for word in words])
            tree = DependencyTree(words, [], np.full(len(words), ROOT), [], marks)
        if (~tree.is_punctuation).sum() < 2:
            raise NotShown("A tree needs two words that are not punctuation.")
        return tree, parsed

    def found(self, sentence: str, layer: int) -> tuple[DependencyTree, set[Edge], set[Edge] | None]:
        """The words, the probe's edges, and the parser's edges if there are any."""
        if self.read is None or self.read[0] != sentence:
            tree, parsed = self.tree_of(sentence)
            try:
                states = sentence_states.compute(self.encoder, [tree.words])
            except ValueError as why:
                raise NotShown(f"{why}.") from why
            self.read = sentence, tree, parsed, [of_layer[0] for of_layer in states]
        _, tree, parsed, states = self.read
        (distances,) = self.probes[layer].predict([states[layer]])
        edges = spanning_tree(distances, ~tree.is_punctuation)
        return tree, edges, tree_edges(tree) if parsed else None

    def draw(self, sentence: str, layer: int) -> Figure:
        tree, edges, parser = self.found(sentence, layer)
        return two_trees(tree.words, edges, parser, self._title(layer, edges, parser))

    @staticmethod
    def _title(layer: int, edges: set[Edge], parser: set[Edge] | None) -> str:
        name = "the embeddings" if layer == 0 else f"layer {layer}"
        if parser is None:
            return f"what the probe finds in {name}"
        return f"{name}: {len(edges & parser)} of {len(parser)} edges are in both trees (thick)"

    def told(self, sentence: str, layer: int) -> str:
        tree, edges, parser = self.found(sentence, layer)
        pairs = [f"{tree.words[i]}–{tree.words[j]}" for i, j in sorted(edges - (parser or set()))]
        if parser is None:
            return f"{NO_PARSER} The probe's edges: {', '.join(pairs)}."
        right = f"The probe finds {len(edges & parser)} of the parser's {len(parser)} edges"
        return f"{right}. Its others: {', '.join(pairs)}." if pairs else f"{right}: all of them."

    def static(self) -> Figure:
        return self.draw(self.first, self.layer)


def trees_by_layer(
    encoder: TextEncoder, probes: Mapping[int, StructuralProbe], examples: Sequence[DependencyTree]
) -> TreesByLayer:
    """Show what the probes of some layers find in a sentence, beside the parser's tree.

    Args:
        probes: layer → a trained `DistanceProbe`.
        examples: trees of sentences that the probes have not learnt from; the first is shown first.

    Raises:
        ValueError: there are no probes or no examples.
    """
    if not probes or not examples:
        raise ValueError(f"got {len(probes)} probes and {len(examples)} examples, expected one or more each")
    return TreesByLayer(encoder, probes, examples)


def short_ones(trees: Sequence[DependencyTree], n: int = 6) -> list[DependencyTree]:
    """Of the 2n shortest sentences the n deepest: to be looked at whole, and with trees that are no lines."""
    plain = [tree for tree in trees if not {'"', "("} & set(tree.words)]
    short = sorted(plain, key=lambda tree: len(tree.words))[: 2 * n]
    return sorted(short, key=lambda tree: -int(tree_depths(tree.heads).sum()))[:n]
