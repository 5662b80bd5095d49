"""What the suite may send: by tier, at a rate, patient with 429, and fair to a target that others write to meanwhile."""

import math
import threading
from contextlib import nullcontext
from types import SimpleNamespace

import httpx
import pytest
from sequences_contract.engine.context import RuleContext
from sequences_contract.engine.control_api import ADMIN_VARIABLE, ControlApi
from sequences_contract.engine.errors import NotExercised, Untestable
from sequences_contract.engine.runner import run
from sequences_contract.engine.session import Session
from sequences_contract.engine.settings import Settings
from sequences_contract.http.target import Target
from sequences_contract.rules.fuzz.schemathesis_engine import FuzzPlan, Transport
from sequences_contract.rules.selection import select

from ..mutants import FIXTURE
from ..reference_server import serve
from ..reference_server.world import load_document

KEYS = {"key": "topo_contract_readwrite"}


@pytest.fixture(scope="module")
def reference_server():
    with serve(FIXTURE) as url:
        yield url


def sent(url, monkeypatch, wanted, **tiers):
    """Method and path of everything that the rules of some tiers send."""
    seen = []
    exchange = Target._exchange
    inner = Transport.send

    def noted(self, one):
        seen.append((one.method, one.path.split("?")[0]))
        return exchange(self, one)

    def noted_too(self, case, **how):
        response = inner(self, case, **how)
        seen.append((response.request.method, httpx.URL(response.request.url).path.removeprefix("/v1")))
        return response

    monkeypatch.setattr(Target, "_exchange", noted)
    monkeypatch.setattr(Transport, "send", noted_too)
    settings = Settings(url, KEYS, profile="strict", max_examples=5, fixture=FIXTURE, **tiers)
    rules = select(settings, skipped=("list", "update.strings_kept", "pause", "resume"))
    outcome = run(settings, [rule for rule in rules if rule.tier in wanted])
    assert outcome.violated == []
    assert len(seen) > 200
    return seen


def test_without_a_tier_nothing_is_sent_that_might_write(reference_server, monkeypatch):
    assert {method for method, _ in sent(reference_server, monkeypatch, ("read", "write"))} <= {
        "GET",
        "HEAD",
        "OPTIONS",
    }


def test_without_the_tier_of_stops_nothing_but_options_goes_to_stop(reference_server, monkeypatch):
    paths = sent(reference_server, monkeypatch, ("write", "stop"), allow_writes=True)
    assert any(path.endswith("/pause") for method, path in paths if method == "POST")
    assert {method for method, path in paths if path.endswith("/stop")} <= {"OPTIONS"}


def test_no_more_runs_are_stopped_than_allowed():
    document = load_document(FIXTURE)
    with serve(document) as url:
        settings = Settings(
            url, KEYS, profile="strict", allow_writes=True, stops=20, max_examples=5, fixture=FIXTURE
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {KEYS['key']}"}

        def stopped():
            response = httpx.get(f"{url}/sequences?status=STOPPED_EARLY", headers=headers)
            return response.json()["total_count"]

        before = stopped()
        outcome = run(settings, select(settings, ("stop", "scope.stopSequence", "lifecycle", "journeys", "robustness")))
        assert outcome.violated == []
        assert outcome.unexercised == []
        assert 10 <= stopped() - before <= 20


class Inner:
    """Schemathesis' transport in miniature: returns what it is given, in order."""

    def __init__(self, *statuses):
        self.responses = [SimpleNamespace(status_code=status, headers={"Retry-After": ["0"]}) for status in statuses]

    def send(self, case, **how):
        return self.responses.pop(0)


def test_what_schemathesis_sends_waits_its_turn_and_comes_again_after_a_429():
    target = Target("http://127.0.0.1:1/v1", {})
    turns = []
    target.pacing.turn = lambda: nullcontext(turns.append(1))
    case = SimpleNamespace(method="GET", path_parameters=None, body=None, meta=None)
    transport = Transport(Inner(429, 429, 200), target, FuzzPlan(["listSequences"], ("fuzzing",), None, writes=False))
    assert transport.send(case).status_code == 200
    assert len(turns) == 3
    target.close()


def test_what_schemathesis_writes_goes_to_the_run_set_aside_and_stops_no_company():
    target = Target("http://127.0.0.1:1/v1", {})
    aside = SimpleNamespace(id="7b1d5a0e-3c64-4f0b-9a55-0c9b7e4f2d31")
    other = "88c23cea-f199-4cf0-964c-3f1e007417b7"
    for phase, method, wanted in (
        ("stateful", "GET", other),
        ("stateful", "POST", aside.id),
        ("coverage", "GET", aside.id),
    ):
        case = SimpleNamespace(
            method=method, path_parameters={"sequence_id": other}, body={"scope": "COMPANY"}, meta=None
        )
        Transport(Inner(200), target, FuzzPlan(["stopSequence"], (phase,), aside, writes=True)).send(case)
        assert case.path_parameters["sequence_id"] == wanted
        assert method == "GET" or case.body["scope"] == "CONTACT"
    target.close()


def test_what_other_clients_change_meanwhile_is_not_blamed():
    template, *others = (one["id"] for one in load_document(FIXTURE)["organizations"][0]["sequence_templates"])
    done = threading.Event()

    def write(url):
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEYS['key']}"}) as client:
            query = {"status": "ACTIVE", "size": 100, "sequence_template_id": others[0]}
            ids = [one["id"] for one in client.get("/sequences", params=query).json()["items"]]
            count = 0
            while not done.is_set():
                path = f"/sequences/{ids[count % len(ids)]}"
                client.patch(path, json={"variables": {"other": f"{count}"}})
                client.post(f"{path}/pause", json={"paused_until": "2100-01-01T00:00:00Z"})
                client.post(f"{path}/resume")
                count += 1

    with serve(FIXTURE) as url:
        settings = Settings(
            url, KEYS, profile="strict", allow_writes=True, stops=math.inf, fixture=FIXTURE, max_examples=5,
            template=template,
        )  # fmt: skip
        writer = threading.Thread(target=write, args=(url,))
        writer.start()
        wanted = ("stop.contact", "stop.company", "update.only_this_run", "pause.only_this_run")
        outcome = run(settings, select(settings, wanted, ("stop.company.for_good",)))
        done.set()
        writer.join()
    assert [(verdict.rule.id, verdict.evidence) for verdict in outcome.violated] == []
    assert len(outcome.passed) >= 8


def test_the_control_api_alone_is_sent_the_token_of_its_administrator(monkeypatch):
    monkeypatch.setenv(ADMIN_VARIABLE, "sesame")
    seen = []

    def response(request):
        seen.append(request.headers.get("authorization"))
        return httpx.Response(401, text="no sesame here")

    control = ControlApi("http://127.0.0.1:1", transport=httpx.MockTransport(response))
    with pytest.raises(Untestable, match=ADMIN_VARIABLE) as caught:
        control.new_world({"organizations": []}, 1)
    assert seen == ["Bearer sesame"]
    assert "sesame" not in str(caught.value)
    control.close()


def test_a_budget_that_does_not_reach_excuses_a_rule_and_the_missing_run_does_not():
    session = Session(Settings("http://127.0.0.1:1/v1", stops=1))
    with pytest.raises(NotExercised) as caught:
        session.stops.spend(2)
    assert caught.value.excused
    with pytest.raises(NotExercised) as caught:
        RuleContext(session).skip("no run; load some")
    assert not caught.value.excused
    session.close()
