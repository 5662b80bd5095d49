"""openapi.yaml as a document: valid, complete, and with examples that satisfy its own schemas."""

import re

import pytest
import yaml
from openapi_spec_validator import validate
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.domain import errors
from sequences_sandbox.validation.schema import Schema

DOCUMENT = yaml.safe_load(shipped("openapi.yaml").read_text())


def resolve(node):
    """The document with every reference replaced by what it refers to."""
    if isinstance(node, list):
        return [resolve(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return resolve(target)
    return {key: resolve(value) for key, value in node.items()}


WHOLE = resolve(DOCUMENT)
OPERATIONS = {
    operation["operationId"]: operation
    for item in WHOLE["paths"].values()
    for method, operation in item.items()
    if method != "parameters"
}


def examples():
    for name, operation in OPERATIONS.items():
        for status, response in operation["responses"].items():
            for media in response.get("content", {}).values():
                for example, body in media["examples"].items():
                    yield pytest.param(media["schema"], body["value"], id=f"{name}-{status}-{example}")
        for media in operation.get("requestBody", {}).get("content", {}).values():
            for example, body in media["examples"].items():
                yield pytest.param(media["schema"], body["value"], id=f"{name}-request-{example}")


def test_the_contract_is_valid_openapi():
    validate(DOCUMENT)


@pytest.mark.parametrize(("schema", "value"), list(examples()))
def test_every_example_satisfies_its_schema(schema, value):
    assert Schema(schema).errors(value) == []


def test_every_parameter_example_satisfies_its_schema():
    parameters = [
        parameter
        for item in WHOLE["paths"].values()
        for holder in item.values()
        for parameter in (holder if isinstance(holder, list) else holder.get("parameters", []))
    ]
    assert parameters
    for parameter in parameters:
        assert parameter["description"]
        if "example" in parameter:
            assert Schema(parameter["schema"]).errors(parameter["example"]) == []


def test_sequences_ask_for_the_scope_of_reads_or_of_writes_and_only_the_key_itself_for_none():
    scopes = {name: operation.get("x-required-scope") for name, operation in OPERATIONS.items()}
    reads = dict.fromkeys(("listSequences", "getSequence"), "sequences:read")
    writes = ("updateSequence", "pauseSequence", "resumeSequence", "stopSequence")
    assert scopes.items() >= (reads | dict.fromkeys(writes, "sequences:write")).items()
    assert [name for name, scope in scopes.items() if scope is None] == ["getMe"]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_response_has_an_example_and_the_headers_that_belong_to_it(name):
    extra = {"401": "WWW-Authenticate", "405": "Allow", "429": "Retry-After", "503": "Retry-After"}
    for status, response in OPERATIONS[name]["responses"].items():
        assert "X-Request-Id" in response["headers"]
        assert extra.get(status, "X-Request-Id") in response["headers"]
        assert response["content"]["application/json"]["examples"]


def test_every_status_has_an_example_of_its_own():
    shown = OPERATIONS["getSequence"]["responses"]["200"]["content"]["application/json"]["examples"].values()
    statuses = WHOLE["components"]["schemas"]["Status"]["enum"]
    assert [example["value"]["status"] for example in shown] == statuses


LISTS = sorted(name for name in OPERATIONS if name.startswith("list"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_item_leads_to_every_other_operation_of_its_tag(name):
    links = OPERATIONS[name]["responses"]["200"]["links"]
    tagged = {other for other, operation in OPERATIONS.items() if operation["tags"] == OPERATIONS[name]["tags"]}
    assert {link["operationId"] for link in links.values()} == tagged - {name}


def test_the_example_of_a_change_shows_the_state_that_it_leads_to():
    led_to = {"pauseSequence": "WAITING_FOR_LEAD", "resumeSequence": "ACTIVE", "stopSequence": "STOPPED_EARLY"}
    for name, status in led_to.items():
        shown = OPERATIONS[name]["responses"]["200"]["content"]["application/json"]["examples"].values()
        assert [example["value"]["status"] for example in shown] == [status]


def test_every_class_of_issue_is_an_issue_of_the_contract():
    """One table twice: the classes of errors.py and the types and statuses that the contract lists."""
    schema = WHOLE["components"]["schemas"]["Issue"]["properties"]["type"]
    rows = re.findall(r"\| `(\w+)` \| ([\d, ]+) \|", schema["description"])
    documented = {(kind, int(status)) for kind, statuses in rows for status in statuses.split(",")}
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.Issue)]
    assert {(issue.type, issue.status_code) for issue in classes if issue is not errors.Issue} == documented
    assert set(schema["enum"]) == {kind for kind, _ in documented}


def test_the_contract_names_no_programming_language():
    assert not re.search(r"python|flask|connexion", shipped("openapi.yaml").read_text(), re.IGNORECASE)
