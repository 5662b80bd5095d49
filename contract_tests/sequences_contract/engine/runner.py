"""Tries the rules, several at a time, and keeps what was judged whatever happens."""

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from ..http.messages import Response
from ..http.redaction import redaction
from ..http.target import TargetError
from .control_api import ADMIN_VARIABLE
from .errors import Untestable
from .interruption import Interruption
from .preflight import preflight
from .rule import Rule
from .schedule import Batch, Stage, in_one_world, in_own_worlds
from .session import Session
from .settings import Settings
from .threads import used_from_threads
from .trying import PassiveRules, ping, try_rule, withheld
from .verdicts import Outcome, Verdict, unexpectedly_passing
from .workers import spread


class Progress(Protocol):
    """What is shown while rules are tried; called from several threads."""

    def began(self, rule: Rule, total: int) -> None: ...

    def ended(self, rule: Rule) -> None: ...

    def waits(self, what: str, seconds: float) -> None: ...


def run(
    settings: Settings,
    rules: Sequence[Rule],
    progress: Progress | None = None,
    expected: Mapping[str, str] | None = None,
    *,
    accept_unexercised: bool = False,
    unselected: int = 0,
    interruption: Interruption | None = None,
) -> Outcome:
    """Tries the rules at the target. Never raises for what the target does; what was judged is always returned."""
    began, at = time.monotonic(), datetime.now(UTC)
    judging = _Judging(settings, rules, progress, interruption or Interruption())
    with used_from_threads():
        judging.judge()
    judging.close()
    expected = expected or {}
    verdicts = [_with_expectation(verdict, expected) for verdict in judging.verdicts()]
    outcome = Outcome(
        verdicts, judging.failure, judging.interrupted, tuple(judging.notes()), time.monotonic() - began, judging.requests,
        accept_unexercised, tuple(unexpectedly_passing(verdicts, expected)), judging.session.not_served,
        at.strftime("%Y-%m-%d %H:%M UTC"), unselected,
    )  # fmt: skip
    for keys in judging.keys:
        outcome = outcome.with_texts(redaction(keys, settings.headers, os.environ.get(ADMIN_VARIABLE, "")))
    return outcome


def notes_of(sessions: Sequence[Session]) -> Iterator[str]:
    """What is to be known of targets that were judged, beside the verdicts."""
    left = [run_id for session in sessions for run_id in session.pool.left_changed]
    if left:
        yield f"{len(left)} run(s) could not be put back as they were: {', '.join(left[:5])}"
    repeating = {path: None for session in sessions for path in session.repeating}
    if repeating:
        yield f"the same items on every page, as of a mock without state: {', '.join(repeating)}"


class _Judging:
    """One pass over the rules, and what became of it so far."""

    def __init__(
        self, settings: Settings, rules: Sequence[Rule], progress: Progress | None, interruption: Interruption
    ) -> None:
        self.session = Session(settings)
        self.failure: str | None = None
        self.interrupted = False
        self._ready = False
        self.requests = 0
        self._rules = rules
        self._total = sum(rule.check is not None for rule in rules)
        self._progress = progress
        self._interruption = interruption
        self._passive = PassiveRules(self.session, rules)
        self._verdicts: dict[str, Verdict] = {}
        self._worlds = [self.session]
        self._crowded_out: list[Verdict] = []
        self.session.target.observers += [self._passive.observe, self._count]
        self.session.target.pacing.stop = interruption.check
        if progress is not None:
            self.session.target.pacing.waits = progress.waits

    def judge(self) -> None:
        """Tries every rule, or as many as the target and the caller let it."""
        try:
            preflight(self.session)
            self._ready = True
            self._try_all([rule for rule in self._rules if rule.check is not None])
        except Untestable as error:
            self.failure = str(error)
        except TargetError as error:
            where = f"{error.request.method} {error.request.url}: {error.problem}"
            self.failure = f"the target stopped responding after {self.requests} responses, at {where}"
        except KeyboardInterrupt:
            self.interrupted = True
        except Exception as error:  # noqa: BLE001 - whatever happens, what was judged is reported
            self.failure = f"the suite failed on a response: {type(error).__name__}: {error}"

    def close(self) -> None:
        """Removes the worlds and closes the session; an impatient caller may cut that short."""
        with suppress(KeyboardInterrupt):
            for session in self._worlds[1:]:
                session.leave_world()
            self.session.close()

    @property
    def keys(self) -> list[Mapping[str, str]]:
        """The keys of every world, by role."""
        return [session.target.keys for session in self._worlds]

    def verdicts(self) -> list[Verdict]:
        """A verdict for each rule, those that were not reached too; none for what the target does not serve."""
        # A target that failed the preflight is not judged: it may be another server altogether.
        passive = {verdict.rule.id: verdict for verdict in self._passive.verdicts()} if self._ready else {}
        known = {**passive, **self._verdicts}
        reason = f"not reached: {'interrupted' if self.interrupted else 'the target could not be tested to the end'}"
        served = [rule for rule in self._rules if rule.tag not in self.session.not_served]
        return [known.get(rule.id) or Verdict(rule, "not_exercised", reason) for rule in served]

    def notes(self) -> Iterator[str]:
        """What the caller should know beside the verdicts."""
        if self.session.settings.quick:
            cut = sum(verdict.cut_short for verdict in self._verdicts.values())
            yield (
                f"a quick run: {cut} rules ended after their first requests, nothing was generated"
                f"{'' if self.session.control else ', and no timer was waited for'}"
            )
        yield from notes_of(self._worlds)
        for verdict in self._crowded_out:
            alone = self._verdicts.get(verdict.rule.id)
            if verdict.name == "violated" and (alone is None or alone.name == "passed"):
                first, then = verdict.evidence[0], "was not tried alone" if alone is None else "held alone"
                yield (
                    f"{verdict.rule.id} failed while other rules were tried, and {then}: expected {first.expected};"
                    f" got {first.got}"
                )

    def _count(self, response: Response) -> None:
        self.requests += 1

    def _try_all(self, rules: Sequence[Rule]) -> None:
        tried = []
        for rule in rules:  # what is left out must not make others wait for it
            if withheld(rule, self.session) is None:
                tried.append(rule)
            else:
                self._try(rule, self.session)
        for stage in self._planned(tried):
            spread(stage.batches, partial(self._try_batch, stage), stage.workers)
            again = [verdict for verdict in self._crowded_out if verdict.rule.id not in self._verdicts]
            for verdict in again:
                self._try(verdict.rule, self.session)
        ping(self.session)

    def _planned(self, rules: Sequence[Rule]) -> list[Stage]:
        settings, counted = self.session.settings, self.session.settings.stops != math.inf
        if self.session.makes_worlds:
            stage = in_own_worlds(rules, settings.workers, stops_counted=counted)
            return [replace(stage, workers=self._make_worlds(stage.workers))]
        # A clock that is moved for one rule moves for all in its world.
        workers = settings.workers if self.session.control is None else 1
        return in_one_world(rules, workers, stops_counted=counted)

    def _make_worlds(self, wanted: int) -> int:
        """Makes a world for each worker, or as many as the control API gives; how many there are."""
        with suppress(Untestable):
            for _ in range(1, wanted):
                self._worlds.append(self.session.in_another_world())
        return len(self._worlds)

    def _try_batch(self, stage: Stage, worker: int, batch: Batch) -> None:
        session = self._worlds[worker] if self.session.makes_worlds else self.session
        for rule in batch:
            self._try(rule, session, crowded=stage.is_crowded and batch is not stage.alone)

    def _try(self, rule: Rule, session: Session, *, crowded: bool = False) -> None:
        """Tries one rule. What does not hold beside others is tried once more, alone, when they have come to their end."""
        self._interruption.check()
        if self._progress is not None:
            self._progress.began(rule, self._total)
        verdict = try_rule(rule, session)
        if self._progress is not None:
            self._progress.ended(rule)
        # An engine below may swallow the interruption and end early; only what it found by then counts.
        if verdict.name != "violated":
            self._interruption.check()
        if verdict.name == "not_exercised" and not verdict.excused:
            # An engine below may take a dead target for one that has nothing to say.
            ping(session)
        if crowded and verdict.name != "passed" and not verdict.excused:
            self._crowded_out.append(verdict)
        else:
            self._verdicts[rule.id] = verdict


def _with_expectation(verdict: Verdict, expected: Mapping[str, str]) -> Verdict:
    reason = next((why for name, why in expected.items() if verdict.rule.fits(name)), None)
    return replace(verdict, expected=reason) if reason is not None and verdict.name == "violated" else verdict
