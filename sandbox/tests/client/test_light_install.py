"""The light distribution beside a project that cannot have the sandbox's own requirements: it has flask<3."""

import json
import os
import re
import runpy
import subprocess
import sys
import venv
import zipfile
from email import message_from_bytes

import pytest
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
PROJECT = """
import importlib.metadata
import importlib.util
import subprocess

import flask
import pytest


@pytest.mark.sequences_world(fixture="mine.yaml", frozen=True)
def test_a_project_with_an_old_flask(sequences_world):
    assert importlib.metadata.version("flask").startswith("2.")
    assert importlib.util.find_spec("sequences_sandbox") is None
    app = flask.Flask("integration")

    @app.get("/statuses")
    def statuses():
        with sequences_world.client() as client:
            return [run["status"] for run in client.get("/sequences").json()["items"]]

    assert app.test_client().get("/statuses").json == ["WAITING_FOR_USER"]
    assert sequences_world.journal.verify("listSequences", exactly=1) == 1


def test_the_verbs(sequences_sandbox, sequences_world, pytestconfig):
    command = [COMMAND, "clock", "advance", "P2D", "--url", sequences_sandbox.url, "--key", sequences_world.key]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1].startswith("now "), done.stderr
"""

#: The page shows pytest-asyncio; this is the same with anyio.
AWAITED = """
import pytest
from sequences_sandbox_client import AsyncSandbox


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def other(sequences_sandbox, anyio_backend):
    async with await AsyncSandbox.connect(sequences_sandbox.url) as sandbox, await sandbox.world(frozen=True) as world:
        yield world


@pytest.mark.anyio
async def test_with_anyio(other):
    assert (await other.clock.advance(days=2))["complete"]
    assert await other.journal.requests() == []
"""


@pytest.fixture(scope="module")
def light(wheels, tmp_path_factory):
    """The folder of the programs of an environment with flask<3 and the light wheel, and whatever that asks for."""
    folder = tmp_path_factory.mktemp("light")
    venv.create(folder)
    project = ["flask==2.3.3", "werkzeug==3.1.3", "pytest==8.4.2", "pytest-asyncio==1.2.0"]
    _pip(folder, "install", "--no-compile", wheels["sequences_sandbox_client"], *project)
    return folder / "bin"


def _pip(environment, *arguments):
    command = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--quiet", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=600)


def _metadata(wheel):
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(opened.read(name))


def run(light, *command, cwd=None, path=(), **environment):
    """Runs a program of the environment; only `path` and the system's folders are on PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEQUENCES_", "PYTEST_"))}
    kept["PATH"] = os.pathsep.join([*map(str, path), "/usr/bin", "/bin"])
    program, *arguments = command
    return subprocess.run(
        [light / program, *arguments],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_asks_for_httpx_alone_and_has_the_version_of_the_sandbox(wheels):
    metadata = _metadata(wheels["sequences_sandbox_client"])
    assert [re.match(r"\w+", each)[0] for each in metadata.get_all("Requires-Dist")] == ["httpx"]
    assert metadata["Version"] == _metadata(wheels["sequences_sandbox"])["Version"]
    assert (ROOT / "sandbox/client/LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_plugin_client_and_verbs_work_with_a_sandbox_of_another_environment(light, tmp_path):
    elsewhere = os.path.dirname(sys.executable)
    (tmp_path / "test_project.py").write_text(PROJECT.replace("COMMAND", repr(str(light / "sequences-sandbox-client"))))
    (tmp_path / "mine.yaml").write_text("organizations: [{name: Mine, sequences: [{status: WAITING_FOR_USER}]}]")
    (tmp_path / "test_awaited.py").write_text(AWAITED)
    page = (ROOT / "docs/pytest-and-client.md").read_text("utf-8")
    (shown,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "pytest_asyncio" in block)
    (tmp_path / "test_page.py").write_text(shown)
    options = ["-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function"]
    # Warnings of other packages come with their releases, and are theirs.
    options += ["-o", "filterwarnings=error:::sequences_sandbox_client"]
    done = run(light, "python", "-m", "pytest", *options, cwd=tmp_path, path=[elsewhere])
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_an_sbom_has_the_distribution_as_its_subject_and_names_what_it_needs(light, tmp_path):
    release = runpy.run_path(str(ROOT / ".ci/release.py"))
    if not release["SBOM_TOOL"].exists():
        assert not os.environ.get("CI"), "the tool for SBOMs is missing; run: make pytest"
        pytest.skip("no tool for SBOMs here; make pytest installs it")
    release["write_sbom"](light / "python", ROOT / "sandbox/client", tmp_path / "sbom.json")
    sbom = json.loads((tmp_path / "sbom.json").read_text())
    subject = sbom["metadata"]["component"]
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    assert subject["name"] == "sequences-sandbox-client"
    (httpx,) = (one for one in sbom["components"] if one["name"] == "httpx")
    (needed,) = (one["dependsOn"] for one in sbom["dependencies"] if one["ref"] == subject["bom-ref"])
    assert needed == [httpx["bom-ref"]]
    assert httpx["version"]


def test_where_both_are_installed_the_plugin_is_loaded_once(light, wheels, tmp_path):
    _pip(light.parent, "install", "--no-compile", "--no-deps", wheels["sequences_sandbox"])
    done = run(light, "python", "-m", "pytest", "--markers", cwd=tmp_path)
    assert done.stdout.count("@pytest.mark.sequences_world(") == 1, done.stdout + done.stderr
