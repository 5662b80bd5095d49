"""Where a request comes from: the address of its connection, or what proxies say that were named as trustworthy.

Whoever connects can write any header, so only the entries that a named proxy added count: read from the last one on, up to
the first address that is no such proxy.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

UNKNOWN: Final = "unknown"
"""The address of a connection that has none, such as one of a Unix socket."""
_HEADERS: Final = (b"x-forwarded-for", b"forwarded")
_MOST_HOPS: Final = 20
_SHARED_PREFIX: Final = 56
"""Most providers give a home an IPv6 network of this size or a smaller one, so its addresses count as one.

Counted by /64, a home would be 256 clients, and who has a /48 65,536; so the latter is 256.
"""


def parse_network(text: str) -> Network:
    """An address, or a network such as 10.0.0.0/8. Raises ValueError with a sentence that says how to fix it."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"{text[:100]!r} is no address; give one such as 127.0.0.1, or a network such as 10.0.0.0/8"
        ) from None


class ClientAddresses:
    """Finds the client of a request behind the proxies of some networks."""

    def __init__(self, proxies: Iterable[Network]) -> None:
        self._proxies: Final = tuple(proxies)

    def is_proxy(self, peer: str) -> bool:
        """Whether an address is a named proxy's."""
        found = _parsed(peer)
        return found is not None and any(found in network for network in self._proxies)

    def of(self, peer: str, headers: Sequence[tuple[bytes, bytes]]) -> str:
        """The client's address, as quotas count it: an IPv6 address as its /56 network."""
        client = peer
        if self._proxies and self.is_proxy(peer):
            sent = [[value for name, value in headers if name == header] for header in _HEADERS]
            listed, stated = sent
            if bool(listed) != bool(stated):  # a proxy that sets one of them may pass on the other as it came
                hops = _hops(b",".join(listed)) if listed else _forwarded(b",".join(stated))
                client = next((hop for hop in hops if not self.is_proxy(hop)), peer)
        return counted(client)


def _hops(value: bytes) -> list[str]:
    """The addresses of X-Forwarded-For, the last first."""
    return [_bare(hop) for hop in value.decode("latin-1").rsplit(",", _MOST_HOPS)[::-1][:_MOST_HOPS]]


def _forwarded(value: bytes) -> list[str]:
    """The addresses of Forwarded (RFC 7239), the last first."""
    elements = value.decode("latin-1").rsplit(",", _MOST_HOPS)[::-1][:_MOST_HOPS]
    pairs = [dict(pair.strip().partition("=")[::2] for pair in element.lower().split(";")) for element in elements]
    return [_bare(pair.get("for", "")) for pair in pairs]


def _bare(text: str) -> str:
    """An address without quotes, brackets and port."""
    bare = text.strip().strip('"')
    if bare.startswith("["):
        return bare[1:].partition("]")[0]
    return bare.partition(":")[0] if bare.count(":") == 1 else bare


@lru_cache(maxsize=4096)
def counted(text: str) -> str:
    """An address in the form in which it is counted."""
    found = _parsed(text)
    if found is None:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _SHARED_PREFIX), strict=False))
    return str(found)


def _parsed(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0][:100])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
