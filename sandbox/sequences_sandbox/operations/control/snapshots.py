"""The tag Snapshots of the control API."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...domain.clock import Clock
from ...domain.errors import NotFoundIssue
from ...domain.timestamps import format_timestamp
from ...resources import RESOURCES
from ...resources.resource import Resource
from ...store.records import Moment
from ...worlds.events import WORLD
from ...worlds.history import HISTORY
from ...worlds.snapshots import SETTINGS, SNAPSHOTS, Snapshot, copied, timeline
from ...worlds.transaction import Transaction
from ...worlds.worlds import Caller
from .control import Control


def listSnapshots(control: Control, caller: Caller) -> dict[str, Any]:
    """The snapshots, oldest first."""
    with control.worlds.transaction(caller) as tx:
        snapshots = sorted(tx.values(SNAPSHOTS), key=lambda snapshot: snapshot.created_wall)
        return {"items": [_fields(snapshot) for snapshot in snapshots]}


def saveSnapshot(control: Control, caller: Caller, *, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Keeps the state under a name; a snapshot of that name is replaced."""
    control.let_others_first(caller)
    with control.worlds.transaction(caller) as tx:
        others = [snapshot for snapshot in tx.values(SNAPSHOTS) if snapshot.name != name]
        size = tx.world.sizes.documents + tx.world.sizes.of(HISTORY)
        tx.limits.require("snapshots", len(others) + 1)
        tx.limits.require("snapshot_bytes", size + sum(snapshot.size for snapshot in others))
        frozen, documents = tx.moment.clock.frozen, timeline(tx.world.documents)
        snapshot = Snapshot(name, tx.world.wall, tx.now, tx.moment.epoch, frozen, documents, size)
        tx.write(SNAPSHOTS, name, snapshot)
        return _fields(snapshot)


def deleteSnapshot(control: Control, caller: Caller, *, name: str) -> None:
    with control.worlds.transaction(caller) as tx:
        _found(tx, name)
        tx.write(SNAPSHOTS, name, None)


def restoreSnapshot(control: Control, caller: Caller, *, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Returns to a snapshot, on a new timeline."""
    control.let_others_first(caller)
    with control.worlds.transaction(caller) as tx:
        snapshot = _found(tx, name)
        settings = {kind: dict(of_kind) for kind, of_kind in tx.world.documents.items() if kind in SETTINGS}
        clock = Clock(tx.world.wall, snapshot.now, snapshot.frozen)
        tx.start_timeline({**timeline(snapshot.documents), **settings}, Moment(snapshot.epoch, clock))
        tx.commit()
        world = control.world(tx)
    control.worlds.events.publish(tx.world.record.id, WORLD, {"event": "restored"})
    return world


def diffSnapshot(control: Control, caller: Caller, *, name: str) -> dict[str, Any]:
    diff: dict[str, Any] = {"added": [], "removed": [], "changed": []}
    with control.worlds.transaction(caller) as tx:
        kept, documents = _found(tx, name).documents, copied(tx.world.documents)
    for kind, resource in RESOURCES.items():
        _add_differences(diff, resource, kept.get(kind, {}), documents.get(kind, {}))
    return diff


def _add_differences(
    diff: dict[str, Any], resource: Resource[Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Adds how the documents of one resource differ, as the API shows them."""
    kind, form = resource.kind, resource.form
    diff["added"] += [{"kind": kind, **form(value)} for key, value in after.items() if key not in before]
    diff["removed"] += [{"kind": kind, **form(value)} for key, value in before.items() if key not in after]
    for key, value in after.items():
        was = before.get(key)
        # A snapshot shares what did not change, so most documents are not even compared.
        if was is not None and was is not value and (fields := _changed_fields(form(was), form(value))):
            diff["changed"].append({"kind": kind, "id": key, "fields": fields})


def _changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"from": before[name], "to": after[name]} for name in after if before[name] != after[name]}


def _fields(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "name": snapshot.name,
        "created_at": format_timestamp(snapshot.created_wall),
        "now": format_timestamp(snapshot.now),
    }


def _found(tx: Transaction, name: str) -> Snapshot:
    snapshot: Snapshot | None = tx.value(SNAPSHOTS, name)
    if snapshot is None:
        names: Iterable[str] = [other.name for other in tx.values(SNAPSHOTS)]
        kept = f"there are {', '.join(names)}" if names else "none was saved yet"
        raise NotFoundIssue(f"There is no snapshot '{name}'; {kept}.", field="name", value=name)
    return snapshot
