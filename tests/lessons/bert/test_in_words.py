"""The sentences say what came out, either way."""

import pytest

from tlcourse.lessons.bert import figures, in_words, kinds, published
from tlcourse.show.records import Records


def ablations(way_score: float, berts: float = 0.6) -> Records:
    ways = {in_words.BERTS: berts, "no NSP": way_score, in_words.LEFT: 0.7, "100/0/0": 0.5, "0/0/100": 0.5}
    ways[in_words.RANDOM] = 0.5
    return Records(
        {"way": way, "readout": name, "tokens": 400_000, "seed": seed, "score": score + 0.001 * seed}
        for way, score in ways.items()
        for name in in_words.READOUTS
        for seed in range(3)
    )


@pytest.mark.parametrize(
    ("score", "said"), [(0.7, "above BERT's in"), (0.5, "below it in"), (None, "within luck in")]
)
def test_a_way_against_berts(score, said):
    rows = in_words.readouts(ablations(score or 0.6))
    if score is None:
        rows = Records(
            {**row, "score": row["score"] + (0.02 * (row["seed"] - 1) if row["way"] == "no NSP" else 0)}
            for row in rows
        )
    told = in_words.of_ablations(rows, "no NSP")
    assert said in told
    assert told.startswith("- **no NSP**")


@pytest.mark.parametrize(("hidden", "said"), [(0.05, "hardly count"), (0.2, "Most of what it can do")])
def test_what_peeking_teaches(hidden, said):
    found = {"sight": 0.9, "hidden": hidden, "other": 0.8, "common": 0.05}
    assert said in in_words.of_peeking(0.1, found)


def layered(best: int, joined: float) -> Records:
    rows = [
        {"model": "bert-mini", "reading": "one layer", "layer": k, "seed": s,
         "score": 0.3 + 0.1 * (k == best) + 0.02 * k + 0.001 * s * (k + 1)}
        for k in range(3) for s in range(3)
    ]  # fmt: skip
    rows += [
        {"model": "bert-mini", "reading": "last four, side by side", "layer": -1, "seed": s, "score": joined}
        for s in range(3)
    ]
    return Records(rows)


def test_layers():
    assert "the last one is the best" in in_words.of_layers(layered(2, 0.9), "bert-mini")
    told = in_words.of_layers(layered(1, 0.1), "bert-mini")
    assert "layer 1 is the best, and the last one is below it" in told
    assert "side by side are below" in told


def hidden(both: float, left: float) -> Records:
    return Records(
        {"model": model, "kind": kind, "seed": seed, "n": 40, "score": score + 0.01 * seed}
        for model, score in ((kinds.BOTH, both), (kinds.LEFT, left))
        for kind in ("all words", "punctuation", "nouns")
        for seed in range(3)
    )


def test_kinds_either_way():
    assert "above" in in_words.of_kinds(hidden(0.5, 0.3))
    assert "below" in in_words.of_kinds(hidden(0.3, 0.5))
    alt = figures.by_kind(hidden(0.5, 0.3), [kinds.BOTH, kinds.LEFT]).alt
    assert "punctuation" in alt


def test_a_gain_outside_the_spread_is_bold():
    assert "**nouns +20**" in in_words.of_kinds(hidden(0.5, 0.3))
    assert "none outside the spread" in in_words.of_kinds(hidden(0.3, 0.3))


def tasks(counts: float, twin: float) -> Records:
    models = {"bert-mini": 0.5, "counts": counts, "random twin": twin}
    return Records(
        {"task": "names", "model": model, "seed": seed, "score": score + 0.001 * seed}
        for model, score in models.items()
        for seed in range(3)
    )


def test_that_counts_or_the_twin_are_as_good_is_said():
    assert "counting, without any model, is above it in 1 of the 1" in in_words.of_tasks(tasks(0.6, 0.3))
    assert "learned something about words: names" in in_words.of_tasks(tasks(0.6, 0.3))
    said = in_words.of_tasks(tasks(0.4, 0.5))
    assert "can't tell" in said
    assert "counting" not in said


def test_columns_without_anything_learned_say_nothing_of_a_part():
    assert "not above its random twin by more than luck" in in_words.of_tenths(
        in_words.readouts(ablations(0.5, 0.5))
    )
    assert "random twin" not in in_words.of_tenths(in_words.readouts(ablations(0.5, 0.6)))


def test_paper_rows_have_figures_of_both():
    rows = published.paper_rows(in_words.readouts(ablations(0.5)), layered(2, 0.9))
    assert len(rows) >= 3
    assert all("Devlin" in row[2] for row in rows)


def test_where_the_published_model_is_not_one_line_says_the_command(monkeypatch):
    from tlcourse import assets

    def missing(name):
        raise assets.AssetMissing("run `tlcourse fetch bert-base-uncased`")

    monkeypatch.setattr(assets, "path", missing)
    assert not published.is_there()
    said = published.command()
    assert "tlcourse fetch" in said
    assert "\n" not in said
    rows = published.rows([[("not", 0.9)]] * len(published.ASKED))
    assert all("BERT-base, published" not in row for row in rows)
    assert all("____" in row["sentence"] for row in rows)


def test_where_it_is_its_answers_stand_beside(monkeypatch, tmp_path):
    """With a tiny BERT of random weights in the published format."""
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    from tlcourse import assets

    words = sorted({w.lower() for s, _ in published.ASKED for w in s.split()})
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]))
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=5 + len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    BertForMaskedLM(config).save_pretrained(tmp_path)
    monkeypatch.setattr(assets, "path", lambda name: tmp_path)
    rows = published.rows([[("not", 0.9)]] * len(published.ASKED))
    assert all("%" in row["BERT-base, published"] for row in rows)
    assert all(len(found) == 5 for found in published.guesses())


def test_what_was_read_and_what_was_hidden(monkeypatch):
    before = {"tokens": 16e6, "masked": 0.15}
    of = {
        "bert-mini": {"tokens": 12e6, "recipe": {"masked": 0.4}, "before": [before]},
        "gpt-mini": {"tokens": 16e6, "recipe": {}},
    }
    monkeypatch.setattr(in_words.how_trained, "facts", of.__getitem__)
    told = in_words.of_reading()
    assert "`bert-mini` has read 28 million pieces, `gpt-mini` 16 million" in told
    assert "those that were hidden, 7.2 million: of 16 million 15%, then of 12 million 40%." in told
    ahead, behind = (in_words.of_fewer_lessons(tasks_of(gpt)) for gpt in (0.8, 0.5))
    assert "ahead of `bert-mini` in 2 of the 2 tasks. We think because GPT learns from every piece" in ahead
    assert "16 million, and BERT from those that were hidden, 7.2 million" in ahead
    assert behind == "`gpt-mini`, as large, is ahead of `bert-mini` in 0 of the 2 tasks."
    assert "It has read more, too" in in_words.of_kinds(hidden(0.5, 0.3))
    of["bert-mini"] = {"tokens": 16e6, "recipe": {}}
    assert "It has read more" not in in_words.of_kinds(hidden(0.5, 0.3))
    assert in_words.of_reading().endswith("those that were hidden, 2.4 million.")


def tasks_of(gpt: float) -> Records:
    return Records(
        {"task": task, "model": model, "seed": seed, "score": score + 0.001 * seed}
        for task in ("topic of news", "names (silver)")
        for model, score in (("bert-mini", 0.6), ("gpt-mini", gpt))
        for seed in range(3)
    )
