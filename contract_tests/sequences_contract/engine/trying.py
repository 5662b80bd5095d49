"""Trying rules: whether the caller's keys and tiers allow one, and the verdict on each."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from ..http.messages import Request, Response
from ..http.tally import Tally, tallied
from ..http.target import BrokenConnection, PutOff, TargetError
from .context import RuleContext
from .errors import Enough, NotExercised, Untestable, Violation
from .passive_checks import Finding, Memory
from .rule import Rule
from .schedule import GENERATED
from .session import Session
from .verdicts import Verdict, evidence_of

#: How often a rule is tried whose connections break.
_TRIES = 6
#: Rules that find things by chance: what the first attempt found a second one may miss.
_BY_CHANCE = "race"
_TIERS = {
    "write": "it writes; pass --allow-writes",
    "stop": "it stops runs; pass --allow-writes and --allow-stops N",
}
_KEYS = {
    "read": "it needs a key that only reads; pass --read-key",
    "write": "it needs a key that only writes; pass --write-key",
    "noscope": "it needs a key without any scope; pass --noscope-key",
    "other": "it needs a key of another organization; pass --other-key",
}


def withheld(rule: Rule, session: Session) -> str | None:
    """Why the target, or the caller's keys and tiers, do not allow a rule; None when they do."""
    settings = session.settings
    if settings.quick and rule.group in GENERATED:
        return "it generates what it sends; leave out --quick"
    if rule.tag in session.not_served:
        return f"the target does not serve {rule.tag}"
    if rule.tag in session.left_out:
        return session.left_out[rule.tag]
    if rule.tier != "read" and not settings.allow_writes:
        return _TIERS[rule.tier]
    if rule.tier == "stop" and settings.stops < 1:
        return "it stops runs; pass --allow-stops N"
    return next((_KEYS[need] for need in rule.needs if need in _KEYS and not session.has(need)), None)


@dataclass
class _Found:
    """What a passive rule found so far."""

    rule: Rule
    judged: int = 0
    findings: list[tuple[Finding, Response]] = field(default_factory=list)


class PassiveRules:
    """The rules that inspect responses in passing."""

    def __init__(self, session: Session, rules: Sequence[Rule]) -> None:
        self._session = session
        self._memory = Memory(session.contract, session.settings.strict, session.settings.update_method)
        self._found = [_Found(rule) for rule in rules if rule.inspect is not None]
        self._lock = threading.Lock()

    def observe(self, response: Response) -> None:
        """Inspects one response by every rule that is not about another operation."""
        with self._lock:
            self._observe(response)

    def _observe(self, response: Response) -> None:
        seen = self._memory.observe(response)
        operation = seen.operation.id if seen.operation is not None else ""
        for one in self._found:
            if one.rule.inspect is None or one.rule.operation not in (None, operation):
                continue
            try:
                result = one.rule.inspect(seen, self._memory)
            except RecursionError:
                result = "a body that can be read", "one that is nested too deeply"
            one.judged += bool(result)
            if isinstance(result, tuple) and len(one.findings) < 3:
                one.findings.append((result, response))

    def verdicts(self) -> Iterator[Verdict]:
        """A verdict for each of these rules."""
        target = self._session.target
        for one in self._found:
            if one.findings:
                evidence = tuple(evidence_of(target, *finding, (response,)) for finding, response in one.findings)
                yield Verdict(one.rule, "violated", judged=one.judged, evidence=evidence)
            elif one.judged:
                yield Verdict(one.rule, "passed", judged=one.judged)
            else:
                # Some responses cannot be provoked at will: nothing was withheld and nothing went wrong.
                reason = withheld(one.rule, self._session) or "no response of the kind that it judges came"
                yield Verdict(one.rule, "not_exercised", reason, excused=True)


def try_rule(rule: Rule, session: Session) -> Verdict:
    """The verdict on one rule. Raises TargetError when the target is gone, Untestable when the control API is."""
    began = time.monotonic()
    reason = withheld(rule, session)
    if reason is not None or rule.check is None:
        return Verdict(rule, "not_exercised", reason or "", excused=True)
    # To measure a lag is to write, so it is left to callers who allow that.
    may_lag = session.settings.allow_writes and (rule.tier != "read" or session.target.settling.has_written)
    patience = session.patience(once=rule.group == _BY_CHANCE) if may_lag else (0.0,)
    with tallied(Tally()) as tally:
        for seconds in patience:
            context = RuleContext(session)
            with session.target.settling.patient(seconds):
                verdict = _verdict(rule, context, rule.check)
            if verdict.name != "violated":
                break
    seconds = time.monotonic() - began
    return replace(verdict, judged=context.judged, saw=context.saw, requests=tally.responses, seconds=seconds)


def _verdict(rule: Rule, context: RuleContext, check: Callable[[RuleContext], None]) -> Verdict:
    target = context.target
    try:
        with _alive(context.session):
            _tried_again(context, check)
    except Violation as violation:
        evidence = evidence_of(target, violation.expected, violation.got, violation.responses)
        return Verdict(rule, "violated", evidence=(evidence,))
    except Enough:
        return Verdict(rule, "passed", cut_short=True)
    except NotExercised as reason:
        return Verdict(rule, "not_exercised", target.redact(str(reason)), excused=reason.excused)
    except (Untestable, TargetError):
        raise
    except Exception as error:  # noqa: BLE001 - one rule that fails on a response must not cost the others
        failed = f"the rule failed on a response of an unforeseen shape: {type(error).__name__}: {error}"
        return Verdict(rule, "not_exercised", target.redact(failed))
    return Verdict(rule, "passed") if context.judged else Verdict(rule, "not_exercised", "it judged no response")


def _tried_again(context: RuleContext, check: Callable[[RuleContext], None]) -> None:
    """Tries a rule, and again where a connection broke under a write: nobody knows what became of that.

    Raises BrokenConnection where the same request breaks each time, NotExercised where another one did.
    """
    broken: list[BrokenConnection] = []
    for _ in range(_TRIES):
        try:
            check(context)
        except BrokenConnection as error:
            broken.append(error)
        else:
            return
    if len({_kind(error.request) for error in broken}) == 1:
        raise broken[-1]
    raise NotExercised(f"in each of {_TRIES} tries the connection broke under a write", excused=True)


def _kind(request: Request) -> tuple[str, str, bytes | None]:
    """What a request is, whatever run it is about."""
    return request.method, request.bare_path.rpartition("/")[2] if request.method == "POST" else "", request.body


@contextmanager
def _alive(session: Session) -> Iterator[None]:
    """A request without a response is a violation of the rule that sent it, unless the target is gone altogether.

    A limit that outlasts patience is none: the rule could not be tried.
    """
    try:
        yield
    except PutOff as error:
        raise NotExercised(f"{error.request.method} {error.request.path}: {error.problem}", excused=True) from None
    except TargetError as error:
        try:
            ping(session)
        except TargetError:
            raise error from None
        raise Violation("a response", error.problem, (Response(error.request, 0, {}, b"", 0.0, 0.0),)) from None


def ping(session: Session) -> None:
    """Raises TargetError when the target is gone. One that puts its caller off is there."""
    with suppress(PutOff):
        session.client.send(session.home)
