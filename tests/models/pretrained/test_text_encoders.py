"""Text encoders: they read what transformers reads, the states are its states, padding changes nothing."""

import pytest
import torch
import transformers

from tlcourse.models.pretrained import encoders as pretrained_encoders
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.text_encoders import cut_evenly
from tlcourse.train.finetuning.freezing import freeze_below, set_training

NAMES = ["elmo-mini", "ulmfit-mini", "gpt-mini", "gpt2-nano", "bert-mini", "xlnet-mini", "ernie-mini"]
TEXTS = ["The old house.", "Mary saw the river, and the quiet teacher liked the early winter story."]


@pytest.fixture(scope="module")
def folders(tiny_zoo):
    return tiny_zoo


def whole(encoder, texts):
    """Each in one part."""
    return [part for (part,) in encoder.parts(texts)]


@pytest.mark.parametrize("name", NAMES)
def test_padding_changes_nothing(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    for examples in (
        whole(encoder, TEXTS),
        encoder.pairs(TEXTS, TEXTS[::-1]),
        encoder.words([["the"], ["a"] * 9]),
    ):
        with torch.no_grad():
            together = encoder(encoder.batch(examples))
            assert [states.shape[-1] for states in together] == list(encoder.widths)
            for row, example in enumerate(examples):
                alone = encoder(encoder.batch([example]))
                for a, b in zip(alone, together, strict=True):
                    torch.testing.assert_close(a[0], b[row, : len(example)], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["bert-mini", "ernie-mini", "xlnet-mini"])
def test_texts_and_pairs_are_read_as_transformers_reads_them(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    theirs = transformers.AutoTokenizer.from_pretrained(folders / name)
    model = transformers.AutoModel.from_pretrained(folders / name).eval()
    short = ["the river", "old"], ["a story", "Mary found the road"]
    for texts, examples in ((short[:1], whole(encoder, short[0])), (short, encoder.pairs(*short))):
        for i, example in enumerate(examples):
            expected = theirs(*(part[i] for part in texts), return_tensors="pt")
            assert example.units == expected["input_ids"][0].tolist()
            assert example.segments == expected["token_type_ids"][0].tolist()
            with torch.no_grad():
                ours = encoder(encoder.batch([example]))
                states = model(**expected, output_hidden_states=True).hidden_states
            for a, b in zip(ours, states, strict=True):
                torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_every_word_has_a_place_of_its_own(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    sentence = ["Mary", "remembered", "U.S.", "…", "the", "\u00ad", "teacher"]
    (example,) = encoder.words([sentence])
    assert len(example.places) == len(sentence)
    assert len(set(example.places)) == len(sentence)
    if name == "elmo-mini":
        assert [example.units[place] for place in example.places] == sentence
        assert example.units[0] == example.units[-1] == "</s>"  # in pretraining a sentence follows another
    elif name == "gpt-mini":  # a left-to-right model has read the whole word by then
        read = encoder.tokenizer.encode("mary remembered", add_special_tokens=False).ids
        assert example.units[1 : example.places[1] + 1] == read
    elif name == "bert-mini":
        first = encoder.tokenizer.encode("remembered", add_special_tokens=False).ids[0]
        assert example.units[example.places[1]] == first


@pytest.mark.parametrize("name", NAMES)
def test_what_is_too_long_is_cut(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    encoder.max_length = 24
    long = " ".join(["the house"] * 50)
    for example in (
        *encoder.pairs(["the river"], [long]),
        *encoder.words([["the"] * 90]),
    ):
        assert len(example) == 24
        assert all(place < 24 for place in example.places)
        with torch.no_grad():
            encoder(encoder.batch([example]))


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_are_all_of_a_text(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    long = " ".join(["the old house by the river"] * 6)
    encoder.max_length = 1000
    (uncut,) = whole(encoder, [long])
    encoder.max_length = 24
    (_, parts) = encoder.parts(["the river", long])
    lengths = [*map(len, parts)]
    assert max(lengths) <= 24
    assert max(lengths) - min(lengths) <= 1
    before = 1 if name == "elmo-mini" else len(encoder.marks[0])
    after = 0 if name == "elmo-mini" else len(encoder.marks[2])
    inner = [unit for part in parts for unit in part.units[before : len(part) - after]]
    assert inner == uncut.units[before : len(uncut) - after]


@pytest.mark.parametrize("name", NAMES)
def test_the_beginning_of_a_text(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    long = " ".join(["the old house by the river"] * 6)
    encoder.max_length = 1000
    short, uncut = encoder.beginnings(["the river", long])
    assert [short.units, uncut.units] == [example.units for example in whole(encoder, ["the river", long])]
    encoder.max_length = 24
    short_again, cut = encoder.beginnings(["the river", long])
    assert short_again.units == short.units
    after = 0 if name == "elmo-mini" else len(encoder.marks[2])
    assert cut.units == uncut.units[: 24 - after] + uncut.units[len(uncut) - after :]


@pytest.mark.parametrize("name", NAMES)
def test_given_pieces_are_read_as_they_are_and_words_are_cut(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    (example,) = encoder.words([["Mary", "remembered"]])
    names = encoder.unit_names(example)
    before, after = (1, 1) if name == "elmo-mini" else (len(encoder.marks[0]), len(encoder.marks[2]))
    inner = names[before : len(names) - after]
    assert encoder.given([inner])[0].units == example.units
    assert encoder.given([["Mary", "remembered"]])[0].units == example.units
    if name == "bert-mini":
        theirs = transformers.AutoTokenizer.from_pretrained(folders / name)
        assert names == ["[CLS]", *theirs.tokenize("Mary remembered"), "[SEP]"]


@pytest.mark.parametrize("name", NAMES)
def test_the_layers_hold_what_the_states_depend_on(folders, name):
    encoder = pretrained_encoders.load(folders / name)
    sum(states.sum() for states in encoder(encoder.batch(whole(encoder, TEXTS)))).backward()
    in_layers = {id(p) for layer in encoder.layers().values() for p in layer.parameters()}
    used = {id(p) for p in encoder.parameters() if p.grad is not None}
    assert used <= in_layers
    assert len(encoder.layers()) == len(encoder.widths)


@pytest.mark.parametrize("name", NAMES)
def test_no_part_belongs_to_two_layers(folders, name):
    # Else its dropout is on or off as the one says that was set last, in gradual unfreezing.
    layers = pretrained_encoders.load(folders / name).layers()
    parts = [part for layer in layers.values() for part in layer.modules()]
    assert len(parts) == len(set(parts))


@pytest.mark.parametrize("name", ["elmo-mini", "ulmfit-mini"])
def test_a_layer_that_learns_has_its_dropout_whatever_is_frozen_below(folders, name):
    layers = pretrained_encoders.load(folders / name).layers()
    freeze_below(layers, "layer 1")
    set_training(layers, batch_statistics=False)
    dropouts = [part for part in layers["layer 1"].modules() if "Dropout" in type(part).__name__]
    assert dropouts
    assert all(part.training for part in dropouts)
    assert not any(part.training for part in layers["embeddings"].modules())


def test_random_weights_are_others_of_the_same_shape(folders):
    trained, one, other, same = (
        pretrained_encoders.load(folders / "bert-mini", seed).state_dict() for seed in (None, 0, 1, 0)
    )
    key = "network.encoder.blocks.0.attention.query.weight"
    assert trained.keys() == one.keys()
    assert torch.equal(one[key], same[key])
    assert not torch.equal(one[key], other[key])
    assert not torch.equal(one[key], trained[key])


def test_minilm_is_the_packaged_one():
    from tlcourse import assets
    from tlcourse.models.pretrained import minilm

    try:
        expected = minilm.encode(TEXTS)
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    encoder = pretrained_encoders.load("minilm")
    batch = encoder.batch(whole(encoder, TEXTS))
    with torch.no_grad():
        pooled = minilm.mean_pool(encoder(batch)[-1], batch["attention_mask"])
    torch.testing.assert_close(pooled, torch.from_numpy(expected), rtol=1e-4, atol=1e-5)


def test_cut_evenly():
    assert cut_evenly([*"abcdefg"], 3) == [["a", "b"], ["c", "d"], ["e", "f", "g"]]
    assert cut_evenly([*"abc"], 3) == [["a", "b", "c"]]
    assert cut_evenly([], 3) == [[]]


def test_a_name_that_is_not_trained_is_no_wrong_name(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="tlcourse pretrain bert-mini"):
        pretrained_encoders.load("bert")


def test_bad_names(folders):
    with pytest.raises(ValueError, match="trained weights only"):
        pretrained_encoders.load("smollm2", random_seed=0)
    with pytest.raises(ValueError, match="'t5'"):
        pretrained_encoders.load("t5")
    with pytest.raises(TypeError, match="BertForPreTraining is not an encoder"):
        pretrained_encoders.of_zoo(zoo.load(folders / "bert-mini", heads=True), folders / "bert-mini")
