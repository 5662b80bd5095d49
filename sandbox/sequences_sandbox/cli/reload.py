"""`serve --reload`: another sandbox takes the place of the one that serves when its fixture or its contract changes."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sequences_sandbox_client.cli.parser import UsageError
from sequences_sandbox_client.cli.printable import printable
from starlette.types import Receive, Scope, Send

from ..app import App
from ..contract.reading import Spec
from ..domain.errors import CommitIssue
from ..fixtures import Fixture
from ..resources import RESOURCES
from ..store.memory import MemoryStore
from ..store.records import KeyRecord
from ..worlds.succession import Succession

_LOG: Final = logging.getLogger("sequences_sandbox.reload")
_LOOK_SECONDS: Final = 0.25
_MOST_LINES: Final = 40
_KEY_FIELDS: Final = ("id", "name", "scopes", "organization_id")
_CLOCK_STAYS: Final = "; this world keeps its clock until the sandbox is started again"
_HEAD: Final = {"now": _CLOCK_STAYS, "frozen": _CLOCK_STAYS, "static": ""}
"""What a fixture says of the whole world, and what to add where it changes."""

Signature = tuple[tuple[int, int, int] | None, ...]
"""What shows that a file is another one: its times, its size and its number, None where it is not there."""


class Reloading:
    """Serves with one sandbox until another takes its place. What was begun with the one ends with it.

    Its event streams, which have no end, end when it is replaced; clients come again, to the other.
    """

    def __init__(self, app: App, store: MemoryStore, rebuild: Callable[[App], App], files: Sequence[Path]) -> None:
        self._app = app
        self._store: Final = store
        self._rebuild: Final = rebuild
        self._files: Final = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app.asgi(scope, receive, send)

    def close(self) -> None:
        """Closes the sandbox that serves at present."""
        self._app.close()

    def start(self) -> None:
        """Watches the files from now on, in a thread of its own."""
        threading.Thread(target=self._watch, args=(self._signature(),), name="reload", daemon=True).start()

    def _watch(self, served: Signature) -> None:
        pause, last = threading.Event(), served
        while True:
            pause.wait(_LOOK_SECONDS)
            found = self._signature()
            # A file that is still being written is left until it rests.
            if found not in (served, last) or found == served:
                last = found
            elif self._reload():
                served = found

    def _reload(self) -> bool:
        """Whether the files as they are were dealt with: a mistake is reported once, and nothing else is done."""
        try:
            app = self._rebuild(self._app)
            if app.succession is not None:
                app.succession.carry_out(app.worlds, self._store)
        except CommitIssue:
            return False  # a request came between
        except UsageError as error:
            _LOG.error("not reloaded, the sandbox goes on as it was: %s", error)
            return True
        except Exception:  # noqa: BLE001  # whatever is wrong with a file, the next version of it is looked at
            _LOG.exception("not reloaded, the sandbox goes on as it was")
            return True
        before, self._app = self._app, app
        before.streams.end()
        lines = list(_report(before, app))
        more = [f"  ... and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
        _LOG.info("%s", "\n".join(["reloaded", *map(printable, lines[:_MOST_LINES]), *more]))
        for token, key in _new_keys(before, app):  # as at the start: a log has no tokens
            print(printable(f"  {token:<32} {key.name}"), flush=True)
        return True

    def _signature(self) -> Signature:
        return tuple(_signature_of(file) for file in self._files)


def _signature_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _report(before: App, after: App) -> Iterator[str]:
    """What is other than before, a line each."""
    lines = [*_of_contract(before.spec, after.spec), *_of_head(before.fixture, after.fixture)]
    lines += [*(_of_world(after.succession) if after.succession else ()), *_of_keys(before, after)]
    yield from lines or ["  nothing that the API shows"]


def _new_keys(before: App, after: App) -> list[tuple[str, KeyRecord]]:
    known = {token for token, _ in before.default.keys}
    return [(token, key) for token, key in after.default.keys if token not in known]


def _of_keys(before: App, after: App) -> Iterator[str]:
    now = dict(after.default.keys)
    for token, was in before.default.keys:
        key = now.get(token)
        if key is None:
            yield f"  - key {was.name}: its token gets 401 from now on"
        elif fields := [name for name in _KEY_FIELDS if getattr(was, name) != getattr(key, name)]:
            yield f"  ~ key {key.name}: {', '.join(fields)}"
    yield from (f"  + key {key.name}" for _, key in _new_keys(before, after))


def _of_head(before: Fixture, after: Fixture) -> Iterator[str]:
    for name, note in _HEAD.items():
        if getattr(before, name) != getattr(after, name):
            yield f"  ~ {name}{note}"


def _of_contract(before: Spec, after: Spec) -> Iterator[str]:
    was, now = (_parts(each.document) for each in (before, after))
    for name in [*was, *(name for name in now if name not in was)]:
        if was.get(name) != now.get(name):
            yield f"  {'+' if name not in was else '-' if name not in now else '~'} contract: {name}"


def _parts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The operations and components of a contract, by what they are called."""
    paths, components = document["paths"], document["components"]
    operations = {f"{method.upper()} {path}": what for path, item in paths.items() for method, what in item.items()}
    named = {f"{section} {name}": what for section, of in components.items() for name, what in of.items()}
    rest = {name: what for name, what in document.items() if name not in ("paths", "components")}
    return {**operations, **named, **rest}


def _of_world(succession: Succession) -> Iterator[str]:
    for kind, id_ in succession.dropped:
        yield f"  - {kind} {id_}: this world's own version does not fit any more"
    for (kind, id_), value in succession.stated.items():
        was, note = succession.before.get(kind, {}).get(id_), ""
        if (kind, id_) in succession.kept:
            note = "; this world keeps its own"
        if value is None or was is None:
            yield f"  {'-' if value is None else '+'} {kind} {id_}{note}"
        else:
            fields = [name for name in RESOURCES[kind].names if asdict(was)[name] != asdict(value)[name]]
            yield f"  ~ {kind} {id_}: {', '.join(fields)}{note}"
