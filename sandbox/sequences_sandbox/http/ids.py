"""Request ids: `req_` and a ULID, never the same twice."""

import itertools
import os
from collections.abc import Callable
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = tuple(a + b for a, b in itertools.product(_ALPHABET, repeat=2))


class RequestIds:
    """A source of request ids, each later than the one before; two sources differ by their random part."""

    def __init__(self, wall: Callable[[], int]) -> None:
        self._wall = wall
        self._count = itertools.count(int.from_bytes(os.urandom(9), "big"))

    def __call__(self) -> str:
        """A new id: 48 bits of milliseconds, then 80 bits that start at random and count up."""
        value = (self._wall() // 1000 & 0xFFFF_FFFF_FFFF) << 80 | next(self._count) & (1 << 80) - 1
        pairs = _PAIRS
        return "req_" + "".join([pairs[value >> shift & 1023] for shift in range(120, -1, -10)])
