"""Reading the parameters of a path and a query: text to values, by readers compiled from the contract.

Contract, "List": an unknown, repeated or empty parameter is rejected, whole numbers are plain decimals, a timestamp needs
an offset, and a `+` that arrived as a space is recognised as such.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from ...domain.errors import ValidationIssue
from ...domain.timestamps import TimestampError, parse_duration, parse_timestamp
from ...validation import Mistake, nearest, short
from ...validation.formats import is_uuid
from ...validation.keywords import bad_format, not_listed, too_large, too_long, too_many, too_small
from ...validation.mistakes import UNKNOWN, Said, issue_of, shown

Reader = Callable[[str], Any]
"""Turns text into a value, or raises ParameterError."""

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_MOST_DIGITS: Final = 18
_MOST_PARAMETERS: Final = 100
_QUERY: Final = "Query parameter"


class ParameterError(ValueError):
    """A text that its parameter does not allow."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.expected)
        self.mistake = mistake


class Query:
    """The query parameters of one operation. One whose schema is an array may be given more than once."""

    def __init__(self, parameters: list[Mapping[str, Any]]) -> None:
        schemas = {parameter["name"]: parameter["schema"] for parameter in parameters}
        self._lists: Final = {name: schema.get("maxItems") for name, schema in schemas.items() if _is_list(schema)}
        self._readers: Final = {
            name: compile_reader(schema["items"] if name in self._lists else schema) for name, schema in schemas.items()
        }
        self._defaults: Final = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}

    def read(self, query: bytes) -> dict[str, Any]:
        """The values of a query string, defaults filled in. Raises ValidationIssue, which tells all mistakes."""
        values = dict(self._defaults)
        if not query:
            return values
        parts = query.split(b"&")
        if len(parts) > _MOST_PARAMETERS:
            raise ValidationIssue(f"The query has more than {_MOST_PARAMETERS} parameters.", problem="too many")
        wrong: list[Said] = []
        seen: set[str] = set()
        for part in filter(None, parts):
            raw_name, _, raw_value = part.partition(b"=")
            try:
                self._read_one(raw_name, raw_value, values, seen)
            except _SaidError as error:
                wrong.append(error.said)
        if wrong:
            raise issue_of(wrong)
        return values

    def _read_one(self, raw_name: bytes, raw_value: bytes, values: dict[str, Any], seen: set[str]) -> None:
        name = _decoded(raw_name, "the name of a query parameter")
        reader = self._readers.get(name)
        if reader is None:
            raise _SaidError(self._unknown(name, raw_value))
        text = _decoded(raw_value, f"query parameter '{name}'")
        repeated = name in seen
        seen.add(name)
        if name not in self._lists:
            if repeated:
                message = f"Query parameter '{name}' is given more than once; give it once."
                raise _SaidError((message, {"field": name, "problem": "repeated"}))
            values[name] = _read(_QUERY, name, text, reader)
            return
        given = values[name] if repeated else []
        most = self._lists[name]
        if most is not None and len(given) >= most:
            raise _SaidError(_said(_QUERY, name, text, too_many((), most, None)))
        values[name] = [*given, _read(_QUERY, name, text, reader)]

    def _unknown(self, name: str, raw_value: bytes) -> Said:
        near = nearest(name, self._readers)
        name = short(name)
        data: dict[str, Any] = {"field": name, "value": short(raw_value.decode("utf-8", "replace")), "problem": UNKNOWN}
        if near is not None:
            return f"There is no query parameter '{name}'; did you mean '{near}'?", {**data, "nearest": near}
        if not self._readers:
            return f"This operation takes no query parameters; leave out '{name}'.", data
        known = list(self._readers)
        message = f"There is no query parameter '{name}'; there are {', '.join(known)}."
        return message, {**data, "allowed": known}


class _SaidError(Exception):
    """A mistake in a query, as a message and its particulars."""

    def __init__(self, said: Said) -> None:
        super().__init__(said[0])
        self.said = said


def read_parameter(kind: str, name: str, text: str, reader: Reader) -> Any:
    """The value of a parameter; `kind` names it in messages. Raises ValidationIssue."""
    try:
        return _read(kind, name, text, reader)
    except _SaidError as error:
        raise issue_of([error.said]) from None


def _read(kind: str, name: str, text: str, reader: Reader) -> Any:
    if not text:
        message = f"{kind} '{name}' is empty; give it a value or leave it out."
        raise _SaidError((message, {"field": name, "value": "", "problem": "empty"}))
    try:
        return reader(text)
    except ParameterError as error:
        raise _SaidError(_said(kind, name, text, error.mistake)) from None


def _said(kind: str, name: str, text: str, mistake: Mistake) -> Said:
    whole = replace(mistake, path=(name,), value=text)
    return whole.message("", f"{kind} '{name}' is {shown(text)}; it"), whole.data()


def _is_list(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "array"


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


def _decoded(raw: bytes, what: str) -> str:
    """Percent-decoded UTF-8, a `+` read as a space."""
    try:
        text = raw.decode("ascii")
        if "%" not in text and "+" not in text:
            return text
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        raise ValidationIssue(
            f"The text of {what} is not valid UTF-8; percent-encode it as UTF-8.", problem="not UTF-8"
        ) from None
