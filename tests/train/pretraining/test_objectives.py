"""Losses against the models called directly; what is carried from batch to batch; what is read."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.data.packing import piece_stream, word_stream
from tlcourse.data.tokeniser import CLS, PAD, SEP, SPECIAL
from tlcourse.models.language.bert import BertConfig, BertForPreTraining
from tlcourse.models.language.elmo import BiLM, ElmoConfig, character_ids
from tlcourse.models.language.gpt import GPTConfig, GPTForCausalLM
from tlcourse.models.language.ulmfit import UlmfitConfig, UlmfitForPreTraining
from tlcourse.models.language.xlnet import XLNetConfig, XLNetForPreTraining
from tlcourse.train.pretraining import objectives, permutation
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.objectives import Reading

TINY = {
    "vocab_size": 100,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 32,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
READING = Reading(rows=4, length=32, seed=1)


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index()


def tensors(objective, batch):
    batch = {k: torch.from_numpy(v) for k, v in objective.collate(batch).items()}
    del batch["n_tokens"]
    return batch


def mean(loss):
    total, count = loss
    return (total / count).item()


def test_cross_entropy_sums_over_targets_only():
    logits = torch.randn(2, 3, 7)
    targets = torch.tensor([[1, IGNORED, 3], [IGNORED, IGNORED, 0]])
    total, count = objectives.cross_entropy(logits, targets)
    expected = [-logits.log_softmax(-1)[i, j, t] for i, j, t in ((0, 0, 1), (0, 2, 3), (1, 2, 0))]
    assert total.item() == pytest.approx(sum(expected).item(), rel=1e-5)
    assert count == 3


def test_next_piece(index):
    torch.manual_seed(0)
    objective = objectives.NextPiece(GPTForCausalLM(GPTConfig(**TINY)), index).eval()
    batch = objective.reader(index, READING)(0)
    assert np.array_equal(batch["input_ids"][:, 1:], batch["targets"][:, :-1])
    losses, _ = objective((), **tensors(objective, batch))
    ids = torch.from_numpy(batch["input_ids"])
    logits = objective.model(ids)
    expected = F.cross_entropy(logits.flatten(0, 1), torch.from_numpy(batch["targets"]).flatten())
    assert mean(losses["next piece"]) == pytest.approx(expected.item(), rel=1e-5)


def test_ulmfit_reads_on_with_its_state(index):
    torch.manual_seed(0)
    config = UlmfitConfig(vocab_size=100, embedding_size=8, lstm_size=12)
    objective = objectives.NextPieceWithState(UlmfitForPreTraining(config), index).eval()
    read, carry, sums, rows = objective.reader(index, READING), objective.initial_carry(4), [], []
    with torch.no_grad():
        for step in range(3):
            batch = read(step)
            rows.append(batch["input_ids"])
            losses, carry = objective(carry, **tensors(objective, batch))
            sums.append(mean(losses["next piece"]))
        long = torch.from_numpy(np.concatenate([*rows, batch["targets"][:, -1:]], axis=1))
        logits = objective.model(long[:, :-1])[0]
    expected = F.cross_entropy(logits.flatten(0, 1), long[:, 1:].flatten())
    assert np.mean(sums) == pytest.approx(expected.item(), rel=1e-5)


def test_ulmfit_is_regularised_in_training_only(index):
    config = UlmfitConfig(vocab_size=100, embedding_size=8, lstm_size=12)
    objective = objectives.NextPieceWithState(UlmfitForPreTraining(config), index)
    batch = tensors(objective, objective.reader(index, READING)(0))
    carry = objective.initial_carry(4)
    assert set(objective.train()(carry, **batch)[0]) == {"next piece", "activation"}
    assert set(objective.eval()(carry, **batch)[0]) == {"next piece"}


def test_elmo_predicts_both_neighbours_of_spelt_words(index):
    torch.manual_seed(0)
    config = ElmoConfig(
        vocab_size=30, max_characters=9, filters=((1, 4), (2, 4)), projection_size=6, lstm_size=8, dropout=0.0
    )
    objective = objectives.BothDirections(BiLM(config), index).eval()
    batch = objective.reader(index, READING)(0)
    words = batch["words"]
    assert (words >= 30).any()  # some targets are no words of the softmax
    losses, _ = objective((), **tensors(objective, batch))
    spelt = [index.vocabulary[w] for w in words[:, 1:-1].ravel()]
    characters = character_ids(spelt, 9).view(4, 32, 9)
    top = objective.model(characters)[-1]
    target = torch.from_numpy(np.where(words < 30, words, 0))
    for name, states, wanted in (
        ("next word", top[..., :6], target[:, 2:]),
        ("previous word", top[..., 6:], target[:, :-2]),
    ):
        expected = F.cross_entropy(objective.model.softmax(states).flatten(0, 1), wanted.flatten())
        assert mean(losses[name]) == pytest.approx(expected.item(), rel=1e-5)


def test_elmo_counts_a_text_as_many_tokens_as_the_others_do(index):
    everything = np.arange(len(index))
    entries = len(word_stream(index, everything))  # with the ends of sentences, which are read as words are
    objective = objectives.BothDirections(BiLM(ElmoConfig(vocab_size=30)), index)
    read = objective.reader(index, Reading(rows=1, length=entries // 4))(0)["n_tokens"].sum()
    assert 4 * read == pytest.approx(len(index.pieces), rel=0.01)  # of rounding


def test_bert_gets_both_losses(index):
    torch.manual_seed(0)
    objective = objectives.MaskedPairs(BertForPreTraining(BertConfig(**TINY)), index).eval()
    batch = objective.reader(index, READING)(2)
    losses, _ = objective((), **tensors(objective, batch))
    ids, mask, segments = (
        torch.from_numpy(batch[k]) for k in ("input_ids", "attention_mask", "token_type_ids")
    )
    everywhere, next_sentence = objective.model(ids, mask, segments)
    chosen = [
        -everywhere[i, p].log_softmax(-1)[t].item()
        for i, (positions, targets) in enumerate(zip(batch["positions"], batch["targets"], strict=True))
        for p, t in zip(positions, targets, strict=True)
        if t != IGNORED
    ]
    assert mean(losses["masked piece"]) == pytest.approx(np.mean(chosen), rel=1e-5)
    expected = F.cross_entropy(next_sentence, torch.from_numpy(batch["is_random"]))
    assert mean(losses["next sentence"]) == pytest.approx(expected.item(), rel=1e-5)
    assert (batch["n_tokens"] == (batch["input_ids"] != PAD).sum(1)).all()


@pytest.fixture
def xlnet(index):
    torch.manual_seed(0)
    model = XLNetForPreTraining(XLNetConfig(**TINY, mem_len=10, reuse_len=12))
    return permutation.PermutedPieces(model, index).eval()


def test_xlnet_reads_text_then_two_segments(index):
    stream = piece_stream(index, READING.order(index, 0)).astype(np.int64)
    text = stream[: 4 * 200].reshape(4, 200)[:, :32]
    random_b = 0
    for seed in range(30):
        ids, segments = permutation.arrange_two_segments(text, 12, np.random.default_rng(seed))
        for row, source, segment in zip(ids, text, segments, strict=True):
            b = int(np.flatnonzero(segment == 1)[0])
            end = len(row) - 2
            assert np.array_equal(row[: b - 1], source[: b - 1])
            assert (row[b - 1], row[end], row[end + 1]) == (SEP, SEP, CLS)
            assert segment.tolist() == [0] * b + [1] * (end + 1 - b) + [2]
            follows = np.array_equal(row[b:end], source[b - 1 : end - 1])
            begins_elsewhere = any(np.array_equal(row[b:end], other[: end - b]) for other in text)
            assert follows or begins_elsewhere
            random_b += not follows
    assert 40 < random_b < 80  # a half of 120


def test_xlnet_remembers_the_text_that_goes_on(index, xlnet):
    read = xlnet.reader(index, READING)
    one, other = read(0), read(1)
    assert not np.array_equal(one["input_ids"][:, :12], other["input_ids"][:, :12])
    stream = piece_stream(index, READING.order(index, 0)).astype(np.int64)
    row = stream[: len(stream) // 4]
    assert np.array_equal(np.concatenate([one["input_ids"][0, :12], other["input_ids"][0, :12]]), row[:24])
    carry = xlnet.initial_carry(4)
    assert [tuple(m.shape) for m in carry] == [(4, 10, 16)] * 2
    with torch.no_grad():
        _, carry = xlnet(carry, **tensors(xlnet, one))
        embedded = xlnet.model.transformer.word(torch.from_numpy(one["input_ids"][:, 2:12]))
    torch.testing.assert_close(carry[0], embedded)  # the first layer's input, of the text alone


def test_xlnet_memory_has_not_seen_what_the_next_step_predicts(index, xlnet):
    # Nothing of A and B, which the next step reads as text, may reach what the memory keeps of a step.
    batch = tensors(xlnet, xlnet.reader(index, READING)(0))
    carry = xlnet.initial_carry(4)
    other = {**batch, "input_ids": batch["input_ids"].clone()}
    other["input_ids"][:, 12:] = torch.randint(len(SPECIAL), TINY["vocab_size"], (4, 20))
    with torch.no_grad():
        _, kept = xlnet(carry, **batch)
        _, kept_of_other = xlnet(carry, **other)
    for one, same in zip(kept, kept_of_other, strict=True):
        torch.testing.assert_close(one, same)


def test_xlnet_loss_is_that_of_the_query_stream(index, xlnet):
    batch = tensors(xlnet, xlnet.reader(index, READING)(0))
    carry = xlnet.initial_carry(4)
    losses, _ = xlnet(carry, **batch)
    targets = batch.pop("targets")
    logits, _ = xlnet.model(**batch, mems=carry)
    expected = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
    assert mean(losses["permuted piece"]) == pytest.approx(expected.item(), rel=1e-5)


def test_xlnet_needs_to_know_what_to_reuse(index):
    objective = permutation.PermutedPieces(XLNetForPreTraining(XLNetConfig(**TINY)), index)
    with pytest.raises(ValueError, match="reuse_len is None"):
        objective.reader(index, READING)


MODELS = {
    "gpt": lambda: objectives.NextPiece(GPTForCausalLM(GPTConfig(**TINY)), None),
    "bert": lambda: objectives.MaskedPairs(BertForPreTraining(BertConfig(**TINY)), None),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_step_is_the_same_whenever_it_is_read(name, index):
    objective = MODELS[name]()
    one, other = objective.reader(index, READING), objective.reader(index, READING)
    for step in range(60):
        one(step)
    for key, value in one(60).items():
        assert np.array_equal(value, other(60)[key])
    elsewhere = objective.reader(index, Reading(rows=4, length=32, seed=2))
    assert not np.array_equal(elsewhere(0)["input_ids"], other(0)["input_ids"])


@pytest.mark.parametrize("name", MODELS)
def test_training_never_reads_what_is_held_out(name, index):
    objective = MODELS[name]()
    pieces = np.asarray(index.pieces)

    def grams(documents):
        found = set()
        for d in documents:
            text = pieces[index.document_pieces[d] : index.document_pieces[d + 1]].tolist()
            found |= {tuple(text[i : i + 12]) for i in range(len(text) - 11)}
        return found

    held, free = np.flatnonzero(index.held_out), np.flatnonzero(~index.held_out)
    only_held = grams(held) - grams(free)
    assert only_held
    reading = {key: Reading(rows=2, length=32, held_out=key) for key in (False, True)}
    seen = {}
    for key, how in reading.items():
        read, seen[key] = objective.reader(index, how), set()
        for step in range(200 if not key else 50):
            for row in read(step)["input_ids"].tolist():
                seen[key] |= {tuple(row[i : i + 12]) for i in range(21)}
    assert not seen[False] & only_held
    assert seen[True] & only_held
