"""Rules that write, several at a time: the same verdicts as one after the other, in the same order."""

import json
from threading import Barrier

import pytest
from sequences_contract.engine.control_api import ControlApi
from sequences_contract.engine.rule import Rule
from sequences_contract.engine.runner import run
from sequences_contract.engine.settings import Settings
from sequences_contract.http.messages import Response
from sequences_contract.http.target import Target
from sequences_contract.rules.selection import select

from ..conftest import KEY
from ..mutants import FIXTURE
from ..reference_server import serve

RULES = ("update", "pause.rejects", "lifecycle", "stop.contact", "stop.rejects")


def verdicts(folder, check, workers, *options, faults=()):
    """The rules of the JSON report with their verdicts, of a run at a server of its own."""
    rules = [part for name in RULES for part in ("--rule", name)]
    with serve(FIXTURE, faults=faults) as url:
        control = [url.removesuffix("/v1") if option == "CONTROL" else option for option in options]
        report = ("--report-json", folder / workers)
        check(url, *rules, "--allow-writes", *control, "--workers", workers, *report)
    document = json.loads((folder / workers).read_text("utf-8"))
    return [(rule["id"], rule["verdict"], rule["reason"]) for rule in document["rules"]]


@pytest.mark.parametrize("faults", [(), ("pause_leaves_updated_at",)], ids=["sound", "faulty"])
@pytest.mark.parametrize("control", [(), ("--control", "CONTROL")], ids=["one world", "worlds of their own"])
def test_eight_workers_find_what_one_finds(check, tmp_path, control, faults):
    options = ("--allow-stops", "all", "--fixture", FIXTURE, *control)
    one, eight = (verdicts(tmp_path, check, workers, *options, faults=faults) for workers in ("1", "8"))
    assert one == eight
    assert any(verdict == "violated" for _, verdict, _ in one) == bool(faults)


def test_where_stops_are_counted_chance_does_not_decide_who_gets_them(check, tmp_path):
    options = ("--allow-stops", "3", "--fixture", FIXTURE)
    one, eight = (verdicts(tmp_path, check, workers, *options) for workers in ("1", "8"))
    assert one == eight
    assert any("--allow-stops" in reason for _, _, reason in one)


def test_a_rule_that_fails_beside_others_and_holds_alone_is_a_note_and_no_violation(monkeypatch):
    exchange = Target._exchange
    broken = []

    def once(self, request):
        """The first update of a rule is said to have failed."""
        if request.method == "PATCH" and b"suite_gone" in (request.body or b"") and not broken:
            broken.append(request)
            return Response(request, 409, {"content-type": "application/json"}, b'{"status_code": 409}', 0.0, 0.0)
        return exchange(self, request)

    monkeypatch.setattr(Target, "_exchange", once)
    with serve(FIXTURE) as url:
        settings = Settings(url, {"key": KEY}, allow_writes=True, fixture=FIXTURE)
        outcome = run(settings, select(settings, ("update.persists", "update.merge")))
    assert broken
    assert [verdict.name for verdict in outcome.verdicts] == ["passed", "passed"]
    assert [
        note for note in outcome.notes if "update.persists failed while other rules were tried, and held alone" in note
    ]


def test_what_is_left_out_makes_nobody_wait_for_it():
    met = Barrier(2)

    def meet(context):
        met.wait(timeout=20)
        context.check(True, "", "")

    def rule(name, tier="read", check=meet):
        return Rule(name, "", (), "doc", "", tier, tag="Sequences", check=check)

    # Beside rules that write alone, generated reads would wait for the last stage.
    rules = [rule("robustness.one"), rule("list.two"), rule("update.three", "write"), rule("stop.four", "stop")]
    with serve(FIXTURE) as url:
        outcome = run(Settings(url, {"key": KEY}), rules)
    assert [verdict.name for verdict in outcome.verdicts] == ["passed", "passed", "not_exercised", "not_exercised"]


def test_the_worlds_of_all_workers_are_removed(check, monkeypatch):
    made, removed = [], []
    send = ControlApi._send

    def noted(self, method, path, body, token):
        if (method, path) == ("POST", "/worlds"):
            made.append(path)
        if (method, path) == ("DELETE", "/world"):
            removed.append(token)
        return send(self, method, path, body, token)

    monkeypatch.setattr(ControlApi, "_send", noted)
    with serve(FIXTURE) as url:
        control = ("--control", url.removesuffix("/v1"))
        status, _ = check(url, "--rule", "id", "--allow-writes", *control, "--workers", "3", key=None)
    assert status == 0
    assert len(made) == len(set(removed)) == 3
