"""The sequences of a world in one line each, and verification that says which sequence."""

from functools import partial

import pytest
from sequences_sandbox_client import ArgumentError, InvalidError, NotAllowedError, NotFoundError, VerificationError

TEMPLATE = "0000b001-0000-4000-8000-000000000001"
STATUSES = (
    "FOUND", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER", "SUCCEEDED", "COMPLETED", "STOPPED_EARLY", "REFUSED",
    "FAILED",
)  # fmt: skip


@pytest.fixture
def world(sequences_sandbox):
    with sequences_sandbox.world("demo", now="2026-03-02T09:00:00Z", frozen=True) as world:
        yield world


@pytest.mark.parametrize("status", STATUSES)
def test_a_sequence_of_any_status_is_made_in_one_line(world, status):
    made = world.sequences.create(status, variables={"city": "Bern"})
    assert (made["status"], made["variables"]) == (status, {"city": "Bern"})
    assert world.sequences.get(made["id"]) == made


def test_a_sequence_is_made_at_a_company(world):
    with world.client() as client:
        contacts = client.get("/contacts", params={"size": 100}).json()["items"]
    companies = {one["id"]: one["company_domain"] for one in contacts}
    company = next(domain for domain in companies.values() if domain)
    first, second = (world.sequences.create("ACTIVE", company=company)["contact_id"] for _ in range(2))
    new = world.sequences.create("WAITING_FOR_USER", company="acorn.example")["contact_id"]
    with world.client() as client:
        contacts = {one: client.get(f"/contacts/{one}").json() for one in (first, second, new)}
    assert [contacts[one]["company_domain"] for one in (first, second, new)] == [company, company, "acorn.example"]
    assert first != second
    assert contacts[new]["email"].endswith("@acorn.example")
    assert new not in companies


def test_a_world_that_has_nothing_gets_contact_and_template_with_the_sequence(sequences_sandbox):
    with sequences_sandbox.world("empty") as world:
        made = world.sequences.create(status="WAITING_FOR_USER", company="acorn.example", variables={"city": "Bern"})
        with world.client() as client:
            template = client.get(f"/sequence-templates/{made['sequence_template_id']}").json()
    assert (made["status"], template["status"], template["step_count"]) == ("WAITING_FOR_USER", "ACTIVE", 3)


def test_contact_and_template_can_be_chosen(world):
    first = world.sequences.list()[0]
    with world.client() as client:
        template, name = (client.get("/sequence-templates").json()["items"][0][field] for field in ("id", "name"))
    made = world.sequences.create(contact=first["contact_id"], template=template)
    assert (made["contact_id"], made["sequence_template_id"]) == (first["contact_id"], template)
    with pytest.raises(NotFoundError, match="no template='Nothing'; there are"):
        world.sequences.create(template="Nothing")
    assert world.sequences.create(template=name)["sequence_template_id"] == template
    with pytest.raises(NotFoundError, match="'contact'"):
        world.sequences.create(contact="00000000-0000-4000-8000-000000000000")
    with pytest.raises(InvalidError, match="'contact' and 'company' contradict each other"):
        world.sequences.create(contact=first["contact_id"], company="acorn.example")


def test_a_paused_sequence_wakes_when_it_should(world):
    made = world.sequences.create("WAITING_FOR_LEAD", paused_until="2026-03-04T00:00:00Z")
    world.clock.advance(to="2026-03-04T00:00:00Z")
    assert world.sequences.get(made["id"])["status"] == "ACTIVE"
    with pytest.raises(InvalidError, match="waits to wake"):
        world.sequences.create("ACTIVE", paused_until="2026-03-10T00:00:00Z")


def test_all_sequences_are_listed_and_none_of_it_is_in_the_journal(world):
    counts = world.describe()["organizations"][0]["counts"]
    assert len(world.sequences.list()) == counts["sequences"]
    assert len(world.sequences.list("ACTIVE")) == counts["ACTIVE"]
    assert world.sequences.list(created_at_after="2100-01-01T00:00:00Z") == []
    world.faults.add(status=503)
    world.rate_limit(1, per_seconds=3600)
    assert [world.sequences.list("ACTIVE")[0]["status"] for _ in range(3)] == ["ACTIVE"] * 3
    assert world.journal.requests() == []


def test_a_sequence_is_updated_paused_resumed_and_stopped(world):
    run = world.sequences.create("ACTIVE")["id"]
    assert world.sequences.update(run, {"city": "Bern"})["variables"] == {"city": "Bern"}
    assert world.sequences.pause(run, "2026-03-09T09:00:00Z")["status"] == "WAITING_FOR_LEAD"
    assert world.sequences.resume(run)["status"] == "ACTIVE"
    assert world.sequences.stop(run)["status"] == "STOPPED_EARLY"
    with pytest.raises(NotAllowedError, match="STOPPED_EARLY"):
        world.sequences.resume(run)
    assert world.journal.verify(sequence_id=run) == 5


def test_verification_says_which_sequence_and_what_differs(world):
    one, other = (world.sequences.create("ACTIVE")["id"] for _ in range(2))
    with world.client(headers={"Idempotency-Key": "k1"}) as client:
        sent = client.post(f"/sequences/{other}/pause", json={"paused_until": "2026-03-09T09:00:00Z"})
    verify = world.journal.verify
    assert verify("pauseSequence", sequence_id=other, exactly=1) == 1
    assert verify(method="POST", path="/v1/sequences/*/pause", headers={"idempotency-key": "k1"}, status="2xx") == 1
    with pytest.raises(VerificationError) as caught:
        verify("pauseSequence", sequence_id=one, exactly=1)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"journal.verify(on='pauseSequence', sequence_id='{one}', exactly=1) does not hold: 0 matched."
    assert lines[1] == f"  {sent.headers['x-request-id']}: /v1/sequences/{other}/pause is not about the sequence {one}"
    assert [entry["status"] for entry in world.journal.requests(sequence_id=other, status="2xx", method="POST")] == [
        200
    ]
    assert world.journal.requests(text="2026-03-09", path="/v1/*")[0]["request"]["body"]


def create(world, **arguments):
    return world.sequences.create(**arguments)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda world: world.journal.verify("stopSequences"),
            "'on' is 'stopSequences', which does not exist here; did you",
        ),
        (lambda world: world.journal.verify(key_name="Nobody"), "'key_name' is 'Nobody'"),
        (lambda world: world.journal.verify(status="9xx"), "'status' is '9xx'"),
        (lambda world: world.journal.verify(path="v1"), "'path' is 'v1'"),
        (lambda world: world.journal.verify(headers={"Authorization": "x"}), "'headers' names 'authorization'"),
        (lambda world: world.journal.verify(exactly="one"), "a whole number as exactly=, not 'one'"),
        (lambda world: world.journal.verify(exactly=-1), "a whole number as exactly=, not -1"),
        (lambda world: world.journal.verify(since=3), "since=.* takes a time such as"),
        (lambda world: world.journal.verify_order(), "takes operations such as"),
        (lambda world: world.journal.verify_order(3), "takes operations such as .*; not 3"),
        (
            lambda world: world.journal.verify_order({"operation": "x"}),
            "or dicts of on, body, .*; not {'operation': 'x'}",
        ),
        (lambda world: world.journal.verify_order("getSequence", "x"), "'on of argument 2' is 'x'"),
        (lambda world: world.journal.verify(query={"size": 5}), "'query/size' must be a string"),
        (lambda world: world.journal.requests("listSequence"), "'on' is 'listSequence'"),
        (lambda world: world.clock.advance(days="2"), "takes numbers, such as days=2, .*; not days='2'"),
        (lambda world: world.clock.advance(hours=1e300), "before the year 10000; not hours=1e[+]300"),
        (lambda world: world.faults.add(statu=503), "no argument statu=; did you mean status=[?]"),
        (
            lambda world: world.faults.update("any", evry=3),
            "faults.update has no argument evry=; did you mean every=[?]",
        ),
        (lambda world: world.faults.add(latency="3"), "takes latency= as milliseconds .*; not '3'"),
        (lambda world: world.history("a/b\n"), "'sequence_id' is 'a/b.n'"),
        (lambda world: world.sequences.create(variables={"a": object()}), "cannot be sent .* not JSON serializable"),
        (lambda world: world.sequences.create(variables={"a": "\ud800"}), "cannot be sent .* surrogates"),
        (lambda world: world.clock.advance(3), "clock.advance takes a duration such as 'P2D' or a timedelta, not 3"),
        (lambda world: world.clock.advance(), "clock.advance takes one of"),
        (lambda world: world.clock.advance("P1D", days=2), "clock.advance takes one of"),
        (lambda world: world.clock.advance(to=3), "takes a time such as '2030-01-07T08:00:00Z' or a datetime, not 3"),
        (lambda world: world.clock.advance("tomorrow"), "'by'.*P2D"),
        (lambda world: world.faults.add(status=503, body="html"), "one effect of .*; status and body was given"),
        (lambda world: world.faults.add(status=503, on="stopSequences"), "'on' is 'stopSequences'"),
        (lambda world: world.faults.add(status=200), "'status' must be 400 or more"),
        (
            lambda world: world.faults.add(status=503, for_=3),
            "for_=.* takes a duration such as 'P2D' or a timedelta, not 3",
        ),
        (lambda world: world.faults.add(status=503, for_="-P1D"), "'for_' is '-P1D'"),
        (lambda world: world.faults.update("00000000-0000-4000-8000-000000000000"), "takes what to change"),
        *((partial(create, template=wrong), "takes template= as a name or an id, not") for wrong in ("", 5, [])),
        *((partial(create, contact=wrong), "^'contact' must be a") for wrong in ("", 5, [])),
        *((partial(create, company=wrong), "^'company' must ") for wrong in ("", 5, [])),
        *((partial(create, status=wrong), "^'status' ") for wrong in ("", 5, [])),
        *((partial(create, variables=wrong), "^'variables' must be an object") for wrong in ("", 5, [])),
        *((partial(create, created_at=wrong), "created_at.* (must be|takes) a") for wrong in ("", 5, [])),
        (lambda world: world.sequences.list(""), "^'status' is empty"),
        (
            lambda world: world.sequences.list(sequence_template_id=[]),
            r"^'sequence_template_id' takes one value, not \[\]",
        ),
        (lambda world: world.sequences.list(contact="x"), "^There is no argument 'contact'; there are"),
        (lambda world: world.sequences.get(5), "^'sequence_id' is '5'"),
        (lambda world: world.enrol(None, TEMPLATE), "^'contact_id' must be a string"),
        (lambda world: world.delete_contact("x"), "^'contact_id' is 'x'"),
        (lambda world: world.rate_limit(None, 5), "^'limit' must be a whole number"),
        (lambda world: world.journal.requests(on=""), "^'on' is empty"),
        (lambda world: world.journal.requests(status=[]), r"^'status' takes one value, not \[\]"),
        (lambda world: world.journal.requests(on=("a", "b")), "^'on' takes one value, not .'a', 'b'"),
        (lambda world: world.faults.add(latency=-5), "^'latency' must be 0 or more"),
        (lambda world: world.faults.remove("x"), "^'rule' is 'x'"),
        (lambda world: world.faults.update({}, times=3), "^'rule' is empty"),
    ],
)
def test_wrong_arguments_are_told_in_the_words_of_the_call(world, call, words):
    with pytest.raises(InvalidError, match=words) as caught:
        call(world)
    assert "match/" not in str(caught.value)
    assert "effect/" not in str(caught.value)


def test_an_argument_that_cannot_be_sent_is_a_value_error_too(world):
    with pytest.raises(ValueError, match="takes a duration"):
        world.clock.advance(3)
    assert issubclass(ArgumentError, InvalidError)


def test_time_is_moved_by_days_and_hours(world):
    assert world.clock.advance(days=2, hours=1)["now"] == "2026-03-04T10:00:00Z"
    assert world.clock.advance(weeks=1, minutes=0.5)["now"] == "2026-03-11T10:00:30Z"


def test_faults_are_changed_disabled_and_enabled(world):
    rule = world.faults.add(status=503, on="getSequence", times=1)
    world.faults.disable(rule)
    assert world.faults.list()[0]["state"] == "disabled"
    world.faults.enable(rule["id"])
    changed = world.faults.update(rule, status=429, retry_after=3, times=5, for_="PT1H", on="listSequences")
    assert (changed["effect"], changed["times"], changed["for"]) == ({"status": 429, "retry_after": 3}, 5, "PT1H")
    assert changed["match"] == {"operation": "listSequences"}
    assert world.faults.update(rule, latency=5, on=None)["effect"] == {"latency": {"fixed_ms": 5}}
    assert world.faults.list()[0]["match"] == {"operation": "listSequences"}
    world.faults.remove(rule)


def test_reprs_say_what_something_is_and_show_no_key(world, sequences_sandbox):
    shown = [
        repr(each) for each in (world, world.clock, world.faults, world.journal, world.sequences, sequences_sandbox)
    ]
    assert shown[0] == f"<World 'unnamed' {world.id} at {world.url}>"
    assert shown[1] == f"<WorldClock of {shown[0]}>"
    assert shown[-1] == f"<Sandbox at {sequences_sandbox.url}, started here>"
    assert not any(key["token"] in text for text in shown for key in world.organizations[0]["api_keys"])


def test_a_filter_takes_a_datetime_and_pages_are_not_asked_for(sequences_sandbox):
    with sequences_sandbox.world("every_status") as world:
        assert world.sequences.list(created_at_after=world.clock.now) == []
        for paging in ({"size": 1}, {"page": 2}):
            with pytest.raises(ArgumentError, match=f"leave out {min(paging)}="):
                world.sequences.list(**paging)


def test_an_id_or_a_name_that_is_empty_is_named_and_not_sent(sequences_sandbox):
    with sequences_sandbox.world() as world:
        for argument, call in [
            ("sequence_id", world.sequences.get), ("sequence_id", world.sequences.resume), ("sequence_id", world.history),
            ("contact_id", world.delete_contact), ("name", world.snapshot), ("name", world.snapshots.diff),
            ("rule", world.faults.disable),
        ]:  # fmt: skip
            for empty in ("", None):
                with pytest.raises(ArgumentError, match=f"^'{argument}' is empty; give it a value"):
                    call(empty)
