"""What takes long: event streams, responses that faults delay or that take long to compute, and large bodies on their way.

Each holds a connection all the while, so each takes a place before anything is done, and gives it back when its connection
is free again.
"""

from typing import Final

from ...traffic.faults import Injection
from ...traffic.places import Places
from ..request.client_address import ClientAddresses
from ..request.context import RequestContext
from ..responses import Response


class Held:
    """The places for them."""

    def __init__(
        self, addresses: ClientAddresses, streams: Places, delayed: Places, bodies: Places, long_work: Places
    ) -> None:
        self.addresses: Final = addresses
        self.bodies: Final = bodies
        self.long_work: Final = long_work
        self.streams: Final = streams
        self.delayed: Final = delayed

    def delay(self, context: RequestContext, world_id: str, injection: Injection) -> None:
        """Takes a place for a response that is to be late. Raises RateLimitIssue."""
        if injection.milliseconds or injection.effect.drip_seconds:
            self._take(self.delayed, context, world_id)

    def work(self, context: RequestContext) -> None:
        """Takes a place for a request that may take long to carry out. Raises RateLimitIssue.

        One whose response is late as well has a place of either kind: there may be many late ones, and few so large.
        """
        self._take(self.long_work, context)

    def body(self, context: RequestContext) -> None:
        """Takes a place for a large body that is on its way. Raises RateLimitIssue."""
        self._take(self.bodies, context)

    def stream(self, context: RequestContext, response: Response) -> None:
        """Takes a place for a stream. Raises RateLimitIssue."""
        if response.stream is not None and context.method != "HEAD":
            self._take(self.streams, context, response.stream)

    def _take(self, places: Places, context: RequestContext, world_id: str = "") -> None:
        """Takes a place beside those that the request has."""
        before, taken = context.release, places.take(world_id, self.addresses.of(context.peer, context.headers))

        def release() -> None:
            taken()
            if before is not None:
                before()

        context.release = release
