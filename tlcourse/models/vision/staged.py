"""What the image networks of the vision lesson have in common: a chain of depths, and a classifier.

Taught in lesson *Transfer in vision*.
"""

from collections.abc import Iterator

import torch
from torch import nn


class StagedNetwork(nn.Module):
    """A chain of depths, then a linear classifier.

    Each depth maps (batch, channels, height, width) to the next. A *layer*, where one can cut or freeze, is
    one of the depths or `"classifier"`.

    Attributes:
        depths: name → module.
        classifier: on the last depth's map, averaged over all places: (batch, channels) → (batch, classes).
        mean, std: of each colour channel, for pixels in [0, 1]: what the weights were trained with.
    """

    def __init__(
        self,
        depths: dict[str, nn.Module],
        classifier: nn.Linear,
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
    ):
        super().__init__()
        self.depths = nn.ModuleDict(depths)
        self.classifier = classifier
        self.mean, self.std = mean, std

    def layers(self) -> dict[str, nn.Module]:
        """The depths and the classifier, from the bottom up."""
        return {**self.depths, "classifier": self.classifier}

    def maps(self, x: torch.Tensor, start: str | None = None) -> Iterator[tuple[str, torch.Tensor]]:
        """Yield (depth, map) from `start` up, by default the bottom; (batch, channels, height, width) each.

        Raises:
            ValueError: there is no such layer.
        """
        names = [*self.layers()]
        start = start or names[0]
        if start not in names:
            raise ValueError(f"there is no layer {start!r}; from the bottom up they are {', '.join(names)}")
        for name in names[names.index(start) : -1]:
            x = self.depths[name](x)
            yield name, x

    def features(self, x: torch.Tensor, start: str | None = None) -> torch.Tensor:
        """What the classifier sees, (batch, channels); `x` and `start` as in `forward`."""
        for _, maps in self.maps(x, start):
            x = maps
        return pool(x) if x.ndim == 4 else x

    def forward(self, x: torch.Tensor, start: str | None = None) -> torch.Tensor:
        """Return logits, (batch, num_classes).

        Args:
            x: normalised images, (batch, 3, height, width), or what goes into the layer `start`: the map of
                the depth below it or, for `"classifier"`, the features, (batch, channels).
            start: the first layer to run; by default the lowest.
        """
        return self.classifier(self.features(x, start))

    def new_classifier(self, num_classes: int) -> None:
        """Replace the classifier by one for another task, with weights of zero: it knows nothing yet."""
        self.classifier = nn.Linear(self.classifier.in_features, num_classes)
        nn.init.zeros_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)


def pool(maps: torch.Tensor) -> torch.Tensor:
    """Average over all places: (batch, channels, height, width) → (batch, channels)."""
    return maps.mean(dim=(2, 3))
