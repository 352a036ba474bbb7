"""ULMFiT's second and third stage: what is trained, how fast, and what watching it changes (nothing)."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from tlcourse.data.tokeniser import SEP
from tlcourse.models.language.ulmfit import LastState, UlmfitConfig, UlmfitForPreTraining
from tlcourse.models.pretrained.text_encoders import Example
from tlcourse.train.finetuning import freezing, lm_classifier, lm_finetuning
from tlcourse.train.finetuning.lm_classifier import ClassifierRecipe, TextClassifier
from tlcourse.train.finetuning.lm_finetuning import LmRecipe

CONFIG = UlmfitConfig(vocab_size=60, embedding_size=12, lstm_size=16)
SMALL = LmRecipe(rows=4, length=8, passes=3)


class Encoder(nn.Module):
    """As much of a text encoder as the classifier reads."""

    def __init__(self, network):
        super().__init__()
        self.network, self.widths = network, tuple(network.config.widths)

    def layers(self):
        return self.network.named_layers()

    def batch(self, examples):
        longest = max(map(len, examples))
        ids = torch.tensor([e.units + [0] * (longest - len(e)) for e in examples])
        mask = torch.tensor([[1] * len(e) + [0] * (longest - len(e)) for e in examples])
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, batch):
        return self.network.states(**batch)


@pytest.fixture
def lm() -> UlmfitForPreTraining:
    torch.manual_seed(0)
    return UlmfitForPreTraining(CONFIG)


def stream(n: int = 600) -> np.ndarray:
    return np.tile(np.arange(10, 22), n // 12 + 1)[:n]


def texts(n: int = 24) -> tuple[list[Example], np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    pieces = [[SEP, *(rng.integers(10, 30, size=rng.integers(3, 9)) + 25 * y).tolist(), SEP] for y in labels]
    return [Example(p, [0] * len(p), []) for p in pieces], labels


def test_reading_lowers_the_loss_on_text_of_the_same_kind(lm):
    before = lm_finetuning.mean_loss(lm, stream(300), rows=4, length=8)
    steps = [*lm_finetuning.training_steps(lm, stream(), SMALL)]
    assert lm_finetuning.mean_loss(lm, stream(300), rows=4, length=8) < before - 0.5
    assert not lm.training
    assert len(steps) == 3 * ((600 // 4 - 9) // 8 + 1)


def test_the_loss_is_that_of_torchs_own_layers(lm):
    """nn.LSTM and nn.CrossEntropyLoss, one row at a time, over the whole of what is read."""
    pieces = np.random.default_rng(1).integers(0, 60, size=4 * 41)
    rows = torch.from_numpy(pieces.reshape(4, 41))
    x = lm.encoder.embedding.weight[rows[:, :40]]
    for layer in lm.encoder.lstms:
        theirs = nn.LSTM(layer.input_size, layer.hidden_size, batch_first=True)
        theirs.load_state_dict(layer.state_dict())
        x = theirs(x)[0]
    logits = x @ lm.encoder.embedding.weight.T + lm.decoder.bias
    expected = nn.CrossEntropyLoss()(logits.reshape(-1, 60), rows[:, 1:].reshape(-1))
    got = lm_finetuning.mean_loss(lm, pieces, rows=4, length=8)
    assert got == pytest.approx(expected.item(), rel=1e-5)


def test_the_softmax_learns_fastest_and_a_triangle_moves_all(lm):
    layers = lm_finetuning.layers_of(lm)
    assert [*layers][-1] == "embedding and softmax"
    held = {id(p) for part in layers.values() for p in part.parameters()}
    assert held == {id(p) for p in lm.parameters()}
    rates = freezing.discriminative_rates(layers, 4e-3, 2.6)
    assert rates["layer 1"] == pytest.approx(4e-3 / 2.6**3)


def test_too_short_a_text_is_turned_away(lm):
    with pytest.raises(ValueError, match="too few"):
        next(lm_finetuning.training_steps(lm, stream(20), SMALL))
    with pytest.raises(ValueError, match="too few"):
        lm_finetuning.mean_loss(lm, stream(20))


RECIPE = ClassifierRecipe(epochs=6, min_steps=1, batch_size=8)


def trained(lm, recipe, watch=lambda: None):
    model = TextClassifier(Encoder(lm.encoder), 2, recipe.pooling)
    for _ in lm_classifier.training_steps(model, *texts(), recipe):
        watch()
    return model


def test_it_learns_what_can_be_learned(lm):
    model = trained(lm, replace(RECIPE, epochs=20, learning_rate=3e-2))
    examples, labels = texts()
    assert (model.predict(examples) == labels).mean() > 0.9
    assert all(p.requires_grad for p in model.parameters())


def test_the_head_alone_leaves_the_language_model_as_it_is(lm):
    before = {name: p.clone() for name, p in lm.named_parameters()}
    trained(lm, replace(RECIPE, lowest="head", gradual=False))
    for name, p in lm.named_parameters():
        torch.testing.assert_close(p, before[name], rtol=0, atol=0)


def test_layers_join_from_the_top(lm):
    before = {
        name: [p.clone() for p in part.parameters()] for name, part in lm.encoder.named_layers().items()
    }
    moved: list[set[str]] = []

    def watch():
        now = lm.encoder.named_layers()
        moved.append(
            {
                name
                for name in now
                if any((a != b).any() for a, b in zip(before[name], now[name].parameters(), strict=True))
            }
        )

    trained(lm, replace(RECIPE, epochs=5, joining=1.0), watch)  # 15 steps, 5 layers
    assert [len(names) for names in moved] == sorted(len(names) for names in moved)
    assert moved[2] == set()
    assert moved[5] == {"layer 3"}
    assert moved[-1] == {"embeddings", "layer 1", "layer 2", "layer 3"}


def test_watching_changes_nothing():
    states = []
    for watches in (False, True):
        torch.manual_seed(0)
        lm = UlmfitForPreTraining(CONFIG)
        trained(
            lm,
            RECIPE,
            (lambda lm=lm: lm_finetuning.mean_loss(lm, stream(300), 4, 8)) if watches else lambda: None,
        )
        states.append(torch.cat([p.detach().flatten() for p in lm.parameters()]))
    torch.testing.assert_close(*states, rtol=0, atol=0)


def test_a_batch_of_one_gets_company(lm):
    examples, labels = texts(9)
    model = TextClassifier(Encoder(lm.encoder), 2)
    assert len([*lm_classifier.training_steps(model, examples, labels, RECIPE)]) == 12


def test_mistakes_are_told(lm):
    examples, labels = texts()
    with pytest.raises(ValueError, match="expected one of 'concat', 'last'"):
        TextClassifier(Encoder(lm.encoder), 2, "mean")
    with pytest.raises(ValueError, match="two texts"):
        next(
            lm_classifier.training_steps(
                TextClassifier(Encoder(lm.encoder), 2), examples[:1], labels[:1], RECIPE
            )
        )


def test_the_last_state_is_the_last_of_the_text():
    states = torch.arange(24.0).reshape(2, 4, 3)
    mask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]])
    torch.testing.assert_close(LastState()(states, mask), torch.stack([states[0, 1], states[1, 3]]))


def test_dropout_is_scaled(lm):
    lm.encoder.scale_dropout(0.5)
    assert lm.encoder.lstms[0].weight_drop == 0.25
    assert lm.encoder.input_dropout.p == pytest.approx(0.2)
