"""Schemas of OpenAPI 3.0 as JSON schemas: references resolved, `nullable` written as a type."""

from collections.abc import Mapping
from typing import Any

_KEPT = (
    *("type", "format", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"),
    *("required", "maxProperties", "default"),
)


def escape(part: str) -> str:
    """One part of a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def resolve(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to; any other value is returned as it is."""
    while "$ref" in value:
        place: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            place = place[part.replace("~1", "/").replace("~0", "~")]
        value = place
    return value


def json_schema(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without references and without what JSON Schema does not know."""
    schema = resolve(document, schema)
    found: dict[str, Any] = {name: schema[name] for name in _KEPT if name in schema}
    if "properties" in schema:
        found["properties"] = {name: json_schema(document, one) for name, one in schema["properties"].items()}
    for name in ("items", "additionalProperties"):
        if name in schema:
            value = schema[name]
            found[name] = value if isinstance(value, bool) else json_schema(document, value)
    if "allOf" in schema:
        found["allOf"] = [json_schema(document, one) for one in schema["allOf"]]
    if schema.get("nullable"):
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found
