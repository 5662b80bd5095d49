"""Who may call: keys of worlds, the admin of the sandbox, strangers, and under which host name at all.

Worlds.md, "Control API": the admin's operations are open on a loopback bind with no admin token set. Requests whose Host is
not an allowed name are refused, which stops a page of another site that has its own name point here (DNS rebinding).
"""

import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import HostIssue, UnauthorizedIssue
from ..keys import authenticate, bearer
from ..store.base import KeyRecord, Store
from .compile import Authenticator
from .exchange import Exchange

ADMIN: Final = KeyRecord(b"", "admin", "admin", frozenset(), "", "")
"""Who comes as the admin: the key of no world."""

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_ANY: Final = "*"


def authenticators(store: Store, admin_token: str | None, *, strangers: bool) -> Mapping[str, Authenticator]:
    """The ways in, by the names of the contracts' security schemes. Without an admin token everyone is the admin."""

    def key(exchange: Exchange) -> KeyRecord:
        return authenticate(exchange.header(b"authorization"), store.find_key)

    def admin(exchange: Exchange) -> KeyRecord:
        if admin_token is None:
            return ADMIN
        token = bearer(exchange.header(b"authorization"), "the admin token")
        if not hmac.compare_digest(token.encode(), admin_token.encode()):
            raise UnauthorizedIssue(
                "That is not the admin token; the sandbox prints it when it starts.", problem="unknown"
            )
        return ADMIN

    def new_world(exchange: Exchange) -> KeyRecord | None:
        if strangers and exchange.header(b"authorization") is None:
            return None
        return admin(exchange)

    return {"apiKey": key, "worldKey": key, "admin": admin, "newWorld": new_world}


class Hosts:
    """The host names under which the control API answers; `*` is any."""

    def __init__(self, bound: str, allowed: Iterable[str]) -> None:
        self._names: Final = frozenset(name.lower() for name in (*_LOOPBACK, bound, *allowed))

    def require(self, exchange: Exchange) -> None:
        """Raises HostIssue for a request under another name."""
        if _ANY in self._names:
            return
        host = (exchange.header(b"host") or "").lower()
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        if name not in self._names:
            raise HostIssue(
                f"The control API does not answer as '{name[:100]}'; start the sandbox with --allow-host {name[:100]}.",
                field="Host",
                value=name[:100],
            )


def is_loopback(host: str) -> bool:
    """Whether a host is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
