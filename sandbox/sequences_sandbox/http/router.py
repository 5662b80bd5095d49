"""From a path and a method to an operation: one tree of segments, made at start.

No path is redirected: one with a slash too many is unknown.
"""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final, Generic, TypeVar
from urllib.parse import unquote_to_bytes

from ..domain.errors import MethodNotAllowedIssue, NotFoundIssue

Op = TypeVar("Op")

_MOST_SHOWN: Final = 200
_LIKELY: Final = 0.8
_LONGEST_COMPARED: Final = 40
_HEAD: Final = "HEAD"
_GET: Final = "GET"
_OPTIONS: Final = "OPTIONS"


class Route(Generic[Op]):
    """The operations of one path, by method, and the names of its parameters, in order."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names: Final = names
        self.operations: Final[dict[str, Op]] = {}

    @property
    def allowed(self) -> list[str]:
        """The methods of the path; HEAD wherever GET."""
        heads = {_HEAD} if _GET in self.operations else set()
        return sorted({*self.operations, *heads, _OPTIONS})

    def operation(self, method: str) -> Op:
        """The operation of a method. Raises MethodNotAllowedIssue."""
        found = self.operations.get(_GET if method == _HEAD else method)
        if found is None:
            allowed = self.allowed
            message = f"{method} is not answered here; use {', '.join(allowed[:-1])} or {allowed[-1]}."
            raise MethodNotAllowedIssue(message, value=method, allowed=allowed)
        return found


class Router(Generic[Op]):
    """Every path of every contract."""

    def __init__(self) -> None:
        self._root: _Node[Op] = _Node()
        self._base_paths: list[str] = []
        self._templates: list[list[str]] = []

    def add(self, base_path: str, path: str, method: str, operation: Op) -> None:
        """Adds an operation under a path template such as `/sequences/{sequence_id}`."""
        if base_path not in self._base_paths:
            self._base_paths.append(base_path)
        self._templates.append((base_path + path).split("/"))
        node, names = self._root, []
        for segment in (base_path + path).split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node = node.parameter or _Node()
            else:
                node = node.literals.setdefault(segment, _Node())
        node.route = node.route or Route(tuple(names))
        node.route.operations[method.upper()] = operation

    def find(self, raw_path: bytes) -> tuple[Route[Op], Mapping[str, str]] | None:
        """The route of a path and the texts of its parameters; None for a path of no contract.

        Raises NotFoundIssue for a path under a contract's base path that the contract does not have.
        """
        found = self._route(_segments(raw_path))
        if found is not None:
            return found
        # With slashes too many at its beginning, a path is still meant for its API.
        meant = b"/" + raw_path.lstrip(b"/")
        base_path = next((path for path in self._base_paths if meant.startswith(f"{path}/".encode())), None)
        if base_path is not None:
            path = raw_path.decode("utf-8", "replace")[:_MOST_SHOWN]
            message = f"There is no path {path} in this API; {self._hint(path, base_path)}"
            raise NotFoundIssue(message, value=path)
        return None

    def _route(self, segments: list[str]) -> tuple[Route[Op], Mapping[str, str]] | None:
        node: _Node[Op] | None = self._root
        values: list[str] = []
        for segment in segments:
            if node is None:
                return None
            literal = node.literals.get(segment)
            if literal is None and segment:
                values.append(segment)
                node = node.parameter
            else:
                node = literal
        if node is None or node.route is None:
            return None
        return node.route, dict(zip(node.route.names, values, strict=True))

    def _hint(self, path: str, base_path: str) -> str:
        """Which path was probably meant, else where all of them stand."""
        if "//" in path:
            return "it has an empty segment: remove a slash."
        segments = path.rstrip("/").split("/")
        fitting = [template for template in self._templates if len(template) == len(segments)]
        near = max(fitting, key=lambda template: _likeness(template, segments), default=None)
        if near is not None and _likeness(near, segments) >= _LIKELY:
            return f"did you mean {'/'.join(_filled(near, segments))}?"
        own = f"{base_path}/openapi.json"
        return f"{own if self._route(own.split('/')[1:]) else '/openapi.json'} lists them."


class _Node(Generic[Op]):
    __slots__ = ("literals", "parameter", "route")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[Op]] = {}
        self.parameter: _Node[Op] | None = None
        self.route: Route[Op] | None = None


def _likeness(template: list[str], segments: list[str]) -> float:
    """How alike a template and a path of as many segments are, from 0 to 1, by the segments that are no parameters."""
    literals = [number for number, known in enumerate(template) if not known.startswith("{")]
    asked = "/".join(segments[number][:_LONGEST_COMPARED] for number in literals)
    return SequenceMatcher(None, asked, "/".join(template[number] for number in literals)).ratio()


def _filled(template: list[str], segments: list[str]) -> list[str]:
    """A path template with its parameters filled from a path of as many segments."""
    return [given if known.startswith("{") else known for known, given in zip(template, segments, strict=True)]


def _segments(raw_path: bytes) -> list[str]:
    if b"%" not in raw_path:
        return raw_path.decode("utf-8", "replace").split("/")[1:]
    return [unquote_to_bytes(segment).decode("utf-8", "replace") for segment in raw_path.split(b"/")[1:]]
