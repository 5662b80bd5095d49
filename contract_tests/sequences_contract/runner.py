"""Tries the rules one after the other, and keeps what was judged whatever happens."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

from .admission import admit
from .bench import Bench, Untestable
from .control import ADMIN_VARIABLE
from .exchange import Answer
from .expectations import outworn
from .interruption import Interruption
from .redaction import redaction
from .rules.registry import Rule
from .selection import fits, select, withheld
from .settings import Settings
from .target import TargetError
from .trial import NotExercised, Trial, Violation
from .verdicts import Outcome, Verdict
from .watch import Watch, evidence_of

__all__ = ["Watch", "fits", "run", "select", "try_rule"]

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
    verdicts = [_expected(verdict, expected) for verdict in judging.verdicts()]
    outcome = Outcome(
        verdicts, judging.failure, judging.interrupted, judging.notes(), time.monotonic() - began, judging.requests,
        accept_unexercised, tuple(outworn(verdicts, expected)), at.strftime("%Y-%m-%d %H:%M UTC"),
    )  # fmt: skip
    return outcome.told(redaction(judging.bench.target, settings.headers, os.environ.get(ADMIN_VARIABLE, "")))


class _Judging:
    """One run over the rules, and what became of it so far."""

    def __init__(
        self, settings: Settings, rules: Sequence[Rule], progress: Progress | None, interruption: Interruption
    ) -> None:
        self.bench = Bench(settings)
        self.failure: str | None = None
        self.interrupted = False
        self._admitted = False
        self.requests = 0
        self._rules = rules
        self._progress = progress
        self._interruption = interruption
        self._watch = Watch(self.bench, rules)
        self._verdicts: dict[str, Verdict] = {}
        self._number = itertools.count(1)
        self.bench.target.observers += [self._watch.observe, self._count]

    def judge(self) -> None:
        """Tries every rule, or as many as the target and the caller let it."""
        try:
            admit(self.bench)
            self._admitted = True
            self._try_all([rule for rule in self._rules if rule.check is not None])
        except Untestable as error:
            self.failure = str(error)
        except TargetError as error:
            where = f"{error.sent.method} {error.sent.url}: {error.problem}"
            self.failure = f"the target gave no answer any more after {self.requests} answers, at {where}"
        except KeyboardInterrupt:
            self.interrupted = True
        except Exception as error:  # noqa: BLE001 - whatever happens, what was judged is reported
            self.failure = f"the suite stumbled over an answer: {type(error).__name__}: {error}"

    def close(self) -> None:
        """Lets go of the target; an impatient caller may cut that short."""
        with suppress(KeyboardInterrupt):
            self.bench.close()

    def verdicts(self) -> list[Verdict]:
        """A verdict for each rule, those that were not reached too."""
        # What turns the suite away is not judged: it may be another server altogether.
        passing = {verdict.rule.id: verdict for verdict in self._watch.verdicts()} if self._admitted else {}
        known = {**passing, **self._verdicts}
        reason = f"not reached: {'interrupted' if self.interrupted else 'the target could not be tested to the end'}"
        return [known.get(rule.id) or Verdict(rule, "not_exercised", reason) for rule in self._rules]

    def notes(self) -> tuple[str, ...]:
        """What the caller should know beside the verdicts."""
        left = self.bench.stock.left_changed
        return (f"{len(left)} run(s) could not be put back as they were: {', '.join(left[:5])}",) if left else ()

    def _count(self, answer: Answer) -> None:
        self.requests += 1

    def _try_all(self, rules: Sequence[Rule]) -> None:
        """Rules that only read are tried several at a time, those that write one after the other."""
        workers = self.bench.settings.workers
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
        _listed(self.bench)

    def _try(self, rule: Rule) -> None:
        self._interruption.check()
        verdict = try_rule(rule, self.bench)
        # An engine below may swallow the interruption and end early; only what it found by then counts.
        if verdict.name != "violated":
            self._interruption.check()
        if verdict.name == "not_exercised" and not verdict.excused:
            # An engine below may take a dead target for one that has nothing to say.
            _listed(self.bench)
        self._verdicts[rule.id] = verdict


def try_rule(rule: Rule, bench: Bench) -> Verdict:
    """The verdict on one rule. Raises TargetError when the target is gone, Untestable when the control API is."""
    began = time.monotonic()
    trial = Trial(rule, bench)
    reason = withheld(rule, bench)
    if reason is not None or rule.check is None:
        return Verdict(rule, "not_exercised", reason or "", excused=True)
    verdict = _verdict(rule, trial, rule.check)
    return replace(verdict, judged=trial.judged, seconds=time.monotonic() - began)


def _verdict(rule: Rule, trial: Trial, check: Callable[[Trial], None]) -> Verdict:
    target = trial.bench.target
    try:
        with _alive(trial.bench):
            check(trial)
    except Violation as violation:
        evidence = evidence_of(target, violation.expected, violation.got, violation.answers)
        return Verdict(rule, "violated", evidence=(evidence,))
    except NotExercised as reason:
        return Verdict(rule, "not_exercised", target.redact(str(reason)), excused=reason.excused)
    except (Untestable, TargetError):
        raise
    except Exception as error:  # noqa: BLE001 - one rule that stumbles must not cost the others
        stumbled = f"the rule stumbled over an answer of an unforeseen shape: {type(error).__name__}: {error}"
        return Verdict(rule, "not_exercised", target.redact(stumbled))
    return Verdict(rule, "passed") if trial.judged else Verdict(rule, "not_exercised", "it judged no answer")


@contextmanager
def _alive(bench: Bench) -> Iterator[None]:
    """A request without an answer is a violation of the rule that sent it, unless the target is gone altogether."""
    try:
        yield
    except TargetError as error:
        try:
            _listed(bench)
        except TargetError:
            raise error from None
        raise Violation("an answer", error.problem, (Answer(error.sent, 0, {}, b"", 0.0, 0.0),)) from None


def _listed(bench: Bench) -> None:
    """Raises TargetError when the target is gone."""
    bench.target.call("GET", "/sequences")


def _expected(verdict: Verdict, expected: Mapping[str, str]) -> Verdict:
    reason = next((why for name, why in expected.items() if fits(verdict.rule.id, name)), None)
    return replace(verdict, expected=reason) if reason is not None and verdict.name == "violated" else verdict
