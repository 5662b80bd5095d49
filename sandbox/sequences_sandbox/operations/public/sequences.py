"""The six operations of the tag Sequences."""

from collections.abc import Mapping

from ...domain.query import Query, pages
from ...domain.timestamps import parse_timestamp
from ...resources.sequences.model import Run
from ...resources.sequences.transitions import PAUSE, RESUME, STOP, UPDATE, pause, require_future, resume, stop, update
from ...worlds.results import PageResult, RunResult
from ...worlds.world import Caller, Transaction, Worlds

_COMPANY = "COMPANY"


def listSequences(
    worlds: Worlds,
    caller: Caller,
    *,
    sort_by: str,
    sort_order: str,
    page: int,
    size: int,
    status: str | None = None,
    sequence_template_id: str | None = None,
    created_at_after: str | None = None,
    created_at_before: str | None = None,
) -> PageResult:
    """Contract, "List". Both bounds are strict: what lies between two microseconds is rounded away from the bound."""
    with worlds.begin(caller, reads=True) as tx:
        after = None if created_at_after is None else tx.world_time(parse_timestamp(created_at_after))
        before = None if created_at_before is None else tx.world_time(parse_timestamp(created_at_before, round_up=True))
        query = Query(status, sequence_template_id, after, before, sort_by, sort_order == "desc", page, size)
        runs, total = tx.page(query)
        count = pages(total, size)
        return PageResult(runs, tx.epoch, total, count, page < count)


def getSequence(worlds: Worlds, caller: Caller, *, sequence_id: str) -> RunResult:
    """Contract, "Get"."""
    with worlds.begin(caller, reads=True) as tx:
        return RunResult(tx.get(sequence_id), tx.epoch)


def updateSequence(
    worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, Mapping[str, str | None]]
) -> RunResult:
    """Contract, "Update"."""
    with worlds.begin(caller) as tx:
        run = tx.get(sequence_id)
        changed = update(run, body["variables"], tx.now)
        tx.limits.require_text(changed.variables)
        return _changed(tx, run, changed, UPDATE)


def pauseSequence(worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> RunResult:
    """Contract, "Pause". An instant between two microseconds ends at the later one, never early."""
    with worlds.begin(caller) as tx:
        until = tx.world_time(parse_timestamp(body["paused_until"], round_up=True))
        require_future("paused_until", until, tx.now, tx.epoch)
        run = tx.get(sequence_id)
        return _changed(tx, run, pause(run, until, tx.now, tx.lifecycle), PAUSE)


def resumeSequence(worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> RunResult:
    """Contract, "Resume". `body` is empty."""
    with worlds.begin(caller) as tx:
        run = tx.get(sequence_id)
        return _changed(tx, run, resume(run, tx.now, tx.lifecycle), RESUME)


def stopSequence(worlds: Worlds, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> RunResult:
    """Contract, "Stop". With scope COMPANY the siblings that may still be stopped end at the same instant."""
    with worlds.begin(caller) as tx:
        run = tx.get(sequence_id)
        stopped = stop(run, tx.now, tx.lifecycle)
        if body["scope"] == _COMPANY:
            for sibling in tx.company_of(run):
                if tx.lifecycle.allows(sibling.status, STOP):
                    tx.put(sibling, stop(sibling, tx.now, tx.lifecycle), STOP)
        return _changed(tx, run, stopped, STOP)


def _changed(tx: Transaction, before: Run, after: Run, event: str) -> RunResult:
    tx.put(before, after, event)
    return RunResult(after, tx.epoch)
