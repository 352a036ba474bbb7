"""Trees of BBC news: trees, of the articles' words, and as spaCy draws them where it is installed."""

import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import silver_files, silver_trees
from tlcourse.probe.tree_metrics import ancestors

SENTENCE = "The dog that chased the cat barked loudly."


@pytest.fixture(scope="module")
def trees():
    return silver_trees.load()


def test_each_is_a_tree_over_words_of_its_article(trees, news):
    texts = " ".join("".join(text.split()) for text in news.texts)
    for tree in trees.trees:
        ancestors(tree.heads)  # refuses what is no tree
        assert silver_trees.SHORTEST <= len(tree.words) <= silver_trees.LONGEST
        assert len(tree.words) == len(tree.tags) == len(tree.relations) == len(tree.is_punctuation)
        assert all(tree.words)
    for tree in trees.trees[::100]:
        assert "".join(tree.words).replace('"', "")[:20].split("'")[0] in texts


def test_the_split_is_the_articles(trees):
    together = np.concatenate([trees.train_index, trees.test_index])
    assert sorted(together.tolist()) == list(range(len(trees.trees)))
    learnt = {tuple(trees.trees[i].words) for i in trees.train_index}
    assert not learnt & {tuple(trees.trees[i].words) for i in trees.test_index}


def test_trees_of_other_texts_are_refused():
    with pytest.raises(ValueError, match="not of the sentence"):
        silver_trees._read("Shorter now", ["7:-1:VERB:ROOT", "9:0:NOUN:dobj"])


def test_spacy_draws_the_kept_trees(trees):
    pytest.importorskip("spacy")
    for tree in trees.trees[::400]:
        words = " ".join(tree.words)
        try:
            drawn = silver_trees.parse(words)
        except assets.AssetMissing as missing:
            pytest.skip(str(missing))
        if drawn.words == tree.words:  # joined by blanks, some words are cut in another way
            assert np.mean(drawn.heads == tree.heads) > 0.8


def test_a_sentence_of_ones_own():
    pytest.importorskip("spacy")
    tree = silver_trees.parse(SENTENCE)
    assert tree.words[6] == "barked"
    assert tree.heads[1] == 6
    assert silver_trees.parse(" ... ") is None


def test_without_spacy_the_message_says_the_command(monkeypatch):
    silver_files.pipeline.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "spacy", None)
    with pytest.raises(ModuleNotFoundError, match="pip install spacy"):
        silver_trees.parse(SENTENCE)
