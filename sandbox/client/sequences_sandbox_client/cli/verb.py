"""What the rows of the table of verbs are made of, and how their values are read.

Nothing here takes time to import: the whole table is read whenever a command starts.
"""

import argparse
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidError
from ..values import fixture_fields
from .rate import rate

_TIME = re.compile(r"\d{4}-\d\d")


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional, or an option where `name` begins with dashes. An `optional` positional may be left out.

    `place` says where its value goes: `path:name`, `query:name`, or a dotted place in the body; empty, the value is an
    object whose members the body takes. Without `read` it is a flag, whose value is `flag`.
    `ids` is the list with the ids of which its first characters are enough.
    """

    name: str
    place: str
    help: str
    read: Callable[[str], Any] | None = str
    choices: tuple[str, ...] | None = None
    optional: bool = False
    flag: Any = True
    ids: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """`group name`, or `name` alone: a method and path of the control API. `show` names the form for people.

    Of the arguments that `one_of` names exactly one is given.
    """

    command: str
    method: str
    path: str
    help: str
    arguments: tuple[Argument, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    show: str = "done"
    one_of: tuple[str, ...] = ()

    @property
    def of_all_worlds(self) -> bool:
        return self.path.startswith("/worlds")

    @property
    def words(self) -> Mapping[str, str]:
        """Which argument stands for which field of the API, as messages name it."""
        return {each.place.rpartition(":")[2].replace(".", "/"): each.name for each in self.arguments if each.place}


def read_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        rest = text[error.pos :] if isinstance(error, json.JSONDecodeError) else text
        why = f": from {rest!r} on it is no JSON" if rest else ": it ends too early"
    else:
        if isinstance(value, dict):
            return value
        why = ""
    raise argparse.ArgumentTypeError(f'{text!r} is not a JSON object{why}; write one such as \'{{"reason": "WIN"}}\'')


def read_duration(text: str) -> str:
    """A duration, which only the sandbox understands; not a time."""
    if _TIME.match(text):
        raise argparse.ArgumentTypeError(f"{text!r} is a time; give it with --to")
    return text


def read_latency(text: str) -> dict[str, Any]:
    """Milliseconds, or the API's object."""
    if text.startswith("{"):
        return read_object(text)
    try:
        return {"fixed_ms": float(text)}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of milliseconds") from None


def read_rate(text: str) -> dict[str, int]:
    limit, seconds = rate(text)
    return {"limit": limit, "per_seconds": seconds}


def read_fixture(text: str) -> dict[str, Any]:
    """The name of a fixture, or the text of a file."""
    try:
        return fixture_fields(text)
    except InvalidError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
