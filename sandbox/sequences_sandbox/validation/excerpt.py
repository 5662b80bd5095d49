"""The first members of large values: to tell all that is wrong with one would take longer than anybody reads."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final

_FEWEST: Final = 128
"""More than any object of a schema has fields, and more than what is said of a value."""


def wrong_part(value: Any, is_valid: Callable[[Any], bool]) -> Any:
    """Of an invalid value an invalid part: the first members of each object and list, few of them beyond valid ones."""
    valid, wrong = 0, _longest(value)
    while wrong - valid > _FEWEST:
        most = max(valid * 2, _FEWEST) if valid * 4 < wrong else (valid + wrong) // 2
        if is_valid(_first_part(value, most)):
            valid = most
        else:
            wrong = most
    return _first_part(value, wrong)


def has(value: Any, path: Sequence[str | int]) -> bool:
    """Whether there is something at a path."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _first_part(value: Any, most: int) -> Any:
    if isinstance(value, dict):
        return {name: _first_part(member, most) for name, member in islice(value.items(), most)}
    if isinstance(value, list):
        return [_first_part(member, most) for member in islice(value, most)]
    return value


def _longest(value: Any) -> int:
    """How many members the largest object or list has."""
    if isinstance(value, dict):
        return max(len(value), max(map(_longest, value.values()), default=0))
    if isinstance(value, list):
        return max(len(value), max(map(_longest, value), default=0))
    return 0
