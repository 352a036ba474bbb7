"""The tasks: right labels, splits without a leak, and nothing to test on that pretraining may read."""

import os
from pathlib import Path

import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import headline_pairs, imdb, pretraining_text, tagged_sentences, tasks
from tlcourse.data.overlap import Evaluation, N, Words


def nltk_data() -> Path:
    folder = os.environ.get("NLTK_DATA", "")
    if not folder or not (Path(folder) / "corpora").is_dir():
        pytest.skip("set NLTK_DATA to a folder with conll2000 and ieer: `tlcourse fetch --tier nltk`")
    return Path(folder)


def load(name: str, nltk: Path | None = None) -> tasks.Task:
    try:
        return tasks.load(name, nltk=nltk)
    except (assets.AssetMissing, ModuleNotFoundError) as missing:
        pytest.skip(str(missing))


def all_tests(task: tasks.Task) -> list[str]:
    rows = np.concatenate([*task.tests.values()])
    text = [" ".join(t) if task.kind == tasks.TAGS else t for t in (task.texts[i] for i in rows)]
    return text if task.second is None else text + [task.second[i] for i in rows]


PACKAGED = ("sentiment", "graded sentiment", "topic", "headline", "entities", "parts of speech")


@pytest.mark.parametrize("name", PACKAGED)
def test_splits_share_no_item(name):
    task = load(name)
    rows = [task.train_index, *task.tests.values()]
    assert len(np.unique(np.concatenate(rows))) == sum(map(len, rows))
    assert task.metrics.keys() == task.tests.keys()
    if task.kind != tasks.NUMBERS:
        for part in rows:
            assert set(np.unique(task.target(part))) <= set(range(len(task.names)))


@pytest.fixture(scope="module")
def known():
    """Text → whether the pretraining text is cleared of it, from NLTK's data or without them."""
    words = Words()
    indexes = {}

    def asked(text: str, nltk: Path | None) -> bool | None:
        if nltk not in indexes:
            try:
                sets = pretraining_text.Sources(nltk).evaluation()
            except assets.AssetMissing as missing:
                pytest.skip(str(missing))
            indexes[nltk] = Evaluation(sets, words)
        numbers = words.numbers(text)
        return bool(indexes[nltk].shared_with(numbers)) if len(numbers) >= N else None

    return asked


@pytest.mark.parametrize("name", [*PACKAGED, "chunks", "names"])
def test_what_is_tested_on_is_kept_out_of_pretraining(name, known):
    nltk = None if name in PACKAGED else nltk_data()
    found = [known(text, nltk) for text in all_tests(load(name, nltk))]
    long_enough = [cleared for cleared in found if cleared is not None]
    assert len(long_enough) > 300
    # Words that spaCy cuts apart (its) and cleaned signs can differ in a few sentences, not in all. What
    # people have tagged is cut by our rules alone.
    allowed = 0.02 * len(long_enough) if name in PACKAGED else 0
    assert long_enough.count(False) <= allowed


def test_the_datasheet_has_the_sizes(root):
    section = (root / "data" / "README.md").read_text(encoding="utf-8").split("## Tasks of the zoo")[1]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    for name in PACKAGED:
        if name == "graded sentiment":
            continue
        task = load(name)
        told = next(row for row in rows if name in row[0].split(", "))
        assert f"{len(task.train_index):,}" in told[2]
        assert all(f"{len(index):,}" in told[3] for index in task.tests.values())


def test_draws_are_nested():
    task = tasks.Task("t", tasks.CLASSES, list("abcdefgh"), np.arange(8), (), np.arange(2, 8), {}, {})
    assert set(task.draw(2, seed=3)) < set(task.draw(4, seed=3)) < set(range(2, 8))
    assert task.draw(None, seed=3).tolist() == [2, 3, 4, 5, 6, 7]
    with pytest.raises(ValueError, match="t has 6"):
        task.draw(7, seed=0)


def test_headlines_are_half_right_and_never_of_a_related_article():
    try:
        pairs = headline_pairs.load()
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    assert pairs.label.mean() == 0.5
    own = {a: h for a, h, y in zip(pairs.articles, pairs.headlines, pairs.label, strict=True) if y}
    assert all(
        own[a] != h for a, h, y in zip(pairs.articles, pairs.headlines, pairs.label, strict=True) if not y
    )
    train = {pairs.headlines[i] for i in pairs.train_index}
    # Two articles may have the same headline by chance.
    assert len(train & {pairs.headlines[i] for i in pairs.test_index}) <= 5


def test_strangers_are_of_another_group():
    group = np.array([0, 0, 0, 1, 2])
    items = [0, 1, 2, 3, 4]
    others = headline_pairs.strangers(items, list("abcde"), group)
    assert all(group[a] != group[b] for a, b in zip(items, others, strict=True))
    with pytest.raises(ValueError, match="one group"):
        headline_pairs.strangers([0, 1], list("ab"), group)


def test_marks_become_bio():
    body = (
        '\t<b_enamex type="PERSON">Mr. Moi<e_enamex> of <b_enamex type="LOCATION|PERSON">Kenya<e_enamex>'
        '<b_enamex type="LOCATION">\nNairobi<e_enamex> left.\n\tHe went.'
    )
    found = list(tagged_sentences._marked_sentences(body))
    assert found == [
        (
            ["Mr", ".", "Moi", "of", "Kenya", "Nairobi", "left", "."],
            ["B-PERSON", "I-PERSON", "I-PERSON", "O", "B-LOCATION", "B-LOCATION", "O", "O"],
        ),
        (["He", "went", "."], ["O", "O", "O"]),
    ]


def test_gold_tags_are_those_of_nltk():
    folder = nltk_data()
    corpora = pytest.importorskip("nltk.corpus", reason="pip install nltk: the reference reader")
    from nltk.tree import Tree

    ours = tagged_sentences.conll2000(folder)
    theirs = corpora.conll2000.iob_sents("train.txt")
    for i in (0, 7, 500):
        row = [
            (w, ours.names[t])
            for w, t in zip(ours.words[ours.train_index[i]], ours.tags[ours.train_index[i]], strict=True)
        ]
        assert row == [(word, chunk) for word, _, chunk in theirs[i]]

    names = tagged_sentences.ieer(folder)
    spans = sum(int(sum(names.names[t].startswith("B-") for t in tags)) for tags in names.tags)
    expected = sum(
        isinstance(part, Tree) for document in corpora.ieer.parsed_docs() for part in document.text
    )
    assert spans == pytest.approx(expected, rel=0.01)


def test_imdb_has_labels_where_there_are_any(tmp_path):
    import json
    import lzma

    import pyarrow
    import pyarrow.parquet

    rows = [{"text": "Good.<br />Really.", "label": 1}, {"text": "Bad.", "label": 0}]
    with lzma.open(tmp_path / "train.jsonl.xz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "hub").mkdir()
    table = pyarrow.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, tmp_path / "hub" / "train-00000.parquet")
    for folder in (tmp_path, tmp_path / "hub"):
        texts, labels = imdb.read(folder, "train")
        assert texts == ["Good.<br />Really.", "Bad."]
        assert labels.tolist() == [1, 0]


def test_imdb_is_found_in_ones_own_folder(tmp_path, monkeypatch):
    import hashlib

    texts = {"train": b'{"text": "Good.", "label": 1}\n', "test": b'{"text": "Bad.", "label": 0}\n'}
    monkeypatch.setattr(imdb, "SHA256", tuple(hashlib.sha256(text).hexdigest() for text in texts.values()))
    monkeypatch.setenv("TLCOURSE_ASSETS", str(tmp_path / "none"))
    monkeypatch.delenv("TLCOURSE_FILES", raising=False)
    with pytest.raises(assets.AssetMissing, match="tlcourse fetch imdb"):
        tasks.load("imdb")
    for split, text in texts.items():
        (tmp_path / f"{split}.jsonl").write_bytes(text)
    monkeypatch.setenv("TLCOURSE_FILES", str(tmp_path))
    task = tasks.load("imdb")
    assert task.texts == ["Good.", "Bad."]
    assert task.targets.tolist() == [1, 0]


def test_the_real_imdb_is_found_by_its_hash(gold_folder, monkeypatch):
    folder = gold_folder.parent / "imdb"
    if not folder.is_dir():
        pytest.skip(f"the real reviews are not in {folder}")
    monkeypatch.setenv("TLCOURSE_FILES", str(folder))
    assert imdb.folder() == folder


@pytest.mark.parametrize(
    ("name", "learn", "tests"),
    [("wikigold", 1272, [424]), ("conll2003", 3000, [1000]), ("similarity", 5725, [1379]),
     ("acceptability", 8533, [527, 516])],
)  # fmt: skip
def test_tasks_that_are_fetched(gold, root, name, learn, tests):
    task = gold(lambda: tasks.load(name))
    assert (len(task.train_index), [*map(len, task.tests.values())]) == (learn, tests)
    rows = np.concatenate([task.train_index, *task.tests.values()])
    assert len(np.unique(rows)) == len(rows)
    assert task.metrics.keys() == task.tests.keys()
    (told,) = [
        x for x in (root / "data" / "README.md").read_text().splitlines() if x.startswith(f"| {name} |")
    ]
    assert all(f"{n:,}" in told for n in [learn, *tests])


def test_names_and_needs():
    assert tasks.available() == [*PACKAGED]
    assert "chunks" in tasks.available(nltk=Path("x"))
    with pytest.raises(ValueError, match=r"'tagging'.*sentiment"):
        tasks.load("tagging")
    assert {"wikigold", "conll2003", "similarity", "acceptability"} < {*tasks.available(fetched=True)}
    with pytest.raises(ValueError, match="nltk=FOLDER"):
        tasks.load("chunks")
    with pytest.raises(ValueError, match=r"'verbs'.*'entities'"):
        tagged_sentences.bbc_silver("verbs")
