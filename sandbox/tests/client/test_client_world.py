"""A world as the client shows it: keys, clock, faults, journal, snapshots, runs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.domain.timestamps import parse_duration
from sequences_sandbox_client import (
    InvalidError,
    NotAllowedError,
    NotFoundError,
    SandboxError,
    UnauthorizedError,
    VerificationError,
)
from sequences_sandbox_client.values import duration

ACTIVE, PAUSED, ASKING = (f"0000000{n}-0000-4000-8000-00000000000{n}" for n in (3, 4, 5))
NOBODY = "00000000-0000-4000-8000-000000000000"
CONTACT, TEMPLATE = "0000c001-0000-4000-8000-000000000001", "0000b001-0000-4000-8000-000000000001"
BIRTH = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def world(sequences_sandbox):
    """The world with one run in each status, frozen on a Monday."""
    with sequences_sandbox.world("every_status", now=BIRTH, frozen=True) as world:
        yield world


@pytest.fixture
def call(world):
    with world.client() as client:
        yield client.request


def test_each_key_opens_what_its_name_says(world):
    may = {}
    for name in ("key", "read_key", "write_key", "noscope_key"):
        with world.client(getattr(world, name)) as client:
            reads = client.get(f"/sequences/{ACTIVE}").status_code
            writes = client.patch(f"/sequences/{ACTIVE}", json={"variables": {}}).status_code
        may[name] = (reads, writes)
    assert may == {"key": (200, 200), "read_key": (200, 403), "write_key": (403, 200), "noscope_key": (403, 403)}


def test_a_second_organization_has_a_key_where_there_is_one(sequences_sandbox, world):
    with sequences_sandbox.world("demo") as demo, demo.client(demo.other_key) as client:
        others = {run["organization_id"] for run in client.get("/sequences").json()["items"]}
    assert others == {demo.organizations[1]["id"]}
    with pytest.raises(NotFoundError, match="add one to it"):
        _ = world.other_key


def test_a_client_takes_headers_and_settings_of_its_own(world):
    with world.client(headers={"X-Sandbox-Fault": "status=503"}, timeout=5) as client:
        assert client.get("/sequences").status_code == 503


def test_time_is_read_and_moved(world):
    assert (world.clock.now, world.clock.frozen) == (BIRTH, True)
    assert world.clock.advance("PT1H")["now"] == "2026-03-02T10:00:00Z"
    world.clock.advance(timedelta(minutes=30))
    world.clock.advance(to=BIRTH + timedelta(hours=2))
    assert world.clock.now == BIRTH + timedelta(hours=2)
    world.clock.unfreeze()
    assert not world.clock.frozen
    world.clock.freeze()
    assert world.clock.frozen


def test_time_is_moved_to_what_falls_due_next(world):
    due = world.clock.next_due
    reached = world.clock.next()
    assert due == {"at": "2026-03-30T09:00:00Z", "event": "wake", "sequence_id": PAUSED}
    assert reached == {
        "now": due["at"],
        "fired_count": 1,
        "fired": [{**due, "from": "WAITING_FOR_LEAD", "to": "ACTIVE"}],
        "complete": True,
        "left": None,
    }
    assert world.clock.next_due is None


def test_time_does_not_go_back(world):
    with pytest.raises(NotAllowedError, match=r"forward|back"):
        world.clock.advance(to=BIRTH - timedelta(seconds=1))


def test_a_time_needs_an_offset(world):
    with pytest.raises(ValueError, match="time zone"):
        world.clock.advance(to=datetime(2026, 3, 9, 8))


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=20_000)))
def test_a_timedelta_is_the_duration_of_the_same_length(length):
    assert parse_duration(duration("clock.advance", length)) == length // timedelta(microseconds=1)


def test_a_fault_happens_where_and_as_often_as_it_was_added_for(world, call):
    fault = world.faults.add(status=429, retry_after=2, on="listSequences", nth=2, times=1)
    assert [call("GET", "/sequences").status_code for _ in range(3)] == [200, 429, 200]
    assert [(one["matched"], one["fired"], one["state"]) for one in world.faults.list()] == [(2, 1, "used_up")]
    world.faults.remove(fault["id"])
    assert world.faults.list() == []


def test_every_effect_and_every_part_of_a_match_can_be_given(world):
    effects = [
        {"latency": 3},
        {"latency": {"uniform_ms": [1, 2]}},
        {"status": 500, "type": "InternalIssue", "message": "Broken."},
        {"close": "before"},
        {"body": "html"},
        {"drip_seconds": 0.5},
    ]
    for effect in effects:
        world.faults.add(
            on="getSequence", method="GET", path="/v1/*", key_name="Read only", every=2, probability=0.5, **effect
        )
    world.faults.add(for_="PT1M", body="empty", enabled=False)
    assert [fault["effect"] for fault in world.faults.list()][:2] == [{"latency": {"fixed_ms": 3}}, effects[1]]
    world.faults.clear()
    assert world.faults.list() == []


def test_a_fault_needs_one_effect(world):
    with pytest.raises(
        InvalidError, match="one effect of status=, latency=, close=, body=, drip_seconds=; none was given"
    ):
        world.faults.add(on="getSequence")


def test_the_journal_has_all_that_was_sent_oldest_first(world, call):
    for number in range(1, 102):
        call("GET", "/sequences", params={"page": number})
    entries = world.journal.requests("listSequences")
    assert [entry["query"] for entry in entries] == [f"page={number}" for number in range(1, 102)]


def test_the_journal_is_filtered_and_emptied(world, call):
    call("GET", f"/sequences/{NOBODY}")
    world.clock.advance("PT1H")
    call("GET", f"/sequences/{ACTIVE}")
    assert [entry["status"] for entry in world.journal.requests(status=404)] == [404]
    assert [entry["status"] for entry in world.journal.requests(since=BIRTH + timedelta(minutes=1))] == [200]
    assert world.journal.requests(key_name="Read only") == []
    assert len(world.journal.har()["log"]["entries"]) == 2
    world.journal.clear()
    assert world.journal.requests() == []


def test_what_was_sent_is_counted(world, call):
    call("POST", f"/sequences/{ACTIVE}/stop", json={"reason": "WIN", "scope": "CONTACT"})
    call("GET", "/sequences", params={"size": 5})
    assert world.journal.verify("stopSequence", body={"reason": "WIN"}, status=200, exactly=1) == 1
    assert world.journal.verify("listSequences", query={"size": "5"}, since=BIRTH, at_least=1, at_most=1) == 1
    assert world.journal.verify(key_name="Read and write", at_least=2) == 2
    assert world.journal.verify("pauseSequence", exactly=0) == 0


def test_what_was_not_sent_is_an_assertion_error_with_near_misses(world, call):
    sent = call("POST", f"/sequences/{ACTIVE}/stop", json={"reason": "LOSE", "scope": "CONTACT"})
    with pytest.raises(AssertionError) as caught:
        world.journal.verify("stopSequence", body={"reason": "WIN"})
    assert isinstance(caught.value, VerificationError)
    assert isinstance(caught.value, SandboxError)
    assert str(caught.value).startswith(
        "journal.verify(on='stopSequence', body={'reason': 'WIN'}) does not hold: 0 matched."
    )
    assert caught.value.result["count"] == 0
    assert f'{sent.headers["X-Request-Id"]}: body.reason is "LOSE", not "WIN"' in str(caught.value)


def test_an_order_is_verified(world, call):
    call("POST", f"/sequences/{ACTIVE}/pause", json={"paused_until": "2026-03-09T08:00:00Z"})
    call("POST", f"/sequences/{ACTIVE}/resume")
    world.journal.verify_order("pauseSequence", {"on": "resumeSequence", "status": 200})
    with pytest.raises(VerificationError):
        world.journal.verify_order("resumeSequence", "pauseSequence")


def test_a_misspelt_operation_is_an_error_and_no_silent_miss(world):
    with pytest.raises(InvalidError, match="stopSequence"):
        world.journal.verify("stopSequences")


def test_a_state_is_saved_compared_and_restored(world):
    world.snapshot()
    world.snapshots.save("with space / and slash")
    world.event(ACTIVE, "fail")
    [change] = world.diff()["changed"]
    assert (change["id"], change["fields"]["status"]) == (ACTIVE, {"from": "ACTIVE", "to": "FAILED"})
    world.restore()
    assert world.diff() == {"added": [], "removed": [], "changed": []}
    assert [one["name"] for one in world.snapshots.list()] == ["snapshot", "with space / and slash"]
    world.snapshots.delete("with space / and slash")
    with pytest.raises(NotFoundError):
        world.restore("with space / and slash")


def test_a_contact_is_enrolled_steered_and_deleted(world, call):
    run = world.enrol(
        CONTACT, TEMPLATE, status="ACTIVE", variables={"city": "Bern"}, created_at=BIRTH - timedelta(days=1)
    )
    assert (run["status"], run["variables"], run["created_at"]) == ("ACTIVE", {"city": "Bern"}, "2026-03-01T09:00:00Z")
    assert world.event(run["id"], "ask")["status"] == "WAITING_FOR_USER"
    assert [one["event"] for one in world.history(run["id"])][-1] == "ask"
    world.delete_contact(CONTACT)
    assert call("GET", f"/sequences/{run['id']}").json()["contact_id"] is None


def test_what_the_lifecycle_does_not_allow_is_an_error_with_its_words(world):
    with pytest.raises(NotAllowedError) as caught:
        world.event(ACTIVE, "answer")
    assert caught.value.status_code == 422
    assert caught.value.issue["type"] == "BusinessIssue"
    assert "ACTIVE" in str(caught.value)
    with pytest.raises(NotFoundError):
        world.history(NOBODY)


def test_a_limit_is_set_and_removed(world, call):
    world.rate_limit(1, per_seconds=60, burst=2)
    assert [call("GET", "/sequences").status_code for _ in range(3)] == [200, 200, 429]
    world.no_rate_limit()
    assert call("GET", "/sequences").status_code == 200


def test_it_is_reset_and_exported(world, sequences_sandbox):
    world.event(ACTIVE, "fail")
    exported = world.export()
    world.reset()
    assert world.describe()["organizations"][0]["counts"]["FAILED"] == 1
    with sequences_sandbox.world(exported) as copy:
        assert copy.describe()["organizations"][0]["counts"]["FAILED"] == 2


def test_a_removed_world_is_closed_and_removing_it_again_is_no_error(sequences_sandbox):
    with sequences_sandbox.world(name="short", seed=7, ttl_seconds=60) as world:
        assert world.describe()["name"] == "short"
        world.delete()
    with pytest.raises(UnauthorizedError):
        world.describe()
