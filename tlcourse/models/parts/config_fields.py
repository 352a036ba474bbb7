"""What the fields of a configuration may be; others are refused by name before a network is built."""

from numbers import Integral, Real
from typing import Any

MOST = 2**20  # rows or columns of a weight; far above any model that the course knows
MOST_LAYERS = 1000


def check_whole(config: Any, *names: str, least: int = 1, most: int = MOST) -> None:
    """Raise ValueError unless these fields of `config` are whole numbers from `least` to `most`."""
    for name in names:
        value = getattr(config, name)
        if isinstance(value, bool) or not isinstance(value, Integral) or not least <= value <= most:
            raise ValueError(f"{name} is {_shown(value)}, expected a whole number from {least} to {most:,}")


def check_real(config: Any, *names: str, least: float = 0.0, most: float = 1.0) -> None:
    """Raise ValueError unless these fields are numbers from `least` to `most`, such as rates of dropout."""
    for name in names:
        value = getattr(config, name)
        if isinstance(value, bool) or not isinstance(value, Real) or not least <= value <= most:
            raise ValueError(f"{name} is {_shown(value)}, expected a number from {least:g} to {most:g}")


def check_choice(config: Any, name: str, *choices: str) -> None:
    """Raise ValueError unless the field is one of `choices`."""
    value = getattr(config, name)
    if value not in choices:
        raise ValueError(f"{name} is {_shown(value)}, expected one of {', '.join(map(repr, choices))}")


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return "a number of too many digits"
    return text if len(text) <= 40 else f"{text[:40]}…"
