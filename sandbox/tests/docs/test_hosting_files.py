"""docs/hosting: every file can be read, knows no unknown option, and asks for paths that are served."""

import configparser
import os
import re
import subprocess
import sys

import pytest
import yaml
from sequences_sandbox.cli import main
from sequences_sandbox.contract.files import shipped

FOLDER = shipped("openapi.yaml").parent / "docs" / "hosting"
TEXTS = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}


@pytest.fixture(scope="module")
def manifests():
    return {each["kind"]: each for each in yaml.safe_load_all(TEXTS["kubernetes.yaml"])}


@pytest.fixture
def options(capsys):
    """The options of `serve`, and the variables that stand for them."""
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = capsys.readouterr().out
    return set(re.findall(r"--[a-z-]+", text)), set(re.findall(r"SEQUENCES_SANDBOX_[A-Z_]+", text))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_no_option_and_no_variable_is_unknown(name, options):
    flags, variables = options
    assert set(re.findall(r"SEQUENCES_SANDBOX_[A-Z_]+", TEXTS[name])) <= variables
    line = next((line for line in TEXTS[name].splitlines() if line.startswith("ExecStart=")), "")
    assert set(re.findall(r"--[a-z-]+", line)) <= flags


def values_of(name):
    """What a file sets in the environment of the sandbox."""
    if name == "environment":
        pairs = (line.partition("=")[::2] for line in TEXTS[name].splitlines() if not line.startswith("#"))
    elif name == "compose.yaml":
        pairs = yaml.safe_load(TEXTS[name])["services"]["sandbox"]["environment"].items()
    else:
        pod = next(each for each in yaml.safe_load_all(TEXTS[name]) if each["kind"] == "Deployment")["spec"]["template"]
        pairs = ((each["name"], each.get("value")) for each in pod["spec"]["containers"][0]["env"])
    return {name: value for name, value in pairs if name.startswith("SEQUENCES_SANDBOX_") and value}


@pytest.mark.parametrize("name", ["environment", "compose.yaml", "kubernetes.yaml"])
def test_the_program_takes_every_value(name):
    """It gets as far as its database, which is away."""
    values = {**values_of(name), "SEQUENCES_SANDBOX_WAIT_FOR_STORE": "0"}
    values |= {"SEQUENCES_SANDBOX_STORE": "postgresql://127.0.0.1:1/x", "SEQUENCES_SANDBOX_ADMIN_TOKEN": "for-tests"}
    command = [sys.executable, "-m", "sequences_sandbox", "serve", "--port", "0"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SEQUENCES_SANDBOX_")}
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**environment, **values}
    )
    assert result.returncode == 2
    assert "the database cannot be reached" in result.stderr.splitlines()[-1]


def test_the_unit_can_be_read_and_gives_the_program_time_to_stop():
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string(TEXTS["sequences-sandbox.service"])
    assert unit["Service"]["ExecStart"].split()[:2] == ["/opt/sandbox/bin/sequences-sandbox", "serve"]
    assert int(unit["Service"]["TimeoutStopSec"]) > 10


def test_probes_ask_for_what_is_there_and_send_no_header(manifests, api):
    container = manifests["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert set(asked) == {"path", "port"}
        for host in ("10.1.2.3:4010", "[fd00::7]:4010", "any.name.example"):
            assert api("GET", asked["path"], key=None, headers={"Host": host}).status_code == 200


def test_the_manifests_name_each_other(manifests):
    labels = manifests["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert manifests["Service"]["spec"]["selector"] == labels
    assert manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert manifests["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == "sandbox"
    backend = manifests["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": "sandbox", "port": {"name": manifests["Service"]["spec"]["ports"][0]["name"]}}
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > 5 + 10
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"]


def test_the_services_of_the_compose_file_name_each_other():
    document = yaml.safe_load(TEXTS["compose.yaml"])
    services = document["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        assert set(service["networks"]) <= set(document["networks"])
    assert services["proxy"]["environment"]["SANDBOX"] == "sandbox:4010"
    assert services["sandbox"]["read_only"] is True
