"""All nine statuses with pause, resume and stop: against x-lifecycle, and against a grid typed by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .registry import Tier, declare, rule

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial

FAR = "2100-01-04T08:00:00Z"
STATUSES = (
    "FOUND", "REFUSED", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER", "SUCCEEDED", "COMPLETED", "FAILED", "STOPPED_EARLY",
)  # fmt: skip
#: Typed from the documentation and from the decisions of the contract, never read from x-lifecycle.
DOC = {
    ("ACTIVE", "pause"): "WAITING_FOR_LEAD",
    ("WAITING_FOR_LEAD", "resume"): "ACTIVE",
    ("ACTIVE", "stop"): "STOPPED_EARLY",
}
OWN = {("WAITING_FOR_LEAD", "pause"): "WAITING_FOR_LEAD"}
OWN |= {(status, "stop"): "STOPPED_EARLY" for status in ("FOUND", "WAITING_FOR_LEAD", "WAITING_FOR_USER")}


def _act(trial: Trial, event: str, run_id: str) -> Answer:
    if event == "pause":
        return trial.pause(run_id, FAR)
    return trial.resume(run_id) if event == "resume" else trial.stop(run_id)


def _permitted(event: str, status: str, trial: Trial) -> None:
    wanted = (DOC | OWN)[status, event]
    with trial.borrow(status, prefer=_full) as run:
        if event == "stop":
            trial.bench.stops.spend()
        answer = _act(trial, event, run.id)
        after = trial.run_of(answer)
        trial.that(after.status == wanted, wanted, after.status, answer)
        read = trial.get(run.id)
        trial.that(trial.run_of(read).status == wanted, f"{wanted} from get", trial.run_of(read).status, answer, read)
        other = {n: v for n, v in run.differences(after).items() if n not in ("status", "updated_at")}
        trial.that(not other, "no field but status and updated_at changed", f"{other}", answer)
        if after.status != run.status and not trial.bench.frozen:
            trial.that(after.updated > run.updated, "updated_at moved", f"{after.fields['updated_at']}", answer)
        for status_asked, expected in ((wanted, True), (run.status, wanted == run.status)):
            listed = trial.search(status=status_asked, size=100, sort_by="updated_at", sort_order="desc")
            found = any(one.id == run.id for one in trial.page_of(listed).items)
            if expected or found:
                trial.that(
                    found == expected,
                    f"{'in' if expected else 'not in'} the list of {status_asked}",
                    f"{found}",
                    answer,
                    listed,
                )


def _full(run: Run) -> bool:
    """Whether there is something in every field that may be null: what is null cannot be lost."""
    return bool(run.variables) and None not in run.fields.values()


def _refused(event: str, status: str, trial: Trial) -> None:
    with trial.borrow(status) as run:
        act = partial(_act, trial, event, run.id)
        answer = trial.tempt(run, act) if event == "stop" else act()
        if trial.strict:
            trial.expect(answer, 422, why=f"for {event} of {status}")
        elif 200 <= answer.status < 300:
            got = trial.look(run.id).status
            for_good = status != "STOPPED_EARLY" or got == status
            trial.that(for_good, "STOPPED_EARLY, which is for good", got, answer)
            return
        else:
            trial.that(400 <= answer.status < 500, "a refusal below 500, or 200", answer.summary, answer)
        trial.same(run, [answer])


def _declare() -> None:
    for status in STATUSES:
        for event in ("pause", "resume", "stop"):
            tier: Tier = "stop" if event == "stop" else "write"
            if (status, event) in DOC | OWN:
                basis = "doc" if (status, event) in DOC else "own"
                wanted = (DOC | OWN)[status, event]
                declare(
                    f"lifecycle.{event}.{status.lower()}", f"{event} of a {status} run makes it {wanted}, and changes nothing else.",
                    "lifecycle.doc_rows" if basis == "doc" else "lifecycle.own_rows", f"{event}.answer",
                    check=partial(_permitted, event, status), tier=tier, basis=basis,
                )  # fmt: skip
            else:
                declare(
                    f"lifecycle.{event}.{status.lower()}.refused", f"{event} of a {status} run is refused and changes nothing.",
                    "lifecycle.others_refused", f"{event}.not_allowed",
                    check=partial(_refused, event, status), tier=tier, basis="ref",
                )  # fmt: skip


@rule(
    "lifecycle.table",
    "The grid typed by hand and x-lifecycle say the same.",
    "lifecycle.doc_rows",
    "lifecycle.own_rows",
)
def table(trial: Trial) -> None:
    contract = trial.bench.contract
    trial.that(contract.statuses == STATUSES, f"{STATUSES}", f"{contract.statuses}")
    for status in STATUSES:
        for event in ("pause", "resume", "stop"):
            row = contract.next(status, event)
            wanted = (DOC | OWN).get((status, event))
            trial.that((row.target if row else None) == wanted, f"{event} of {status}: {wanted}", f"{row}")
            if row is not None:
                trial.that(row.basis == ("doc" if (status, event) in DOC else "own"), "the same basis", row.basis)


_declare()
