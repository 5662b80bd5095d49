"""What the verbs have in common: the database, and what this process knows of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ...resources.resource import Codec
from ..records import KeyRecord
from .database import Database
from .journal import Journal
from .schema import prepare

_MOST_KNOWN: Final = 16_384


class KnownKeys:
    """The keys that this process found of late, so that most requests need not ask for theirs.

    A key never changes but for its last use, and goes only with its world, which is looked for at each request.
    """

    def __init__(self) -> None:
        self._keys: dict[bytes, KeyRecord] = {}

    def get(self, digest: bytes) -> KeyRecord | None:
        return self._keys.get(digest)

    def add(self, key: KeyRecord) -> None:
        if len(self._keys) >= _MOST_KNOWN:
            self._keys.pop(next(iter(self._keys)), None)
        self._keys[key.digest] = key

    def use(self, key: KeyRecord, now: int) -> None:
        """Notes that a key was used, if it is known."""
        if key.digest in self._keys:
            self._keys[key.digest] = replace(key, last_used_at=now)

    def forget(self, world_id: str) -> None:
        for key in [key for key in list(self._keys.values()) if key.world_id == world_id]:
            self._keys.pop(key.digest, None)


class Shared:
    """What each of the verbs may use. `_now` makes the parameter of the clock: None for the database's own."""

    def __init__(
        self, url: str, codecs: Mapping[str, Codec], *, size: int = 16, wall: Callable[[], int] | None = None
    ) -> None:
        self._database: Final = Database(url, size, prepare(url))
        self._codecs: Final = codecs
        self._now: Final[Callable[[], int | None]] = wall if wall is not None else lambda: None
        self._known_keys: Final = KnownKeys()
        self._journal: Final = Journal(self._database)
        self._servers: Final[dict[str, Any]] = {}
        """Under which start of the database each world was loaded."""
        self._renewed: dict[str, float] = {}
        """When it was last said of each world that it is watched, in seconds of this process."""
