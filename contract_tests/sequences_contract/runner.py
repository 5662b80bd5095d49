"""Tries the rules one after the other, and keeps what was judged whatever happens."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from .bench import Bench, Untestable
from .exchange import Answer
from .rules.registry import Rule, all_rules
from .rules.shape import JUDGES, Seen
from .settings import Settings
from .target import Target, TargetError
from .trial import NotExercised, Trial, Violation
from .verdicts import Evidence, Outcome, Verdict

Progress = Callable[[Rule, int, int], None]
_TIERS = {"write": "--allow-writes", "stop": "--allow-stops"}
_KEYS = {"read": "--read-key", "write": "--write-key", "noscope": "--noscope-key", "other": "--other-key"}
_LINES = 12


class Watch:
    """Judges every answer as it passes by the rules that have no trial of their own."""

    def __init__(self, bench: Bench, rules: Sequence[Rule]) -> None:
        self._bench = bench
        self._rules = {rule.id: rule for rule in rules if rule.check is None}
        self._seen = Seen(bench.contract, bench.settings.strict, set())
        self._judged = dict.fromkeys(self._rules, 0)
        self._findings: dict[str, list[Evidence]] = {name: [] for name in self._rules}

    def observe(self, answer: Answer) -> None:
        """Judges one answer."""
        for name in self._rules:
            found = JUDGES[name](answer, self._seen)
            if found is True:
                self._judged[name] += 1
            elif found:
                self._judged[name] += 1
                if len(self._findings[name]) < 3:
                    expected, got = found
                    self._findings[name].append(evidence_of(self._bench.target, expected, got, (answer,)))

    def verdicts(self) -> Iterator[Verdict]:
        """A verdict for each of these rules."""
        for name, rule in self._rules.items():
            judged, findings = self._judged[name], tuple(self._findings[name])
            if findings:
                yield Verdict(rule, "violated", judged=judged, evidence=findings)
            elif judged:
                yield Verdict(rule, "passed", judged=judged)
            else:
                # Some answers cannot be called forth at will: nothing was withheld and nothing went wrong.
                yield Verdict(rule, "not_exercised", "no answer of the kind that it judges came", excused=True)


def evidence_of(target: Target, expected: str, got: str, answers: Sequence[Answer]) -> Evidence:
    """What is shown of a violation, keys replaced by the names of their variables."""
    lines = [target.redact(answer.sent.curl()) for answer in answers[-_LINES:]]
    return Evidence(target.redact(expected), target.redact(got), tuple(dict.fromkeys(lines)))


def select(settings: Settings, wanted: Sequence[str] = (), skipped: Sequence[str] = ()) -> list[Rule]:
    """The rules of the profile, those asked for or all, without those to be skipped. An id may end a group: `list.`."""
    rules = [rule for rule in all_rules() if settings.strict or rule.profile == "documented"]
    if wanted:
        rules = [rule for rule in rules if any(fits(rule.id, name) for name in wanted)]
    return [rule for rule in rules if not any(fits(rule.id, name) for name in skipped)]


def fits(rule_id: str, name: str) -> bool:
    """Whether a name given by a caller means a rule: its id, or a beginning of it up to a dot."""
    return rule_id == name or rule_id.startswith(f"{name.rstrip('.')}.")


def run(
    settings: Settings,
    rules: Sequence[Rule],
    progress: Progress | None = None,
    expected: Mapping[str, str] | None = None,
    *,
    accept_unexercised: bool = False,
) -> Outcome:
    """Tries the rules at the target. Never raises for what the target does; what was judged is always returned."""
    began = time.monotonic()
    verdicts: list[Verdict] = []
    failure: str | None = None
    interrupted = False
    requests = 0
    bench = Bench(settings)
    watch = Watch(bench, rules)

    def count(answer: Answer) -> None:
        nonlocal requests
        requests += 1

    bench.target.observers += [watch.observe, count]
    tried = [rule for rule in rules if rule.check is not None]
    try:
        bench.enter()
        for verdict in _tried(tried, bench, progress):
            verdicts.append(verdict)
    except (Untestable, TargetError) as error:
        failure = _explained(error)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        verdicts += watch.verdicts()
        bench.close()
    left = bench.stock.left_changed
    notes = (f"{len(left)} run(s) could not be put back as they were: {', '.join(left[:5])}",) if left else ()
    return Outcome(
        [_expected(verdict, expected or {}) for verdict in verdicts], failure, interrupted, notes,
        time.monotonic() - began, requests, accept_unexercised,
    )  # fmt: skip


def _tried(rules: Sequence[Rule], bench: Bench, progress: Progress | None) -> Iterator[Verdict]:
    """Verdicts in order. Rules that only read are tried several at a time, those that write one after the other."""
    reading = [rule for rule in rules if rule.tier == "read"]
    writing = [rule for rule in rules if rule.tier != "read"]
    done = itertools.count(1)

    def attempt(rule: Rule) -> Verdict:
        if progress is not None:
            progress(rule, next(done), len(rules))
        return try_rule(rule, bench)

    if bench.settings.workers > 1:
        with ThreadPoolExecutor(bench.settings.workers) as pool:
            yield from pool.map(attempt, reading)
    else:
        yield from map(attempt, reading)
    yield from map(attempt, writing)


def try_rule(rule: Rule, bench: Bench) -> Verdict:
    """The verdict on one rule. Raises TargetError when the target is gone, Untestable when the control API is."""
    began = time.monotonic()
    trial = Trial(rule, bench)
    withheld = _withheld(rule, bench)
    if withheld is not None or rule.check is None:
        return Verdict(rule, "not_exercised", withheld or "", excused=True)
    try:
        with _alive(bench):
            rule.check(trial)
    except Violation as violation:
        evidence = evidence_of(bench.target, violation.expected, violation.got, violation.answers)
        return Verdict(rule, "violated", judged=trial.judged, evidence=(evidence,), seconds=time.monotonic() - began)
    except NotExercised as reason:
        return Verdict(
            rule, "not_exercised", str(reason), trial.judged, excused=reason.excused, seconds=time.monotonic() - began
        )
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        stumbled = f"the rule stumbled over an answer of an unforeseen shape: {type(error).__name__}: {error}"
        return Verdict(
            rule, "not_exercised", bench.target.redact(stumbled), trial.judged, seconds=time.monotonic() - began
        )
    if not trial.judged:
        return Verdict(rule, "not_exercised", "it judged no answer", seconds=time.monotonic() - began)
    return Verdict(rule, "passed", judged=trial.judged, seconds=time.monotonic() - began)


@contextmanager
def _alive(bench: Bench) -> Iterator[None]:
    """A request without an answer is a violation of the rule that sent it, unless the target is gone altogether."""
    try:
        yield
    except TargetError as error:
        try:
            bench.target.call("GET", "/sequences", query={"size": 1})
        except TargetError:
            raise error from None
        raise Violation("an answer", error.problem, (Answer(error.sent, 0, {}, b"", 0.0, 0.0),)) from None


def _withheld(rule: Rule, bench: Bench) -> str | None:
    """Why the caller's keys and tiers do not allow a rule; None when they do."""
    settings = bench.settings
    if rule.tier in ("write", "stop") and not settings.allow_writes:
        return (
            "it writes; pass --allow-writes"
            if rule.tier == "write"
            else "it stops runs; pass --allow-writes and --allow-stops"
        )
    if rule.tier == "stop" and settings.stops < 1:
        return "it stops runs; pass --allow-stops N"
    for need in rule.needs:
        if need in _KEYS and not bench.has(need):
            return f"it needs a {need} key; pass {_KEYS[need]}"
    return None


def _explained(error: Untestable | TargetError) -> str:
    if isinstance(error, TargetError):
        return f"{error.sent.method} {error.sent.url}: {error.problem}"
    return str(error)


def _expected(verdict: Verdict, expected: Mapping[str, str]) -> Verdict:
    reason = next((why for name, why in expected.items() if fits(verdict.rule.id, name)), None)
    return replace(verdict, expected=reason) if reason is not None and verdict.name == "violated" else verdict
