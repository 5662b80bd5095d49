"""Requests to a sandbox, and its error responses as exceptions."""

import ipaddress
import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import httpx

from .calls import Call, R
from .errors import ArgumentError, SandboxError, SandboxNotStarted, UnauthorizedError, error_for

__tracebackhide__ = True

H = TypeVar("H", httpx.Client, httpx.AsyncClient)

_SECONDS_TO_ANSWER: Final = 60.0
_LAST_PORT: Final = 65_535
_TOKEN: Final = re.compile(r"[!-~]+")
_OBSERVER: Final = {"X-Sandbox-Observer": "client"}


def root_of(url: str) -> httpx.URL:
    """The root of the sandbox at a URL, with or without `/v1` at its end. Raises SandboxNotStarted where it is no URL."""
    try:
        root = httpx.URL(url.rstrip("/").removesuffix("/v1"))
    except (httpx.InvalidURL, AttributeError):
        root = httpx.URL()
    if root.userinfo:  # it would be sent in place of the key, and shown wherever the URL is
        raise SandboxNotStarted("The URL of a sandbox holds no user and no password; leave them out, and give a key.")
    if root.scheme not in ("http", "https") or not root.host or (root.port or 0) > _LAST_PORT:
        raise SandboxNotStarted(f"{url!r} is not the URL of a sandbox; give one such as http://127.0.0.1:4010")
    return root


def settings_for(root: httpx.URL) -> dict[str, Any]:
    """How an httpx client reaches a host: never through a proxy on this machine, elsewhere as the environment says."""
    if not on_this_machine(root):
        return {"trust_env": True}
    if root.scheme != "https":
        # Reading the certificates of all authorities takes time for nothing; a context that trusts nobody is made at once.
        return {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
    return {"trust_env": False, "verify": httpx.create_ssl_context()}  # reads SSL_CERT_FILE and SSL_CERT_DIR


def on_this_machine(url: httpx.URL) -> bool:
    host = url.host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1 and 2130706433 lead here too
        except OSError:
            return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def connection(url: str, **settings: Any) -> httpx.Client:
    """A client for the sandbox at a URL, with further settings of httpx. Raises SandboxNotStarted."""
    return _connection(httpx.Client, url, settings)


def async_connection(url: str) -> httpx.AsyncClient:
    """The same for asyncio."""
    return _connection(httpx.AsyncClient, url, {})


def _connection(kind: type[H], url: str, settings: Mapping[str, Any]) -> H:
    root = root_of(url)
    try:
        trust = {"trust_env": not on_this_machine(root)} if "verify" in settings else settings_for(root)
        return kind(base_url=root, **{"timeout": _SECONDS_TO_ANSWER, **trust, **settings})
    except OSError as error:
        raise SandboxNotStarted(f"The certificates that SSL_CERT_FILE names cannot be used: {error}.") from None
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise SandboxNotStarted(
            f"The proxy settings of the environment cannot be used: {str(error).rstrip('.')}. Check ALL_PROXY, HTTP_PROXY, "
            "HTTPS_PROXY and NO_PROXY."
        ) from None


class ControlClient:
    """Sends calls to one sandbox, with one token or none."""

    def __init__(self, http: httpx.Client, token: str | None = None) -> None:
        self._http = http
        self._token = usable(token)

    def __call__(self, call: Call[R]) -> R:
        """The result of a call; None for an empty response. Raises SandboxError."""
        with reached(self._http):
            response = self._http.send(_request(self._http, call, self._token))
        return _result(response, call)


class AsyncControlClient:
    """The same for asyncio."""

    def __init__(self, http: httpx.AsyncClient, token: str | None = None) -> None:
        self._http = http
        self._token = usable(token)

    async def __call__(self, call: Call[R]) -> R:
        """The result of a call; None for an empty response. Raises SandboxError."""
        with reached(self._http):
            response = await self._http.send(_request(self._http, call, self._token))
        return _result(response, call)


@contextmanager
def reached(http: httpx.Client | httpx.AsyncClient) -> Iterator[None]:
    """Raises SandboxNotStarted where a sandbox was stopped, or does not answer what is sent to it within."""
    if http.is_closed:
        raise SandboxNotStarted("This sandbox was stopped; start another one.")
    try:
        yield
    except httpx.RequestError as error:
        hint = "start one with 'sequences-sandbox serve', or give another URL"
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            hint = "trust its certificates with --ca-bundle, or with SSL_CERT_FILE"
        raise SandboxNotStarted(f"No sandbox answers at {http.base_url} ({error}); {hint}.") from None


def error_of(response: httpx.Response, words: Mapping[str, str] | None = None) -> SandboxError:
    """The exception for an error response, its message in the words of the call."""
    try:
        issue = response.json()
        errors = issue.get("data", {}).get("errors", [])
        message = "\n".join(each["message"] for each in errors) if len(errors) > 1 else str(issue["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return _no_sandbox(response)
    for field, argument in (words or {}).items():
        message = message.replace(f"'{field}'", f"'{argument}'").replace(f"'{field}/", f"'{argument}/")
    return error_for(response.status_code, message, issue)


def _request(http: httpx.Client | httpx.AsyncClient, call: Call[Any], token: str | None) -> httpx.Request:
    key = token if call.key is None else call.key
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    if call.key is not None and call.method == "GET":
        # What a test looks at is no request of the code that it tests.
        headers |= _OBSERVER
    base = "/_sandbox" if call.key is None else "/v1"
    try:
        return http.build_request(
            call.method, f"{base}{call.path}", json=call.body, params=dict(call.query), headers=headers
        )
    except (TypeError, ValueError, RecursionError, httpx.InvalidURL) as error:
        raise ArgumentError(f"An argument cannot be sent to the sandbox: {error}.") from None


def _result(response: httpx.Response, call: Call[R]) -> R:
    if not response.is_success:
        raise error_of(response, call.words)
    if not response.headers.get("X-Request-Id", "").startswith("req_"):
        raise _no_sandbox(response)
    try:
        result: R = json.loads(response.content or b"null")
        return result
    except ValueError:
        raise _no_sandbox(response) from None


def usable(token: str | None) -> str | None:
    """A key or admin token, if any. Raises UnauthorizedError where no header can carry it, and does not show it."""
    if token is not None and not (isinstance(token, str) and _TOKEN.fullmatch(token)):
        raise UnauthorizedError("The key or admin token is empty, or has characters that no token has.")
    return token


def _no_sandbox(response: httpx.Response) -> SandboxError:
    said = f"{response.request.url} answered {response.status_code}; is that a sandbox?"
    return SandboxNotStarted(said) if response.is_success else SandboxError(said, response.status_code)
