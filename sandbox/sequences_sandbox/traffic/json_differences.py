"""How a JSON value differs from a subset that it should contain.

Differences are found one at a time, as they are asked for, and put into words only where somebody reads them. So comparing
costs no more than the value that was found has members, plus the differences asked for, however large the subset is.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

_ABSENT: Final = object()
_MOST_CHARACTERS: Final = 100
_MOST_STEPS: Final = 12


class JsonPlace(NamedTuple):
    """Where in a value: the step that leads here, and where that step starts."""

    step: str
    before: "JsonPlace | None" = None


class Difference(NamedTuple):
    """One difference, not in words yet."""

    place: JsonPlace
    wanted: Any
    found: Any

    def sentence(self) -> str:
        """What is other than wanted."""
        place, wanted, found = self
        if found is _ABSENT and place.before is not None:
            return f"{_path(place.before)} has no {shown(place.step)}"
        if isinstance(wanted, list) and isinstance(found, list):
            return f"{_path(place)} has {len(found)} items, not {len(wanted)}"
        return f"{_path(place)} is {shown(found)}, not {shown(wanted)}"


def subset_differences(name: str, wanted: Any, found: Any) -> Iterator[Difference]:
    """What of `found`, called `name`, is other than wanted. Objects may hold more; lists have to be of one length."""
    pending: list[Iterator[Difference]] = [iter([Difference(JsonPlace(name), wanted, found)])]
    while pending:
        for difference in pending[-1]:
            place, want, have = difference
            if isinstance(want, Mapping) and isinstance(have, Mapping):
                pending.append(_members(place, want, have))
                break
            if isinstance(want, list) and isinstance(have, list) and len(want) == len(have):
                pending.append(_items(place, want, have))
                break
            if have is _ABSENT or not _same(want, have):
                yield difference
        else:
            pending.pop()


def shown(value: Any) -> str:
    """A JSON value in a message: its beginning, when it is long."""
    text = ""
    for piece in json.JSONEncoder(ensure_ascii=False).iterencode(_cut(value)):
        text += piece
        if len(text) > _MOST_CHARACTERS:
            return f"{text[:_MOST_CHARACTERS]}..."
    return text


def _members(place: JsonPlace, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Difference]:
    return (Difference(JsonPlace(name, place), value, found.get(name, _ABSENT)) for name, value in wanted.items())


def _items(place: JsonPlace, wanted: list[Any], found: list[Any]) -> Iterator[Difference]:
    pairs = zip(wanted, found, strict=True)
    return (Difference(JsonPlace(str(at), place), want, have) for at, (want, have) in enumerate(pairs))


def _same(wanted: Any, found: Any) -> bool:
    """Whether two values are equal, at most one of them an object or a list; true is not 1."""
    if isinstance(wanted, dict | list) or isinstance(found, dict | list):
        return False
    return isinstance(wanted, bool) is isinstance(found, bool) and bool(wanted == found)


def _path(place: JsonPlace | None) -> str:
    steps: list[str] = []
    while place is not None and len(steps) < _MOST_STEPS:
        steps.append(place.step[:_MOST_CHARACTERS])
        place = place.before
    return ".".join([*(["..."] if place is not None else []), *reversed(steps)])


def _cut(value: Any) -> Any:
    """A long text cut, since an encoder writes a text in one piece."""
    return value[: _MOST_CHARACTERS + 1] if isinstance(value, str) else value
