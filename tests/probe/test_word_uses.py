"""Uses of a word: the states are the model's own, the nearest are those of scikit-learn's cosine."""

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import cosine_similarity

from tlcourse.models.language.elmo import BiLM, ElmoConfig
from tlcourse.models.pretrained.text_encoders import WordEncoder
from tlcourse.probe import word_uses

SENTENCES = [
    ["We", "play", "well", "."],
    ["The", "Play", "opens", "."],
    ["No", "such", "word"],
    ["They", "play"],
]


@pytest.fixture(scope="module")
def encoder() -> WordEncoder:
    torch.manual_seed(0)
    config = ElmoConfig(
        vocab_size=20,
        max_characters=12,
        character_size=4,
        filters=((1, 4), (2, 4)),
        projection_size=6,
        lstm_size=8,
    )
    return WordEncoder(BiLM(config).eval())


def test_the_states_are_those_of_the_model_at_the_words(encoder):
    states = word_uses.layer_states(encoder, SENTENCES)
    assert states.shape == (sum(map(len, SENTENCES)), 3, 12)
    with torch.inference_mode():
        alone = encoder(encoder.batch(encoder.words([SENTENCES[1]])))
    np.testing.assert_allclose(states[5], np.stack([layer[0, 2] for layer in alone]), atol=2e-3)  # 1 is </s>
    one = word_uses.layer_states(encoder, SENTENCES, [1, 1, 0, 1])
    np.testing.assert_allclose(one, states[[1, 5, 8, 12]], atol=2e-3)


def test_uses_are_found_whatever_their_capitals_and_the_nearest_is_by_cosine(encoder):
    uses = word_uses.find_uses(encoder, "PLAY", SENTENCES)
    assert uses.places == [1, 1, 1]
    assert len(uses.sentences) == 3
    near = uses.nearest(uses.states[2], layer=2, n=2)
    expected = cosine_similarity(uses.states[2:3, 2], uses.states[:, 2])[0]
    assert near[0] == (2, pytest.approx(1, abs=1e-4))
    assert near[1][1] == pytest.approx(np.sort(expected)[-2], abs=1e-4)
    assert len(word_uses.find_uses(encoder, "play", SENTENCES, most=1).sentences) == 1


def test_what_is_not_there_is_refused(encoder):
    with pytest.raises(ValueError, match="zebra"):
        word_uses.find_uses(encoder, "zebra", SENTENCES)
    with pytest.raises(ValueError, match="from 0"):
        word_uses.layer_states(encoder, SENTENCES[:1], [4])
    with pytest.raises(ValueError, match="one for each"):
        word_uses.layer_states(encoder, SENTENCES, [1])
