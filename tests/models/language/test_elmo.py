"""ELMo's parts against formulas written out here in numpy, and its LSTM against the equations of an LSTM."""

import numpy as np
import pytest
import torch

from tlcourse.models.language.elmo import (
    BEGIN_WORD,
    END_WORD,
    BiLM,
    CharacterEncoder,
    Elmo,
    ElmoConfig,
    Highway,
    ScalarMix,
    character_ids,
    reverse_each,
)

CONFIG = ElmoConfig(
    vocab_size=30,
    max_characters=8,
    character_size=4,
    filters=((1, 3), (2, 5), (3, 6)),
    projection_size=6,
    lstm_size=10,
    dropout=0.0,
)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def array(tensor):
    return tensor.detach().double().numpy()


def words(*texts):
    return character_ids(texts, CONFIG.max_characters)


def test_a_word_is_its_bytes_between_two_marks():
    ids = words("a", "né", "extraordinary")
    assert ids[0].tolist() == [BEGIN_WORD, ord("a") + 1, END_WORD, 0, 0, 0, 0, 0]
    assert ids[1].tolist() == [BEGIN_WORD, ord("n") + 1, 0xC3 + 1, 0xA9 + 1, END_WORD, 0, 0, 0]
    assert ids[2].tolist() == [BEGIN_WORD, *(ord(c) + 1 for c in "extrao"), END_WORD]


def test_highway_is_the_gated_sum():
    torch.manual_seed(0)
    layer = Highway(5)
    x = torch.randn(4, 5)
    h = np.maximum(0, array(x) @ array(layer.transform.weight).T + array(layer.transform.bias))
    t = sigmoid(array(x) @ array(layer.gate.weight).T + array(layer.gate.bias))
    np.testing.assert_allclose(array(layer(x)), t * h + (1 - t) * array(x), atol=1e-6)
    torch.nn.init.constant_(layer.gate.bias, -1e4)
    assert torch.equal(layer(x), x)  # a closed gate carries everything


def test_character_convolutions_by_hand():
    torch.manual_seed(0)
    encoder = CharacterEncoder(CONFIG)
    ids = words("bank", "banks")
    filtered = []
    for characters in ids.numpy():
        x = array(encoder.embedding.weight)[characters]  # (C, size)
        features = []
        for convolution in encoder.convolutions:
            weight, bias = array(convolution.weight), array(convolution.bias)  # (number, size, width)
            width = weight.shape[-1]
            windows = [x[i : i + width] for i in range(len(x) - width + 1)]
            scores = [np.einsum("nsw,ws->n", weight, window) + bias for window in windows]
            features.append(np.max(scores, axis=0))
        filtered.append(np.maximum(0, np.concatenate(features)))
    x = torch.tensor(np.array(filtered), dtype=torch.float32)
    expected = encoder.projection(encoder.highways(x))
    torch.testing.assert_close(encoder(ids), expected, rtol=1e-5, atol=1e-5)


def test_a_repeated_word_has_one_vector():
    torch.manual_seed(0)
    encoder = CharacterEncoder(CONFIG)
    characters = words("the", "cat", "the", "the").view(2, 2, -1)
    vectors = encoder.encode(characters)
    torch.testing.assert_close(vectors.flatten(0, 1), encoder(characters.flatten(0, 1)))
    assert torch.equal(vectors[0, 0], vectors[1, 1])


def lstm_with_projection(x, lstm):
    """Sak et al. 2014: i, f, o, g from x_t and r_{t−1}; c = f∘c + i∘g; r = W_r (o ∘ tanh c)."""
    w, u, r = array(lstm.weight_ih_l0), array(lstm.weight_hh_l0), array(lstm.weight_hr_l0)
    b = array(lstm.bias_ih_l0) + array(lstm.bias_hh_l0)
    h, c, out = np.zeros(r.shape[0]), np.zeros(r.shape[1]), []
    for x_t in x:
        i, f, g, o = np.split(w @ x_t + u @ h + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = r @ (sigmoid(o) * np.tanh(c))
        out.append(h)
    return np.array(out)


def test_bilm_layers_by_hand():
    torch.manual_seed(0)
    model = BiLM(CONFIG).eval()
    characters = words("to", "be", "or", "not", "to").unsqueeze(0)
    layers = model(characters)
    x = array(model.tokens(characters[0]))
    forward, backward = x, x[::-1]
    np.testing.assert_allclose(array(layers[0][0]), np.concatenate([x, x], axis=1), atol=1e-5)
    for i in range(2):
        forward_out = lstm_with_projection(forward, model.forward_lstms[i])
        backward_out = lstm_with_projection(backward, model.backward_lstms[i])
        forward = forward_out + forward if i == 1 else forward_out  # the residual of section 3.4
        backward = backward_out + backward if i == 1 else backward_out
        expected = np.concatenate([forward, backward[::-1]], axis=1)
        np.testing.assert_allclose(array(layers[i + 1][0]), expected, atol=1e-5)


def test_each_direction_sees_its_own_side_only():
    torch.manual_seed(0)
    model = BiLM(CONFIG).eval()
    sentence, changed = words("a", "b", "c", "d"), words("a", "b", "x", "d")
    before, after = model(sentence.unsqueeze(0))[-1][0], model(changed.unsqueeze(0))[-1][0]
    differs = (before - after).abs().view(4, 2, -1).amax(-1) > 1e-6  # (word, direction)
    assert differs.tolist() == [[False, True], [False, True], [True, True], [True, False]]


def test_padding_changes_nothing():
    torch.manual_seed(0)
    model = BiLM(CONFIG).eval()
    short = words("it", "rains").unsqueeze(0)
    padded = torch.zeros(2, 4, CONFIG.max_characters, dtype=torch.long)
    padded[0, :2], padded[1] = short[0], words("it", "never", "rains", "here")
    for alone, together in zip(model(short), model(padded, torch.tensor([2, 4])), strict=True):
        torch.testing.assert_close(alone[0], together[0, :2])


def test_reverse_each():
    x = torch.tensor([[1, 2, 3, 0], [4, 5, 6, 7]])
    assert reverse_each(x, torch.tensor([3, 4])).tolist() == [[3, 2, 1, 0], [7, 6, 5, 4]]


def test_scalar_mix_is_equation_1():
    mix = ScalarMix(3)
    with torch.no_grad():
        mix.w.copy_(torch.tensor([0.5, -1.0, 2.0]))
        mix.gamma.fill_(1.7)
    layers = [torch.randn(2, 4, 6) for _ in range(3)]
    w = np.array([0.5, -1.0, 2.0])
    s = np.exp(w) / np.exp(w).sum()
    expected = 1.7 * sum(weight * array(layer) for weight, layer in zip(s, layers, strict=True))
    np.testing.assert_allclose(array(mix(layers)), expected, atol=1e-6)
    assert mix.penalty(0.1).item() == pytest.approx(0.1 * (w**2).sum())
    with pytest.raises(ValueError, match=r"2 layers.*3 weights"):
        mix(layers[:2])


def test_only_the_mix_learns():
    torch.manual_seed(0)
    elmo = Elmo(BiLM(CONFIG), dropout=0.0).train()
    elmo(words("a", "b").unsqueeze(0)).sum().backward()
    assert {name for name, p in elmo.named_parameters() if p.grad is not None} == {"mix.w", "mix.gamma"}
    assert not elmo.bilm.training
