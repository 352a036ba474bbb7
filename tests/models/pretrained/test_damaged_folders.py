"""Folders of the zoo with a file that is damaged: what comes out names the file and says what to do.

Each folder is damaged hundreds of times, at random, from a seed: bytes are changed, files cut short, values
of the JSON files replaced by others. With the hashes beside them every change is found; without them a file
may be another one that is as good, and is then taken, or is refused in the same way.
"""

import copy
import json
import os
import random
import resource
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tlcourse.assets import sha256sums
from tlcourse.models.pretrained import encoders, zoo

NAMES = ("elmo-mini", "ulmfit-mini", "gpt2-nano", "bert-mini", "xlnet-mini", "ernie-mini")
REMEDY = ("Get the folder again", "get the folder again", "tlcourse pretrain", "from_transformers")
STRANGE = (
    None, True, -1, 0, 1, 3, 2**31, 2**80, 1_000_000, 0.5, -0.5, 1e300, float("nan"), float("inf"), "3", "",
    "x" * 10_000, [], [1], [[1, 2]], [[-1, 2]], [[10**9, 10**9]], {}, {"a": 1},
)  # fmt: skip


@pytest.fixture
def folder_of(tiny_zoo, tmp_path):
    """A copy of a tiny model's folder, with hashes or without: `folder_of("bert-mini", hashes=False)`."""

    def make(name: str, hashes: bool) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file in (tiny_zoo / name).iterdir():
            if hashes or file.name != sha256sums.NAME:
                (folder / file.name).write_bytes(file.read_bytes())
        return folder

    return make


def outcome(folder: Path) -> str:
    """`as good` if the folder opens and reads a text, `refused` if it does not and says so as it should."""
    try:
        encoder = encoders.load(folder)
        encoder.eval()
        with torch.no_grad():
            encoder(encoder.batch([encoder.parts(["Mary saw the old river."])[0][0]]))
    except (ValueError, FileNotFoundError) as error:
        said = str(error)
        assert str(folder) in said, said
        assert any(remedy in said for remedy in REMEDY), said
        assert len(said) < 1500, said
        return "refused"
    return "as good"


def damaged_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    match rng.randrange(4):
        case 0:
            for _ in range(rng.randint(1, 3)):
                changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        case 1:
            del changed[rng.randrange(len(changed)) :]
        case 2:
            start = rng.randrange(len(changed))
            del changed[start : start + rng.randint(1, 40)]
        case 3:
            start = rng.randrange(len(changed))
            changed[start:start] = rng.randbytes(rng.randint(1, 8))
    return bytes(changed)


def places(value, path=()):
    """The way to each value inside a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def damaged_json(content: bytes, rng: random.Random) -> bytes:
    """One value replaced or left out."""
    whole = json.loads(content)
    *way, last = rng.choice([p for p in places(whole) if p])
    inner = changed = copy.deepcopy(whole)
    for key in way:
        inner = inner[key]
    if rng.random() < 0.2 and isinstance(inner, dict):
        del inner[last]
    else:
        inner[last] = rng.choice(STRANGE)
    return json.dumps(changed).encode()


@pytest.mark.parametrize("name", NAMES)
def test_without_hashes_what_comes_out_names_the_file_and_a_remedy(folder_of, name):
    folder, rng = folder_of(name, hashes=False), random.Random(name)
    found = {}
    for file in ("config.json", "tokenizer.json", "model.safetensors"):
        path = folder / file
        if not path.is_file():
            continue
        content = path.read_bytes()
        ways = [damaged_bytes] if file == "model.safetensors" else [damaged_bytes, damaged_json, damaged_json]
        for _ in range(30):
            path.write_bytes(rng.choice(ways)(content, rng))
            found.setdefault(file, []).append(outcome(folder))
        path.write_bytes(content)
    assert all("refused" in outcomes for outcomes in found.values())
    assert outcome(folder) == "as good"


@pytest.mark.parametrize("name", NAMES)
def test_with_hashes_no_change_goes_unseen(folder_of, name):
    folder, rng = folder_of(name, hashes=True), random.Random(name)
    for file in ("config.json", "tokenizer.json", "model.safetensors"):
        path = folder / file
        if not path.is_file():
            continue
        content = path.read_bytes()
        for _ in range(8):
            changed = damaged_bytes(content, rng)
            path.write_bytes(changed)
            assert outcome(folder) == ("as good" if changed == content else "refused")
        path.write_bytes(content)
    assert outcome(folder) == "as good"


@pytest.mark.parametrize("name", zoo.ZOO)
def test_two_flipped_bytes_in_a_model_of_the_zoo_are_found(name, tmp_path):
    shipped = zoo.checkpoints_dir() / name
    for file in shipped.iterdir():
        os.link(file, tmp_path / file.name)
    weights = bytearray((shipped / zoo.WEIGHTS).read_bytes())
    weights[-1000] ^= 1
    weights[-2000] ^= 1
    (tmp_path / zoo.WEIGHTS).unlink()
    (tmp_path / zoo.WEIGHTS).write_bytes(weights)
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged.*SHA256SUMS.*pretrain " + name):
        zoo.load(tmp_path)


def save_beside(tensors: dict[str, torch.Tensor], path: Path) -> None:
    """Write weights and rename: tensors that were read may be a map of the file, which must not change."""
    save_file(tensors, f"{path}.new")
    os.replace(f"{path}.new", path)


def test_weights_that_are_not_finite_are_found_without_a_hash(folder_of):
    folder = folder_of("bert-mini", hashes=False)
    tensors = load_file(folder / zoo.WEIGHTS)
    largest = max(tensors, key=lambda name: tensors[name].numel())
    for value in (torch.nan, torch.inf):
        tensors[largest][0, 0] = value
        save_beside(tensors, folder / zoo.WEIGHTS)
        with pytest.raises(ValueError, match=rf"model\.safetensors has {largest} with values that are not"):
            zoo.load(folder)
    tensors[largest] = torch.zeros(tensors[largest].shape, dtype=torch.int16)
    save_beside(tensors, folder / zoo.WEIGHTS)
    with pytest.raises(ValueError, match=rf"{largest} of type torch.int16, expected floating-point"):
        zoo.load(folder)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hidden_size", -1, "hidden_size is -1, expected a whole number from 1"),
        ("hidden_size", 33, "hidden_size=33 does not split into num_attention_heads=2"),
        ("num_hidden_layers", "3", "num_hidden_layers is '3', expected a whole number"),
        (
            "num_hidden_layers",
            1_000_000,
            "num_hidden_layers is 1000000, expected a whole number from 1 to 1,0",
        ),
        ("num_hidden_layers", 900, "model.safetensors lacks"),
        ("num_hidden_layers", True, "num_hidden_layers is True"),
        ("intermediate_size", 1_000_000, r"of shape \(.*config.json asks for"),
        ("vocab_size", 2**80, "vocab_size is 1208925819614629174706176"),
        ("hidden_act", "swish", "hidden_act is 'swish', expected one of 'gelu'"),
        ("hidden_dropout_prob", 1.5, "hidden_dropout_prob is 1.5, expected a number from 0 to 1"),
        ("layer_norm_eps", float("nan"), "layer_norm_eps is nan"),
    ],
)
def test_a_configuration_that_cannot_be_is_named_and_takes_no_memory(folder_of, field, value, said):
    folder = folder_of("bert-mini", hashes=False)
    fields = json.loads((folder / zoo.CONFIG).read_text())
    fields["tlcourse"]["fields"][field] = value
    (folder / zoo.CONFIG).write_text(json.dumps(fields))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match=said) as caught:
        zoo.load(folder)
    assert any(remedy in str(caught.value) for remedy in REMEDY)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize("content", ["[" * 200_000, '{"a":' * 200_000, "{}", "", "null", "9" * 5000])
def test_json_that_is_none_of_its_kind_is_named(folder_of, name, content):
    folder = folder_of("bert-mini", hashes=False)
    (folder / name).write_text(content)
    with pytest.raises(ValueError, match=name.replace(".", r"\.")):
        encoders.load(folder)
    assert outcome(folder) == "refused"


def test_the_tokeniser_of_another_model_is_named(folder_of, tiny_zoo):
    folder = folder_of("bert-mini", hashes=False)
    other = zoo.checkpoints_dir() / "bert-mini" / "tokenizer.json"
    (folder / "tokenizer.json").write_bytes(other.read_bytes())
    with pytest.raises(ValueError, match=r"pieces up to number 8191.*pieces below 100.*another model"):
        encoders.load(folder)


def test_hashes_that_cannot_be_read_are_named(folder_of):
    folder = folder_of("gpt2-nano", hashes=True)
    for content in (b"\xff\xfe", b"no hash\n"):
        (folder / sha256sums.NAME).write_bytes(content)
        with pytest.raises(ValueError, match=r"SHA256SUMS is damaged .*Get the folder again"):
            zoo.load(folder)


def test_the_hashes_follow_what_is_written(folder_of):
    folder = folder_of("ernie-mini", hashes=True)
    assert set(sha256sums._read(folder)) >= {
        "config.json",
        "model.safetensors",
        "heads.safetensors",
        "tokenizer.json",
    }
    zoo.export(zoo.load(folder_of("bert-mini", hashes=True), heads=True), folder)
    sums = sha256sums._read(folder)
    assert "heads.safetensors" not in sums
    assert "tokenizer.json" in sums
    zoo.load(folder)
