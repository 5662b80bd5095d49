"""About how many bytes of memory a document takes."""

from collections.abc import Mapping
from typing import Any, Final

_DOCUMENT: Final = 1000
"""What a document takes beside its long texts: an object, its fields, its place among others."""
_SHORT: Final = 48
"""A text of this many characters is counted with the document, so that another status makes it no larger."""
_PART: Final = 120
"""What a member of a field takes beside its texts."""


def document_bytes(value: Any) -> int:
    """What a document of a resource takes, or one of a world's settings."""
    size = _DOCUMENT
    for name in value.__slots__:
        field = getattr(value, name)
        if isinstance(field, str):
            size += max(0, len(field) - _SHORT)
        elif isinstance(field, Mapping):
            size += sum(_PART + len(key) + len(text) for key, text in field.items())
        elif isinstance(field, tuple):
            size += _PART * len(field)
    return size
