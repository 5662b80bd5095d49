"""A limit that outlasts the suite's patience is no fault of the rule that meets it."""

import httpx
import pytest
from sequences_contract.engine import Rule
from sequences_contract.engine.context import RuleContext
from sequences_contract.engine.session import Session
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.trying import ping, try_rule
from sequences_contract.http import pacing
from sequences_contract.http.target import PutOff
from sequences_contract.rules.model._journey import Journey, walk
from sequences_contract.rules.model.findings import Findings


@pytest.fixture
def session(monkeypatch):
    """A session at a target that has only 429 to say, whose patience ends at once."""
    monkeypatch.setattr(pacing, "PATIENCE_SECONDS", 0)
    transport = httpx.MockTransport(lambda _: httpx.Response(429, headers={"Retry-After": "60"}))
    session = Session(Settings("http://limited.example/v1", {"key": "topo_contract_readwrite"}), transport=transport)
    yield session
    session.close()


def test_a_rule_that_is_put_off_is_excused(session):
    rule = Rule("rule", "It reads.", (), "doc", "", check=lambda context: context.target.call("GET", "/sequences"))
    verdict = try_rule(rule, session)
    assert (verdict.name, verdict.excused) == ("not_exercised", True)
    assert verdict.reason == "GET /sequences: 429 for more than 0 s; give --rate"


def test_a_target_that_puts_off_is_not_gone(session):
    with pytest.raises(PutOff):
        session.target.call("GET", "/me")
    ping(session)


def test_journeys_that_are_put_off_are_excused_and_no_finding(session):
    beginning, midway = Findings(stops=0), Findings(stops=0)
    walk(RuleContext(session), beginning, 2)
    journey = Journey.__new__(Journey)
    journey.findings = midway
    with pytest.raises(PutOff), journey._kept():
        session.target.call("GET", "/me")
    for findings in (beginning, midway):
        assert findings.failures == []
        assert findings.exhausted is not None
        assert findings.exhausted.excused
