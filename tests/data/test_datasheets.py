"""data/README.md says what is true of the data."""

import json
import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import (
    cola,
    conll2003,
    dependency_trees,
    rated_sentences,
    senseval,
    silver_trees,
    stsb,
    tagged_sentences,
    universal_dependencies,
    wikigold,
    xquad,
)

README = (Path(__file__).parents[2] / "data" / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def row(start: str, text: str = README) -> list[str]:
    """The cells of the first table row of `text` that begins with `start`."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {start}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def numbers(text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)]


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            anchors = [
                re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in re.findall(r"\n## (.+)", README)
            ]
            assert target[1:] in anchors
        else:
            assert (Path(__file__).parents[2] / "data" / target).exists()


@pytest.mark.parametrize("start", ["[Solar cells]", "[BBC news]"])
def test_the_sizes_in_the_table(start, cells, news):
    data = cells if "Solar" in start else news
    total, train, test = (numbers(cell)[0] for cell in row(start)[2:5])
    assert (train, test) == (len(data.train_index), len(data.test_index))
    assert total == train + test


@pytest.mark.parametrize("domain", rated_sentences.DOMAINS)
def test_the_sizes_of_the_rated_sentences(rated, domain):
    data = rated[domain]
    (line,) = [line for line in README.splitlines() if f'rated_sentences.load("{domain}")' in line]
    assert numbers(line) == [len(data.texts), len(data.train_index), len(data.test_index)]


@pytest.mark.parametrize("name", ["conll2000", "ieer"])
def test_the_sizes_of_nltks_corpora(name):
    folder = os.environ.get("NLTK_DATA", "")
    if not folder or not (Path(folder) / "corpora" / f"{name}.zip").is_file():
        pytest.skip("set NLTK_DATA to a folder with conll2000 and ieer: `tlcourse fetch --tier nltk`")
    data = getattr(tagged_sentences, name)(folder)
    (line,) = [line for line in README.splitlines() if f"tagged_sentences.{name}(folder)" in line]
    sizes = [len(data.words), len(data.train_index), len(data.test_index)]
    assert numbers(line.partition("(folder)")[2]) == sizes
    text = section("CoNLL-2000" if name == "conll2000" else "IE-ER")
    assert f"{len(data.words):,} sentences" in text
    assert f"{sum(map(len, data.words)):,} words" in text


def sizes_told(loader: str) -> list[int]:
    """Items, and how many for training and testing, in the row of the table with this loader."""
    (line,) = [line for line in README.splitlines() if loader in line]
    return numbers(line.partition(loader)[2].rpartition("|")[0].rpartition("|")[0])


def names(data) -> int:
    return sum(data.names[tag].startswith("B-") for tags in data.tags for tag in tags)


def test_wikigold(gold):
    data, text = gold(wikigold.load), section("WikiGold")
    assert sizes_told("`wikigold.load()`") == [len(data.words), len(data.train_index), len(data.test_index)]
    tested = sum(data.names[tag].startswith("B-") for i in data.test_index for tag in data.tags[i])
    for told in (f"{sum(map(len, data.words)):,} words", f"{names(data):,} names", f"has {tested} names"):
        assert told in text


def test_conll2003(gold):
    data, text = gold(conll2003.load), section("CoNLL-2003")
    parts = [len(data.train_index), len(data.valid_index), len(data.test_index)]
    assert sizes_told("`conll2003.load()`") == [len(data.words), *parts]
    left_out = conll2003.SENTENCES["train"] - len(data.train_index)
    for told in (f"{sum(map(len, data.words)):,} words", f"{names(data):,} names", f"the {left_out} that"):
        assert told in text


def test_treebanks(gold):
    web, text = gold(universal_dependencies.load), section("Web treebank")
    told = sizes_told("`universal_dependencies.load()`")
    assert told == [len(web.trees), len(web.train_index), len(web.test_index)]
    words = [len(tree.words) for tree in web.trees]
    assert f"2,001\nsentences of {sum(words[:2001]):,} words" in text
    assert f"{len(web.test_index):,} of {sum(words[2001:]):,}" in text
    assert f"but for {2001 - len(web.train_index)} sentences" in text


def test_the_journals_trees():
    try:
        data = dependency_trees.load()
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    told = sizes_told("`dependency_trees.load()`")
    assert told == [len(data.trees), len(data.train_index), len(data.test_index)]
    assert f"{sum(len(tree.words) for tree in data.trees):,} words" in section("Journal treebank")


@pytest.mark.parametrize("word", senseval.WORDS)
def test_senses(word):
    try:
        data = senseval.load(word)
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    told = sizes_told(f'`senseval.load("{word}")`')
    assert told == [len(data.words), len(data.train_index), len(data.test_index)]
    share = 100 * np.bincount(data.sense).max() / len(data.sense)
    if word in ("hard", "line"):
        assert f"{share:.0f} %" in section("Senses")


def test_questions(gold):
    data, text = gold(xquad.load), section("XQuAD")
    told = sizes_told("`xquad.load()`")
    assert told == [len(data.questions), len(data.train_index), len(data.test_index)]
    assert f"{len(data.paragraphs)} paragraphs of {len(set(data.articles))} articles" in text


def test_judgements(gold):
    data, text = gold(cola.load), section("CoLA")
    parts = [len(data.train_index), len(data.in_domain_index), len(data.out_of_domain_index)]
    assert sizes_told("`cola.load()`") == [len(data.texts), *parts]
    verdicts: dict[str, set[int]] = {}
    for sentence, label in zip(data.texts, data.label.tolist(), strict=True):
        verdicts.setdefault(sentence, set()).add(label)
    assert f"{sum(len(v) == 2 for v in verdicts.values())} sentences are in it twice" in text
    assert f"the {8551 - len(data.train_index)} that stand" in text
    assert f"{100 * data.label.mean():.0f} % of them acceptable" in text


def test_similar_pairs(gold):
    data, text = gold(stsb.load), section("STS benchmark")
    parts = [len(data.train_index), len(data.valid_index), len(data.test_index)]
    assert sizes_told("`stsb.load()`") == [len(data.first), *parts]
    asked = [i for part in (data.valid_index, data.test_index) for i in part]
    known = {side[i] for i in asked for side in (data.first, data.second)}
    shared = sum(data.first[i] in known or data.second[i] in known for i in data.train_index)
    assert f"{shared} of the pairs share" in text
    assert f"the {5749 - len(data.train_index)} that stand" in text


def test_the_sizes_of_the_pretraining_text(root):
    facts = json.loads((root / "data" / "checkpoints" / "bert-mini" / "training.json").read_text())
    report = facts["text"]["report"]
    kept, held_out = (sum(report[name].values()) for name in ("kept", "held_out"))
    assert numbers(row("[Pretraining text]")[2]) == [kept + held_out]
    assert [numbers(cell) for cell in row("[Pretraining text]")[3:5]] == [[kept], [held_out]]
    text = section("Pretraining text")
    assert f"{kept + held_out:,} documents" in text
    assert round(sum(facts["text"]["pieces"].values()) / 1e6) == 37


def test_solar_cells(cells):
    text = section("Solar cells")
    for kind in ("mono", "poly"):
        assert f"{(cells.kind == kind).sum():,} of {kind}crystalline" in text
    for third, phrase in enumerate(("0 ({:,} cells)", "1/3 ({:,})", "2/3 ({:,})", "1 ({:,})")):
        assert phrase.format(np.isclose(cells.probability, third / 3).sum()) in text
    assert f"{cells.label.sum()} cells, {cells.label.mean():.0%}".replace("%", " %") in text
    assert "single cells**, {:,} and {:,}".format(*map(len, cells.split(0))) in text
    by_panel = [cells.label[cells.module == number].mean() for number in range(44)]
    assert f"from {min(by_panel):.0f} to {max(by_panel):.0%}".replace("%", " %") in text
    first = np.flatnonzero(np.diff(cells.module)) + 1  # the panels named in the text begin where it says
    sizes = np.bincount(cells.module)
    for begin, size in ((1200, 54), (1734, 50)):
        assert begin in first
        assert sizes[cells.module[begin]] == size
        assert f"{begin + 1}–{begin + size}" in text


def test_neighbours_of_solar_cells(cells):
    small = cells.images.reshape(-1, 30, 10, 30, 10).mean((2, 4)).reshape(2624, -1)
    small -= small.mean(1, keepdims=True)
    small /= np.linalg.norm(small, axis=1, keepdims=True)
    alike = small @ small.T
    np.fill_diagonal(alike, -1)
    same = np.mean(cells.module[alike.argmax(1)] == cells.module)
    assert f"for {same:.0%} of the cells".replace("%", " %") in " ".join(section("Solar cells").split())


@pytest.mark.parametrize("domain", rated_sentences.DOMAINS)
def test_rated_sentences(rated, domain):
    data = rated[domain]
    cells = row(f"{domain} |", section("Rated sentences"))
    agree = np.mean(
        [np.mean((votes > 0) == label) for votes, label in zip(data.votes, data.label, strict=True)]
    )
    assert cells[2] == f"{np.mean([len(text.split()) for text in data.texts]):.1f}"
    assert cells[3] == f"{np.median([len(votes) for votes in data.votes]):.0f}"
    assert cells[4] == f"{100 * data.label.mean():.0f} %"
    assert cells[5] == f"{100 * agree:.0f} %"
    zero = (data.rating == 0).sum()
    assert re.search(rf"\b{zero} ({domain}|tweets)", section("Rated sentences"))


def test_movie_snippets_are_not_from_the_reviews_they_are_said_to_be_from(rated):
    try:
        place = assets.path("movie_reviews")
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    if place.is_dir():
        reviews = [file.read_text("latin-1") for file in place.rglob("*.txt")]
    else:
        with zipfile.ZipFile(place) as package:
            reviews = [
                package.read(name).decode("latin-1") for name in package.namelist() if name.endswith(".txt")
            ]

    def bare(text: str) -> str:
        return " ".join(re.findall("[a-z0-9]+", text.lower()))

    everything = bare(" ".join(reviews))
    snippets = [bare(text) for text in rated["movie"].texts]
    long = [snippet for snippet in snippets if snippet.count(" ") >= 5]
    assert 0 < sum(snippet in everything for snippet in long) < len(long) / 1000


def test_bbc_news(news):
    text = section("BBC news")
    assert f"{len(news.texts):,} are left" in text
    assert f"of {np.mean([len(article.split()) for article in news.texts]):.0f} words on average" in text
    assert 2225 - len(news.texts) == 138 + 30


def test_trees_of_bbc_news():
    data, text = silver_trees.load(), section("BBC trees")
    assert sizes_told("`silver_trees.load()`") == [
        len(data.trees), len(data.train_index), len(data.test_index)
    ]  # fmt: skip
    assert f"{len(data.trees):,} sentences" in text
    assert f"{sum(len(tree.words) for tree in data.trees):,} words" in text


def test_cmudict(lexicon):
    text = section("CMU Pronouncing Dictionary")
    several = sum(len(said) > 1 for said in lexicon.pronunciations.values())
    assert f"{len(lexicon.pronunciations):,} words, {len(lexicon.entries):,} pronunciations" in text
    assert f"{several:,} words have more than one" in text
    sizes = (len(lexicon.train_index), len(lexicon.valid_index), len(lexicon.test_index))
    assert numbers("".join(row("[CMU dictionary]")[3:5])) == list(sizes)


def test_word_tests(word_tests, vectors):
    text = section("Word tests")
    words = {word.lower() for rows in word_tests.analogies().values() for quad in rows for word in quad}
    assert f"only {len(words)} words" in text
    assert all(word in vectors for word in words)
    capitals = [len(rows) for name, rows in word_tests.analogies().items() if "capital" in name]
    assert sum(capitals) > 8_869 / 2
