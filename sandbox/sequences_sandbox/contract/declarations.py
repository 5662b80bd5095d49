"""Whether the resources are declared as the contract says: fields, filters, sorts and scopes, compared by name at start."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..resources.resource import Resource
from .reading import Spec, SpecError

_PAGING: Final = {"sort_by", "sort_order", "page", "size"}


def check_declarations(spec: Spec, resources: Iterable[Resource[Any]]) -> None:
    """Raises SpecError where a resource that the API shows is declared otherwise than the contract has it."""
    for resource in resources:
        if resource.schema is not None:
            for problem in _problems(spec, resource):
                raise SpecError(f"{spec.path}: the resource '{resource.kind}' {problem}")


def _problems(spec: Spec, resource: Resource[Any]) -> Iterator[str]:
    schema = spec.document["components"]["schemas"].get(resource.schema)
    if schema is None:
        yield f"is shown as the schema '{resource.schema}', which the contract does not have"
        return
    yield from _different("fields", sorted(schema["properties"]), sorted(resource.public))
    operation = _list_operation(spec, str(resource.schema))
    if operation is None:
        yield f"has no operation that lists '{resource.schema}'"
        return
    parameters = {parameter["name"]: parameter["schema"] for parameter in operation.get("parameters", ())}
    yield from _different("filters", sorted(set(parameters) - _PAGING), sorted(resource.filters))
    yield from _different("sorts", sorted(parameters["sort_by"]["enum"]), sorted(resource.sorts))
    yield from _different("default sort", parameters["sort_by"].get("default"), next(iter(resource.sorts), None))
    yield from _different("scope", operation.get("x-required-scope"), resource.scope)


def _different(what: str, stated: Any, declared: Any) -> Iterator[str]:
    if stated != declared:
        yield f"is declared with the {what} {declared}; the contract has {stated}"


def _list_operation(spec: Spec, schema: str) -> Mapping[str, Any] | None:
    """The operation whose response is a page of the schema."""
    schemas = spec.document["components"]["schemas"]
    wanted = f"#/components/schemas/{schema}"
    pages = {
        f"#/components/schemas/{name}"
        for name, each in schemas.items()
        if each.get("properties", {}).get("items", {}).get("items", {}).get("$ref") == wanted
    }
    for item in spec.document["paths"].values():
        content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if content.get("application/json", {}).get("schema", {}).get("$ref") in pages:
            found: Mapping[str, Any] = item["get"]
            return found
    return None
