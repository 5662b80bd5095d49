"""States of a world, kept under names."""

from .calls import Asynchronous, Call, Steps, Synchronous, WorldPart, operation
from .data import DiffData, SnapshotData
from .values import segment


class SnapshotMethods(WorldPart):
    """The snapshots of one world."""

    @operation
    def list(self) -> Steps[list[SnapshotData]]:
        """The snapshots, oldest first."""
        snapshots: list[SnapshotData] = (yield Call("GET", "/snapshots"))["items"]
        return snapshots

    @operation
    def save(self, name: str) -> Steps[SnapshotData]:
        """Saves the state: every document, histories, clock. A snapshot of the same name is replaced."""
        snapshot: SnapshotData = yield Call("PUT", _path(name))
        return snapshot

    @operation
    def restore(self, name: str) -> Steps[None]:
        """Returns to one, on a new timeline that starts at its time."""
        yield Call("POST", f"{_path(name)}/restore")

    @operation
    def diff(self, name: str) -> Steps[DiffData]:
        """The documents that were added, removed and changed since."""
        since: DiffData = yield Call("GET", f"{_path(name)}/diff")
        return since

    @operation
    def delete(self, name: str) -> Steps[None]:
        """Deletes one."""
        yield Call("DELETE", _path(name))


class WorldSnapshots(SnapshotMethods, Synchronous):
    """The snapshots of one world."""


class AsyncWorldSnapshots(SnapshotMethods, Asynchronous):
    """The snapshots of one world, for asyncio."""


def _path(name: str) -> str:
    return f"/snapshots/{segment(name)}"
