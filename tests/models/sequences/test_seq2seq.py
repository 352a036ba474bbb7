"""The encoder–decoder against PyTorch's GRU, the paper's equations, and exhaustive search."""

import itertools

import numpy as np
import pytest
import torch

from tlcourse.data.symbols import BOS, EOS, PAD, Symbols, pad
from tlcourse.models.sequences.decoding import beam, greedy
from tlcourse.models.sequences.pronouncer import Pronouncer
from tlcourse.models.sequences.seq2seq import EncoderDecoder

CLOSE = {"rtol": 1e-4, "atol": 1e-5}  # float32, sums of at most 48 terms in another order


def model(attention="additive", vocabulary=7, seed=0, **sizes):
    torch.manual_seed(seed)
    sizes = {"embedding_size": 6, "hidden_size": 8} | sizes
    return EncoderDecoder(9, vocabulary, attention=attention, **sizes).eval()


SOURCE = pad([[3, 4, 5, 6], [7, 8], [5, 3, 8]])
TARGET = pad([[BOS, 3, 4], [BOS, 5, 6], [BOS, 3, 3]])


@pytest.mark.parametrize("attention", ["additive", "dot-product", None])
def test_padding_changes_nothing(attention):
    m = model(attention)
    together = m(SOURCE, TARGET)
    for b in range(3):
        alone = m(SOURCE[b : b + 1, : int((SOURCE[b] != PAD).sum())], TARGET[b : b + 1])
        torch.testing.assert_close(together[b : b + 1], alone, **CLOSE)


def test_without_attention_the_decoder_is_pytorchs_gru_reading_the_summary_at_every_step():
    m = model(attention=None)
    encoded, s_0 = m.encode(SOURCE)
    embedded = m.target_embedding(TARGET)
    gru = torch.nn.GRU(m.decoder.input_size, 8, batch_first=True)
    gru.load_state_dict({f"{name}_l0": value for name, value in m.decoder.state_dict().items()})
    context = encoded.summary.unsqueeze(1).expand(-1, 3, -1)
    states, _ = gru(torch.cat([embedded, context], -1), s_0.unsqueeze(0))
    torch.testing.assert_close(m.readout(states, embedded, context), m(SOURCE, TARGET), **CLOSE)


def test_with_attention_each_step_is_the_papers_equations():
    m = model()
    encoded, state = m.encode(SOURCE)
    for i in range(3):
        y = m.target_embedding(TARGET[:, i])
        e = m.attention.v_a(
            torch.tanh(m.attention.W_a(state)[:, None] + m.attention.U_a(encoded.annotations))
        )
        alpha = e.squeeze(-1).masked_fill(SOURCE == PAD, -torch.inf).softmax(-1)
        c = (alpha[:, :, None] * encoded.annotations).sum(1)
        state = m.decoder(torch.cat([y, c], -1), state)
        t = m.t(torch.cat([state, y, c], -1))
        expected = m.W_o(torch.maximum(t[:, 0::2], t[:, 1::2]))  # t_j = max(t̃_{2j−1}, t̃_{2j})
        torch.testing.assert_close(m(SOURCE, TARGET)[:, i], expected, **CLOSE)


def test_the_two_models_differ_by_the_alignment_model_alone():
    with_, without = (dict(model(attention).named_parameters()) for attention in ("additive", None))
    assert set(with_) - set(without) == {f"attention.{name}.weight" for name in ("W_a", "U_a", "v_a")}
    assert all(with_[name].shape == without[name].shape for name in without)


def log_probability(m, source, symbols):
    """Of one sequence, by teacher forcing."""
    target = torch.tensor([[BOS, *symbols]])
    log_p = m(source, target[:, :-1]).log_softmax(-1)[0]
    return log_p[range(len(symbols)), symbols].sum()


def written(decoded, row):
    symbols = decoded.symbols[row].tolist()
    return symbols[: symbols.index(EOS) + 1] if EOS in symbols else symbols


@pytest.mark.parametrize("attention", ["additive", "dot-product", None])
@pytest.mark.parametrize("seed", range(3))
def test_decoders_report_the_probability_of_what_they_wrote(attention, seed):
    m = model(attention, seed=seed)
    with torch.no_grad():
        for decoded in (greedy(m, SOURCE, 12), beam(m, SOURCE, 3, max_steps=12), beam(m, SOURCE, 2, 1.0, 12)):
            for b in range(3):
                expected = log_probability(
                    m, SOURCE[b : b + 1, : int((SOURCE[b] != PAD).sum())], written(decoded, b)
                )
                torch.testing.assert_close(decoded.log_probability[b], expected, **CLOSE)


@pytest.mark.parametrize("attention", ["additive", "dot-product", None])
def test_a_beam_of_one_is_greedy(attention):
    m = model(attention, seed=4)
    one, plain = beam(m, SOURCE, 1), greedy(m, SOURCE)
    assert [written(one, b) for b in range(3)] == [written(plain, b) for b in range(3)]
    assert not plain.symbols[:, :-1].eq(EOS).all(0).any()  # it stops as soon as all words have ended


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_beam_as_wide_as_the_space_finds_the_best_of_all(alpha, seed):
    """At most 3 symbols of 3 (one of them EOS) can follow BOS: 1 + 2 + 4 endings, all of which are scored."""
    m = model(vocabulary=5, seed=seed)
    with torch.no_grad():
        m.W_o.weight.mul_(4)  # probabilities far apart
        m.W_o.bias[[PAD, BOS]] = -100.0  # never written
        found = beam(m, SOURCE[:1], width=60, alpha=alpha, max_steps=3)
        endings = [[*middle, EOS] for n in range(3) for middle in itertools.product((3, 4), repeat=n)]
        best = max(endings, key=lambda s: float(log_probability(m, SOURCE[:1], s)) / len(s) ** alpha)
    assert written(found, 0) == best


def test_greedy_is_not_always_best_and_a_wider_beam_never_reports_less_than_it_on_these():
    more = []
    for seed in range(20):
        m = model(seed=seed)
        with torch.no_grad():
            m.W_o.weight.mul_(3)
        plain, wide = greedy(m, SOURCE, 8), beam(m, SOURCE, 6, max_steps=8)
        ended = [EOS in plain.symbols[b].tolist() and EOS in wide.symbols[b].tolist() for b in range(3)]
        more += (wide.log_probability - plain.log_probability)[ended].tolist()
    assert max(more) > 1e-3


def test_weights_are_a_distribution_over_the_letters():
    weights = greedy(model(), SOURCE).weights
    torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:2]), **CLOSE)
    assert (weights.transpose(1, 2)[SOURCE == PAD] == 0).all()
    assert greedy(model(attention=None), SOURCE).weights is None


def test_a_beam_without_width_is_refused():
    with pytest.raises(ValueError, match="width=0"):
        beam(model(), SOURCE, 0)


LETTERS = Symbols("abcdef")


@pytest.fixture
def pronouncer():
    return Pronouncer(model(), LETTERS, Symbols(["AA", "B", "K", "D"]))


def test_words_come_back_with_phonemes_in_any_batch_size(pronouncer):
    words = ["bad", "cafe", "a", "dead"]
    assert pronouncer.say(words) == pronouncer.say(words, batch_size=2) == pronouncer.say(words, width=1)
    assert set(pronouncer.say(words)) == set(words)


def test_attend_gives_one_row_per_phoneme(pronouncer):
    for seed in range(3):
        pronouncer.model = model(seed=seed)
        looked = pronouncer.attend(["cafe", "bad"])
        assert {word: phonemes for word, (phonemes, _) in looked.items()} == pronouncer.say(["cafe", "bad"])
        assert all(weights.shape == (len(said), len(word)) for word, (said, weights) in looked.items())
        np.testing.assert_allclose(looked["bad"][1].sum(axis=1), 1, rtol=1e-5)
    pronouncer.model = model(attention=None)
    with pytest.raises(ValueError, match="no attention"):
        pronouncer.attend(["cafe"])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "no word"), ("  ", "no word"), ("a b", "more than one"), ("b4d", "has 4 in it"), ("café", "has é"),
     ("a" * 41, "41 letters")],
)  # fmt: skip
def test_what_cannot_be_said_is_explained(pronouncer, text, complaint):
    with pytest.raises(ValueError, match=complaint):
        pronouncer.read(text)


def test_a_word_is_read_as_it_is_meant(pronouncer):
    assert pronouncer.read("  Cafe ") == "cafe"


def test_an_unknown_kind_of_attention_is_refused():
    with pytest.raises(ValueError, match="attention='global' is unknown; it is one of additive, dot-product"):
        model(attention="global")
