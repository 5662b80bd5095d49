"""Items as a response showed them: runs, contacts, and pages of either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ..contract import timestamps
from ..contract.operations import Operation
from ..http.messages import NotJson, Response

_LONG = 80
_MOST = 6


def brief(value: Any) -> str:
    """A value as evidence shows it: of a long string the beginning, and how long it is."""
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[: _LONG // 2]!r}… ({len(value)} characters)"
    if isinstance(value, Mapping):
        more = ", …" if len(value) > _MOST else ""
        return f"{{{', '.join(f'{brief(name)}: {brief(each)}' for name, each in list(value.items())[:_MOST])}{more}}}"
    return repr(value)


class Difference(NamedTuple):
    """A value, and the one that came in its place."""

    before: Any
    after: Any

    def __repr__(self) -> str:
        return f"{brief(self.before)} became {brief(self.after)}"


class Malformed(Exception):
    """A response is not what its schema says; the text says how."""


@dataclass(frozen=True)
class Item:
    """The fields that the contract knows. Further ones are ignored."""

    fields: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    def time(self, name: str) -> Fraction | None:
        """A timestamp as exact seconds; None where the field is null."""
        value = self.fields[name]
        return None if value is None else timestamps.parse(value)

    def differences(self, other: Item) -> dict[str, Difference]:
        """The fields in which `other` differs, each with this value and the other's."""
        return {n: Difference(v, other.fields[n]) for n, v in self.fields.items() if v != other.fields[n]}


@dataclass(frozen=True)
class Run(Item):
    """What the API calls a sequence."""

    @property
    def status(self) -> str:
        return str(self.fields["status"])

    @property
    def template(self) -> str:
        return str(self.fields["sequence_template_id"])

    @property
    def contact(self) -> str | None:
        return self.fields["contact_id"]  # type: ignore[no-any-return]  # checked by the shape rules

    @property
    def variables(self) -> dict[str, str] | None:
        return self.fields["variables"]  # type: ignore[no-any-return]  # checked by the shape rules

    @property
    def created(self) -> Fraction:
        return timestamps.parse(self.fields["created_at"])

    @property
    def updated(self) -> Fraction:
        return timestamps.parse(self.fields["updated_at"])


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    items: tuple[Any, ...]
    total_count: int
    total_pages: int
    has_more: bool


def read_item(value: Any, operation: Operation) -> Item:
    """The item in a parsed JSON value, by the operation's schema. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(f"an item should be an object and is {value!r:.80}")
    schema = operation.item
    missing = [name for name in schema["required"] if name not in value]
    if missing:
        raise Malformed(f"the item lacks {', '.join(missing)}")
    fields = {name: value[name] for name in schema["properties"] if name in value}
    for name, field in fields.items():
        _require_readable(name, field, schema["properties"][name])
    return (Run if operation.tag == "Sequences" else Item)(fields)


def _require_readable(name: str, value: Any, schema: Mapping[str, Any]) -> None:
    """Sees that rules can work with a field. Whatever else is wrong with it is for the shape rules to judge."""
    if value is None and "null" in schema["type"]:
        return
    if "string" in schema["type"] and not isinstance(value, str):
        raise Malformed(f"the item's {name} should be a string and is {value!r:.80}")
    if schema.get("format") == "date-time":
        try:
            timestamps.parse(value)
        except ValueError as error:
            raise Malformed(f"{name}: {error}") from None


def read_page(response: Response, operation: Operation) -> Page:
    """The page in a 200 response. Raises Malformed."""
    try:
        body = response.json()
    except NotJson as error:
        raise Malformed(str(error)) from None
    if not isinstance(body, dict):
        raise Malformed("a page should be an object")
    kinds = {"items": list, "total_count": int, "total_pages": int, "has_more": bool}
    found = {name: _whole(body.get(name, "missing")) for name in kinds}
    for name, kind in kinds.items():
        if type(found[name]) is not kind:
            raise Malformed(f"the page's {name} should be {kind.__name__} and is {found[name]!r:.80}")
    items = tuple(read_item(item, operation) for item in found.pop("items"))
    return Page(items, **found)


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 12.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
