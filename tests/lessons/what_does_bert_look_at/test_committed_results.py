"""What the lesson shows is there with three seeds, and what it measures live agrees with it."""

import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import universal_dependencies
from tlcourse.lessons.what_does_bert_look_at import habits, in_words, marked, published, relations, tuned
from tlcourse.models.pretrained import encoders
from tlcourse.probe import attention_maps, head_parsers, head_statistics


@pytest.fixture(scope="module")
def results():
    return in_words.results()


@pytest.fixture(scope="module")
def topics(results):
    return {name: results[name].where(model="minilm", task=tuned.TASK) for name in in_words.OF_TASK}


def test_every_order_was_measured_three_times(topics):
    curve = topics["pruning"]
    assert {*in_words.ORDERS, in_words.ALWAYS} == set(curve.values("order"))
    for (order, share), rows in curve.by("order", "share").items():
        assert set(rows.values("seed")) == {0, 1, 2}, (order, share)
    for name in ("each_off", "one_head"):
        for place, rows in topics[name].by("layer", "head").items():
            assert set(rows.values("seed")) == {0, 1, 2}, (name, place)


def test_a_head_beats_the_offset_for_a_relation_or_the_lesson_says_none(results):
    for model in ("distilbert", "minilm"):
        found = relations.of_model(results["relations"], model)
        said = relations.told(results["relations"], {model: model}, drawn=[model])
        assert any(one.verdict == "above" for one in found.values()) != ("no head beats" in said)
    assert len(relations.beside_the_paper(results["relations"], {"distilbert": "DistilBERT"})) == 9


def test_the_table_of_the_papers_has_both_sides(results, topics):
    assert len(published.paper_rows(results, topics)) >= 3


@pytest.mark.timeout(400)
def test_statistics_and_a_relation_measured_anew_agree(results):
    """A hundred sentences of the treebank, of which it was fetched; without it, those of the lesson."""
    encoder = encoders.load("distilbert")
    try:
        bank = universal_dependencies.load()
    except assets.AssetMissing:
        trees = []
        sentences = [words for words, _ in marked.sentences()]
    else:
        trees = [t for t in (bank.trees[i] for i in bank.test_index) if 8 <= len(t.words) <= 30][:100]
        sentences = [tree.words for tree in trees]
    maps = attention_maps.of_sentences(encoder, sentences)
    now = head_statistics.of_maps(maps)
    for statistic in habits.PLACES:
        kept = habits.table(results["statistics"], "distilbert", statistic)
        assert np.corrcoef(now[statistic].ravel(), kept.ravel())[0, 1] > 0.8, statistic
    if trees:
        one = relations.of_model(results["relations"], "distilbert")["obj"]
        counts = head_parsers.count(
            (
                head_parsers.most_attended(
                    m.between_words[one.layer : one.layer + 1, one.number : one.number + 1]
                )
                for m in maps
            ),
            trees,
        )
        spread = np.sqrt(one.head * (1 - one.head) / counts.n["obj"])
        assert abs(counts.accuracy("obj")[0, 0, 0] - one.head) < 3 * spread


def test_the_chosen_heads_find_most_of_what_was_marked_by_hand(results):
    found = marked.measure(
        encoders.load("distilbert"), results["relations"].where(model="distilbert", part="test")
    )
    assert "more than the" in in_words.of_marked(found)
