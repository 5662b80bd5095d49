"""Every error the API knows, one class per issue type and number.

Issue
├── ValidationIssue            400  the request itself is wrong
│   ├── MethodNotAllowedIssue  405
│   ├── TooLargeIssue          413
│   └── MediaTypeIssue         415
├── UnauthorizedIssue          401  no valid key
│   ├── ScopeIssue             403  a valid key without the scope
│   └── HostIssue              403  a host name that is not ours, or a page of another origin
├── NotFoundIssue              404
├── CommitIssue                409  another writer got there first
├── BusinessIssue              422  not allowed in the present state
├── RateLimitIssue             429
└── InternalIssue              500  the server's own failure
    └── UnavailableIssue       503
        └── CatchingUpIssue    503  what fell due takes more than one go

A class carries the number and the type as the contract's section "Errors" pairs them; this file knows nothing of HTTP
beyond that. `http` turns an Issue into a response, in one place.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class Issue(Exception):
    """What is wrong and how to fix it (`message`), and particulars for programs (`data`)."""

    status_code: ClassVar[int]
    type: ClassVar[str]

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data: Mapping[str, Any] = data

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that the contract asks for beside the body."""
        wait = self.data.get("retry_after_seconds")
        return {} if wait is None else {"retry-after": str(wait)}


class ValidationIssue(Issue):
    """The request itself is wrong: a parameter, the body, the way it is put."""

    status_code = 400
    type = "ValidationIssue"


class MethodNotAllowedIssue(ValidationIssue):
    """The path exists and answers other methods."""

    status_code = 405

    @property
    def headers(self) -> Mapping[str, str]:
        return {"allow": ", ".join(self.data["allowed"])}


class TooLargeIssue(ValidationIssue):
    """The body is larger than the server reads."""

    status_code = 413


class MediaTypeIssue(ValidationIssue):
    """The body is not declared as JSON in UTF-8."""

    status_code = 415


class UnauthorizedIssue(Issue):
    """No key, a malformed one, or one that nobody holds."""

    status_code = 401
    type = "UnauthorizedIssue"

    @property
    def headers(self) -> Mapping[str, str]:
        return {"www-authenticate": "Bearer"}


class ScopeIssue(UnauthorizedIssue):
    """The key is valid and lacks the scope that the operation needs."""

    status_code = 403

    @property
    def headers(self) -> Mapping[str, str]:
        return {}


class HostIssue(ScopeIssue):
    """The request came under a host name that is none of this server's, or from a page of another origin."""


class NotFoundIssue(Issue):
    """No such path, or nothing with that id in the caller's organization."""

    status_code = 404
    type = "NotFoundIssue"


class CommitIssue(Issue):
    """Another writer changed the same data first; nothing was done."""

    status_code = 409
    type = "CommitIssue"


class BusinessIssue(Issue):
    """The present state does not allow it; nothing was changed."""

    status_code = 422
    type = "BusinessIssue"


class RateLimitIssue(Issue):
    """Too many calls; `data` holds `retry_after_seconds`, a whole number."""

    status_code = 429
    type = "RateLimitIssue"


def too_fast(message: str, wait: int, **data: Any) -> RateLimitIssue:
    """The issue of who is to wait so many seconds; its message goes on from the given one."""
    return RateLimitIssue(f"{message} try again in {wait} s.", retry_after_seconds=wait, **data)


class InternalIssue(Issue):
    """The server failed; the request was not at fault."""

    status_code = 500
    type = "InternalIssue"


class UnavailableIssue(InternalIssue):
    """The server cannot reach its data at present; `data` holds `retry_after_seconds`, a whole number."""

    status_code = 503


class CatchingUpIssue(UnavailableIssue):
    """More fell due in the world than one request applies; the next one applies more of it."""
