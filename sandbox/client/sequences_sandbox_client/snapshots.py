"""States of a world, kept under names."""

from .calls import Asynchronous, Call, Synchronous, WorldPart, operation
from .data import DiffData, ListData, SnapshotData
from .values import segment


class SnapshotMethods(WorldPart):
    """The snapshots of one world."""

    @operation
    async def list(self) -> list[SnapshotData]:
        """The snapshots, oldest first."""
        return (await self._send(Call[ListData[SnapshotData]]("GET", "/snapshots")))["items"]

    @operation
    async def save(self, name: str) -> SnapshotData:
        """Saves the state: every document, histories, clock. A snapshot of the same name is replaced."""
        return await self._send(Call("PUT", _path(name)))

    @operation
    async def restore(self, name: str) -> None:
        """Returns to one, on a new timeline that starts at its time."""
        await self._send(Call("POST", f"{_path(name)}/restore"))

    @operation
    async def diff(self, name: str) -> DiffData:
        """The documents that were added, removed and changed since."""
        return await self._send(Call("GET", f"{_path(name)}/diff"))

    @operation
    async def delete(self, name: str) -> None:
        """Deletes one."""
        await self._send(Call("DELETE", _path(name)))


class WorldSnapshots(SnapshotMethods, Synchronous): ...


class AsyncWorldSnapshots(SnapshotMethods, Asynchronous): ...


def _path(name: str) -> str:
    return f"/snapshots/{segment('name', name)}"
