"""The connections of a process: how many there may be, of one client address and in all, and which gives way to a new one.

A connection on which no request is being carried out may be closed at any time, so the oldest such one of the address makes
room, and when all are taken that of the address with most that has one. Only where every one of them is at work is a new
one rejected.
"""

from collections.abc import Callable
from typing import Final, Protocol

from ..domain.errors import Issue, RateLimitIssue, UnavailableIssue
from ..domain.limits import Share
from ..http.request.client_address import counted

_RETRY_SECONDS: Final = 5
_OF_ADDRESS: Final = "connections of one client address"


class Member(Protocol):
    """A connection, as it is counted."""

    @property
    def is_waiting(self) -> bool:
        """Whether no request is being carried out on it."""

    def close_idle(self) -> None:
        """Closes it."""


class Connections:
    """Who is connected. Addresses for which `is_proxy` holds stand for many clients and have no share of their own.

    `reached` is told the name of a limit when it makes a connection give way, or is the reason for an error; `rejected` is
    told the status of an error that is sent in place of a request's response. For the event loop's thread alone.
    """

    def __init__(
        self,
        share: Share,
        is_proxy: Callable[[str], bool],
        reached: Callable[[str], None] = lambda limit: None,
        rejected: Callable[[int], None] = lambda status: None,
    ) -> None:
        self.share: Final = share
        self._is_proxy: Final = is_proxy
        self._reached: Final = reached
        self.rejected: Final = rejected
        self._of_addresses: dict[str, dict[Member, None]] = {}
        self.taken = 0

    def enter(self, member: Member, peer: str) -> Issue | None:
        """Lets a new connection in; or returns the error to send it instead."""
        address, share = counted(peer), self.share
        own = self._of_addresses.get(address, {})
        if share.of_address is not None and len(own) >= share.of_address and not self._is_proxy(peer):
            self._reached(_OF_ADDRESS)
            if not self._made_room(address):
                return _too_many(share.of_address)
        elif self.taken >= share.in_all:
            self._reached(share.what)
            if not self._made_room_anywhere():
                return UnavailableIssue("All connections of this server are taken.", retry_after_seconds=_RETRY_SECONDS)
        self._of_addresses.setdefault(address, {})[member] = None
        self.taken += 1
        return None

    def leave(self, member: Member, peer: str) -> None:
        """Notes that a connection is closed; one that is not known was closed before, or never let in."""
        self._remove(member, counted(peer))

    def _remove(self, member: Member, address: str) -> None:
        own = self._of_addresses.get(address, {})
        if member in own:
            del own[member]
            self.taken -= 1
            if not own:
                del self._of_addresses[address]

    def _made_room(self, address: str) -> bool:
        for member in self._of_addresses[address]:
            if member.is_waiting:
                self._remove(member, address)
                member.close_idle()
                return True
        return False

    def _made_room_anywhere(self) -> bool:
        return any(map(self._made_room, sorted(self._of_addresses, key=self._number, reverse=True)))

    def _number(self, address: str) -> int:
        return len(self._of_addresses[address])


def _too_many(most: int) -> RateLimitIssue:
    return RateLimitIssue(
        f"Your address has {most} connections at work, the most that one may have.",
        retry_after_seconds=_RETRY_SECONDS,
        limit=_OF_ADDRESS,
        allowed={"maximum": most},
    )
