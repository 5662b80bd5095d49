"""The worlds whose keys are known on this machine, and the current one of them: a file that only its owner reads."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from .parser import UsageError
from .printable import write_whole

_MOST_WORLDS: Final = 100
"""How many are kept; the ones that were used longest ago go first."""


@dataclass(frozen=True, slots=True)
class KnownWorld:
    """A world of the sandbox at `url`, and a key that opens it."""

    id: str
    name: str
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class KnownWorlds:
    """The known worlds, last used first, and the id of the current one."""

    worlds: tuple[KnownWorld, ...] = ()
    current_id: str | None = None

    @property
    def current(self) -> KnownWorld | None:
        return next((world for world in self.worlds if world.id == self.current_id), None)

    def with_world(self, world: KnownWorld) -> "KnownWorlds":
        """With one more, as the one that was used last."""
        return replace(self, worlds=(world, *(one for one in self.worlds if one.id != world.id))[:_MOST_WORLDS])


def read() -> KnownWorlds:
    """What the file says; nothing where there is none. Raises UsageError."""
    path = _path()
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return KnownWorlds(tuple(KnownWorld(**world) for world in held["worlds"]), held["current_id"])
    except (FileNotFoundError, NotADirectoryError):
        return KnownWorlds()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} does not hold what `world use` writes; remove it") from None


def write(known: KnownWorlds) -> None:
    """Writes the file. Raises UsageError."""
    path = _path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, asdict(known))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}; set XDG_STATE_HOME to a folder of yours"
        ) from None


def described(url: str, world: Mapping[str, Any], key: str | None = None) -> KnownWorld:
    """A world as the control API describes it, with a key or the first of its keys that reads and writes."""
    keys = [one for organization in world["organizations"] for one in organization["api_keys"]]
    best: Mapping[str, Any] = max(keys, key=lambda one: len(one["scopes"]), default={})
    return KnownWorld(world["id"], world["name"], url, key or best.get("token", ""))


def remember(url: str, created: Mapping[str, Any]) -> None:
    """Keeps the key of a world that was created, so that `world use` finds it."""
    _change(lambda known: known.with_world(described(url, created)))


def forget(url: str, deleted: str) -> None:
    """Removes a world that was deleted, by its id or by the key that opened it."""
    _change(
        lambda known: replace(
            known, worlds=tuple(one for one in known.worlds if one.url != url or deleted not in (one.id, one.key))
        )
    )


def _change(change: Callable[[KnownWorlds], KnownWorlds]) -> None:
    """Changes the file; where that fails, what was asked for is done nevertheless."""
    try:
        known = read()
        changed = change(known)
        if changed != known:
            write(changed)
    except UsageError as error:
        print(f"note: {error}", file=sys.stderr)


def _path() -> Path:
    given = os.environ.get("XDG_STATE_HOME", "")
    home = Path(given) if os.path.isabs(given) else Path(os.path.expanduser("~"), ".local", "state")
    return home / "sequences-sandbox" / "worlds.json"
