"""What a pause takes, and what it refuses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .. import instants
from ..instants import MICROSECOND
from .bystanders import leaves_alone
from .registry import rule

if TYPE_CHECKING:
    from ..trial import Trial

_DAY = 86_400


def _refuse_all(trial: Trial, bodies: tuple[Any, ...], why: str) -> None:
    with trial.borrow() as run:
        for body in bodies:
            answer = trial.call("POST", f"/sequences/{run.id}/pause", json=body)
            trial.refused(answer, f"{why}: {body}")
            trial.same(run, [answer])


@rule("pause.refuses.past", "An instant in the past is refused.", "pause.future", tier="write")
def past(trial: Trial) -> None:
    texts = ("2001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2020-02-29T12:00:00+05:30")
    _refuse_all(trial, tuple({"paused_until": text} for text in texts), "in the past")


@rule(
    "pause.refuses.just_past",
    "An instant that has just passed is refused, whatever its offset.",
    "pause.future",
    tier="write",
)
def just_past(trial: Trial) -> None:
    with trial.borrow() as run:
        now = trial.run_of(trial.update(run.id, {"suite_now": str(trial.judged)})).updated
        before = trial.look(run.id)
        for minutes in (None, 600, -600, 1439):
            text = instants.write(now - 1, offset_minutes=minutes)
            answer = trial.pause(run.id, text)
            trial.refused(answer, f"for {text}, a second ago")
            trial.same(before, [answer])


@rule(
    "pause.accepts.near_future",
    "An instant some minutes ahead is accepted, whatever its offset.",
    "pause.until",
    tier="write",
)
def near_future(trial: Trial) -> None:
    for seconds, minutes in ((30, None), (900, None), (900, 600), (900, -600), (900, -1439)):
        with trial.borrow() as run:
            now = trial.run_of(trial.update(run.id, {"suite_now": f"{seconds} {minutes}"})).updated
            answer = trial.pause(run.id, instants.write(now + seconds, offset_minutes=minutes))
            got = trial.run_of(answer)
            trial.that(got.status == "WAITING_FOR_LEAD", "WAITING_FOR_LEAD", got.status, answer)


@rule("pause.accepts.far_future", "An instant months or many years ahead is accepted.", "pause.until", tier="write")
def far_future(trial: Trial) -> None:
    with trial.borrow() as run:
        now = trial.run_of(trial.update(run.id, {"suite_now": "far"})).updated
    for instant in (
        now + 40 * _DAY,
        now + 400 * _DAY,
        *map(instants.parse, ("2038-01-19T03:14:08Z", "2100-02-28T12:00:00Z")),
    ):
        if instant > now:
            with trial.borrow() as run:
                answer = trial.pause(run.id, instants.write(instant))
                got = trial.run_of(answer)
                trial.that(got.status == "WAITING_FOR_LEAD", "WAITING_FOR_LEAD", got.status, answer)


@rule(
    "pause.refuses.now.strict",
    "Now itself counts as past, where the clock stands still.",
    "pause.malformed",
    tier="write",
)
def now_itself(trial: Trial) -> None:
    with trial.borrow() as run, trial.bench.standing_still() as still:
        now = trial.run_of(trial.update(run.id, {"suite_now": "x"})).updated
        before = trial.look(run.id)
        answer = trial.pause(run.id, instants.write(now - (0 if still else MICROSECOND)))
        trial.refused(answer, "for now itself")
        trial.same(before, [answer])


@rule("pause.refuses.missing", "A body without paused_until is refused.", "pause.until", tier="write")
def missing(trial: Trial) -> None:
    _refuse_all(trial, ({}, {"until": "2100-01-01T00:00:00Z"}), "without paused_until")


@rule("pause.refuses.types", "paused_until must be a date-time.", "pause.until", tier="write")
def types(trial: Trial) -> None:
    values: tuple[Any, ...] = (None, 4102444800, True, {}, [], "", "tomorrow", "2100-13-01T00:00:00Z")
    _refuse_all(trial, tuple({"paused_until": value} for value in values), "no date-time")


@rule(
    "pause.refuses.incomplete.strict",
    "paused_until needs its time of day and its offset, and has to exist.",
    "pause.malformed",
    tier="write",
)
def incomplete(trial: Trial) -> None:
    texts = (
        "2100-01-01", "2100-01-01T00:00:00", "2100-01-01 00:00:00Z", "2100-02-30T00:00:00Z", "2100-01-01T24:00:00Z",
        "2100-01-01T00:00:00+24:00", "2100-01-01T00:00Z", "2100-01-01T00:00:00 01:00", " 2100-01-01T00:00:00Z", "P1D",
    )  # fmt: skip
    _refuse_all(trial, tuple({"paused_until": text} for text in texts), "incomplete or impossible")


@rule(
    "pause.accepts.forms.strict",
    "Lower-case t and z, fractions and leap seconds are read.",
    "pause.malformed",
    tier="write",
)
def forms(trial: Trial) -> None:
    for text in (
        "2100-01-04t08:00:00z",
        "2100-01-04T08:00:00.1234567Z",
        "2099-12-31T23:59:60Z",
        "9999-12-31T23:59:59-05:00",
    ):
        with trial.borrow() as run:
            answer = trial.pause(run.id, text)
            got = trial.run_of(answer)
            trial.that(got.status == "WAITING_FOR_LEAD", f"WAITING_FOR_LEAD for {text}", got.status, answer)


@rule("pause.only_this_run", "Only the named run is paused and resumed.", "pause.until", "resume.paused", tier="write")
def only_this(trial: Trial) -> None:
    with trial.borrow() as run:
        neighbours = [
            other for other in trial.bench.census().in_status("ACTIVE")
            if other.id != run.id and (other.template == run.template or other.contact == run.contact)
        ][:30]  # fmt: skip
        for act in (partial(trial.pause, run.id, "2100-01-04T08:00:00Z"), partial(trial.resume, run.id)):
            before = {other.id: trial.look(other.id) for other in neighbours}
            answer = act()
            trial.run_of(answer)
            leaves_alone(trial, answer, before, {name: trial.look(name) for name in before})


@rule("resume.no_body", "Resume needs no body.", "resume.answer", "resume.paused", tier="write")
def no_body(trial: Trial) -> None:
    with trial.borrow("WAITING_FOR_LEAD") as run:
        answer = trial.resume(run.id)
        trial.that(trial.run_of(answer).status == "ACTIVE", "ACTIVE", answer.summary, answer)


@rule("resume.once.strict", "A run that was paused twice is resumed once.", "resume.paused", tier="write", basis="own")
def once(trial: Trial) -> None:
    with trial.borrow("WAITING_FOR_LEAD") as run:
        again = trial.arranged(trial.pause(run.id, "2100-02-01T08:00:00Z"))
        answer = trial.resume(again.id)
        trial.that(trial.run_of(answer).status == "ACTIVE", "ACTIVE", answer.summary, answer)


@rule(
    "resume.body.strict",
    "An empty body of any type and {} are accepted; anything else is 400 and changes nothing.",
    "resume.body",
    tier="write",
)
def resume_body(trial: Trial) -> None:
    for content, headers in (
        (b"", ()),
        (b"", [("Content-Type", "text/plain")]),
        (b"{}", [("Content-Type", "application/json")]),
    ):
        with trial.borrow("WAITING_FOR_LEAD") as run:
            answer = trial.call("POST", f"/sequences/{run.id}/resume", content=content, headers=headers)
            trial.that(trial.run_of(answer).status == "ACTIVE", "ACTIVE", answer.summary, answer)
    with trial.borrow("WAITING_FOR_LEAD") as run:
        bodies: tuple[Any, ...] = ({"now": True}, {"paused_until": None}, [], None, "x")
        for body in bodies:
            answer = trial.call("POST", f"/sequences/{run.id}/resume", json=body)
            trial.expect(answer, 400, why=f"for the body {body}")
            trial.same(run, [answer])
