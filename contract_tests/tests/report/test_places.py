"""The files that SARIF and annotations point at, and SARIF by its own schema."""

import json
from pathlib import Path

import pytest
from sarif_kit.validate import validation_errors
from sequences_contract.contract.document import load_contract
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.verdicts import Evidence, Outcome, Verdict
from sequences_contract.report import github, sarif
from sequences_contract.rules.registry import all_rules

from .test_report import OUTCOMES

RULE = next(rule for rule in all_rules() if rule.id == "list.listSequences.pages.partition")
VIOLATED = Outcome([Verdict(RULE, "violated", judged=1, evidence=(Evidence("200", "500", ("curl x",)),))])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that the suite runs in; nothing is in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(path=None):
    return Settings("http://127.0.0.1:4010/v1", spec_path=path and Path(path))


def shown(path=None):
    """Where SARIF and the annotation put the violation."""
    text = sarif.text(VIOLATED, settings(path))
    place = json.loads(text)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    return (
        place["artifactLocation"]["uri"],
        place["region"]["startLine"],
        next(github.commands(VIOLATED, settings(path))),
    )


@pytest.mark.parametrize("path", [None, "api/spec.yaml"])
@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_sarif_fits_the_official_schema(folder, outcome, path):
    if path:
        (folder / "api").mkdir()
        (folder / path).write_text("openapi: 3.0.3\n", "utf-8")
    assert validation_errors(json.loads(sarif.text(outcome, settings(path)))) == []


def test_the_schema_is_one_that_rejects(folder):
    document = json.loads(sarif.text(VIOLATED, settings()))
    del document["runs"][0]["results"][0]["message"]
    assert validation_errors(document)


def test_a_copy_of_the_contract_is_pointed_at_by_its_own_lines(folder):
    text = load_contract().path.read_text("utf-8")
    (folder / "my api").mkdir()
    (folder / "my api/spec,1.yaml").write_text(f"# ours\n# and this\n{text}", "utf-8")
    line = load_contract().line(RULE.pointer) + 2
    assert shown("my api/spec,1.yaml") == (
        "my%20api/spec%2C1.yaml", line,
        f"::error file=my api/spec%2C1.yaml,line={line},title={RULE.id}::{RULE.sentence} Expected 200; got 500%0Acurl x",
    )  # fmt: skip


def test_a_part_that_the_file_leaves_out_is_shown_where_it_would_stand(folder):
    assert RULE.pointer == "/paths/~1sequences/get"
    document = {"openapi": "3.0.3", "paths": {"/me": {}, "/sequences": {"post": {}}}}
    (folder / "api.json").write_text(json.dumps(document, indent=1), "utf-8")
    assert shown("api.json")[1] == 5


@pytest.mark.parametrize("text", ["", "def list_sequences():\n    return {}\n", "{", "\x00"])
def test_any_file_is_pointed_at_by_its_first_line(folder, text):
    (folder / "routes.py").write_text(text, "utf-8")
    assert shown("routes.py")[:2] == ("routes.py", 1)


def test_without_the_option_openapi_yaml_of_this_folder_is_meant(folder):
    (folder / "openapi.yaml").write_text("# empty\n", "utf-8")
    assert shown()[:2] == ("openapi.yaml", 1)


def test_the_option_takes_a_file_below_this_folder_only(folder, check):
    (folder / "here").mkdir()
    for path in ("missing.yaml", "here", "/etc/hostname", "../x"):
        status, text = check("http://127.0.0.1:9/v1", "--spec-path", path)
        assert (status, "root of your repository" in text) == (2, True)


def test_without_any_file_the_annotation_names_none_and_sarif_says_whose_it_is(folder):
    run = json.loads(sarif.text(VIOLATED, settings()))["runs"][0]
    file = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert file["uriBaseId"] in run["originalUriBaseIds"]
    assert next(github.commands(VIOLATED, settings())).startswith(f"::error title={RULE.id}::")
