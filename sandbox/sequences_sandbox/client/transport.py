"""Requests to the control API, and its refusals as exceptions."""

from collections.abc import Mapping
from typing import Any

import httpx

from .errors import SandboxError, SandboxNotStarted, error_response

_SECONDS_TO_ANSWER = 60.0


def connection(url: str) -> httpx.Client:
    """A client for the sandbox at a URL, with or without `/v1` at its end. Raises SandboxNotStarted where it is no URL."""
    try:
        root = httpx.URL(url.rstrip("/").removesuffix("/v1"))
    except httpx.InvalidURL:
        root = httpx.URL()
    if root.scheme not in ("http", "https") or not root.host:
        raise SandboxNotStarted(f"{url!r} is no URL of a sandbox; give one such as http://127.0.0.1:4010")
    return httpx.Client(base_url=root, timeout=_SECONDS_TO_ANSWER, trust_env=not on_this_machine(root))


def on_this_machine(url: httpx.URL) -> bool:
    """Whether a URL leads to this machine: then no proxy of the environment is asked."""
    return url.host in ("localhost", "::1") or url.host.startswith("127.")


class Control:
    """The control API of one sandbox, with one token or none."""

    def __init__(self, http: httpx.Client, token: str | None = None) -> None:
        self._http = http
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, *, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The answer to a call; None for an empty one. Raises SandboxError."""
        if self._http.is_closed:
            raise SandboxNotStarted("This sandbox was stopped; start another.")
        try:
            answer = self._http.request(
                method, f"/_sandbox{path}", json=body, params=dict(query or {}), headers=self._headers
            )
        except httpx.TransportError as error:
            raise unreachable(self._http, error) from error
        if not answer.is_success:
            raise build_error_response(answer)
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise _stranger(answer) from None


def unreachable(http: httpx.Client, error: httpx.TransportError) -> SandboxNotStarted:
    """The exception for a sandbox that does not answer."""
    mending = "start one with 'sequences-sandbox serve', or give another URL"
    return SandboxNotStarted(f"No sandbox answers at {http.base_url} ({error}); {mending}.")


def build_error_response(answer: httpx.Response) -> SandboxError:
    """The exception that tells what a refusal says."""
    try:
        issue = answer.json()
        message = str(issue["message"])
    except (ValueError, KeyError, TypeError):
        return _stranger(answer)
    return error_response(answer.status_code, message, issue)


def _stranger(answer: httpx.Response) -> SandboxError:
    return SandboxError(f"{answer.request.url} answered {answer.status_code}; is that a sandbox?", answer.status_code)
