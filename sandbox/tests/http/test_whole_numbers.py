"""Whole numbers in bodies: JSON can write one with a fraction or an exponent, and everything else is none."""

from functools import reduce
from operator import getitem

import pytest
import yaml
from sequences_sandbox.app import CONTROL

JSON = {"Content-Type": "application/json"}
BODIES = [
    ("POST", "faults", '{"match": {"nth": %s}, "effect": {"status": 503}}'),
    ("POST", "faults", '{"match": {"every": %s}, "effect": {"status": 503}}'),
    ("POST", "faults", '{"times": %s, "effect": {"status": 503}}'),
    ("POST", "faults", '{"effect": {"status": 503, "retry_after": %s}}'),
    ("PUT", "rate-limit", '{"limit": %s, "per_seconds": 2}'),
    ("PUT", "rate-limit", '{"limit": 2, "per_seconds": %s}'),
    ("PUT", "rate-limit", '{"limit": 2, "per_seconds": 2, "burst": %s}'),
    ("POST", "worlds", '{"ttl_seconds": %s}'),
    ("POST", "worlds", '{"seed": %s}'),
    ("POST", "journal/verify", '{"match": {}, "exactly": %s}'),
    ("POST", "journal/verify", '{"match": {}, "at_least": %s}'),
    ("POST", "journal/verify", '{"match": {}, "at_most": %s}'),
]


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
def test_a_whole_number_that_is_written_with_a_fraction_is_taken_and_shown_without(api, method, path, body):
    for number in ("2.0", "2e0", "0.2E1", "20e-1"):
        response = api(method, f"/_sandbox/{path}", content=body % number, headers=JSON)
        assert response.status_code in (200, 201)
        shown = [response.text, api("GET", "/_sandbox/faults").text, api("GET", "/_sandbox/rate-limit").text]
        assert ":2.0" not in "".join(shown)


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
def test_what_is_no_whole_number_or_too_large_is_rejected(api, method, path, body):
    for number in ("2.5", "1e300", "-1.0", "true", '"2"', "1e16", "99999999999999999999"):
        response = api(method, f"/_sandbox/{path}", content=body % number, headers=JSON)
        assert response.status_code == 400
        assert any(words in response.json()["message"] for words in ("a whole number", "or less", "or more"))


def test_a_status_is_a_whole_number(api):
    made = api("POST", "/_sandbox/faults", content='{"effect": {"status": 503.0}}', headers=JSON)
    assert '"status":503}' in made.text
    assert api("POST", "/_sandbox/faults", json={"effect": {"status": 503.5}}).status_code == 400
    match = {"operation": "getMe", "status": 503.0}
    api("GET", "me")
    assert api("POST", "/_sandbox/journal/verify", json={"match": match, "exactly": 1.0}).json()["ok"] is True


def test_a_number_that_may_have_a_fraction_keeps_it(api):
    latency = {"uniform_ms": [0.5, 2.0]}
    made = api("POST", "/_sandbox/faults", json={"effect": {"latency": latency}}).json()
    assert made["effect"]["latency"] == latency


def test_every_whole_number_of_a_body_of_the_control_api_has_a_largest():
    contract = yaml.safe_load(CONTROL.read_text())
    operations = [each for path in contract["paths"].values() for each in path.values() if "requestBody" in each]
    pending = [(each["operationId"], each["requestBody"]) for each in operations]
    seen, unbounded = set(), []
    while pending:
        name, schema = pending.pop()
        if isinstance(schema, list):
            pending += [(name, each) for each in schema]
        elif isinstance(schema, dict):
            if schema.get("type") in ("integer", "number") and "maximum" not in schema:
                unbounded.append(name)
            pending += [(f"{name}/{key}", value) for key, value in schema.items() if key not in ("example", "examples")]
            place = schema.get("$ref")
            if isinstance(place, str) and place not in seen:
                seen.add(place)
                pending.append((place, reduce(getitem, place.split("/")[1:], contract)))
    assert {"#/components/schemas/JournalMatch", "#/components/schemas/Latency"} <= seen
    assert unbounded == []
