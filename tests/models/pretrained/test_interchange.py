"""Our BERT, ERNIE, GPT, GPT-2 and XLNet against the transformers classes with the same weights.

Tolerance 1e-5 in fp32: sums of a few hundred products in another order differ by a few 1e-7 each.
"""

import dataclasses

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from tlcourse.models.language.bert import BertConfig, BertForPreTraining
from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.models.language.gpt import GPTConfig, GPTForCausalLM
from tlcourse.models.language.xlnet import XLNetConfig, XLNetForPreTraining, XLNetModel
from tlcourse.models.pretrained.interchange import (
    encoder_in,
    from_transformers,
    load_from_transformers,
    state_for_transformers,
    transformers_class,
)
from tlcourse.models.pretrained.transformers_configs import config_from_transformers, transformers_config

SMALL = {
    "vocab_size": 97,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 24,
    "initializer_range": 0.15,  # large weights, so that a wrong one shows
}
CASES = {
    "bert": (BertForPreTraining, BertConfig(**SMALL), transformers.BertForPreTraining),
    "ernie": (ErnieForPreTraining, ErnieConfig(**SMALL), transformers.ErnieForMaskedLM),
    "gpt": (GPTForCausalLM, GPTConfig(**SMALL), transformers.OpenAIGPTLMHeadModel),
    "gpt2": (GPTForCausalLM, GPTConfig(**SMALL, norm="pre"), transformers.GPT2LMHeadModel),
    "xlnet": (XLNetForPreTraining, XLNetConfig(**SMALL, mem_len=7), transformers.XLNetLMHeadModel),
}
B, T = 3, 11


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


def shake(model, seed=1):
    """Biases and layer norms away from 0 and 1, where a wrong one would not show."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return model.eval()


def both(name):
    """Our model with random weights, and theirs with the same."""
    ours_class, config, theirs_class = CASES[name]
    torch.manual_seed(0)
    ours = shake(ours_class(config))
    fields = transformers_config(config)
    special = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    theirs_config = transformers.AutoConfig.for_model(**fields, **special)
    theirs_config._attn_implementation = "eager"
    theirs = theirs_class(theirs_config).eval()
    report = theirs.load_state_dict(state_for_transformers(ours), strict=False)
    theirs.tie_weights()
    assert set(report.missing_keys) <= set(theirs.all_tied_weights_keys) | {"lm_head.weight"}
    assert all("pooler" in key for key in report.unexpected_keys)  # a masked-LM class has no pooler
    return ours, theirs


def batch(seed=2):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, SMALL["vocab_size"], (B, T), generator=generator)
    segments = torch.randint(0, 2, (B, T), generator=generator)
    mask = torch.ones(B, T, dtype=torch.long)
    mask[1, 8:] = 0
    mask[2, 3:] = 0
    return ids, segments, mask


def test_bert_equals_transformers():
    ours, theirs = both("bert")
    ids, segments, mask = batch()
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask, token_type_ids=segments)
        logits, next_sentence = ours(ids, mask, segments)
        positions = torch.tensor([[1, 4], [0, 7], [2, 2]])
        gathered, _ = ours(ids, mask, segments, positions)
    close(logits[mask.bool()], expected.prediction_logits[mask.bool()])
    close(next_sentence, expected.seq_relationship_logits)
    close(gathered[1, 1], expected.prediction_logits[1, 7])


def test_bert_layers_and_attentions_equal_transformers():
    ours, theirs = both("bert")
    ids, segments, mask = batch()
    with torch.no_grad():
        expected = theirs.bert(
            ids,
            attention_mask=mask,
            token_type_ids=segments,
            output_hidden_states=True,
            output_attentions=True,
        )
        output = ours.bert(ids, mask, segments, need_weights=True)
    close(output.pooler_output, expected.pooler_output)
    assert len(output.hidden_states) == len(expected.hidden_states) == SMALL["num_hidden_layers"] + 1
    for a, b in zip(output.hidden_states, expected.hidden_states, strict=True):
        close(a[mask.bool()], b[mask.bool()])
    for a, b in zip(output.attentions, expected.attentions, strict=True):
        close(a[0], b[0])


def test_ernie_with_task_embedding_equals_transformers():
    ours, theirs = both("ernie")
    ids, segments, mask = batch()
    tasks = torch.tensor([0, 1, 2])[:, None].expand(B, T)
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask, token_type_ids=segments, task_type_ids=tasks)
        output = ours(ids, mask, segments, tasks)
        without_task = ours(ids, mask, segments)
    close(output.predictions[mask.bool()], expected.logits[mask.bool()])
    assert output.order.shape == (B, 1 + 2 + 6)
    assert not torch.allclose(output.predictions[2], without_task.predictions[2], atol=1e-2)


@pytest.mark.parametrize("name", ["gpt", "gpt2"])
def test_gpt_equals_transformers(name):
    ours, theirs = both(name)
    ids, _, mask = batch()
    with torch.no_grad():
        close(ours(ids), theirs(ids).logits)
        close(ours(ids, mask)[mask.bool()], theirs(ids, attention_mask=mask).logits[mask.bool()])
        expected = theirs.transformer(ids, output_hidden_states=True, output_attentions=True)
        output = ours.transformer(ids, need_weights=True)
    for a, b in zip(output.hidden_states, expected.hidden_states, strict=True):
        close(a, b)
    for a, b in zip(output.attentions, expected.attentions, strict=True):
        close(a, b)


@pytest.mark.parametrize("name", ["gpt", "gpt2"])
def test_gpt_generates_what_transformers_generates(name):
    ours, theirs = both(name)
    start = torch.tensor([[5, 17, 3]])
    expected = theirs.generate(start, max_new_tokens=8, do_sample=False, eos_token_id=None, pad_token_id=0)
    assert torch.equal(ours.generate(start, 8, temperature=0), expected)


def test_xlnet_content_stream_equals_transformers():
    ours, theirs = both("xlnet")
    ids, segments, mask = batch()
    with torch.no_grad():
        expected = theirs.transformer(
            ids, attention_mask=mask.float(), token_type_ids=segments, output_hidden_states=True
        )
        output = ours.transformer(ids, mask, segments)
        plain = ours.transformer(ids)
        expected_plain = theirs.transformer(ids)
    for a, b in zip(output.hidden_states, expected.hidden_states, strict=True):
        close(a[mask.bool()], b[mask.bool()])
    close(plain.last_hidden_state, expected_plain.last_hidden_state)


@pytest.mark.parametrize("with_memory", [False, True])
def test_xlnet_query_stream_equals_transformers(with_memory):
    ours, theirs = both("xlnet")
    ids, segments, _ = batch()
    segments[:, -1] = 2  # [CLS] has a segment of its own
    generator = torch.Generator().manual_seed(3)
    order = torch.stack([torch.randperm(T, generator=generator) for _ in range(B)])  # when each piece comes
    may_attend = order[:, None, :] < order[:, :, None]  # (B, T, T)
    positions = order.argsort(dim=1)[:, -4:]  # the last four in the order
    target_mapping = torch.nn.functional.one_hot(positions, T).float()
    with torch.no_grad():
        mems = ours.transformer(batch(seed=4)[0]).mems if with_memory else None
        expected = theirs(
            ids,
            perm_mask=(~may_attend).float(),
            target_mapping=target_mapping,
            token_type_ids=segments,
            mems=None if mems is None else [m.transpose(0, 1) for m in mems],
            use_mems=True,
        )
        logits, new_mems = ours(ids, positions, may_attend, segments, mems)
    close(logits, expected.logits)
    for a, b in zip(new_mems, expected.mems, strict=True):
        close(a, b.transpose(0, 1))


def test_xlnet_remembers_only_the_part_that_is_reused():
    ours, theirs = both("xlnet")
    config = XLNetConfig(**SMALL, mem_len=7, reuse_len=5)
    reusing = XLNetModel(config)
    reusing.load_state_dict(ours.transformer.state_dict())
    theirs.transformer.reuse_len = 5
    first, second = batch(5)[0], batch(6)[0]
    with torch.no_grad():
        mems = reusing.eval()(second, mems=reusing(first).mems).mems
        expected = theirs.transformer(first, use_mems=True).mems
        expected = theirs.transformer(second, mems=expected, use_mems=True).mems
    for a, b in zip(mems, expected, strict=True):
        close(a, b.transpose(0, 1))


def test_an_xlnet_published_without_a_memory_opens():
    # xlnet-base-cased has "mem_len": null.
    _, theirs = both("xlnet")
    config = config_from_transformers(theirs.config.to_dict() | {"mem_len": None})
    assert config.mem_len == 0
    # And a "reuse_len" of 0 means all of a segment there, as null does.
    assert config_from_transformers(theirs.config.to_dict() | {"reuse_len": 0}).reuse_len is None
    with pytest.raises(ValueError, match="reuse_len is 0"):
        XLNetConfig(**SMALL, reuse_len=0)
    ours = XLNetForPreTraining(config).eval()
    load_from_transformers(ours, theirs.state_dict())
    ids, *_ = batch()
    mems = XLNetModel(XLNetConfig(**SMALL, mem_len=7)).eval()(batch(seed=4)[0]).mems
    with torch.no_grad():
        output = ours.transformer(ids)
        close(output.last_hidden_state, theirs.transformer(ids).last_hidden_state)
        given = ours.transformer(ids, mems=mems)
        expected = theirs.transformer(ids, mems=[m.transpose(0, 1) for m in mems], use_mems=True)
    assert output.mems is None
    assert given.mems is None
    close(given.last_hidden_state, expected.last_hidden_state)


def test_what_an_openai_gpt_configuration_cannot_say_is_refused():
    with pytest.raises(ValueError, match=r"intermediate_size is 100.*128 and 'gelu_new'"):
        transformers_config(GPTConfig(**SMALL | {"intermediate_size": 100}))
    with pytest.raises(ValueError, match="hidden_act 'relu'"):
        transformers_config(GPTConfig(**SMALL, hidden_act="relu"))
    assert transformers_config(GPTConfig(**SMALL, hidden_act="relu", norm="pre"))["model_type"] == "gpt2"


def test_the_query_stream_does_not_see_its_own_piece_and_the_content_stream_does():
    ours, _ = both("xlnet")
    ids, _, _ = batch()
    may_attend = torch.ones(B, T, T, dtype=torch.bool).tril(-1)
    positions = torch.full((B, 1), 6)
    changed = ids.clone()
    changed[:, 6] = (ids[:, 6] + 1) % SMALL["vocab_size"]
    with torch.no_grad():
        before = ours.transformer(ids, may_attend=may_attend, positions=positions)
        after = ours.transformer(changed, may_attend=may_attend, positions=positions)
    assert torch.equal(before.query_state, after.query_state)
    assert not torch.allclose(before.last_hidden_state[:, 6], after.last_hidden_state[:, 6], atol=1e-3)


@pytest.mark.parametrize("name", CASES)
def test_there_and_back_gives_the_same_weights_and_configuration(name):
    ours_class, config, _ = CASES[name]
    ours = shake(ours_class(config))
    again = ours_class(config_from_transformers(transformers_config(config)))
    # XLNet has no position table to take a length from.
    length = config.max_position_embeddings if name != "xlnet" else again.config.max_position_embeddings
    assert again.config == dataclasses.replace(config, max_position_embeddings=length)
    state = state_for_transformers(ours)
    load_from_transformers(again, state)
    only_ours = {"capital", "token_document", "order", "distance"}
    for key, value in ours.state_dict().items():
        if key.split(".")[0] not in only_ours:
            assert torch.equal(value, again.state_dict()[key]), key


@pytest.mark.parametrize("name", ["bert", "gpt", "gpt2", "xlnet"])
def test_from_transformers_runs_their_weights_in_our_code(name):
    _, theirs = both(name)
    ours = from_transformers(theirs)
    base = from_transformers(theirs.base_model)
    ids, *_ = batch()
    with torch.no_grad():
        close(base(ids).last_hidden_state, theirs.base_model(ids).last_hidden_state)
    assert type(ours) is CASES[name][0]


@pytest.mark.parametrize("inside", [False, True])
def test_the_encoder_of_a_folder_that_transformers_wrote(tmp_path, inside):
    """Of a model with heads, or by itself; or the same architecture with random weights."""
    _, theirs = both("bert")
    (theirs if inside else theirs.base_model).save_pretrained(tmp_path)
    encoder, random = encoder_in(tmp_path), encoder_in(tmp_path, weights=False)
    ids, *_ = batch()
    with torch.no_grad():
        expected = theirs.base_model(ids).last_hidden_state
        close(encoder(ids).last_hidden_state, expected)
        assert not torch.allclose(random(ids).last_hidden_state, expected, atol=0.1)
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    with pytest.raises(ValueError, match="'t5'"):
        encoder_in(tmp_path)


def test_a_tensor_of_another_shape_is_named():
    ours, _ = both("bert")
    state = state_for_transformers(ours)
    state["bert.embeddings.word_embeddings.weight"] = torch.zeros(5, 32)
    with pytest.raises(ValueError, match=r"word_embeddings.*\(5, 32\).*\(97, 32\)"):
        load_from_transformers(ours, state)
    del state["bert.embeddings.word_embeddings.weight"]
    with pytest.raises(ValueError, match=r"word_embeddings.* missing"):
        load_from_transformers(ours, state)


def test_other_architectures_are_refused():
    with pytest.raises(ValueError, match="'t5'"):
        config_from_transformers({"model_type": "t5"})
    with pytest.raises(TypeError, match="Linear"):
        state_for_transformers(torch.nn.Linear(2, 2))
    with pytest.raises(TypeError, match="Linear"):
        transformers_class(torch.nn.Linear(2, 2))


VARIANTS = {
    "bert": {"is_decoder": True},
    "gpt2": {"scale_attn_by_inverse_layer_idx": True},
    "gpt": {"afn": "relu"},
    "xlnet": {"attn_type": "uni"},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_whose_arithmetic_is_not_ours_is_refused(name):
    published = transformers_config(CASES[name][1])
    ((field, value),) = VARIANTS[name].items()
    with pytest.raises(ValueError, match=f"{field} is {value!r} in this {published['model_type']}"):
        config_from_transformers(published | {field: value})


@pytest.mark.parametrize("name", CASES)
def test_the_class_is_that_of_the_architecture(name):
    ours, _ = both(name)
    prefix = {"bert": "Bert", "ernie": "Ernie", "gpt": "OpenAIGPT", "gpt2": "GPT2", "xlnet": "XLNet"}[name]
    assert transformers_class(ours) == CASES[name][2].__name__
    base = getattr(ours, {"bert": "bert", "ernie": "ernie"}.get(name, "transformer"))
    assert transformers_class(base) == f"{prefix}Model"


def test_the_dropout_of_xlnet_is_one_for_all():
    config = XLNetConfig(**SMALL, hidden_dropout_prob=0.2, attention_probs_dropout_prob=0.2)
    again = config_from_transformers(transformers_config(config))
    assert (again.hidden_dropout_prob, again.attention_probs_dropout_prob) == (0.2, 0.2)
    with pytest.raises(
        ValueError, match=r"hidden_dropout_prob is 0\.2 and attention_probs_dropout_prob 0\.1"
    ):
        transformers_config(XLNetConfig(**SMALL, hidden_dropout_prob=0.2))


@pytest.mark.parametrize("heads", [False, True], ids=["bare", "with heads"])
def test_an_encoder_is_read_from_the_folder_that_transformers_wrote(heads, tmp_path):
    _, theirs = both("bert")
    (theirs if heads else theirs.bert).save_pretrained(tmp_path)
    ids, segments, mask = batch()
    with torch.no_grad():
        expected = theirs.bert(ids, attention_mask=mask, token_type_ids=segments).last_hidden_state
        found = encoder_in(tmp_path)(ids, mask, segments).last_hidden_state
        random = encoder_in(tmp_path, weights=False)(ids, mask, segments).last_hidden_state
    close(found[mask.bool()], expected[mask.bool()])
    assert not torch.allclose(random[mask.bool()], expected[mask.bool()], atol=1e-2)


def test_training_what_was_read_leaves_the_file_as_it_is(tmp_path):
    _, theirs = both("bert")
    theirs.bert.save_pretrained(tmp_path)
    before = (tmp_path / "model.safetensors").read_bytes()
    ours = encoder_in(tmp_path)
    assert all(parameter.requires_grad for parameter in ours.parameters())
    ours(batch()[0]).last_hidden_state.sum().backward()
    torch.optim.SGD(ours.parameters(), lr=1.0).step()
    assert (tmp_path / "model.safetensors").read_bytes() == before
    assert not torch.equal(ours.embeddings.word.weight, encoder_in(tmp_path).embeddings.word.weight)


def test_a_folder_that_lacks_a_tensor_is_refused(tmp_path):
    _, theirs = both("bert")
    theirs.bert.save_pretrained(tmp_path)
    state = load_file(tmp_path / "model.safetensors")
    del state["encoder.layer.1.output.dense.bias"]
    save_file({name: one.clone() for name, one in state.items()}, tmp_path / "other.safetensors")
    (tmp_path / "other.safetensors").replace(tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"encoder\.layer\.1\.output\.dense\.bias is missing"):
        encoder_in(tmp_path)
