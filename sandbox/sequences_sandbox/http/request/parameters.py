"""Reading the parameters of a path and a query.

Contract, "List": an unknown, repeated or empty parameter is rejected, whole numbers are plain decimals, a timestamp needs
an offset, and a `+` that arrived as a space is recognised as such.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from ...domain.errors import ValidationIssue
from ...validation import Mistake, nearest, short
from ...validation.keywords import too_many
from ...validation.mistakes import UNKNOWN, Said, issue_of, shown
from .readers import ParameterError, Reader, compile_reader

_MOST_PARAMETERS: Final = 100
_QUERY: Final = "Query parameter"


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
