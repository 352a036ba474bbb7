"""Labelled spans: from trees and BIO tags by hand, and as many as the treebank has edges."""

import numpy as np
import pytest

from tlcourse.data import universal_dependencies
from tlcourse.data.dependency_trees import DependencyTree, Treebank
from tlcourse.data.tagged_sentences import TaggedSentences, numbered
from tlcourse.probe import edge_tasks


def bank(relations=("nsubj", "root")) -> Treebank:
    marks = np.zeros(2, dtype=bool)
    two = DependencyTree(["dogs", "bark"], ["NOUN", "VERB"], np.array([1, -1]), [*relations], marks)
    one = DependencyTree(["Sit"], ["VERB"], np.array([-1]), [*relations[1:]], marks[:1])
    return Treebank([one, two], np.array([0]), np.array([1]))


def test_each_words_tag_and_each_edge_but_the_roots():
    tags = edge_tasks.parts_of_speech(bank())
    assert tags.names == ("NOUN", "VERB")
    assert tags.sentence.tolist() == [0, 1, 1]
    assert tags.spans[0].tolist() == [[0, 1], [0, 1], [1, 2]]
    assert tags.label.tolist() == [1, 0, 1]
    assert tags.of(tags.test_index).tolist() == [1, 2]
    edges = edge_tasks.dependencies(bank())
    assert (edges.names, edges.label.tolist()) == (("nsubj",), [0])
    assert [span.tolist() for span in edges.spans] == [[[0, 1]], [[1, 2]]]
    with pytest.raises(ValueError, match="sentence 0 has no relations"):
        edge_tasks.dependencies(bank(()))


def test_spans_of_bio_tags():
    tags, names = numbered([["O", "B-NP", "I-NP", "B-NP"], ["O"], ["I-VP", "O", "B-NP"]])
    words = [["well", "the", "cat", "it"], ["so"], ["ran", "from", "it"]]
    task = edge_tasks.marked_spans(TaggedSentences(words, tags, names, np.array([0, 1]), np.array([2])), "x")
    assert (task.name, task.names) == ("x", ("NP", "VP"))
    assert task.sentence.tolist() == [0, 0, 2, 2]
    assert task.spans[0].tolist() == [[1, 3], [3, 4], [0, 1], [2, 3]]
    assert task.label.tolist() == [0, 0, 1, 0]
    none = TaggedSentences([["so"]], [np.array([0])], ("O",), np.array([0]), np.array([0]))
    with pytest.raises(ValueError, match="mark no span"):
        edge_tasks.marked_spans(none, "x")


def test_a_treebank_has_an_edge_for_each_word_but_one(gold):
    treebank = gold(universal_dependencies.load)
    task = edge_tasks.dependencies(treebank)
    assert len(task.label) == sum(len(tree.words) - 1 for tree in treebank.trees)
    assert {"nsubj", "obj", "amod", "det"} <= set(task.names)
    i = int(np.argmax(task.label == task.names.index("nsubj")))
    tree = treebank.trees[task.sentence[i]]
    word, head = (int(span[i, 0]) for span in task.spans)
    assert (tree.relations[word], tree.heads[word]) == ("nsubj", head)
