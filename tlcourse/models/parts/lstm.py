"""How the LSTMs of the zoo begin.

Taught in lesson *ELMo*.
"""

from torch import nn


def initialise(lstm: nn.LSTM) -> nn.LSTM:
    """Set the weights of one layer, of each gate by itself, and return it.

    Forget gates begin with a bias of 1, so that a state is kept until there is a reason not to (Józefowicz et
    al. 2015, "An Empirical Exploration of Recurrent Network Architectures"; also in ELMo's code). PyTorch's
    own weights shrink with the size of the state, and three such layers hand on a hundredth of what tells one
    word from another: input weights are Glorot's, recurrent ones orthogonal.
    """
    for gate in lstm.weight_ih_l0.chunk(4):
        nn.init.xavier_uniform_(gate)
    for gate in lstm.weight_hh_l0.chunk(4):
        nn.init.orthogonal_(gate)
    if lstm.proj_size:
        nn.init.xavier_uniform_(lstm.weight_hr_l0)
    nn.init.zeros_(lstm.bias_ih_l0)
    nn.init.zeros_(lstm.bias_hh_l0)
    nn.init.ones_(lstm.bias_ih_l0.chunk(4)[1])  # PyTorch's order: input, forget, cell, output
    return lstm
