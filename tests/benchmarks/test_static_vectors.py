"""The benchmark runs, and reports what it measured."""

import json
import subprocess
import sys
from pathlib import Path

from tlcourse.data import word_tests

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_run_reports_all_models_and_both_programs(tmp_path):
    pairs, _ = word_tests.wordsim353()
    similar, _ = word_tests.simlex999()
    lines = [f"{a} {b}" for a, b in [*pairs[:40], *similar[:40]]] * 5
    text, out = tmp_path / "text.txt", tmp_path / "out.json"
    text.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, ROOT / "benchmarks" / "static_vectors.py", "--text", text, "--json", out]
    small = ["--epochs", "1", "--seeds", "2", "--sizes", "300", "--tokens", "4000"]
    done = subprocess.run([*map(str, command), *small], check=True, capture_output=True, text=True)

    report = json.loads(out.read_text())
    records = report["side_by_side"]["records"]
    assert {r["model"] for r in records} == {"skip-gram", "CBOW", "fastText"}
    assert {r["whose"] for r in records} == {"ours", "gensim", "gensim, sentences shuffled"}
    assert len(records) == 2 * 3 * 3  # seeds, models, whose
    assert all(r["words_per_second"] > 0 and -1 <= r["WordSim-353"] <= 1 for r in records)
    assert [(r["model"], r["vocabulary"]) for r in report["by_vocabulary"]] == [
        ("ours", 300),
        ("gensim", 300),
    ]
    speeds = [r["words_per_second"] for r in records if (r["model"], r["whose"]) == ("CBOW", "ours")]
    assert f"| CBOW | ours | {sum(speeds) / 2:,.0f} |" in done.stdout
    assert json.loads(done.stdout.partition("```json\n")[2].partition("\n```")[0]) == report


def mean(records: list[dict], score: str, **what: object) -> float:
    found = [r[score] for r in records if all(r[key] == value for key, value in what.items())]
    assert len(found) >= 2, what
    return sum(found) / len(found)


def test_what_is_said_of_fasttext_is_in_the_results():
    path = ROOT / "data" / "results" / "static_word_vectors" / "against_gensim.json"
    records = json.loads(path.read_text())["side_by_side"]["records"]
    ours, in_order, shuffled = (
        mean(records, "WordSim-353", model="fastText", whose=whose)
        for whose in ("ours", "gensim", "gensim, sentences shuffled")
    )
    assert abs(ours - shuffled) < 0.03
    assert in_order < min(ours, shuffled) - 0.08


def test_what_is_said_of_gloves_passes_is_in_the_results():
    path = ROOT / "data" / "results" / "static_word_vectors" / "glove_passes.json"
    records = json.loads(path.read_text())["records"]
    few, many = ({"dimensions": 100, "passes": passes} for passes in (10, 40))
    assert mean(records, "loss_per_entry", **many) < 0.52 * mean(records, "loss_per_entry", **few)
    for r in ("r_whole_sum", "r_pair_alone"):
        wide = max(x[r] for x in records if (x["dimensions"], x["passes"]) == (300, 10))
        assert (
            wide - mean(records, r, **few) < 0.02 < 0.07 < mean(records, r, **many) - mean(records, r, **few)
        )


def test_too_few_tokens_are_refused(tmp_path):
    command = [sys.executable, str(ROOT / "benchmarks" / "static_vectors.py"), "--tokens", "10"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "give ten for each of the 50000 words" in done.stderr
