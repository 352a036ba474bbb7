"""LSTMs begin so that a state lasts and words stay apart through several layers."""

import torch
from torch import nn

from tlcourse.models.language.ulmfit import AwdLstm, UlmfitConfig
from tlcourse.models.parts.lstm import initialise


def test_forget_gates_begin_open():
    torch.manual_seed(0)
    lstm = initialise(nn.LSTM(8, 16, proj_size=4, batch_first=True))
    _, (_, c) = lstm(torch.zeros(1, 1, 8), (torch.zeros(1, 1, 4), torch.ones(1, 1, 16)))
    # By the LSTM's equations with inputs and states of 0: c' = σ(b_f) c + σ(b_i) tanh(b_g).
    assert torch.allclose(c, torch.full_like(c, torch.tensor(1.0).sigmoid().item()))
    assert not any(bias.sum() for bias in (lstm.bias_hh_l0, *lstm.bias_ih_l0.chunk(4)[::2]))


def test_recurrent_weights_keep_lengths():
    torch.manual_seed(0)
    lstm = initialise(nn.LSTM(8, 16))
    for gate in lstm.weight_hh_l0.detach().chunk(4):
        assert torch.allclose(gate @ gate.T, torch.eye(16), atol=1e-5)


@torch.inference_mode()
def test_words_stay_apart_through_three_layers():
    """With PyTorch's own weights a hundredth of what tells words from another is left at the top."""
    torch.manual_seed(0)
    model = AwdLstm(UlmfitConfig()).eval()

    def left(network):
        layers, _ = network(torch.randint(0, 8192, (64, 32)))
        apart = [layer[:, -1].std(dim=0).mean().item() for layer in layers]
        return apart[-1] / apart[0]

    ours = left(model)
    for layer in model.lstms:
        layer.reset_parameters()
    assert left(model) < 0.02
    assert ours > 0.5
