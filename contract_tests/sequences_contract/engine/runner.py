"""Tries the rules one after the other, and keeps what was judged whatever happens."""

import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from ..http.messages import Response
from ..http.redaction import redaction
from ..http.target import TargetError
from .control_api import ADMIN_VARIABLE
from .errors import Untestable
from .interruption import Interruption
from .preflight import preflight
from .rule import Rule
from .session import Session
from .settings import Settings
from .trying import PassiveRules, ping, try_rule
from .verdicts import Outcome, Verdict, unexpectedly_passing

Progress = Callable[[Rule, int, int], None]
#: Schemathesis' engine keeps state of its own for the whole process.
_ALONE = ("robustness",)


def run(
    settings: Settings,
    rules: Sequence[Rule],
    progress: Progress | None = None,
    expected: Mapping[str, str] | None = None,
    *,
    accept_unexercised: bool = False,
    interruption: Interruption | None = None,
) -> Outcome:
    """Tries the rules at the target. Never raises for what the target does; what was judged is always returned."""
    began, at = time.monotonic(), datetime.now(UTC)
    judging = _Judging(settings, rules, progress, interruption or Interruption())
    judging.judge()
    judging.close()
    expected = expected or {}
    verdicts = [_with_expectation(verdict, expected) for verdict in judging.verdicts()]
    outcome = Outcome(
        verdicts, judging.failure, judging.interrupted, judging.notes(), time.monotonic() - began, judging.requests,
        accept_unexercised, tuple(unexpectedly_passing(verdicts, expected)), judging.session.not_served,
        at.strftime("%Y-%m-%d %H:%M UTC"),
    )  # fmt: skip
    hide = redaction(judging.session.target.keys, settings.headers, os.environ.get(ADMIN_VARIABLE, ""))
    return outcome.with_texts(hide)


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
        self._progress = progress
        self._interruption = interruption
        self._passive = PassiveRules(self.session, rules)
        self._verdicts: dict[str, Verdict] = {}
        self._number = itertools.count(1)
        self.session.target.observers += [self._passive.observe, self._count]

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
        """Closes the session; an impatient caller may cut that short."""
        with suppress(KeyboardInterrupt):
            self.session.close()

    def verdicts(self) -> list[Verdict]:
        """A verdict for each rule, those that were not reached too; none for what the target does not serve."""
        # A target that failed the preflight is not judged: it may be another server altogether.
        passive = {verdict.rule.id: verdict for verdict in self._passive.verdicts()} if self._ready else {}
        known = {**passive, **self._verdicts}
        reason = f"not reached: {'interrupted' if self.interrupted else 'the target could not be tested to the end'}"
        served = [rule for rule in self._rules if rule.tag not in self.session.not_served]
        return [known.get(rule.id) or Verdict(rule, "not_exercised", reason) for rule in served]

    def notes(self) -> tuple[str, ...]:
        """What the caller should know beside the verdicts."""
        left, repeating = self.session.pool.left_changed, ", ".join(self.session.repeating)
        notes = [f"{len(left)} run(s) could not be put back as they were: {', '.join(left[:5])}"] if left else []
        if repeating:
            notes.append(f"the same items on every page, as of a mock without state: {repeating}")
        return tuple(notes)

    def _count(self, response: Response) -> None:
        self.requests += 1

    def _try_all(self, rules: Sequence[Rule]) -> None:
        """Rules that only read are tried several at a time, those that write one after the other."""
        workers = self.session.settings.workers
        together: list[Rule] = []
        alone: list[Rule] = []
        for rule in rules:
            (together if rule.tier == "read" and rule.group not in _ALONE else alone).append(rule)

        def attempt(rule: Rule) -> None:
            if self._progress is not None:
                self._progress(rule, next(self._number), len(rules))
            self._try(rule)

        if workers > 1:
            with ThreadPoolExecutor(workers) as pool:
                for _ in pool.map(attempt, together):
                    pass
        for rule in alone if workers > 1 else [*together, *alone]:
            attempt(rule)
        ping(self.session)

    def _try(self, rule: Rule) -> None:
        self._interruption.check()
        verdict = try_rule(rule, self.session)
        # An engine below may swallow the interruption and end early; only what it found by then counts.
        if verdict.name != "violated":
            self._interruption.check()
        if verdict.name == "not_exercised" and not verdict.excused:
            # An engine below may take a dead target for one that has nothing to say.
            ping(self.session)
        self._verdicts[rule.id] = verdict


def _with_expectation(verdict: Verdict, expected: Mapping[str, str]) -> Verdict:
    reason = next((why for name, why in expected.items() if verdict.rule.fits(name)), None)
    return replace(verdict, expected=reason) if reason is not None and verdict.name == "violated" else verdict
