"""Choosing the next piece: laws, and the same as transformers' logits warpers."""

import pytest
import torch
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from tlcourse.models.language import sampling
from tlcourse.models.language.sampling import Choice, distribution

LOGITS = 3 * torch.randn(40, 200, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("temperature", [0.3, 1.0, 1.7])
@pytest.mark.parametrize("top_k", [None, 1, 40])
@pytest.mark.parametrize("top_p", [None, 0.1, 0.5, 0.9, 1.0])
def test_the_distribution_is_that_of_transformers_warpers(temperature, top_k, top_p):
    scores = TemperatureLogitsWarper(temperature)(None, LOGITS)
    if top_k is not None:
        scores = TopKLogitsWarper(top_k)(None, scores)
    if top_p is not None and top_p < 1:
        scores = TopPLogitsWarper(top_p)(None, scores)
    found = distribution(LOGITS, Choice(temperature, top_k, top_p))
    assert torch.allclose(found, scores.softmax(dim=-1), atol=1e-6)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_the_nucleus_has_p_and_without_its_last_piece_has_not(p):
    whole = LOGITS.softmax(dim=-1)
    kept = sampling.keep_nucleus(LOGITS, p).isfinite()
    mass = (whole * kept).sum(dim=-1)
    least = whole.masked_fill(~kept, 2.0).min(dim=-1).values
    assert (mass >= p - 1e-5).all()
    assert (mass - least < p).all()
    assert (whole.masked_fill(kept, 0.0).max(dim=-1).values <= least).all()


def test_temperature_0_is_the_likeliest_piece():
    found = distribution(LOGITS, Choice(temperature=0, top_k=3, top_p=0.2))
    assert torch.equal(found.argmax(dim=-1), LOGITS.argmax(dim=-1))
    assert torch.equal(found.sum(dim=-1), torch.ones(len(LOGITS)))


def test_more_than_all_pieces_are_all():
    assert torch.equal(sampling.keep_top_k(LOGITS, 1000), LOGITS)


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"temperature": -1}, "temperature is -1"), ({"top_k": 0}, "top_k is 0"), ({"top_p": 0}, "top_p is 0"),
     ({"top_p": 1.5}, "top_p is 1.5"), ({"temperature": float("nan")}, "temperature is nan")],
)  # fmt: skip
def test_what_nothing_can_be_drawn_with_is_refused(fields, said):
    with pytest.raises(ValueError, match=said):
        Choice(**fields)


def test_a_seed_draws_the_same_text_again():
    def texts(seed):
        generator = torch.Generator().manual_seed(seed)
        return sampling.continued(
            lambda ids: LOGITS[: len(ids)] + ids[:, -1:],
            torch.zeros(3, 1, dtype=torch.long),
            6,
            None,
            generator,
        )

    assert torch.equal(texts(1), texts(1))
    assert not torch.equal(texts(1), texts(2))
    assert texts(1).shape == (3, 7)
