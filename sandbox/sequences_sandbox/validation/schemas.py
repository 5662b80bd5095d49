"""Schemas of the contract, compiled once: jsonschema-rs judges, and its findings become issues that teach.

jsonschema-rs takes braced UUIDs for UUIDs and knows no leap seconds, so the formats are judged by this program's own
parsers. OpenAPI 3.0 says `nullable` where JSON Schema lists the type `null`.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

import jsonschema_rs

from ..domain.errors import ValidationIssue
from ..domain.timestamps import TimestampError, parse_duration, parse_timestamp
from .messages import NOUNS, UUID, expectation

Schema = Mapping[str, Any]


_MOST_SHOWN: Final = 200
_ANNOTATIONS: Final = ("description", "example", "default")


def compile_schema(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """A validator of values in a schema of the contract, references resolved."""
    formats: dict[str, Callable[..., bool]] = {
        "uuid": lambda text: UUID.fullmatch(text) is not None,
        "date-time": lambda text: _parses(parse_timestamp, text),
        "duration": lambda text: _parses(parse_duration, text),
    }
    return jsonschema_rs.Draft202012Validator(_plain(schema), formats=formats, validate_formats=True)


def issue_of(errors: Iterable[jsonschema_rs.ValidationError], schema: Schema) -> ValidationIssue:
    """The one issue that helps most: a field that should not be there, else one that is missing, else the first."""
    rank = {"additionalProperties": 0, "required": 1}
    first = min(errors, key=lambda error: rank.get(_keyword(error), 2))
    at = list(first.instance_path)
    details = first.kind.as_dict()
    match _keyword(first):
        case "additionalProperties":
            return _unknown(at, details["unexpected"][0], _within(schema, at).get("properties", {}))
        case "required":
            return _missing(at, details["property"])
        case "oneOf" | "anyOf":
            return _no_form(at, schema)
        case _:
            return _wrong(at, first)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was probably meant to be."""
    found = get_close_matches(name.lower(), list(known), 1, 0.55)
    return found[0] if found else None


def short(text: str) -> str:
    """A text as it is shown in a message: its beginning, when it is long."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _keyword(error: jsonschema_rs.ValidationError) -> str:
    return str(error.schema_path[-1]) if error.schema_path else ""


def _parses(parse: Callable[[str], int], text: str) -> bool:
    try:
        parse(text)
    except TimestampError:
        return False
    return True


def _plain(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = {
        key: {name: _plain(member) for name, member in value.items()} if key == "properties" else _plain(value)
        for key, value in schema.items()
        if key not in _ANNOTATIONS and key != "nullable" and not key.startswith("x-")
    }
    if plain.get("additionalProperties") is False:
        plain.setdefault("properties", {})  # without it, jsonschema-rs does not name the field that is too many
    if schema.get("nullable"):
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


def _within(schema: Schema, at: list[str | int]) -> Schema:
    """The part of a schema that speaks of the value at a path."""
    for step in at:
        if isinstance(step, int):
            schema = schema.get("items", {})
        else:
            further = schema.get("additionalProperties", {})
            schema = schema.get("properties", {}).get(step, further if isinstance(further, Mapping) else {})
    return schema


def _name(at: list[str | int], *more: str) -> str:
    return short("/".join(str(step) for step in (*at, *more)))


def _unknown(at: list[str | int], name: str, known: Mapping[str, Any]) -> ValidationIssue:
    field, near = _name(at, name), nearest(name, known)
    if not known:
        return ValidationIssue(f"The body takes no fields here; leave out '{field}'.", field=field, problem="unknown")
    if near is None:
        allowed = ", ".join(f"'{key}'" for key in known)
        message = f"The body has no field '{field}'; it takes {allowed}."
        return ValidationIssue(message, field=field, problem="unknown", allowed=list(known))
    message = f"The body has no field '{field}'; did you mean '{near}'?"
    return ValidationIssue(message, field=field, problem="unknown", nearest=near)


def _missing(at: list[str | int], name: str) -> ValidationIssue:
    field = _name(at, name)
    return ValidationIssue(f"The body lacks the field '{field}'.", field=field, problem="missing")


def _no_form(at: list[str | int], schema: Schema) -> ValidationIssue:
    forms = [
        " and ".join(form["required"]) if "required" in form else NOUNS[form["type"]]
        for form in _within(schema, at).get("oneOf", ())
    ]
    field = _name(at)
    subject = f"'{field}'" if field else "The body"
    return ValidationIssue(
        f"{subject} must have exactly one of these forms: {'; '.join(forms)}.",
        field=field,
        problem="no form",
        allowed=forms,
    )


def _wrong(at: list[str | int], error: jsonschema_rs.ValidationError) -> ValidationIssue:
    field, value = _name(at), error.instance
    subject = f"'{field}'" if field else "The body"
    problem, expected, allowed = expectation(_keyword(error), error.kind.as_dict(), value)
    data: dict[str, Any] = {"field": field, "problem": problem}
    if not isinstance(value, dict | list):
        data["value"] = short(value) if isinstance(value, str) else value
    if allowed is not None:
        data["allowed"] = allowed
        options = [option for option in allowed if isinstance(option, str)] if isinstance(allowed, list) else []
        near = nearest(value, options) if isinstance(value, str) else None
        if near is not None:
            data["nearest"] = near
            expected += f"; did you mean '{near}'?"
    end = "" if expected.endswith("?") else "."
    return ValidationIssue(f"{subject} {expected}{end}", **data)
