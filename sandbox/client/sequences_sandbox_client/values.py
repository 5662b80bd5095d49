"""Times, durations and fixtures as the control API takes them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .errors import ArgumentError, InvalidError

__tracebackhide__ = True

TimeValue = str | datetime
"""An RFC 3339 date-time, or a datetime with a time zone."""
DurationValue = str | timedelta
"""An ISO 8601 duration such as "P2D", or a timedelta."""
FixtureValue = str | Path | Mapping[str, Any]
"""The name of one that ships, the path of a file, or a document."""


def segment(argument: str, value: object) -> str:
    """An id or a name as it stands in a path; `argument` is what it was given as.

    Raises ArgumentError where there is none: the path would be another.
    """
    if value is None or value == "":
        raise ArgumentError(f"'{argument}' is empty; give it a value.")
    return quote(str(value), safe="")


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def duration(argument: str, length: DurationValue) -> str:
    """An ISO 8601 duration; `argument` is what it was given as. Raises ArgumentError."""
    if isinstance(length, str):
        return length
    if not isinstance(length, timedelta):
        raise ArgumentError(f"{argument} takes a duration such as 'P2D' or a timedelta, not {shown(length)}.")
    microseconds = length // timedelta(microseconds=1)
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    return f"{'-' if microseconds < 0 else ''}PT{seconds}.{fraction:06}S"


def timestamp(argument: str, at: TimeValue | None) -> str | None:
    """An RFC 3339 date-time, None for None; `argument` is what it was given as. Raises ArgumentError."""
    if at is None or isinstance(at, str):
        return at
    if not isinstance(at, datetime):
        raise ArgumentError(f"{argument} takes a time such as '2030-01-07T08:00:00Z' or a datetime, not {shown(at)}.")
    if at.tzinfo is None:
        raise ArgumentError(f"{argument} takes a time with a time zone, not {at!r}; give it one, such as datetime.UTC.")
    return at.isoformat()


def fixture_fields(fixture: FixtureValue | None) -> dict[str, Any]:
    """What is sent for a fixture. A text with a suffix is the path of a file, as for `serve`. Raises InvalidError."""
    if fixture == "":
        raise ArgumentError(_no_fixture(fixture))
    if fixture is None or isinstance(fixture, Mapping) or (isinstance(fixture, str) and not Path(fixture).suffix):
        return given({"fixture": fixture})
    try:
        file = Path(fixture)
    except TypeError:
        raise ArgumentError(_no_fixture(fixture)) from None
    try:
        return {"fixture_file": {"name": file.name[-200:], "text": file.read_text(encoding="utf-8-sig")}}
    except OSError as error:
        raise InvalidError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidError(f"{file}: not UTF-8; save the file in that encoding") from None


def _no_fixture(given: object) -> str:
    return f"A fixture is the name of one that ships, the path of a file, or a document, not {shown(given)}."


def shown(value: object) -> str:
    """A value as it is quoted in a message: its beginning, when it is long."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}..."
