"""The control API over HTTP: worlds, clock, snapshots, runs. Any key of a world controls it, whatever its scopes."""

import json
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate
from sequences_sandbox.app import CONTROL
from sequences_sandbox.domain.limits import MOST_EVENTS, VisitorLimits
from sequences_sandbox.domain.timestamps import HOUR

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
TEMPLATE = "9acd9de9-99f5-473b-9921-1defef72edb6"
CONTACT = "edb845b8-de65-42a0-a7a1-13496add9751"
ABSENT = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def control(api):
    """Calls the control API with the key that has no scope at all."""

    def call(method, path, status=200, key="topo_demo_noscope", **how):
        answer = api(method, f"/_sandbox{path}", key=key, **how)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    return call


def state_of(api):
    return {run["id"]: run for page in (1, 2) for run in api.sequences(page=page)}


def new_world(control, **body):
    world = control("POST", "/worlds", 201, json=body)
    return world, world["organizations"][0]["api_keys"][0]["token"]


def test_control_yaml_is_valid_openapi():
    validate(yaml.safe_load(CONTROL.read_text()))


def test_health_and_the_contract_are_for_anyone(control):
    health = control("GET", "/health", key=None)
    assert (health["status"], health["uptime_seconds"]) == ("ok", 0)
    ready = control("GET", "/ready", key=None)
    assert (ready["ready"], ready["store"] in ("memory", "postgresql"), ready["reason"]) == (True, True, None)
    assert control("GET", "/openapi.json", key=None)["info"]["title"] == "Sequences sandbox, control API"


@pytest.mark.parametrize("path", ["/world", "/clock", "/snapshots", f"/sequences/{RUN}/history"])
def test_a_world_is_opened_by_its_keys_only(control, path):
    assert control("GET", path, 401, key=None)["type"] == "UnauthorizedIssue"
    assert control("GET", path, 401, key="topo_unknown")["type"] == "UnauthorizedIssue"


def test_a_world_of_ones_own_has_fresh_keys_shown_once_and_the_same_runs(api, control):
    world, token = new_world(control, name="mine", ttl_seconds=60, seed=7)
    assert world["name"] == "mine"
    assert (world["expires_at"], world["ends_at"], world["limits"]["runs"]) == ("2026-03-02T09:01:00Z", None, None)
    assert token.startswith("topo_")
    assert token != api.key
    assert "token" not in json.dumps(control("GET", "/world", key=token))
    mine = api("GET", "sequences?size=100", key=token).json()
    assert mine == api("GET", "sequences?size=100").json()


def test_worlds_never_meet(api, control):
    _, token = new_world(control)
    before = state_of(api)
    api("PATCH", f"sequences/{RUN}", key=token, json={"variables": {"k": "v"}})
    control("POST", "/clock/advance", key=token, json={"by": "P10D"})
    assert state_of(api) == before
    assert control("GET", "/clock")["now"] == "2026-03-02T09:00:00Z"


def test_a_world_that_is_not_used_expires_and_its_key_says_so(api, control):
    _, token = new_world(control, ttl_seconds=60)
    api.clock.advance(59_000_000)
    assert api("GET", "sequences", key=token).status_code == 200
    api.clock.advance(59_000_000)
    assert api("GET", "sequences", key=token).status_code == 200
    api.clock.advance(60_000_000)
    error = api("GET", "sequences", key=token)
    assert (error.status_code, error.json()["data"]["problem"]) == (401, "gone")
    assert control("GET", "/worlds")["total_count"] == 1


def test_worlds_are_listed_and_removed_by_the_admin_and_the_default_one_stays(control):
    world, token = new_world(control)
    listed = control("GET", "/worlds?size=1&page=2")
    assert ([item["id"] for item in listed["items"]], listed["total_count"]) == ([world["id"]], 2)
    control("DELETE", f"/worlds/{world['id']}", 204)
    control("GET", "/world", 401, key=token)
    control("DELETE", f"/worlds/{world['id']}", 404)
    control("DELETE", f"/worlds/{listed['items'][0]['id']}", 404)
    default = control("GET", "/world")["id"]
    control("DELETE", f"/worlds/{default}", 422)
    control("DELETE", "/world", 422)


def test_a_world_can_remove_itself(control):
    _, token = new_world(control)
    control("DELETE", "/world", 204, key=token)
    control("GET", "/world", 401, key=token)


def _with_key(scope):
    key = {"id": "7d1f2a52-1c3f-4a45-9c55-2f4f4dbd6a01", "name": "Key", "scopes": [scope]}
    return {"organizations": [{"id": "2f0c39c2-50a4-4b80-a9f2-7c3e4ba9f0aa", "name": "One", "api_keys": [key]}]}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"fixture": "dmeo"}, ["demo"]),
        ({"fixture": "/etc/passwd"}, ["no such fixture"]),
        ({"fixture": {"organizations": [3]}}, ["/organizations/0"]),
        ({"fixture": 3}, ["fixture"]),
        ({"fixture": _with_key("sequences:raed")}, ["did you mean 'sequences:read'?"]),
        ({"ttl_second": 3}, ["ttl_seconds"]),
        ({"ttl_seconds": 0}, ["1 or more"]),
        ({"now": "yesterday"}, ["RFC 3339"]),
        ({"frozen": "yes"}, ["true or false"]),
    ],
)
def test_a_world_that_cannot_be_created_is_rejected_with_how_to_fix_it(control, body, words):
    message = control("POST", "/worlds", 400, json=body)["message"]
    for word in words:
        assert word in message


def test_advancing_by_to_and_next_applies_what_is_due_in_order(control):
    due = control("GET", "/clock")["next_due"]
    first = control("POST", "/clock/advance", json={"next": True})
    assert first["now"] == due["at"]
    assert (first["fired"][0]["at"], first["fired"][0]["event"]) == (due["at"], due["event"])
    day = control("POST", "/clock/advance", json={"by": "P1D"})
    order = [(one["at"], one["sequence_id"]) for one in day["fired"]]
    assert order == sorted(order)
    assert day["fired_count"] == len(day["fired"]) > 5
    assert control("POST", "/clock/advance", json={"to": "2026-04-01T00:00:00Z"})["now"] == "2026-04-01T00:00:00Z"


def test_a_pause_ends_when_time_is_moved(api, control):
    api("POST", f"sequences/{RUN}/pause", json={"paused_until": "2026-03-09T09:00:00Z"})
    due = {"at": "2026-03-09T09:00:00Z", "event": "wake", "sequence_id": RUN}
    assert control("GET", f"/sequences/{RUN}/history")["next"] == due
    control("POST", "/clock/advance", json={"to": "2026-03-09T09:00:00Z"})
    run = api("GET", f"sequences/{RUN}").json()
    assert (run["status"], run["updated_at"]) == ("ACTIVE", "2026-03-09T09:00:00Z")
    assert [line["event"] for line in control("GET", f"/sequences/{RUN}/history")["items"]] == ["pause", "wake"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"by": "-P1D"}, 400), ({"by": "soon"}, 400), ({}, 400), ({"by": "P1D", "next": True}, 400), ({"next": False}, 400),
        ({"to": "2020-01-01T00:00:00Z"}, 422), ({"by": "P9000000D"}, 400), ({"to": "9999-12-31T23:59:59-10:00"}, 400),
    ],
)  # fmt: skip
def test_time_does_not_go_back_nor_nowhere(control, body, status):
    control("POST", "/clock/advance", status, json=body)
    assert control("GET", "/clock")["now"] == "2026-03-02T09:00:00Z"


def test_the_clock_can_be_frozen_set_and_unfrozen(api, control):
    assert control("PATCH", "/clock", json={"frozen": True})["frozen"] is True
    api.clock.advance(HOUR)
    assert control("GET", "/clock")["now"] == "2026-03-02T09:00:00Z"
    assert control("PATCH", "/clock", json={"now": "2026-03-03T09:00:00Z"})["now"] == "2026-03-03T09:00:00Z"
    control("PATCH", "/clock", json={"frozen": False})
    api.clock.advance(HOUR)
    assert control("GET", "/clock")["now"] == "2026-03-03T10:00:00Z"
    control("PATCH", "/clock", 422, json={"now": "2026-03-01T09:00:00Z"})
    control("PATCH", "/clock", 400, json={})


def test_a_snapshot_is_saved_compared_and_restored(api, control):
    before = state_of(api)
    control("PUT", "/snapshots/start")
    api("POST", f"sequences/{RUN}/stop", json={"reason": "WIN", "scope": "COMPANY"})
    enrolled = control("POST", "/sequences", 201, json={"contact_id": CONTACT, "sequence_template_id": TEMPLATE})
    control("POST", "/clock/advance", json={"by": "P3D"})
    diff = control("GET", "/snapshots/start/diff")
    assert [(run["kind"], run["id"]) for run in diff["added"]] == [("sequences", enrolled["id"])]
    assert {one["kind"] for one in diff["changed"]} == {"sequences"}
    changed = {one["id"]: one["fields"] for one in diff["changed"]}
    assert changed[RUN]["status"] == {"from": "ACTIVE", "to": "STOPPED_EARLY"}
    assert control("POST", "/snapshots/start/restore")["clock"]["now"] == "2026-03-02T09:00:00Z"
    assert state_of(api) == before
    assert control("GET", "/snapshots/start/diff") == {"added": [], "removed": [], "changed": []}
    assert control("GET", f"/sequences/{RUN}/history")["items"] == []
    assert [one["name"] for one in control("GET", "/snapshots")["items"]] == ["start"]
    control("DELETE", "/snapshots/start", 204)
    for method, path in (("DELETE", ""), ("POST", "/restore"), ("GET", "/diff")):
        assert "no snapshot 'start'" in control(method, f"/snapshots/start{path}", 404)["message"]


def test_a_diff_shows_documents_of_every_kind_and_only_what_differs(api, control):
    contact = api("GET", f"contacts/{CONTACT}").json()
    control("PUT", "/snapshots/start")
    assert control("GET", "/snapshots/start/diff") == {"added": [], "removed": [], "changed": []}
    control("DELETE", f"/contacts/{CONTACT}", 204)
    diff = control("GET", "/snapshots/start/diff")
    assert diff["removed"] == [{"kind": "contacts", **contact}]
    for one in diff["changed"]:
        assert (one["kind"], one["fields"]["contact_id"]) == ("sequences", {"from": CONTACT, "to": None})
    api("PATCH", f"sequences/{RUN}", json={"variables": {"k": "v"}})
    fields = {one["id"]: one["fields"] for one in control("GET", "/snapshots/start/diff")["changed"]}[RUN]
    assert fields["variables"]["to"]["k"] == "v"
    control("POST", "/snapshots/start/restore")
    assert control("GET", "/snapshots/start/diff") == {"added": [], "removed": [], "changed": []}


def test_an_advance_beyond_what_one_request_applies_says_what_is_left(control, monkeypatch):
    monkeypatch.setattr("sequences_sandbox.worlds.transaction.MOST_EVENTS", 7)
    control("PATCH", "/clock", json={"frozen": True})
    control("PUT", "/snapshots/start")
    _, token = new_world(control, frozen=True)
    reached = control("POST", "/clock/advance", key=token, json={"by": "P3D"})
    assert reached["fired_count"] in range(7, 15)
    assert reached["complete"] is False
    assert reached["now"] == reached["fired"][-1]["at"] < reached["left"]["to"] == "2026-03-05T09:00:00Z"
    fired = reached["fired"]
    while not reached["complete"]:
        reached = control("POST", "/clock/advance", key=token, json=reached["left"])
        fired += reached["fired"]
    assert (reached["now"], reached["left"]) == ("2026-03-05T09:00:00Z", None)
    control("PATCH", "/clock", 422, json={"now": "2026-03-05T09:00:00Z"})
    monkeypatch.undo()
    assert control("POST", "/clock/advance", json={"by": "P3D"})["fired"] == fired


def test_the_contract_tells_how_many_events_one_request_applies():
    assert f"One request applies {MOST_EVENTS} events" in CONTROL.read_text()


@pytest.mark.parametrize(("at_once", "shown"), [(300, 300), (500, 500), (600, 500)])
def test_of_many_events_at_one_time_a_response_shows_as_many_as_a_request_applies(control, at_once, shown):
    fixture = {"frozen": True, "organizations": [{"sequences": [
        {"status": "WAITING_FOR_LEAD", "paused_until": "P1D"} for _ in range(at_once)
    ]}]}  # fmt: skip
    _, token = new_world(control, fixture=fixture)
    reached = control("POST", "/clock/advance", key=token, json={"by": "P1D"})
    fired = reached["fired"]
    while not reached["complete"]:
        reached = control("POST", "/clock/advance", key=token, json=reached["left"])
        fired += reached["fired"]
    assert [one["event"] for one in fired].count("wake") == len({one["sequence_id"] for one in fired}) == shown
    [organization] = control("GET", "/world/export", key=token)["organizations"]
    assert {each["status"] for each in organization["sequences"]} == {"ACTIVE"}


def test_a_reset_leads_to_the_first_state_with_the_same_keys(api, control):
    before = state_of(api)
    api("PATCH", f"sequences/{RUN}", json={"variables": {"k": "v"}})
    control("POST", "/clock/advance", json={"by": "P30D"})
    assert control("POST", "/world/reset")["clock"]["now"] == "2026-03-02T09:00:00Z"
    assert state_of(api) == before


def test_an_exported_world_loads_again_to_an_equal_one(api, control):
    api("POST", f"sequences/{RUN}/pause", json={"paused_until": "2026-03-09T09:00:00Z"})
    control("DELETE", f"/contacts/{CONTACT}", 204)
    control("POST", "/clock/advance", json={"by": "P1DT1H"})
    document = control("GET", "/world/export")
    assert "topo_" not in json.dumps(document)
    _, token = new_world(control, fixture=document)
    for page in (1, 2):
        query = f"sequences?size=100&page={page}&sort_by=updated_at"
        assert api("GET", query, key=token).json() == api("GET", query).json()
    assert control("GET", "/clock", key=token) == control("GET", "/clock")
    assert (
        control("GET", "/world/export", key=token)["organizations"][0]["sequences"]
        == document["organizations"][0]["sequences"]
    )


def test_an_enrolled_contact_goes_through_its_template(api, control):
    run = control("POST", "/sequences", 201, json={"contact_id": CONTACT, "sequence_template_id": TEMPLATE})
    assert (run["status"], run["created_at"], run["contact_id"]) == ("FOUND", "2026-03-02T09:00:00Z", CONTACT)
    control("POST", "/clock/advance", json={"by": "PT2H"})
    active = api("GET", f"sequences/{run['id']}").json()
    assert (active["status"], active["last_step_executed_at"]) == ("ACTIVE", "2026-03-02T10:00:00Z")
    control("POST", "/clock/advance", json={"by": "P2D"})
    assert api("GET", f"sequences/{run['id']}").json()["status"] == "WAITING_FOR_USER"
    answered = control("POST", f"/sequences/{run['id']}/events", json={"event": "answer"})
    assert answered["status"] == "ACTIVE"
    story = control("GET", f"/sequences/{run['id']}/history")["items"]
    assert [(line["event"], line["by"]) for line in story] == [
        ("enrol", "engine"), ("activate", "engine"), ("execute", "engine"), ("ask", "engine"), ("answer", "engine"),
    ]  # fmt: skip
    assert story[-1]["request_id"].startswith("req_")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"contact_id": ABSENT, "sequence_template_id": TEMPLATE}, 404, "contact_id"),
        ({"contact_id": CONTACT, "sequence_template_id": ABSENT}, 404, "sequence_template_id"),
        ({"contact_id": CONTACT, "sequence_template_id": TEMPLATE, "organization_id": ABSENT}, 404, "organization_id"),
        (
            {"contact_id": CONTACT, "sequence_template_id": TEMPLATE, "source_contact_list_id": ABSENT},
            404,
            "source_contact_list_id",
        ),
        ({"contact_id": CONTACT, "sequence_template_id": TEMPLATE, "status": "ACTVE"}, 400, "status"),
        (
            {"contact_id": CONTACT, "sequence_template_id": TEMPLATE, "paused_until": "2026-04-01T00:00:00Z"},
            400,
            "paused_until",
        ),
        (
            {
                "contact_id": CONTACT,
                "sequence_template_id": TEMPLATE,
                "status": "WAITING_FOR_LEAD",
                "paused_until": "2026-03-02T09:00:00Z",
            },
            400,
            "paused_until",
        ),
        (
            {"contact_id": CONTACT, "sequence_template_id": TEMPLATE, "created_at": "2027-01-01T00:00:00Z"},
            400,
            "created_at",
        ),
        ({"contact_id": "x", "sequence_template_id": TEMPLATE}, 400, "contact_id"),
        ({"contact_id": CONTACT, "company": "acorn.example"}, 400, "company"),
    ],
)  # fmt: skip
def test_an_enrolment_that_cannot_be_is_rejected_by_its_field(control, body, status, field):
    assert control("POST", "/sequences", status, json=body)["data"]["field"] == field


def test_what_an_enrolment_leaves_out_is_found_or_made(api, control):
    found = control("POST", "/sequences", 201, json={})
    made = control("POST", "/sequences", 201, json={"company": "acorn.example"})
    assert found["sequence_template_id"] == made["sequence_template_id"] == TEMPLATE
    contact = api("GET", f"contacts/{made['contact_id']}").json()
    assert (contact["company_domain"], contact["first_seen_at"]) == ("acorn.example", made["created_at"])
    added = control("PUT", "/snapshots/now") and control("POST", "/sequences", 201, json={"company": "acorn.example"})
    assert added["contact_id"] != made["contact_id"]
    kinds = [one["kind"] for one in control("GET", "/snapshots/now/diff")["added"]]
    assert sorted(kinds) == ["contacts", "sequences"]


def test_a_run_is_enrolled_in_every_status_and_a_paused_one_wakes_and_goes_on(api, control):
    enrolment = {"contact_id": CONTACT, "sequence_template_id": TEMPLATE}
    for status in control("GET", "/world")["organizations"][0]["counts"]:
        if status.isupper():
            assert control("POST", "/sequences", 201, json={**enrolment, "status": status})["status"] == status
    paused = {**enrolment, "status": "WAITING_FOR_LEAD", "paused_until": "2026-03-05T00:00:00Z"}
    run = control("POST", "/sequences", 201, json=paused)["id"]
    control("POST", "/clock/advance", json={"by": "P30D"})
    events = control("GET", f"/sequences/{run}/history")["items"]
    assert [line["event"] for line in events[:3]] == ["enrol", "wake", "execute"]
    assert events[1]["at"] == "2026-03-05T00:00:00Z"


def test_an_event_that_no_row_allows_is_rejected_and_changes_nothing(api, control):
    before = api("GET", f"sequences/{RUN}").json()
    assert control("POST", f"/sequences/{RUN}/events", 422, json={"event": "answer"})["type"] == "BusinessIssue"
    control("POST", f"/sequences/{RUN}/events", 400, json={"event": "wake"})
    control("POST", f"/sequences/{ABSENT}/events", 404, json={"event": "fail"})
    assert api("GET", f"sequences/{RUN}").json() == before


def test_a_deleted_contact_leaves_its_runs_without_contact_and_company(api, control):
    runs = [run for run in state_of(api).values() if run["contact_id"] == CONTACT]
    assert runs
    control("DELETE", f"/contacts/{CONTACT}", 204)
    for run in runs:
        now = api("GET", f"sequences/{run['id']}").json()
        assert now == {**run, "contact_id": None, "updated_at": "2026-03-02T09:00:00Z"}
    control("DELETE", f"/contacts/{CONTACT}", 404)
    control("POST", "/sequences", 404, json={"contact_id": CONTACT, "sequence_template_id": TEMPLATE})


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4010", "127.0.0.1.evil.example", ""])
def test_under_another_host_name_the_control_api_answers_only_what_needs_no_key(api, host):
    for call in ("GET clock", "POST world/reset", "GET worlds", "POST worlds", "GET metrics"):
        method, path = call.split()
        response = api(method, f"/_sandbox/{path}", headers={"Host": host})
        assert (response.status_code, response.json()["type"]) == (403, "UnauthorizedIssue")
    for path in ("/_sandbox/health", "/_sandbox/ready", "/_sandbox/openapi.json", "sequences"):
        assert api("GET", path, headers={"Host": host}).status_code == 200


def test_health_answers_a_probe_whose_host_names_nothing(api):
    for hosts in (["a, b"], ["a", "b"], ["user@[x"]):
        headers = [("Host", host) for host in hosts]
        assert api("GET", "/_sandbox/health", key=None, raw_headers=headers).status_code == 200
        assert api("GET", "/_sandbox/clock", raw_headers=headers).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:4010", "[::1]:4010", "LOCALHOST:1"])
def test_under_its_own_names_it_is(api, host):
    assert api("GET", "/_sandbox/clock", headers={"Host": host}).status_code == 200


def test_pages_of_other_origins_may_not_call_it(api_with):
    api = api_with(cors=("*",))
    page = {"Origin": "https://page.example"}
    assert "access-control-allow-origin" in api("GET", "sequences", headers=page).headers
    assert "access-control-allow-origin" not in api("GET", "/_sandbox/health", headers=page).headers
    preflight = {**page, "Access-Control-Request-Method": "GET"}
    assert "access-control-allow-methods" not in api("OPTIONS", "/_sandbox/health", headers=preflight).headers


def test_with_an_admin_token_only_the_admin_makes_and_lists_worlds(api_with):
    api = api_with(admin_token="sesame")
    for method in ("GET", "POST"):
        without = api(method, "/_sandbox/worlds", key=None)
        assert without.status_code == 401
        assert "the admin token" in without.json()["message"]
        assert api(method, "/_sandbox/worlds", key="topo_demo_readwrite").status_code == 401
        assert api(method, "/_sandbox/worlds", key="sesame").status_code in (200, 201)


def test_anonymous_visitors_take_from_one_bucket_whichever_process_serves_them(api_with, new_store, clock):
    store = new_store(clock)
    one, other = (api_with(store, admin_token="sesame", visitors=VisitorLimits(30)) for _ in range(2))
    for each in (one, other) * 5:
        assert each("POST", "/_sandbox/worlds", key=None).status_code == 201
    for each in (one, other):
        assert each("POST", "/_sandbox/worlds", key=None).status_code == 429


def test_control_yaml_is_shipped_with_the_package():
    assert Path(CONTROL).is_file()
