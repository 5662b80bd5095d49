"""What comes in, what goes out, and the one exception that stands for an error."""

import json
from dataclasses import dataclass, field
from typing import Any

from .world import Key, Run, World


@dataclass
class Request:
    """One HTTP request. Header names are in lower case; `oversize` marks a body that was not kept.

    `connection` names the connection that it came by.
    """

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    oversize: bool = False
    connection: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass
class Response:
    """One HTTP response; `body` is JSON unless it is bytes already."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass
class Query:
    """The list's parameters once read. `filters` holds those given: texts, and bounds as exact microseconds."""

    filters: dict[str, Any]
    sort_by: str
    sort_order: str
    page: int
    size: int


@dataclass
class Call:
    """One request on its way through the steps; each step fills in what it found."""

    request: Request
    operation: str
    segment: str = ""
    key: Key = field(init=False)
    now: int = field(init=False)
    run: Run = field(init=False)
    run_id: str = field(init=False)
    query: Query = field(init=False)
    body: dict[str, Any] = field(init=False)

    @property
    def world(self) -> World:
        return self.key.world


TYPES = {401: "UnauthorizedIssue", 403: "UnauthorizedIssue", 404: "NotFoundIssue", 409: "CommitIssue"}
TYPES |= {422: "BusinessIssue", 500: "InternalIssue"}


class ApiError(Exception):
    """A request that does not get what it asked for: HTTP status, message, particulars, headers."""

    def __init__(self, status: int, message: str, /, *, headers: dict[str, str] | None = None, **data: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.data = data
        self.headers = headers or {}

    @property
    def type(self) -> str:
        return TYPES.get(self.status, "ValidationIssue")


def shown(value: object) -> str:
    """A sender's text, fit to be repeated in a response: no lone surrogates, not endless."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()[:200]
