"""What a pause takes, and what it rejects."""

from collections import Counter
from functools import partial
from typing import Any

from ...contract import timestamps
from ...contract.timestamps import MICROSECOND
from ...engine import ABSENT_ID, FAR, RuleContext
from ..common.calls import JSON, expect_rejected_bodies
from ..registry import about
from .side_effects import leaves_alone

rule = about("Sequences", "pauseSequence", "resumeSequence", tier="write", reach="run")
_DAY = 86_400


_reject_all = partial(expect_rejected_bodies, operation_id="pauseSequence")


@rule("pause.rejects.past", "A time in the past is rejected.", "pause.future")
def past(context: RuleContext) -> None:
    texts = ("2001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2020-02-29T12:00:00+05:30")
    _reject_all(context, tuple({"paused_until": text} for text in texts), "in the past")


@rule("pause.rejects.just_past", "A time that has just passed is rejected, whatever its offset.", "pause.future")
def just_past(context: RuleContext) -> None:
    with context.lease() as run:
        now = context.run_of(context.update(run.id, {"suite_now": str(context.judged)})).updated
        before = context.fetch(run.id)
        for minutes in (None, 600, -600, 1439):
            text = timestamps.write(now - 1, offset_minutes=minutes)
            response = context.pause(run.id, text)
            context.expect_rejected(response, f"for {text}, a second ago")
            context.unchanged(before, [response])


@rule("pause.accepts.near_future", "A time some minutes ahead is accepted, whatever its offset.", "pause.until")
def near_future(context: RuleContext) -> None:
    for seconds, minutes in ((30, None), (900, None), (900, 600), (900, -600), (900, -1439)):
        with context.lease() as run:
            now = context.run_of(context.update(run.id, {"suite_now": f"{seconds} {minutes}"})).updated
            until = now + seconds + 10 * context.session.clock.short
            response = context.pause(run.id, timestamps.write(until, offset_minutes=minutes))
            context.expect_run(response, "WAITING_FOR_LEAD")


@rule("pause.accepts.offsets", "The minutes of an offset count, with the sign of the whole: -00:30 is not +00:30.", "pause.until", "pause.future")  # fmt: skip
def offsets(context: RuleContext) -> None:
    with context.lease() as run:
        now = context.run_of(context.update(run.id, {"suite_now": "offsets"})).updated
        for minutes in (-30, -345, -570):
            text = timestamps.write(now + 900 + 10 * context.session.clock.short, offset_minutes=minutes)
            context.expect_run(context.pause(run.id, text), "WAITING_FOR_LEAD", why=f"until {text}")
            context.prepared(context.resume(run.id))
        text = timestamps.write(now - 1, offset_minutes=345)
        context.expect_rejected(context.pause(run.id, text), f"for {text}, a second ago")


@rule("pause.accepts.far_future", "A time months or many years ahead is accepted.", "pause.until")
def far_future(context: RuleContext) -> None:
    with context.lease() as run:
        now = context.run_of(context.update(run.id, {"suite_now": "far"})).updated
    fixed = map(timestamps.parse, ("2038-01-19T03:14:08Z", "2100-02-28T12:00:00Z"))
    for time in (now + 40 * _DAY, now + 400 * _DAY, *fixed):
        if time > now:
            with context.lease() as run:
                context.expect_run(context.pause(run.id, timestamps.write(time)), "WAITING_FOR_LEAD")


@rule("pause.rejects.now.strict", "Now itself counts as past, where the clock stands still.", "pause.malformed")
def now_itself(context: RuleContext) -> None:
    with context.lease() as run, context.session.clock.frozen() as still:
        now = context.run_of(context.update(run.id, {"suite_now": "x"})).updated
        before = context.fetch(run.id)
        response = context.pause(run.id, timestamps.write(now - (0 if still else MICROSECOND)))
        context.expect_rejected(response, "for now itself")
        context.unchanged(before, [response])


@rule("pause.rejects.missing", "A body without paused_until is rejected.", "pause.until")
def missing(context: RuleContext) -> None:
    _reject_all(context, ({}, {"until": "2100-01-01T00:00:00Z"}), "without paused_until")


@rule("pause.rejects.types", "paused_until must be a date-time.", "pause.until")
def types(context: RuleContext) -> None:
    values: tuple[Any, ...] = (None, 4102444800, True, {}, [], "", "tomorrow", "2100-13-01T00:00:00Z")
    _reject_all(context, tuple({"paused_until": value} for value in values), "no date-time")


@rule("pause.rejects.incomplete.strict", "paused_until needs its time of day and its offset, and has to exist.", "pause.malformed")  # fmt: skip
def incomplete(context: RuleContext) -> None:
    texts = (
        "2100-01-01", "2100-01-01T00:00:00", "2100-01-01 00:00:00Z", "2100-02-30T00:00:00Z", "2100-01-01T24:00:00Z",
        "2100-01-01T00:00:00+24:00", "2100-01-01T00:00Z", "2100-01-01T00:00:00 01:00", " 2100-01-01T00:00:00Z", "P1D",
    )  # fmt: skip
    _reject_all(context, tuple({"paused_until": text} for text in texts), "incomplete or impossible")


@rule("pause.accepts.forms.strict", "Lower-case t and z, fractions and leap seconds are read.", "pause.malformed")
def forms(context: RuleContext) -> None:
    texts = "2100-01-04t08:00:00z", "2100-01-04T08:00:00.1234567Z", "2099-12-31T23:59:60Z", "9999-12-31T23:59:59-05:00"
    for text in texts:
        with context.lease() as run:
            context.expect_run(context.pause(run.id, text), "WAITING_FOR_LEAD", why=f"for {text}")


@rule("pause.only_this_run", "Only the named run is paused and resumed.", "pause.until", "resume.paused", reach="collection")  # fmt: skip
def only_this(context: RuleContext) -> None:
    runs = partial(context.session.runs, fresh=True)
    contacts = Counter(run.contact for run in runs().in_status("ACTIVE") if run.contact is not None)
    with context.lease(prefer=lambda run: contacts[run.contact] > 1) as run:
        for act in (partial(context.pause, run.id, FAR), partial(context.resume, run.id)):
            before = dict(runs().by_id)
            response = act()
            context.run_of(response)
            leaves_alone(context, response, before, runs().by_id)


@rule("resume.no_body", "Resume needs no body.", "resume.response", "resume.paused")
def no_body(context: RuleContext) -> None:
    with context.lease("WAITING_FOR_LEAD") as run:
        context.expect_run(context.resume(run.id), "ACTIVE")


@rule("resume.once.strict", "A run that was paused twice is resumed once.", "resume.paused", basis="own")
def once(context: RuleContext) -> None:
    with context.lease("WAITING_FOR_LEAD") as run:
        again = context.prepared(context.pause(run.id, "2100-02-01T08:00:00Z"))
        context.expect_run(context.resume(again.id), "ACTIVE")


@rule("resume.body.strict", "An empty body of any type and {} are accepted; anything else is 400 and changes nothing.", "resume.body")  # fmt: skip
def resume_body(context: RuleContext) -> None:
    for content, headers in ((b"", ()), (b"", [("Content-Type", "text/plain")]), (b"{}", [JSON])):
        with context.lease("WAITING_FOR_LEAD") as run:
            context.expect_run(context.resume(run.id, content=content, headers=headers), "ACTIVE")
    bodies: tuple[Any, ...] = ({"now": True}, {"paused_until": None}, [], None, "x")
    expect_rejected_bodies(context, bodies, "for another body", "resumeSequence")


@rule("pause.rejects.past_before_state.strict",
      "A time in the past is 400 for a run that has ended, and for one that does not exist.", "order.errors")  # fmt: skip
def past_before_state(context: RuleContext) -> None:
    pool, runs = context.session.pool, context.session.runs()
    ended = [run for status in sorted(context.lifecycle.terminal) for run in runs.in_status(status)[:1]]
    for run_id in (ABSENT_ID, *(run.id for run in ended if pool.writable(run))):
        context.expect(context.pause(run_id, "2001-01-01T00:00:00Z"), 400, why="body before run and state")
