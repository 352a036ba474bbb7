"""What a client is told when it gets no vectors: one error for both ports, with the status that HTTP gives
it."""

UNFIT, TOO_LARGE, FAILED, BUSY, TOO_LATE = 400, 413, 500, 503, 504


class Refused(Exception):
    """A request that gets no vectors.

    Attributes:
        status: as in HTTP: 400 or 413 the client's doing, 500 ours, 503 come back, 504 given up.
        retry_after: seconds, with 503.
    """

    def __init__(self, status: int, message: str, retry_after: int | None = None):
        super().__init__(message)
        self.status, self.message, self.retry_after = status, message, retry_after


def checked_texts(value: object, most: int, name: str = "texts") -> list[str] | list[list[str]]:
    """`value` as texts that can be embedded: a list of strings, or a list of lists of tokens.

    Args:
        most: texts that may be asked for at once.
        name: what the client calls them.

    Raises Refused, naming the place and what was expected there.
    """
    if not isinstance(value, list):
        raise Refused(UNFIT, f"{name} is {_kind(value)}: expected a list of strings or of lists of tokens")
    if not value:
        raise Refused(UNFIT, f"{name} is an empty list: expected one text at least")
    if len(value) > most:
        raise Refused(
            TOO_LARGE, f"{name} has {len(value)} texts: expected {most} at most; send them in parts"
        )
    tokens = isinstance(value[0], list)
    for place, text in enumerate(value):
        where = f"{name}[{place}]"
        if isinstance(text, list) != tokens:
            raise Refused(UNFIT, f"{where} is {_kind(text)}: expected the same kind as the first text")
        if tokens:
            if not text:
                raise Refused(UNFIT, f"{where} is an empty list: expected one token at least")
            for token in text:
                _check_string(token, where, "a list of tokens that are strings")
        else:
            _check_string(text, where, "a string")
    return value


def _check_string(text: object, where: str, expected: str) -> None:
    if not isinstance(text, str):
        raise Refused(UNFIT, f"{where} is or holds {_kind(text)}: expected {expected}")
    if not text.strip():
        raise Refused(UNFIT, f"{where} is or holds an empty string: expected something to read")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(UNFIT, f"{where} has half of a surrogate pair: expected Unicode text") from None


def _kind(value: object) -> str:
    names = {str: "a string", dict: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "something else")
