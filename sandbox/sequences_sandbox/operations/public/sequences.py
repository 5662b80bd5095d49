"""The tag Sequences."""

from collections.abc import Mapping

from ...domain.timestamps import parse_timestamp
from ...resources.sequences.model import RUNS, Run
from ...resources.sequences.transitions import PAUSE, RESUME, STOP, UPDATE, pause, require_future, resume, stop, update
from ...worlds.transaction import Transaction
from ...worlds.worlds import Caller, Worlds
from ..results import ItemResult
from .reads import get_one, list_page

_COMPANY = "COMPANY"

listSequences = list_page(RUNS)
getSequence = get_one(RUNS)


def updateSequence(
    worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, Mapping[str, str | None]]
) -> ItemResult:
    with worlds.transaction(caller) as tx:
        run = tx.get(RUNS, sequence_id)
        changed = update(run, body["variables"], tx.now)
        tx.limits.require_text(changed.variables)
        return _changed(tx, run, changed, UPDATE)


def pauseSequence(worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> ItemResult:
    """Contract, "Pause". A time between two microseconds ends at the later one, never early."""
    with worlds.transaction(caller) as tx:
        until = parse_timestamp(body["paused_until"], round_up=True)
        require_future("paused_until", until, tx.now)
        run = tx.get(RUNS, sequence_id)
        return _changed(tx, run, pause(run, until, tx.now, tx.world.schedule.lifecycle), PAUSE)


def resumeSequence(worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> ItemResult:
    """Contract, "Resume". `body` is empty."""
    with worlds.transaction(caller) as tx:
        run = tx.get(RUNS, sequence_id)
        return _changed(tx, run, resume(run, tx.now, tx.world.schedule.lifecycle), RESUME)


def stopSequence(worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> ItemResult:
    """Contract, "Stop". With scope COMPANY the siblings that may still be stopped end at the same time."""
    with worlds.transaction(caller) as tx:
        run, lifecycle = tx.get(RUNS, sequence_id), tx.world.schedule.lifecycle
        stopped = stop(run, tx.now, lifecycle)
        if body["scope"] == _COMPANY:
            for sibling in _siblings(tx, run):
                if lifecycle.allows(sibling.status, STOP):
                    tx.put(sibling, stop(sibling, tx.now, lifecycle), STOP)
        return _changed(tx, run, stopped, STOP)


def _siblings(tx: Transaction, run: Run) -> list[Run]:
    """The other runs of the same template whose contacts work at the same company."""
    if run.company is None:
        return []
    found = tx.select(
        RUNS,
        organization_id=run.organization_id,
        sequence_template_id=run.sequence_template_id,
        company=run.company,
    )
    return [sibling for sibling in found if sibling.id != run.id]


def _changed(tx: Transaction, before: Run, after: Run, event: str) -> ItemResult:
    tx.put(before, after, event)
    return ItemResult(RUNS, after)
