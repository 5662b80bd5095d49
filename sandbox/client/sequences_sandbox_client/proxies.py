"""How a host is reached: never through a proxy on this machine, elsewhere as the environment says."""

import importlib.util
import ipaddress
import os
import socket
from dataclasses import dataclass
from urllib.request import getproxies, proxy_bypass

import httpx

from .errors import ConnectionSettingsError

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class NamedProxy:
    """The proxy for a host, and the `variable` that names it. As text it shows no user and no password."""

    proxy: httpx.Proxy
    variable: str
    host: str

    def __str__(self) -> str:
        return f"{self.proxy.url} that {self.variable} names"

    @property
    def advice(self) -> str:
        return f"correct {self.variable}, or name {self.host} in NO_PROXY"


def proxy_for(url: httpx.URL) -> NamedProxy | None:
    """The proxy of the environment for a URL, if any. Raises ConnectionSettingsError."""
    if on_this_machine(url) or any(map(proxy_bypass, (url.host, url.netloc.decode()))):
        return None
    proxies = getproxies()
    scheme = url.scheme if proxies.get(url.scheme) else "all"
    value = proxies.get(scheme)
    return _named(value, _variable(scheme, value), url.host) if value else None


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


def _variable(scheme: str, value: str) -> str:
    """The variable with a value; where both have it the one in lower case, which counts."""
    names = (name for name in os.environ if name.lower() == f"{scheme}_proxy" and os.environ[name] == value)
    return max(names, default="the configuration of this system")


def _named(value: str, variable: str, host: str) -> NamedProxy:
    # What is said does not repeat the value, nor the error, which has parts of it: it may hold a password.
    try:
        named = NamedProxy(httpx.Proxy(value if "://" in value else f"http://{value}"), variable, host)
    except (ValueError, httpx.InvalidURL):
        what = f"{variable} is not the URL of a proxy; set it to one such as http://proxy.example:3128"
        raise ConnectionSettingsError(f"{what}, or name {host} in NO_PROXY.") from None
    if named.proxy.url.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        what = f"{variable} names a SOCKS proxy; install the package socksio, which httpx needs for it"
        raise ConnectionSettingsError(f"{what}, or name {host} in NO_PROXY.")
    return named
