"""A recorded request and its response, as every format of recording is read to."""

import email.utils
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

import httpx

from ..contract.operations import Operation
from ..http.messages import Request, Response

#: What stands in a recording for a part of an API key.
REDACTED = "topo_***"


@dataclass(frozen=True, eq=False)
class Exchange:
    """One request and its response. `place` says where it is recorded.

    `client` stands for the key that the request carried. `body` is None where the response's body is not known to its
    end. `began` and `ended` are seconds by the recorder's clock, None where it does not say.
    """

    place: str
    method: str
    url: str
    client: str
    status: int
    headers: httpx.Headers
    body: bytes | None
    request_body: bytes | None = None
    began: float | None = None
    ended: float | None = None
    timeline: float | None = None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the query, decoded."""
        return parse_qsl(self.url.partition("?")[2], keep_blank_values=True)

    @property
    def date(self) -> float | None:
        """When the server responded, by its own clock, in whole seconds; None when it does not say."""
        try:
            return email.utils.parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError, TypeError):
            return None

    def precedes(self, other: "Exchange", lag: float = 0) -> bool:
        """Whether `other` surely began after this one had ended, and more than `lag` seconds later.

        Entries may come from recorders whose clocks differ: where the server's own times contradict, nothing is sure.
        """
        if self.ended is None or other.began is None or other.began < self.ended + lag:
            return False
        if self.date is None or other.date is None or self.timeline is not None:
            return True
        apart = (other.date - other.began) - (self.date - self.ended)
        return other.date >= self.date and (other.date - self.date > 1 or abs(apart) <= 2)

    @property
    def weight(self) -> int:
        """The bytes of both bodies."""
        return len(self.body or b"") + len(self.request_body or b"")

    def without_bodies(self) -> "Exchange":
        """The same, to be remembered: where and when it was, and whose."""
        return replace(self, body=None, request_body=None)

    def response(self, path: str, redact: Callable[[str], str]) -> Response:
        """The same as a response of the target; `path` is that below the base URL."""
        full = path + (f"?{query}" if (query := self.url.partition("?")[2]) else "")
        type_ = self.headers.get("content-type")
        headers = (("Content-Type", "application/json"),) if self.request_body else ()
        request = Request(self.method, self.url, full, "key", ("Bearer {key}",), headers, self.request_body)
        known = self.headers if type_ or self.headers else httpx.Headers({"content-type": "application/json"})
        return Response(request, self.status, known, self.body or b"", self.began or 0.0, self.ended or 0.0, redact)


def item_id(operation: Operation, path: str) -> str:
    """The id of the item that a path names, in lower case; empty where it names none."""
    parts = zip(operation.path.split("/"), path.split("/"), strict=False)
    return next((given.lower() for pattern, given in parts if pattern.startswith("{")), "")


def resembles(schema: dict[str, Any], value: Any) -> bool:
    """Whether a body has at least half of the fields that its schema requires: that of another API has not."""
    required = schema.get("required", [])
    return isinstance(value, dict) and 2 * sum(name in value for name in required) >= len(required) > 0
