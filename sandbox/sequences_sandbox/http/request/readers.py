"""From the text of a parameter to its value, by readers that are compiled from the contract's schemas."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from ...domain.timestamps import TimestampError, parse_duration, parse_timestamp
from ...validation import Mistake
from ...validation.formats import is_uuid
from ...validation.keywords import bad_format, not_listed, too_large, too_long, too_small

Reader = Callable[[str], Any]
"""Turns text into a value, or raises ParameterError."""

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_MOST_DIGITS: Final = 18


class ParameterError(ValueError):
    """A text that its parameter does not allow."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.expected)
        self.mistake = mistake


def compile_reader(schema: Mapping[str, Any]) -> Reader:
    """The reader of a parameter's schema: an enum, a whole number, or a string, with a format or without."""
    if "enum" in schema:
        return _enum_reader(schema["enum"])
    match schema["type"], schema.get("format"):
        case "integer", _:
            return _integer_reader(schema.get("minimum"), schema.get("maximum"))
        case "string", "uuid":
            return _read_uuid
        case "string", "date-time":
            return _read_timestamp
        case "string", "duration":
            return _read_duration
        case "string", None:
            return _string_reader(schema.get("maxLength"))
        case other:
            raise ValueError(f"no parameter can be read as {other}")


def _enum_reader(options: Iterable[str]) -> Reader:
    known = dict.fromkeys(options)

    def read(text: str) -> str:
        if text in known:
            return text
        raise ParameterError(not_listed((), list(known), text))

    return read


def _integer_reader(minimum: int | None, maximum: int | None) -> Reader:
    bounds = {key: bound for key, bound in (("minimum", minimum), ("maximum", maximum)) if bound is not None}

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text):
            expected = "must be a whole number in plain decimal digits"
            raise ParameterError(Mistake((), "not a whole number", expected, allowed=bounds))
        # A longer number only ever means "beyond everything"; to read it in full would take a client's time from others.
        value = int(text) if len(text) <= _MOST_DIGITS else int(f"{text[0]}{'9' * (_MOST_DIGITS - 1)}")
        if minimum is not None and value < minimum:
            raise ParameterError(replace(too_small((), minimum, text), allowed=bounds))
        if maximum is not None and value > maximum:
            raise ParameterError(replace(too_large((), maximum, text), allowed=bounds))
        return value

    return read


def _string_reader(longest: int | None) -> Reader:
    def read(text: str) -> str:
        if longest is not None and len(text) > longest:
            raise ParameterError(too_long((), longest, text))
        return text

    return read


def _read_uuid(text: str) -> str:
    if not is_uuid(text):
        raise ParameterError(bad_format((), "uuid", text))
    return text.lower()


def _read_timestamp(text: str) -> str:
    try:
        parse_timestamp(text)
    except TimestampError:
        raise ParameterError(bad_format((), "date-time", text)) from None
    return text


def _read_duration(text: str) -> int:
    try:
        return parse_duration(text)
    except TimestampError:
        raise ParameterError(bad_format((), "duration", text)) from None
