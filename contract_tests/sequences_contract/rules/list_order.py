"""Sorting: each field, both directions, and what stands between equals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from .registry import rule

if TYPE_CHECKING:
    from ..runs import Run
    from ..trial import Trial

_KEYS: dict[str, Callable[[Run], Any]] = {
    "created_at": lambda run: run.created,
    "updated_at": lambda run: run.updated,
    "status": lambda run: run.status,
}


def _sorted_by(trial: Trial, sort_by: str, sort_order: str, **query: str | int) -> list[Run]:
    asked: dict[str, str | int] = {**query, "sort_by": sort_by, "sort_order": sort_order}
    for _ in (1, 2):
        pages = trial.pages(asked)
        runs = [run for _, page in pages for run in page.items]
        wrong = _out_of_order([_KEYS[sort_by](run) for run in runs], descending=sort_order == "desc")
        if wrong is None:
            break
    shown = "" if wrong is None else f"{_shown(runs[wrong], sort_by)} before {_shown(runs[wrong + 1], sort_by)}"
    trial.that(wrong is None, f"runs by {sort_by} {sort_order}", shown, *(answer for answer, _ in pages[:1]))
    return runs


def _out_of_order(values: Sequence[Any], *, descending: bool) -> int | None:
    pairs = enumerate(pairwise(values))
    return next((i for i, (one, other) in pairs if (one < other if descending else one > other)), None)


def _shown(run: Run, name: str) -> str:
    return f"{run.fields[name]} ({run.id})"


@rule("list.sort.created_at", "sort_by=created_at sorts by creation, both ways.", "list.sort_by", "list.sort_order")
def created(trial: Trial) -> None:
    for order in ("asc", "desc"):
        _sorted_by(trial, "created_at", order)


@rule(
    "list.sort.updated_at",
    "sort_by=updated_at sorts by the latest change, both ways.",
    "list.sort_by",
    "list.sort_order",
)
def updated(trial: Trial) -> None:
    for order in ("asc", "desc"):
        _sorted_by(trial, "updated_at", order)


@rule(
    "list.sort.status",
    "sort_by=status puts equal statuses together, and desc reverses their order.",
    "list.sort_by",
    "list.sort_order",
)
def status(trial: Trial) -> None:
    groups = {}
    for order in ("asc", "desc"):
        answer = trial.search(sort_by="status", sort_order=order, size=100)
        trial.page_of(answer)
        runs = trial.runs({"sort_by": "status", "sort_order": order})
        groups[order] = [name for name, _ in groupby(run.status for run in runs)]
        twice = sorted({name for name in groups[order] if groups[order].count(name) > 1})
        trial.that(not twice, "each status in one block", f"{twice} in several, {order}", answer)
    trial.that(
        groups["desc"] == groups["asc"][::-1], f"statuses {groups['asc'][::-1]} with desc", f"{groups['desc']}",
        trial.search(sort_by="status", sort_order="asc", size=100), trial.search(sort_by="status", sort_order="desc", size=100),
    )  # fmt: skip


@rule("list.sort.status.by_name.strict", "sort_by=status sorts by the status's name.", "list.order_of_ties")
def by_name(trial: Trial) -> None:
    for order in ("asc", "desc"):
        _sorted_by(trial, "status", order)


@rule("list.sort.ties.stable", "The order of equals is the same from request to request.", "list.sort_by")
def stable(trial: Trial) -> None:
    for sort_by in _KEYS:
        for order in ("asc", "desc"):
            asked: dict[str, str | int] = {"sort_by": sort_by, "sort_order": order}
            for _ in (1, 2):
                one, other = ([run.id for run in trial.runs(asked)] for _ in (1, 2))
                if one == other:
                    break
            trial.that(one == other, "one order", f"two orders by {sort_by} {order}", trial.search(**asked, size=100))


@rule("list.sort.ties.by_id.strict", "Equals stand in ascending order of id, in both directions.", "list.order_of_ties")
def ties(trial: Trial) -> None:
    for sort_by, key in _KEYS.items():
        for order in ("asc", "desc"):
            runs = _sorted_by(trial, sort_by, order)
            answer = trial.search(sort_by=sort_by, sort_order=order, size=100)
            for _, equal in groupby(runs, key):
                ids = [run.id for run in equal]
                trial.that(ids == sorted(ids), f"equal {sort_by} by id, {order}", f"{ids[:3]}", answer)


@rule("list.sort.filtered", "Sorting holds under filters too.", "list.sort_by", "list.filters")
def filtered(trial: Trial) -> None:
    statuses = sorted({run.status for run in trial.bench.census().runs})
    templates = sorted({run.template for run in trial.bench.census().runs})
    for order in ("asc", "desc"):
        for name in statuses:
            _sorted_by(trial, "updated_at", order, status=name)
            _sorted_by(trial, "created_at", order, status=name)
        for template in templates[:4]:
            _sorted_by(trial, "status" if trial.strict else "created_at", order, sequence_template_id=template)


@rule(
    "list.sort.updated_at.after_changes",
    "What changes moves to its new place in sort_by=updated_at.",
    "list.sort_by",
    "run.updated_at",
    tier="write",
)
def after_changes(trial: Trial) -> None:
    for status in ("ACTIVE", "WAITING_FOR_LEAD"):
        with trial.borrow(status) as run:
            changed = trial.arranged(trial.update(run.id, {"suite_sorted": status}))
            for order in ("asc", "desc"):
                _sorted_by(trial, "updated_at", order, status=changed.status)
