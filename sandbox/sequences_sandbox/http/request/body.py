"""Reading a JSON body: its declared type, its size, its syntax, its schema, in that order of refusal.

Contract, "Errors": bodies over 1 MiB are 413, anything but JSON in UTF-8 is 415; duplicate keys, `NaN` and its like,
unknown fields, NUL and lone surrogates are 400.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from ...domain.errors import MediaTypeIssue, TooLargeIssue, ValidationIssue
from ...validation.schemas import Schema, compile_schema, issue_of, short

MOST_BYTES: Final = 1 << 20
_JSON: Final = "application/json"
_DEEPEST: Final = 100


class Body:
    """The body of one operation."""

    def __init__(self, request_body: Mapping[str, Any]) -> None:
        self._schema: Final[Schema] = request_body["content"][_JSON]["schema"]
        self._required: Final = bool(request_body.get("required", False))
        self._validator: Final = compile_schema(self._schema)

    def check_type(self, content_type: str | None, *, empty: bool) -> None:
        """Raises MediaTypeIssue unless the body is declared as JSON; one that may be left out needs no type."""
        if empty and not self._required:
            return
        if content_type is None or not is_json(content_type):
            came = f"it came as '{content_type}'" if content_type else "it came without that header"
            raise MediaTypeIssue(
                f"Send the body as 'Content-Type: application/json', in UTF-8; {came}.",
                field="Content-Type",
                value=content_type,
                allowed=[_JSON],
            )

    def read(self, raw: bytes) -> Any:
        """The value of a body that satisfies the schema. Raises ValidationIssue."""
        if not raw:
            if self._required:
                raise ValidationIssue("The body is empty; send a JSON object.", problem="empty")
            return {}
        value = parse_json(raw)
        if not self._validator.is_valid(value):
            raise issue_of(self._validator.iter_errors(value), self._schema)
        return value


def too_large() -> TooLargeIssue:
    """The refusal of a body over the limit."""
    return TooLargeIssue(
        f"The body is larger than {MOST_BYTES} bytes, the most that is read.", allowed={"maximum_bytes": MOST_BYTES}
    )


def is_json(content_type: str) -> bool:
    """Whether a Content-Type declares JSON in UTF-8."""
    if content_type == _JSON:
        return True
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return media == _JSON and all(
        parameter.replace('"', "").replace(" ", "") in ("charset=utf-8", "") for parameter in parameters
    )


def parse_json(raw: bytes) -> Any:
    """JSON as the contract reads it. Raises ValidationIssue."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValidationIssue(
            f"The body is not valid UTF-8, from byte {error.start} on.", problem="not UTF-8", position=error.start
        ) from None
    if text.count("[") + text.count("{") > _DEEPEST and _depth(text) > _DEEPEST:
        raise ValidationIssue(f"The body nests deeper than {_DEEPEST} levels.", problem="too deep")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValidationIssue(
            f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            problem="not JSON",
            position=error.pos,
        ) from None
    if "\\u" in text:
        _require_characters(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        twice = short(twice)
        raise ValidationIssue(f"The body has the key '{twice}' twice; keep one.", field=twice, problem="repeated")
    return members


def _constant(name: str) -> None:
    raise ValidationIssue(
        f"The body holds {name}, which is not JSON; send a number, a string or null.", problem="not JSON"
    )


def _integer(digits: str) -> int:
    if len(digits) > 400:
        raise ValidationIssue("The body holds a number of more than 400 digits.", problem="too large")
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValidationIssue(f"The body holds the number {digits[:40]}, which is out of range.", problem="too large")
    return value


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
)


def _depth(text: str) -> int:
    """How deep brackets nest outside strings."""
    deepest = depth = 0
    inside = escaped = False
    for character in text:
        if inside:
            inside = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _require_characters(value: Any) -> None:
    """Raises ValidationIssue where a string, key or value, holds NUL or a lone surrogate."""
    if isinstance(value, str):
        for character in value:
            if character == "\0" or "\ud800" <= character <= "\udfff":
                what = "NUL" if character == "\0" else "a lone surrogate"
                raise ValidationIssue(f"The body holds {what} in a string, which cannot be stored.", problem=what)
    elif isinstance(value, dict):
        for key, member in value.items():
            _require_characters(key)
            _require_characters(member)
    elif isinstance(value, list):
        for member in value:
            _require_characters(member)
