"""Operations and their parameters, as openapi.yaml declares them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .schemas import escape, json_schema, resolve

_METHODS = ("get", "post", "put", "patch", "delete")
#: Parameters that arrange a list. Every other one filters it.
ARRANGING = ("page", "size", "sort_by", "sort_order")
_BOUND = re.compile(r"(.+)_(after|before)")


@dataclass(frozen=True)
class Parameter:
    """A query parameter. `pointer` names its place in openapi.yaml."""

    name: str
    schema: Mapping[str, Any]
    basis: str
    pointer: str

    @property
    def is_bound(self) -> bool:
        """Whether it keeps what is later or earlier than a time."""
        return self.schema.get("format") == "date-time" and _BOUND.fullmatch(self.name) is not None

    @property
    def is_upper(self) -> bool:
        return self.name.endswith("_before")

    @property
    def values(self) -> list[str]:
        return list(self.schema.get("enum", []))


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation. `scope` is None where any valid key may call it; `event` is the lifecycle event that it triggers."""

    id: str
    method: str
    path: str
    tag: str
    scope: str | None
    event: str | None
    basis: str
    parameters: Mapping[str, Parameter]
    definition: Mapping[str, Any]
    document: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        """The JSON pointer of the operation in openapi.yaml."""
        return f"/paths/{escape(self.path)}/{self.method.lower()}"

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @cached_property
    def id_parameter(self) -> str | None:
        """The path parameter that names one item."""
        found = re.search(r"{(\w+)}", self.path)
        return found[1] if found else None

    @cached_property
    def is_list(self) -> bool:
        return self.reads and self.id_parameter is None and "total_count" in self.result.get("properties", {})

    @cached_property
    def result(self) -> dict[str, Any]:
        """The JSON schema of a 200 response."""
        response = resolve(self.document, self.definition["responses"]["200"])
        return json_schema(self.document, response["content"]["application/json"]["schema"])

    @cached_property
    def item(self) -> dict[str, Any]:
        """The JSON schema of one item: of a list, of its items; else of the response."""
        return self.result["properties"]["items"]["items"] if self.is_list else self.result

    @property
    def needs_body(self) -> bool:
        return bool(self.definition.get("requestBody", {}).get("required"))

    @property
    def example(self) -> Any:
        """A body that openapi.yaml shows for the operation; None without one."""
        content = self.definition.get("requestBody", {}).get("content", {}).get("application/json", {})
        return next((one["value"] for one in content.get("examples", {}).values()), None)

    @property
    def filters(self) -> list[Parameter]:
        return [one for one in self.parameters.values() if one.name not in ARRANGING]

    @property
    def equality_filters(self) -> list[Parameter]:
        return [one for one in self.filters if not one.is_bound]

    @property
    def bounds(self) -> list[Parameter]:
        return [one for one in self.filters if one.is_bound]

    @property
    def sorts(self) -> list[str]:
        return self.parameters["sort_by"].values if "sort_by" in self.parameters else []

    def default(self, name: str) -> Any:
        return self.parameters[name].schema.get("default")

    def unusual(self, name: str) -> str:
        """A value of a parameter that is not its default."""
        return next(value for value in self.parameters[name].values if value != self.default(name))

    def field_of(self, parameter: Parameter) -> str:
        """The field of an item that a filter looks at."""
        fields = self.item["properties"]
        name = parameter.name
        if parameter.is_bound:
            name = name.rpartition("_")[0]
            return name if name in fields else f"{name}_at"
        return name if name in fields else "id"

    def matches(self, path: str) -> bool:
        return self._pattern.fullmatch(path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"{\w+}", "[^/]+", self.path))


def read_operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Every operation, in the order of the file."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                spec = item[method]
                yield Operation(
                    spec["operationId"], method.upper(), path, spec["tags"][0], spec.get("x-required-scope"),
                    spec.get("x-event"), spec["x-basis"], _parameters(document, path, method), spec, document,
                )  # fmt: skip


def _parameters(document: Mapping[str, Any], path: str, method: str) -> dict[str, Parameter]:
    found = {}
    for index, one in enumerate(document["paths"][path][method].get("parameters", [])):
        parameter = resolve(document, one)
        if parameter["in"] == "query":
            pointer = f"/paths/{escape(path)}/{method}/parameters/{index}"
            schema = json_schema(document, parameter["schema"])
            found[parameter["name"]] = Parameter(parameter["name"], schema, parameter["x-basis"], pointer)
    return found
