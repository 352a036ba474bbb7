"""Gates and masks on heads: ours against transformers' same network, and against weights set to zero."""

import copy

import numpy as np
import pytest
import torch
import transformers

from tlcourse.models.pretrained import encoders, zoo
from tlcourse.probe import head_masks, pruning

IDS = torch.tensor([[2, 17, 40, 9, 3], [2, 8, 8, 30, 3]])


@pytest.fixture(scope="module")
def ours(tiny_zoo):
    return encoders.load(tiny_zoo / "bert-mini").network


def some_gates(network, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(head_masks.shape(network), generator=generator)


def test_a_gate_scales_what_the_values_of_a_head_are(ours):
    gates = some_gates(ours)
    with torch.no_grad(), head_masks.gated(ours, gates):
        found = ours(IDS).last_hidden_state
    other = copy.deepcopy(ours)
    for block, row in zip(other.encoder.blocks, gates, strict=True):
        size = block.attention.value.out_features // len(row)
        factor = row.repeat_interleave(size)
        block.attention.value.weight.data *= factor[:, None]
        block.attention.value.bias.data *= factor
    with torch.no_grad():
        torch.testing.assert_close(found, other(IDS).last_hidden_state, rtol=1e-5, atol=1e-5)


def test_transformers_networks_are_masked_alike(tiny_zoo, ours):
    theirs = transformers.AutoModel.from_pretrained(tiny_zoo / "bert-mini").eval()
    gates = some_gates(ours, seed=1)
    with torch.no_grad(), head_masks.gated(ours, gates), head_masks.gated(theirs, gates):
        torch.testing.assert_close(
            ours(IDS).last_hidden_state, theirs(IDS).last_hidden_state, rtol=1e-5, atol=1e-5
        )


@pytest.mark.parametrize(
    "model",
    [
        lambda: transformers.DistilBertModel(
            transformers.DistilBertConfig(vocab_size=50, dim=24, n_layers=2, n_heads=3, hidden_dim=32)
        ),
        lambda: transformers.GPT2Model(
            transformers.GPT2Config(vocab_size=50, n_embd=24, n_layer=2, n_head=3, n_positions=16)
        ),
    ],
    ids=["DistilBERT", "GPT-2"],
)
def test_the_heads_of_other_published_networks_are_found(model):
    network = model().eval()
    assert head_masks.shape(network) == (2, 3)
    before = network(IDS).last_hidden_state
    with head_masks.masked(network, np.ones((2, 3), dtype=bool)):
        torch.testing.assert_close(network(IDS).last_hidden_state, before)
    with head_masks.masked(network, [[1, 1, 0], [1, 1, 1]]):
        assert (network(IDS).last_hidden_state - before).abs().max() > 1e-4
    torch.testing.assert_close(network(IDS).last_hidden_state, before)  # and nothing stays behind


def test_gates_that_do_not_fit_and_networks_without_heads_are_refused(ours):
    with (
        pytest.raises(ValueError, match=r"gates is \(1, 2\), expected"),
        head_masks.gated(ours, torch.ones(1, 2)),
    ):
        pass
    with pytest.raises(ValueError, match="no attention heads in Linear"):
        head_masks.shape(torch.nn.Linear(2, 2))


def losses(network):
    """Of each row, a number that depends on all states, not symmetric in them."""
    direction = torch.linspace(-1, 1, network.config.hidden_size)
    return lambda batch: torch.tanh(network(**batch).last_hidden_state @ direction).square().mean(dim=1)


def test_importance_agrees_with_numerical_differences(ours):
    network = copy.deepcopy(ours).double()
    batch = {"input_ids": IDS}

    def per_row(rows):
        direction = torch.linspace(-1, 1, network.config.hidden_size, dtype=torch.float64)
        return torch.tanh(network(**rows).last_hidden_state @ direction).square().mean(dim=1)

    found = pruning.importance(network, [batch], per_row)
    layers, heads = head_masks.shape(network)
    step = 1e-4
    for layer in range(layers):
        for head in range(heads):
            ends = []
            for sign in (1, -1):
                gates = torch.ones(layers, heads, dtype=torch.float64)
                gates[layer, head] += sign * step
                with torch.no_grad(), head_masks.gated(network, gates):
                    ends.append(per_row(batch))
            slope = ((ends[0] - ends[1]) / (2 * step)).abs().mean().item()
            assert found[layer, head] == pytest.approx(slope, rel=1e-3)


def test_importance_does_not_depend_on_how_rows_are_batched(ours):
    together = pruning.importance(ours, [{"input_ids": IDS}], losses(ours))
    apart = pruning.importance(ours, [{"input_ids": row[None]} for row in IDS], losses(ours))
    np.testing.assert_allclose(together, apart, rtol=1e-4)
    np.testing.assert_allclose((pruning.normalised(together) ** 2).sum(axis=1), 1, rtol=1e-6)


def test_importance_refuses_a_loss_of_the_whole_batch(ours):
    with pytest.raises(ValueError, match=r"\(\) for a batch of 2 rows"):
        pruning.importance(ours, [{"input_ids": IDS}], lambda batch: losses(ours)(batch).mean())
    with pytest.raises(ValueError, match="no batches"):
        pruning.importance(ours, [], losses(ours))


@pytest.mark.parametrize("name", ["bert-mini", "gpt-mini", "gpt2-nano"])
def test_heads_that_are_taken_out_are_heads_that_are_masked(tiny_zoo, name):
    network = encoders.load(tiny_zoo / name).network
    layers, heads = head_masks.shape(network)
    keep = np.random.default_rng(0).random((layers, heads)) < 0.5
    keep[0], keep[-1] = False, np.arange(heads) == heads - 1  # no head at all, and a single one
    smaller = copy.deepcopy(network)
    pruning.remove(smaller, keep)
    with torch.no_grad():
        with head_masks.masked(network, keep):
            expected = network(IDS).last_hidden_state
        torch.testing.assert_close(smaller(IDS).last_hidden_state, expected, rtol=1e-5, atol=1e-5)
    assert sum(p.numel() for p in smaller.parameters()) < sum(p.numel() for p in network.parameters())


def test_the_least_important_go_first_and_masks_are_nested():
    scores = np.array([[0.3, 0.1], [0.2, 0.9]])
    found = [(n, keep.tolist()) for n, keep in pruning.keeping(scores, [0.0, 0.25, 0.5, 1.0])]
    assert found == [
        (0, [[True, True], [True, True]]),
        (1, [[True, False], [True, True]]),
        (2, [[True, False], [False, True]]),
        (4, [[False, False], [False, False]]),
    ]
    assert pruning.alone(2, 3, 1, 2).tolist() == [[True] * 3, [False, False, True]]
    assert pruning.without(2, 3, 1, 2).tolist() == [[True] * 3, [True, True, False]]


def test_only_the_courses_own_networks_lose_heads_for_good(tiny_zoo):
    theirs = transformers.AutoModel.from_pretrained(tiny_zoo / "bert-mini")
    with pytest.raises(ValueError, match="mask its heads instead"):
        pruning.remove(theirs, np.ones(head_masks.shape(theirs), dtype=bool))
    with pytest.raises(ValueError, match="keep is"):
        pruning.remove(zoo.load(tiny_zoo / "bert-mini"), np.ones((1, 1), dtype=bool))
