"""The handlers of list and get, made from a resource's declaration."""

from collections.abc import Callable
from typing import Any

from ...domain.query import Bounds, ListQuery
from ...domain.timestamps import parse_timestamp
from ...resources.resource import Filter, Resource
from ...worlds.worlds import Caller, Worlds
from ..results import ItemResult, PageResult


def list_page(resource: Resource[Any]) -> Callable[..., PageResult]:
    """The handler that lists a resource (contract, "List")."""

    def handler(
        worlds: Worlds, caller: Caller, *, sort_by: str, sort_order: str, page: int, size: int, **filters: Any
    ) -> PageResult:
        equal, bounds = _conditions(resource, filters)
        owner = caller.key.organization_id
        query = ListQuery(owner, sort_by, sort_order == "desc", page, size, equal, bounds)
        with worlds.transaction(caller) as tx:
            return PageResult(resource, tx.page(resource, query))

    return handler


def get_one(resource: Resource[Any]) -> Callable[..., ItemResult]:
    """The handler that shows one document (contract, "Get")."""

    def handler(worlds: Worlds, caller: Caller, **path: str) -> ItemResult:
        with worlds.transaction(caller) as tx:
            return ItemResult(resource, tx.get(resource, path[resource.id_parameter]))

    return handler


def _conditions(resource: Resource[Any], given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Bounds]]:
    """The filters that were given, by field. What lies between two microseconds is rounded away from a bound."""
    equal: dict[str, Any] = {}
    bounds: dict[str, Bounds] = {}
    for name, value in given.items():
        declared: Filter = resource.filters[name]
        after, before = bounds.get(declared.field, (None, None))
        match declared.test:
            case "equal":
                equal[declared.field] = value
            case "after":
                bounds[declared.field] = (parse_timestamp(value), before)
            case "before":
                bounds[declared.field] = (after, parse_timestamp(value, round_up=True))
    return equal, bounds
