"""What GPT adds to a decoder: initialisation, sampling, input transformations, the auxiliary loss."""

import math

import pytest
import torch
import torch.nn.functional as F

from tlcourse.models.language.gpt import (
    GPTClassifier,
    GPTConfig,
    GPTForCausalLM,
    classification_input,
    entailment_input,
    multiple_choice_input,
    similarity_input,
)

CONFIG = GPTConfig(
    vocab_size=50,
    hidden_size=32,
    num_hidden_layers=4,
    num_attention_heads=4,
    intermediate_size=128,
    max_position_embeddings=16,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
)
START, DELIMITER, EXTRACT = 47, 48, 49


@pytest.fixture
def gpt():
    torch.manual_seed(0)
    return GPTForCausalLM(CONFIG).eval()


def test_gpt2_starts_residual_layers_smaller_by_the_root_of_their_number():
    config = GPTConfig(hidden_size=128, intermediate_size=512, num_hidden_layers=8, norm="pre")
    torch.manual_seed(0)
    model = GPTForCausalLM(config).transformer
    expected = 0.02 / math.sqrt(16)
    for block in model.decoder.blocks:  # 16,384 numbers or more: the standard deviation is known to 2 %
        assert block.attention.output.weight.std().item() == pytest.approx(expected, rel=0.03)
        assert block.feed_forward.output.weight.std().item() == pytest.approx(expected, rel=0.03)
        assert block.feed_forward.intermediate.weight.std().item() == pytest.approx(0.02, rel=0.03)


def test_a_piece_never_changes_what_came_before(gpt):
    ids = torch.randint(0, 50, (1, 12))
    changed = ids.clone()
    changed[0, 7] = (ids[0, 7] + 1) % 50
    before, after = gpt(ids), gpt(changed)
    torch.testing.assert_close(before[:, :7], after[:, :7])
    assert not torch.allclose(before[:, 7:], after[:, 7:])


def test_sampling_follows_the_distribution(gpt):
    start = torch.tensor([[3, 4]]).expand(4000, -1)
    probabilities = (gpt(start[:1])[0, -1] / 0.7).softmax(0)
    drawn = gpt.generate(start, 1, temperature=0.7, generator=torch.Generator().manual_seed(1))[:, -1]
    frequency = torch.bincount(drawn, minlength=50) / 4000
    assert (frequency - probabilities).abs().max() < 0.02  # 3 standard errors of a share of 0.04 in 4,000
    top = gpt.generate(start, 1, top_k=3, generator=torch.Generator().manual_seed(1))[:, -1]
    assert set(top.tolist()) == set(gpt(start[:1])[0, -1].topk(3).indices.tolist())


def test_generation_goes_on_past_the_last_position(gpt):
    assert gpt.generate(torch.tensor([[1, 2, 3]]), 20, temperature=0).shape == (1, 23)


def test_input_transformations_are_those_of_figure_1():
    assert classification_input([1, 2], START, EXTRACT) == [[START, 1, 2, EXTRACT]]
    assert entailment_input([1], [2], START, DELIMITER, EXTRACT) == [[START, 1, DELIMITER, 2, EXTRACT]]
    assert similarity_input([1], [2], START, DELIMITER, EXTRACT) == [
        [START, 1, DELIMITER, 2, EXTRACT],
        [START, 2, DELIMITER, 1, EXTRACT],
    ]
    assert multiple_choice_input([1], [[2], [3, 4]], START, DELIMITER, EXTRACT) == [
        [START, 1, DELIMITER, 2, EXTRACT],
        [START, 1, DELIMITER, 3, 4, EXTRACT],
    ]


def batched(sequences, length):
    ids = torch.zeros(1, len(sequences), length, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for i, sequence in enumerate(sequences):
        ids[0, i, : len(sequence)] = torch.tensor(sequence)
        mask[0, i, : len(sequence)] = 1
    return ids, mask


def test_similarity_does_not_depend_on_the_order_and_entailment_does(gpt):
    classifier = GPTClassifier(gpt, num_labels=3).eval()
    a, b = [1, 2, 3], [4, 5]
    special = (START, DELIMITER, EXTRACT)
    one, other = (classifier(*batched(similarity_input(*pair, *special), 9))[0] for pair in ((a, b), (b, a)))
    torch.testing.assert_close(one, other)
    one, other = (classifier(*batched(entailment_input(*pair, *special), 9))[0] for pair in ((a, b), (b, a)))
    assert not torch.allclose(one, other)
    assert one.shape == (1, 3)


def test_the_class_is_read_at_the_extract_piece_whatever_the_padding(gpt):
    classifier = GPTClassifier(gpt, num_labels=2).eval()
    sequences = classification_input([5, 6, 7], START, EXTRACT)
    short, long = (classifier(*batched(sequences, length))[0] for length in (5, 12))
    torch.testing.assert_close(short, long)
    state = gpt.transformer(torch.tensor(sequences)).last_hidden_state[:, -1]
    torch.testing.assert_close(short, state @ classifier.W_y.weight.T)


def test_what_the_classifier_reads_is_dropped_in_training_alone(gpt):
    classifier = GPTClassifier(gpt, num_labels=2, dropout=0.5).train()
    gpt.eval()
    torch.manual_seed(0)
    batch = batched(classification_input([5, 6, 7], START, EXTRACT), 5)
    drawn = torch.cat([classifier(*batch)[0] for _ in range(400)])
    assert len(drawn.unique(dim=0)) > 300
    mean, error = drawn.mean(dim=0), drawn.std(dim=0) / 20
    assert ((mean - classifier.eval()(*batch)[0][0]).abs() < 5 * error).all()


def test_multiple_choice_gives_one_logit_an_answer(gpt):
    classifier = GPTClassifier(gpt, num_labels=1).eval()
    ids, mask = batched(multiple_choice_input([1], [[2], [3, 4], [5]], START, DELIMITER, EXTRACT), 7)
    assert classifier(ids, mask)[0].shape == (1, 3)


def test_loss_is_the_task_and_half_the_language_model(gpt):
    classifier = GPTClassifier(gpt, num_labels=2).eval()
    sequence = [START, 5, 6, 7, EXTRACT]
    ids, mask = batched([sequence], 8)
    logits, _ = classifier(ids, mask)
    log_p = gpt(torch.tensor([sequence])).log_softmax(-1)[0]
    auxiliary = -torch.stack([log_p[t, sequence[t + 1]] for t in range(4)]).mean()
    expected = F.cross_entropy(logits, torch.tensor([1])) + 0.5 * auxiliary
    torch.testing.assert_close(classifier.loss(ids, mask, torch.tensor([1])), expected)
