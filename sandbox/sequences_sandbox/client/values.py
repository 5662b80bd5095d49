"""Instants, durations and fixtures as the control API takes them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Instant = str | datetime
Duration = str | timedelta
Fixture = str | Path | Mapping[str, Any]
"""The name of one that ships, the path of a file, or a document."""


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def duration(length: Duration) -> str:
    """An ISO 8601 duration."""
    if isinstance(length, str):
        return length
    microseconds = length // timedelta(microseconds=1)
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    return f"{'-' if microseconds < 0 else ''}PT{seconds}.{fraction:06}S"


def moment(instant: Instant) -> str:
    """An RFC 3339 date-time. Raises ValueError for a datetime without an offset, which is no instant."""
    if isinstance(instant, str):
        return instant
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone; give it one, such as datetime.UTC")
    return instant.isoformat()


def document(fixture: Fixture) -> str | Mapping[str, Any]:
    """What is sent for a fixture. A text with a suffix is the path of a file, as for `serve`. Raises InvalidError."""
    if isinstance(fixture, Mapping) or (isinstance(fixture, str) and not Path(fixture).suffix):
        return fixture
    from .files import read_document  # noqa: PLC0415  # the reader of YAML is loaded only for files

    return read_document(Path(fixture))
