"""How a host is reached: never through a proxy on this machine, elsewhere as the environment says."""

import ipaddress
import math
import os
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

#: How long a connection is kept that nobody uses.
_KEPT_SECONDS = 1.0


class ConnectionSettingsError(Exception):
    """The environment's proxies or certificates cannot be used; the text names the variables."""


def on_this_machine(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = httpx.URL(url).host.rstrip(".")
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


def trusted_certificates(ca_bundle: Path | None) -> str | None:
    """The file with the certificates to trust: the one that was given, or the environment's."""
    return str(ca_bundle) if ca_bundle is not None else os.environ.get("SSL_CERT_FILE") or None


def open_client(
    url: str, *, ca_bundle: Path | None = None, timeout: float = 10.0, transport: httpx.BaseTransport | None = None
) -> httpx.Client:
    """A client for what is at a URL. Raises ConnectionSettingsError."""
    limits = httpx.Limits(max_connections=None, keepalive_expiry=_KEPT_SECONDS)
    with _explained():
        return httpx.Client(timeout=timeout, transport=transport, limits=limits, **_settings(url, ca_bundle))


class Transports:
    """Transports to one host, each for one request at a time; they cost less than a client.

    A transport that is shared looks at all its connections, under one lock, for every request.
    """

    def __init__(self, url: str, *, ca_bundle: Path | None, given: httpx.BaseTransport | None = None) -> None:
        """`given` stands for all of them. Raises ConnectionSettingsError."""
        self._open: Callable[[], httpx.BaseTransport]
        with _explained():
            if given is not None:
                self._open = lambda: given
            else:
                limits = httpx.Limits(keepalive_expiry=_KEPT_SECONDS)
                how: Any = {"verify": _certificates(ca_bundle), "proxy": _proxy(url), "limits": limits}
                self._open = partial(httpx.HTTPTransport, **how)
            self._idle = deque([(time.monotonic(), self._open())])
        self._lock = threading.Lock()
        self._is_closed = False

    @contextmanager
    def one(self) -> Iterator[httpx.BaseTransport]:
        """A transport that nobody else uses meanwhile, the one that was used last if there is one."""
        with self._lock:
            transport = self._idle.pop()[1] if self._idle else None
            unused = self._unused_since(time.monotonic() - _KEPT_SECONDS)
        for each in unused:
            each.close()
        transport = transport or self._open()
        try:
            yield transport
        finally:
            with self._lock:
                self._idle.append((time.monotonic(), transport))
                unused = self._unused_since(math.inf) if self._is_closed else []
            for each in unused:
                each.close()

    def close(self) -> None:
        """Closes the connections, and those of requests under way when they end."""
        with self._lock:
            self._is_closed = True
            unused = self._unused_since(math.inf)
        for each in unused:
            each.close()

    def _unused_since(self, then: float) -> list[httpx.BaseTransport]:
        unused = []
        while self._idle and self._idle[0][0] < then:
            unused.append(self._idle.popleft()[1])
        return unused


def _proxy(url: str) -> str | None:
    """The proxy of the environment for a host, if any."""
    parts = httpx.URL(url)
    if on_this_machine(url) or proxy_bypass(parts.host):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return found if found is None or "://" in found else f"http://{found}"


def open_async_client(url: str, *, ca_bundle: Path | None, timeout: httpx.Timeout) -> httpx.AsyncClient:
    """The same for asyncio. Raises ConnectionSettingsError."""
    limits = httpx.Limits(max_connections=100, keepalive_expiry=_KEPT_SECONDS)
    with _explained():
        return httpx.AsyncClient(timeout=timeout, limits=limits, **_settings(url, ca_bundle))


def _settings(url: str, ca_bundle: Path | None) -> dict[str, Any]:
    return {"verify": _certificates(ca_bundle), "trust_env": not on_this_machine(url), "follow_redirects": False}


def _certificates(ca_bundle: Path | None) -> ssl.SSLContext:
    certificates = trusted_certificates(ca_bundle)
    try:
        return ssl.create_default_context(cafile=certificates) if certificates else httpx.create_ssl_context()
    except OSError as error:
        raise ConnectionSettingsError(
            f"SSL_CERT_FILE {certificates} cannot be used: {error}; name another file"
        ) from None


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise ConnectionSettingsError(
            f"the proxy settings of the environment cannot be used: {str(error).rstrip('.')}; check ALL_PROXY, HTTP_PROXY, "
            "HTTPS_PROXY and NO_PROXY"
        ) from None
