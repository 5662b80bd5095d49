"""What can go wrong between a test and its sandbox. The message is the sandbox's own, and says how to mend it.

SandboxError                   the control API refused: `status_code`, and the `issue` in the contract's form
├── SandboxNotStarted          no server came up, or none answers at the URL
├── InvalidError               400, 405, 413, 415: the call is malformed
├── UnauthorizedError          401, 403: no key of a world, no admin token, or a host name that is not allowed
├── NotFoundError              404: there is no such thing in this world
├── NotAllowedError            409, 422: the present state does not allow it
└── TooManyError               429: too many worlds, or too fast
VerificationError              an AssertionError: the journal does not hold what it should
"""

from collections.abc import Mapping
from typing import Any, Final


class SandboxError(Exception):
    """A refusal of the control API."""

    def __init__(self, message: str, status_code: int = 0, issue: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.issue: Mapping[str, Any] = issue or {}


class SandboxNotStarted(SandboxError):
    """No sandbox could be started or reached."""


class InvalidError(SandboxError):
    """The call is malformed."""


class UnauthorizedError(SandboxError):
    """The key opens no world, or the call wants the admin token."""


class NotFoundError(SandboxError):
    """There is no such thing in this world."""


class NotAllowedError(SandboxError):
    """The present state does not allow it."""


class TooManyError(SandboxError):
    """Too many worlds were made, or too fast."""


class VerificationError(AssertionError):
    """The journal does not hold what it should; `result` is the API's answer with the nearest misses."""

    def __init__(self, message: str, result: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.result = result


_BY_STATUS: Final[Mapping[int, type[SandboxError]]] = {
    400: InvalidError, 401: UnauthorizedError, 403: UnauthorizedError, 404: NotFoundError, 405: InvalidError,
    409: NotAllowedError, 413: InvalidError, 415: InvalidError, 422: NotAllowedError, 429: TooManyError,
}  # fmt: skip


def error_response(status_code: int, message: str, issue: Mapping[str, Any] | None = None) -> SandboxError:
    """The exception that goes with a status."""
    return _BY_STATUS.get(status_code, SandboxError)(message, status_code, issue)
