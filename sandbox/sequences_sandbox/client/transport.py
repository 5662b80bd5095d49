"""Requests to the control API, and its refusals as exceptions."""

from collections.abc import Mapping
from typing import Any

import httpx

from .errors import SandboxError, SandboxNotStarted

JSON = Any
"""A value as JSON has it."""


class Control:
    """The control API of one sandbox, with one key or none."""

    def __init__(self, http: httpx.Client, token: str | None = None) -> None:
        self._http = http
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, *, body: JSON = None, query: Mapping[str, Any] | None = None) -> JSON:
        """The answer to a call; None for an empty one. Raises SandboxError."""
        try:
            answer = self._http.request(
                method, f"/_sandbox{path}", json=body, params=dict(query or {}), headers=self._headers
            )
        except httpx.TransportError as error:
            raise SandboxNotStarted(f"No sandbox answers at {self._http.base_url}: {error}") from error
        if answer.is_success:
            return answer.json() if answer.content else None
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> SandboxError:
    try:
        issue = answer.json()
        message = str(issue["message"])
    except (ValueError, KeyError, TypeError):
        return SandboxError(
            f"{answer.request.url} answered {answer.status_code}; is that a sandbox?", answer.status_code
        )
    return SandboxError(message, answer.status_code, issue)
