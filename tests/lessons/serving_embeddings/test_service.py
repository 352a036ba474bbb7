"""The lesson's server and its widgets, with a tiny encoder."""

import importlib.util
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import openai
import pytest

from tlcourse.lessons.serving_embeddings import clients, load_dial, search_box, service, tiny
from tlcourse.lessons.serving_embeddings.articles import Articles
from tlcourse.serve.embedding import Embedder
from tlcourse.serve.settings import Settings

_spec = importlib.util.spec_from_file_location("made_up", Path(__file__).with_name("made_up.py"))
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

NEWS = Articles(
    ["The house", "The river", "The teacher", "The story", "The winter"],
    ["The old house.", "Mary saw the river.", "A quiet teacher.", "An early story.", "A cold <winter>."],
    ["business", "sports", "tech", "tech", "sports"],
)


@pytest.fixture(scope="module")
def server(tiny_zoo):
    model = str(tiny_zoo / "bert-mini")
    yield service.start(Settings(model=model, port=0, port_out=0, layers=(-1,), normalise=True))
    service.stop()


@pytest.fixture
def box(server):
    vectors = service.vectors(server, NEWS.paragraphs, at_once=2)
    return search_box.search_box(server, NEWS, vectors, ["Mary saw the river.", "zebra"])


def test_vectors_in_parts_are_those_of_the_embedder(server):
    found = service.vectors(server, NEWS.paragraphs, at_once=2)
    expected = Embedder(server.settings.model, (-1,), normalise=True)(NEWS.paragraphs).vectors
    assert found == pytest.approx(expected, abs=1e-5)


def test_http_gives_what_openais_client_gets(server):
    port, model = service.open_http(server), server.settings.model
    found = service.over_http(port, NEWS.paragraphs[:2], model)
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="any")
    theirs = client.embeddings.create(model=model, input=NEWS.paragraphs[:2])
    assert found == pytest.approx(np.array([one.embedding for one in theirs.data]), abs=1e-6)


def test_the_server_says_what_it_is(server):
    rows = {row["the server's"]: row["is"] for row in service.told(server)}
    assert rows["workers (processes)"] == "1"
    assert re.fullmatch(r"\d+, \d+", rows["ports: texts in, vectors out"])


def test_a_search_finds_the_text_itself(box):
    hits = box.hits("Mary saw the river.")
    assert {way: found[0].place for way, found in hits.items()} == {"by its vector": 1, "by shared words": 1}
    assert hits["by its vector"][0].cosine == pytest.approx(1, abs=1e-5)
    assert "The river (1.00)" in box.alt


def test_typing_searches_again(box):
    assert box.widget
    before = box.picture.value, box.words.value
    box.chooser.value = "zebra"
    assert box.controls["query"].value == "zebra"
    assert box.picture.value != before[0]
    assert box.words.value != before[1]
    assert "no article has one of these words" in box.picture.value
    box.controls["query"].value = "a cold winter"
    assert "&lt;winter&gt;" in box.picture.value
    assert not box.errors


def test_nothing_typed_is_told(box):
    assert box.widget
    before = box.picture.value
    box.controls["query"].value = " "
    assert "Type a word" in box.words.value
    assert box.picture.value == before
    assert not box.errors


def test_vectors_of_other_articles(server):
    with pytest.raises(ValueError, match="3 vectors for 5 articles"):
        search_box.search_box(server, NEWS, np.zeros((3, 4)))


def test_the_small_server_answers_each_with_its_own(server):
    def serve(embed, inbox, max_batch, max_wait):
        while (first := inbox.get()) is not None:
            text, future = first
            future.set_result(embed([text])[0])

    embed = Embedder(server.settings.model, (-1,))
    found = {1: tiny.tried(serve, embed, NEWS.paragraphs, 1, 3, seconds=0.3)}
    assert found[1].inside > 1
    assert tiny.rows(found)[0]["texts in a batch, at most"] == 1


def test_load_reaches_a_real_server(server):
    found = clients.at_random(server.submit, NEWS.paragraphs, rate=100, seconds=0.5, inside=lambda: 0.0)
    assert len(found.waits) == 50


def test_a_stopped_server_is_told(box, server):
    assert box.widget
    service.stop()
    box.controls["query"].value = "the old house"
    assert "run the cell that starts it" in box.words.value
    assert not box.errors


def test_the_dial_turns():
    dial = load_dial.load_dial(made_up.load())
    assert dial.widget
    before = dial.picture.value
    dial.controls["clients"].value = 16
    dial.controls["at_once"].value = 8
    assert dial.picture.value != before
    assert "as many as 128 texts inside" in dial.words.value
    assert "211 texts a second" in dial.words.value
    assert not dial.errors
    plt.close(dial.static())
