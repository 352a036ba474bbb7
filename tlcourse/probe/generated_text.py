"""Texts that models write from the same beginnings as people's, and whether they can be told apart.

Beginnings of BBC's test articles, each with what people wrote after it; a model goes on from the same words.
Both are cut to the same number of pieces of the same tokeniser before anybody judges them, so that neither
length nor capitals give them away (`probe.token_ranks` is the judge).

Taught in lesson *GPT-2*.
"""

from collections.abc import Sequence

import numpy as np
import torch

from tlcourse.data import bbc_news, tokeniser
from tlcourse.data.text_sources import clean
from tlcourse.models.language.gpt import GPTForCausalLM
from tlcourse.models.language.sampling import Choice
from tlcourse.models.pretrained import writers, zoo
from tlcourse.models.pretrained.writers import Writer
from tlcourse.probe import token_ranks
from tlcourse.probe.bits_per_byte import readable

WAYS = {
    "the likeliest": Choice(temperature=0),
    "top-k, k = 40": Choice(top_k=40),
    "nucleus, p = 0.9": Choice(top_p=0.9),
    "all pieces": Choice(),
}
CONTROL = "classifier, people against people"
GIVEN, JUDGED = 16, 64  # words that are given; pieces that are judged
ENOUGH = 96  # pieces that are written, so that 64 of the zoo's are there for whichever model wrote
TEXTS = 48  # of a draw
WORDS = 60  # words of a text that runs are looked for in

Begun = list[tuple[str, str]]


def beginnings(seed: int, n: int = TEXTS) -> Begun:
    """(the first words of a test article, what people wrote then): `n`, drawn with a seed.

    Raises:
        AssetMissing: not fetched yet.
    """
    news = bbc_news.load()
    found = []
    for i in np.random.default_rng(seed).permutation(news.test_index):
        parts = clean(news.texts[i]).split()
        if len(parts) > GIVEN + 2 * WORDS:
            found.append((" ".join(parts[:GIVEN]), " ".join(parts[GIVEN : GIVEN + 2 * WORDS])))
        if len(found) == n:
            break
    return found


def continued(writer: Writer, begun: Begun, choice: Choice, seed: int, n: int = ENOUGH) -> list[str]:
    """What a model writes after each of the beginnings: `n` of its pieces, as text.

    Each is read from as many of its last pieces as the shortest has, so that nothing is padded.
    """
    rows = [writer.encode(given) for given, _ in begun]
    shortest = min(map(len, rows))
    ids = torch.tensor([[*writer.start, *row[-shortest:]] for row in rows])
    found = writers.continued(writer, ids, n, choice, seed)
    return [writer.decode(row[ids.shape[1] :].tolist()) for row in found]


def cut(text: str) -> str:
    """The first words of a text, as many as are looked at for runs that were read before."""
    return " ".join(readable(text).split()[:WORDS])


def pairs(begun: Begun, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Beginning and text, in the zoo's pieces: generated (B, T), people's (B, T), and how many are given.

    A pair of which one text is too short to be judged is left out.
    """
    pieces = tokeniser.load(zoo.folder_of("gpt2-mini"))

    def numbers(text: str) -> list[int]:
        return pieces.encode(text, add_special_tokens=False).ids

    given = [numbers(first) for first, _ in begun]
    shortest = min(map(len, given))
    generated, people = [], []
    for first, (_, theirs), ours in zip(given, begun, texts, strict=True):
        both = [numbers(theirs)[:JUDGED], numbers(ours)[:JUDGED]]
        if all(len(one) == JUDGED for one in both):
            start = [tokeniser.SEP, *first[-shortest:]]
            people.append([*start, *both[0]])
            generated.append([*start, *both[1]])
    return torch.tensor(generated), torch.tensor(people), shortest + 1


def detected(
    judge: GPTForCausalLM, rows: tuple[torch.Tensor, torch.Tensor, int], seed: int
) -> dict[str, float]:
    """AUROC of what tells the texts apart: log-rank alone, entropy alone, the classifier, and its control.

    The control: half of people's texts stand for generated ones, which nothing should tell from the others.

    A piece low in the list speaks for people: the sign of the log-rank and of the entropy is turned.
    """
    generated, people = (token_ranks.places(judge, some, rows[2]).features() for some in rows[:2])
    return {
        "log rank": token_ranks.auroc(-generated[:, 1], -people[:, 1]),
        "entropy": token_ranks.auroc(-generated[:, 2], -people[:, 2]),
        "classifier": token_ranks.classified(generated, people, seed),
        CONTROL: people_apart(people, seed),
    }


def people_apart(people: np.ndarray, seed: int, times: int = 20) -> float:
    """The control: the mean AUROC of telling one half of people's texts, (B, 6), from the other."""
    rng, found, n = np.random.default_rng(seed), [], len(people) // 2
    for _ in range(times):
        order = rng.permutation(len(people))
        found.append(token_ranks.classified(people[order[:n]], people[order[n : 2 * n]], seed))
    return float(np.mean(found))
