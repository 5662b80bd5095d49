"""Characters that no text of the API may hold: NUL, and surrogates without their other half. JSON can name both."""

import re
from collections.abc import Iterator
from typing import Any, Final

from .mistakes import Mistake, Path

_BAD: Final = re.compile("[\0\ud800-\udfff]")


def character_mistakes(value: Any, path: Path = ()) -> Iterator[Mistake]:
    """The mistakes of all strings in a value, keys and values."""
    if isinstance(value, str):
        found = _BAD.search(value)
        if found is not None:
            what = "NUL" if found[0] == "\0" else "a lone surrogate"
            yield Mistake(path, what, f"holds {what} in a string, which cannot be stored; remove it")
    elif isinstance(value, dict):
        for key, member in value.items():
            # A key that cannot be written is not named.
            yield from character_mistakes(key, path)
            yield from character_mistakes(member, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from character_mistakes(item, (*path, index))
