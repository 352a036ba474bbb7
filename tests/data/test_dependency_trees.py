"""Trees: as other people's readers read them, and on each side of the split sentences of its own."""

import lzma
import os
from pathlib import Path

import conllu
import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import dependency_trees, universal_dependencies


@pytest.fixture(scope="module")
def web(gold):
    return gold(universal_dependencies.load)


@pytest.fixture(scope="module")
def journal():
    try:
        return dependency_trees.load()
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))


def is_tree(tree) -> bool:
    """One root, and each word leads there."""
    depth = 0
    left = np.flatnonzero(tree.heads != dependency_trees.ROOT)
    at = tree.heads[left]
    while len(at) and depth <= len(tree.words):
        at = at[tree.heads[at] != dependency_trees.ROOT]
        at = tree.heads[at]
        depth += 1
    return not len(at) and len(left) == len(tree.words) - 1


@pytest.mark.parametrize("part", ["dev", "test"])
def test_the_web_treebank_is_read_as_by_conllu(web, gold_folder, part):
    text = lzma.decompress((gold_folder / f"ud-ewt-{part}.conllu.xz").read_bytes()).decode()
    expected = conllu.parse(text)
    assert len(expected) == {"dev": 2001, "test": 2077}[part]
    ours = web.trees[:2001] if part == "dev" else web.trees[2001:]
    for tree, theirs in zip(ours, expected, strict=True):
        tokens = [token for token in theirs if isinstance(token["id"], int)]
        assert tree.words == [token["form"] for token in tokens]
        assert tree.tags == [token["upos"] for token in tokens]
        assert tree.relations == [token["deprel"] for token in tokens]
        assert (tree.heads + 1).tolist() == [token["head"] for token in tokens]


def test_the_web_treebank(web, apart):
    assert " ".join(web.trees[0].words) == "From the AP comes this story :"
    assert web.trees[0].is_punctuation.tolist() == [False] * 6 + [True]
    assert web.trees[0].heads.tolist() == [2, 2, 3, -1, 5, 3, 3]
    assert all(map(is_tree, web.trees))
    assert (len(web.train_index), len(web.test_index)) == (1924, 2077)
    words = [tuple(tree.words) for tree in web.trees]
    assert not {words[i] for i in web.train_index} & {words[i] for i in web.test_index}


def test_lines_that_are_no_conllu_are_refused():
    with pytest.raises(ValueError, match="has 3 columns, expected the ten"):
        list(universal_dependencies.parse("1\ta\tb\n"))


def test_the_journals_trees_are_read_as_by_nltk(journal):
    corpora = pytest.importorskip("nltk.corpus", reason="pip install nltk: the reference reader")
    if not Path(os.environ.get("NLTK_DATA", "")).is_dir():
        pytest.skip("set NLTK_DATA to a folder with dependency_treebank: `tlcourse fetch --tier nltk`")
    graphs = corpora.dependency_treebank.parsed_sents()
    assert len(graphs) == len(journal.trees) == 3914
    for tree, graph in zip(journal.trees[:300], graphs, strict=False):
        nodes = [graph.nodes[i] for i in range(1, len(tree.words) + 1)]
        assert (tree.heads + 1).tolist() == [node["head"] for node in nodes]
        assert tree.tags == [node["tag"] for node in nodes]
        plain = {"-LRB-": "(", "-RRB-": ")", "-LCB-": "{", "-RCB-": "}"}
        assert tree.words == [plain.get(n["word"], n["word"].replace("\\/", "/")) for n in nodes]


def test_the_journals_split(journal, apart):
    assert (len(journal.train_index), len(journal.test_index)) == (2936, 978)
    assert apart([tuple(tree.words) for tree in journal.trees], journal.train_index, journal.test_index)
    assert all(map(is_tree, journal.trees))
    assert sum(len(tree.words) for tree in journal.trees) == 94_084
    first = journal.trees[0]
    assert first.words[:2] == ["Pierre", "Vinken"]
    assert [w for w, p in zip(first.words, first.is_punctuation, strict=True) if p] == [",", ",", "."]
    assert first.words[first.heads.tolist().index(-1)] == "will"
