"""The verbs of storage for what listeners are told, where they may listen in other processes than it happens in."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Told(NamedTuple):
    """An event of a world. Numbers grow by one within a world; `data` is JSON."""

    world_id: str
    number: int
    kind: str
    data: Any


class Channels(Protocol):
    """What was told of each world, the last of it. A world that nobody has listened to has no channel."""

    def wanted(self, world_id: str) -> bool:
        """Whether a world has a channel, as far as was known when this process last looked at the world."""

    def open(self, world_id: str) -> int:
        """Makes the channel of a world unless it is there; returns the number of the last event in it, 0 for none."""

    def tell(self, world_id: str, kind: str, data: Any) -> None:
        """Adds an event to a world's channel, for all to hear; nothing where there is none."""

    def told(self, after: Mapping[str, int]) -> Sequence[Told]:
        """What was told of each of these worlds after a number, in order within each world."""

    def close(self, world_id: str) -> None:
        """Ends the channel of a world that is gone. What was told last can still be heard for a while."""
