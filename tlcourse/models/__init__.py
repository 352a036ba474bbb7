"""Every system of the talk, one readable file each."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tlcourse.models.pretrained.zoo import load

__all__ = ["load"]


def __getattr__(name: str) -> Any:  # importing a single model does not import them all
    if name == "load":
        from tlcourse.models.pretrained import zoo

        return zoo.load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
