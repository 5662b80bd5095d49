"""Who may call: keys of worlds, the admin of the sandbox, anonymous visitors, and under which host name at all.

The admin's operations are open on a loopback bind with no admin token set. Requests under a host name that is not allowed
are rejected, which stops a page of another site that has its own name point here (DNS rebinding); an address is no name
and points nowhere else. So are changes that a page of another site asks for: the browser would send them unasked, and
only keep the response from the page.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final

from ..domain.errors import HostIssue, ScopeIssue, UnauthorizedIssue, ValidationIssue, too_fast
from ..domain.hosts import is_ip_address
from ..store.base import Store
from ..store.records import KeyRecord
from ..traffic.paces import Paces
from ..traffic.rate_limits import RateLimit
from ..worlds.api_keys import ADMIN, TOKEN_PREFIX, authenticate, bearer, visitor
from .operation import Authenticator
from .request.client_address import ClientAddresses
from .request.context import RequestContext

_LOCAL: Final = "localhost"
_LONGEST_HOST: Final = 300
_NAME: Final = re.compile(r"[^\0-\x20,:\[\]]*")
_PORT: Final = re.compile(r"(:[0-9]*)?", re.ASCII)
_UNDER_ANY_NAME: Final = ("getHealth", "getReadiness")
"""What a load balancer asks for, by whatever name it has for this server."""
_SAFE_METHODS: Final = ("GET", "HEAD")
_OWN_SITES: Final = ("same-origin", "none")
"""What a browser says of a request of our own pages, and of one that no page asked for."""


_GUESSES: Final = RateLimit(limit=6, per_seconds=60, burst=10)
"""How many wrong admin tokens may come from one client address."""


class Authenticators:
    """Finds out who calls, for each of the contracts' security schemes. Without an admin token everyone is the admin.

    With `visitors`, anonymous visitors share the server: they may make worlds without a key, and the control of the
    `default` world, whose keys are known to everyone, is the admin's, who comes as its `operator`.
    """

    def __init__(
        self, store: Store, admin_token: str | None, addresses: ClientAddresses, operator: KeyRecord, *, visitors: bool
    ) -> None:
        self._store: Final = store
        self._admin_token: Final = admin_token
        self._addresses: Final = addresses
        self._operator: Final = operator
        self._visitors: Final = visitors
        self._guesses: Final = Paces(_GUESSES)

    def by_scheme(self) -> Mapping[str, Authenticator]:
        """The authenticators, by the names of the schemes."""
        return {"apiKey": self.key, "worldKey": self.world_key, "admin": self.admin, "newWorld": self.new_world}

    def key(self, context: RequestContext) -> KeyRecord:
        """The key of a request. Raises UnauthorizedIssue."""
        return authenticate(_authorization(context), self._store.find_key)

    def world_key(self, context: RequestContext) -> KeyRecord:
        """The key of the world that is controlled; with the admin token that is the default world."""
        if not self._visitors or self._admin_token is None:
            return self.key(context)
        try:
            key = self.key(context)
        except UnauthorizedIssue:
            # What looks like a key is one whose world is gone, and no guess at the admin token.
            guess = context.header(b"authorization")
            if guess is None or TOKEN_PREFIX in guess or not self._is_admin(context):
                raise
            return self._operator
        if key.world_id == self._operator.world_id:
            raise ScopeIssue(
                "The default world of this server is shared, and only its operator controls it. Make a world of your own: "
                "POST /_sandbox/worlds.",
                problem="shared world",
            )
        return key

    def admin(self, context: RequestContext) -> KeyRecord:
        """The admin. Raises UnauthorizedIssue, and RateLimitIssue for an address that guesses."""
        if self._admin_token is None:
            return ADMIN
        bearer(_authorization(context), "the admin token")
        if not self._is_admin(context):
            raise UnauthorizedIssue(
                "That is not the admin token; the sandbox prints it when it starts.", problem="unknown"
            )
        return ADMIN

    def new_world(self, context: RequestContext) -> KeyRecord:
        """Whoever may make a world: an anonymous visitor, where there is none with a token."""
        if self._visitors and context.header(b"authorization") is None:
            return visitor(self._addresses.of(context.peer, context.headers))
        return self.admin(context)

    def _is_admin(self, context: RequestContext) -> bool:
        """Whether a request brings the admin token. Raises RateLimitIssue for an address that brought many wrong ones, so
        that none of its guesses reveals anything."""
        address = self._addresses.of(context.peer, context.headers)
        spent = self._guesses.spent(address, context.wall)
        if spent is not None:
            limit = "wrong tokens of one client address"
            raise too_fast("Your address sent too many wrong tokens;", spent.retry_after_seconds, limit=limit)
        token = bearer(_authorization(context)).encode()
        found = self._admin_token is not None and hmac.compare_digest(token, self._admin_token.encode())
        if not found:
            self._guesses.take(address, context.wall)
        return found


def _authorization(context: RequestContext) -> str | None:
    """The header that carries the key. Of several none counts: which of them the sender meant is unknown."""
    sent = context.all(b"authorization")
    return "several" if len(sent) > 1 else next(iter(sent), None)


class Hosts:
    """The host names under which the control API can be called, and changed by pages of its own origin alone."""

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
