"""ULMFiT's parts: what each dropout drops, the LSTM against torch's own, the pooling against numpy."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.models.language.ulmfit import (
    AwdLstm,
    ConcatPooling,
    EmbeddingWithDropout,
    PoolingClassifier,
    UlmfitConfig,
    UlmfitForPreTraining,
    VariationalDropout,
    WeightDropLSTM,
    activation_regularisation,
)

B, T = 3, 6
CONFIG = UlmfitConfig(vocab_size=40, embedding_size=8, lstm_size=12)


def test_without_dropout_it_is_torchs_lstm():
    torch.manual_seed(0)
    ours, theirs = WeightDropLSTM(5, 7, weight_drop=0.0), torch.nn.LSTM(5, 7, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(B, T, 5)
    state = torch.randn(1, B, 7), torch.randn(1, B, 7)
    for one, other in ((ours(x), theirs(x)), (ours(x, state), theirs(x, state))):
        torch.testing.assert_close(one[0], other[0])
        torch.testing.assert_close(one[1], other[1])


def test_weight_drop_is_an_lstm_with_a_dropped_recurrent_matrix():
    torch.manual_seed(0)
    ours, theirs = WeightDropLSTM(5, 7, weight_drop=0.5), torch.nn.LSTM(5, 7, batch_first=True)
    x = torch.randn(B, T, 5)
    torch.manual_seed(1)
    got = ours(x)[0]
    torch.manual_seed(1)
    kept = F.dropout(torch.ones_like(ours.weight_hh_l0), 0.5)  # the same draw: 0 or 2
    assert set(kept.unique().tolist()) == {0.0, 2.0}
    theirs.load_state_dict(ours.state_dict() | {"weight_hh_l0": ours.weight_hh_l0 * kept})
    torch.testing.assert_close(got, theirs(x)[0])

    theirs.load_state_dict(ours.state_dict())
    torch.testing.assert_close(ours.eval()(x)[0], theirs(x)[0])


def test_weight_drop_gives_no_gradient_to_a_dropped_weight():
    torch.manual_seed(0)
    lstm = WeightDropLSTM(5, 7, weight_drop=0.5)
    torch.manual_seed(1)
    lstm(torch.randn(B, T, 5))[0].sum().backward()
    share = (lstm.weight_hh_l0.grad == 0).float().mean().item()
    assert share == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(4 * 7 * 7))  # 4 standard errors of a fair coin
    assert (lstm.weight_ih_l0.grad != 0).all()


def test_variational_dropout_keeps_its_mask_over_time():
    torch.manual_seed(0)
    dropped = VariationalDropout(0.3)(torch.ones(200, T, 50))
    assert (dropped == dropped[:, :1]).all()  # the same units at all steps …
    assert not (dropped == dropped[:1]).all()  # … but others in another sequence
    assert dropped.unique().tolist() == pytest.approx([0, 1 / 0.7])
    assert dropped.mean().item() == pytest.approx(1, abs=0.03)  # 10,000 masks: 4 standard errors are 0.026


def test_embedding_dropout_drops_words():
    torch.manual_seed(0)
    table = EmbeddingWithDropout(40, 8, p=0.5)
    ids = torch.arange(40).repeat(2).view(2, 40)
    out = table(ids)
    dropped = (out == 0).all(-1)
    assert torch.equal(out[0], out[1])  # a word is dropped everywhere or nowhere
    assert 8 < dropped[0].sum() < 32
    torch.testing.assert_close(out[0][~dropped[0]], 2 * table.weight[~dropped[0]])
    torch.testing.assert_close(table.eval()(ids)[0], table.weight)


def test_dropout_is_scaled_as_a_whole():
    model = UlmfitForPreTraining(UlmfitConfig(dropout_multiplier=0.5))
    assert model.encoder.lstms[0].weight_drop == 0.25
    assert model.encoder.input_dropout.p == 0.2
    assert model.output_dropout.p == 0.2


def test_state_carried_over_is_one_long_sequence():
    torch.manual_seed(0)
    model = AwdLstm(CONFIG).eval()
    ids = torch.randint(0, 40, (B, 2 * T))
    whole, _ = model(ids)
    first, state = model(ids[:, :T])
    second, _ = model(ids[:, T:], state)
    for long, a, b in zip(whole, first, second, strict=True):
        torch.testing.assert_close(long, torch.cat([a, b], dim=1))


def test_softmax_is_tied_to_the_embedding():
    model = UlmfitForPreTraining(CONFIG)
    assert model.decoder.weight is model.encoder.embedding.weight
    logits, dropped, raw, _ = model.eval()(torch.randint(0, 40, (B, T)))
    assert logits.shape == (B, T, 40)
    torch.testing.assert_close(dropped, raw)


def test_activation_regularisation_by_hand():
    rng = np.random.default_rng(0)
    dropped, raw = rng.normal(size=(2, B, T, 4))
    expected = 2 * (dropped**2).mean() + 1 * (np.diff(raw, axis=1) ** 2).mean()
    got = activation_regularisation(torch.tensor(dropped), torch.tensor(raw))
    assert got.item() == pytest.approx(expected)


def test_concat_pooling_by_hand():
    rng = np.random.default_rng(0)
    states = rng.normal(size=(B, T, 4)) - 3  # below 0, so that a padding 0 would win the maximum
    lengths = [6, 2, 4]
    mask = np.array([[t < n for t in range(T)] for n in lengths])
    expected = [
        np.concatenate([row[n - 1], row[:n].max(0), row[:n].mean(0)])
        for row, n in zip(states, lengths, strict=True)
    ]
    got = ConcatPooling()(torch.tensor(states), torch.tensor(mask))
    np.testing.assert_allclose(got.numpy(), expected)


def test_classifier_does_not_see_the_padding():
    torch.manual_seed(0)
    classifier = PoolingClassifier(4, num_labels=3).eval()
    states = torch.randn(1, T, 4)
    mask = torch.tensor([[1, 1, 1, 0, 0, 0]])
    alone = classifier(states[:, :3], mask[:, :3])
    torch.testing.assert_close(classifier(states, mask), alone)
    assert alone.shape == (1, 3)
