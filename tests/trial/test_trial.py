"""Whole trials: public-shaped tables, a run that is killed, what the page says and lets through."""

import dataclasses
import html.parser
import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score

from tlcourse import show, trial
from tlcourse.data import bbc_news, rated_sentences
from tlcourse.train.measuring import evaluate
from tlcourse.trial import kept, session, yardstick
from tlcourse.trial.in_words import Reading

ALL = {"TF-IDF", "GloVe", "MiniLM frozen"}
NASTY = "<img src=x onerror=alert(1)>\"'><svg/onload=alert(2)>&lt;script&gt;alert(3)&lt;/script&gt;"


class Page(html.parser.HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def check(self):
        """No script, no handler, nothing from elsewhere, a figure with its alt text, one h1."""
        assert not {tag for tag, _ in self.tags} & {
            "script",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "svg",
        }
        for tag, attributes in self.tags:
            assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
            for name in ("src", "href", "action"):
                value = attributes.get(name, "report.json")
                assert value == "report.json" or value.startswith("data:image/png;base64,"), (tag, value[:60])
        images = [attributes for tag, attributes in self.tags if tag == "img"]
        assert len(images) == 1
        assert len(images[0]["alt"]) > 60
        assert [tag for tag, _ in self.tags].count("h1") == 1


@pytest.fixture
def tried(tmp_path, write, made_tables):
    """Runs a trial of rows that ends in seconds, and checks its page: `tried(rows, …)`."""

    def run(rows, name="mine.csv", head=("text", "label"), **options):
        path = write(made_tables.as_csv(rows, head), name)
        outcome = trial.run(path, out=tmp_path / "out", budget=60, seeds=2, watch=_silent, **options)
        Page(outcome.path.read_text("utf-8")).check()
        return outcome

    return run


def _silent(items, what, total):
    return items


def some(n, seed=0):
    """Places of `n` movie sentences."""
    movie = rated_sentences.load("movie")
    return movie, np.random.default_rng(seed).permutation(len(movie.texts))[:n]


@pytest.mark.timeout(900)  # whole runs, on a machine that runs other tests
def test_a_table_of_sentiments(tried, monkeypatch):
    monkeypatch.setattr(
        evaluate,
        "recipe_of",
        lambda name: dataclasses.replace(evaluate._RECIPES[name], epochs=1, min_steps=1),
    )
    movie, rows = some(80)
    outcome = tried([(movie.texts[i], ("negative", "positive")[movie.label[i]]) for i in rows])
    assert set(outcome.records.values("model")) == ALL | {"majority", "MiniLM fine-tuned"}
    assert outcome.records.values("metric") == ["accuracy", "macro-F1"]
    assert outcome.records.values("seed") == [0, 1]
    assert sorted(outcome.records.values("labels")) == [25, 60]
    test = outcome.task.tests["own"]
    for cell in outcome.cells:
        if cell["seed"] == 0:
            expected = accuracy_score(outcome.data.targets[test], cell["predicted"])
            assert cell["scores"]["accuracy"] == pytest.approx(expected)
    report = json.loads((outcome.path.parent / "report.json").read_text("utf-8"))
    assert report["records"] == [dict(row) for row in outcome.records]
    assert report["classes"] == ["negative", "positive"]


def test_a_table_of_topics(tried):
    news = bbc_news.load()
    rows = [i for topic in range(5) for i in np.flatnonzero(news.topic == topic)[:20]]
    outcome = tried([(news.texts[i][:500], news.topics[news.topic[i]]) for i in rows], tune=False)
    assert outcome.data.names == news.topics
    assert len(outcome.data.texts) == 100
    score = outcome.scores.where(model="MiniLM frozen", labels=outcome.reading.most)
    assert score.mean > 0.8  # five topics, 75 labels: far from a fifth
    assert "Fine-tuning was left out" in outcome.sentences[-1]
    assert "All are judged on the same 25 texts" in outcome.sentences[-2]
    assert outcome.matrix.sum() == len(outcome.task.tests["own"])
    assert (outcome.matrix.sum(axis=1) == np.bincount(outcome.task.target(outcome.task.tests["own"]))).all()


def test_a_table_of_numbers(tried):
    movie, rows = some(120)
    rows = [(movie.texts[i], f"{movie.rating[i]:.4f}") for i in rows]
    outcome = tried(rows, head=("sentence", "rating"), tune=False)
    assert outcome.metric == "Spearman's ρ"
    assert set(outcome.records.values("model")) == ALL | {"mean"}
    test = outcome.task.tests["own"]
    for cell in outcome.cells:
        if cell["seed"] == 0 and cell["model"] != "mean":
            expected = spearmanr(outcome.data.targets[test], cell["predicted"]).statistic
            assert cell["scores"]["Spearman's ρ"] == pytest.approx(expected)
    assert "a number in column" in Page(outcome.path.read_text("utf-8")).text


def command(path, out, cache):
    arguments = [path, "--no-tune", "--seeds", "2", "--budget", "60", "--out", out]
    return subprocess.Popen(
        [sys.executable, "-m", "tlcourse", "try", *map(str, arguments)],
        env={**os.environ, "TLCOURSE_CACHE": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.timeout(900)  # whole runs, on a machine that runs other tests
def test_a_run_that_was_killed_goes_on(tmp_path, made_tables):
    path = tmp_path / "meine Übung (1) $x$.csv"
    path.write_text(made_tables.as_csv(made_tables.made_rows(80)), "utf-8")
    started = command(path, tmp_path / "first", tmp_path / "cache")
    trials = tmp_path / "cache"
    while not (found := [*trials.rglob("trials/*.json")]) or len(_cells(found[0])) < 5:
        assert started.poll() is None, started.communicate()
        time.sleep(0.02)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    assert not (tmp_path / "first").exists()
    before = _cells(found[0])
    again = command(path, tmp_path / "second", tmp_path / "cache")
    said, _ = again.communicate()
    assert again.returncode == 0
    after = _cells(found[0])
    assert 5 <= len(before) < len(after)
    assert after[: len(before)] == before, "what was measured was measured again"
    assert len({(c["model"], c["labels"], c["seed"]) for c in after}) == len(after)
    assert f"report: {tmp_path / 'second' / 'report.html'}" in said
    assert "Take " in said or "Begin with " in said
    report = json.loads((tmp_path / "second" / "report.json").read_text("utf-8"))
    whole = command(path, tmp_path / "third", tmp_path / "another cache")
    whole.communicate()
    assert json.loads((tmp_path / "third" / "report.json").read_text("utf-8"))["records"] == report["records"]


def _cells(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def test_what_is_done_is_not_done_again(tried, made_tables, monkeypatch):
    rows = made_tables.made_rows(60)
    first = tried(rows, tune=False)

    def refuse(*_):
        pytest.fail("it is measured again")

    monkeypatch.setattr(yardstick, "frozen", refuse)
    monkeypatch.setattr(yardstick.Reader, "states", refuse)
    again = tried(rows, tune=False)
    assert [*again.records] == [*first.records]
    assert again.resumed == len(first.cells)
    with pytest.raises(BaseException, match="measured again"):
        tried(rows, tune=False, seed=7)  # other options are another trial


@pytest.mark.parametrize(
    "damage", [lambda t: t[: len(t) // 2], lambda t: "", lambda t: t.replace('"key"', '"k"')]
)
def test_a_damaged_file_of_what_was_found_counts_as_none(damage):
    one = kept.Kept({"file": "x"})
    cell = {"model": "a", "labels": 1, "seed": 0, "scores": {"accuracy": 1.0}, "predicted": [1]}
    one.add(cell)
    assert kept.Kept({"file": "x"}).cells == [cell]
    assert kept.Kept({"file": "y"}).cells == []
    one.path.write_text(damage(one.path.read_text("utf-8")), "utf-8")
    assert kept.Kept({"file": "x"}).cells == []


def test_nothing_of_the_file_becomes_markup(made_tables, write, tmp_path):
    rows = [
        (f"{text} {NASTY} =HYPERLINK(1) $\\frac{{1}}$ \u202eבדיקה", f"{label} {NASTY} $x^$")
        for text, label in made_tables.made_rows(80)
    ]
    head = (f"text {NASTY}", f"label {NASTY}")
    path = write(made_tables.as_csv(rows, head), "<b onclick=x> & “mine”.csv")
    outcome = made_tables.outcome(path)
    outcome.write(tmp_path / "out")
    page = Page(outcome.path.read_text("utf-8"))
    page.check()
    assert "<img src=x onerror=alert(1)>" in page.text, "what is in a label is shown as it is"
    assert "<b onclick=x> & “mine”.csv" in page.text
    bundle = outcome.table["text/html"]
    assert "<img" not in bundle


@pytest.mark.parametrize("kind", ["classes", "numbers"])
@pytest.mark.parametrize("sees", [(0.5, 0.2, 0.9, 1.5), (0, 0, 0, 0), (3.0, 0.1, 0.2, 0.2), (9, 9, 9, 9)])
def test_sentences_fit_what_came_out(made_tables, write, kind, sees, tmp_path):
    good = set(made_tables.GOOD)
    rows = made_tables.made_rows(160)
    if kind == "numbers":
        rows = [(t, len(good & set(t.split())) + i % 10 / 20) for i, (t, _) in enumerate(rows)]
    outcome = made_tables.outcome(write(made_tables.as_csv(rows)), kind, sees=sees)
    outcome.write(tmp_path)
    text = " ".join(outcome.sentences)
    assert not re.search(r"nan|None|\{|inf\b", text)
    reading = outcome.reading
    means = {m: outcome.scores.where(model=m, labels=120).mean for m in ALL | {"MiniLM fine-tuned"}}
    assert means[reading.best] == max(means.values())
    if outcome.sentences[0].startswith("Take"):
        assert reading.choice == reading.best
    for other in reading._models(120):  # nothing is advised against what is better by more than luck
        assert not reading._above(other, reading.choice)
    assert len(outcome.misread) <= 12
    for one in outcome.misread:
        assert outcome.data.texts[outcome.data.lines.tolist().index(one.line)] == one.text


def test_a_model_that_learns_nothing_is_not_advised():
    scores = show.Records(
        {"model": model, "labels": n, "seed": seed, "score": 0.5 + 0.01 * ((seed * 7 + len(model)) % 3 - 1)}
        for model in (*ALL, "majority")
        for n in (25, 90)
        for seed in range(5)
    )
    (only,) = Reading(scores, "accuracy", "classes").sentences()
    assert only.startswith("No model has learned anything that shows: with 90 labels")


def test_a_rise_within_luck_is_neither_denied_nor_promised():
    def ends(*rises):
        scores = show.Records(
            {"model": model, "labels": n, "seed": seed, "score": base + 0.01 * seed + (n == 90) * rises[seed]}
            for model, base in (("majority", 0.5), *((m, 0.7) for m in ALL))
            for n in (45, 90)
            for seed in range(5)
        )
        return Reading(scores, "accuracy", "classes").sentences()[-1]

    said = ends(0.054, -0.027, 0.095, 0.041, 0.068)
    assert said.startswith("Whether more labels would help, 5 seeds cannot tell: ")
    assert "by 4.6 points on average, in 4 of 5 (95% interval −1.0 to +10.3)" in said
    assert "bring little" in ends(0.001, -0.001, 0.001, -0.001, 0.0005)
    assert "would help" in ends(0.05, 0.051, 0.052, 0.05, 0.049)


@pytest.mark.parametrize(
    ("tuned", "said"),
    [
        (
            0.9,
            "Take MiniLM fine-tuned: accuracy 90.0% ± 1.0% with 25 labels. ",
        ),
        (0.8, "Take TF-IDF: accuracy 80.0%"),
        (0.6, "Take TF-IDF: accuracy 80.0%"),
    ],
)
def test_fine_tuning_on_few_labels_is_advised_where_it_beats_the_rest_with_all(tuned, said):
    means = [(model, n, 0.8) for model in ALL for n in (25, 90)]
    means += [("MiniLM fine-tuned", 25, tuned), *(("majority", n, 0.5) for n in (25, 90))]
    scores = show.Records(
        {
            "model": model,
            "labels": n,
            "seed": seed,
            "score": mean + 0.01 * (seed - 1) * (1, -1)[len(model) % 2],
        }
        for model, n, mean in means
        for seed in range(3)
    )
    assert Reading(scores, "accuracy", "classes").sentences()[0].startswith(said)


def test_fine_tuning_that_loses_to_one_answer_for_all_is_not_advised():
    means = [(model, n, 0.6) for model in ALL for n in (25, 90)]
    means += [("MiniLM fine-tuned", 25, 0.72), *(("majority", n, 0.85) for n in (25, 90))]
    scores = show.Records(
        {"model": model, "labels": n, "seed": seed, "score": mean + 0.01 * (seed - 1)}
        for model, n, mean in means
        for seed in range(3)
    )
    (only,) = Reading(scores, "accuracy", "classes").sentences()
    assert only.startswith("No model has learned anything that shows")


def test_in_a_notebook_it_shows_the_figure_and_the_table(made_tables, write, shown):
    outcome = made_tables.outcome(write(made_tables.as_csv(made_tables.made_rows(120))))
    outcome._ipython_display_()
    (figure, about), (table, _) = shown()
    assert "image/png" in figure
    assert about["image/png"]["alt"].startswith("Curves of accuracy over 25 to 90 labels")
    assert "MiniLM frozen" in table["text/plain"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"budget": 0}, "--budget is 0 minutes, expected between 0.5 and 1440"),
        ({"budget": float("nan")}, "--budget is nan minutes"),
        ({"seeds": 0}, "--seeds is 0, expected between 1 and 20"),
        ({"task": "tags"}, "--task is 'tags', expected 'classes' or 'numbers'"),
        ({"out": __file__}, "which is a file: name a folder"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_at_once(write, options, said):
    with pytest.raises(trial.TrialError, match=said):
        session.run(write("text,label\n"), **options)


def test_the_command_says_in_one_line_what_is_wrong(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tlcourse", "try", str(tmp_path / "no such.csv")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("error: there is no file ")
    assert "Traceback" not in done.stderr


def test_a_bad_file_has_its_answer_before_torch_is_loaded(write):
    path = write("text,label\n")
    code = (
        "import sys; from tlcourse import trial\n"
        f"try: trial.run({str(path)!r})\n"
        "except trial.TrialError as error: print(error, *{'torch', 'sklearn', 'matplotlib'} & "
        "set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("it has a header alone\n")
