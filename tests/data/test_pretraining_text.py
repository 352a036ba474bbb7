"""The training text: planted leaks, copies and scraps are found, and nothing else is dropped."""

import zipfile
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import near_duplicates, pretraining_text, text_index, tokeniser
from tlcourse.data.pretraining_text import select
from tlcourse.data.text_index import Document

WORDS = [f"{a}{b}{c}" for a in "bdgklmnprst" for b in "aeiou" for c in ("n", "r", "st", "lk")]


def prose(rng, n_words):
    words = rng.choice(WORDS, n_words).tolist()
    return " ".join(" ".join(words[i : i + 9]).capitalize() + "." for i in range(0, n_words, 9))


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(0)
    tests = {"reviews": [prose(rng, 30) for _ in range(40)], "headlines": [prose(rng, 9) for _ in range(40)]}
    clean = [Document("news", f"news/{i}", [prose(rng, 120), prose(rng, 60)]) for i in range(150)]
    clean += [Document("novels", f"novels/{i}", [prose(rng, 250) for _ in range(20)]) for i in range(3)]
    leak = " ".join(tests["reviews"][7].split()[5:19]).upper()  # 14 of its words, inside other text
    planted = {
        "news/leak": [prose(rng, 50) + " " + leak + " " + prose(rng, 50)],
        "news/headline": [prose(rng, 40), tests["headlines"][3], prose(rng, 40)],
        "news/copy": clean[20].paragraphs,
        "news/nearly": [clean[30].paragraphs[0], prose(rng, 20)],
        "news/scrap": ["Much too short."],
    }
    leaking_novel = [prose(rng, 250) for _ in range(20)]
    leaking_novel[13] = tests["reviews"][11]
    documents = [*clean, *(Document("news", name, p) for name, p in planted.items())]
    documents.append(Document("novels", "novels/leak", leaking_novel))
    return documents, tests


@pytest.fixture(scope="module")
def selected(made):
    return select(*made)


def runs(text, n=13):
    words = near_duplicates.words(text)
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def test_planted_leaks_copies_and_scraps_are_gone(selected, made):
    kept, _, report = selected
    names = {document.name for document in kept}
    assert not names & {"news/leak", "news/headline", "news/copy", "news/nearly", "news/scrap"}
    assert {f"news/{i}" for i in range(150)} - names <= {f"news/{i}" for i in range(150)}
    assert report.facts()["shared_with_evaluation"] == {
        "reviews": {"news": 1, "novels": 1},
        "headlines": {"news": 1},
    }
    assert report.repeated == {"news": 2}
    assert report.too_short == {"news": 1}


def test_of_a_novel_only_the_part_with_the_leak_is_gone(selected):
    names = [document.name for document in selected[0]]
    parts = sorted(int(name.split("#")[1]) for name in names if name.startswith("novels/leak#"))
    whole = sorted(int(name.split("#")[1]) for name in names if name.startswith("novels/0#"))
    assert len(parts) == len(whole) - 1


def test_nothing_else_is_dropped_and_the_report_adds_up(selected):
    kept, _, report = selected
    dropped = report.too_short + report.repeated + report.leaking
    assert report.leaking == sum(report.shared_with_evaluation.values(), report.shared_with_held_out)
    for source, n in report.read.items():
        assert n == dropped[source] + report.kept[source] + report.held_out[source]
    assert len(kept) == sum(report.kept.values()) + sum(report.held_out.values())
    assert sum(report.shared_with_held_out.values()) == 0
    assert report.evaluation_texts == {"reviews": 40, "headlines": 40}


def test_no_run_of_13_words_is_shared_with_evaluation_or_held_out(selected, made):
    kept, held_out, _ = selected
    seen = set().union(*(runs(d.text) for d in kept if d.name not in held_out))
    tests = set().union(*(runs(text) for texts in made[1].values() for text in texts))
    unseen = set().union(*(runs(d.text) for d in kept if d.name in held_out))
    assert tests
    assert unseen
    assert not seen & tests
    assert not seen & unseen
    assert not unseen & tests


def test_whole_documents_are_held_out(selected):
    kept, held_out, _ = selected
    novels = {name.split("#")[0] for name in held_out if name.startswith("novels")}
    assert len(novels) == 1
    parts = {d.name for d in kept if d.name.startswith(f"{next(iter(novels))}#")}
    assert parts <= held_out
    assert sum(name.startswith("news") for name in held_out) == round(0.01 * 150)


def test_what_quotes_a_held_out_document_is_not_trained_on():
    rng = np.random.default_rng(1)
    documents = [Document("s", f"s/{i}", [prose(rng, 60)]) for i in range(40)]
    held_out = select(documents, {})[1]
    (name,) = held_out
    quoted = next(d for d in documents if d.name == name).text.split()[10:28]
    documents.append(Document("s", "s/quoting", [prose(rng, 60), " ".join(quoted)]))
    kept, still, report = select(documents, {})
    assert still == held_out
    assert report.shared_with_held_out == {"s": 1}
    assert "s/quoting" not in {d.name for d in kept}


def test_the_order_of_the_sources_changes_nothing_that_is_held_out(made):
    documents, tests = made
    assert select(documents[::-1], tests)[1] == select(documents, tests)[1]


def test_assembled_from_files(monkeypatch, made, tmp_path):
    documents, tests = made
    monkeypatch.setattr(pretraining_text.Sources, "documents", lambda self: iter(documents))
    monkeypatch.setattr(pretraining_text.Sources, "evaluation", lambda self: tests)
    monkeypatch.setattr(tokeniser, "train", partial(tokeniser.train, vocab_size=250))
    index = pretraining_text.assemble(pretraining_text.Sources())
    text_index.save(index, tmp_path / "text")
    again = text_index.load(tmp_path / "text")
    assert again.report["kept"] == {"news": 148, "novels": again.report["kept"]["novels"]}
    assert again.report["words_in_a_run"] == 13
    assert again.sources == ("news", "novels")
    assert again.held_out.sum() == sum(again.report["held_out"].values())
    assert tokeniser.UNK not in again.pieces


def test_pieces_of_a_model_are_taken(monkeypatch, made, tmp_path):
    documents, tests = made
    monkeypatch.setattr(pretraining_text.Sources, "documents", lambda self: iter(documents))
    monkeypatch.setattr(pretraining_text.Sources, "evaluation", lambda self: tests)
    monkeypatch.setattr(pretraining_text.Sources, "check", lambda self: None)
    of_model = tokeniser.train([document.text for document in documents[::2]], vocab_size=270)
    tokeniser.save(of_model, tmp_path / "model")
    said = []
    pretraining_text.make(pretraining_text.Sources(), tmp_path / "text", said.append, tmp_path / "model")
    made_of_it = text_index.load(tmp_path / "text")
    assert made_of_it.tokenizer.get_vocab() == of_model.get_vocab()
    assert not {tokeniser.CLS, tokeniser.SEP} & set(made_of_it.pieces.tolist())
    assert not any("learning" in line for line in said)
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json"):
        pretraining_text.make(pretraining_text.Sources(), tmp_path / "other", said.append, tmp_path)


def test_marks_of_names_stand_in_no_evaluation_text(tmp_path):
    (tmp_path / "corpora").mkdir()
    mark = '<b_enamex type="ORGANIZATION|LOCATION" alt="with much more than forty characters">'
    with zipfile.ZipFile(tmp_path / "corpora" / "ieer.zip", "w") as archive:
        archive.writestr("ieer/A", f"<DOC><TEXT>In {mark}New York<e_enamex> it is\n< 5 degrees.</TEXT></DOC>")
    found = [*pretraining_text._evaluation_texts(tmp_path, "ieer")]
    assert found == ["In New York it is < 5 degrees."]


def test_what_was_fetched_is_found(monkeypatch, tmp_path):
    def path(name):
        if name == "imdb":
            raise assets.AssetMissing(name)
        return tmp_path / "nltk_data" / "corpora" / f"{name}.zip"

    monkeypatch.setattr(assets, "path", path)
    monkeypatch.delenv("TLCOURSE_FILES", raising=False)
    found = pretraining_text.Sources.fetched(nltk=None, imdb=None, eltec=tmp_path / "novels")
    assert found == pretraining_text.Sources(tmp_path / "nltk_data", None, tmp_path / "novels")
    given = pretraining_text.Sources.fetched(nltk=tmp_path / "mine", imdb=tmp_path / "imdb", eltec=None)
    assert given == pretraining_text.Sources(tmp_path / "mine", tmp_path / "imdb", None)


def test_a_source_that_is_missing_stops_it_before_any_work(monkeypatch, made, tmp_path):
    monkeypatch.setattr(pretraining_text.text_sources, "bbc", lambda test=False: iter(made[0]))
    monkeypatch.setattr(pretraining_text.rated_sentences, "load", lambda domain: SimpleNamespace(texts=["a"]))
    monkeypatch.setattr(pretraining_text, "assemble", None)  # not even begun
    with pytest.raises(FileNotFoundError, match="ELTeC"):
        pretraining_text.make(pretraining_text.Sources(eltec=tmp_path / "no"), tmp_path / "text", print)
