"""Labels that cannot be learned from are named at once; a training that diverges returns no weights."""

import contextlib

import numpy as np
import pytest
import torch
from torch import nn

from tlcourse.data.tasks import CLASSES, NUMBERS, TAGS
from tlcourse.models.pretrained import encoders
from tlcourse.models.sequences.seq2seq import EncoderDecoder
from tlcourse.models.vectors.averaged_vectors import AveragedVectors
from tlcourse.models.vision.staged import StagedNetwork
from tlcourse.train import divergence
from tlcourse.train.finetuning import averaged_vectors, images, seq2seq, texts
from tlcourse.train.finetuning.image_batches import Images
from tlcourse.train.labels import as_classes, as_numbers, as_tags
from tlcourse.train.measuring import few_labels, linear_probe

HALF = (0.5, 0.5, 0.5)
TEXTS = [f"word{i % 2} again" for i in range(16)]
LABELS = np.array([0, 1] * 8)
NO_CLASSES = [
    ([0, -1] * 8, r"\[1\] is -1, expected the number of a class"),
    ([0, 2] * 8, r"\[1\] is 2, expected the number of a class, 0 to 1, as there are 2"),
    ([0.0, np.nan] * 8, r"\[1\] is nan, expected classes numbered"),
    ([0.0, 0.5] * 8, r"\[1\] is 0.5, expected classes"),
    ([0.0, 1.0] * 8, "are of type float64, expected classes.* as int64"),
    (["no", "yes"] * 8, r"\[0\] is 'no', expected classes"),
    ([0, None] * 8, r"\[1\] is None, expected classes"),
    ([0, 1] * 30, "has 60 entries for 16 items"),
    ([0, 1] * 7, "has 14 entries for 16 items"),
    ([[0], [1]] * 8, r"has the shape \(16, 1\)"),
    ([[0], [1, 0]] * 8, "not an array of one dimension"),
]
NO_NUMBERS = [
    ([1.0, np.nan] * 8, r"\[1\] is nan, expected a finite number"),
    ([np.inf] * 16, r"\[0\] is inf"),
    (["3.5"] * 16, r"\[0\] is '3.5', expected numbers"),
    ([1.0] * 60, "has 60 entries for 16 items"),
]


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint16, np.uint64, np.int64, bool])
def test_whole_numbers_of_any_width_are_classes(dtype):
    found = as_classes(LABELS.astype(dtype), 16, 2)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, LABELS)
    np.testing.assert_array_equal(as_classes(torch.from_numpy(LABELS)), LABELS)


def test_numbers_of_any_type_are_numbers():
    for dtype in (np.float16, np.float32, np.int32, bool):
        np.testing.assert_array_equal(as_numbers(LABELS.astype(dtype)), LABELS.astype(np.float64))


@pytest.mark.parametrize(("tags", "said"), [
    ([[0, 1]], "has 1 entries for 2 sentences"),
    ([[0, 1], [0]], r"targets\[1\] has 1 entries for 3 items"),
    ([[0, 1], [0, 1, 5]], r"targets\[1\]\[2\] is 5, expected the number of a class, 0 to 2"),
    ([[0, 1], "BIO"], r"targets\[1\]"),
])  # fmt: skip
def test_there_is_a_tag_for_each_word(tags, said):
    assert [row.dtype for row in as_tags([[0, 1], np.array([2, 0, 1], np.int8)], [2, 3], 3)] == [np.int64] * 2
    with pytest.raises(ValueError, match=said):
        as_tags(tags, [2, 3], 3)


@pytest.fixture(scope="module")
def tiny_text(tiny_zoo):
    """A tiny BERT's encoder, made anew, with sixteen texts as it reads them."""

    def make():
        encoder = encoders.load(tiny_zoo / "bert-mini")
        return encoder, encoder.parts(TEXTS)

    return make


def averaged() -> AveragedVectors:
    torch.manual_seed(0)
    return AveragedVectors(["again", "word"], np.eye(2, dtype=np.float32), 2, frozen=False)


def network() -> StagedNetwork:
    torch.manual_seed(0)
    depth = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU())
    return StagedNetwork({"low": depth}, nn.Linear(4, 2), HALF, HALF)


def pictures() -> Images:
    return Images(np.random.default_rng(0).integers(0, 256, (16, 8, 8), dtype=np.uint8), 8, HALF, HALF)


def steps(labels, model=None, learning_rate=1e-3):
    recipe = images.ImageRecipe("low", n_steps=4, learning_rate=learning_rate)
    return list(images.training_steps(model or network(), pictures(), labels, np.arange(16), recipe, 0))


@pytest.mark.parametrize(("labels", "said"), NO_CLASSES)
def test_whatever_trains_on_classes_names_what_is_none(tiny_text, labels, said):
    encoder, examples = tiny_text()
    features = np.random.default_rng(0).normal(size=(16, 3))
    with pytest.raises(ValueError, match=said):
        texts.finetune(encoder, examples, labels, CLASSES, 2)
    with pytest.raises(ValueError, match=said):
        averaged_vectors.fit(averaged(), TEXTS, labels, 0)
    if "entries for" not in said:  # images are labelled as a whole, and some are chosen
        with pytest.raises(ValueError, match=said):
            steps(labels)
        with pytest.raises(ValueError, match=said):
            few_labels.tune_and_test(
                network(), pictures(), labels, np.arange(8), np.arange(8, 16), images.ImageRecipe("low"), 0
            )
    if "0 to 1" not in said:  # a probe has as many classes as there are
        with pytest.raises(ValueError, match=said):
            linear_probe.fit(features, labels)
        with pytest.raises(ValueError, match=said):
            few_labels.probe(features, labels, np.arange(8), np.arange(8, 16))


@pytest.mark.parametrize(("targets", "said"), NO_NUMBERS)
def test_numbers_to_predict_are_finite(tiny_text, targets, said):
    encoder, examples = tiny_text()
    with pytest.raises(ValueError, match=said):
        texts.finetune(encoder, examples, targets, NUMBERS, 1)


def test_tags_to_predict_fit_the_words(tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    sentences = [[sentence] for sentence in encoder.words([["the", "house"]] * 16)]
    with pytest.raises(ValueError, match=r"targets\[0\] has 3 entries for 2 items"):
        texts.finetune(encoder, sentences, [[0, 1, 1]] * 16, TAGS, 2)
    with pytest.raises(ValueError, match=r"targets\[0\]\[1\] is 7"):
        texts.finetune(encoder, sentences, [[0, 7]] * 16, TAGS, 2)


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, bool])
def test_any_width_trains_as_int64_does(tiny_text, dtype):
    one, other = averaged(), averaged()
    averaged_vectors.fit(one, TEXTS, LABELS, 0)
    averaged_vectors.fit(other, TEXTS, LABELS.astype(dtype), 0)
    assert torch.equal(one.linear.weight, other.linear.weight)
    assert steps(LABELS) == steps(LABELS.astype(dtype))
    encoder, examples = tiny_text()
    texts.finetune(
        encoder, examples, LABELS.astype(dtype), CLASSES, 2, texts.TextRecipe(min_steps=1, epochs=1)
    )


def test_an_index_beyond_the_labels_is_named():
    recipe = images.ImageRecipe("low", n_steps=1)
    with pytest.raises(ValueError, match="the index goes from 0 to 16, but there are 16 labels"):
        next(images.training_steps(network(), pictures(), LABELS, np.arange(17), recipe, 0))


def test_symbols_that_the_model_lacks_are_named():
    model = EncoderDecoder(6, 7, 4, 4)
    recipe = seq2seq.Seq2SeqRecipe(batch_size=2)
    with pytest.raises(ValueError, match=r"pairs\[1\]\[0\]\[1\] is 6, expected .* 0 to 5"):
        next(seq2seq.training_steps(model, [([3, 4], [5]), ([3, 6], [5])], 1, 0, recipe))
    with pytest.raises(ValueError, match=r"pairs\[0\]\[1\]\[0\] is -1"):
        next(seq2seq.training_steps(model, [([3, 4], [-1]), ([3, 5], [5])], 1, 0, recipe))


def train_texts(tiny_text, rate):
    encoder, examples = tiny_text()
    recipe = texts.TextRecipe(learning_rate=rate, min_steps=30)
    return texts.finetune(encoder, examples, LABELS, CLASSES, 2, recipe)


def train_vectors(_, rate):
    return averaged_vectors.fit(
        averaged(), TEXTS, LABELS, 0, averaged_vectors.VectorRecipe(rate, vector_rate=rate)
    )


def train_images(_, rate):
    model = network()
    steps(LABELS, model, rate)
    return model


def train_pairs(_, rate):
    model = EncoderDecoder(6, 7, 4, 4)
    recipe = seq2seq.Seq2SeqRecipe(learning_rate=rate, batch_size=2, warmup=1)
    list(seq2seq.training_steps(model, [([3, 4], [5]), ([3, 5], [5])] * 4, 8, 0, recipe))
    return model


@pytest.mark.parametrize("train", [train_texts, train_vectors, train_images, train_pairs])
def test_a_training_that_diverges_says_so(tiny_text, train):
    with pytest.raises(FloatingPointError, match=r"has diverged.* learning_rate below 1e\+30"):
        train(tiny_text, 1e30)
    with contextlib.suppress(FloatingPointError):  # some survive this one, with weights that are large
        assert all(p.isfinite().all() for p in train(tiny_text, 1e6).parameters())


def test_a_nan_among_the_weights_is_found():
    model = nn.Linear(2, 2)
    divergence.check_loss(1e30, 3, 0.1)
    divergence.check_weights(model, 0.1)
    with pytest.raises(FloatingPointError, match=r"the loss is nan at step 3: .*below 0\.1"):
        divergence.check_loss(float("nan"), 3, 0.1)
    with torch.no_grad():
        model.weight[0, 1] = torch.nan
    with pytest.raises(FloatingPointError, match=r"weight has weights that are not finite"):
        divergence.check_weights(model, 0.1)
