"""Reading a contract: what is not understood stops the start, and what it says is what is done."""

import re

import pytest
from sequences_sandbox.app import build
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import SpecError, read_spec
from sequences_sandbox.http.operation import CompileError
from sequences_sandbox.settings import Settings

TEXT = shipped("openapi.yaml").read_text()


@pytest.fixture
def altered(tmp_path):
    """A copy of the contract in which one text is replaced by another."""

    def alter(old, new, count=1):
        assert TEXT.count(old) >= count
        path = tmp_path / "altered.yaml"
        path.write_text(TEXT.replace(old, new, count))
        return path

    return alter


@pytest.mark.parametrize(
    ("old", "new", "place", "hint"),
    [
        ("x-required-scope:", "x-required-scopes:", "/paths/~1sequences/get/x-required-scopes", "'x-required-scope'"),
        (
            "minimum: 1, default: 1",
            "exclusiveMinimum: 0",
            "/parameters/6/schema/exclusiveMinimum",
            "understood here: type",
        ),
        ("basis: doc}", "basis: rumour}", "/x-lifecycle/0/basis", "doc, ref, own"),
        ("x-basis: doc", "x-basis: hearsay", "/x-basis", "doc, ref, own"),
        ("operationId: listSequences", "operationID: listSequences", "/get/operationID", "'operationId'"),
    ],
)
def test_a_key_that_is_not_understood_stops_the_start_with_its_place(altered, old, new, place, hint):
    with pytest.raises(SpecError) as caught:
        read_spec(altered(old, new))
    assert place in str(caught.value)
    assert hint in str(caught.value)
    assert "altered.yaml" in str(caught.value)


def test_a_lifecycle_row_that_names_no_status_stops_the_start(altered):
    with pytest.raises(SpecError, match=r"x-lifecycle/0/to: 'ACTVE' is none of FOUND"):
        run_lifecycle(read_spec(altered("from: FOUND, to: ACTIVE", "from: FOUND, to: ACTVE")))


def test_a_lifecycle_row_that_lacks_a_part_stops_the_start(altered):
    with pytest.raises(SpecError, match=r"x-lifecycle/0: lacks to"):
        run_lifecycle(read_spec(altered("from: FOUND, to: ACTIVE, ", "from: FOUND, ")))


def test_an_operation_without_a_handler_stops_the_start(altered):
    with pytest.raises(CompileError, match="haltSequence"):
        build(
            Settings(contract=altered("operationId: stopSequence\n      tags", "operationId: haltSequence\n      tags"))
        )


def test_a_parameter_that_the_handler_does_not_take_stops_the_start(altered):
    with pytest.raises(SpecError, match="'sequences' is declared with the filters"):
        build(Settings(contract=altered("- name: sequence_template_id", "- name: template_id")))
    with pytest.raises(CompileError, match="pauseSequence"):
        build(
            Settings(
                contract=altered(
                    "x-event: pause\n",
                    "x-event: pause\n      parameters: [{name: why, in: query, schema: {type: string}}]\n",
                )
            )
        )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe\x00", "not YAML: "),
        (b"a: \xff", "not YAML: "),
        (b"a:\n  - [\n", "line 3: not YAML: "),
        (b"a: 2030-13-01", "not YAML: month must be in 1..12"),
        (b"- 1", "/: must be an object"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_no_contract_is_refused_with_its_name_in_one_line(tmp_path, content, problem):
    path = tmp_path / "broken.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpecError, match=rf"^{re.escape(f'{path}: {problem}')}[^\n<]*$"):
        read_spec(path)


def test_a_bound_changed_in_the_contract_is_the_bound_that_is_kept(altered, api_of):
    api = api_of(altered("maximum: 100, default: 10", "maximum: 50, default: 7"))
    assert len(api("GET", "sequences").json()["items"]) == 7
    assert api("GET", "sequences?size=50").status_code == 200
    build_error_response = api("GET", "sequences?size=51")
    assert build_error_response.status_code == 400
    assert build_error_response.json()["data"]["allowed"] == {"minimum": 1, "maximum": 50}


def test_a_scope_changed_in_the_contract_is_the_scope_that_is_asked(altered, api_of):
    api = api_of(altered("x-required-scope: sequences:write", "x-required-scope: sequences:read"))
    path, body = f"sequences/{api.sequences()[0]['id']}", {"variables": {}}
    assert api("PATCH", path, key="topo_demo_writeonly", json=body).status_code == 403
    assert api("PATCH", path, key="topo_demo_readonly", json=body).status_code == 200


def test_a_row_changed_in_the_lifecycle_changes_the_behaviour(altered, api_of):
    row = "{event: resume, by: client, from: WAITING_FOR_LEAD, to: ACTIVE, basis: doc}"
    api = api_of(altered(row, row.replace("from: WAITING_FOR_LEAD", "from: WAITING_FOR_USER")))
    for status, expected in (("WAITING_FOR_LEAD", 422), ("WAITING_FOR_USER", 200)):
        run = api.sequences(status=status)[0]
        assert api("POST", f"sequences/{run['id']}/resume").status_code == expected


def test_a_status_renamed_in_the_contract_is_known_by_its_new_name_only(altered, tmp_path, api_of):
    """The sandbox knows no status by name: `ACTIVE` may be called anything."""
    contract = altered("ACTIVE", "RUNNING", TEXT.count("ACTIVE"))
    fixture = tmp_path / "renamed.yaml"
    fixture.write_text(shipped("fixtures/every_status.yaml").read_text().replace("status: ACTIVE", "status: RUNNING"))
    api = api_of(contract, fixture=str(fixture))
    run = api.sequences(status="RUNNING")[0]
    paused = api("POST", f"sequences/{run['id']}/pause", json={"paused_until": "2026-03-02T10:00:00Z"})
    assert paused.json()["status"] == "WAITING_FOR_LEAD"
    api.clock.advance(3600 * 1_000_000)
    assert api("GET", f"sequences/{run['id']}").json()["status"] == "RUNNING"
