"""The fixtures that ship with the program: valid, readable by anyone, made up, and with the keys that are promised."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from sequences_sandbox.fixtures import Fixture, names, read
from sequences_sandbox.lifecycle import Lifecycle
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec

SPEC = read_spec(shipped("openapi.yaml"))
LIFECYCLE: Lifecycle = read_lifecycle(SPEC)
SCOPES = ("sequences:read", "sequences:write")
NAMES = ("contract", "demo", "empty", "every_status")
MAY_EXECUTE = {"email", "linkedin_invitation", "linkedin_message"}


@pytest.fixture(scope="module")
def fixtures() -> Mapping[str, Fixture]:
    return {name: read(name, LIFECYCLE, SCOPES) for name in NAMES}


def document(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((shipped("fixtures") / f"{name}.yaml").read_text("utf-8"))
    return loaded


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shipped("fixtures") / "schema.json").read_text("utf-8"))
    return loaded


def test_these_fixtures_ship() -> None:
    assert names() == NAMES


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_the_schema_describes_every_field_of_its_objects_and_admits_no_other() -> None:
    objects = [one for one in schema()["$defs"].values() if one.get("type") == "object" and "properties" in one]
    assert all(one["additionalProperties"] is False for one in objects if "organization_id" not in one["properties"])
    assert len(objects) == 8


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_fixture_fits_the_schema(name: str) -> None:
    assert list(Draft202012Validator(schema()).iter_errors(document(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_fixture_means_the_same_to_any_yaml_reader(name: str, fixtures: Mapping[str, Fixture]) -> None:
    assert read(document(name), LIFECYCLE, SCOPES).runs == fixtures[name].runs


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_fixture_has_relative_times_only(name: str, fixtures: Mapping[str, Fixture]) -> None:
    fixture = fixtures[name]
    assert fixture.is_relative
    assert fixture.now is None
    assert list(fixture.sequences(0)) == list(fixture.sequences(10**15))


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_version_4_uuids_in_lower_case(name: str) -> None:
    ids = re.findall(r"\bid: ([^,}\s]+)", (shipped("fixtures") / f"{name}.yaml").read_text("utf-8"))
    assert len(ids) >= 9
    assert {uuid.UUID(one).version for one in ids} == {4}
    assert all(str(uuid.UUID(one)) == one for one in ids)


@pytest.mark.parametrize("name", NAMES)
def test_people_and_companies_live_in_example_domains(name: str) -> None:
    domains: set[str] = set()
    for organization in document(name)["organizations"]:
        for contact in organization.get("contacts", []):
            domains |= {
                contact.get("email", "x@example.com").partition("@")[2],
                contact.get("company_domain") or "example.com",
            }
    assert all(re.fullmatch(r"(.+\.)?(example|example\.(com|net|org))", domain) for domain in domains), domains


@pytest.mark.parametrize(
    ("name", "scopes_by_token"),
    [
        (
            "demo",
            {
                "topo_demo_readwrite": {"sequences:read", "sequences:write", "contacts:read"},
                "topo_demo_readonly": {"sequences:read"},
                "topo_demo_writeonly": {"sequences:write"},
                "topo_demo_noscope": set(),
                "topo_other_readwrite": {"sequences:read", "sequences:write", "contacts:read"},
            },
        ),
        (
            "contract",
            {
                "topo_contract_readwrite": {"sequences:read", "sequences:write"},
                "topo_contract_readonly": {"sequences:read"},
                "topo_contract_writeonly": {"sequences:write"},
                "topo_contract_noscope": set(),
                "topo_contract_other_readwrite": {"sequences:read", "sequences:write"},
            },
        ),
    ],
)
def test_the_keys_are_the_promised_ones(
    name: str, scopes_by_token: dict[str, set[str]], fixtures: Mapping[str, Fixture]
) -> None:
    owners = fixtures[name].organizations
    assert {key.token: key.scopes for owner in owners for key in owner.api_keys} == scopes_by_token
    assert [key.token for key in owners[1].api_keys] == list(scopes_by_token)[4:]
