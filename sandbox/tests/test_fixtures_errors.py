"""What a fixture that cannot be used is told: the file, the place in it, what is wrong and how to mend it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from sequences_sandbox.fixtures import FixtureError, read
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
SCOPES = ("sequences:read", "sequences:write")
ORG, KEY, CONTACT, LIST, TEMPLATE, RUN = (f"0000000{n}-0000-4000-8000-000000000000" for n in range(1, 7))
OTHER = "0000000f-0000-4000-8000-000000000000"
UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
IN_ORG = "document: /organizations/0"
IN_RUN = f"{IN_ORG}/sequences/0"
STATUSES = ", ".join(LIFECYCLE.statuses)
TIME = "An instant such as 2026-03-02T09:00:00Z, or a duration from the world's birth such as -P3DT4H."
TIME_OR_NULL = TIME.replace("-P3DT4H.", "-P3DT4H, or null.")
Change = Callable[[dict[str, Any]], object]


def document() -> dict[str, Any]:
    run = {"id": RUN, "contact_id": CONTACT, "sequence_template_id": TEMPLATE, "status": "ACTIVE", "created_at": "-P1D"}
    return {
        "organizations": [
            {
                "id": ORG,
                "name": "One Example",
                "api_keys": [{"id": KEY, "token": "topo_test", "name": "Key", "scopes": ["sequences:read"]}],
                "contacts": [{"id": CONTACT, "company_domain": "one.example"}],
                "contact_lists": [{"id": LIST, "name": "List"}],
                "sequence_templates": [{"id": TEMPLATE, "steps": [{"type": "email", "delay": "P1D"}]}],
                "sequences": [run],
            }
        ]
    }


def organization(**fields: Any) -> Change:
    return lambda made: made["organizations"][0].update(fields)


def run(**fields: Any) -> Change:
    return lambda made: made["organizations"][0]["sequences"][0].update(fields)


def key(**fields: Any) -> Change:
    return lambda made: made["organizations"][0]["api_keys"][0].update(fields)


def template(**fields: Any) -> Change:
    return lambda made: made["organizations"][0]["sequence_templates"][0].update(fields)


def without(field: str) -> Change:
    return lambda made: made["organizations"][0]["sequences"][0].pop(field)


def second(kind: str, **fields: Any) -> Change:
    """A second one of a kind, like the first but for `fields`."""

    def change(made: dict[str, Any]) -> None:
        made["organizations"][0][kind].append({**made["organizations"][0][kind][0], **fields})

    return change


BROKEN: list[tuple[Change, str]] = [
    # The shape.
    (lambda made: made.pop("organizations"), "document: lacks 'organizations'; add it"),
    (
        lambda made: made.update(organizations=[]),
        "document: /organizations: is empty; a fixture has at least one organization",
    ),
    (lambda made: made.update(frozen="yes"), "document: /frozen: 'yes' is not of the type boolean"),
    (
        lambda made: made.update(statik=True),
        "document: /statik: there is no field 'statik' here; did you mean 'static'?",
    ),
    (without("status"), f"{IN_RUN}: lacks 'status'; add it"),
    (
        run(contactid=CONTACT),
        f"{IN_RUN}/contactid: there is no field 'contactid' here; did you mean 'contact_id'?",
    ),
    (run(status=7), f"{IN_RUN}/status: 7 is not of the type string; put it in quotes"),
    (run(steps_done=-1), f"{IN_RUN}/steps_done: -1 is too small; the least is 0"),
    (run(variables={"a": 1}), f"{IN_RUN}/variables/a: 1 is not of the type string; put it in quotes"),
    (run(variables=["a"]), f'{IN_RUN}/variables: ["a"] is not of the type object or null'),
    (
        run(variables={"a": "nul\0"}),
        f"{IN_RUN}/variables/a: 'nul\0' does not fit; expected: Text without NUL.",
    ),
    (
        run(variables={"a": "\ud800"}),
        f"{IN_RUN}/variables/a: holds a lone surrogate, which is no character; remove it",
    ),
    (
        run(id="{00000006-0000-4000-8000-000000000000}"),
        f"{IN_RUN}/id: '{{00000006-0000-4000-8000-000000000000}}' does not fit; "
        "expected: A UUID written 8-4-4-4-12, unique within the file.",
    ),
    (run(id=f"{RUN}\n"), f'{IN_RUN}/id: "{RUN}\\n" does not match "{UUID}"'),
    (run(contact_id="me"), f"{IN_RUN}/contact_id: 'me' does not fit; expected: A UUID written 8-4-4-4-12, or null."),
    (organization(name=""), f"{IN_ORG}/name: is empty; give it some text"),
    (
        key(token="secret"),
        f"{IN_ORG}/api_keys/0/token: 'secret' does not fit; expected: The secret that clients send: "
        "`topo_` and four or more letters, digits, `_` or `-`. Left out, a fresh one is made.",
    ),
    (
        key(scopes=["sequences:read", "sequences:read"]),
        f"{IN_ORG}/api_keys/0/scopes: holds the same value twice; keep one",
    ),
    (
        key(scopes=[{"a": number} for number in range(50_000)]),
        f'{IN_ORG}/api_keys/0/scopes/0: {{"a": 0}} is not of the type string',
    ),
    (
        template(steps=[{"type": "email", "delay": "PT0S"}] * 101),
        f"{IN_ORG}/sequence_templates/0/steps: holds 101 items; 100 are the most",
    ),
    (
        template(steps=[{"type": "e-mail", "delay": "P1D"}]),
        f"{IN_ORG}/sequence_templates/0/steps/0/type: 'e-mail' is not known here; did you mean 'email'?",
    ),
    (
        template(status="RETIRED"),
        f"{IN_ORG}/sequence_templates/0/status: 'RETIRED' is not known here; "
        "use one of PENDING_SETUP, ACTIVE, INACTIVE, FINISHING, ARCHIVED",
    ),
    # Times.
    (run(created_at="yesterday"), f"{IN_RUN}/created_at: 'yesterday' does not fit; expected: {TIME}"),
    (
        run(created_at="2026-03-02T09:00:00"),
        f"{IN_RUN}/created_at: '2026-03-02T09:00:00' does not fit; expected: {TIME}",
    ),
    (run(next_step_at="P1M"), f"{IN_RUN}/next_step_at: 'P1M' does not fit; expected: {TIME_OR_NULL}"),
    (
        run(created_at="2026-02-30T09:00:00Z"),
        f"{IN_RUN}/created_at: '2026-02-30T09:00:00Z': no such day; check the month and the day",
    ),
    (
        run(updated_at="P9999999D"),
        f"{IN_RUN}/updated_at: 'P9999999D': too long a duration; ten thousand years are the most",
    ),
    (
        lambda made: made.update(now="2026-03-02T25:00:00Z"),
        "document: /now: '2026-03-02T25:00:00Z': no such time of day; "
        "hours run to 23, minutes to 59, seconds to 59 (60 for a leap second)",
    ),
    (
        lambda made: made.update(now="-P1D"),
        "document: /now: '-P1D' does not fit; expected: "
        "An RFC 3339 date-time with an offset, such as 2026-03-02T09:00:00Z.",
    ),
    (
        template(steps=[{"type": "email", "delay": "-P1D"}]),
        f"{IN_ORG}/sequence_templates/0/steps/0/delay: '-P1D' does not fit; expected: "
        "How long after the step before, or after activation: an ISO 8601 duration without a sign, such as P2D or PT4H.",
    ),
    (
        template(timezone="Europe/Zurick"),
        f"{IN_ORG}/sequence_templates/0/timezone: 'Europe/Zurick' is not a time zone; did you mean 'Europe/Zurich'?",
    ),
    (
        template(created_at="2026-13-01T00:00:00Z"),
        f"{IN_ORG}/sequence_templates/0/created_at: '2026-13-01T00:00:00Z': no such day; check the month and the day",
    ),
    # What the contract says.
    (run(status="ACTVE"), f"{IN_RUN}/status: 'ACTVE' is not a status; did you mean 'ACTIVE'?"),
    (
        run(status="waiting for lead"),
        f"{IN_RUN}/status: 'waiting for lead' is not a status; did you mean 'WAITING_FOR_LEAD'?",
    ),
    (run(status="?"), f"{IN_RUN}/status: '?' is not a status; use one of {STATUSES}"),
    (
        run(status="WAITING_FOR_LEAD"),
        f"{IN_RUN}: a run that is WAITING_FOR_LEAD needs 'paused_until', the time at which it wakes",
    ),
    (
        run(paused_until="P1D"),
        f"{IN_RUN}/paused_until: only a run that is WAITING_FOR_LEAD wakes by itself; this one is ACTIVE",
    ),
    (
        key(scopes=["sequences:write", "sequence:read"]),
        f"{IN_ORG}/api_keys/0/scopes/1: 'sequence:read' is not a scope; did you mean 'sequences:read'?",
    ),
    # What belongs together.
    (run(steps_done=2), f"{IN_RUN}/steps_done: 2 steps are done, but the template has 1"),
    (
        run(contact_id=OTHER),
        f"{IN_RUN}/contact_id: '{OTHER}' is none of the 'contacts' of organization {ORG}; add it there",
    ),
    (
        run(contact_id=LIST),
        f"{IN_RUN}/contact_id: '{LIST}' is none of the 'contacts' of organization {ORG}; add it there",
    ),
    (
        run(source_contact_list_id=OTHER),
        f"{IN_RUN}/source_contact_list_id: '{OTHER}' is none of the 'contact_lists' of organization {ORG}; add it there",
    ),
    (
        run(sequence_template_id=OTHER),
        f"{IN_RUN}/sequence_template_id: '{OTHER}' is none of the 'sequence_templates' of organization {ORG}; add it there",
    ),
    (
        second("sequences"),
        f"{IN_ORG}/sequences/1/id: '{RUN}' is the id of something else too; an id occurs once in a file",
    ),
    (
        second("contacts", id=TEMPLATE),
        f"{IN_ORG}/sequence_templates/0/id: '{TEMPLATE}' is the id of something else too; an id occurs once in a file",
    ),
    (
        second("api_keys", id=OTHER),
        f"{IN_ORG}/api_keys/1/token: another key has this token too; each key needs its own",
    ),
]


@pytest.mark.parametrize(("change", "message"), BROKEN, ids=[message[:90] for _, message in BROKEN])
def test_a_broken_document_is_told_where_and_how_to_mend_it(change: Change, message: str) -> None:
    broken = document()
    change(broken)
    with pytest.raises(FixtureError) as caught:
        read(broken, LIFECYCLE, SCOPES)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "change",
    [
        run(status="x" * 100_000),
        run(**{"y" * 100_000: 1}),
        key(scopes=["z:" + "z" * 100_000]),
        template(timezone="x" * 100_000),
        template(created_at="-" + "P" * 100_000),
    ],
)
def test_a_long_value_is_not_said_again_in_full(change: Change) -> None:
    broken = document()
    change(broken)
    with pytest.raises(FixtureError) as caught:
        read(broken, LIFECYCLE, SCOPES)
    assert len(str(caught.value)) < 1000


def test_the_document_that_these_are_made_from_is_sound() -> None:
    assert [one.id for one in read(document(), LIFECYCLE, SCOPES).runs] == [RUN]


def test_an_error_carries_its_message_and_its_pointer_apart() -> None:
    broken = document()
    run(variables={"a/b~c": 1})(broken)
    with pytest.raises(FixtureError) as caught:
        read(broken, LIFECYCLE)
    assert caught.value.message == "1 is not of the type string; put it in quotes"
    assert caught.value.place.pointer == "/organizations/0/sequences/0/variables/a~1b~0c"


def test_a_reference_into_another_organization_does_not_resolve() -> None:
    made = document()
    other = deepcopy(made["organizations"][0])
    other |= {"id": OTHER, "api_keys": [], "contacts": [], "contact_lists": [], "sequence_templates": []}
    other["sequences"] = [{**other["sequences"][0], "id": KEY.replace("2", "a")}]
    made["organizations"].append(other)
    with pytest.raises(
        FixtureError, match=r"^document: /organizations/1/sequences/0/sequence_template_id: .* is none of"
    ):
        read(made, LIFECYCLE)


def test_without_the_contracts_scopes_a_scope_is_held_to_its_form_alone() -> None:
    made = document()
    key(scopes=["reports:read"])(made)
    assert read(made, LIFECYCLE).organizations[0].api_keys[0].scopes == {"reports:read"}
