"""Reading the parameters of a path and a query: text to values, by readers compiled from the contract.

Contract, "List": an unknown, repeated or empty parameter is refused, whole numbers are plain decimals, an instant needs an
offset, and a `+` that arrived as a space is recognised as such.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from ...domain.errors import ValidationIssue
from ...domain.timestamps import TimestampError, parse_duration, parse_timestamp
from ...validation.messages import UUID, UUID_FORM
from ...validation.schemas import Schema, nearest, short

Reader = Callable[[str], Any]
"""Turns text into a value, or raises ParameterError."""

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_MOST_DIGITS: Final = 18
_MOST_PARAMETERS: Final = 100


class ParameterError(ValueError):
    """A text that its parameter does not allow: `problem` in two words, what is `expected`, and particulars."""

    def __init__(self, problem: str, expected: str, **data: Any) -> None:
        super().__init__(expected)
        self.problem = problem
        self.expected = expected
        self.data = data


class Query:
    """The query parameters of one operation."""

    def __init__(self, parameters: list[Mapping[str, Any]]) -> None:
        self._readers: Final = {parameter["name"]: compile_reader(parameter["schema"]) for parameter in parameters}
        self._defaults: Final = {
            parameter["name"]: parameter["schema"]["default"]
            for parameter in parameters
            if "default" in parameter["schema"]
        }

    def read(self, query: bytes) -> dict[str, Any]:
        """The values of a query string, defaults filled in. Raises ValidationIssue."""
        values = dict(self._defaults)
        if not query:
            return values
        seen: set[str] = set()
        parts = query.split(b"&")
        if len(parts) > _MOST_PARAMETERS:
            raise ValidationIssue(f"The query has more than {_MOST_PARAMETERS} parameters.", problem="too many")
        for part in parts:
            if not part:
                continue
            raw_name, _, raw_value = part.partition(b"=")
            name = _decoded(raw_name, "the name of a query parameter")
            reader = self._readers.get(name)
            if reader is None:
                raise self._unknown(name, raw_value)
            text = _decoded(raw_value, f"query parameter '{name}'")
            if name in seen:
                raise ValidationIssue(
                    f"Query parameter '{name}' is given more than once; give it once.", field=name, problem="repeated"
                )
            seen.add(name)
            values[name] = read_parameter("Query parameter", name, text, reader)
        return values

    def _unknown(self, name: str, raw_value: bytes) -> ValidationIssue:
        value, name = short(raw_value.decode("utf-8", "replace")), short(name)
        near = nearest(name, self._readers)
        if near is not None:
            message = f"There is no query parameter '{name}'; did you mean '{near}'?"
            return ValidationIssue(message, field=name, value=value, problem="unknown", nearest=near)
        if not self._readers:
            message = f"This operation takes no query parameters; leave out '{name}'."
            return ValidationIssue(message, field=name, value=value, problem="unknown")
        known = list(self._readers)
        message = f"There is no query parameter '{name}'; there are {', '.join(known)}."
        return ValidationIssue(message, field=name, value=value, problem="unknown", allowed=known)


def read_parameter(kind: str, name: str, text: str, reader: Reader) -> Any:
    """The value of a parameter; `kind` names it in messages. Raises ValidationIssue."""
    if not text:
        message = f"{kind} '{name}' is empty; give it a value or leave it out."
        raise ValidationIssue(message, field=name, value="", problem="empty")
    try:
        return reader(text)
    except ParameterError as error:
        shown = short(text)
        message = f"{kind} '{name}' is {shown!r}; {error.expected}"
        end = "" if message.endswith("?") else "."
        raise ValidationIssue(f"{message}{end}", field=name, value=shown, problem=error.problem, **error.data) from None


def compile_reader(schema: Schema) -> Reader:
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


def _enum_reader(options: list[str]) -> Reader:
    known = dict.fromkeys(options)

    def read(text: str) -> str:
        if text in known:
            return text
        folded = {option.lower(): option for option in options}
        near = folded.get(nearest(text, folded) or "")
        if near is None:
            raise ParameterError("not allowed", f"it must be one of {', '.join(options)}", allowed=options)
        expected = f"it must be one of {', '.join(options)}; did you mean '{near}'?"
        raise ParameterError("not allowed", expected, nearest=near, allowed=options)

    return read


def _integer_reader(minimum: int | None, maximum: int | None) -> Reader:
    bounds = {key: bound for key, bound in (("minimum", minimum), ("maximum", maximum)) if bound is not None}

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise ParameterError(
                "not a whole number", "it must be a whole number in plain decimal digits", allowed=bounds
            )
        # A longer number only ever means "beyond everything"; reading it in full would let a stranger buy time.
        value = int(text) if len(text) <= _MOST_DIGITS else int(f"{text[0]}{'9' * (_MOST_DIGITS - 1)}")
        if minimum is not None and value < minimum:
            raise ParameterError("too small", f"the smallest value allowed is {minimum}", allowed=bounds)
        if maximum is not None and value > maximum:
            raise ParameterError("too large", f"the largest value allowed is {maximum}", allowed=bounds)
        return value

    return read


def _string_reader(longest: int | None) -> Reader:
    def read(text: str) -> str:
        if longest is not None and len(text) > longest:
            raise ParameterError(
                "too long", f"it may have {longest} characters at most", allowed={"maxLength": longest}
            )
        return text

    return read


def _read_uuid(text: str) -> str:
    if not UUID.fullmatch(text):
        raise ParameterError("not a UUID", f"it must be {UUID_FORM}")
    return text.lower()


def _read_timestamp(text: str) -> str:
    try:
        parse_timestamp(text)
    except TimestampError as error:
        raise ParameterError(error.problem, f"it must be a full RFC 3339 date-time: {error}") from None
    return text


def _read_duration(text: str) -> int:
    try:
        return parse_duration(text)
    except TimestampError as error:
        raise ParameterError(error.problem, f"it must be an ISO 8601 duration: {error}") from None


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
