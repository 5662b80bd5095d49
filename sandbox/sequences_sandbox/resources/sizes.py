"""About how many bytes of memory a document takes."""

from sys import getsizeof
from typing import Any, Final

SMALLEST: Final = 1000
"""What a document takes beside its long texts: an object, its fields, its place among others."""
_SHORT: Final = 48
"""A text of this many characters is counted with the document, so that another status makes it no larger."""
_PART: Final = 22
"""What a member of a field takes beside its two texts. One character beyond ASCII may make a text four times as large."""
_STEP: Final = 120
_EMPTY: Final = getsizeof("")


def document_bytes(value: Any) -> int:
    """What a document of a resource takes, or one of a world's settings."""
    size = SMALLEST
    for name in value.__slots__:
        field = getattr(value, name)
        # Every write asks this: the exact types, which are what JSON gives, are told apart twice as fast.
        kind = type(field)
        if kind is str and len(field) > _SHORT:
            size += getsizeof(field) - _EMPTY - _SHORT
        elif kind is dict:
            size += sum(_PART + getsizeof(key) + getsizeof(text) for key, text in field.items())
        elif kind is tuple:
            size += _STEP * len(field)
    return size
