"""Passive checks: rules that send nothing and inspect every response as it passes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..contract.document import Contract
from ..contract.operations import Operation
from ..http.messages import NotJson, Response

#: Errors of which only profile strict says what they look like, as with those of 500 and above. A server's library, or what
#: stands before it, refuses a long target or head (414, 431) before the application sees it.
OWN_STATUSES = (405, 413, 414, 415, 429, 431)

_ID = re.compile(r"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/|$)", re.ASCII | re.IGNORECASE)

Finding = tuple[str, str]
"""What was expected and what came instead."""


@dataclass(frozen=True)
class Observation:
    """A response, the operation that it belongs to, and its body; None where there is no such operation or no JSON."""

    response: Response
    operation: Operation | None
    body: Any

    @property
    def is_success(self) -> bool:
        """Whether an operation succeeded with a body."""
        return self.operation is not None and self.response.status == 200 and self.response.request.method != "HEAD"

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items that a success shows, as they came, as far as they are objects."""
        if not self.is_success or self.operation is None or not isinstance(self.body, dict):
            return []
        found = self.body.get("items") if self.operation.is_list else [self.body]
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


@dataclass
class Memory:
    """What passive checks remember from response to response."""

    contract: Contract
    strict: bool
    update_method: str = "PATCH"
    request_ids: set[str] = field(default_factory=set)

    def binds(self, seen: Observation) -> bool:
        """Whether a response must have the form of errors. Other paths, methods, sizes and types are not documented."""
        request, status = seen.response.request, seen.response.status
        if status < 400 or request.method in ("HEAD", "TRACE", "CONNECT"):
            return False
        if self.strict:
            return True
        if seen.operation is None or status == 501:
            return False
        # Without an id in the path, or with a malformed one, 404 says that the path itself is unknown.
        unknown = status == 404 and not _ID.search(request.bare_path)
        return status not in OWN_STATUSES and not unknown

    def observe(self, response: Response) -> Observation:
        request = response.request
        try:
            body = response.json()
        except (NotJson, RecursionError):
            body = None
        return Observation(response, self._operation(request.method, request.bare_path), body)

    def _operation(self, method: str, path: str) -> Operation | None:
        """The operation of a method at a path; of update, the method is the one that the caller says the target has."""
        found = self.contract.find(method, path)
        if found is not None and found.method != "PATCH":
            return found
        return self.contract.find("PATCH", path) if method == self.update_method else None


Inspection = Callable[[Observation, Memory], "Finding | bool"]
"""A finding; else whether the response was one that the rule judges."""
