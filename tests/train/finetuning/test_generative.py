"""Fine-tuning GPT as its paper does, on a tiny one."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.data.tokeniser import DELIMITER, EXTRACT, START
from tlcourse.models.language.gpt import (
    GPTConfig,
    GPTForCausalLM,
    classification_input,
    multiple_choice_input,
)
from tlcourse.train.finetuning import generative
from tlcourse.train.finetuning.generative import NOTHING, GenerativeRecipe

CONFIG = GPTConfig(
    vocab_size=60, hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64,
    max_position_embeddings=16, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
)  # fmt: skip
RECIPE = GenerativeRecipe(learning_rate=3e-3, min_steps=60)


def language_model() -> GPTForCausalLM:
    torch.manual_seed(0)
    return GPTForCausalLM(CONFIG)


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("n_layers", [NOTHING, 0, 2, 3])
def test_what_is_not_taken_over_is_random_again(norm, n_layers):
    torch.manual_seed(9)  # another than of the random weights
    model = GPTForCausalLM(GPTConfig(**{**vars(CONFIG), "norm": norm}))
    before = {name: p.clone() for name, p in model.transformer.named_parameters()}
    generative.transfer(model, n_layers)
    for name, p in model.transformer.named_parameters():
        if p.ndim < 2:  # biases and norms begin alike
            continue
        kept = n_layers >= 0 if name.startswith("embeddings") else int(name.split(".")[2]) < n_layers
        assert torch.equal(p, before[name]) == kept, name
    assert model.lm_head.weight is model.transformer.embeddings.word.weight


def test_layers_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="n_layers is 4"):
        generative.transfer(language_model(), 4)


def test_only_the_marks_and_the_matrix_are_new():
    model = language_model()
    before = model.transformer.embeddings.word.weight.detach().clone()
    generative.classifier(model, 2, RECIPE, 0)
    changed = (model.transformer.embeddings.word.weight != before).any(dim=1).nonzero().flatten()
    assert changed.tolist() == [START, DELIMITER, EXTRACT]


def test_it_learns_classes_and_choices():
    rng = np.random.default_rng(0)
    texts = rng.integers(10, 60, size=(40, 6)).tolist()
    labels = np.array([int(text[0] >= 35) for text in texts])
    items = [classification_input(text, START, EXTRACT) for text in texts]
    model = generative.classifier(language_model(), 2, RECIPE, 0)
    losses = []
    generative.finetune(model, items, labels, RECIPE, report=lambda step, n, loss: losses.append(loss))
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    assert generative.accuracy(model, items, labels) > 0.8
    choices = [multiple_choice_input(t[:2], [[7, 7], t[2:]], START, DELIMITER, EXTRACT) for t in texts]
    chooser = generative.classifier(language_model(), 1, RECIPE, 0)
    generative.finetune(chooser, choices, np.ones(40, dtype=int), RECIPE)
    assert generative.logits(chooser, choices).shape == (40, 2)
    assert generative.accuracy(chooser, choices, np.ones(40)) > 0.9


def test_without_weight_the_loss_is_the_tasks_and_with_it_more_by_lambda_times_the_language_models():
    model = generative.classifier(language_model(), 2, GenerativeRecipe(lm_weight=0.0), 0).eval()
    ids, mask = generative.padded([[[5, 11, 12, 7]], [[5, 13, 7]]])
    labels = torch.tensor([0, 1])
    logits, lm_logits = model(ids, mask)
    task = F.cross_entropy(logits, labels)
    assert torch.allclose(model.loss(ids, mask, labels), task)
    real = mask[:, 0, 1:].bool()
    lm = F.cross_entropy(lm_logits[:, 0, :-1][real], ids[:, 0, 1:][real])
    model.lm_weight = 0.5
    assert torch.allclose(model.loss(ids, mask, labels), task + 0.5 * lm, atol=1e-6)


def test_a_seed_gives_the_same_weights_again():
    items = [classification_input([10 + i, 20 + i], START, EXTRACT) for i in range(12)]
    short = GenerativeRecipe(min_steps=3, epochs=1)
    found = []
    for _ in range(2):
        model = generative.classifier(language_model(), 2, short, 1)
        found.append(generative.finetune(model, items, np.arange(12) % 2, short, 1).W_y.weight)
    assert torch.equal(*found)
