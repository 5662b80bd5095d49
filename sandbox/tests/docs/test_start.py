"""docs/start.md and docs/compatibility.md: the commands work, and the versions are those of the files that state them."""

import re
import tomllib

import yaml
from sequences_sandbox import __version__
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent


def test_every_command_works(page_named, program, shell):
    program("jq")
    worlds, contract = page_named("start.md").blocks("sh")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z\n", shell(worlds))
    assert re.match(r"\d+\nstateDiagram-v2\n", shell(contract))


def test_the_versions_are_those_that_the_files_state(page_named, api):
    rows = re.findall(r"^\| (.+?) \| ([\d., ]+)", page_named("compatibility.md").text, re.MULTILINE)
    stated = {name: re.findall(r"[\d.]+\d", versions) for name, versions in rows}
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert stated["the Sequences API"] == [api("GET", "/openapi.json").json()["info"]["version"]]
    assert stated["the control API"] == [api("GET", "/_sandbox/openapi.json").json()["info"]["version"]]
    (everything_else,) = [versions for name, versions in stated.items() if name.startswith("everything else")]
    assert everything_else == [__version__] == [project["version"]]
    assert stated["Python"] == workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
