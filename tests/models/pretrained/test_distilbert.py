"""The packaged DistilBERT: the numbers of its ONNX file, in their places; in our code as in transformers'."""

import numpy as np
import pytest
import torch
import transformers

from tlcourse import assets
from tlcourse.data import wikigold
from tlcourse.models.pretrained import distilbert, encoders, interchange, onnx_weights
from tlcourse.models.pretrained.distilbert import DistilBertModel
from tlcourse.models.pretrained.transformers_configs import config_from_transformers, transformers_config
from tlcourse.train.measuring import linear_probe
from tlcourse.train.measuring.scores import by_sentence, span_f1

SENTENCES = [
    "Their going to the store , and he have buyed two apple .",
    "Paris is the capital of France.",
    "The committee, which had met twice in Geneva, have decided too late.",
    "i dont know weather its raining in london",
]


@pytest.fixture(scope="module")
def packed():
    try:
        return assets.path("distilbert")
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def loaded(packed):
    """Tokeniser, and transformers' DistilBertForTokenClassification."""
    return distilbert.load_tagger()


@pytest.fixture(scope="module")
def graph(packed):
    import onnx

    model = onnx.load(packed / "tagger.onnx")
    model.opset_import[0].version = 19  # of 17, which says the same, the reference lacks the quantisation
    return model


def without_rounding(model):
    """The same graph with activations as they are: what is quantised and dequantised again goes past both."""
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    quantised = {n.output[0]: n.input[0] for n in copy.graph.node if n.op_type == "QuantizeLinear"}
    past = {
        n.output[0]: quantised[n.input[0]]
        for n in copy.graph.node
        if n.op_type == "DequantizeLinear" and n.input[0] in quantised
    }
    left = [n for n in copy.graph.node if n.op_type != "QuantizeLinear" and n.output[0] not in past]
    for node in left:
        for i, name in enumerate(node.input):
            while name in past:
                name = past[name]
            node.input[i] = name
    for output in copy.graph.output:
        if output.name in past:
            output.name = past[output.name]
    del copy.graph.node[:]
    copy.graph.node.extend(left)
    return copy


def logits(model, ids):
    """By the ONNX project's own reference implementation, in NumPy: ids (1, T) → (1, T, 213)."""
    from onnx.reference import ReferenceEvaluator

    feed = {"input_ids": ids.numpy(), "attention_mask": np.ones(ids.shape, dtype=np.int64)}
    return torch.from_numpy(ReferenceEvaluator(model).run(None, feed)[0])


def test_all_names_are_those_of_transformers(loaded, packed):
    _, model = loaded
    weights = onnx_weights.read(packed / "tagger.onnx")
    assert weights.keys() == model.state_dict().keys()
    assert all(value.shape == weights[name].shape for name, value in model.state_dict().items())
    assert sum(p.numel() for p in model.distilbert.parameters()) == 65_190_912
    config = model.config
    assert (config.n_layers, config.n_heads, config.dim, config.vocab_size) == (6, 12, 768, 28_996)
    assert not model.training


def test_weights_give_what_the_file_gives(loaded, graph):
    """Each weight is in its place, the right way round, on its scale: all of them stand before the logits."""
    tokens, model = loaded
    exact = without_rounding(graph)
    for sentence in SENTENCES[:2]:
        ids = tokens(sentence, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            ours = model(ids).logits
        torch.testing.assert_close(ours, logits(exact, ids), rtol=1e-4, atol=1e-3)  # logits up to 20


def test_rounded_activations_change_few_tags(loaded, graph):
    """The file also rounds what goes from layer to layer; we do not. See the datasheet for how much it is."""
    tokens, model = loaded
    same = total = 0
    for sentence in SENTENCES:
        ids = tokens(sentence, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            ours = model(ids).logits.argmax(-1)
        theirs = logits(graph, ids).argmax(-1)
        same, total = same + int((ours == theirs).sum()), total + ids.numel()
    assert total - 4 <= same


def test_it_corrects_grammar(loaded):
    """What it was tuned for: each word's tag says how to mend it."""
    tokens, model = loaded
    words = ["There", "dog", "is", "to", "big", "."]
    inputs = tokens(words, is_split_into_words=True, return_tensors="pt")
    with torch.inference_mode():
        tags = model(**inputs).logits[0].argmax(-1).tolist()
    said = [model.config.id2label[tags[inputs.word_ids().index(i)]] for i in range(len(words))]
    assert said[words.index("dog")] == said[-1] == "$KEEP"
    assert said[words.index("to")] == "$REPLACE_too"


def test_our_code_equals_transformers(loaded):
    tokens, model = loaded
    theirs = model.distilbert
    ours = interchange.from_transformers(theirs)
    assert type(ours) is DistilBertModel
    inputs = tokens(SENTENCES, padding=True, return_tensors="pt")
    real = inputs["attention_mask"].bool()
    with torch.inference_mode():
        expected = theirs(**inputs, output_hidden_states=True).hidden_states
        output = ours(**inputs)
    assert len(output.hidden_states) == len(expected) == 7
    for a, b in zip(output.hidden_states, expected, strict=True):
        torch.testing.assert_close(a[real], b[real], rtol=1e-5, atol=1e-5)


def small():
    torch.manual_seed(0)
    config = distilbert.DistilBertConfig(
        vocab_size=97, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=128
    )
    model = DistilBertModel(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return model.eval()


def test_a_small_one_with_random_weights_equals_transformers():
    """The same states and attention maps; and there and back gives the same weights and configuration."""
    ours = small()
    fields = transformers_config(ours.config)
    theirs_config = transformers.AutoConfig.for_model(**fields, attn_implementation="eager")
    theirs = transformers.DistilBertModel(theirs_config).eval()
    theirs.load_state_dict(interchange.state_for_transformers(ours), strict=True)
    assert interchange.transformers_class(ours) == "DistilBertModel"
    ids = torch.randint(0, 97, (3, 11))
    mask = torch.ones_like(ids)
    mask[1, 8:] = 0
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask, output_hidden_states=True, output_attentions=True)
        output = ours(ids, mask, torch.ones_like(ids), need_weights=True)  # segments change nothing
    for a, b in zip(output.hidden_states, expected.hidden_states, strict=True):
        torch.testing.assert_close(a[mask.bool()], b[mask.bool()], rtol=1e-5, atol=1e-5)
    for a, b in zip(output.attentions, expected.attentions, strict=True):
        torch.testing.assert_close(a[0], b[0], rtol=1e-5, atol=1e-5)
    again = interchange.from_transformers(theirs)
    assert again.config == config_from_transformers(fields) == ours.config
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), ours.parameters(), strict=True))


def test_a_variant_whose_arithmetic_is_not_ours_is_refused():
    fields = transformers_config(small().config)
    with pytest.raises(ValueError, match="sinusoidal_pos_embds is True"):
        config_from_transformers(fields | {"sinusoidal_pos_embds": True})


@pytest.fixture(scope="module")
def encoder(packed):
    return encoders.load("distilbert")


def test_the_encoder_reads_as_transformers_does(encoder, loaded):
    tokens, model = loaded
    ((example,),) = encoder.parts([SENTENCES[2]])
    (pair,) = encoder.pairs([SENTENCES[1]], [SENTENCES[0]])
    assert example.units == tokens(SENTENCES[2])["input_ids"]
    assert pair.units == tokens(SENTENCES[1], SENTENCES[0])["input_ids"]
    with torch.inference_mode():
        states = encoder(encoder.batch([example, pair]))
        expected = model.distilbert(torch.tensor([example.units]), output_hidden_states=True).hidden_states
    assert [s.shape[-1] for s in states] == list(encoder.widths) == [768] * 7
    for a, b in zip(states, expected, strict=True):
        torch.testing.assert_close(a[:1, : len(example)], b, rtol=1e-5, atol=1e-5)
    assert [*encoder.layers()] == ["embeddings", *(f"layer {i}" for i in range(1, 7))]


def test_capitals_count_and_a_word_without_pieces_is_unknown(encoder, loaded):
    tokens, _ = loaded
    (example,) = encoder.words([["Bill", "bill", "\u00ad", "unbelievably"]])
    assert example.units[1] != example.units[2]
    assert tokens.convert_ids_to_tokens(example.units[example.places[2]]) == "[UNK]"
    assert tokens.convert_ids_to_tokens(example.units[example.places[3]]) == "un"


def test_random_weights_are_drawn_by_the_seed(encoder):
    one, same, other = (encoders.load("distilbert", random_seed=seed) for seed in (1, 1, 2))
    vectors = [e.network.embeddings.word.weight[:50] for e in (one, same, other, encoder)]
    assert torch.equal(vectors[0], vectors[1])
    assert not torch.equal(vectors[0], vectors[2])
    assert not torch.equal(vectors[0], vectors[3])
    assert vectors[0].std().item() == pytest.approx(0.02, rel=0.05)


def made_graph(path, scales):
    """A graph of one layer, quantised as ONNX Runtime's quantiser writes it."""
    from onnx import TensorProto, helper, numpy_helper, save

    stored = {
        "onnx::MatMul_7_quantized": np.array([[1, -2, 3], [4, 5, -128]], dtype=np.int8),
        "onnx::MatMul_7_scale": np.array(scales, dtype=np.float32),
        "onnx::MatMul_7_zero_point": np.zeros(np.shape(scales), dtype=np.int8) + 2,
        "net.layer.bias": np.array([1.0, 2.0, 3.0], dtype=np.float32),
    }
    weight = "onnx::MatMul_7_DequantizeLinear_Output"
    nodes = [
        helper.make_node("DequantizeLinear", [*stored][:3], [weight]),
        helper.make_node(
            "MatMul", ["x", "onnx::MatMul_7_DequantizeLinear_Output"], ["y"], "/net/layer/MatMul"
        ),
        helper.make_node("Add", ["y", "net.layer.bias"], ["z"]),
    ]
    x, z = (helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xz")
    tensors = [numpy_helper.from_array(array, name) for name, array in stored.items()]
    save(helper.make_model(helper.make_graph(nodes, "g", [x], [z], tensors)), path)
    return path


def test_a_weight_is_dequantised_named_and_turned(tmp_path):
    found = onnx_weights.read(made_graph(tmp_path / "one.onnx", 0.5))
    assert found.keys() == {"net.layer.weight", "net.layer.bias"}
    expected = np.array([[-0.5, 1.0], [-2.0, 1.5], [0.5, -65.0]])
    np.testing.assert_array_equal(found["net.layer.weight"], expected)
    np.testing.assert_array_equal(found["net.layer.bias"], [1, 2, 3])


def test_what_is_not_known_is_refused(tmp_path):
    with pytest.raises(ValueError, match="has 3 scales, expected one"):
        onnx_weights.read(made_graph(tmp_path / "three.onnx", [0.5, 1.0, 2.0]))
    (tmp_path / "no.onnx").write_bytes(b"\xff" * 100)
    with pytest.raises(ValueError, match=r"no\.onnx is not an ONNX file"):
        onnx_weights.read(tmp_path / "no.onnx")


def word_states(encoder, sentences):
    """Of all words, one after the other: of the embeddings and layer 4, float32 (words, 768) each."""
    found = {0: [], 4: []}
    for words in sentences:
        (example,) = encoder.words([words])
        with torch.inference_mode():
            states = encoder(encoder.batch([example]))
        for layer, rows in found.items():
            rows.append(states[layer][0, example.places].numpy())
    return {layer: np.concatenate(rows) for layer, rows in found.items()}


@pytest.fixture(scope="module")
def named(gold):
    """WikiGold, cut to every sixth sentence to learn from and every fourth to be tested on."""
    data = gold(wikigold.load)
    return data, data.train_index[::6], data.test_index[::4]


@pytest.fixture(scope="module")
def probed(named):
    """`probed(encoder)`: layer → F1 over names of a linear probe on its frozen states."""
    data, train, test = named
    lengths = [len(data.words[i]) for i in test]

    def probe(encoder) -> dict[int, float]:
        learned, asked = (word_states(encoder, [data.words[i] for i in rows]) for rows in (train, test))
        labels = np.concatenate([data.tags[i] for i in train])
        scores = {}
        for layer in learned:
            tagger = linear_probe.fit(learned[layer], labels, penalties=[0.01])
            answers = by_sentence(tagger.predict(asked[layer]), lengths)
            scores[layer] = span_f1([data.tags[i] for i in test], answers, data.names)
        return scores

    return probe


def test_its_layers_know_names(encoder, probed):
    """On all of WikiGold: see its datasheet. Random weights tell a word from others, and no more."""
    trained, drawn = probed(encoder), probed(encoders.load("distilbert", random_seed=0))
    assert trained[4] > trained[0] + 0.1
    assert trained[4] > drawn[4] + 0.2
    assert trained[0] > drawn[0]
