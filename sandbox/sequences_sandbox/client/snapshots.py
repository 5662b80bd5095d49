"""States of a world, kept under names."""

from urllib.parse import quote

from .shapes import Diff, Snapshot
from .transport import Control


class Snapshots:
    """The snapshots of one world."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def list(self) -> list[Snapshot]:
        """What was kept, oldest first."""
        kept: list[Snapshot] = self._control("GET", "/snapshots")["items"]
        return kept

    def save(self, name: str) -> Snapshot:
        """Keeps the state: runs, clock, histories, deleted contacts. A snapshot of the same name is replaced."""
        snapshot: Snapshot = self._control("PUT", _path(name))
        return snapshot

    def restore(self, name: str) -> None:
        """Returns to one, on a new timeline that begins at its clock."""
        self._control("POST", f"{_path(name)}/restore")

    def diff(self, name: str) -> Diff:
        """Runs added, removed and changed since."""
        since: Diff = self._control("GET", f"{_path(name)}/diff")
        return since

    def delete(self, name: str) -> None:
        """Forgets one."""
        self._control("DELETE", _path(name))


def _path(name: str) -> str:
    return f"/snapshots/{quote(name, safe='')}"
