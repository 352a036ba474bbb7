"""ELPV: 2,624 photographs of solar cells glowing under current, and how likely each is defective.

The cells come from 44 modules (panels), and cells of one module look alike: many are slices of one crystal.
The data set does not say which cell is from which module, but the files are in order, module by module and
row by row, and `MODULES` gives the borders as we found them; data/README.md says how.

There are two kinds of split, both 75/25. `split_by_module` draws whole modules, and the fixed split is one
of these: no panel is on both sides, and the score says what to expect of a panel that was not there in
training. `split` draws single cells, as Deitsch et al. (2019) do: use it to compare with their figures.
There the neighbours of most test cells are in the training set, which helps a method the more, the more it
memorises.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import lot, split_within

TEST = 0.25
FIXED = 1  # the first seed for which train and test have about the same share of defects: 31 and 32 %
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
        kind: str, (N,), `"mono"` or `"poly"`: made of one crystal or of many.
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
        """Indices (train, test) by module: one for testing of each four of like kind and share of defects."""

        def likeness(module: int) -> tuple[str, float]:
            cells = self.module == module
            return self.kind[cells][0], self.label[cells].mean()

        ranked = sorted(range(self.module.max() + 1), key=likeness)
        salt = f"solar-cells/modules/{seed}"
        fours = [ranked[first : first + 4] for first in range(0, len(ranked), 4)]
        tests = [min(four, key=lambda module: lot(f"module {module}", salt)) for four in fours]
        in_test = np.isin(self.module, tests)
        return np.flatnonzero(~in_test), np.flatnonzero(in_test)

    @cached_property
    def _fixed(self) -> tuple[np.ndarray, np.ndarray]:
        return self.split_by_module(FIXED)

    @property
    def train_index(self) -> np.ndarray:
        """int64: the training part of `split_by_module(FIXED)`."""
        return self._fixed[0]

    @property
    def test_index(self) -> np.ndarray:
        """int64: the test part of `split_by_module(FIXED)`."""
        return self._fixed[1]


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

        def decode_one(number: int) -> None:
            with Image.open(folder / names[number]) as image:
                images[number] = np.asarray(image)

        with ThreadPoolExecutor() as pool:  # Pillow decodes outside the interpreter lock
            list(pool.map(decode_one, range(len(names))))
        return {"images": images}

    key = {"asset": assets.catalogue()["solar-cells"].manifest_id}
    return SolarCells(
        images=assets.cached_arrays("solar-cells", key, decode)["images"],
        probability=np.array([round(float(p) * 3) / 3 for _, p, _ in rows]),
        kind=np.array([kind for _, _, kind in rows]),
        names=names,
    )
