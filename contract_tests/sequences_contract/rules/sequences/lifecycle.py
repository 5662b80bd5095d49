"""Every status with every event that a client may ask for, against x-lifecycle."""

from collections.abc import Iterator
from functools import partial

from ...contract.document import Contract
from ...contract.statements import load_statements
from ...engine import FAR, Check, Rule, RuleContext, Run, Tier
from ...http.messages import Response
from ..registry import declare


def _act(context: RuleContext, event: str, run_id: str) -> Response:
    if event == "pause":
        return context.pause(run_id, FAR)
    return context.resume(run_id) if event == "resume" else context.stop(run_id)


def _permitted(context: RuleContext, event: str, status: str, wanted: str) -> None:
    with context.lease(status, prefer=_full) as run:
        if event == "stop":
            context.session.stops.spend()
        context.tick()
        response = _act(context, event, run.id)
        after = context.expect_run(response, wanted)
        context.expect_run(context.get(run.id), wanted, response, why="from get")
        other = {n: v for n, v in run.differences(after).items() if n not in ("status", "updated_at")}
        context.check(not other, "no field but status and updated_at changed", f"{other}", response)
        if after.status != run.status and not context.session.clock.stands_still:
            context.check(after.updated > run.updated, "updated_at moved", f"{after.fields['updated_at']}", response)
        for asked, expected in ((wanted, True), (run.status, wanted == run.status)):
            listed = context.search(status=asked, size=100, sort_by="updated_at", sort_order="desc")
            found = any(one.id == run.id for one in context.page_of(listed).items)
            where = f"{'' if expected else 'not '}in the list of {asked}"
            context.check(found == expected, where, f"{found}", response, listed)


def _full(run: Run) -> bool:
    """Whether there is something in every field that may be null: what is null cannot be lost."""
    return bool(run.variables) and None not in run.fields.values()


def _rejected(context: RuleContext, event: str, status: str) -> None:
    with context.lease(status) as run:
        act = partial(_act, context, event, run.id)
        response = context.expect_rejected_stop(run, act) if event == "stop" else act()
        if context.strict:
            context.expect(response, 422, why=f"for {event} of {status}")
        elif 200 <= response.status < 300:
            _stays_ended(context, run, response)
            return
        else:
            rejected = 400 <= response.status < 500
            context.check(rejected, "an error response below 500, or 200", response.summary, response)
        context.unchanged(run, [response])


def _stays_ended(context: RuleContext, run: Run, response: Response) -> None:
    """A run that has ended must not go on. Whether it may end once more, otherwise, the documents leave open."""
    terminal, got = context.lifecycle.terminal, context.fetch(run.id).status
    if run.status == "STOPPED_EARLY":
        context.check(got == run.status, "STOPPED_EARLY, which is for good", got, response)
    else:
        ended = run.status not in terminal or got in terminal
        context.check(ended, f"{run.status}, or another status that ends a run", got, response)


def _rules(contract: Contract) -> Iterator[Rule]:
    lifecycle = contract.lifecycles["Status"]
    for event in lifecycle.events:
        tier: Tier = "stop" if lifecycle.ends(event) else "write"
        operation = next(one for one in contract.operations.values() if one.event == event)
        for status in lifecycle.statuses:
            row, name = lifecycle.next(status, event), f"lifecycle.{event}.{status.lower()}"
            of: tuple[str, ...]
            if row is not None:
                sentence = f"{event} of a {status} run makes it {row.target}, and changes nothing else."
                of = f"lifecycle.{row.basis}_rows", f"{event}.response"
                check: Check = partial(_permitted, event=event, status=status, wanted=row.target)
            else:
                name, sentence = f"{name}.rejected", f"{event} of a {status} run is rejected and changes nothing."
                of = "lifecycle.others_rejected", f"{event}.not_allowed"
                of = (*of, "lifecycle.ended") if status in lifecycle.terminal else of
                check = partial(_rejected, event=event, status=status)
            yield Rule(
                name, sentence, of, row.basis if row else "ref", load_statements()[of[0]].at, tier,
                tag=operation.tag, covers=(operation.id,), check=check, reach="run",
            )  # fmt: skip


declare(_rules)
