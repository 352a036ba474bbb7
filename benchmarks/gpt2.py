"""GPT-2's questions to four sizes: bits per byte, cloze, last words, short questions, sentiment, TL;DR:.

    python benchmarks/gpt2.py bytes cloze last facts sentiment tldr written
    python benchmarks/gpt2.py overlap detect --text text

The four are the zoo's gpt2-nano, -micro and -mini, which read the same text, and SmolLM2, which did not.
`cloze` and the others of its line draw three sets of questions, or of examples, or of pieces: the seeds.
`written` lets each model go on from beginnings of BBC's test articles, in each way of choosing; the texts
stay in `--runs` and are not kept with the results. `detect` asks gpt2-mini, and of some gpt2-nano, which of
them were written by people; `overlap` looks for their runs of words in the training text, which
`tlcourse text` makes. Results are written one by one; a run that was killed goes on.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile

from tlcourse.data import bbc_news, rated_sentences, runs_of_words, short_questions, story_cloze, text_index
from tlcourse.data.tokeniser import load as load_pieces
from tlcourse.models.language.kneser_ney import KneserNey
from tlcourse.models.pretrained import smollm2, writers, zoo
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe import bits_per_byte, generated_text, story_answers, summaries, zero_shot
from tlcourse.probe.zero_shot import LanguageModel

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "gpt2"
SMALL = ("gpt2-nano", "gpt2-micro", "gpt2-mini")
SEEDS = (0, 1, 2)
EACH = {"nouns": 40, "names": 40, "last words": 50, "sentiment": 60}  # questions of a draw
ARTICLES, WORDS, FILMS = 150, 120, 300
SUMMARISED = 20
NUCLEUS, TOP_K = "nucleus, p = 0.9", "top-k, k = 40"


def zoo_model(name: str) -> LanguageModel:
    pieces = load_pieces(zoo.folder_of("gpt2-mini"))
    return zero_shot.of_gpt(zoo.load(name, heads=True), pieces, 256)


def models() -> Iterator[tuple[str, LanguageModel, object]]:
    for name in SMALL:
        yield name, zoo_model(name), load_pieces(zoo.folder_of(name))
    tokenizer, model = smollm2.decoder(single=True)
    yield SMOLLM2, zero_shot.of_llama(model, tokenizer, 256), tokenizer


def counted(model: LanguageModel) -> KneserNey:
    """Trigrams of the BBC's training articles: the same kind of text, a twentieth of what the zoo read."""
    news = bbc_news.load()
    ids = [piece for i in news.train_index for piece in [*model.start, *model.encode(news.texts[i])]]
    return KneserNey(np.array(ids), 8192)


def draws(asked: story_cloze.Cloze, each: int) -> Iterator[tuple[int, story_cloze.Cloze]]:
    for seed in SEEDS:
        yield seed, asked.part(seed * each, (seed + 1) * each)


def say(*what: object) -> None:
    print(*what, flush=True)


def bytes_(out: Path) -> None:
    """Bits and bytes of each text; the score is bits per byte of all of them."""
    results = RecordsFile(out / "bits.json")
    news, films = bbc_news.load(), rated_sentences.load("movie")
    articles = bits_per_byte.beginnings([news.texts[i] for i in news.test_index], WORDS)[:ARTICLES]
    snippets = [films.texts[i] for i in np.random.default_rng(0).permutation(films.test_index)[:FILMS]]
    texts = {"news": articles, "films": snippets}

    def keep(name: str, on: str, found: np.ndarray) -> None:
        score = bits_per_byte.per_byte(found)
        bits, sizes = ([round(float(v), 1) for v in column] for column in found.T)
        results.add(model=name, texts=on, seed=0, bits=bits, bytes=sizes, score=score)
        say(name, on, round(score, 4))

    for name, model, _ in models():
        for on, some in texts.items():
            if not results.has(model=name, texts=on):
                keep(name, on, bits_per_byte.of_texts(model, some))
        if name == SMALL[0]:
            trigrams = counted(model)
            for on, some in texts.items():
                if not results.has(model="trigrams", texts=on):
                    keep("trigrams", on, bits_per_byte.of_counts(trigrams, model, some))
        if name == SMOLLM2 and not results.has(model="SmolLM2, lower case"):
            some = articles[:60]
            plain = [bits_per_byte.readable(text) for text in some]
            keep("SmolLM2, lower case", "news", bits_per_byte.of_texts(model, plain, size_of=some))


def cloze(out: Path) -> None:
    results = RecordsFile(out / "zero_shot.json")

    def keep(model: str, asked: story_cloze.Cloze, seed: int, scores: np.ndarray, way: str) -> None:
        score = story_answers.accuracy(scores, asked.right)
        results.add(model=model, task=asked.kind, way=way, items=len(asked), seed=seed, score=score)
        say(model, asked.kind, way, seed, round(score, 3))

    for kind in story_cloze.KINDS:
        for seed, asked in draws(story_cloze.load(kind), EACH[kind]):
            said = np.eye(story_cloze.CHOICES)[story_cloze.most_frequent(asked)]
            keep("most frequent", asked, seed, said, "with its context")
    for name, model, _ in models():
        if name == SMALL[0]:
            trigrams = counted(model)
            for kind in story_cloze.KINDS:
                for seed, asked in draws(story_cloze.load(kind), EACH[kind]):
                    scores = story_answers.counted_scores(trigrams, model, asked)
                    keep("trigrams", asked, seed, scores, "with its context")
        for kind in story_cloze.KINDS:
            for seed, asked in draws(story_cloze.load(kind), EACH[kind]):
                ways = {"with its context": asked, "sentence alone": asked.sentence_alone()}
                for way, some in ways.items():
                    if not results.has(model=name, task=kind, way=way, seed=seed):
                        keep(name, some, seed, story_answers.choice_scores(model, some), way)


def read_once(model: LanguageModel) -> LanguageModel:
    """The same model, which keeps what it said: it is asked twice, with all pieces and without some."""
    kept: dict[tuple[int, ...], torch.Tensor] = {}

    def branched(ids: torch.Tensor, *how: torch.Tensor) -> torch.Tensor:
        key = tuple(ids.tolist())
        if key not in kept:
            kept[key] = model.branched(ids, *how)
        return kept[key].clone()

    return replace(model, branched=branched)


def last(out: Path) -> None:
    results, words = RecordsFile(out / "zero_shot.json"), RecordsFile(out / "last_words.json")
    task = story_cloze.LAST
    for seed, asked in draws(story_cloze.last_words(), EACH[task]):
        found = (story_cloze.most_frequent(asked) == asked.right).mean()
        key = {"model": "most frequent", "task": task, "way": "no function words", "items": len(asked)}
        results.add(**key, seed=seed, score=found)
    for name, model, tokenizer in models():
        banned = story_answers.function_pieces(tokenizer)
        for seed, asked in draws(story_cloze.last_words(), EACH[task]):
            model = read_once(model)
            for way, without in (("as it says", None), ("no function words", banned)):
                if results.has(model=name, task=task, way=way, seed=seed):
                    continue
                right, nats = story_answers.last_word(model, asked, without)
                key = {"model": name, "task": task, "way": way, "items": len(asked), "seed": seed}
                results.add(**key, score=right.mean())
                if without is None:  # a word that begins with a piece that is ruled out has no probability
                    words.add(**key, score=np.exp(nats.mean()))
                say(key, round(right.mean(), 3), round(np.exp(nats.mean()), 1))


def facts(out: Path) -> None:
    results = RecordsFile(out / "zero_shot.json")
    for name, model, _ in models():
        for kind in short_questions.KINDS:
            for seed in SEEDS:
                key = {"model": name, "task": kind, "way": "levelled", "items": 10, "seed": seed}
                if not results.has(**key):
                    asked = short_questions.load(kind, seed)
                    score = story_answers.accuracy(story_answers.short_answers(model, asked), asked.right)
                    results.add(**key, score=score)
                    say(key, score)


def sentiment(out: Path) -> None:
    results, task = RecordsFile(out / "zero_shot.json"), zero_shot.SENTIMENT
    whole = zero_shot.question(task)
    for name, model, _ in models():
        for seed in SEEDS:
            key = {"model": name, "task": task, "way": "levelled", "items": EACH[task], "seed": seed}
            if not results.has(**key):
                asked = whole.head((seed + 1) * EACH[task])
                scores = zero_shot.answer_scores(model, asked)[-EACH[task] :]
                right = asked.right[-EACH[task] :]
                score = story_answers.accuracy(scores - scores.mean(axis=0), right)
                results.add(**key, score=score)
                say(key, round(score, 3))


def tldr(out: Path) -> None:
    results = RecordsFile(out / "tldr.json")
    articles, headlines = summaries.articles(SUMMARISED)
    for way in summaries.BASELINES:
        for seed in SEEDS:
            said = [summaries.baseline(way, text, seed) for text in articles]
            keep_summaries(results, {"model": "–", "way": way, "seed": seed}, said, headlines)
    for name in (*SMALL, SMOLLM2):
        if all(results.has(model=name, way=way, seed=s) for way in summaries.HINTS for s in SEEDS):
            continue
        writer = writers.load(name, single=True)
        for way, hint in summaries.HINTS.items():
            for seed in SEEDS:
                if not results.has(model=name, way=way, seed=seed):
                    said = summaries.written(writer, articles, hint, seed)
                    keep_summaries(results, {"model": name, "way": way, "seed": seed}, said, headlines)


def keep_summaries(results: RecordsFile, key: dict, said: list[str], headlines: list[str]) -> None:
    score = np.mean([summaries.rouge_1(a, b) for a, b in zip(said, headlines, strict=True)])
    results.add(**key, items=len(said), score=score)
    say(key, round(score, 4), repr(said[0][:80]))


# What the models write.


def ways_of(name: str) -> list[str]:
    """SmolLM2 is slow: it does not draw from the nucleus."""
    return [way for way in generated_text.WAYS if name != SMOLLM2 or way != NUCLEUS]


def written(runs: Path) -> None:
    """Texts in `runs`, a file for each model, way and seed."""
    runs.mkdir(parents=True, exist_ok=True)
    for name in (*SMALL, SMOLLM2):
        writer: writers.Writer | None = None
        for way in ways_of(name):
            for seed in SEEDS:
                file = runs / f"{name}.{way}.{seed}.json"
                if file.exists():
                    continue
                writer = writer or writers.load(name, single=True)
                begun = time.perf_counter()
                begun_with, choice = generated_text.beginnings(seed), generated_text.WAYS[way]
                texts = generated_text.continued(writer, begun_with, choice, seed)
                file.write_text(json.dumps(texts), encoding="utf-8")
                say(name, way, seed, f"{time.perf_counter() - begun:.0f} s", repr(texts[0][:90]))


def read(runs: Path, name: str, way: str, seed: int) -> list[str]:
    return json.loads((runs / f"{name}.{way}.{seed}.json").read_text(encoding="utf-8"))


def detect(out: Path, runs: Path) -> None:
    results = RecordsFile(out / "detected.json")
    judges: dict[str, Callable] = {name: zoo.load(name, heads=True) for name in ("gpt2-mini", "gpt2-nano")}
    for judge, model in judges.items():
        for name in (*SMALL, SMOLLM2):
            for way in ways_of(name):
                for seed in SEEDS:
                    key = {"judge": judge, "model": name, "way": way, "seed": seed}
                    other = judge != SMALL[-1] and (way != TOP_K or name not in (SMALL[0], SMALL[-1]))
                    if results.has(**key) or other:
                        continue
                    begun = generated_text.beginnings(seed)
                    rows = generated_text.pairs(begun, read(runs, name, way, seed))
                    scores = generated_text.detected(model, rows, seed)
                    for how, score in scores.items():
                        results.add(**key, by=how, items=len(rows[0]), score=score)
                    say(key, {k: round(v, 3) for k, v in scores.items()})


def overlap(out: Path, runs: Path, text: Path) -> None:
    results = RecordsFile(out / "overlap.json")
    index = text_index.load(text)
    sets, texts = [], []
    for seed in SEEDS:
        begun = generated_text.beginnings(seed)
        sets.append(("people", "–", seed))
        texts.append([people for _, people in begun])
        for name in (*SMALL, SMOLLM2):
            for way in ways_of(name):
                sets.append((name, way, seed))
                texts.append(read(runs, name, way, seed))
    flat = [generated_text.cut(one) for some in texts for one in some]
    for n in (4, 6, 8):
        asked = runs_of_words.Asked(flat, n)
        for numbers in runs_of_words.of_index(index, asked.words):
            asked.look_in(numbers)
        shares = asked.shares()
        begin = 0
        for (name, way, seed), some in zip(sets, texts, strict=True):
            own = shares[begin : begin + len(some)]
            begin += len(some)
            key = {"model": name, "way": way, "run": n, "seed": seed, "items": len(some)}
            results.add(**key, none=round(float((own == 0).mean()), 4), score=np.nanmean(own))
            say(key, round(float(np.nanmean(own)), 4))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    steps = {
        "bytes": lambda: bytes_(given.out), "cloze": lambda: cloze(given.out),
        "last": lambda: last(given.out),
        "facts": lambda: facts(given.out), "sentiment": lambda: sentiment(given.out),
        "tldr": lambda: tldr(given.out), "written": lambda: written(given.runs),
        "detect": lambda: detect(given.out, given.runs),
        "overlap": lambda: overlap(given.out, given.runs, given.text),
    }  # fmt: skip
    parser.add_argument("what", nargs="+", choices=tuple(steps))
    parser.add_argument("--text", type=Path, default=Path("text"))
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--runs", type=Path, default=Path("runs/gpt2"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    for what in given.what:
        begun = time.process_time()
        steps[what]()
        say(f"{what}: {time.process_time() - begun:.0f} CPU seconds")


if __name__ == "__main__":
    main()
