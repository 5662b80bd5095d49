"""Request ids: `req_` and a ULID in lower case, never the same twice."""

import itertools
import os
from collections.abc import Callable
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS: Final = tuple(a + b for a, b in itertools.product(_ALPHABET, repeat=2))
_COUNT_BITS: Final = 80
_LOW_BITS: Final = 20


class RequestIds:
    """A source of request ids, each later than the one before; two sources differ by their random part."""

    def __init__(self, wall: Callable[[], int]) -> None:
        self._wall = wall
        self._count = itertools.count(int.from_bytes(os.urandom(9), "big"))
        self._high = (-1, "")

    def __call__(self) -> str:
        """A new id: 48 bits of milliseconds, then 80 bits that start at random and count up."""
        count = next(self._count)
        high = (self._wall() // 1000 & 0xFFFF_FFFF_FFFF) << _COUNT_BITS | count & (1 << _COUNT_BITS) - 1
        # All but the last four characters stay the same for a millisecond, so they are kept.
        kept, text = self._high
        if kept != high >> _LOW_BITS:
            kept = high >> _LOW_BITS
            text = "req_" + "".join([_PAIRS[kept >> shift & 1023] for shift in range(100, -1, -10)])
            self._high = (kept, text)
        return text + _PAIRS[count >> 10 & 1023] + _PAIRS[count & 1023]
