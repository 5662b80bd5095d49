"""Request ids: `req_` and a ULID in lower case, never the same twice."""

import os
from collections.abc import Callable, Iterator
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_OF_BYTE: Final = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))
_RANDOM_CHARACTERS: Final = 16
_AT_ONCE: Final = 64
_LATEST: Final = (1 << 48) - 1


class RequestIds:
    """A source of request ids, for the event loop's thread alone. None tells anything of another but which millisecond came
    first."""

    def __init__(self, wall: Callable[[], int]) -> None:
        self._wall = wall
        self._random = _random_parts()
        self._time = (-1, "")

    def __call__(self) -> str:
        """A new id: 48 bits of milliseconds, then 80 random bits."""
        now = self._wall() // 1000 & _LATEST
        kept, text = self._time
        if kept != now:
            text = "req_" + "".join([_ALPHABET[now >> shift & 31] for shift in range(45, -1, -5)])
            self._time = (now, text)
        return text + next(self._random)


def _random_parts() -> Iterator[str]:
    """Random characters, of which many are drawn at once: one by one takes several times as long.

    The first are drawn when they are needed, so that processes forked from one that has served nothing draw their own.
    """
    while True:
        drawn = os.urandom(_AT_ONCE * _RANDOM_CHARACTERS).translate(_OF_BYTE).decode("ascii")
        for at in range(0, len(drawn), _RANDOM_CHARACTERS):
            yield drawn[at : at + _RANDOM_CHARACTERS]
