"""The lifecycle as openapi.yaml states it, beside a grid that was typed from the documentation."""

import pytest
from sequences_contract.contract.document import load_contract

LIFECYCLE = load_contract().lifecycles["Status"]
DOCUMENTED = {
    ("ACTIVE", "pause"): "WAITING_FOR_LEAD",
    ("WAITING_FOR_LEAD", "resume"): "ACTIVE",
    ("ACTIVE", "stop"): "STOPPED_EARLY",
}
OWN = {("WAITING_FOR_LEAD", "pause"): "WAITING_FOR_LEAD"}
OWN |= {(status, "stop"): "STOPPED_EARLY" for status in ("FOUND", "WAITING_FOR_LEAD", "WAITING_FOR_USER")}


@pytest.mark.parametrize("status", LIFECYCLE.statuses)
@pytest.mark.parametrize("event", LIFECYCLE.events)
def test_every_status_allows_what_the_documentation_says(status, event):
    row = LIFECYCLE.next(status, event)
    wanted = (DOCUMENTED | OWN).get((status, event))
    assert (row.target if row else None) == wanted
    assert row is None or row.basis == ("doc" if (status, event) in DOCUMENTED else "own")


def test_what_no_row_leaves_is_terminal():
    assert LIFECYCLE.terminal == {"REFUSED", "SUCCEEDED", "COMPLETED", "FAILED", "STOPPED_EARLY"}
    assert [event for event in LIFECYCLE.events if LIFECYCLE.ends(event)] == ["stop"]


def test_every_schema_with_a_lifecycle_is_read():
    schemas = load_contract().document["components"]["schemas"]
    assert set(load_contract().lifecycles) == {name for name, schema in schemas.items() if "x-lifecycle" in schema}
