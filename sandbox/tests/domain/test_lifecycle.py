import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec
from sequences_sandbox.domain.errors import BusinessIssue
from sequences_sandbox.domain.lifecycle import CLIENT, CLOCK, ENGINE

LIFECYCLE = run_lifecycle(read_spec(shipped("openapi.yaml")))

# Typed by hand from the documentation, to be compared with the table of the contract.
CLIENT_GRID = {
    "FOUND": {"stop": "STOPPED_EARLY"},
    "REFUSED": {},
    "ACTIVE": {"pause": "WAITING_FOR_LEAD", "stop": "STOPPED_EARLY"},
    "WAITING_FOR_LEAD": {"pause": "WAITING_FOR_LEAD", "resume": "ACTIVE", "stop": "STOPPED_EARLY"},
    "WAITING_FOR_USER": {"stop": "STOPPED_EARLY"},
    "SUCCEEDED": {},
    "COMPLETED": {},
    "FAILED": {},
    "STOPPED_EARLY": {},
}


@pytest.mark.parametrize("status", LIFECYCLE.statuses)
@pytest.mark.parametrize("event", ["pause", "resume", "stop"])
def test_a_client_event_leads_where_the_documentation_says_or_is_refused(status, event):
    expected = CLIENT_GRID[status].get(event)
    assert LIFECYCLE.allows(status, event) == (expected is not None)
    if expected is not None:
        assert LIFECYCLE.next(status, event) == expected
        return
    with pytest.raises(BusinessIssue) as caught:
        LIFECYCLE.next(status, event)
    assert caught.value.data["status"] == status
    assert caught.value.data["allowed"] == list(LIFECYCLE.sources(event))
    assert status in caught.value.message


def test_the_grid_names_every_status_of_the_contract():
    assert tuple(CLIENT_GRID) == LIFECYCLE.statuses


def test_what_no_row_leaves_is_terminal_and_what_no_row_enters_is_initial():
    assert {"REFUSED", "SUCCEEDED", "COMPLETED", "FAILED", "STOPPED_EARLY"} == LIFECYCLE.terminal
    assert LIFECYCLE.initial == "FOUND"


def test_events_are_known_by_who_triggers_them():
    assert LIFECYCLE.events(CLIENT) == ("pause", "resume", "stop")
    assert LIFECYCLE.events(CLOCK) == ("wake",)
    engine = ("activate", "refuse", "ask", "answer", "skip", "succeed", "complete", "fail")
    assert LIFECYCLE.events(ENGINE) == engine
    assert LIFECYCLE.by("wake") == CLOCK


def test_the_diagram_has_a_line_for_every_row_and_every_end():
    diagram = LIFECYCLE.mermaid().splitlines()
    assert diagram[0] == "stateDiagram-v2"
    assert len(diagram) == 2 + len(LIFECYCLE.rows) + len(LIFECYCLE.terminal)
    assert "    WAITING_FOR_LEAD --> ACTIVE: wake" in diagram
