"""The control API where time ends: nothing that a world can be told to do makes it unreadable."""

import pytest

READS = ("/v1/sequences?size=100", "/_sandbox/clock", "/_sandbox/world", "/_sandbox/world/export")


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_world_born_at_the_edge_of_time_can_be_read_and_moved(api, now):
    made = api("POST", "/_sandbox/worlds", json={"now": now})
    assert made.status_code == 201
    token = made.json()["organizations"][0]["api_keys"][0]["token"]
    assert [api("GET", path, key=token).status_code for path in READS] == [200] * len(READS)
    assert api("GET", "/_sandbox/worlds").status_code == 200
    assert api("POST", "/_sandbox/clock/advance", key=token, json={"by": "PT0S"}).status_code == 200


@pytest.mark.parametrize("now", ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_no_world_is_born_outside_the_years_that_can_be_written(api, now):
    build_error_response = api("POST", "/_sandbox/worlds", json={"now": now})
    assert build_error_response.status_code == 400
    assert build_error_response.json()["data"] == {"field": "now", "value": now, "problem": "out of range"}


def test_a_clock_that_reached_the_end_of_time_runs_on_and_stays_readable(api):
    last = "9999-12-31T23:59:59.999999Z"
    assert api("POST", "/_sandbox/clock/advance", json={"to": last}).json()["now"] == last
    api.clock.advance(60_000_000)
    assert [api("GET", path).status_code for path in READS] == [200] * len(READS)
    assert api("POST", "/_sandbox/clock/advance", json={"by": "PT1S"}).status_code == 400
    shown = api("GET", "/_sandbox/clock").json()["now"]
    assert (shown, api("PATCH", "/_sandbox/clock", json={"now": shown}).status_code) == (last, 200)
    assert api("POST", "/_sandbox/world/reset").json()["clock"]["now"] == "2026-03-02T09:01:00Z"


def test_what_falls_due_after_the_end_of_time_does_not_keep_the_clock_from_being_read(api):
    run = api.sequences(status="ACTIVE")[0]["id"]
    api("PATCH", "/_sandbox/clock", json={"now": "9999-01-01T00:00:00Z"})
    known = next(one for one in api.sequences() if one["contact_id"] is not None)
    contact, template = known["contact_id"], known["sequence_template_id"]
    enrolment = {"contact_id": contact, "sequence_template_id": template, "status": "ACTIVE"}
    assert api("POST", "/_sandbox/sequences", json=enrolment).status_code == 201
    api("POST", f"sequences/{run}/pause", json={"paused_until": "9999-12-31T23:59:59-23:00"})
    api("PATCH", "/_sandbox/clock", json={"now": "9999-12-31T23:59:58Z"})
    assert api("GET", "/_sandbox/clock").status_code == 200
    assert api("POST", "/_sandbox/clock/advance", json={"next": True}).status_code in (200, 400)
