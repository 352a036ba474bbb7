"""What checks exercises; they themselves stand in their lesson's room. See `start`."""

from importlib import import_module

_LAZY = {"start": "classroom", "lessons_with_exercises": "classroom"}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"tlcourse.exercises has no {name!r}; it has {', '.join(sorted(_LAZY))}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
