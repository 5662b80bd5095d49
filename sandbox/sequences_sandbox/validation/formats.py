"""The formats of the contract, judged by this program's own parsers.

jsonschema-rs takes braced UUIDs for UUIDs and knows no leap seconds.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..domain.timestamps import TimestampError, parse_duration, parse_timestamp

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
UUID_FORM: Final = "a UUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, without braces"

_TIMES: Final[Mapping[str, tuple[Callable[[str], int], str]]] = {
    "date-time": (parse_timestamp, "a full RFC 3339 date-time"),
    "duration": (parse_duration, "an ISO 8601 duration"),
}


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in the one form that is accepted."""
    return UUID.fullmatch(text) is not None


def _parses(parse: Callable[[str], int]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            parse(text)
        except TimestampError:
            return False
        return True

    return check


CHECKS: Final[Mapping[str, Callable[..., bool]]] = {
    "uuid": is_uuid,
    **{name: _parses(parse) for name, (parse, _) in _TIMES.items()},
}


def format_mistake(name: str, text: Any) -> tuple[str, str]:
    """What is wrong with a text that is not of a format, in two words, and what is expected."""
    if name == "uuid":
        return "not a UUID", f"must be {UUID_FORM}"
    if name in _TIMES:
        parse, form = _TIMES[name]
        try:
            parse(text)
        except TimestampError as error:
            return error.problem, f"must be {form}: {error.problem}; {error.hint}"
    return "not allowed", f"must be of the format {name}"
