"""The tag Snapshots of the control API."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...domain.errors import NotFoundIssue
from ...domain.timestamps import format_timestamp
from ...store.base import Snapshot
from ...worlds.control import Control
from ...worlds.results import run_fields
from ...worlds.world import Caller


def listSnapshots(control: Control, caller: Caller) -> dict[str, Any]:
    """What was kept, oldest first."""
    with control.worlds.open(caller.key.world_id, reads=True) as (unit, _, _):
        return {"items": [_snapshot(snapshot) for snapshot in unit.snapshots()]}


def saveSnapshot(control: Control, caller: Caller, *, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Keeps the state under a name."""
    with control.worlds.open(caller.key.world_id) as (unit, _, _):
        names = [snapshot.name for snapshot in unit.snapshots()]
        if name not in names:
            unit.record.limits.require_snapshot(len(names))
        return _snapshot(unit.keep(name))


def deleteSnapshot(control: Control, caller: Caller, *, name: str) -> None:
    """Forgets a snapshot."""
    with control.worlds.open(caller.key.world_id) as (unit, _, _):
        _require(name, unit.snapshots())
        unit.drop(name)


def restoreSnapshot(control: Control, caller: Caller, *, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Returns to a snapshot, on a new timeline."""
    world_id = caller.key.world_id
    with control.worlds.open(world_id) as (unit, _, changes):
        _require(name, unit.snapshots())
        unit.restore(name)
        changes.clear()
        world = control.world(unit, control.keys(world_id))
    control.tell_world(world_id, "restored")
    return world


def diffSnapshot(control: Control, caller: Caller, *, name: str) -> dict[str, Any]:
    """What changed since a snapshot, by the ten fields of a run."""
    with control.worlds.open(caller.key.world_id) as (unit, _, _):
        _require(name, unit.snapshots())
        epoch = unit.kept_birth(name)
        before = {run.id: run_fields(run, epoch) for run in unit.kept_runs(name)}
        after = {run.id: run_fields(run, unit.record.epoch) for run in unit.all_runs()}
    return {
        "added": [after[key] for key in after if key not in before],
        "removed": [before[key] for key in before if key not in after],
        "changed": [
            {"id": key, "fields": _changed(before[key], after[key])}
            for key in after
            if key in before and before[key] != after[key]
        ],
    }


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"from": before[name], "to": after[name]} for name in after if before[name] != after[name]}


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "name": snapshot.name,
        "created_at": format_timestamp(snapshot.created_wall),
        "now": format_timestamp(snapshot.now),
    }


def _require(name: str, snapshots: Iterable[Snapshot]) -> None:
    names = [snapshot.name for snapshot in snapshots]
    if name not in names:
        kept = f"there are {', '.join(names)}" if names else "none was kept yet"
        raise NotFoundIssue(f"There is no snapshot '{name}'; {kept}.", field="name", value=name)
