"""openapi.yaml: its operations, its lifecycles, and the line of each part.

The file comes from the suite's own checkout or wheel, never from the target that is judged by it.
"""

import hashlib
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from .lifecycles import Lifecycle, read_lifecycles
from .operations import Operation, read_operations

_PACKAGE = Path(__file__).resolve().parents[1]


class ContractError(Exception):
    """The contract file is missing or says something that the suite does not understand."""


class Contract:
    """openapi.yaml as the suite reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text = path.read_text(encoding="utf-8")
        self.document: dict[str, Any] = yaml.load(self._text, Loader=yaml.CSafeLoader)

    @property
    def edition(self) -> str:
        """The version that the file states, and the beginning of its SHA-256: what a report was made by."""
        return f"{self.document['info']['version']} ({hashlib.sha256(self._text.encode()).hexdigest()[:12]})"

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation by its operationId, in the order of the file."""
        return {operation.id: operation for operation in read_operations(self.document)}

    @cached_property
    def lifecycles(self) -> dict[str, Lifecycle]:
        """Every lifecycle by the name of the schema that carries it."""
        return read_lifecycles(self.document)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(operation.tag for operation in self.operations.values()))

    def tagged(self, tag: str) -> list[Operation]:
        return [operation for operation in self.operations.values() if operation.tag == tag]

    @cached_property
    def lists(self) -> list[Operation]:
        return [operation for operation in self.operations.values() if operation.is_list]

    def list_of(self, operation: Operation) -> Operation | None:
        """The list that shows what `operation` is about, such as `/contacts` for `/contacts/{contact_id}`."""
        collection = operation.path.split("/{")[0]
        return next((one for one in self.lists if one.path == collection), None)

    def methods(self, path: str) -> set[str]:
        """The methods of a path, without HEAD and OPTIONS."""
        return {operation.method for operation in self.operations.values() if operation.path == path}

    def find(self, method: str, path: str) -> Operation | None:
        """The operation that a request is for; HEAD counts as GET."""
        wanted = "GET" if method == "HEAD" else method
        return next((one for one in self.operations.values() if one.method == wanted and one.matches(path)), None)

    def knows(self, path: str) -> bool:
        return any(operation.matches(path) for operation in self.operations.values())

    @cached_property
    def error_types(self) -> dict[int, str]:
        """The `type` that belongs to each error status."""
        found: dict[int, str] = {}
        for response in self.document["components"]["responses"].values():
            for part in response["content"]["application/json"]["schema"].get("allOf", []):
                fields = part.get("properties", {})
                if "status_code" in fields:
                    found[fields["status_code"]["enum"][0]] = fields["type"]["enum"][0]
        return found

    @cached_property
    def lines(self) -> dict[str, int]:
        """The line of each part, by its JSON pointer."""
        return lines_of(self._text)

    def line(self, pointer: str) -> int:
        """The line, counted from 1, of the part that a JSON pointer names. Raises ContractError when there is none."""
        try:
            return self.lines[pointer]
        except KeyError:
            raise ContractError(
                f"{self.path.name} has no part {pointer}; correct the place in statements.yaml"
            ) from None


def lines_of(text: str) -> dict[str, int]:
    """The line, counted from 1, of each part of a YAML or JSON document, by its JSON pointer. Raises yaml.YAMLError."""
    return dict(_walk(yaml.compose(text, Loader=yaml.CSafeLoader), ""))


def _walk(node: yaml.Node | None, pointer: str) -> Iterator[tuple[str, int]]:
    if node is None:
        return
    if not pointer:
        yield "", 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{pointer}/{str(key.value).replace('~', '~0').replace('/', '~1')}"
            yield inner, key.start_mark.line + 1
            yield from _walk(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield f"{pointer}/{index}", value.start_mark.line + 1
            yield from _walk(value, f"{pointer}/{index}")


def find_data(name: str) -> Path:
    """The path of a shared file: in the wheel that carries it, or in the checkout around the package.

    Raises ContractError, naming the places, when neither has it.
    """
    places = [_PACKAGE.parent / "sequences_sandbox" / "data" / name, _PACKAGE.parents[1] / name]
    for place in places:
        if place.is_file():
            return place
    raise ContractError(f"cannot find {name}; looked at {', '.join(map(str, places))}")


@cache
def load_contract() -> Contract:
    """The contract that belongs to this suite."""
    return Contract(find_data("openapi.yaml"))
