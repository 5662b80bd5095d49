"""Every operation of the contract is covered by rules, and a contract with another one does not get past the start."""

import copy

import pytest
import yaml
from sequences_contract.cli import main
from sequences_contract.cli import plan as plan_module
from sequences_contract.contract.document import Contract, load_contract
from sequences_contract.rules import registry
from sequences_contract.rules.common import calls

OPERATIONS = load_contract().operations


def with_operation(tmp_path, path, method, like):
    """The contract with one operation more, a copy of another."""
    document = copy.deepcopy(load_contract().document)
    pattern = OPERATIONS[like]
    definition = copy.deepcopy(document["paths"][pattern.path][pattern.method.lower()])
    document["paths"].setdefault(path, {})[method] = {**definition, "operationId": "added"}
    file = tmp_path / "openapi.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return Contract(file)


def test_every_operation_is_covered():
    assert registry.uncovered(load_contract()) == []


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_is_called_by_rules_about_keys_protocol_shape_and_fuzzing(operation):
    families = {rule.family for rule in registry.all_rules() if rule.operation == operation.id}
    assert families >= {"access.*.missing_key", "http.*.method.strict", "shape.*.body", "robustness.*"}


@pytest.mark.parametrize("operation", [one for (one,) in calls.of_one_item(load_contract())], ids=lambda one: one.id)
def test_every_operation_on_one_item_has_a_list_to_take_it_from(operation):
    assert load_contract().list_of(operation) is not None


@pytest.mark.parametrize(
    ("path", "method", "like"),
    [
        ("/contacts", "post", "updateSequence"),
        ("/health", "get", "getMe"),
        ("/sequences/{sequence_id}", "put", "updateSequence"),
    ],
)
def test_an_operation_that_no_rule_covers_stops_the_suite_with_one_sentence(
    path, method, like, tmp_path, monkeypatch, capsys, bare_environment
):
    contract = with_operation(tmp_path, path, method, like)
    assert registry.uncovered(contract) == ["added"]
    monkeypatch.setattr(plan_module, "load_contract", lambda: contract)
    assert main(["check", "--url", "http://127.0.0.1:1/v1", "--key", "some_key"]) == 2
    said = capsys.readouterr().err
    assert "no rule of this suite covers: added" in said
    assert said.count("\n") == 1


def test_a_list_and_its_items_are_covered_without_another_line(tmp_path):
    contract = with_operation(tmp_path, "/things", "get", "listContacts")
    assert registry.uncovered(contract) == []
    made = {rule.family for rule in registry.rules_of(contract) if rule.operation == "added"}
    known = {rule.family for rule in registry.rules_of(contract) if rule.operation == "listContacts"}
    assert made == known
