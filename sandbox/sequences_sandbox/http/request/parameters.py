"""Reading the parameters of a path and a query.

Contract, "List": an unknown, repeated or empty parameter is rejected, whole numbers are plain decimals, a timestamp needs
an offset, and a `+` that arrived as a space is recognised as such.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from ...domain.errors import ValidationIssue
from ...validation import Mistake, Schema, issue, nearest, short, shown
from ...validation.mistakes import UNKNOWN

_MOST_PARAMETERS: Final = 100
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_MOST_DIGITS: Final = 18


class ParameterError(Exception):
    """A mistake in a parameter."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake)
        self.mistake: Final = mistake


class Parameter:
    """A parameter by its schema: of a string, or of a whole number. `kind` and `name` are what messages call it."""

    def __init__(self, kind: str, name: str, schema: Mapping[str, Any]) -> None:
        if schema["type"] not in ("string", "integer"):
            raise ValueError(f"no parameter can be read as {schema['type']}")
        self._called: Final = f"{kind} '{name}'"
        self._name: Final = name
        self._schema: Final = Schema(schema)
        self._is_number: Final = schema["type"] == "integer"
        self._is_uuid: Final = schema.get("format") == "uuid"
        self._bounds: Final = {key: schema[key] for key in ("minimum", "maximum") if key in schema}

    def read(self, text: str) -> Any:
        """The value of a text. Raises ParameterError."""
        if not text:
            expected = "is empty; give it a value or leave it out"
            raise ParameterError(Mistake((self._name,), "empty", expected, "", place=self._called))
        value = self._number(text) if self._is_number else text
        if not self._schema.is_valid(value):
            (wrong,) = self._schema.errors(value, 1)
            raise self._error(replace(wrong, allowed=self._bounds) if self._is_number else wrong, text)
        return text.lower() if self._is_uuid else value

    def _error(self, wrong: Mistake, text: str) -> ParameterError:
        place = f"{self._called} is {shown(text)}; it"
        return ParameterError(replace(wrong, path=(self._name,), value=text, place=place))

    def _number(self, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            expected = "must be a whole number in plain decimal digits"
            raise self._error(Mistake((), "not a whole number", expected, allowed=self._bounds), text)
        # A longer number only ever means "beyond everything"; to read it in full would take a client's time from others.
        return int(text) if len(text) <= _MOST_DIGITS else int(f"{text[0]}{'9' * (_MOST_DIGITS - 1)}")


def read_path(parameters: Mapping[str, Parameter], texts: Mapping[str, str]) -> dict[str, Any]:
    """The values of the parameters of a path. Raises ValidationIssue."""
    try:
        return {name: parameter.read(texts[name]) for name, parameter in parameters.items()}
    except ParameterError as error:
        raise issue([error.mistake]) from None


class Query:
    """The query parameters of one operation."""

    def __init__(self, parameters: list[Mapping[str, Any]]) -> None:
        schemas = {parameter["name"]: parameter["schema"] for parameter in parameters}
        self._parameters: Final = {name: Parameter("Query parameter", name, schema) for name, schema in schemas.items()}
        self._defaults: Final = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}

    def read(self, query: bytes) -> dict[str, Any]:
        """The values of a query string, defaults filled in. Raises ValidationIssue, which tells all mistakes."""
        values = dict(self._defaults)
        if not query:
            return values
        parts = query.split(b"&")
        if len(parts) > _MOST_PARAMETERS:
            raise ValidationIssue(f"The query has more than {_MOST_PARAMETERS} parameters.", problem="too many")
        wrong: list[Mistake] = []
        seen: set[str] = set()
        for part in filter(None, parts):
            raw_name, _, raw_value = part.partition(b"=")
            try:
                self._read_one(raw_name, raw_value, values, seen)
            except ParameterError as error:
                wrong.append(error.mistake)
        if wrong:
            raise issue(wrong)
        return values

    def _read_one(self, raw_name: bytes, raw_value: bytes, values: dict[str, Any], seen: set[str]) -> None:
        name = _decoded(raw_name, "the name of a query parameter")
        parameter = self._parameters.get(name)
        if parameter is None:
            raise self._unknown(name, raw_value)
        text = _decoded(raw_value, f"query parameter '{name}'")
        if name in seen:
            expected = "is given more than once; give it once"
            raise ParameterError(Mistake((name,), "repeated", expected, place=f"Query parameter '{name}'"))
        seen.add(name)
        values[name] = parameter.read(text)

    def _unknown(self, name: str, raw_value: bytes) -> ParameterError:
        near, known = nearest(name, self._parameters), list(self._parameters)
        place = f"There is no query parameter '{short(name)}';"
        if near is not None:
            expected = f"did you mean '{near}'?"
        elif known:
            expected = f"there are {', '.join(known)}"
        else:
            place, expected = "This operation takes no query parameters;", f"leave out '{short(name)}'"
        value, allowed = raw_value.decode("utf-8", "replace"), known if near is None and known else None
        return ParameterError(Mistake((name,), UNKNOWN, expected, value, allowed, near, place))


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
