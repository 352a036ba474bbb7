"""What a language model does without a single label: how likely it finds a text answers questions.

The heuristics of Radford et al. 2018, section 5, "Zero-shot Behaviors": acceptability by the mean
log-probability of a sentence's pieces; sentiment by which of two words is likelier after "very"; a question
by the answer whose pieces have the highest mean log-probability after the text. Topics are asked like
sentiment.

Taught in lesson *OpenAI GPT*.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.metrics import matthews_corrcoef
from torch import Tensor

from tlcourse.data import bbc_news, cola, rated_sentences
from tlcourse.data.splits import lot
from tlcourse.data.tokeniser import SEP
from tlcourse.models.language.gpt import GPTForCausalLM
from tlcourse.models.language.llama import Llama

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FEW = 4  # answers to choose from, where the headline of an article is asked for
LEAD = 30  # words of an article that are read
SENTIMENT, TOPIC, HEADLINE, ACCEPTABILITY = "sentiment", "topic", "headline", "acceptability"
TASKS = (SENTIMENT, TOPIC, HEADLINE, ACCEPTABILITY)
CHANCE = {SENTIMENT: 1 / 2, TOPIC: 1 / 5, HEADLINE: 1 / FEW, ACCEPTABILITY: 0.0}


@dataclass(frozen=True)
class LanguageModel:
    """A language model as it is asked here.

    Attributes:
        logits: numbers of pieces and mask, (B, T) each, padded on the right → (B, T, V), position t for the
            piece at t + 1.
        encode: a text → the numbers of its pieces, no marks.
        start: what stands before a text.
        longest: pieces that it can read.
        branched: several continuations of one context in a row (`probe.shared_context`): numbers of pieces
            (T,), their places (T,), which may look at which (T, T), and the rows that are asked (M,) →
            (M, V).
    """

    logits: Callable[[Tensor, Tensor], Tensor]
    encode: Callable[[str], list[int]]
    start: Sequence[int]
    longest: int
    branched: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] | None = None


def of_gpt(
    model: torch.nn.Module, tokenizer: "Tokenizer", longest: int = 128, logits: Callable | None = None
) -> LanguageModel:
    """A model of the zoo that reads from left to right; `logits` where it gives them unlike GPT."""

    def branched(ids: Tensor, places: Tensor, may_look: Tensor, asked: Tensor) -> Tensor:
        gpt = model.transformer
        x = gpt.embeddings.word(ids) + gpt.embeddings.position(places)  # (T, H)
        states = gpt.decoder(x[None], may_look).last_hidden_state[0]
        return model.lm_head(gpt.norm(states[asked]))

    return LanguageModel(
        logits or (lambda ids, mask: model(ids, mask)),
        lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
        [SEP],
        longest,
        branched if isinstance(model, GPTForCausalLM) else None,
    )


def of_llama(model: Llama, tokenizer: "Tokenizer", longest: int = 256) -> LanguageModel:
    """SmolLM2, whose pieces begin with their blank. What pads a row stands on its right."""

    def logits(ids: Tensor, mask: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1])
        return model.logits(model.states(ids, places, places[None] <= places[:, None]))

    def branched(ids: Tensor, places: Tensor, may_look: Tensor, asked: Tensor) -> Tensor:
        return model.logits(model.states(ids[None], places, may_look)[0, asked])

    return LanguageModel(
        logits,
        lambda text: tokenizer.encode(" " + text, add_special_tokens=False).ids if text else [],
        [model.config.bos_token_id],
        longest,
        branched,
    )


def of_transformers(model: Any, tokenizer: Any, longest: int = 256) -> LanguageModel:
    """A causal model of transformers whose pieces begin with their blank: the published GPT-2."""

    def branched(ids: Tensor, places: Tensor, may_look: Tensor, asked: Tensor) -> Tensor:
        found = model(
            input_ids=ids[None],
            position_ids=places[None],
            attention_mask=may_look[None, None],
            logits_to_keep=asked,
            use_cache=False,
        )
        return found.logits[0]

    return LanguageModel(
        lambda ids, mask: model(input_ids=ids, attention_mask=mask, use_cache=False).logits,
        lambda text: tokenizer(" " + text, add_special_tokens=False)["input_ids"] if text else [],
        [tokenizer.bos_token_id],
        longest,
        branched,
    )


@torch.inference_mode()
def mean_log_probability(
    model: LanguageModel, texts: Sequence[tuple[str, str]], batch_size: int = 32
) -> np.ndarray:
    """(context, continuation) pairs → the mean log-probability of the continuation's pieces, float64 (N,).

    What does not fit is cut from the beginning of the context. Without a context, the text follows the start.
    """
    read: dict[tuple[int, ...], list[tuple[int, list[int]]]] = {}  # what is read → what it is asked for
    for place, (context, continuation) in enumerate(texts):
        after = model.encode(continuation)
        before = [*model.start, *model.encode(context)][-(model.longest - len(after)) :]
        read.setdefault((*before, *after[:-1]), []).append((place, after))
    rows = sorted(read, key=len)  # so that few are padded
    found = np.zeros(len(texts))
    for begin in range(0, len(rows), batch_size):
        some = rows[begin : begin + batch_size]
        ids = torch.zeros(len(some), max(map(len, some)), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for b, row in enumerate(some):
            ids[b, : len(row)] = torch.tensor(row)
            mask[b, : len(row)] = 1
        logits = model.logits(ids, mask)
        for b, row in enumerate(some):
            for place, after in read[row]:
                log_p = logits[b, len(row) - len(after) : len(row)].float().log_softmax(dim=-1)
                found[place] = log_p.gather(1, torch.tensor(after)[:, None]).mean().item()
    return found


@dataclass(frozen=True)
class Question:
    """A task as it is put to a language model.

    Attributes:
        contexts: N texts, with what is appended to them.
        answers: N × K continuations to choose from; acceptability has one, the sentence itself.
        right: int64 (N,): which answer is right; of acceptability, whether the sentence is acceptable.
        share: of acceptability, how many of the training sentences are acceptable.
    """

    name: str
    contexts: list[str]
    answers: list[list[str]]
    right: np.ndarray
    share: float = 0.5

    def head(self, n: int) -> "Question":
        """The first `n` items: they stand in a random order."""
        return replace(self, contexts=self.contexts[:n], answers=self.answers[:n], right=self.right[:n])


def question(name: str) -> Question:
    """One of `TASKS`, on its test texts, in a random order that is always the same.

    Raises:
        AssetMissing: not fetched yet; acceptability is not of the packaged tier.
        ValueError: there is no such task.
    """
    makers = {SENTIMENT: _sentiment, TOPIC: _topic, HEADLINE: _headline, ACCEPTABILITY: _acceptability}
    if name not in makers:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(TASKS)}")
    return makers[name]()


def _shuffled(index: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).permutation(index)


def _sentiment() -> Question:
    films = rated_sentences.load("movie")
    rows = _shuffled(films.test_index)
    contexts = [f"{films.texts[i]} very" for i in rows]
    return Question(SENTIMENT, contexts, [["negative", "positive"]] * len(rows), films.label[rows])


def _lead(text: str) -> str:
    return " ".join(text.split()[:LEAD])


def _topic() -> Question:
    news = bbc_news.load()
    rows = _shuffled(news.test_index)
    contexts = [f"{_lead(news.texts[i])} This is about" for i in rows]
    names = ["business", "entertainment", "politics", "sport", "technology"]
    return Question(TOPIC, contexts, [names] * len(rows), news.topic[rows])


def _headline() -> Question:
    """An article's own headline among three of others on the same topic, in the order of their lots."""
    news = bbc_news.load()
    rows = _shuffled(news.test_index)
    answers, right = [], []
    for i in rows:
        others = [
            j for j in news.test_index if news.topic[j] == news.topic[i] and news.group[j] != news.group[i]
        ]
        others.sort(key=lambda j: lot(news.names[j], news.names[i]))
        among = sorted([i, *others[: FEW - 1]], key=lambda j: lot(news.names[j], "order" + news.names[i]))
        answers.append([news.titles[j] for j in among])
        right.append(among.index(i))
    return Question(HEADLINE, [_lead(news.texts[i]) for i in rows], answers, np.array(right))


def _acceptability() -> Question:
    data = cola.load()
    rows = _shuffled(data.in_domain_index)
    share = float(data.label[data.train_index].mean())
    sentences = [[data.texts[i]] for i in rows]
    return Question(ACCEPTABILITY, [""] * len(rows), sentences, data.label[rows], share)


def answer_scores(model: LanguageModel, asked: Question) -> np.ndarray:
    """The mean log-probability of each answer, (N, K)."""
    pairs = [(c, a) for c, some in zip(asked.contexts, asked.answers, strict=True) for a in some]
    return mean_log_probability(model, pairs).reshape(len(asked.contexts), -1)


def levelled(model: LanguageModel, asked: Question, scores: np.ndarray) -> np.ndarray:
    """(N, K) → the same, less what each answer scores anyway, so that none wins as the likelier words.

    Where all texts have the same answers, that is the mean over the texts; a headline has its score without
    an article. No label is needed.
    """
    if asked.name == HEADLINE:
        return scores - answer_scores(model, replace(asked, contexts=[""] * len(asked.contexts)))
    return scores - scores.mean(axis=0)


def measure(asked: Question, scores: np.ndarray) -> float:
    """The share of right answers; of acceptability, the Matthews correlation.

    `scores` are those of `answer_scores`, levelled or not. A sentence counts as acceptable if its score is
    among the highest: as many are as of the training sentences.
    """
    if asked.name == ACCEPTABILITY:
        said = scores[:, 0] > np.quantile(scores[:, 0], 1 - asked.share)
        return float(matthews_corrcoef(asked.right, said.astype(np.int64)))
    return float((scores.argmax(axis=1) == asked.right).mean())
