"""The filters of the list, compared with a census of the whole collection."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from .. import instants
from ..instants import MICROSECOND
from .registry import rule

if TYPE_CHECKING:
    from ..trial import Trial

Query = dict[str, str | int]


def agrees(trial: Trial, query: Query) -> None:
    """The list under `query` must hold just the runs of the census that satisfy it, and count them."""
    for attempt in (1, 2):
        census = trial.bench.census(fresh=attempt == 2)
        wanted = {run.id for run in census.select({name: str(value) for name, value in query.items()})}
        pages = trial.pages(query)
        got = [run.id for _, page in pages for run in page.items]
        answer, first = pages[0]
        same = set(got) == wanted and first.total_count == len(wanted)
        if same or attempt == 2:
            break
    extra, missing = sorted(set(got) - wanted), sorted(wanted - set(got))
    shown = f"{len(got)} runs, {len(extra)} that do not fit {extra[:1]}, {len(missing)} missing {missing[:1]}"
    trial.that(not extra and not missing, f"the {len(wanted)} runs that satisfy the filters", shown, answer)
    trial.that(first.total_count == len(wanted), f"total_count {len(wanted)}", str(first.total_count), answer)


def some_runs(trial: Trial) -> list[Query]:
    """Bounds in the middle of the collection, and a template and a status that occur in it."""
    runs = trial.bench.census().runs
    if len(runs) < 3:
        trial.skip("the organization has fewer than three runs; load more")
    middle = sorted(runs, key=lambda run: run.created)
    low, high = middle[len(middle) // 4], middle[3 * len(middle) // 4]
    templates = sorted({run.template for run in runs}, key=lambda name: sum(run.template == name for run in runs))
    statuses = sorted({run.status for run in runs}, key=lambda name: sum(run.status == name for run in runs))
    return [
        {"status": statuses[-1]},
        {"sequence_template_id": templates[-1]},
        {"created_at_after": str(low.fields["created_at"])},
        {"created_at_before": str(high.fields["created_at"])},
    ]


@rule("list.filter.status", "status keeps just the runs in that status.", "list.status")
def status(trial: Trial) -> None:
    for name in trial.bench.contract.statuses:
        agrees(trial, {"status": name})


@rule("list.filter.template", "sequence_template_id keeps just the runs of that template.", "list.template")
def template(trial: Trial) -> None:
    templates = sorted({run.template for run in trial.bench.census().runs})
    if not templates:
        trial.skip("the organization has no run")
    for name in templates[:12]:
        agrees(trial, {"sequence_template_id": name})
    agrees(trial, {"sequence_template_id": "00000000-0000-4000-8000-000000000000"})


@rule("list.filter.template.any_case.strict", "A template's id is accepted in upper case.", "run.uuids")
def template_case(trial: Trial) -> None:
    for run in trial.bench.census().runs[:1]:
        answer = trial.search(sequence_template_id=run.template.upper())
        wanted = len(trial.bench.census().select({"sequence_template_id": run.template}))
        trial.that(trial.page_of(answer).total_count == wanted, f"{wanted} runs", answer.summary, answer)


@rule("list.filter.pairs", "Any two filters combine with AND.", "list.filters")
def pairs(trial: Trial) -> None:
    for one, other in combinations(some_runs(trial), 2):
        agrees(trial, {**one, **other})


@rule("list.filter.all", "All filters together combine with AND, whatever the order and the size.", "list.filters")
def together(trial: Trial) -> None:
    everything: Query = {}
    for query in some_runs(trial):
        everything |= query
    agrees(trial, everything)
    for sort_by in ("created_at", "updated_at", "status"):
        for sort_order in ("asc", "desc"):
            for query in some_runs(trial):
                agrees(trial, {**query, "sort_by": sort_by, "sort_order": sort_order})
            agrees(trial, {**everything, "sort_by": sort_by, "sort_order": sort_order})


@rule(
    "list.filter.every_status_and_template",
    "Every status with every template gives just the runs of both.",
    "list.filters",
)
def cells(trial: Trial) -> None:
    templates = sorted({run.template for run in trial.bench.census().runs})[:4]
    for name in trial.bench.contract.statuses:
        for template_id in templates:
            agrees(trial, {"status": name, "sequence_template_id": template_id})


def _around(trial: Trial, name: str) -> None:
    """Bounds exactly on instants that exist, and a microsecond beside them, with several offsets."""
    runs = sorted(trial.bench.census().runs, key=lambda run: run.created)
    if not runs:
        trial.skip("the organization has no run")
    picked = {runs[0].created, runs[len(runs) // 2].created, runs[-1].created, runs[len(runs) // 3].created}
    for instant in sorted(picked):
        for moved in (instant - MICROSECOND, instant, instant + MICROSECOND):
            agrees(trial, {name: instants.write(moved)})
        for minutes in (330, -600, 0):
            agrees(trial, {name: instants.write(instant, offset_minutes=minutes)})


@rule(
    "list.created_at_after.strict_bound",
    "created_at_after keeps only runs created later, not at that instant.",
    "list.after",
)
def after(trial: Trial) -> None:
    _around(trial, "created_at_after")


@rule(
    "list.created_at_before.strict_bound",
    "created_at_before keeps only runs created earlier, not at that instant.",
    "list.before",
)
def before(trial: Trial) -> None:
    _around(trial, "created_at_before")


@rule(
    "list.created_at.between",
    "Both bounds together keep the runs in between, and none when they meet.",
    "list.after",
    "list.before",
)
def between(trial: Trial) -> None:
    runs = sorted(trial.bench.census().runs, key=lambda run: run.created)
    if len(runs) < 3:
        trial.skip("the organization has fewer than three runs")
    low, middle, high = runs[0], runs[len(runs) // 2], runs[-1]
    for one, other in ((low, high), (low, middle), (middle, high), (middle, middle), (high, low)):
        bounds: Query = {"created_at_after": str(one.fields["created_at"])}
        agrees(trial, {**bounds, "created_at_before": str(other.fields["created_at"])})


@rule("list.created_at.far", "Bounds far away keep everything or nothing.", "list.after", "list.before")
def far(trial: Trial) -> None:
    for name in ("created_at_after", "created_at_before"):
        for instant in ("1970-01-01T00:00:00Z", "2999-12-31T23:59:59Z"):
            agrees(trial, {name: instant})


@rule(
    "list.instants.accepted.strict",
    "Lower-case t and z, long fractions, second 60 and far years are read.",
    "list.instants",
)
def forms(trial: Trial) -> None:
    runs = sorted(trial.bench.census().runs, key=lambda run: run.created)
    if not runs:
        trial.skip("the organization has no run")
    middle = str(runs[len(runs) // 2].fields["created_at"])
    whole = middle.removesuffix("Z").partition(".")[0]
    digits = middle.removesuffix("Z").partition(".")[2].ljust(6, "0")
    for text in (
        middle.lower(), f"{whole}.{digits}000000Z", f"{whole}.{digits}0000001Z", f"{whole}.{digits}9Z",
        "2016-12-31T23:59:60Z", "2016-12-31T18:59:60-05:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00",
        "0001-01-01T00:00:00Z", "2000-01-01T00:00:00.1234567890123Z", "2000-01-01T00:00:00-23:59",
    ):  # fmt: skip
        for name in ("created_at_after", "created_at_before"):
            answer = trial.search(**{name: text}, size=1)
            total = trial.page_of(answer).total_count
            moment = _exact(text)
            wanted = sum(run.created > moment if name.endswith("after") else run.created < moment for run in runs)
            trial.that(total == wanted, f"{wanted} runs for {name}={text}", f"{total}", answer)


def _exact(text: str):  # type: ignore[no-untyped-def]  # a Fraction, or a float beyond the calendar
    if text.startswith("0001"):
        return float("-inf")
    if text.startswith("9999"):
        return float("inf")
    return instants.parse(text.upper())
