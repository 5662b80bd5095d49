"""Who may call: keys of worlds, the admin of the sandbox, anonymous visitors, and under which host name at all.

The admin's operations are open on a loopback bind with no admin token set. Requests under a host name that is not allowed
are rejected, which stops a page of another site that has its own name point here (DNS rebinding); an address is no name
and points nowhere else. So are changes that a page of another site asks for: the browser would send them unasked, and
only keep the response from the page.
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

_LOCAL: Final = "localhost"
_LONGEST_HOST: Final = 300
_NAME: Final = re.compile(r"[^\0-\x20,:\[\]]*")
_PORT: Final = re.compile(r"(:[0-9]*)?", re.ASCII)
_UNDER_ANY_NAME: Final = ("getHealth", "getReadiness")
"""What a load balancer asks for, by whatever name it has for this server."""
_SAFE_METHODS: Final = ("GET", "HEAD")
_OWN_SITES: Final = ("same-origin", "none")
"""What a browser says of a request of our own pages, and of one that no page asked for."""


def authenticators(store: Store, admin_token: str | None, *, public_worlds: bool) -> Mapping[str, Authenticator]:
    """The authenticators, by the names of the contracts' security schemes. Without an admin token everyone is the admin."""

    def key(context: RequestContext) -> KeyRecord:
        return authenticate(_authorization(context), store.find_key)

    def admin(context: RequestContext) -> KeyRecord:
        if admin_token is None:
            return ADMIN
        token = bearer(_authorization(context), "the admin token")
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


def _authorization(context: RequestContext) -> str | None:
    """The header that carries the key. Of several none counts: who sent which cannot be told."""
    sent = context.all(b"authorization")
    return "several" if len(sent) > 1 else next(iter(sent), None)


class Hosts:
    """The host names under which the control API answers, to pages of its own origin alone."""

    def __init__(self, bound: str, allowed: Iterable[str]) -> None:
        self._names: Final = frozenset(name.lower() for name in (_LOCAL, bound, *allowed))

    def require(self, context: RequestContext) -> None:
        """Raises HostIssue for a request under another name, or a change that a page of another origin asks for."""
        if context.operation_id in _UNDER_ANY_NAME:
            return
        hosts = context.all(b"host")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        name = host_name(host) if len(hosts) < 2 else None
        if name is None:
            raise ValidationIssue("Send one header 'Host': a name, or an address, and a port.", field="Host")
        if name not in self._names and not is_ip_address(name):
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


def host_name(host: str) -> str | None:
    """The name or the address of a Host header, without brackets and port; None where it has no such form."""
    if len(host) > _LONGEST_HOST:
        return None
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        formed = bool(bracket) and is_ip_address(name)
    else:
        name, colon, rest = host.partition(":")
        port, formed = colon + rest, _NAME.fullmatch(name) is not None
    return name if formed and _PORT.fullmatch(port) else None


def is_ip_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
