"""API keys: from the Authorization header to a key, and the making of tokens.

Contract, "Base, auth, scopes". A token is kept only as its SHA-256. It is found by that digest and then compared in
constant time, so that neither the lookup nor the comparison reveals how much of a guess was right.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from typing import Final

from ..domain.errors import ScopeIssue, UnauthorizedIssue
from ..store.records import KeyRecord

TOKEN_PREFIX: Final = "topo_"  # noqa: S105  # begins every token, and is none
"""What the tokens that are made here begin with."""
_BEARER: Final = re.compile(r"bearer +([\x21-\x7e]+) *", re.IGNORECASE | re.ASCII)


ADMIN: Final = KeyRecord(b"", "admin", "admin", frozenset(), "", "")
"""Who comes as the admin: the key of no world."""

_VISITOR: Final = "visitor"


def visitor(address: str) -> KeyRecord:
    """Who comes without a key, from a client address: the key of no world."""
    return KeyRecord(b"", _VISITOR, address, frozenset(), "", "")


def visitors_address(key: KeyRecord) -> str | None:
    """The client address of an anonymous visitor; None for anyone else."""
    return key.name if key.id == _VISITOR and not key.world_id else None


def digest(token: str) -> bytes:
    """The SHA-256 of a token, the only form in which it is kept."""
    return hashlib.sha256(token.encode()).digest()


def mint() -> str:
    """A new token, unguessable."""
    return TOKEN_PREFIX + secrets.token_urlsafe(24)


def prefix_of(token: str) -> str:
    """The beginning of a token, by which people tell keys apart."""
    return token[: len(TOKEN_PREFIX) + 4]


def bearer(header: str | None, wanted: str = "your API key") -> str:
    """The token of an Authorization header. Raises UnauthorizedIssue, which names what is `wanted`, when there is none."""
    if header is None or not header.strip():
        raise UnauthorizedIssue(f"Send {wanted} in the header 'Authorization: Bearer <key>'.", problem="missing")
    match = _BEARER.fullmatch(header)
    if match is None:
        raise UnauthorizedIssue(
            "The header 'Authorization' is not of the form 'Bearer <key>', one scheme and one key.", problem="malformed"
        )
    return match[1]


def authenticate(header: str | None, find: Callable[[bytes], KeyRecord | None]) -> KeyRecord:
    """The key that an Authorization header names. Raises UnauthorizedIssue."""
    wanted = digest(bearer(header))
    key = find(wanted)
    if key is None or not hmac.compare_digest(key.digest, wanted):
        raise UnauthorizedIssue(
            "No such API key here. The sandbox prints its keys when it starts; a world's keys are shown when it is made.",
            problem="unknown",
        )
    return key


def require_scope(key: KeyRecord, scope: str) -> None:
    """Raises ScopeIssue when the key lacks the scope."""
    if scope not in key.scopes:
        held = sorted(key.scopes)
        holds = " and ".join(f"'{name}'" for name in held) or "no scope at all"
        raise ScopeIssue(
            f"This operation needs the scope '{scope}'; the key holds {holds}.", required_scope=scope, held_scopes=held
        )


def gone() -> UnauthorizedIssue:
    """The issue of a key whose world is gone."""
    return UnauthorizedIssue("The world of this API key is gone; make a new one.", problem="gone")
