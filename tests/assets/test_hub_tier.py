"""The hub tier, with made-up libraries in the place of the three that download."""

import hashlib
import types

import pytest
import torch
from fake_index import sha256, with_manifest
from safetensors.torch import load_file, save_file

from tlcourse import assets


def git_hash(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def hub_asset(name: str, source: str, repo: str, **fields) -> assets.Asset:
    asset = assets.Asset(
        name=name,
        tier="hub",
        title=name,
        licence="none",
        citation="none",
        homepage="none",
        source=source,
        repo=repo,
        size=1000,
        **fields,
    )
    return with_manifest(asset, {})


@pytest.fixture
def hub(monkeypatch, known, cache):
    """A Hugging Face repository: `hub.files` are what it has, `hub.lies` what it says of their hashes."""
    import huggingface_hub

    state = types.SimpleNamespace(files={"config.json": b"{}"}, lies={}, asked=[], fail=None)

    def snapshot_download(repo_id, repo_type, revision, local_dir, allow_patterns):
        from fnmatch import fnmatch

        state.asked.append((repo_id, repo_type, revision))
        for name, data in state.files.items():
            if any(fnmatch(name, pattern) for pattern in allow_patterns):
                (local_dir / name).parent.mkdir(parents=True, exist_ok=True)
                (local_dir / name).write_bytes(data)
                if state.fail:
                    raise state.fail
        (local_dir / ".cache" / "huggingface").mkdir(parents=True, exist_ok=True)
        (local_dir / ".cache" / "huggingface" / "x.lock").write_text("")
        return str(local_dir)

    class HfApi:
        def repo_info(self, repo_id, repo_type, revision, files_metadata):
            siblings = [
                types.SimpleNamespace(
                    rfilename=name,
                    lfs=None
                    if name.endswith((".json", ".txt"))
                    else types.SimpleNamespace(sha256=state.lies.get(name, sha256(data))),
                    blob_id=state.lies.get(name, git_hash(data)),
                )
                for name, data in state.files.items()
            ]
            return types.SimpleNamespace(siblings=siblings)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(huggingface_hub, "HfApi", HfApi)
    known["net"] = hub_asset(
        "net", "huggingface", "some/net", revision="a" * 40, use=("*.json", "*.safetensors")
    )
    return state


def names_in(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def weights(tmp_path, **tensors) -> bytes:
    save_file(tensors, tmp_path / "w.safetensors")
    return (tmp_path / "w.safetensors").read_bytes()


def test_it_is_not_touched_unless_asked_for(hub):
    assert assets.fetch() == {}
    with pytest.raises(assets.AssetMissing, match="run `tlcourse fetch net`"):
        assets.path("net")
    assert not hub.asked


def test_the_files_named_and_the_commit_pinned(hub, tmp_path):
    hub.files |= {
        "model.safetensors": weights(tmp_path, w=torch.ones(3)),
        "evil.py": b"exit()",
        "model.h5": b"",
    }
    assets.fetch(tier="hub")
    folder = assets.path("net")
    assert hub.asked == [("some/net", "model", "a" * 40)]
    assert names_in(folder) == {"config.json", "model.safetensors", ".verified.json"}
    assert load_file(folder / "model.safetensors")["w"].sum() == 3
    assets.fetch(["net"])
    assert len(hub.asked) == 1


def test_another_hash_than_the_hub_publishes_is_refused(hub, tmp_path):
    hub.files["model.safetensors"] = weights(tmp_path, w=torch.ones(3))
    hub.lies["model.safetensors"] = "0" * 64
    with pytest.raises(
        assets.AssetRefused, match=r"model\.safetensors has the sha256 .* the hub publishes 0000"
    ):
        assets.fetch(["net"])
    with pytest.raises(assets.AssetMissing):
        assets.path("net")


def test_a_small_file_is_compared_with_its_git_hash(hub):
    assert git_hash(b"test content\n") == "d670460b4b4aece5915caf5c68d12f560a9fe3e4"  # Pro Git, chapter 10.2
    hub.lies["config.json"] = "0" * 40
    with pytest.raises(assets.AssetRefused, match=r"config\.json has the git hash .* the hub publishes 0000"):
        assets.fetch(["net"])
    with pytest.raises(assets.AssetMissing):
        assets.path("net")


def test_another_hash_than_we_know_is_refused(hub, tmp_path, known):
    hub.files["model.safetensors"] = weights(tmp_path, w=torch.ones(3))
    with_manifest(known["net"], {"model.safetensors": "1" * 64})
    with pytest.raises(assets.AssetRefused, match=r"1111.* is pinned"):
        assets.fetch(["net"])
    with pytest.raises(assets.AssetMissing):
        assets.path("net")


def test_a_pickle_becomes_safetensors(hub, tmp_path, known):
    tied = torch.arange(6.0).reshape(2, 3)
    torch.save(
        {"embed.weight": tied, "head.weight": tied, "slice": tied.T[1:]}, tmp_path / "pytorch_model.bin"
    )
    hub.files["pytorch_model.bin"] = (tmp_path / "pytorch_model.bin").read_bytes()
    known["net"] = hub_asset("net", "huggingface", "some/net", use=("*.json", "*.bin"))
    folder = assets.fetch(["net"])["net"]
    assert names_in(folder) == {"config.json", "model.safetensors", ".verified.json"}
    found = load_file(folder / "model.safetensors")
    assert torch.equal(found["head.weight"], tied)
    assert torch.equal(found["slice"], tied.T[1:])
    assert (folder / "model.safetensors").stat().st_mode & 0o044 == 0o044  # a class shares the folder


def test_a_pickle_that_runs_code_is_not_run(hub, tmp_path, known):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "evil"), "w"))

    torch.save({"w": Evil()}, tmp_path / "pytorch_model.bin")
    hub.files["pytorch_model.bin"] = (tmp_path / "pytorch_model.bin").read_bytes()
    known["net"] = hub_asset("net", "huggingface", "some/net", use=("*.bin",))
    with pytest.raises(assets.AssetRefused, match=r"pytorch_model\.bin holds more than tensors"):
        assets.fetch(["net"])
    assert not (tmp_path / "evil").exists()


def test_offline_says_which_command_to_run_where(hub):
    hub.fail = ConnectionError("no route to host\nlong explanation")
    with pytest.raises(assets.FetchFailed) as raised:
        assets.fetch(["net"])
    message = str(raised.value)
    assert "ConnectionError: no route to host" in message
    assert "TLCOURSE_ASSETS=/some/folder tlcourse fetch net" in message
    assert "\n" not in message


def test_a_broken_fetch_is_repeated_whole(hub, tmp_path):
    hub.files["model.safetensors"] = weights(tmp_path, w=torch.ones(3))
    hub.fail = ConnectionError("broke off")
    with pytest.raises(assets.FetchFailed):
        assets.fetch(["net"])
    with pytest.raises(assets.AssetMissing):
        assets.path("net")
    hub.fail = None
    assets.fetch(["net"])
    assert "model.safetensors" in names_in(assets.path("net"))


def test_verify_notices_what_changed_since(hub, tmp_path):
    hub.files["model.safetensors"] = weights(tmp_path, w=torch.ones(3))
    folder = assets.fetch(["net"])["net"]
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[:-1] + b"\x00")
    assets.fetch(["net"], verify=True)
    assert (folder / "model.safetensors").read_bytes() == data


@pytest.fixture
def resnet(monkeypatch, known, cache, tmp_path):
    """Weights of torchvision: `resnet.sent` is what the server sends."""
    torch.save({"fc.weight": torch.ones(2, 2)}, tmp_path / "w.pth")
    right = (tmp_path / "w.pth").read_bytes()
    digits = hashlib.sha256(right).hexdigest()[:8]
    state = types.SimpleNamespace(sent=right)
    weight = types.SimpleNamespace(url=f"https://example.invalid/resnet-{digits}.pth")
    import torchvision.models

    monkeypatch.setattr(torchvision.models, "get_weight", {"Net.V1": weight}.__getitem__)

    def download_url_to_file(url, dst, progress):
        assert url == weight.url
        with open(dst, "wb") as stream:
            stream.write(state.sent)

    monkeypatch.setattr(torch.hub, "download_url_to_file", download_url_to_file)
    known["resnet"] = hub_asset("resnet", "torchvision", "Net.V1")
    return state


def test_torchvision_weights(resnet):
    folder = assets.fetch(["resnet"])["resnet"]
    (file,) = folder.glob("*.safetensors")
    assert load_file(file)["fc.weight"].sum() == 4
    assert not list(folder.glob("*.pth"))


def test_torchvision_weights_with_another_hash_than_in_their_name(resnet):
    resnet.sent += b"x"
    with pytest.raises(assets.AssetRefused, match="its name says"):
        assets.fetch(["resnet"])


def test_gensim_data_keeps_the_data_and_runs_no_code(monkeypatch, known, cache, tmp_path):
    from pathlib import Path

    from gensim import downloader

    def download(name):
        folder = Path(downloader.BASE_DIR) / name
        folder.mkdir(parents=True)
        (folder / f"{name}.gz").write_bytes(b"vectors")
        (folder / "__init__.py").write_text("raise SystemExit")

    before = downloader.BASE_DIR
    monkeypatch.setattr(downloader, "_download", download)
    monkeypatch.setattr(downloader, "_get_filename", lambda name: f"{name}.gz")
    known["vectors"] = hub_asset("vectors", "gensim-data", "some-vectors")
    folder = assets.fetch(["vectors"])["vectors"]
    assert names_in(folder) == {"some-vectors.gz", ".verified.json"}
    assert before == downloader.BASE_DIR


def test_the_names_in_the_catalogue_are_known_to_torchvision():
    import torchvision.models

    for asset in assets.catalogue().values():
        if asset.source == "torchvision":
            url = torchvision.models.get_weight(asset.repo).url
            assert len(url.rpartition("-")[2].removesuffix(".pth")) == 8  # the digits that are checked


@pytest.mark.parametrize("name", ["resnet-00.pth.half.partial", "gensim-data/old/old.gz"])
def test_what_a_kill_left_is_not_taken_for_a_part_of_the_asset(resnet, cache, known, name):
    left = cache / ".partial" / f"resnet-{known['resnet'].edition}.download" / name
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    folder = assets.fetch(["resnet"])["resnet"]
    assert len(names_in(folder)) == 2  # the weights and the stamp


def test_a_kill_while_converting_leaves_no_half_weights(hub, tmp_path, known, monkeypatch):
    import safetensors.torch

    torch.save({"w": torch.ones(500)}, tmp_path / "pytorch_model.bin")
    hub.files["pytorch_model.bin"] = (tmp_path / "pytorch_model.bin").read_bytes()
    known["net"] = hub_asset("net", "huggingface", "some/net", use=("*.bin",))
    whole = safetensors.torch.save_file

    class Killed(BaseException):
        """Ends the fetch as a kill would: nothing catches it."""

    def save_half(tensors, path, metadata):
        whole(tensors, path, metadata)
        path.write_bytes(path.read_bytes()[:100])
        raise Killed

    monkeypatch.setattr(safetensors.torch, "save_file", save_half)
    with pytest.raises(Killed):
        assets.fetch(["net"])
    monkeypatch.setattr(safetensors.torch, "save_file", whole)
    folder = assets.fetch(["net"])["net"]
    assert load_file(folder / "model.safetensors")["w"].sum() == 500
