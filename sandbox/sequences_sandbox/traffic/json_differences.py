"""How a JSON value differs from a subset that it should contain.

Differences are found one at a time, as they are asked for, and put into words only where somebody reads them. So comparing
costs no more than the value that was found has members, plus the differences asked for, however large the subset is.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

_MOST_CHARACTERS: Final = 100
_MOST_STEPS: Final = 12

Path = tuple[str, ...]
"""Where in a value: the last steps that lead there, one more than are shown."""


def subset_differences(path: Path, wanted: Any, found: Any) -> Iterator[Callable[[], str]]:
    """What of `found` is other than wanted, as sentences. Objects may hold more; lists have to be of one length."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, value in wanted.items():
            if name in found:
                yield from subset_differences(_below(path, name), value, found[name])
            else:
                yield partial(_lacking, path, name)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for at, value in enumerate(wanted):
            yield from subset_differences(_below(path, str(at)), value, found[at])
    elif not _same(wanted, found):
        yield partial(_different, path, wanted, found)


def shown(value: Any) -> str:
    """A JSON value in a message: its beginning, when it is long."""
    text = ""
    for piece in json.JSONEncoder(ensure_ascii=False).iterencode(_cut(value)):
        text += piece
        if len(text) > _MOST_CHARACTERS:
            return f"{text[:_MOST_CHARACTERS]}..."
    return text


def _below(path: Path, step: str) -> Path:
    return (*path[-_MOST_STEPS:], step)


def _same(wanted: Any, found: Any) -> bool:
    """Whether two values are equal, at most one of them an object or a list; true is not 1."""
    if isinstance(wanted, dict | list) or isinstance(found, dict | list):
        return False
    return isinstance(wanted, bool) is isinstance(found, bool) and bool(wanted == found)


def _lacking(path: Path, name: str) -> str:
    return f"{_path(path)} has no {shown(name)}"


def _different(path: Path, wanted: Any, found: Any) -> str:
    if isinstance(wanted, list) and isinstance(found, list):
        return f"{_path(path)} has {len(found)} items, not {len(wanted)}"
    return f"{_path(path)} is {shown(found)}, not {shown(wanted)}"


def _path(path: Path) -> str:
    steps = [step[:_MOST_CHARACTERS] for step in path[-_MOST_STEPS:]]
    return ".".join(steps if len(path) <= _MOST_STEPS else ["...", *steps])


def _cut(value: Any) -> Any:
    """A long text cut, since an encoder writes a text in one piece."""
    return value[: _MOST_CHARACTERS + 1] if isinstance(value, str) else value
