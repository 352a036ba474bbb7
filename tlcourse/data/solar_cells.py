"""ELPV: 2,624 photographs of solar cells glowing under current, and how likely each is defective.

The cells come from 44 modules (panels), and cells of one module look alike: many are slices of one crystal.
The data set does not say which cell is from which module, but the files are in order, module by module and
row by row, and :data:`MODULES` gives the borders as we found them; data/README.md says how.

There are two splits, both 75/25. ``split`` draws cells, as Deitsch et al. (2019, section 4) do: their figures
are for such a split, and neighbours of a test cell are in its training set. ``split_by_module`` draws whole
modules: what to expect of a panel that was not there in training.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import split_within

TEST = 0.25
# (kind, cells in each module of a run), in the order of the files
MODULES = (
    ("mono", (60,)),
    ("poly", (60,) * 5),
    ("mono", (60,) * 3),
    ("poly", (60,) * 6),
    ("mono", (60,) * 5 + (54,) + (60,) * 6),
    ("poly", (60, 60, 50, 60, 60, 60, 60, 60, 60)),
    ("mono", (72,)),
    ("poly", (60,) * 3),
    ("mono", (48,)),
    ("poly", (60,) * 3),
)


@dataclass(frozen=True)
class SolarCells:
    """Images and labels, in the order of the file names.

    Attributes:
        images: uint8, (N, 300, 300), grey.
        probability: float64, (N,), one of 0, 1/3, 2/3, 1: how sure the experts were of a defect.
        kind: str, (N,), ``"mono"`` or ``"poly"``: made of one crystal or of many.
        names: the file names, (N,).
    """

    images: np.ndarray
    probability: np.ndarray
    kind: np.ndarray
    names: list[str]

    @cached_property
    def label(self) -> np.ndarray:
        """int64, (N,): 1 where a defect is more likely than not (probability > 0.5)."""
        return (self.probability > 0.5).astype(np.int64)

    @cached_property
    def module(self) -> np.ndarray:
        """int64, (N,): from which of the 44 modules each cell is, by our reading of the file order."""
        sizes = [size for _, run in MODULES for size in run]
        return np.repeat(np.arange(len(sizes)), sizes)

    def split(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Indices (train, test) by cell: the same shares of each kind and probability in both."""
        strata = list(zip(self.kind.tolist(), self.probability.tolist(), strict=True))
        return split_within(self.names, strata, TEST, salt=f"solar-cells/{seed}")

    def split_by_module(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Indices (train, test) by module: no module has cells in both; about the same share of each kind."""
        return split_within(
            [str(number) for number in self.module],
            self.kind.tolist(),
            TEST,
            salt=f"solar-cells/modules/{seed}",
        )

    @cached_property
    def train_index(self) -> np.ndarray:
        """The training part of ``split(0)``."""
        return self.split(0)[0]

    @cached_property
    def test_index(self) -> np.ndarray:
        """The test part of ``split(0)``."""
        return self.split(0)[1]


def load() -> SolarCells:
    """Load all images. The first call decodes the PNGs (seconds) and keeps the array for the next.

    Raises:
        AssetMissing: not fetched yet.
    """
    folder = assets.path("solar-cells")
    rows = [line.split() for line in (folder / "labels.csv").read_text(encoding="utf-8").splitlines() if line]
    names = [name for name, _, _ in rows]

    def decode() -> dict[str, np.ndarray]:
        from PIL import Image

        images = np.empty((len(names), 300, 300), dtype=np.uint8)
        for row, name in zip(images, names, strict=True):
            with Image.open(folder / name) as image:
                row[:] = np.asarray(image)
        return {"images": images}

    key = {"asset": assets.catalogue()["solar-cells"].manifest_id}
    return SolarCells(
        images=assets.cached_arrays("solar-cells", key, decode)["images"],
        probability=np.array([round(float(p) * 3) / 3 for _, p, _ in rows]),
        kind=np.array([kind for _, _, kind in rows]),
        names=names,
    )
