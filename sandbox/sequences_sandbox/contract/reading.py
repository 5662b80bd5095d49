"""Reading a contract file: YAML to a document of which every key is understood.

Nothing is skipped over: a key that this program does not understand could be a rule that it does not keep, so it stops the
start and is named with its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import yaml

Document = dict[str, Any]

_BASES: Final = ("doc", "ref", "own")
_METHODS: Final = ("get", "put", "post", "patch", "delete")

# What each kind of object may hold: a key, and the kind of what stands under it. "*" is any key, "[]" a list of that kind,
# None a plain value, ANY a value that is data and not part of the contract's own language.
_ANY: Final = "any"
_GRAMMAR: Final[Mapping[str, Mapping[str, str | None]]] = {
    "document": {
        "openapi": None, "info": "info", "servers": "[]server", "security": _ANY, "tags": "[]tag", "paths": "paths",
        "components": "components",
    },
    "info": {"title": None, "version": None, "description": None, "license": _ANY},
    "server": {"url": None, "description": None},
    "tag": {"name": None, "description": None},
    "paths": {"*": "path"},
    "path": {"parameters": "[]parameter", **dict.fromkeys(_METHODS, "operation")},
    "operation": {
        "operationId": None, "tags": _ANY, "summary": None, "description": None, "parameters": "[]parameter",
        "requestBody": "request", "responses": "responses", "security": _ANY, "x-required-scope": None, "x-event": None,
        "x-basis": "basis", "x-long-work": None,
    },
    "parameter": {
        "name": None, "in": None, "required": None, "description": None, "schema": "schema", "example": _ANY,
        "x-basis": "basis",
    },
    "request": {"required": None, "description": None, "content": "content"},
    "content": {"*": "media"},
    "media": {"schema": "schema", "examples": "examples"},
    "responses": {"*": "response"},
    "response": {"description": None, "headers": "headers", "content": "content", "links": "links"},
    "headers": {"*": "header"},
    "header": {"required": None, "description": None, "schema": "schema", "x-basis": "basis"},
    "links": {"*": "link"},
    "link": {"operationId": None, "parameters": _ANY, "description": None},
    "examples": {"*": "example"},
    "example": {"summary": None, "description": None, "value": _ANY},
    "schema": {
        "type": None, "format": None, "description": None, "enum": _ANY, "default": _ANY, "example": _ANY,
        "nullable": None, "required": _ANY, "properties": "schemas", "additionalProperties": "schema?",
        "items": "schema", "minimum": None, "maximum": None, "minLength": None, "maxLength": None, "pattern": None,
        "minItems": None, "maxItems": None, "minProperties": None, "maxProperties": None, "allOf": "[]schema",
        "oneOf": "[]schema", "x-basis": "basis", "x-lifecycle": "[]row",
    },
    "schemas": {"*": "schema"},
    "row": {"event": None, "by": None, "from": None, "to": None, "basis": "basis"},
    "components": {
        "schemas": "schemas", "parameters": "parameters", "headers": "headers", "responses": "responses",
        "examples": "examples", "securitySchemes": "schemes",
    },
    "parameters": {"*": "parameter"},
    "schemes": {"*": "scheme"},
    "scheme": {"type": None, "scheme": None, "description": None},
}  # fmt: skip


class SpecError(Exception):
    """A contract file that this program cannot keep; the text names file, place and fix."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A contract file, read and understood."""

    path: Path
    document: Document

    @property
    def base_path(self) -> str:
        """The path of the first server, under which every operation stands."""
        url = str(self.document["servers"][0]["url"])
        return "/" + url.partition("://")[2].partition("/")[2].rstrip("/") if "://" in url else url.rstrip("/")

    @property
    def operation_ids(self) -> list[str]:
        """The ids of all operations, in the order of the file."""
        return [operation["operationId"] for _, _, operation in self.operations()]

    @property
    def scopes(self) -> frozenset[str]:
        needed = (operation.get("x-required-scope") for _, _, operation in self.operations())
        return frozenset(scope for scope in needed if scope is not None)

    def operations(self) -> Iterator[tuple[str, str, Document]]:
        """Every operation with its method and its path."""
        for path, item in self.document["paths"].items():
            yield from ((method, path, item[method]) for method in _METHODS if method in item)


def read_spec(path: Path) -> Spec:
    """The contract in a YAML file. Raises SpecError."""
    try:
        document = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:  # a date that does not exist is a ValueError
        raise SpecError(f"{path}: {_not_yaml(error)}") from error
    for problem in _problems(document, "document", ""):
        raise SpecError(f"{path}: {problem}")
    return Spec(path, document)


def _not_yaml(error: Exception) -> str:
    """The line, where it is known, and what is wrong there."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    return f"{f'line {mark.line + 1}: ' if mark else ''}not YAML: {problem}"


def _problems(value: Any, kind: str, place: str) -> Iterator[str]:
    """Everything under `place` that this program does not understand."""
    if kind == "basis":
        if value not in _BASES:
            yield f"{place}: '{value}' is no basis; use {', '.join(_BASES)}"
    elif kind.startswith("[]"):
        if not isinstance(value, list):
            yield f"{place}: must be a list"
            return
        for number, item in enumerate(value):
            yield from _problems(item, kind[2:], f"{place}/{number}")
    elif kind == "schema?" and isinstance(value, bool):
        return
    elif not isinstance(value, dict):
        yield f"{place or '/'}: must be an object"
    elif set(value) != {"$ref"}:
        yield from _members(value, _GRAMMAR[kind.rstrip("?")], place)


def _members(value: dict[Any, Any], grammar: Mapping[str, str | None], place: str) -> Iterator[str]:
    for key, member in value.items():
        where = f"{place}/{str(key).replace('~', '~0').replace('/', '~1')}"
        if not isinstance(key, str):
            yield f"{where}: the key must be a string; put it in quotes"
        elif key not in grammar and "*" not in grammar:
            near = get_close_matches(key, grammar, 1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; understood here: {', '.join(grammar)}"
            yield f"{where}: '{key}' is not understood{hint}"
        else:
            kind = grammar.get(key, grammar.get("*"))
            if kind not in (None, _ANY):
                yield from _problems(member, kind, where)
