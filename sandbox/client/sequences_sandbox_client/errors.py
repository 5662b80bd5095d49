"""What can go wrong between a test and its sandbox. The message is the sandbox's own, and says how to fix it.

SandboxError                   the base of all; `status_code` and `issue` are those of an error response, if there was one
├── SandboxNotStarted          no server could be started, or none answers at the URL
│   └── ConnectionSettingsError  a proxy or the certificates that the environment names cannot be used
├── InvalidError               400, 405, 413, 415: the call is malformed
│   └── ArgumentError          an argument that cannot be sent; also a ValueError
├── UnauthorizedError          401, 403: no key of a world, no admin token, or a host name that is not allowed
├── NotFoundError              404: it does not exist in this world
├── NotAllowedError            409, 422: the state of the world does not allow it
├── TooManyError               429: too many worlds, or too fast
└── VerificationError          the journal does not contain what it should; also an AssertionError
"""

from collections.abc import Mapping
from typing import Any, Final


class SandboxError(Exception):
    """An error response of the sandbox, or a call that could not be made."""

    def __init__(self, message: str, status_code: int = 0, issue: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.issue: Mapping[str, Any] = issue or {}


class SandboxNotStarted(SandboxError):
    """No sandbox could be started or reached."""


class ConnectionSettingsError(SandboxNotStarted):
    """A proxy or the certificates of the environment cannot be used; the text names the variable."""


class InvalidError(SandboxError):
    """The call is malformed."""


class ArgumentError(InvalidError, ValueError):
    """An argument that cannot be sent."""


class UnauthorizedError(SandboxError):
    """The key opens no world, or the call needs the admin token."""


class NotFoundError(SandboxError):
    """It does not exist in this world."""


class NotAllowedError(SandboxError):
    """The state of the world does not allow it."""


class TooManyError(SandboxError):
    """Too many worlds were created, or too fast."""


class VerificationError(SandboxError, AssertionError):
    """The journal does not contain what it should; `result` is the API's response with the near misses."""

    def __init__(self, message: str, result: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.result = result


_BY_STATUS: Final[Mapping[int, type[SandboxError]]] = {
    400: InvalidError, 401: UnauthorizedError, 403: UnauthorizedError, 404: NotFoundError, 405: InvalidError,
    409: NotAllowedError, 413: InvalidError, 415: InvalidError, 422: NotAllowedError, 429: TooManyError,
}  # fmt: skip


def error_for(status_code: int, message: str, issue: Mapping[str, Any] | None = None) -> SandboxError:
    """The exception that goes with a status."""
    return _BY_STATUS.get(status_code, SandboxError)(message, status_code, issue)
