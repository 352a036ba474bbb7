"""One row for all continuations gives each what it has when it is read alone."""

import numpy as np
import pytest
import torch

from tlcourse.data import tokeniser
from tlcourse.models.language.llama import Llama, LlamaConfig
from tlcourse.models.pretrained import zoo
from tlcourse.probe import shared_context, zero_shot

CONTEXT = "The government said on Monday that the prime minister"
AFTER = ["would resign.", "did not speak to the queen", "left", "had lost the election"]


@pytest.fixture(scope="module")
def nano():
    model = zoo.load("gpt2-nano", heads=True)
    return zero_shot.of_gpt(model, tokeniser.load(zoo.folder_of("gpt2-nano")), 256)


def llama():
    config = LlamaConfig(8192, 32, 2, 4, 2, 1e-5, 100.0, 3)
    rng = torch.Generator().manual_seed(0)

    def made(*shape):
        return (0.3 * torch.randn(*shape, generator=rng)).half()

    weights = {"model.embed_tokens.weight": made(8192, 32), "model.norm.weight": made(32)}
    for i in range(2):
        name = f"model.layers.{i}"
        shapes = {"self_attn.q_proj": (32, 32), "self_attn.k_proj": (16, 32), "self_attn.v_proj": (16, 32),
                  "self_attn.o_proj": (32, 32), "mlp.gate_proj": (48, 32), "mlp.up_proj": (48, 32),
                  "mlp.down_proj": (32, 48), "input_layernorm": (32,),
                  "post_attention_layernorm": (32,)}  # fmt: skip
        weights |= {f"{name}.{part}.weight": made(*shape) for part, shape in shapes.items()}
    return zero_shot.of_llama(Llama(config, weights), tokeniser.load(zoo.folder_of("gpt2-nano")), 256)


def of_transformers():
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=8192, n_embd=32, n_layer=2, n_head=4, n_positions=256, initializer_range=0.3,
        bos_token_id=3, eos_token_id=3,
    )  # fmt: skip
    tokenizer = AutoTokenizer.from_pretrained(zoo.folder_of("gpt2-nano"))
    tokenizer.bos_token = "[SEP]"
    return zero_shot.of_transformers(GPT2LMHeadModel(config).eval(), tokenizer)


@pytest.mark.parametrize("make", [None, llama, of_transformers], ids=["GPT-2", "Llama", "transformers"])
def test_as_if_each_were_read_alone(nano, make):
    model = make() if make else nano
    found = shared_context.log_probabilities(model, CONTEXT, AFTER)
    alone = zero_shot.mean_log_probability(model, [(CONTEXT, text) for text in AFTER])
    assert found.means == pytest.approx(alone, abs=1e-4)
    assert found.sums == pytest.approx(alone * found.counts, abs=1e-3)
    assert found.counts.tolist() == [len(model.encode(text)) for text in AFTER]


def test_the_order_of_the_others_changes_nothing(nano):
    there = shared_context.log_probabilities(nano, CONTEXT, AFTER).sums
    back = shared_context.log_probabilities(nano, CONTEXT, AFTER[::-1]).sums
    assert back[::-1] == pytest.approx(there, abs=1e-4)


def test_a_long_context_loses_its_beginning(nano):
    long = " ".join(["Once more."] * 200) + " " + CONTEXT
    found = shared_context.log_probabilities(nano, long, AFTER[1:2])
    after = nano.encode(AFTER[1])
    row = torch.tensor([[*nano.encode(long), *after[:-1]][-256:]])  # what is read fills the model
    log_p = nano.logits(row, torch.ones_like(row))[0, -len(after) :].log_softmax(dim=-1)
    expected = log_p.gather(1, torch.tensor(after)[:, None]).sum().item()
    assert found.sums[0] == pytest.approx(expected, abs=1e-3)


def test_the_likeliest_piece_is_known_and_a_ban_takes_it_away(nano):
    ids = torch.tensor([[*nano.start, *nano.encode(CONTEXT)]])
    logits = nano.logits(ids, torch.ones_like(ids))[0, -1]
    pieces = tokeniser.load(zoo.folder_of("gpt2-nano"))
    first, second = (pieces.id_to_token(int(i)) for i in logits.topk(2).indices)
    assert shared_context.log_probabilities(nano, CONTEXT, [first, second]).likeliest.tolist() == [
        True,
        False,
    ]
    banned = torch.zeros(8192, dtype=torch.bool)
    banned[int(logits.argmax())] = True
    found = shared_context.log_probabilities(nano, CONTEXT, [first, second], banned)
    assert found.likeliest.tolist() == [False, True]
    assert found.sums[0] == -np.inf


def test_places_and_mask_by_hand():
    places, may_look = shared_context.branches(2, [2, 1])
    assert places.tolist() == [0, 1, 2, 3, 2]
    expected = [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [1, 1, 0, 0, 1]]
    assert may_look.int().tolist() == expected


def test_what_cannot_be_asked_is_told(nano):
    for wrong in ([], ["word", ""]):
        with pytest.raises(ValueError, match="none empty"):
            shared_context.log_probabilities(nano, CONTEXT, wrong)
    with pytest.raises(ValueError, match="the model reads 256"):
        shared_context.log_probabilities(nano, CONTEXT, ["word " * 300])
    plain = zero_shot.LanguageModel(nano.logits, nano.encode, nano.start, 256)
    with pytest.raises(ValueError, match="of_gpt"):
        shared_context.log_probabilities(plain, CONTEXT, AFTER)
