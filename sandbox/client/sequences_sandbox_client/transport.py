"""Requests to a sandbox, and its error responses as exceptions."""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import httpx

from .calls import Call, R
from .errors import (
    ArgumentError,
    ConnectionSettingsError,
    SandboxError,
    SandboxNotStarted,
    UnauthorizedError,
    error_for,
)
from .proxies import on_this_machine, proxy_for
from .values import shown

__tracebackhide__ = True

H = TypeVar("H", httpx.Client, httpx.AsyncClient)

_SECONDS_TO_ANSWER: Final = 60.0
_LAST_PORT: Final = 65_535
_TOKEN: Final = re.compile(r"[!-~]+")
_PARAMETER: Final = re.compile("^(?:Path|Query) parameter (?=')", re.MULTILINE)
"""What a message says of where the API takes an argument, which is no matter of the caller's."""
_OF_A_PROXY: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
"""Whose these errors are where there is a proxy; those of TLS, which begins behind it, are the sandbox's."""
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


def settings_for(root: httpx.URL, trusted: ssl.SSLContext | None = None) -> dict[str, Any]:
    """How an httpx client reaches a host, with the certificates of the environment unless others are `trusted`.

    Raises ConnectionSettingsError, and OSError where SSL_CERT_FILE cannot be used.
    """
    proxy = proxy_for(root)
    if trusted is None and root.scheme != "https" and on_this_machine(root):
        # Reading the certificates of all authorities takes time for nothing; a context that trusts nobody is made at once.
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # `create_ssl_context` reads SSL_CERT_FILE and SSL_CERT_DIR. httpx itself would choose the proxy by rules of its own.
    verify = trusted or httpx.create_ssl_context()
    return {"trust_env": False, "proxy": proxy and proxy.proxy, "verify": verify}


def connection(url: str, *, trusted: ssl.SSLContext | None = None, **settings: Any) -> httpx.Client:
    """A client for the sandbox at a URL, with further settings of httpx. Raises SandboxNotStarted."""
    return _connection(httpx.Client, url, trusted, settings)


def async_connection(url: str) -> httpx.AsyncClient:
    """The same for asyncio, and for several event loops after each other: a kept connection would belong to one."""
    return _connection(httpx.AsyncClient, url, None, {"limits": httpx.Limits(max_keepalive_connections=0)})


def _connection(kind: type[H], url: str, trusted: ssl.SSLContext | None, settings: Mapping[str, Any]) -> H:
    root = root_of(url)
    try:
        return kind(base_url=root, **{"timeout": _SECONDS_TO_ANSWER, **settings_for(root, trusted), **settings})
    except OSError as error:
        raise ConnectionSettingsError(
            f"The certificates that SSL_CERT_FILE names cannot be used: {error}; name another file."
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
    """Raises SandboxNotStarted where a sandbox was stopped, or does not answer what is sent to it within.

    It is a ConnectionSettingsError where a proxy gives no connection.
    """
    if http.is_closed:
        raise SandboxNotStarted("This sandbox was stopped; start another one.")
    try:
        yield
    except httpx.RequestError as error:
        proxy, why = proxy_for(http.base_url), str(error) or type(error).__name__
        if proxy is not None and isinstance(error, _OF_A_PROXY) and "SSL" not in why:
            raise ConnectionSettingsError(
                f"The proxy {proxy} gives no connection to {http.base_url} ({why}); {proxy.advice}."
            ) from None
        hint = "start one with 'sequences-sandbox serve', or give another URL"
        if "CERTIFICATE_VERIFY_FAILED" in why:
            hint = "trust its certificates with --ca-bundle, or with SSL_CERT_FILE"
        through = f" through the proxy {proxy}" if proxy is not None else ""
        raise SandboxNotStarted(f"No sandbox answers at {http.base_url}{through} ({why}); {hint}.") from None


def error_of(response: httpx.Response, words: Mapping[str, str] | None = None) -> SandboxError:
    """The exception for an error response, its message in the words of the call."""
    try:
        issue = response.json()
        errors = issue.get("data", {}).get("errors", [])
        message = "\n".join(each["message"] for each in errors) if len(errors) > 1 else str(issue["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return _no_sandbox(response)
    message = _PARAMETER.sub("", message).replace("There is no query parameter", "There is no argument")
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
    for field, value in call.query.items():
        if isinstance(value, list | tuple):  # httpx would send one parameter for each, and none for an empty one
            raise ArgumentError(f"'{call.words.get(field, field)}' takes one value, not {shown(value)}.")
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
    proxy = proxy_for(response.request.url)
    through = f" through the proxy {proxy}" if proxy is not None else ""
    said = f"{response.request.url} answered {response.status_code}{through}; is that a sandbox?"
    return SandboxNotStarted(said) if response.is_success else SandboxError(said, response.status_code)
