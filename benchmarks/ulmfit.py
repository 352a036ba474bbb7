"""ULMFiT's three stages with each trick on and off: the results of lesson ULMFiT.

    export TLCOURSE_FILES=imdb NLTK_DATA=nltk_data
    python benchmarks/ulmfit.py --keep lms imdb imdb_two_stages ends trec two_stages stage_2 \
        tricks constant language_models curve snippets

`imdb`, `imdb_two_stages`: 100 labels, the last 64 pieces of each review, 600 reviews to test on; the language
model reads 60,000 pieces of other training reviews. `ends`: TF-IDF of those 64 pieces. `trec`, `two_stages`,
`stage_2`, `tricks`, `constant`, `language_models`: the ablation with 100 labels of TREC-6, and the loss on
news while the classifier trains. `curve`: TREC-6 with
fewer and more labels. `snippets`: the part that the lesson measures again, at TREC-6's rates. The search over
rates comes first (`search_….json`): 100 labels, tested on 300 other *training* items; of the rates within one
standard error of the best the lowest is used, and no test item decides anything. Results are written one by
one; a run that was killed goes on, and the parts may run side by side. `--keep` is where the language models
of stage 2 are kept meanwhile.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile

from tlcourse.lessons.ulmfit import trials
from tlcourse.lessons.ulmfit.trials import STAGE_2, WAYS, LossWatched, Reading, Way
from tlcourse.models.pretrained.checkpoints import load_tensors, save_tensors
from tlcourse.train.finetuning.lm_finetuning import mean_loss
from tlcourse.train.measuring import baselines, linear_probe

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "ulmfit"
SEEDS, SEARCH_SEED, FEW = (0, 1, 2), 100, 100
RATES = {
    ("trec", "no LM fine-tuning"): (1e-2, 3e-2, 1e-1),
    ("trec", "from scratch"): (3e-4, 1e-3, 3e-3, 1e-2),
    ("trec", "full: no trick"): (3e-4, 1e-3, 3e-3),
    ("imdb", "no LM fine-tuning"): (1e-2, 3e-2),
    ("imdb", "from scratch"): (1e-3, 3e-3),
}
# A rate that is searched stands for the ways that are like it: see `Task.rate`.
WATCHED = ("ULMFiT", "full: no trick", "one rate for all layers", "all layers at once")


class Task:
    """A task with its language models of stage 2, each trained once and kept."""

    def __init__(self, name: str, keep: Path):
        self.name, self.keep = name, keep
        self.encoder = trials.reader(trials.language_model())
        self.whole: tuple[list[str], list[str]] | None = None
        if name == "imdb":
            self.reading, *texts = trials.reviews(self.encoder)
            self.whole = texts[0], texts[1]
        else:
            self.reading = {"trec": trials.questions, "snippets": trials.snippets}[name](self.encoder)
        self.general = trials.general_text(self.encoder, 2100)
        self.searching = "imdb" if name == "imdb" else "trec"
        self._kept: dict[tuple, dict] = {}

    def language_model(self, way: Way, seed: int):
        """The language model that stage 3 begins with, in a copy of its own."""
        if way.stage_2 is None:
            return trials.language_model(None if way.pretrained else seed)
        key = self.name, way.pretrained, way.stage_2
        file = self.keep / f"{'-'.join(map(str, key))}.safetensors".replace(" ", "")
        lm = trials.language_model(None if way.pretrained else 0)
        if not file.exists():
            started = time.process_time()
            fields = {"task": self.name, "stage 2": way.stage_2, "pretrained": way.pretrained, "seed": 0}
            general = mean_loss(lm, self.general)
            found = trials.read_on(lm, self.reading, STAGE_2[way.stage_2])
            lms = RecordsFile(HERE / f"perplexity_{self.name}.json")
            for when, score in found.items():
                lms.add(**fields, text="the task's", when=when, score=score)
            lms.add(**fields, text="news", when="before", score=np.exp(general))
            lms.add(**fields, text="news", when="after", score=np.exp(mean_loss(lm, self.general)))
            say(fields, f"{found} {time.process_time() - started:.0f} s")
            self.keep.mkdir(parents=True, exist_ok=True)
            save_tensors(dict(lm.named_parameters()), file, torch.float32)
        if key not in self._kept:
            self._kept[key] = load_tensors(file, dict(lm.named_parameters()))
        with torch.no_grad():
            for name, parameter in lm.named_parameters():
                parameter.copy_(self._kept[key][name])
        return lm.eval()

    def rate(self, name: str) -> float:
        """Of the search for the way that stands for `name`, the lowest rate that is as good as the best."""
        way = trials.SEARCHED.get(name, "no LM fine-tuning")
        found: dict[float, float] = {}
        while len(found) < len(RATES[self.searching, way]):  # another process may be at it
            searched = RecordsFile(HERE / f"search_{self.searching}.json").facts["records"]
            found = {row["rate"]: row["score"] for row in searched if row["way"] == way}
            time.sleep(1)
        return trials.chosen(found)

    def searched(self, names: tuple[str, ...]) -> None:
        """Which rate is best on training items that no seed of the results draws."""
        mixed = np.random.default_rng(SEARCH_SEED).permutation(len(self.reading.pool))
        few, others = mixed[:FEW], mixed[FEW : FEW + trials.SEARCHED_ON]
        pool, labels = self.reading.pool, self.reading.pool_labels
        for name in names:
            for rate in RATES[self.name, name]:
                key = {"task": self.name, "way": name, "labels": FEW, "rate": rate, "seed": SEARCH_SEED}
                if RecordsFile(HERE / f"search_{self.name}.json").has(**key):
                    continue
                of_training = replace(
                    self.reading,
                    pool=[pool[i] for i in few],
                    pool_labels=labels[few],
                    test=[pool[i] for i in others],
                    test_labels=labels[others],
                )
                score = self._score(of_training, name, rate, FEW, SEARCH_SEED)
                RecordsFile(HERE / f"search_{self.name}.json").add(**key, score=score)
                say(key, score)

    def _score(self, reading: Reading, name: str, rate: float, n: int, seed: int, watch=None) -> float:
        way = WAYS[name]
        recipe = replace(way.recipe, learning_rate=rate, epochs=6 if self.name == "imdb" else 8)
        lm = self.language_model(way, seed)
        if watch:
            watch.lm = lm
        return trials.accuracy(
            trials.train_classifier(lm, reading, recipe, n, seed, *([watch] if watch else [])), reading
        )

    def measure(self, results: RecordsFile, name: str, n: int, seed: int) -> None:
        """One way with `n` labels; where it is watched, the loss on general text too."""
        key = {"task": self.name, "way": name, "labels": n, "seed": seed}
        if results.has(**key):
            return
        watch = None
        if self.name != "imdb" and n == FEW and seed in SEEDS and name in WATCHED:
            watch = LossWatched(None, self.general)
        started = time.process_time()
        score = self._score(self.reading, name, self.rate(name), n, seed, watch)
        results.add(**key, score=score)
        if watch:
            forgetting = RecordsFile(HERE / f"forgetting_{self.name}.json")
            for share, loss in watch.losses.items():
                forgetting.add(**key, done=share, score=loss)
        say(key, f"{score:.3f} {time.process_time() - started:.0f} s")

    def each(self, results: RecordsFile, names: tuple[str, ...]) -> None:
        """Each way with few labels and each seed, way by way."""
        for name in names:
            for seed in SEEDS:
                self.measure(results, name, FEW, seed)

    def baselines(self, results: RecordsFile, sizes: tuple[int, ...], seeds: tuple[int, ...]) -> None:
        """TF-IDF of the whole texts, and a linear model on the frozen network, pooled in the same way."""
        texts = self.whole or self._texts()
        test = None
        for n in sizes:
            for seed in seeds:
                rows = self.reading.draw(n, seed)
                y, z = self.reading.pool_labels[rows], self.reading.test_labels
                key = {"task": self.name, "labels": n, "seed": seed}
                if not results.has(way="TF-IDF", **key):
                    model = baselines.classifier("TF-IDF").fit([texts[0][i] for i in rows], y)
                    results.add(way="TF-IDF", **key, score=(model.predict(texts[1]) == z).mean())
                if not results.has(way="frozen", **key):
                    if test is None:
                        test = trials.frozen_features(self.encoder, self.reading.test)
                    x = trials.frozen_features(self.encoder, [self.reading.pool[i] for i in rows])
                    rare = np.bincount(y)[np.unique(y)].min() < linear_probe.FOLDS  # too rare to choose by
                    model = linear_probe.fit(x, y, (1e-2,) if rare else linear_probe.PENALTIES)
                    results.add(way="frozen", **key, score=(model.predict(test) == z).mean())
                    say(key, results.facts["records"][-2:])

    def _texts(self) -> tuple[list[str], list[str]]:
        decode = self.encoder.tokenizer.decode_batch
        pool, test = ([e.units for e in some] for some in (self.reading.pool, self.reading.test))
        return decode(pool), decode(test)


def say(*what: object) -> None:
    print(time.strftime("%H:%M:%S"), *what, flush=True)


def imdb(keep: Path) -> None:
    task, results = Task("imdb", keep), RecordsFile(HERE / "imdb.json")
    task.baselines(results, (FEW,), SEEDS)
    task.searched(("no LM fine-tuning",))
    task.each(results, ("ULMFiT",))


def imdb_two_stages(keep: Path) -> None:
    task, results = Task("imdb", keep), RecordsFile(HERE / "imdb_two_stages.json")
    task.searched(("from scratch",))
    task.each(results, ("from scratch", "no LM fine-tuning"))


def trec(keep: Path) -> None:
    task, results = Task("trec", keep), RecordsFile(HERE / "trec.json")
    task.searched(("no LM fine-tuning", "full: no trick", "from scratch"))
    task.baselines(results, (FEW,), SEEDS)
    task.each(results, ("from scratch",))


def two_stages(keep: Path) -> None:
    task, results = Task("trec", keep), RecordsFile(HERE / "two_stages.json")
    task.each(results, ("no LM fine-tuning",))


def tricks(keep: Path) -> None:
    task, results = Task("trec", keep), RecordsFile(HERE / "tricks.json")
    task.each(results, ("all layers at once", "one rate for all layers", "the last state alone"))


def constant(keep: Path) -> None:
    task, results = Task("trec", keep), RecordsFile(HERE / "constant.json")
    task.each(results, ("a constant rate",))


def stage_2(keep: Path) -> None:
    task, results = Task("trec", keep), RecordsFile(HERE / "stage_2.json")
    task.language_model(WAYS["ULMFiT"], 0)
    task.each(results, ("ULMFiT", "full: no trick", "last layer only"))


def language_models(keep: Path) -> None:
    task, results = Task("trec", keep), RecordsFile(HERE / "language_models.json")
    task.each(results, ("no pretraining", "LM fine-tuning: full", "LM fine-tuning: + discr"))


def curve(keep: Path) -> None:
    task, results = Task("trec", keep), RecordsFile(HERE / "curve.json")
    for n in (30, 300):
        task.baselines(results, (n,), SEEDS)
        for name in ("no LM fine-tuning", "ULMFiT", "from scratch"):
            for seed in SEEDS:
                task.measure(results, name, n, seed)


def ends(keep: Path) -> None:
    """What the cut costs: TF-IDF of the pieces that the network reads, and no more."""
    task, results = Task("imdb", keep), RecordsFile(HERE / "ends.json")
    texts = task._texts()
    for seed in SEEDS:
        rows = task.reading.draw(FEW, seed)
        model = baselines.classifier("TF-IDF").fit(
            [texts[0][i] for i in rows], task.reading.pool_labels[rows]
        )
        score = (model.predict(texts[1]) == task.reading.test_labels).mean()
        results.add(task="imdb", way="TF-IDF of the end", labels=FEW, seed=seed, score=score)


def snippets(keep: Path) -> None:
    task, results = Task("snippets", keep), RecordsFile(HERE / "snippets.json")
    for seed in SEEDS:
        for name in ("no LM fine-tuning", "ULMFiT"):
            task.measure(results, name, FEW, seed)


PARTS = {
    f.__name__: f
    for f in (
        imdb,
        imdb_two_stages,
        ends,
        trec,
        two_stages,
        stage_2,
        tricks,
        constant,
        language_models,
        curve,
        snippets,
    )
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", nargs="+", choices=PARTS)
    parser.add_argument(
        "--keep", type=Path, required=True, help="a folder for the language models of stage 2"
    )
    torch.set_num_threads(1)
    arguments = parser.parse_args()
    HERE.mkdir(parents=True, exist_ok=True)
    for what in arguments.what:
        PARTS[what](arguments.keep)


if __name__ == "__main__":
    main()
