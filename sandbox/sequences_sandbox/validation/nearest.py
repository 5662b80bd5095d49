"""What was probably meant, and how much of a text is shown: both bounded, since the text is a client's."""

from collections.abc import Collection
from difflib import get_close_matches
from itertools import chain, islice
from typing import Final

_MOST_SHOWN: Final = 200
_LONGEST_COMPARED: Final = 64
_MOST_COMPARED: Final = 100
_LIKENESS: Final = 0.55
_MOST_LISTED: Final = 20
_BEGINNING: Final = 3


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that `name` was probably meant to be.

    To compare takes time by the product of both lengths, and more: beyond these bounds nothing is guessed.
    """
    if len(name) > _LONGEST_COMPARED:
        return None
    likely = (one for one in known if one[:_BEGINNING].lower() == name[:_BEGINNING].lower())
    compared = {
        one.lower(): one for one in islice(chain(likely, known), _MOST_COMPARED) if len(one) <= _LONGEST_COMPARED
    }
    found = get_close_matches(name.lower(), compared, 1, _LIKENESS)
    return compared[found[0]] if found else None


def advice(name: str, known: Collection[str]) -> str:
    """What to write in place of a name that is none of the known ones."""
    near = nearest(name, known)
    if near is not None:
        return f"did you mean '{near}'?"
    return f"use one of {', '.join(known)}" if len(known) <= _MOST_LISTED else "nothing known resembles it"


def short(text: str) -> str:
    """A text as it is shown in a message: its beginning, when it is long."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
