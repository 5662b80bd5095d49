"""A declaration gives a resource its JSON form, its stored document and its place in time."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.contract.declarations import check_declarations
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import SpecError, read_spec
from sequences_sandbox.domain.timestamps import format_timestamp
from sequences_sandbox.resources import RESOURCES
from sequences_sandbox.resources.contacts import CONTACTS, Contact
from sequences_sandbox.resources.resource import Filter, Resource
from sequences_sandbox.resources.sequences.model import RUNS, Run
from sequences_sandbox.resources.templates import Step, Template

SPEC = read_spec(shipped("openapi.yaml"))
TIMES = st.integers(-(10**16), 10**16)
TEXTS = st.none() | st.text(max_size=5)
VALUES = {
    "sequences": st.builds(
        Run, *[st.text(max_size=4)] * 5, st.none() | st.dictionaries(st.text(), st.text(), max_size=2), TEXTS,
        st.none() | TIMES, TIMES, TIMES, TEXTS, st.none() | TIMES, st.integers(0, 9), st.none() | TIMES, st.booleans(),
    ),
    "contacts": st.builds(Contact, id=st.text(), email=TEXTS, first_seen_at=TIMES, last_seen_at=TIMES),
    "sequence_templates": st.builds(
        Template,
        id=st.text(),
        activated_at=st.none() | TIMES,
        steps=st.lists(st.builds(Step, st.sampled_from(("email", "manual")), st.integers(0, 99)), max_size=3).map(tuple),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_a_stored_document_gives_back_the_value_it_was_made_of(kind, data):
    value = data.draw(VALUES[kind])
    resource = RESOURCES[kind]
    assert resource.load(json.loads(json.dumps(resource.dump(value)))) == value


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data(), by=TIMES)
def test_moving_a_value_in_time_moves_every_timestamp_but_the_absolute_ones(kind, data, by):
    value, resource = data.draw(VALUES[kind]), RESOURCES[kind]
    absolute = frozenset(data.draw(st.sets(st.sampled_from(sorted(resource.times)))))
    moved = resource.shifted(value, by, absolute)
    for name in resource.names:
        before, after = getattr(value, name), getattr(moved, name)
        moves = name in resource.times - absolute and before is not None
        assert after == (before + by if moves else before)


def test_a_document_stored_before_a_field_was_added_has_its_default():
    document = CONTACTS.dump(Contact("c"))
    del document["city"]
    assert CONTACTS.load(document) == Contact("c")


def test_the_json_form_has_the_contracts_fields_and_timestamps_as_text():
    run = Run("r", "o", None, "t", "ACTIVE", {"a": "b"}, None, None, 0, 1_500_000)
    form = RUNS.form(run)
    assert list(form) == list(SPEC.document["components"]["schemas"]["Sequence"]["properties"])
    assert (form["created_at"], form["updated_at"]) == (format_timestamp(0), "1970-01-01T00:00:01.5Z")
    assert (form["last_step_executed_at"], form["variables"]) == (None, {"a": "b"})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"schema": "Contacts"}, "schema 'Contacts'"),
        ({"schema": "Me"}, "fields"),
        ({"filters": {"mail": Filter("email")}}, "filters"),
        ({"sorts": ("first_seen_at",)}, "sorts"),
        ({"sorts": CONTACTS.sorts[::-1]}, "default sort"),
        ({"scope": "contacts:write"}, "scope"),
    ],
)
def test_a_declaration_other_than_the_contract_stops_the_start(change, what):
    declared = {
        "noun": "contact", "schema": "Contact", "scope": CONTACTS.scope, "filters": CONTACTS.filters,
        "sorts": CONTACTS.sorts,
    }  # fmt: skip
    check_declarations(SPEC, [Resource("contacts", Contact, **declared)])
    with pytest.raises(SpecError, match=what):
        check_declarations(SPEC, [Resource("contacts", Contact, **{**declared, **change})])


def test_a_value_is_frozen():
    contact = Contact("c")
    with pytest.raises(AttributeError):
        contact.email = "x"
    assert replace(contact, email="x") != contact
