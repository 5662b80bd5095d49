"""What can go wrong between a test and its sandbox.

SandboxError                 the control API refused; carries what it said
├── SandboxNotStarted        no server came up, or none answers at the URL
VerificationError            an AssertionError: the journal does not hold what it should
"""

from collections.abc import Mapping
from typing import Any


class SandboxError(Exception):
    """A refusal of the control API: `status_code`, and the `issue` in the contract's form."""

    def __init__(self, message: str, status_code: int = 0, issue: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.issue: Mapping[str, Any] = issue or {}


class SandboxNotStarted(SandboxError):
    """No sandbox could be started or reached."""


class VerificationError(AssertionError):
    """The journal does not hold what it should; `result` is the API's answer with the nearest misses."""

    def __init__(self, message: str, result: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.result = result
