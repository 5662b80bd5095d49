"""Who may call: keys of worlds, the admin of the sandbox, strangers, and under which host name at all.

Worlds.md, "Control API": the admin's operations are open on a loopback bind with no admin token set. Requests whose Host is
not an allowed name are refused, which stops a page of another site that has its own name point here (DNS rebinding). So are
changes that a page of another site asks for: the browser would send them unasked, and only keep the answer from the page.
"""

import hmac
import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Final

from ..domain.errors import HostIssue, UnauthorizedIssue, ValidationIssue
from ..store.base import KeyRecord, Store
from ..worlds.api_keys import authenticate, bearer
from .operation import Authenticator
from .request.context import RequestContext

ADMIN: Final = KeyRecord(b"", "admin", "admin", frozenset(), "", "")
"""Who comes as the admin: the key of no world."""

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_ANY: Final = "*"
_HOST: Final = re.compile(r"(?:\[([^\[\]]*:[^\[\]]*)\]|([^\0-\x20,:\[\]]*))(?::[0-9]*)?")
_SAFE_METHODS: Final = ("GET", "HEAD")
_OWN_SITES: Final = ("same-origin", "none")
"""What a browser says of a request of our own pages, and of one that no page asked for."""


def authenticators(store: Store, admin_token: str | None, *, public_worlds: bool) -> Mapping[str, Authenticator]:
    """The ways in, by the names of the contracts' security schemes. Without an admin token everyone is the admin."""

    def key(context: RequestContext) -> KeyRecord:
        return authenticate(context.header(b"authorization"), store.find_key)

    def admin(context: RequestContext) -> KeyRecord:
        if admin_token is None:
            return ADMIN
        token = bearer(context.header(b"authorization"), "the admin token")
        if not hmac.compare_digest(token.encode(), admin_token.encode()):
            raise UnauthorizedIssue(
                "That is not the admin token; the sandbox prints it when it starts.", problem="unknown"
            )
        return ADMIN

    def new_world(context: RequestContext) -> KeyRecord | None:
        if public_worlds and context.header(b"authorization") is None:
            return None
        return admin(context)

    return {"apiKey": key, "worldKey": key, "admin": admin, "newWorld": new_world}


class Hosts:
    """The host names under which the control API answers, to pages of its own origin alone; `*` is any name."""

    def __init__(self, bound: str, allowed: Iterable[str]) -> None:
        self._names: Final = frozenset(name.lower() for name in (*_LOOPBACK, bound, *allowed))

    def require(self, context: RequestContext) -> None:
        """Raises HostIssue for a request under another name, or a change that a page of another origin asks for."""
        host = (context.header(b"host") or "").lower()
        match = _HOST.fullmatch(host)
        if match is None:
            raise ValidationIssue("Send one header 'Host': a name, or an address, and a port.", field="Host")
        name = match[1] or match[2] or ""
        if name not in self._names and _ANY not in self._names:
            raise HostIssue(
                f"The control API does not answer as '{name[:100]}'; start the sandbox with --allow-host {name[:100]}.",
                field="Host",
                value=name[:100],
            )
        if context.method not in _SAFE_METHODS and not _of_own_page(context, host):
            raise HostIssue(
                "The control API changes nothing for pages of other origins; call it from the sandbox's own pages, or "
                "from a program, which sends no 'Origin'.",
                field="Origin",
                value=(context.header(b"origin") or "")[:100],
            )


def _of_own_page(context: RequestContext, host: str) -> bool:
    """Whether a request comes from a page of the host that it goes to, or from no page.

    Browsers say so by Sec-Fetch-Site, which no page can forge, and where that is not sent, by Origin. An Origin of `null`
    is any page's that hides its own. The scheme is left open: a proxy may have taken the encryption off.
    """
    site = context.header(b"sec-fetch-site")
    if site is not None:
        return site in _OWN_SITES
    origin = context.header(b"origin")
    return origin is None or origin.lower() in (f"http://{host}", f"https://{host}")


def is_loopback(host: str) -> bool:
    """Whether a host is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
