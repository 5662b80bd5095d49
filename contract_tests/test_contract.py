"""Each rule of the contract suite as a test, tried at the target that `--sequences-url` names."""

import math
import os
import shlex
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sequences_contract.cli.plan import Plan, planned
from sequences_contract.engine.control_api import ADMIN_VARIABLE
from sequences_contract.engine.errors import Untestable
from sequences_contract.engine.preflight import preflight
from sequences_contract.engine.rule import Rule
from sequences_contract.engine.runner import notes_of
from sequences_contract.engine.session import Session
from sequences_contract.engine.trying import PassiveRules, try_rule
from sequences_contract.engine.verdicts import Verdict
from sequences_contract.engine.working_folder import no_folder_left
from sequences_contract.http.redaction import redaction
from sequences_contract.http.target import TargetError
from sequences_contract.report import github
from sequences_contract.report.visible import visible


@dataclass
class Judging:
    """The target, what it is asked for, and what judges every response as it passes."""

    plan: Plan
    session: Session
    passive: PassiveRules

    def verdict(self, rule: Rule) -> Verdict:
        if rule.check is None:
            return next(one for one in self.passive.verdicts() if one.rule.id == rule.id)
        try:
            return try_rule(rule, self.session)
        except (Untestable, TargetError) as error:
            return Verdict(rule, "not_exercised", f"the target could not be tested: {error}")

    def shown(self, text: str) -> str:
        """`text` without keys, on one line, and harmless to whoever shows it."""
        settings = self.plan.settings
        hide = redaction(self.session.target.keys, settings.headers, os.environ.get(ADMIN_VARIABLE, ""))
        return github.defused(visible(hide(text)))


def _plan(config: pytest.Config) -> Plan:
    return planned(
        ["--url", config.getoption("--sequences-url"), *shlex.split(config.getoption("--sequences-options"))]
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.config.getoption("--sequences-url") is None:
        metafunc.parametrize("rule", [pytest.param(None, marks=pytest.mark.skip(reason="give --sequences-url URL"))])
        return
    # What judges every response as it passes comes last: by then there is something to judge.
    rules = sorted(_plan(metafunc.config).rules, key=lambda rule: rule.check is None)
    metafunc.parametrize("rule", rules, ids=[rule.id for rule in rules])


@pytest.fixture(scope="session")
def judging(request: pytest.FixtureRequest) -> Iterator[Judging]:
    """The target; with xdist each worker writes only to its own share of the runs."""
    plan = _plan(request.config)
    worker, count = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = (int(worker.removeprefix("gw")), count)
    session = Session(replace(plan.settings, share=share, stops=_share_of(plan.settings.stops, count)))
    judging = Judging(plan, session, PassiveRules(session, plan.rules))
    session.target.observers.append(judging.passive.observe)
    with no_folder_left():
        problem = _problem(session)
        if problem is None:
            yield judging
            for note in notes_of([session]):
                warnings.warn(judging.shown(note), stacklevel=1)
        session.close()
    if problem is not None:
        pytest.fail(f"the target could not be tested: {judging.shown(problem)}", pytrace=False)


def _share_of(stops: float, count: int) -> float:
    return stops if math.isinf(stops) else stops // count


def _problem(session: Session) -> str | None:
    try:
        preflight(session)
    except (Untestable, TargetError) as error:
        return str(error)
    return None


def test_rule(rule: Rule, judging: Judging) -> None:
    verdict = judging.verdict(rule)
    reason = judging.shown(verdict.reason)
    expected = next((why for name, why in judging.plan.expected.items() if rule.fits(name)), None)
    if verdict.name == "not_exercised" and (verdict.excused or judging.plan.accept_unexercised):
        pytest.skip(reason)
    if verdict.name == "not_exercised":
        pytest.fail(f"not exercised, although the keys and tiers allow it: {reason}", pytrace=False)
    if verdict.name == "violated" and expected is not None:
        pytest.xfail(expected)
    if verdict.name == "violated":
        pytest.fail(_shown(verdict, judging), pytrace=False)
    # An entry for several rules does not pass unexpectedly because one of them does.
    assert rule.id not in judging.plan.expected, "it is expected to fail and passes; take it out of the list"


def _shown(verdict: Verdict, judging: Judging) -> str:
    lines = [verdict.rule.sentence]
    for first in verdict.evidence[:1]:
        lines += [f"expected {first.expected}", f"got {first.got}", *first.curl]
    return "\n".join(map(judging.shown, lines))
