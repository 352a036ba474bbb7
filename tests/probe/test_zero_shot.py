"""Questions to a language model: the right log-probabilities, and answers where they are known beforehand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.models.language.gpt import GPTConfig, GPTForCausalLM
from tlcourse.probe import zero_shot
from tlcourse.probe.zero_shot import LanguageModel, Question

CONFIG = GPTConfig(
    vocab_size=60, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
    max_position_embeddings=24, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    initializer_range=0.3,
)  # fmt: skip


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    torch.manual_seed(0)
    gpt = GPTForCausalLM(CONFIG).eval()
    return LanguageModel(lambda ids, mask: gpt(ids, mask), lambda t: [ord(c) % 50 for c in t], [55], 24)


def alone(model: LanguageModel, context: str, continuation: str) -> float:
    """The same, one text at a time, by the loss that torch has."""
    after = model.encode(continuation)
    ids = torch.tensor([[*model.start, *model.encode(context)][-(24 - len(after)) :] + after])
    losses = F.cross_entropy(model.logits(ids, torch.ones_like(ids))[0, :-1], ids[0, 1:], reduction="none")
    return -losses[-len(after) :].mean().item()


def test_padding_and_batches_change_nothing_and_long_contexts_lose_their_beginning(model):
    texts = [
        ("abc", "de"),
        ("", "xyz"),
        ("abcdefgh", "q"),
        ("abcdefgh", "r"),
        ("long " * 9, "end"),
        ("", "a"),
    ]
    found = zero_shot.mean_log_probability(model, texts, batch_size=3)
    assert found == pytest.approx([alone(model, *text) for text in texts], abs=1e-5)


def test_levelling_takes_off_what_an_answer_scores_anyway(model):
    asked = Question(zero_shot.TOPIC, ["ab", "cd", "efg"], [["x", "yz"]] * 3, np.array([0, 1, 1]))
    scores = zero_shot.answer_scores(model, asked)
    assert scores.shape == (3, 2)
    assert zero_shot.levelled(model, asked, scores).mean(axis=0) == pytest.approx([0, 0])
    headline = replace(asked, name=zero_shot.HEADLINE)
    without = [alone(model, "", answer) for answer in ("x", "yz")]
    assert zero_shot.levelled(model, headline, scores) == pytest.approx(scores - without, abs=1e-5)


def test_the_measures():
    asked = Question(zero_shot.TOPIC, ["a"] * 4, [["x", "y"]] * 4, np.array([0, 1, 1, 0]))
    scores = np.array([[0.0, -1], [-3, -2], [0, -1], [-1, -4]])
    assert zero_shot.measure(asked, scores) == 0.75
    sentences = Question(zero_shot.ACCEPTABILITY, [""] * 4, [["x"]] * 4, np.array([1, 0, 1, 0]), share=0.5)
    assert zero_shot.measure(sentences, np.array([[-1.0], [-5], [-2], [-4]])) == 1
    assert zero_shot.measure(sentences, np.array([[-5.0], [-1], [-4], [-2]])) == -1


@pytest.mark.parametrize("name", [zero_shot.SENTIMENT, zero_shot.TOPIC, zero_shot.HEADLINE])
def test_questions_are_well_formed(name):
    asked = zero_shot.question(name)
    assert len(asked.contexts) == len(asked.answers) == len(asked.right)
    assert all(0 <= right < len(some) for some, right in zip(asked.answers, asked.right, strict=True))
    counts = np.bincount(asked.right)
    assert counts.min() > 0.5 * counts.max() or name == zero_shot.TOPIC
    if name == zero_shot.HEADLINE:
        assert all(len(set(some)) == zero_shot.FEW for some in asked.answers)


def test_an_unknown_question_is_refused():
    with pytest.raises(ValueError, match="acceptability"):
        zero_shot.question("riddles")
