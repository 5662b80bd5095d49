"""A collection: every item of a list, read once and compared with what filters and sorts return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..contract import timestamps
from ..contract.operations import Operation, Parameter
from .items import Item

#: Filters that do not compare a field as it is written, by operation and name: what is equal under the function, matches.
NORMAL_FORMS: dict[tuple[str, str], Callable[[str], str]] = {}


@dataclass(frozen=True)
class Collection:
    """Items in the order of the default list, each once."""

    operation: Operation
    items: tuple[Any, ...]

    @cached_property
    def by_id(self) -> dict[str, Any]:
        return {item.id: item for item in self.items}

    def in_status(self, status: str) -> list[Any]:
        return [item for item in self.items if item.status == status]

    def select(self, query: Mapping[str, str | int]) -> list[Any]:
        """The items that the filters of `query` keep, by the contract's definition of each."""
        tests = [(one, str(query[one.name])) for one in self.operation.filters if one.name in query]
        return [item for item in self.items if all(matches(self.operation, item, *test) for test in tests)]

    def values(self, parameter: Parameter) -> list[str]:
        """What a filter's field holds, the commonest value first."""
        name = self.operation.field_of(parameter)
        found = [str(item.fields[name]) for item in self.items if item.fields[name] is not None]
        return sorted(dict.fromkeys(found), key=lambda value: (-found.count(value), value))


def matches(operation: Operation, item: Item, parameter: Parameter, value: str) -> bool:
    """Whether an item satisfies one filter."""
    name = operation.field_of(parameter)
    if parameter.is_bound:
        time, bound = item.time(name), timestamps.parse(value)
        return time is not None and (time < bound if parameter.is_upper else time > bound)
    held = item.fields[name]
    if held is None:
        return False
    default = str.lower if parameter.schema.get("format") == "uuid" else str
    normal: Callable[[str], str] = NORMAL_FORMS.get((operation.id, parameter.name), default)
    return normal(held) == normal(value)
