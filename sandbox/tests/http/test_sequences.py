"""The six operations, as a client meets them."""

from itertools import pairwise

import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.resources.contacts import CONTACTS

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
TEMPLATE = "9acd9de9-99f5-473b-9921-1defef72edb6"
FIELDS = [
    "id", "organization_id", "contact_id", "sequence_template_id", "status", "variables", "source_contact_list_id",
    "last_step_executed_at", "created_at", "updated_at",
]  # fmt: skip
MINUTE = 60_000_000
LATER = "2026-03-02T10:00:00Z"


def test_a_run_has_its_ten_fields_in_the_list_and_by_itself_alike(api):
    for item in api.sequences():
        assert list(item) == FIELDS
        assert api("GET", f"sequences/{item['id']}").json() == item


def test_the_list_without_parameters_is_the_first_ten_by_creation(api):
    page = api("GET", "sequences").json()
    explicit = api("GET", "sequences?sort_by=created_at&sort_order=asc&page=1&size=10").json()
    assert page == explicit
    assert len(page["items"]) == 10
    assert page["has_more"] is True
    assert page["total_pages"] == -(-page["total_count"] // 10)


@pytest.mark.parametrize("sort_by", ["created_at", "updated_at", "status"])
@pytest.mark.parametrize("sort_order", ["asc", "desc"])
@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_partition_the_collection_in_order(api, sort_by, sort_order, size):
    query = {"sort_by": sort_by, "sort_order": sort_order, "size": size}
    total = api("GET", "sequences", params=query).json()["total_pages"]
    found = []
    for page in range(1, total + 1):
        answer = api("GET", "sequences", params={**query, "page": page}).json()
        assert answer["has_more"] == (page < total)
        found += answer["items"]
    assert len({run["id"] for run in found}) == len(found) == answer["total_count"]
    for before, after in pairwise(found):
        if before[sort_by] == after[sort_by]:
            assert before["id"] < after["id"]
        else:
            assert (before[sort_by] < after[sort_by]) == (sort_order == "asc")


def test_a_page_past_the_end_is_empty_however_far(api):
    for page in (1000, 10**30):
        answer = api("GET", f"sequences?page={page}")
        assert (answer.status_code, answer.json()["items"], answer.json()["has_more"]) == (200, [], False)


def test_no_match_has_no_pages(api):
    answer = api("GET", "sequences?created_at_after=9999-12-31T23:59:59-01:00").json()
    assert answer == {"items": [], "total_count": 0, "total_pages": 0, "has_more": False}


def test_bounds_on_creation_are_strict_and_honour_the_offset(api):
    runs = api.sequences()
    middle = runs[len(runs) // 2]
    at = middle["created_at"]
    moved = at.replace("Z", "%2B00:00")
    after = api("GET", f"sequences?size=100&created_at_after={moved}").json()["items"]
    before = api("GET", f"sequences?size=100&created_at_before={moved}").json()["items"]
    equal = [run for run in runs if run["created_at"] == at]
    assert middle in equal
    assert not [run for run in equal if run in after or run in before]
    everything = {run["id"] for run in after + before + equal}
    total = api("GET", "sequences").json()["total_count"]
    assert len(everything) == min(total, len(runs)) or total > 100


@pytest.mark.parametrize("digits", ["0000000001", "0000009"])
def test_a_bound_between_two_microseconds_excludes_nothing_that_is_beyond_it(every_status, digits):
    run = every_status.sequences()[0]
    base = run["created_at"].removesuffix("Z").partition(".")[0]
    ids = [item["id"] for item in every_status.sequences(created_at_before=f"{base}.{digits}Z")]
    assert run["id"] in ids
    assert run["id"] not in [item["id"] for item in every_status.sequences(created_at_after=f"{base}.{digits}Z")]


def test_filters_are_joined_by_and(api):
    both = api.sequences(status="ACTIVE", sequence_template_id=TEMPLATE)
    assert both
    assert both == [run for run in api.sequences(status="ACTIVE") if run["sequence_template_id"] == TEMPLATE]


def test_head_answers_as_get_does_without_a_body(api):
    got, headed = api("GET", "sequences"), api("HEAD", "sequences")
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == str(len(got.content))


def test_an_update_merges_removes_and_persists(api):
    first = api("PATCH", f"sequences/{RUN}", json={"variables": {"a": " x ", "b": "é\u0301\n"}}).json()
    second = api("PATCH", f"sequences/{RUN}", json={"variables": {"a": None, "never": None}}).json()
    assert first["variables"]["a"] == " x "
    assert "a" not in second["variables"]
    assert second["variables"]["b"] == "é\u0301\n"
    assert api("GET", f"sequences/{RUN}").json() == second


def test_an_update_that_changes_nothing_does_not_move_updated_at(api):
    before = api("PATCH", f"sequences/{RUN}", json={"variables": {"a": "x"}}).json()
    api.clock.advance(MINUTE)
    assert api("PATCH", f"sequences/{RUN}", json={"variables": {"a": "x"}}).json() == before
    moved = api("PATCH", f"sequences/{RUN}", json={"variables": {"a": "y"}}).json()
    assert moved["updated_at"] == "2026-03-02T09:01:00Z"


@pytest.mark.parametrize(
    "status",
    [
        "FOUND",
        "REFUSED",
        "ACTIVE",
        "WAITING_FOR_LEAD",
        "WAITING_FOR_USER",
        "SUCCEEDED",
        "COMPLETED",
        "FAILED",
        "STOPPED_EARLY",
    ],
)
def test_an_update_works_in_every_status(every_status, status):
    run = every_status.sequences(status=status)[0]
    changed = every_status("PATCH", f"sequences/{run['id']}", json={"variables": {"k": "v"}}).json()
    assert changed["variables"]["k"] == "v"
    assert changed["status"] == status


def test_a_pause_ends_by_itself_at_its_instant_in_get_and_in_every_filter(api):
    paused = api("POST", f"sequences/{RUN}/pause", json={"paused_until": "2026-03-02T11:00:00+01:00"}).json()
    assert (paused["status"], paused["updated_at"]) == ("WAITING_FOR_LEAD", "2026-03-02T09:00:00Z")
    api.clock.advance(60 * MINUTE - 1)
    assert api("GET", f"sequences/{RUN}").json() == paused
    assert RUN in [run["id"] for run in api.sequences(status="WAITING_FOR_LEAD")]
    api.clock.advance(1)
    assert RUN in [run["id"] for run in api.sequences(status="ACTIVE")]
    assert RUN not in [run["id"] for run in api.sequences(status="WAITING_FOR_LEAD")]
    api.clock.advance(5 * MINUTE)
    assert api("GET", f"sequences/{RUN}").json() == {**paused, "status": "ACTIVE", "updated_at": LATER}


def test_a_pause_is_moved_by_a_second_and_cancelled_by_resume_and_stop(api):
    pause = f"sequences/{RUN}/pause"
    api("POST", pause, json={"paused_until": LATER})
    api("POST", pause, json={"paused_until": "2026-03-02T12:00:00Z"})
    api.clock.advance(90 * MINUTE)
    assert api("GET", f"sequences/{RUN}").json()["status"] == "WAITING_FOR_LEAD"
    resumed = api("POST", f"sequences/{RUN}/resume").json()
    assert (resumed["status"], resumed["updated_at"]) == ("ACTIVE", "2026-03-02T10:30:00Z")
    api("POST", pause, json={"paused_until": "2026-03-02T12:00:00Z"})
    stopped = api("POST", f"sequences/{RUN}/stop", json={"reason": "LOSE", "scope": "CONTACT"}).json()
    api.clock.advance(600 * MINUTE)
    assert api("GET", f"sequences/{RUN}").json() == stopped


def test_an_instant_between_two_microseconds_is_not_in_the_past_and_ends_late_rather_than_early(api):
    body = {"paused_until": "2026-03-02T09:00:00.0000001Z"}
    assert api("POST", f"sequences/{RUN}/pause", json=body).json()["status"] == "WAITING_FOR_LEAD"
    api.clock.advance(1)
    assert api("GET", f"sequences/{RUN}").json()["updated_at"] == "2026-03-02T09:00:00.000001Z"


@pytest.mark.parametrize("how", [{}, {"content": b"", "headers": {"Content-Type": "text/plain"}}, {"json": {}}])
def test_resume_takes_no_body_or_an_empty_one(api, how):
    api("POST", f"sequences/{RUN}/pause", json={"paused_until": LATER})
    assert api("POST", f"sequences/{RUN}/resume", **how).json()["status"] == "ACTIVE"


def test_a_refused_event_names_the_status_and_where_it_is_allowed_from(every_status):
    run = every_status.sequences(status="SUCCEEDED")[0]
    answer = every_status("POST", f"sequences/{run['id']}/pause", json={"paused_until": "9999-01-01T00:00:00Z"})
    body = answer.json()
    assert (answer.status_code, body["type"]) == (422, "BusinessIssue")
    assert body["data"] == {"event": "pause", "status": "SUCCEEDED", "allowed": ["ACTIVE", "WAITING_FOR_LEAD"]}
    assert every_status("GET", f"sequences/{run['id']}").json() == run


def contract_world(api_of):
    return api_of(shipped("openapi.yaml"), fixture="contract")


def everything(api):
    runs, page = [], 1
    while True:
        answer = api("GET", f"sequences?size=100&page={page}").json()
        runs += answer["items"]
        if not answer["has_more"]:
            return {run["id"]: run for run in runs}
        page += 1


def test_company_stops_just_the_siblings_that_have_not_ended(api_of):
    api = contract_world(api_of)
    with api.app.worlds.open(api.app.default.record.id) as tx:
        contacts, ended = tx.world.documents[CONTACTS.kind], tx.world.schedule.lifecycle.terminal
    before = everything(api)
    domain = {run["id"]: contacts[run["contact_id"]].company_domain for run in before.values() if run["contact_id"]}

    def siblings(run):
        return {
            other["id"]
            for other in before.values()
            if other["sequence_template_id"] == run["sequence_template_id"]
            and domain.get(run["id"])
            and domain.get(other["id"]) == domain[run["id"]]
            and other["status"] not in ended
        }

    active = [run for run in before.values() if run["status"] == "ACTIVE"]
    chosen = max(active, key=lambda run: len(siblings(run)))
    expected = siblings(chosen) | {chosen["id"]}
    assert len(expected) >= 3
    stopped = api("POST", f"sequences/{chosen['id']}/stop", json={"reason": "WIN", "scope": "COMPANY"}).json()
    after = everything(api)
    assert {name for name, run in after.items() if run != before[name]} == expected
    assert {(after[name]["status"], after[name]["updated_at"]) for name in expected} == {
        ("STOPPED_EARLY", stopped["updated_at"])
    }


def test_contact_stops_one_run_and_a_run_without_company_has_no_siblings(api_of):
    api = contract_world(api_of)
    before = everything(api)
    alone = next(run for run in before.values() if run["contact_id"] is None and run["status"] == "ACTIVE")
    other = next(run for run in before.values() if run["contact_id"] is not None and run["status"] == "ACTIVE")
    api("POST", f"sequences/{alone['id']}/stop", json={"reason": "WIN", "scope": "COMPANY"})
    api("POST", f"sequences/{other['id']}/stop", json={"reason": "LOSE", "scope": "CONTACT"})
    after = everything(api)
    assert {name for name, run in after.items() if run != before[name]} == {alone["id"], other["id"]}


def test_stopping_what_has_ended_stops_nobody_else(every_status):
    before = every_status.sequences()
    run = next(run for run in before if run["status"] == "STOPPED_EARLY")
    answer = every_status("POST", f"sequences/{run['id']}/stop", json={"reason": "WIN", "scope": "COMPANY"})
    assert answer.status_code == 422
    assert every_status.sequences() == before


@pytest.mark.parametrize("path", ["sequences", f"sequences/{RUN}", f"sequences/{RUN}/pause"])
def test_options_lists_the_methods_without_a_key(api, path):
    answer = api("OPTIONS", path, key=None)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "OPTIONS" in answer.headers["allow"]
    assert answer.headers["x-request-id"]
