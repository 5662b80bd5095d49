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
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

#: How long a connection is kept that nobody uses.
_KEPT_SECONDS = 1.0
#: What to do where no connection comes about on the way that `way_to` names.
PROXY_ADVICE = "correct that variable, or name the host in NO_PROXY"


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
    if transport is not None:
        return httpx.Client(timeout=timeout, transport=transport)
    limits = httpx.Limits(max_connections=None, keepalive_expiry=_KEPT_SECONDS)
    return httpx.Client(timeout=timeout, limits=limits, **_settings(url, ca_bundle))


class Transports:
    """Transports to one host, each for one request at a time; they cost less than a client.

    A transport that is shared looks at all its connections, under one lock, for every request.
    """

    def __init__(self, url: str, *, ca_bundle: Path | None, given: httpx.BaseTransport | None = None) -> None:
        """`given` stands for all of them. Raises ConnectionSettingsError."""
        self._open: Callable[[], httpx.BaseTransport]
        if given is not None:
            self._open = lambda: given
        else:
            how = {**_settings(url, ca_bundle), "limits": httpx.Limits(keepalive_expiry=_KEPT_SECONDS)}
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


@dataclass(frozen=True)
class _Proxy:
    """The proxy for a host, and the variable that names it."""

    proxy: httpx.Proxy
    variable: str


def way_to(url: str) -> str:
    """The proxy through which a URL is reached, as messages say it, without its password; empty for none."""
    found = _proxy(url)
    return "" if found is None else f" through the proxy {found.proxy.url} that {found.variable} names"


def _proxy(url: str) -> _Proxy | None:
    """The proxy of the environment for a URL, if any. Raises ConnectionSettingsError."""
    parts = httpx.URL(url)
    if on_this_machine(url) or any(map(proxy_bypass, (parts.host, parts.netloc.decode()))):
        return None
    proxies = getproxies()
    scheme = parts.scheme if proxies.get(parts.scheme) else "all"
    value = proxies.get(scheme)
    if not value:
        return None
    # Where both have the value, the variable in lower case is the one that counts.
    names = (name for name in os.environ if name.lower() == f"{scheme}_proxy" and os.environ[name] == value)
    variable = max(names, default="the configuration of this system")
    return _Proxy(_usable(value, variable, parts.host), variable)


def _usable(value: str, variable: str, host: str) -> httpx.Proxy:
    # What is said does not repeat the value, nor the error, which has parts of it: it may hold a password.
    instead = f"or name {host} in NO_PROXY"
    try:
        proxy = httpx.Proxy(value if "://" in value else f"http://{value}")
    except (ValueError, httpx.InvalidURL):
        raise ConnectionSettingsError(
            f"{variable} is not the URL of a proxy; set it to one such as http://proxy.example:3128, {instead}"
        ) from None
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConnectionSettingsError(
            f"{variable} names a SOCKS proxy; install the package socksio, which httpx needs for it, {instead}"
        )
    return proxy


def open_async_client(url: str, *, ca_bundle: Path | None, timeout: httpx.Timeout) -> httpx.AsyncClient:
    """The same for asyncio. Raises ConnectionSettingsError."""
    limits = httpx.Limits(max_connections=100, keepalive_expiry=_KEPT_SECONDS)
    return httpx.AsyncClient(timeout=timeout, limits=limits, **_settings(url, ca_bundle))


def _settings(url: str, ca_bundle: Path | None) -> dict[str, Any]:
    """Of a client or a transport; httpx itself would choose the proxy by rules of its own."""
    found = _proxy(url)
    return {"verify": _certificates(ca_bundle), "trust_env": False, "proxy": found and found.proxy}


def _certificates(ca_bundle: Path | None) -> ssl.SSLContext:
    certificates = trusted_certificates(ca_bundle)
    try:
        return ssl.create_default_context(cafile=certificates) if certificates else httpx.create_ssl_context()
    except OSError as error:
        raise ConnectionSettingsError(
            f"SSL_CERT_FILE {certificates} cannot be used: {error}; name another file"
        ) from None
