"""Frozen features: against timm's, and against a pass image by image."""

import numpy as np
import pytest
import torch

timm = pytest.importorskip("timm")

from tlcourse.models.vision import efficientnet  # noqa: E402
from tlcourse.train.finetuning.image_batches import FLIPS, Maps, transform  # noqa: E402
from tlcourse.train.measuring import features  # noqa: E402

HALF = (0.5, 0.5, 0.5)
SIZE = 64


@pytest.fixture(scope="module")
def pair():
    torch.manual_seed(0)
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    return efficientnet.from_tensors(theirs.state_dict()), theirs


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (5, SIZE, SIZE), dtype=np.uint8)


@pytest.fixture(scope="module")
def found(pair, images):
    return features.extract(pair[0], images, transform(SIZE, HALF, HALF), below="stage6", batch=2)


def test_the_last_depth_is_timms_pooled_features(pair, images, found):
    theirs = pair[1]
    x = torch.from_numpy(images).float()[:, None].repeat(1, 3, 1, 1) / 127.5 - 1
    with torch.inference_mode():
        expected = theirs.forward_head(theirs.forward_features(x), pre_logits=True)
    np.testing.assert_allclose(found["head"], expected, rtol=1e-4, atol=1e-5)


def test_every_depth_is_there_averaged_over_all_places(pair, images, found):
    ours = pair[0]
    with torch.inference_mode():
        x = transform(SIZE, HALF, HALF)(torch.from_numpy(images)[:, None])
        for depth, maps in ours.maps(x):
            np.testing.assert_allclose(found[depth], maps.mean(dim=(2, 3)), rtol=1e-4, atol=1e-5)
    assert [*found] == [*[d for d in ours.depths if d in found][:6], "maps", "stage6", "stage7", "head"]


def test_kept_maps_are_those_of_each_flipped_image(pair, images, found):
    ours, prepare = pair[0], transform(SIZE, HALF, HALF)
    assert found["maps"].shape[:2] == (len(FLIPS), len(images))
    for way, axes in enumerate(FLIPS):
        x = prepare(torch.from_numpy(images)[:, None])
        with torch.inference_mode():
            maps = dict(ours.maps(x.flip(axes) if axes else x))["stage5"]
        np.testing.assert_allclose(found["maps"][way], maps, rtol=1e-3, atol=1e-3)  # float16


def test_going_on_from_kept_maps_gives_the_features_above(pair, found):
    above = features.above(pair[0], Maps(found["maps"]), np.arange(5), "stage6")
    assert [*above] == ["stage6", "stage7", "head"]
    for depth, values in above.items():
        np.testing.assert_allclose(values, found[depth], rtol=5e-3, atol=5e-3)  # float16 in between


def test_progress_is_watched(pair, images):
    seen = []

    def watch(batches):
        for first in batches:
            seen.append(first)
            yield first

    features.extract(pair[0], images, transform(SIZE, HALF, HALF), watch=watch, batch=2)
    assert seen == [0, 2, 4]


def test_the_second_time_is_from_disk(images, tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path))
    calls = []

    def extract(model, images, prepare, below, watch):
        calls.append(below)
        return {"head": np.full((len(images), 3), len(calls), np.float32)}

    monkeypatch.setattr(features, "extract", extract)
    monkeypatch.setattr(efficientnet, "load", lambda: efficientnet.EfficientNet().eval())
    first, again = (features.cached(images, 32, "stage6")["head"] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert calls == ["stage6"]
    features.cached(images, 48, "stage6")
    features.cached(images[::-1], 32, "stage6")
    features.cached(images, 32)
    assert calls == ["stage6"] * 3 + [None], "another resolution, other images, another place to cut"
