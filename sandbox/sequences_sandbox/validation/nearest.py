"""What was probably meant, and how much of a text is shown: both bounded, since the text is a client's."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Final

_MOST_SHOWN: Final = 200
_LONGEST_COMPARED: Final = 64
_MOST_COMPARED: Final = 100
_LIKENESS: Final = 0.55


def nearest(name: str, known: Iterable[str], likeness: float = _LIKENESS) -> str | None:
    """The known name that `name` was probably meant to be.

    To compare takes time by the product of both lengths, and more: beyond these bounds nothing is guessed.
    """
    if len(name) > _LONGEST_COMPARED:
        return None
    compared = {one.lower(): one for one in islice(known, _MOST_COMPARED) if len(one) <= _LONGEST_COMPARED}
    found = get_close_matches(name.lower(), compared, 1, likeness)
    return compared[found[0]] if found else None


def short(text: str) -> str:
    """A text as it is shown in a message: its beginning, when it is long."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
