"""The loop: every objective learns; killed and resumed is the same; two processes are one."""

import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
import torch

from tlcourse.data import text_index
from tlcourse.models.language.bert import BertConfig
from tlcourse.models.language.elmo import ElmoConfig
from tlcourse.models.language.ernie import ErnieConfig
from tlcourse.models.language.gpt import GPTConfig
from tlcourse.models.language.ulmfit import UlmfitConfig
from tlcourse.models.language.xlnet import XLNetConfig
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import checkpoint, loop
from tlcourse.train.pretraining.recipes import PretrainingRecipe

pytestmark = pytest.mark.usefixtures("one_thread")

TRANSFORMER = {
    "vocab_size": 100,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 48,
}
ELMO = {"filters": ((1, 4), (2, 8)), "character_size": 4, "projection_size": 16, "lstm_size": 24}
CONFIGS = {
    "elmo": ElmoConfig(vocab_size=60, max_characters=10, **ELMO),
    "ulmfit": UlmfitConfig(vocab_size=100, embedding_size=16, lstm_size=24, dropout_multiplier=0.2),
    "gpt": GPTConfig(**TRANSFORMER),
    "gpt2": GPTConfig(**TRANSFORMER, norm="pre"),
    "bert": BertConfig(**TRANSFORMER),
    "xlnet": XLNetConfig(**TRANSFORMER, mem_len=12, reuse_len=8),
    "ernie": ErnieConfig(**TRANSFORMER),
}


def recipe(name, tokens=8_000, **changes):
    options = {
        "batch_tokens": 256,
        "growth": ((1_000, 16),) if name == "bert" else (),
        "lengths": ((0.5, 32), (0.5, 48 if name == "bert" else 32)),
        "learning_rate": 5e-3,
        "warmup": 400,
        "log_every": 5,
        "checkpoint_every": 7,
        "evaluate_every": 1000,
    }
    return PretrainingRecipe(CONFIGS[name], tokens, **(options | changes))


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index()


@pytest.mark.parametrize("name", CONFIGS)
def test_every_objective_learns(name, index, tmp_path):
    reports = []
    result = loop.run(recipe(name, tokens=20_000), index, tmp_path, report=reports.append)
    first, last = result.log[0]["losses"], reports[-1].losses
    main = next(iter(first))
    assert last[main] < first[main] - 0.3
    assert result.held_out[main] < first[main] - 0.3
    assert 20_000 <= result.tokens < 20_000 + 600
    assert reports[-1].tokens == result.tokens
    assert reports[-1].seconds_left <= 0
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines == result.log


def weights(result):
    return {name: p.detach().clone() for name, p in result.model.named_parameters()}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


class Stop(Exception):
    pass


@pytest.mark.parametrize("name", CONFIGS)
def test_stopped_and_resumed_is_the_same_bit_for_bit(name, index, tmp_path):
    plan = recipe(name, tokens=14_000 if name == "elmo" else 8_000)
    whole = loop.run(plan, index, tmp_path / "whole")

    def stop(progress):
        if progress.step >= 20:
            raise Stop

    with pytest.raises(Stop):
        loop.run(plan, index, tmp_path / "stopped", report=stop)
    _, facts = checkpoint.load(tmp_path / "stopped" / "checkpoint.safetensors")
    assert facts["step"] == 14  # six steps are done again
    resumed = loop.run(plan, index, tmp_path / "stopped", resume=True)
    assert_same(weights(whole), weights(resumed))
    assert (whole.steps, whole.tokens) == (resumed.steps, resumed.tokens)
    assert [line.get("losses") for line in whole.log] == [line.get("losses") for line in resumed.log]


def test_positions_are_copied_whenever_rows_grow(index, tmp_path, monkeypatch):
    grown = []
    monkeypatch.setattr(
        loop.positions, "begin_as_copies", lambda model, optimizer, *lengths: grown.append(lengths)
    )
    loop.run(recipe("bert", tokens=4_000), index, tmp_path / "bert")
    loop.run(recipe("gpt", tokens=4_000, lengths=((0.5, 32), (0.5, 48))), index, tmp_path / "gpt")
    assert grown == [(16, 32), (32, 48)]  # BERT's; GPT's rows were not short at first


@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a C++ compiler")
def test_compiled_and_in_bfloat16_it_is_nearly_the_same(index, tmp_path):
    """One small model: compiling takes longer than training it."""
    config = dataclasses.replace(CONFIGS["gpt2"], hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    plain = dataclasses.replace(recipe("gpt2", tokens=4_000), config=config)
    fast = dataclasses.replace(plain, compile=True, bf16=True)
    one, other = (loop.run(plan, index, tmp_path / str(plan.bf16)) for plan in (plain, fast))
    for line, near in zip(one.log, other.log, strict=True):
        for key in {"losses", "held_out"} & line.keys():
            assert near[key] == pytest.approx(line[key], rel=0.01)  # bfloat16 keeps 8 bits
    assert one.log[-2]["losses"] != other.log[-2]["losses"]
    assert {p.dtype for p in other.model.parameters()} == {torch.float32}


CHILD = """
import sys, torch
sys.path.insert(0, sys.argv[4])
torch.set_num_threads(1)
import test_loop as t
from tlcourse.data import text_index
from tlcourse.train.pretraining import loop
recipe = t.recipe("bert", tokens=int(sys.argv[3]), checkpoint_every=1)
loop.run(recipe, text_index.load(sys.argv[1]), sys.argv[2], report=lambda p: print(p.step, flush=True))
"""


def test_trained_for_longer_is_as_if_it_had_been_planned(index, tmp_path):
    longer = recipe("gpt2", tokens=12_000, warmup=1_000, lengths=((0.9, 32), (0.1, 48)))
    straight = loop.run(longer, index, tmp_path / "straight")
    loop.run(dataclasses.replace(longer, tokens=8_000), index, tmp_path / "extended")
    extended = loop.run(longer, index, tmp_path / "extended", resume=True)
    assert extended.steps == straight.steps
    assert_same(weights(extended), weights(straight))


def test_only_what_the_length_does_not_change_goes_on(index, tmp_path):
    loop.run(recipe("ernie", tokens=2_000), index, tmp_path)
    with pytest.raises(ValueError, match="tokens: 2000 then, 4000 now"):
        loop.run(recipe("ernie", tokens=4_000), index, tmp_path, resume=True)
    loop.run(recipe("gpt", tokens=4_000), index, tmp_path / "gpt")
    with pytest.raises(ValueError, match="tokens: 4000 then, 2000 now"):
        loop.run(recipe("gpt", tokens=2_000), index, tmp_path / "gpt", resume=True)
    with pytest.raises(
        ValueError, match="tokens: 4000 then, 6000 now"
    ):  # its rows became longer before its rate fell
        loop.run(recipe("gpt", tokens=6_000), index, tmp_path / "gpt", resume=True)


def test_killed_at_any_moment_and_resumed(index, tmp_path):
    text_index.save(index, tmp_path / "text")
    plan = recipe("bert", tokens=12_000, checkpoint_every=1)
    whole = loop.run(plan, index, tmp_path / "whole")
    command = [
        sys.executable,
        "-c",
        CHILD,
        tmp_path / "text",
        tmp_path / "killed",
        "12000",
        os.path.dirname(__file__),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while int(process.stdout.readline()) < 15:
            pass
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
    resumed = loop.run(plan, index, tmp_path / "killed", resume=True)
    assert_same(weights(whole), weights(resumed))


TWO = """
import sys, torch
sys.path.insert(0, sys.argv[3])
torch.set_num_threads(1)
import test_loop as t
from tlcourse.data import text_index
for name in ("bert", "ulmfit"):
    t.loop.run(t.without_dropout(name), text_index.load(sys.argv[1]), sys.argv[2] + "/" + name)
"""


def without_dropout(name):
    """Two processes draw other dropout masks than one."""
    off = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    off = {"dropout_multiplier": 0.0} if name == "ulmfit" else off
    return dataclasses.replace(recipe(name), config=dataclasses.replace(CONFIGS[name], **off))


def in_two_processes(*command):
    """What `accelerate launch` prints of a script, or a module after -m, with its arguments."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    launch = [
        *(sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"),
        *("--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"),
        *("--main_process_ip", "127.0.0.1", "--main_process_port", str(port)),
    ]
    done = subprocess.run([*launch, *map(str, command)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_command_itself_runs_in_two_processes(index, tmp_path):
    text_index.save(index, tmp_path / "text")
    asked = ["gpt2-nano", "--tokens", "4k", "--text", tmp_path / "text", "--runs", tmp_path / "runs"]
    said = in_two_processes("-m", "tlcourse", "pretrain", *asked)
    assert said.count("The model is in") == 1  # the first process alone speaks and writes
    facts = json.loads((tmp_path / "runs" / "gpt2-nano" / "model" / "training.json").read_text())
    assert facts["tokens"] >= 4_000
    assert facts["log"][-1]["held_out"]


def test_rows_that_do_not_split_are_told_at_once():
    plan = recipe("bert", batch_tokens=24 * 64, growth=((100, 16), (200, 32)), lengths=((1.0, 64),))
    for n in (1, 2, 3, 24):
        plan.check_processes(n)
    with pytest.raises(ValueError, match=r"24 or 48 or 96 rows.*--num_processes 4"):
        plan.check_processes(5)


def test_two_processes_have_the_curve_of_one(index, tmp_path):
    text_index.save(index, tmp_path / "text")
    (tmp_path / "two.py").write_text(TWO)
    in_two_processes(tmp_path / "two.py", tmp_path / "text", tmp_path / "two", os.path.dirname(__file__))
    for name in ("bert", "ulmfit"):
        one = loop.run(without_dropout(name), index, tmp_path / "one" / name)
        _, facts = checkpoint.load(tmp_path / "two" / name / "checkpoint.safetensors")
        assert (facts["step"], facts["tokens"]) == (one.steps, one.tokens)
        for line, other in zip(one.log, facts["log"], strict=True):
            for key in ("losses", "held_out"):
                if key in line:  # sums in another order, and 30 steps of Adam on them
                    assert other[key] == pytest.approx(line[key], rel=2e-3)


def test_a_checkpoint_is_not_overwritten_nor_mixed_up(index, tmp_path):
    loop.run(recipe("gpt", tokens=2_000), index, tmp_path)
    with pytest.raises(FileExistsError, match="--resume"):
        loop.run(recipe("gpt", tokens=2_000), index, tmp_path)
    with pytest.raises(ValueError, match=r"learning_rate: 0.005 then, 0.001 now"):
        loop.run(recipe("gpt", tokens=2_000, learning_rate=1e-3), index, tmp_path, resume=True)
    with pytest.raises(FileNotFoundError, match="--resume"):
        loop.run(recipe("gpt", tokens=2_000), index, tmp_path / "other", resume=True)
    again = loop.run(recipe("gpt", tokens=2_000, log_every=3), index, tmp_path, resume=True)
    assert again.tokens >= 2_000  # finished already: nothing is trained again


def test_the_rate_rises_and_falls(index, tmp_path):
    rates = []
    plan = recipe("gpt2", tokens=10_000, warmup=2_500, log_every=1)
    loop.run(plan, index, tmp_path, report=lambda p: rates.append((p.tokens, p.learning_rate)))
    peak = max(rates, key=lambda pair: pair[1])
    assert peak[0] == pytest.approx(2_500, abs=520)
    assert rates[0][1] < 0.1 * peak[1]
    assert rates[-1][1] < 0.1 * peak[1]


def test_a_loss_that_is_no_number_stops_the_training(index, tmp_path):
    with pytest.raises(FloatingPointError, match="learning_rate"):
        loop.run(recipe("gpt2", learning_rate=1e30, max_grad_norm=1e30, warmup=0), index, tmp_path)


def test_biases_and_norms_do_not_decay():
    from tlcourse.models.pretrained import zoo

    for config in CONFIGS.values():
        model = zoo.build(config)
        optimizer = recipe("gpt").optimizer(model)
        decaying = {id(p) for p in optimizer.param_groups[0]["params"]}
        for name, p in model.named_parameters():
            assert (id(p) in decaying) == (
                not name.endswith("bias") and "norm" not in name and "bias_" not in name
            ), name


def test_a_loss_that_is_left_out_teaches_nothing(index, tmp_path):
    plan = recipe("bert", tokens=4_000, weight_decay=0.0, left_out=("next sentence",))
    result = loop.run(plan, index, tmp_path)
    torch.manual_seed(plan.seed)
    begun = zoo.build(plan.config)
    assert torch.equal(result.model.seq_relationship.weight, begun.seq_relationship.weight)
    assert not torch.equal(result.model.predictions.dense.weight, begun.predictions.dense.weight)
    assert "next sentence" in result.held_out  # it is measured all the same
