"""Fixtures that a visitor writes: they cost little until it is known that they fit, and leave nothing where they do not."""

import json

import pytest
from sequences_sandbox.domain.limits import VisitorLimits
from sequences_sandbox.fixtures.documents import Documents

ADMIN = "sesame-1234"
DEEP = f"{'[' * 300}{']' * 300}"


@pytest.fixture
def api(api_with):
    return api_with(admin_token=ADMIN, visitors=VisitorLimits(20))


def make(api, key=None, **body):
    return api("POST", "/_sandbox/worlds", key=key, json=body)


def file(name, text):
    return {"fixture_file": {"name": name, "text": text}}


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        (file("a.json", json.dumps({"organizations": [{}] * 200_000})), "organizations"),
        (file("a.json", json.dumps({"organizations": [{"contacts": [{}] * 200_000}]})), "bytes of documents"),
        (file("a.json", json.dumps({"organizations": [{"api_keys": [{}] * 200_000}]})), "API keys"),
        (file("a.jsonl", '{"organizations": [{}]}\n' + '{"status": "ACTIVE"}\n' * 40_000), "bytes of documents"),
        ({"fixture": {"organizations": [{"sequences": [{}] * 20_000}]}}, "runs"),
    ],
    ids=["organizations", "contacts", "keys", "lines", "runs"],
)
def test_a_fixture_with_too_many_rows_is_rejected_before_they_are_read(api, monkeypatch, given, limit):
    read = []
    monkeypatch.setattr(Documents, "read", lambda *row: read.append(row))
    rejected = make(api, **given)
    assert (rejected.status_code, rejected.json()["data"]["limit"]) == (413, limit)
    assert len(read) < 10_000


def test_a_long_text_of_yaml_is_to_be_json_for_a_visitor(api):
    text = "organizations:\n- contacts:\n" + "  - {}\n" * 30_000
    assert "write it as JSON" in make(api, **file("a.yaml", text)).json()["message"]


@pytest.mark.parametrize(
    "row",
    [
        f'{{"contacts": [{{"city": {DEEP}}}]}}',
        f'{{"sequences": [{{"status": "ACTIVE", "steps_done": -5, "variables": {DEEP}}}]}}',
        f'{{"sequence_templates": [{{"steps": {DEEP}}}]}}',
    ],
)
def test_what_is_nested_deeper_than_the_validator_goes_is_a_mistake(api, row):
    rejected = make(api, **file("a.json", f'{{"organizations": [{row}]}}'))
    assert rejected.status_code == 400
    assert "must not be nested so deeply" in rejected.json()["message"]
    assert api("GET", "/_sandbox/worlds", key=ADMIN).status_code == 200


@pytest.mark.parametrize("line_break", ["", "\n", "\r", "\u2028"])
def test_directives_of_yaml_are_not_read(api, line_break):
    rejected = make(api, **file("a.yaml", f"# begins\n{line_break}%TAG !a! b\n---\norganizations: []"))
    assert "directives are not read" in rejected.json()["message"]


def test_a_name_has_a_bound(api):
    rejected = make(api, fixture={"organizations": [{"api_keys": [{"name": "x" * 201, "scopes": []}]}]})
    assert "may have 200 characters at most" in rejected.json()["message"]


def overdue(runs, steps):
    """A fixture in which so many events are due at once."""
    template = {"name": "t", "steps": [{"type": "email", "delay": "PT0S"}] * steps}
    sequence = {"status": "ACTIVE", "template": "t"}
    return {"organizations": [{"sequence_templates": [template], "sequences": [sequence] * runs}]}


def test_a_visitors_world_with_more_events_due_than_one_request_applies_is_not_kept(api, monkeypatch):
    monkeypatch.setattr("sequences_sandbox.operations.control.worlds.MOST_SLICES", 2)
    monkeypatch.setattr("sequences_sandbox.worlds.transaction.MOST_EVENTS", 20)
    before = api("GET", "/_sandbox/worlds", key=ADMIN).json()["total_count"]
    rejected = make(api, fixture=overdue(20, 20))
    assert (rejected.status_code, "events are due" in rejected.json()["message"]) == (413, True)
    assert api("GET", "/_sandbox/worlds", key=ADMIN).json()["total_count"] == before
    assert make(api, fixture=overdue(2, 5)).status_code == 201
    assert make(api, ADMIN, fixture=overdue(20, 20)).status_code == 201


def test_a_world_that_cannot_be_shown_is_not_kept(api, monkeypatch):
    before = api("GET", "/_sandbox/worlds", key=ADMIN).json()["total_count"]
    with monkeypatch.context() as patch:
        patch.setattr("sequences_sandbox.operations.control.control.Control.world", lambda *_: 1 / 0)
        assert make(api).status_code == 500
    assert api("GET", "/_sandbox/worlds", key=ADMIN).json()["total_count"] == before
